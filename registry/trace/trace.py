"""A trace, from records to a tree. Pure: what the log holds comes from the caller, a level at a time.

Opened breadth first, each product whole or not at all, so that what is said of an opened one never depends on a bound.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Context, Decimal, localcontext

from msgspec import Struct

from schemas.declaration import Component, Declaration
from schemas.entry import Party
from schemas.findings.components import units_of
from schemas.findings.numbers import EXACT
from schemas.findings.registered import ComponentFacts
from schemas.trace import Basis, Trace, TraceEnd, TraceNode
from schemas.verdict import Amount, VerdictCode

MOST_DEPTH = 12
MOST_NODES = 500
BACKING = frozenset({VerdictCode.VALID, VerdictCode.SUPERSEDED})
"""Standings under which somebody vouches for a figure today."""

UNIT = "kgCO2e"
_DIGITS = Context(prec=12)
_CENT = Decimal("0.01")


class TracedRecord(Struct, frozen=True):
    """A record of the log as a trace reads it. ``facts`` are those of its declaration, which passed all findings."""

    index: int
    facts: ComponentFacts
    declaration: Declaration
    owner: Party
    verdict: VerdictCode


LookUp = Callable[[Iterable[int]], Mapping[int, TracedRecord]]
"""The records at some log indexes; those that there are not are left out."""


class _Branch:
    """A product on its way into the tree. ``times``: how many of its declared amounts are in one of the top's."""

    def __init__(self, amount: Amount, record: TracedRecord | None, times: Decimal | None) -> None:
        self.amount = amount
        self.record = record
        self.times = times
        self.urn: str | None = None
        self.pinned: int | None = None if record is None else record.index
        self.footprint = None if record is None or times is None else record.facts.gwp_total * times
        self.basis = Basis.UNKNOWN if self.footprint is None else Basis.RECORD
        self.end: TraceEnd | None = None
        self.lineage: frozenset[str] = frozenset()
        self.parts: list[_Branch] = []

    @property
    def components(self) -> tuple[Component, ...]:
        """Its parts, if it is to be opened."""
        return () if self.record is None or self.end is not None else self.record.declaration.components


def trace(index: int, look_up: LookUp, depth: int = MOST_DEPTH, nodes: int = MOST_NODES) -> Trace | None:
    """The trace of the record at ``index``; None when there is none.

    Not deeper than ``depth`` levels of parts, nor larger than ``nodes`` products, but that the first level is always
    there. A record's figure counts before what its container states; figures are rounded to 12 digits at the end.
    """
    with localcontext(EXACT):
        record = look_up([index]).get(index)
        if record is None:
            return None
        top = _Branch(Amount(record.facts.declared_amount, record.facts.declared_unit), record, Decimal(1))
        top.lineage = frozenset({record.facts.key})
        everything = _grown(top, look_up, depth, nodes)
        owners = {branch.record.owner.id for branch in everything if branch.record is not None}
        return Trace(
            unit=UNIT,
            product=_node(top, top.footprint),
            nodes=len(everything),
            members=len(owners),
            stale=_stale(everything[1:]),
            complete=not any(branch.end in (TraceEnd.DEPTH, TraceEnd.SIZE) for branch in everything),
        )


def _grown(top: _Branch, look_up: LookUp, depth: int, nodes: int) -> list[_Branch]:
    """Opens ``top`` and what is in it; everything there is then, ``top`` first."""
    everything, level = [top], [top]
    for below in range(depth + 1):
        opening: list[_Branch] = []
        room = nodes - len(everything)
        for branch in level:
            parts = len(branch.components)
            if not parts:
                continue
            if below == depth:
                branch.end = TraceEnd.DEPTH
            elif parts > room and branch is not top:
                branch.end = TraceEnd.SIZE
            else:
                room -= parts
                opening.append(branch)
        wanted = {part.record for branch in opening for part in branch.components if part.record is not None}
        known = look_up(sorted(wanted)) if wanted else {}
        for branch in opening:
            branch.parts = [_part(component, branch, known) for component in branch.components]
        level = [part for branch in opening for part in branch.parts]
        everything += level
    return everything


def _part(component: Component, parent: _Branch, known: Mapping[int, TracedRecord]) -> _Branch:
    record = None if component.record is None else known.get(component.record)
    units = None if record is None else units_of(component.amount, component.unit, record.facts)
    times = None
    if record is not None and units is not None and parent.times is not None and record.facts.declared_amount > 0:
        times = parent.times * units / record.facts.declared_amount
    part = _Branch(Amount(component.amount, component.unit), record, times)
    part.urn, part.pinned = component.urn, component.record
    if record is not None and record.facts.key in parent.lineage:
        part.end = TraceEnd.CYCLE
    elif component.record is not None and times is None:
        part.end = TraceEnd.UNKNOWN
    if part.footprint is None and component.contribution is not None and parent.times is not None:
        part.footprint, part.basis = component.contribution * parent.times, Basis.STATED
    part.lineage = parent.lineage if record is None else parent.lineage | {record.facts.key}
    return part


def _node(branch: _Branch, whole: Decimal | None) -> TraceNode:
    record = branch.record
    key = "" if record is None else record.facts.key
    declared = None if record is None else record.declaration
    opened = record is not None and branch.end is None
    return TraceNode(
        record=branch.pinned,
        urn=branch.urn,
        gtin=key if len(key) == 14 else None,
        gln=key if len(key) == 13 else None,
        name={} if declared is None else declared.product_name,
        owner=None if record is None else record.owner,
        verdict=None if record is None else record.verdict,
        boundary=None if declared is None else declared.boundary,
        year=None if declared is None or declared.reference_end is None else declared.reference_end.year,
        amount=branch.amount,
        basis=branch.basis,
        footprint=_known(branch.footprint),
        share=per_cent(branch.footprint, whole),
        own=_known(_own(branch)) if opened else None,
        coverage=per_cent(_backed(branch), branch.footprint) if opened else None,
        end=branch.end,
        parts=tuple(_node(part, whole) for part in branch.parts),
    )


def _own(branch: _Branch) -> Decimal | None:
    known = (part.footprint for part in branch.parts if part.footprint is not None)
    return None if branch.footprint is None else branch.footprint - sum(known, Decimal(0))


def _backed(branch: _Branch) -> Decimal:
    """What records of its parts account for, that somebody vouches for today."""
    return sum((part.footprint for part in branch.parts if part.footprint is not None and _backs(part)), Decimal(0))


def _backs(part: _Branch) -> bool:
    sound = part.basis is Basis.RECORD and part.end is not TraceEnd.CYCLE
    return sound and part.record is not None and part.record.verdict in BACKING


def _stale(parts: list[_Branch]) -> tuple[int, ...]:
    records = (part.record for part in parts if part.record is not None)
    return tuple(sorted({record.index for record in records if record.verdict is not VerdictCode.VALID}))


def _known(value: Decimal | None) -> Decimal | None:
    return None if value is None else rounded(value)


def rounded(value: Decimal) -> Decimal:
    """``value`` to 12 digits, as a plain number: without exponent, without zeros at the end."""
    plain = format(_DIGITS.plus(value), "f")
    return Decimal(plain.rstrip("0").rstrip(".") if "." in plain else plain)


def per_cent(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """``part`` of ``whole`` in per cent, to two decimals; None when there is no such share."""
    if part is None or whole is None or whole <= 0:
        return None
    return (part / whole * 100).quantize(_CENT)
