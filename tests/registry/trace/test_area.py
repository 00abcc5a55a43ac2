"""An area's products added up: whatever they supply to one another, each emission is counted once."""

from decimal import Decimal
from fractions import Fraction

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from registry.trace.area import area_statement
from registry.trace.trace import TracedRecord
from schemas.area import AreaStatement
from schemas.declaration import Component, DeclaredUnit
from schemas.verdict import VerdictCode
from tests.registry.trace.test_trace import Log, part, record
from tests.world import gln

PARK = gln(1)


def here(one: TracedRecord, plant: str = PARK) -> TracedRecord:
    return msgspec.structs.replace(one, declaration=msgspec.structs.replace(one.declaration, plant=plant))


def park(log: Log, *parts: Component, square_meters: str = "100") -> AreaStatement:
    index = max(log.records, default=0) + 1
    made = record(index, "1000", *parts, per=square_meters)
    facts = msgspec.structs.replace(made.facts, key=PARK, declared_unit=DeclaredUnit.SQUARE_METER)
    return area_statement(msgspec.structs.replace(made, facts=facts), log)


def test_what_one_product_supplies_to_another_is_counted_once() -> None:
    ore = record(1, "3")
    steel = here(record(2, "10", part(1, "2")))  # 4 of its own
    beam = here(record(3, "25", part(2, "2")))  # 5 of its own
    found = park(Log(ore, steel, beam), part(2, "10"), part(3, "4"))
    assert (found.gross, found.internal, found.total) == (200, 80, 120)
    assert (found.own, found.external) == (10 * 4 + 4 * 5, 10 * 6)
    assert (found.per_unit, found.declared, found.complete) == (Decimal("1.2"), 1000, True)
    assert [(one.made_here, one.footprint, one.supplied) for one in found.products] == [
        (True, 100, 80),
        (True, 100, 0),
    ]


def test_no_more_is_subtracted_than_was_made_here() -> None:
    steel, beam = here(record(2, "10")), here(record(3, "25", part(2, "2")))
    found = park(Log(steel, beam), part(2, "5"), part(3, "4"))  # eight used, five made
    assert (found.gross, found.internal, found.total) == (150, 50, 100)
    assert (found.own, found.external) == (5 * 10 + 4 * 5, 3 * 10)


def test_what_comes_back_inside_something_from_outside_is_counted_once_too() -> None:
    steel = here(record(1, "10"))
    plated = record(2, "12", part(1))  # plated elsewhere
    beam = here(record(3, "30", part(2, "2")))
    found = park(Log(steel, plated, beam), part(1, "8"), part(3, "3"))
    assert (found.gross, found.internal) == (170, 60)
    assert (found.own, found.external) == (8 * 10 + 3 * 6, 3 * 2 * 2)


def test_another_version_of_a_product_of_the_area_is_still_from_here() -> None:
    older, newer = here(record(1, "12", key=1)), here(record(3, "10", key=1))
    beam = here(record(2, "20", part(1)))
    found = park(Log(older, beam, newer), part(2, "5"), part(3, "9"))
    assert (found.gross, found.internal) == (190, 60)


def test_two_versions_of_a_year_are_each_listed_and_what_pins_one_is_subtracted_once() -> None:
    older, newer = here(record(1, "2", key=1)), here(record(2, "1.8", key=1))
    beam = here(record(3, "3", part(1)))
    found = park(Log(older, newer, beam), part(1, "500"), part(2, "500"), part(3, "300"))
    assert (found.gross, found.internal, found.total) == (2800, 600, 2200)
    assert [one.supplied for one in found.products] == [600, 0, 0]
    found = park(Log(older, newer, beam), part(1, "500"), part(2, "500"), part(3, "700"))
    assert [one.supplied for one in found.products] == [1000, 400, 0]
    found = park(Log(older, newer, beam), part(1, "500"), part(2, "500"), part(3, "1200"))
    assert [one.supplied for one in found.products] == [1000, 1000, 0]


def test_what_was_bought_is_counted_once_whether_it_is_listed_or_not() -> None:
    ore = record(1, "0.5")
    steel = here(record(2, "2", part(1, "1.6")))
    beam = here(record(3, "3", part(2)))
    log = Log(ore, steel, beam)
    unlisted = park(log, part(2, "1000"), part(3, "600"))
    listed = park(log, part(1, "1600"), part(2, "1000"), part(3, "600"))
    assert unlisted.total == listed.total == 2600
    assert unlisted.external == listed.external == 800
    assert [one.supplied for one in listed.products] == [800, 1200, 0]
    more = park(log, part(1, "2000"), part(2, "1000"), part(3, "600"))
    assert (more.total, more.external) == (2800, 1000)


def test_what_comes_back_inside_what_was_bought_is_counted_once() -> None:
    steel = here(record(1, "10"))
    plated = record(2, "12", part(1))
    found = park(Log(steel, plated), part(1, "8"), part(2, "3"))
    assert (found.gross, found.internal, found.total) == (116, 30, 86)


def test_what_is_made_elsewhere_is_bought_and_what_it_supplies_is_counted_once() -> None:
    power, beam = record(1, "2"), here(record(2, "5", part(1)))
    found = park(Log(power, beam), part(1, "10"), part(2, "3"), part(None, "1", "7", urn="urn:x:heat"))
    assert (found.gross, found.internal, found.total) == (42, 6, 36)
    assert (found.own, found.external) == (9, 27)
    assert [one.made_here for one in found.products] == [False, True, False]
    assert park(Log(here(power, f" urn:gln:{PARK} ")), part(1)).products[0].made_here
    assert not park(Log(here(power, gln(2))), part(1)).products[0].made_here


def test_a_statement_with_something_unknown_or_fallen_is_not_complete() -> None:
    sound = here(record(1, "2"))
    fallen = msgspec.structs.replace(here(record(2, "3")), verdict=VerdictCode.WITHDRAWN)
    for missing in (part(77), part(1, unit="liter"), part(None, urn="urn:x:y"), part(2)):
        assert not park(Log(sound, fallen), part(1) if missing.record != 1 else part(2), missing).complete
    assert park(Log(sound, fallen), part(1)).complete


def test_records_that_claim_to_contain_later_ones_are_not_followed() -> None:
    circle = Log(here(record(1, "2", part(2))), here(record(2, "3", part(1))))
    found = park(circle, part(1), part(2))
    assert (found.gross, found.internal) == (5, 2)


def test_what_is_behind_the_products_has_a_bound() -> None:
    chain = [record(0, "1"), *(record(at, "2", part(at - 1)) for at in range(1, 30))]
    log = Log(*chain, here(record(30, "9", part(29))))
    place = record(31, "9", part(30))
    place = msgspec.structs.replace(place, facts=msgspec.structs.replace(place.facts, key=PARK))
    assert not area_statement(place, log, most=10).complete
    assert area_statement(place, log, most=31).complete


amounts = st.integers(0, 9).map(lambda tenths: Decimal(tenths) / 10)
Graph = tuple[dict[int, tuple[Decimal, Decimal, dict[int, Decimal]]], dict[int, Decimal], set[int]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Products by index: own emission, a stated input, and parts; of those listed, how many; and which are bought."""
    count = draw(st.integers(1, 9))
    products = {}
    for index in range(1, count + 1):
        among = st.dictionaries(st.integers(1, index - 1), amounts, max_size=4) if index > 1 else st.just({})
        products[index] = (draw(amounts), draw(amounts), draw(among))
    listed = draw(st.dictionaries(st.integers(1, count), st.integers(1, 9).map(Decimal), min_size=1))
    return products, listed, draw(st.sets(st.sampled_from(sorted(listed))))


@given(graphs())
def test_the_sum_is_what_the_area_emits_and_what_comes_from_outside_whatever_the_graph(graph: Graph) -> None:
    products, listed, bought = graph
    footprints: dict[int, Decimal] = {}
    for index, (own, stated, parts) in products.items():
        footprints[index] = own + stated + sum(count * footprints[one] for one, count in parts.items())

    def emitted(index: int) -> Fraction:
        """What is in a product without what is in it of listed products: its own, and from outside."""
        own, stated, parts = products[index]
        outside = (Fraction(count) * emitted(one) for one, count in parts.items() if one not in listed)
        return Fraction(own) + Fraction(stated) + sum(outside)

    def contained(index: int, wanted: int) -> Fraction:
        """How much of a listed product is in another, but for what is in a third one."""
        parts = products[index][2].items()
        return sum(
            (
                Fraction(count) * (1 if one == wanted else 0 if one in listed else contained(one, wanted))
                for one, count in parts
            ),
            Fraction(0),
        )

    log = Log(*(_sound(index, products[index], footprints[index], index in {*listed} - bought) for index in products))
    found = park(log, *(part(index, str(count)) for index, count in listed.items()))
    expected = sum(Fraction(count) * emitted(index) for index, count in listed.items())
    for wanted, count in listed.items():
        used = sum(Fraction(times) * contained(index, wanted) for index, times in listed.items())
        expected += max(Fraction(0), used - Fraction(count)) * Fraction(footprints[wanted])
    assert abs(Fraction(found.total) - expected) <= expected / 10**9
    own = sum(count * products[index][0] for index, count in listed.items() if index not in bought)
    assert abs(found.own - own) <= own * Decimal("1e-9") + Decimal("1e-9")
    assert abs(found.own + found.external - found.total) <= found.total / 10**9
    assert found.complete


def _sound(
    index: int, product: tuple[Decimal, Decimal, dict[int, Decimal]], total: Decimal, inside: bool
) -> TracedRecord:
    _, stated, parts = product
    pinned = [part(one, str(count)) for one, count in parts.items()]
    made = record(index, str(total), *pinned, part(None, "1", str(stated), urn="urn:x:y"))
    return here(made) if inside else made
