"""The life of a declaration: each step only from the state before it, content frozen from submission on."""

from collections.abc import Callable, Generator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlmodel import Session

from registry.database.tables import DeclarationRow
from registry.declarations import life
from registry.declarations.known import KnownProducts
from registry.errors import NotFound, Refused, RegistryError, WrongState
from registry.records.publish import publish
from registry.registry import OPERATOR, Registry
from schemas.declaration import Component, DeclaredUnit
from schemas.entry import StatusEvent
from schemas.findings import Severity
from tests.world import (
    MAKER,
    NOW,
    RIVAL,
    VERIFICATION,
    a_declaration,
    a_place,
    change,
    gln,
    gtin,
    new_registry,
    published,
    submitted,
    verified,
)


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def draft(registry: Registry) -> UUID:
    with registry.database.writing() as session:
        return life.create(session, a_declaration(0), MAKER.id, NOW)


def to_submitted(registry: Registry) -> UUID:
    return submitted(registry, [a_declaration(0)])[0]


def to_verified(registry: Registry) -> UUID:
    return verified(registry, [a_declaration(0)])[0]


def to_published(registry: Registry) -> UUID:
    (key,) = verified(registry, [a_declaration(0)])
    publish(registry, [key], NOW)
    return key


STATES: dict[str, Callable[[Registry], UUID]] = {
    "draft": draft,
    "submitted": to_submitted,
    "verified": to_verified,
    "published": to_published,
}
STEPS: dict[str, tuple[Callable[[Session, DeclarationRow], object], set[str], str]] = {
    # step: what is done, from which states, and what it leads to
    "revise": (
        lambda session, row: life.revise(session, row, a_declaration(0, gwp_total=Decimal(2)), NOW),
        {"draft", "submitted"},
        "draft",
    ),
    "submit": (lambda session, row: life.submit(session, row, NOW), {"draft"}, "submitted"),
    "verify": (
        lambda session, row: life.state_verification(session, row, VERIFICATION, OPERATOR, NOW),
        {"submitted"},
        "verified",
    ),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_open_only_in_its_states(registry: Registry, step: str, state: str) -> None:
    key = STATES[state](registry)
    act, allowed, after = STEPS[step]
    with registry.database.reading() as session:
        before = life.row_of(session, key).content
    if state in allowed:
        with registry.database.writing() as session:
            act(session, life.row_of(session, key))
    else:
        with pytest.raises(WrongState, match=f"is {state}"), registry.database.writing() as session:
            act(session, life.row_of(session, key))
        after = state
    with registry.database.reading() as session:
        row = life.row_of(session, key)
        assert row.state == after
        assert (row.content == before) == (state not in allowed or step == "submit")


def test_a_revised_declaration_has_to_be_verified_again(registry: Registry) -> None:
    key = to_submitted(registry)
    with registry.database.writing() as session:
        row = life.row_of(session, key)
        life.revise(session, row, a_declaration(0, verification=VERIFICATION, version=7, supersedes=3), NOW)
    with registry.database.reading() as session:
        content = life.content_of(life.row_of(session, key))
    assert content.verification is None
    assert (content.id, content.owner, content.version, content.supersedes) == (key, MAKER.id, 1, None)


def test_id_owner_and_verification_are_not_the_owner_s_to_write(registry: Registry) -> None:
    forged = a_declaration(0, owner=RIVAL.id, id=uuid4(), version=9, supersedes=1, verification=VERIFICATION)
    with registry.database.writing() as session:
        key = life.create(session, forged, MAKER.id, NOW)
        session.flush()
        content = life.content_of(life.row_of(session, key))
    sound = msgspec.structs.replace(a_declaration(0), id=key, owner=MAKER.id)
    assert content == sound


def test_errors_block_submission_and_are_all_named(registry: Registry) -> None:
    broken = a_declaration(0, gtin="1", gwp_total=None, standards=())
    with registry.database.writing() as session:
        key = life.create(session, broken, MAKER.id, NOW)
    with pytest.raises(Refused) as problem, registry.database.writing() as session:
        life.submit(session, life.row_of(session, key), NOW)
    paths = {finding.path for finding in problem.value.findings if finding.severity is Severity.ERROR}
    assert {"$.gtin", "$.gwp_total", "$.standards"} <= paths


@pytest.mark.parametrize("body", [MAKER.id, OPERATOR])
def test_neither_owner_nor_operator_verifies(registry: Registry, body: str) -> None:
    key = to_submitted(registry)
    statement = msgspec.structs.replace(VERIFICATION, body=body)
    with pytest.raises(Refused), registry.database.writing() as session:
        life.state_verification(session, life.row_of(session, key), statement, OPERATOR, NOW)


def test_a_verification_before_the_period_ends_is_refused(registry: Registry) -> None:
    key = to_submitted(registry)
    statement = msgspec.structs.replace(VERIFICATION, date=date(2025, 6, 1))
    with pytest.raises(RegistryError), registry.database.writing() as session:
        life.state_verification(session, life.row_of(session, key), statement, OPERATOR, NOW)


def test_there_is_no_declaration_of_that_id(registry: Registry) -> None:
    with registry.database.reading() as session, pytest.raises(NotFound):
        life.row_of(session, uuid4())


class TestKnownProducts:
    def test_a_number_belongs_to_the_owner_of_its_newest_record_until_that_is_withdrawn(
        self, registry: Registry
    ) -> None:
        product, place = published(registry, [a_declaration(0), a_place(0)])
        with registry.database.reading() as session:
            known = KnownProducts(session)
            assert [known.owner_of(key) for key in (gtin(0), gln(0), gtin(1))] == [MAKER.id, MAKER.id, None]
        change(registry, product.record, StatusEvent.WITHDRAWN)
        change(registry, place.record, StatusEvent.SUSPENDED)
        with registry.database.reading() as session:
            known = KnownProducts(session)
            assert [known.owner_of(key) for key in (gtin(0), gln(0))] == [None, MAKER.id]

    def test_a_member_s_number_cannot_be_submitted_by_another(self, registry: Registry) -> None:
        published(registry, [a_declaration(0)])
        with pytest.raises(Refused) as problem:
            submitted(registry, [a_declaration(0)], owner=RIVAL.id)
        assert [finding.code for finding in problem.value.findings] == ["gtin-owner"]

    def test_a_component_is_known_by_its_record_with_its_standing(self, registry: Registry) -> None:
        part = Component(urn="urn:example:ore", amount=Decimal(1), unit=DeclaredUnit.KILOGRAM)
        one, two = published(registry, [a_declaration(0, components=(part,)), a_declaration(1)])
        published(registry, [a_declaration(0, gwp_total=Decimal(1))])
        change(registry, two.record, StatusEvent.SUSPENDED)
        with registry.database.reading() as session:
            known = KnownProducts(session)
            first, second = known.component(one.record), known.component(two.record)
            assert first is not None
            assert second is not None
            assert (first.key, first.gwp_total, first.status) == (gtin(0), Decimal("1.7"), "superseded")
            assert second.status == "suspended"
            assert [known.component(index) for index in (0, 10**6)] == [None, None]
