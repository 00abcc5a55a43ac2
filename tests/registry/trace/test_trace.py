"""The tree of a product: whatever the records say, nothing is counted twice or lost, and it always ends."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from registry.trace.trace import MOST_NODES, TracedRecord, trace
from schemas.declaration import Component, Declaration, DeclaredUnit
from schemas.entry import Party
from schemas.findings import ComponentFacts
from schemas.trace import Basis, Trace, TraceEnd, TraceNode
from schemas.verdict import VerdictCode
from tests.world import gtin

KILOGRAM, PIECE = DeclaredUnit.KILOGRAM, DeclaredUnit.PIECE


def part(record: int | None, amount: str = "1", contribution: str | None = None, **rest: str) -> Component:
    return Component(
        record=record,
        amount=Decimal(amount),
        unit=DeclaredUnit(rest.get("unit", "kilogram")),
        urn=rest.get("urn"),
        contribution=None if contribution is None else Decimal(contribution),
    )


def record(index: int, total: str, *parts: Component, per: str = "1", key: int | None = None) -> TracedRecord:
    facts = ComponentFacts(
        key=gtin(index if key is None else key),
        declared_unit=KILOGRAM,
        declared_amount=Decimal(per),
        gwp_total=Decimal(total),
        mass_per_unit=None,
        status="active",
        components=tuple(one.record for one in parts if one.record is not None),
    )
    declared = Declaration(product_name={"en": f"Product {index}"}, components=parts, reference_end=date(2025, 12, 31))
    return TracedRecord(index, facts, declared, Party(f"member{index % 3}", {"en": "Works"}), VerdictCode.VALID)


class Log:
    """Records by index, and what was asked of them."""

    def __init__(self, *records: TracedRecord) -> None:
        self.records: Mapping[int, TracedRecord] = {one.index: one for one in records}
        self.asked: list[list[int]] = []

    def __call__(self, indexes: Iterable[int]) -> dict[int, TracedRecord]:
        self.asked.append(list(indexes))
        return {index: self.records[index] for index in self.asked[-1] if index in self.records}

    def trace(self, index: int, depth: int = 12, nodes: int = MOST_NODES) -> Trace:
        found = trace(index, self, depth, nodes)
        assert found is not None
        return found


def every(node: TraceNode) -> Iterator[TraceNode]:
    yield node
    for one in node.parts:
        yield from every(one)


def standing(one: TracedRecord, verdict: VerdictCode) -> TracedRecord:
    return msgspec.structs.replace(one, verdict=verdict)


def test_each_part_counts_with_its_amount_down_to_raw_material() -> None:
    ore = record(1, "200", per="1000")  # 0.2 a kilogram
    steel = record(2, "2", part(1, "1.5"))
    beam = record(3, "10", part(2, "4"), part(None, "1", "0.5", urn="urn:x:paint"), per="5")
    found = Log(ore, steel, beam).trace(3)
    top, (in_steel, paint) = found.product, found.product.parts
    (in_ore,) = in_steel.parts
    assert (top.footprint, top.share, top.own, top.coverage) == (10, 100, Decimal("1.5"), 80)
    assert (in_steel.footprint, in_steel.share, in_steel.own, in_steel.coverage) == (8, 80, Decimal("6.8"), 15)
    assert (in_ore.footprint, in_ore.own, in_ore.basis) == (Decimal("1.2"), Decimal("1.2"), Basis.RECORD)
    assert (paint.footprint, paint.basis, paint.urn, paint.own) == (Decimal("0.5"), Basis.STATED, "urn:x:paint", None)
    assert (found.nodes, found.members, found.complete, found.stale) == (4, 3, True, ())


def test_a_record_counts_before_what_its_container_states() -> None:
    found = Log(record(1, "2"), record(2, "10", part(1, "1", "9"))).trace(2)
    assert found.product.parts[0].footprint == 2
    assert found.product.coverage == 20


def test_only_what_somebody_vouches_for_today_covers() -> None:
    for verdict, coverage in (("valid", 20), ("superseded", 20), ("expired", 0), ("suspended", 0), ("withdrawn", 0)):
        child = standing(record(1, "2"), VerdictCode(verdict))
        found = Log(child, record(2, "10", part(1))).trace(2)
        assert found.product.coverage == coverage
        assert found.product.parts[0].footprint == 2
        assert found.stale == (() if verdict == "valid" else (1,))


def test_what_is_not_known_is_null_and_covers_nothing() -> None:
    parts = (part(None, "1", urn="urn:x:y"), part(77), part(1, "3", unit="liter"), part(1, "3", "4", unit="liter"))
    found = Log(record(1, "2"), record(2, "10", *parts)).trace(2)
    bare, missing, in_liters, stated = found.product.parts
    assert (bare.footprint, bare.basis, bare.end) == (None, Basis.UNKNOWN, None)
    assert (missing.record, missing.footprint, missing.end) == (77, None, TraceEnd.UNKNOWN)
    assert (in_liters.footprint, in_liters.basis, in_liters.end) == (None, Basis.UNKNOWN, TraceEnd.UNKNOWN)
    assert (stated.footprint, stated.basis) == (4, Basis.STATED)
    assert (found.product.coverage, found.product.own) == (0, 6)


def test_there_is_no_share_of_what_is_not_above_zero() -> None:
    for total in ("0", "-1"):
        top = Log(record(1, "2"), record(2, total, part(1))).trace(2).product
        assert (top.coverage, top.share, top.parts[0].share) == (None, None, None)


def test_what_contains_itself_is_not_opened_and_covers_nothing() -> None:
    found = Log(record(1, "2", part(2)), record(2, "3", part(1))).trace(2)
    assert [node.end for node in every(found.product)] == [None, None, TraceEnd.CYCLE]
    newer = Log(record(1, "2"), record(2, "3", part(1), key=1)).trace(2)  # an older version of itself
    assert newer.product.parts[0].end is TraceEnd.CYCLE
    assert newer.product.coverage == 0


def test_no_record_no_trace() -> None:
    assert trace(5, Log()) is None


def test_a_tree_ends_at_its_depth_and_says_so() -> None:
    chain = [record(0, "1"), *(record(at, "2", part(at - 1)) for at in range(1, 30))]
    found = Log(*chain).trace(29, depth=4)
    ends = [node.end for node in every(found.product)]
    assert ends == [None, None, None, None, TraceEnd.DEPTH]
    assert not found.complete
    assert next(node for node in every(found.product) if node.end).coverage is None
    assert Log(*chain).trace(3, depth=3).complete


def test_a_tree_that_would_double_at_every_level_stays_small_and_asks_once_a_level() -> None:
    doubling = [record(0, "1"), *(record(at, "4", part(at - 1), part(at - 1, "2")) for at in range(1, 40))]
    log = Log(*doubling)
    found = log.trace(39)
    assert 250 < found.nodes <= MOST_NODES
    assert not found.complete
    assert len(log.asked) <= 13


def test_the_first_level_is_always_there() -> None:
    leaves = [record(at, "1") for at in range(50)]
    found = Log(*leaves, record(50, "90", *(part(at) for at in range(50)))).trace(50, nodes=10)
    assert len(found.product.parts) == 50
    assert found.product.coverage == Decimal("55.56")


numbers = st.decimals("0.001", "1000", places=3)
amounts = st.decimals("0.001", "20", places=3)
ABOUT = Decimal("1e-6")


@st.composite
def logs(draw: st.DrawFn, cyclic: bool = False) -> Log:
    count = draw(st.integers(1, 12))
    made = []
    for index in range(count):
        among = st.integers(0, count + 1) if cyclic else st.integers(0, max(0, index - 1))
        pinned = draw(st.sets(among, max_size=4)) if index or cyclic else set()
        parts = [part(one, str(draw(amounts))) for one in sorted(pinned)]
        stated = draw(st.lists(numbers, max_size=2))
        parts += [part(None, "1", str(one), urn="urn:x:y") for one in stated]
        made.append(record(index, str(draw(numbers)), *parts, per=str(draw(amounts))))
    return Log(*made)


@given(logs())
def test_what_each_emits_itself_and_what_is_stated_add_up_to_the_whole(log: Log) -> None:
    found = log.trace(max(log.records), nodes=100_000)
    everything = list(every(found.product))
    assert found.complete
    own = [node.own for node in everything if node.own is not None]
    stated = [node.footprint for node in everything if node.basis is Basis.STATED and node.footprint is not None]
    size = sum(abs(one) for one in (*own, *stated))
    assert found.product.footprint is not None
    assert abs(sum(own) + sum(stated) - found.product.footprint) <= size * ABOUT


@given(logs(), st.integers(1, 12), st.integers(1, 60))
def test_a_bound_changes_nothing_of_what_is_opened(log: Log, depth: int, nodes: int) -> None:
    whole, bounded = log.trace(max(log.records), nodes=100_000), log.trace(max(log.records), depth, nodes)
    first = len(whole.product.parts) + 1
    assert bounded.nodes <= max(nodes, first)
    waiting = [(whole.product, bounded.product)]
    while waiting:
        entire, cut = waiting.pop()
        bare = {"parts": (), "end": None, "own": None, "coverage": None}
        assert msgspec.structs.replace(entire, **bare) == msgspec.structs.replace(cut, **bare)
        if cut.end is None:
            assert (cut.own, cut.coverage) == (entire.own, entire.coverage)
            waiting += zip(entire.parts, cut.parts, strict=True)
    assert bounded.complete == (bounded.nodes == whole.nodes)


@given(logs(cyclic=True), st.integers(1, 12))
def test_whatever_points_at_whatever_the_tree_ends(log: Log, depth: int) -> None:
    found = log.trace(max(log.records), depth, 200)
    for node in every(found.product):
        assert node.end is not TraceEnd.CYCLE or node.parts == ()
    assert len(list(every(found.product))) == found.nodes
    assert msgspec.json.decode(msgspec.json.encode(found), type=Trace) == found
