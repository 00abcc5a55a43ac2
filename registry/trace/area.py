"""An area statement, from records to sums. Pure.

A place's declaration lists the products of its reference period as components. A product is made here when its own
declaration names the place's GLN as its plant; whatever else is listed is bought by the area. What a listed product
contains of another listed one, directly or inside something from outside, is internal supply and subtracted once. No
more of a product is subtracted than is listed: the rest of it must have come from outside. A product may be listed by
several of its versions: what contains one of them has it from there, as far as that goes, and then from the others.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal, localcontext

from msgspec import Struct

from registry.trace.trace import BACKING, UNIT, LookUp, TracedRecord, rounded
from schemas.area import AreaProduct, AreaStatement
from schemas.declaration import Component
from schemas.findings.components import units_of
from schemas.findings.numbers import EXACT
from schemas.verdict import Amount

MOST_RECORDS = 10_000
"""Records behind the products that are looked at, at most."""

_ZERO = Decimal(0)


class _Listed(Struct, frozen=True):
    """A component of the place: ``times``, how many declared amounts of its record there are."""

    component: Component
    record: TracedRecord | None
    times: Decimal | None
    made_here: bool

    @property
    def footprint(self) -> Decimal | None:
        if self.record is None or self.times is None:
            return self.component.contribution
        return self.record.facts.gwp_total * self.times


class _Supply:
    """What of one listed record is inside others: how many of its declared units, and how many kgCO2e of theirs."""

    def __init__(self, listed: _Listed) -> None:
        assert listed.record is not None
        assert listed.times is not None
        self.record = listed.record
        self._left = listed.times * listed.record.facts.declared_amount
        self.footprint = _ZERO

    def take(self, child: TracedRecord, amount: Decimal) -> Decimal:
        """Takes what is there of ``amount`` declared units of ``child``, a version of the same product; what of it is
        still lacking. What does not convert to the unit in which it is listed cannot be shown to be the same."""
        wanted = units_of(amount, child.facts.declared_unit, self.record.facts)
        if wanted is None or wanted <= 0 or self._left <= 0:
            return amount
        taken = min(wanted, self._left)
        self._left -= taken
        part = amount * taken / wanted
        self.footprint += child.facts.gwp_total * part / child.facts.declared_amount
        return amount - part


def area_statement(place: TracedRecord, look_up: LookUp, most: int = MOST_RECORDS) -> AreaStatement:
    """The statement of the place whose record is ``place``; its declared amount is above zero.

    A record can only pin what was in the log before it, and whatever claims otherwise is not followed.
    """
    with localcontext(EXACT):
        components = place.declaration.components
        known = dict(look_up(sorted({part.record for part in components if part.record is not None})))
        listed = [_listed(part, place, known) for part in components]
        counted = [one for one in listed if one.record is not None and one.times is not None]
        records = [one.record for one in counted if one.record is not None]
        complete = _read(known, records, {record.facts.key for record in records}, look_up, most)
        return _added_up(place, listed, _supplied(counted, known), known, complete)


def _listed(component: Component, place: TracedRecord, known: dict[int, TracedRecord]) -> _Listed:
    record = None if component.record is None else known.get(component.record)
    if record is None or record.index >= place.index:
        return _Listed(component, None, None, False)
    units = units_of(component.amount, component.unit, record.facts)
    times = None if units is None or record.facts.declared_amount <= 0 else units / record.facts.declared_amount
    return _Listed(component, record, times, times is not None and _is_made_at(record, place.facts.key))


def _is_made_at(record: TracedRecord, gln: str) -> bool:
    return (record.declaration.plant or "").strip() in (gln, f"urn:gln:{gln}")


def _read(
    known: dict[int, TracedRecord], level: list[TracedRecord], keys: set[str], look_up: LookUp, most: int
) -> bool:
    """Adds to ``known`` all that is inside ``level``, up to products that are listed; whether there was room for it."""
    while level:
        wanted = {child for record in level for child in _pinned(record)} - set(known)
        if len(known) + len(wanted) > most:
            return False
        found = look_up(sorted(wanted)) if wanted else {}
        known.update(found)
        level = [record for record in found.values() if record.facts.key not in keys]
    return True


def _pinned(record: TracedRecord) -> Iterator[int]:
    """The records that ``record`` contains, as far as they can be: those that were in the log before it."""
    for part in record.declaration.components:
        if part.record is not None and part.record < record.index:
            yield part.record


def _parts(record: TracedRecord, known: dict[int, TracedRecord]) -> Iterator[tuple[TracedRecord, Decimal]]:
    """Each record inside ``record``, and how many of its declared units are in one declared amount."""
    for part in record.declaration.components:
        child = None if part.record is None or part.record >= record.index else known.get(part.record)
        units = None if child is None else units_of(part.amount, part.unit, child.facts)
        if child is not None and units is not None and child.facts.declared_amount > 0:
            yield child, units


def _supplied(listed: list[_Listed], known: dict[int, TracedRecord]) -> dict[int, Decimal]:
    """The kgCO2e of each listed record that are inside other listed ones, by index."""
    supplies: dict[str, dict[int, _Supply]] = defaultdict(dict)
    for one in listed:
        supply = _Supply(one)
        supplies[supply.record.facts.key][supply.record.index] = supply
    for index, amount in _used(listed, set(supplies), known).items():
        child = known[index]
        versions = supplies[child.facts.key]
        pinned = [versions[index]] if index in versions else []
        for supply in (*pinned, *(other for at, other in versions.items() if at != index)):
            amount = supply.take(child, amount)
    return {index: supply.footprint for versions in supplies.values() for index, supply in versions.items()}


def _used(listed: list[_Listed], keys: set[str], known: dict[int, TracedRecord]) -> dict[int, Decimal]:
    """What is inside listed products of the records of ``keys``, the products that are listed: declared units by index.
    From the newest record down, so that all that contains a record has been counted when its own parts are."""
    used: dict[int, Decimal] = defaultdict(Decimal)
    times: dict[int, Decimal] = defaultdict(Decimal)
    for one in listed:
        if one.record is not None and one.times is not None:
            times[one.record.index] += one.times
    for index in sorted(known, reverse=True):
        for child, units in _parts(known[index], known) if times.get(index) else ():
            amount = times[index] * units
            if child.facts.key in keys:
                used[child.index] += amount
            else:
                times[child.index] += amount / child.facts.declared_amount
    return used


def _own(one: _Listed, known: dict[int, TracedRecord]) -> Decimal:
    """What the maker of a product of the area emits itself, with supplies that it does not name."""
    if not one.made_here or one.record is None or one.times is None:
        return _ZERO
    record = one.record
    named = sum(
        (child.facts.gwp_total * units / child.facts.declared_amount for child, units in _parts(record, known)), _ZERO
    )
    stated = (part.contribution for part in record.declaration.components if part.record is None)
    named += sum((each for each in stated if each is not None), _ZERO)
    return (record.facts.gwp_total - named) * one.times


def _added_up(
    place: TracedRecord,
    listed: list[_Listed],
    supplied: dict[int, Decimal],
    known: dict[int, TracedRecord],
    complete: bool,
) -> AreaStatement:
    gross = sum((one.footprint for one in listed if one.footprint is not None), _ZERO)
    internal = sum(supplied.values(), _ZERO)
    own = sum((_own(one, known) for one in listed), _ZERO)
    total = gross - internal
    declared = place.declaration
    sound = all(one.footprint is not None and (one.record is None or one.record.verdict in BACKING) for one in listed)
    return AreaStatement(
        record=place.index,
        gln=place.facts.key,
        name=declared.product_name,
        owner=place.owner,
        verdict=place.verdict,
        start=declared.reference_start,
        end=declared.reference_end,
        area=Amount(place.facts.declared_amount, place.facts.declared_unit),
        unit=UNIT,
        products=tuple(_product(one, supplied) for one in listed),
        gross=rounded(gross),
        internal=rounded(internal),
        own=rounded(own),
        external=rounded(total - own),
        total=rounded(total),
        per_unit=rounded(total / place.facts.declared_amount),
        declared=place.facts.gwp_total,
        complete=complete and sound,
    )


def _product(one: _Listed, supplied: dict[int, Decimal]) -> AreaProduct:
    record = one.record
    key = "" if record is None else record.facts.key
    return AreaProduct(
        record=one.component.record,
        urn=one.component.urn,
        gtin=key if len(key) == 14 else None,
        gln=key if len(key) == 13 else None,
        name={} if record is None else record.declaration.product_name,
        owner=None if record is None else record.owner,
        verdict=None if record is None else record.verdict,
        made_here=one.made_here,
        amount=Amount(one.component.amount, one.component.unit),
        footprint=None if one.footprint is None else rounded(one.footprint),
        supplied=rounded(_ZERO if record is None else supplied.get(record.index, _ZERO)),
    )
