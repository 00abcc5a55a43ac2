"""A round reads what stands, and tells an owner's people in one letter each, what each is told once."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Thread

import pytest
from msgspec.structs import replace
from sqlmodel import col, select

from registry.access.roles import Role, roles_text
from registry.accounts.letters import Letters
from registry.database.people_tables import MembershipRow, MessageRow, PersonRow
from registry.declarations.life import give_back, row_of
from registry.errors import RegistryError
from registry.members.members import change, leave, member
from registry.records import standing
from registry.registry import OPERATOR, Registry
from registry.reminders.rounds import is_done, take_round, to_do
from schemas.declaration import Component, DeclaredUnit
from schemas.entry import StatusEvent
from tests.world import (
    CHECKER,
    MAKER,
    NOW,
    RIVAL,
    VALID_UNTIL,
    a_declaration,
    new_registry,
    published,
    submitted,
    verified,
)
from tests.world import (
    change as change_standing,
)

LETTERS = Letters("Low-Carbon Alliance", "https://id.example.org")
LAST = datetime(VALID_UNTIL.year, VALID_UNTIL.month, VALID_UNTIL.day, 8, tzinfo=UTC)
PEOPLE = {
    "li": (MAKER.id, Role.SIGNER),
    "wei": (MAKER.id, Role.EDITOR),
    "rita": (RIVAL.id, Role.EDITOR),
    "carl": (CHECKER.id, Role.SIGNER),
    "rev": (CHECKER.id, Role.REVIEWER),
    "opera": (OPERATOR, Role.OPERATOR),
}


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        with registry.database.writing() as session:
            for name, (of, role) in PEOPLE.items():
                told = {"id": name, "email": f"{name}@{of}.example", "name": name, "password_hash": ""}
                session.add(PersonRow(**told, created_at=NOW, password_at=NOW))
                session.flush()
                session.add(MembershipRow(person_id=name, member_id=of, roles=roles_text([role]), created_at=NOW))
        yield registry


def component_of(record: int) -> Component:
    return Component(record=record, amount=Decimal("0.1"), unit=DeclaredUnit.KILOGRAM)


def told(registry: Registry) -> dict[str, list[str]]:
    """Who was written what."""
    with registry.database.reading() as session:
        found: dict[str, list[str]] = {}
        for row in session.exec(select(MessageRow).order_by(col(MessageRow.created_at))):
            found.setdefault(row.recipient.partition("@")[0], []).append(row.body)
        return found


@pytest.mark.each_database
def test_the_owner_s_people_are_told_90_30_and_7_days_before_and_once(registry: Registry) -> None:
    published(registry, 2)
    for left in (91, 90, 89, 30, 29, 7, 6, 0, -1):
        now = LAST - timedelta(left)
        assert not is_done(registry.database, now.date())
        sent = take_round(registry.database, LETTERS, now)
        assert sent == (2 if left in (90, 30, 7) else 0), left
        assert is_done(registry.database, now.date())
        assert take_round(registry.database, LETTERS, now) == 0
    letters = told(registry)
    assert {who: len(bodies) for who, bodies in letters.items()} == {"li": 3, "wei": 3}
    assert "Steel beam 0 (record 7): its declaration ends on 2028-03-01" in letters["li"][0]
    assert "钢梁 1（记录" in letters["wei"][-1]


def test_what_was_renewed_or_withdrawn_is_nobody_s_worry_nor_whose_owner_has_left(registry: Registry) -> None:
    first, _, third = published(registry, 3)
    published(registry, [a_declaration(1, valid_until=VALID_UNTIL + timedelta(400))])
    change_standing(registry, third.record, StatusEvent.WITHDRAWN)
    assert take_round(registry.database, LETTERS, LAST) == 1
    with registry.database.reading() as session:
        assert [one.subject for one in to_do(session, MAKER.id, LAST.date())] == [f"record/{first.record}"]
        assert to_do(session, MAKER.id, LAST.date() + timedelta(1)) == []
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        leave(session, writer, MAKER.id, NOW)
        writer.flush()
    published(registry, [a_declaration(5)], owner=RIVAL.id)
    assert take_round(registry.database, LETTERS, LAST - timedelta(20)) == 1
    assert set(told(registry)) == {"li", "wei", "rita"}


def test_a_part_that_no_longer_holds_is_told_to_whose_product_contains_it(registry: Registry) -> None:
    (part,) = published(registry, [a_declaration(1)], owner=RIVAL.id)
    (whole,) = published(registry, [a_declaration(2, components=(component_of(part.record),))])
    assert take_round(registry.database, LETTERS, NOW) == 0
    change_standing(registry, part.record, StatusEvent.SUSPENDED)
    assert take_round(registry.database, LETTERS, NOW) == 1
    assert take_round(registry.database, LETTERS, NOW) == 0
    letters = told(registry)
    assert set(letters) == {"li", "wei"}
    assert f"Steel beam 2 (record {whole.record}): its part, record {part.record}, is suspended" in letters["li"][0]
    with registry.database.reading() as session:
        assert [one.fate for one in to_do(session, MAKER.id, NOW.date())] == ["suspended"]
    change_standing(registry, part.record, StatusEvent.REINSTATED)
    with registry.database.reading() as session:
        assert to_do(session, MAKER.id, NOW.date()) == []


def test_a_part_that_is_suspended_again_is_told_again(registry: Registry) -> None:
    (part,) = published(registry, [a_declaration(1)], owner=RIVAL.id)
    published(registry, [a_declaration(2, components=(component_of(part.record),))])
    told_of = []
    for day, event in enumerate((StatusEvent.SUSPENDED, StatusEvent.REINSTATED, StatusEvent.SUSPENDED)):
        with registry.database.writing() as session:
            now, writer = NOW + timedelta(day), registry.log_writer(session, NOW + timedelta(day))
            standing.change_standing(session, writer, part.record, event, "the meter", OPERATOR, now)
        told_of += [take_round(registry.database, LETTERS, NOW + timedelta(day)) for _ in range(2)]
    assert told_of == [1, 0, 0, 0, 1, 0]


def test_whose_product_contains_it_over_several_steps_is_told_what_cannot_be_relied_on(registry: Registry) -> None:
    (deep,) = published(registry, [a_declaration(1)], owner=RIVAL.id)
    (between,) = published(registry, [a_declaration(2, components=(component_of(deep.record),))], owner=RIVAL.id)
    (inner,) = published(registry, [a_declaration(3, components=(component_of(between.record),))], owner=RIVAL.id)
    (whole,) = published(registry, [a_declaration(4, components=(component_of(inner.record),))])
    published(registry, [a_declaration(1, gwp_total=Decimal("1.96"))], owner=RIVAL.id)  # superseded: for RIVAL alone
    assert take_round(registry.database, LETTERS, NOW) == 1
    assert set(told(registry)) == {"rita"}
    change_standing(registry, deep.record, StatusEvent.WITHDRAWN)
    assert take_round(registry.database, LETTERS, NOW) == 3
    (letter,) = told(registry)["li"]
    assert f"Steel beam 4 (record {whole.record}): a part of its parts, record {deep.record}, is withdrawn" in letter
    with registry.database.reading() as session:
        assert [one.part for one in to_do(session, MAKER.id, NOW.date())] == [deep.record]


def test_a_part_that_falls_while_a_declaration_is_on_its_way_is_told_to_owner_body_and_operator(
    registry: Registry,
) -> None:
    (part,) = published(registry, [a_declaration(1)], owner=RIVAL.id)
    component = component_of(part.record)
    (waiting,) = verified(registry, [a_declaration(2, components=(component,))])
    submitted(registry, [a_declaration(3, components=(component,))])  # its owner can still change it
    assert take_round(registry.database, LETTERS, NOW) == 0
    change_standing(registry, part.record, StatusEvent.WITHDRAWN)
    assert take_round(registry.database, LETTERS, NOW) == 1
    assert take_round(registry.database, LETTERS, NOW) == 0
    letters = told(registry)
    assert set(letters) == {"li", "wei", "carl", "rev", "opera"}
    said = f"Steel beam 2, verified or under review: its part, record {part.record}, is withdrawn."
    for (letter,) in letters.values():
        assert said in letter
        assert f"部件（记录 {part.record}）已撤销，因此不能发布" in letter
        assert f"https://id.example.org/declarations/{waiting}" in letter
    with registry.database.writing() as session:
        assert [one.fate for one in to_do(session, MAKER.id, NOW.date())] == ["withdrawn"]
        give_back(session, row_of(session, waiting), NOW)
        session.flush()
        assert to_do(session, MAKER.id, NOW.date()) == []


def test_the_end_of_an_accreditation_is_told_to_the_body_s_signers_and_the_operator(registry: Registry) -> None:
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        body = member(session, CHECKER.id)
        until = NOW.date() + timedelta(25)
        change(session, writer, replace(body, accreditation="ISO 14065", accreditation_until=until), NOW)
        writer.flush()
    assert take_round(registry.database, LETTERS, NOW) == 1
    assert set(told(registry)) == {"carl", "opera"}
    with registry.database.reading() as session:
        assert len(to_do(session, CHECKER.id, NOW.date())) == 1


@pytest.mark.each_database
def test_two_rounds_at_once_tell_nobody_twice(registry: Registry) -> None:
    published(registry, 3)
    sent: list[int | RegistryError] = []
    rounds = [Thread(target=lambda: sent.append(take_round(registry.database, LETTERS, LAST))) for _ in range(3)]
    with ExitStack() as ending:
        for one in rounds:
            one.start()
            ending.callback(one.join)
    assert sorted(map(str, sent)) == ["0", "0", "3"]
    assert {who: len(bodies) for who, bodies in told(registry).items()} == {"li": 1, "wei": 1}


def test_a_round_that_is_given_up_is_taken_again(registry: Registry) -> None:
    published(registry, 1)
    assert take_round(registry.database, LETTERS, LAST, lambda: True) == 0
    assert not is_done(registry.database, LAST.date())
    assert take_round(registry.database, LETTERS, LAST) == 1
