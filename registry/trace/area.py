"""An area statement, from records to sums. Pure.

A place's declaration lists the products of its reference period as components. A product is made here when its own
declaration names the place's GLN as its plant; whatever else is listed is bought by the area. What a product of the
area contains of another one, directly or inside something from outside, is internal supply and subtracted once. No more
of a product is subtracted than was made here: the rest of it must have come from outside.
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


class _Used:
    """How much of one product of the area is inside others: in its own declared units, and in kgCO2e."""

    def __init__(self) -> None:
        self.amount = _ZERO
        self.footprint = _ZERO


def area_statement(place: TracedRecord, look_up: LookUp, most: int = MOST_RECORDS) -> AreaStatement:
    """The statement of the place whose record is ``place``; its declared amount is above zero.

    A record can only pin what was in the log before it, and whatever claims otherwise is not followed.
    """
    with localcontext(EXACT):
        components = place.declaration.components
        known = dict(look_up(sorted({part.record for part in components if part.record is not None})))
        listed = [_listed(part, place, known) for part in components]
        here = {one.record.facts.key: one for one in listed if one.made_here and one.record is not None}
        complete = _read(known, [one.record for one in here.values() if one.record], set(here), look_up, most)
        used = _used(here, known)
        return _added_up(place, listed, used, known, complete)


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
    known: dict[int, TracedRecord], level: list[TracedRecord], here: set[str], look_up: LookUp, most: int
) -> bool:
    """Adds to ``known`` all that is inside ``level``, up to products of the area; whether there was room for it."""
    while level:
        wanted = {child for record in level for child in _pinned(record)} - set(known)
        if len(known) + len(wanted) > most:
            return False
        found = look_up(sorted(wanted)) if wanted else {}
        known.update(found)
        level = [record for record in found.values() if record.facts.key not in here]
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


def _used(here: dict[str, _Listed], known: dict[int, TracedRecord]) -> dict[str, _Used]:
    """What of each product of the area is inside others, by key. From the newest record down, so that all that contains
    a record has been counted when its own parts are."""
    used: dict[str, _Used] = defaultdict(_Used)
    times: dict[int, Decimal] = defaultdict(Decimal)
    for one in here.values():
        if one.record is not None and one.times is not None:
            times[one.record.index] += one.times
    for index in sorted(known, reverse=True):
        for child, units in _parts(known[index], known) if times.get(index) else ():
            amount = times[index] * units
            maker = here.get(child.facts.key)
            if maker is None:
                times[child.index] += amount / child.facts.declared_amount
            else:
                _count(used[child.facts.key], child, amount, maker)
    return used


def _count(used: _Used, child: TracedRecord, amount: Decimal, maker: _Listed) -> None:
    """Counts a use of a product of the area, perhaps of another version of it. What does not convert to the unit in
    which it was made cannot be shown to be from here, and stays."""
    assert maker.record is not None
    converted = units_of(amount, child.facts.declared_unit, maker.record.facts)
    if converted is not None:
        used.amount += converted
        used.footprint += child.facts.gwp_total * amount / child.facts.declared_amount


def _supplied(one: _Listed, used: dict[str, _Used]) -> Decimal:
    """What of a product's footprint is inside others of the area, at most as far as it was made here."""
    if not one.made_here or one.record is None or one.times is None or one.record.facts.key not in used:
        return _ZERO
    use = used[one.record.facts.key]
    made = one.times * one.record.facts.declared_amount
    return use.footprint if use.amount <= made else use.footprint * made / use.amount


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
    place: TracedRecord, listed: list[_Listed], used: dict[str, _Used], known: dict[int, TracedRecord], complete: bool
) -> AreaStatement:
    gross = sum((one.footprint for one in listed if one.footprint is not None), _ZERO)
    internal = sum((_supplied(one, used) for one in listed), _ZERO)
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
        products=tuple(_product(one, used) for one in listed),
        gross=rounded(gross),
        internal=rounded(internal),
        own=rounded(own),
        external=rounded(total - own),
        total=rounded(total),
        per_unit=rounded(total / place.facts.declared_amount),
        declared=place.facts.gwp_total,
        complete=complete and sound,
    )


def _product(one: _Listed, used: dict[str, _Used]) -> AreaProduct:
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
        supplied=rounded(_supplied(one, used)),
    )
