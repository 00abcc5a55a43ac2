"""A trace of what is really in the log, as it stands on a day."""

from datetime import timedelta
from decimal import Decimal

from registry.registry import Registry
from registry.trace.known import KnownRecords
from registry.trace.trace import trace
from schemas.entry import StatusEvent
from schemas.trace import Trace
from schemas.verdict import VerdictCode
from tests.registry.trace.conftest import part
from tests.world import MAKER, NOW, RIVAL, VALID_UNTIL, a_declaration, change, gtin, published


def traced(registry: Registry, index: int, days: int = 0) -> Trace | None:
    with registry.database.reading() as session:
        return trace(index, KnownRecords(session, NOW.date() + timedelta(days)))


def test_a_trace_crosses_members_and_names_each(registry: Registry) -> None:
    (ore,) = published(registry, [a_declaration(1, gwp_total=Decimal("0.3"))], RIVAL.id)
    (steel,) = published(registry, [a_declaration(2, gwp_total=Decimal("1.2"), components=(part(ore.record, "2"),))])
    (beam,) = published(registry, [a_declaration(3, gwp_total=Decimal(3), components=(part(steel.record, "2"),))])
    found = traced(registry, beam.record)
    assert found is not None
    (in_steel,) = found.product.parts
    (in_ore,) = in_steel.parts
    assert [node.gtin for node in (found.product, in_steel, in_ore)] == [gtin(3), gtin(2), gtin(1)]
    assert [node.owner and node.owner.id for node in (in_steel, in_ore)] == [MAKER.id, RIVAL.id]
    assert [node.footprint for node in (in_steel, in_ore)] == [Decimal("2.4"), Decimal("1.2")]
    assert (found.product.coverage, in_steel.coverage, found.members, found.stale) == (80, 50, 2, ())


def test_a_trace_says_how_each_part_stands_today(registry: Registry) -> None:
    (ore,), (oil,) = published(registry, [a_declaration(1)]), published(registry, [a_declaration(2)])
    (beam,) = published(registry, [a_declaration(3, components=(part(ore.record, "0.5"), part(oil.record, "0.1")))])
    (newer,) = published(registry, [a_declaration(1)])
    change(registry, oil.record, StatusEvent.WITHDRAWN)
    found = traced(registry, beam.record)
    assert found is not None
    assert [node.verdict for node in found.product.parts] == [VerdictCode.SUPERSEDED, VerdictCode.WITHDRAWN]
    assert found.stale == (ore.record, oil.record)
    assert found.product.coverage == 50
    assert newer.record not in found.stale
    later = traced(registry, beam.record, (VALID_UNTIL - NOW.date()).days + 1)
    assert later is not None
    assert later.product.coverage == 0


def test_only_records_can_be_traced(registry: Registry) -> None:
    for index in (0, 3, 10_000, -1, 1 << 63):
        assert traced(registry, index) is None
