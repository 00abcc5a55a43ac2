"""The operator's people are told of objections that wait: at once, and once a day at the most."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from registry.access.roles import Role, roles_text
from registry.accounts.letters import Letters
from registry.database.people_tables import MembershipRow, MessageRow, PersonRow
from registry.objections.letters import tell_operator
from registry.objections.objections import Category, Objection, ObjectionState, counts, decide, file
from registry.registry import OPERATOR, Registry
from registry.reminders.rounds import take_round
from tests.world import MAKER, NOW, new_registry, published

LETTERS = Letters("Low-Carbon Alliance", "https://id.example.org")
MORNING = datetime(NOW.year, NOW.month, NOW.day, 8, tzinfo=UTC) + timedelta(days=1)
SAID = Objection(category=Category.FIGURE, words="The sum is wrong", email="nina@public.example")

pytestmark = pytest.mark.each_database("soak")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        with registry.database.writing() as session:
            for name, of, role in (("opera", OPERATOR, Role.OPERATOR), ("li", MAKER.id, Role.SIGNER)):
                told = {"id": name, "email": f"{name}@{of}.example", "name": name, "password_hash": ""}
                session.add(PersonRow(**told, created_at=NOW, password_at=NOW))
                session.flush()
                session.add(MembershipRow(person_id=name, member_id=of, roles=roles_text([role]), created_at=NOW))
        yield registry


def filed(registry: Registry, record: int, at: datetime) -> bool:
    """An objection is filed; whether that wrote letters."""
    with registry.database.writing() as session:
        file(session, record, SAID, at)
        return tell_operator(session, LETTERS, at)


def letters(registry: Registry) -> list[MessageRow]:
    """Every letter, oldest first."""
    with registry.database.reading() as session:
        return sorted(session.exec(select(MessageRow)), key=lambda row: row.created_at)


def test_one_letter_a_day_says_how_many_wait_and_nothing_of_what_they_say(registry: Registry) -> None:
    (done,) = published(registry, 1)
    assert filed(registry, done.record, MORNING)
    assert not filed(registry, done.record, MORNING + timedelta(hours=1))
    (first,) = letters(registry)
    assert first.recipient == f"opera@{OPERATOR}.example"
    assert "wait to be read: 1" in first.body
    assert "待查阅的异议：1 项" in first.body
    assert "https://id.example.org/objections" in first.body
    assert not any(word in first.body for word in ("sum", "nina"))

    take_round(registry.database, LETTERS, MORNING + timedelta(hours=2))
    assert len(letters(registry)) == 1
    tomorrow = MORNING + timedelta(days=1)
    take_round(registry.database, LETTERS, tomorrow)  # one was filed after the letter of the day
    assert "wait to be read: 2" in letters(registry)[-1].body
    take_round(registry.database, LETTERS, tomorrow + timedelta(days=1))  # and none since
    assert len(letters(registry)) == 2


def test_counts_are_of_what_was_admitted(registry: Registry) -> None:
    first, second = published(registry, 2)
    with registry.database.writing() as session:
        rows = [file(session, first.record, SAID, MORNING) for _ in range(3)]
        session.flush()
        assert counts(session, first.record) == (0, 0)
        for row in rows[:2]:
            decide(session, row, ObjectionState.ADMITTED, "", "opera", MORNING)
        decide(session, rows[0], ObjectionState.UPHELD, "It is wrong", "opera", MORNING)
        session.flush()
        assert counts(session, first.record) == (1, 1)
        assert counts(session, second.record) == (0, 0)
