"""A product's parts: pinned to records that stand when it is submitted, and looked at again when it is published."""

from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session

from registry.declarations.known import KnownProducts
from registry.errors import Refused
from registry.records.publish import NotPublished, Published, publish
from registry.registry import Registry
from schemas.declaration import Component, DeclaredUnit
from schemas.entry import StatusEvent
from schemas.findings import Severity, component_standing, findings
from tests.world import NOW, RIVAL, a_declaration, assert_sound, change, published, submitted, verified


def part(record: int, amount: str = "0.5", **rest: Any) -> Component:
    return Component(record=record, amount=Decimal(amount), unit=DeclaredUnit.KILOGRAM, **rest)


def codes_now(registry: Registry, *parts: Component) -> dict[str, Severity]:
    with registry.database.reading() as session:
        return codes(session, *parts)


def codes(session: Session, *parts: Component) -> dict[str, Severity]:
    declaration = a_declaration(50, components=parts, owner="maker")
    return {finding.code: finding.severity for finding in findings(declaration, KnownProducts(session))}


def test_a_product_rests_on_the_records_of_other_members(registry: Registry) -> None:
    (steel,) = published(registry, [a_declaration(1)], RIVAL.id)
    (beam,) = published(registry, [a_declaration(2, components=(part(steel.record),))])
    with registry.database.reading() as session:
        facts = KnownProducts(session).component(beam.record)
    assert facts is not None
    assert facts.components == (steel.record,)
    assert_sound(registry)


def test_what_is_not_a_record_or_does_not_convert_cannot_be_submitted(registry: Registry) -> None:
    (steel,) = published(registry, 1)
    in_liters = Component(record=steel.record, amount=Decimal(1), unit=DeclaredUnit.LITER)
    for refused, code in (
        (part(0), "component-unknown"),
        (part(999), "component-unknown"),
        (in_liters, "component-unit"),
    ):
        with pytest.raises(Refused) as refusal:
            submitted(registry, [a_declaration(2, components=(refused,))])
        assert [finding.code for finding in refusal.value.findings] == [code]


def test_a_newer_version_cannot_contain_what_contains_the_product(registry: Registry) -> None:
    (ore,) = published(registry, [a_declaration(1)])
    (steel,) = published(registry, [a_declaration(2, components=(part(ore.record),))])
    (beam,) = published(registry, [a_declaration(3, components=(part(steel.record),))])
    with pytest.raises(Refused) as refusal:
        submitted(registry, [a_declaration(1, components=(part(beam.record, "0.1"),))])
    assert [finding.code for finding in refusal.value.findings] == ["component-cycle"]


def test_a_contribution_is_what_the_record_gives_but_for_rounding(registry: Registry) -> None:
    (steel,) = published(registry, 1)  # 1.7 kgCO2e a kilogram
    for stated in ("0.85", "0.9", "0.83"):
        assert codes_now(registry, part(steel.record, contribution=Decimal(stated))) == {}
    for stated in ("0.10", "1.1"):
        found = codes_now(registry, part(steel.record, contribution=Decimal(stated)))
        assert found == {"component-contribution": Severity.WARNING}


@pytest.mark.parametrize("event", [StatusEvent.SUSPENDED, StatusEvent.WITHDRAWN])
def test_nothing_is_published_that_rests_on_what_fell_after_submission(registry: Registry, event: StatusEvent) -> None:
    (steel,) = published(registry, 1)
    keys = verified(registry, [a_declaration(2, components=(part(steel.record),)), a_declaration(3)])
    change(registry, steel.record, event)
    refused, other = publish(registry, keys, NOW)
    assert isinstance(refused, NotPublished)
    assert isinstance(refused.error, Refused)
    errors = {finding.code for finding in refused.error.findings if finding.severity is Severity.ERROR}
    assert errors == {"component-revoked"}
    assert isinstance(other, Published)
    assert_sound(registry)


def test_once_the_part_is_reinstated_the_product_can_be_published(registry: Registry) -> None:
    (steel,) = published(registry, 1)
    keys = verified(registry, [a_declaration(2, components=(part(steel.record),))])
    change(registry, steel.record, StatusEvent.SUSPENDED)
    change(registry, steel.record, StatusEvent.REINSTATED)
    assert isinstance(publish(registry, keys, NOW)[0], Published)


def test_a_part_with_a_newer_version_is_reported_and_does_not_block(registry: Registry) -> None:
    (steel,) = published(registry, 1)
    keys = verified(registry, [a_declaration(2, components=(part(steel.record),))])
    published(registry, [a_declaration(0, gwp_total=Decimal("1.5"))])
    assert isinstance(publish(registry, keys, NOW)[0], Published)
    assert codes_now(registry, part(steel.record)) == {"component-stale": Severity.WARNING}
    with registry.database.reading() as session:
        found = component_standing(a_declaration(2, components=(part(steel.record),)), KnownProducts(session))
    assert [(finding.code, finding.severity) for finding in found] == [("component-stale", Severity.WARNING)]
