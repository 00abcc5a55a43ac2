"""The trail is added to, and nothing else: in the transaction that takes the step, by its author, in order of time."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from sqlmodel import select

from registry.audit.changes import LONGEST, MOST, Change, changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted, step_id
from registry.database.audit_tables import AuditRow
from registry.database.author import VISITOR, Author
from registry.errors import NotFound
from registry.records.standing import change_standing
from registry.registry import Registry
from schemas.entry import StatusEvent
from tests.world import MAKER, NOW, new_registry

LI = Author("person/li", MAKER.id)
STEP = Step(Did.SUBMITTED, "declaration/1", MAKER.id, (Change("/gtin", None, "1"),))


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def trail(registry: Registry) -> list[AuditRow]:
    with registry.database.reading() as session:
        return list(session.exec(select(AuditRow).where(AuditRow.who == LI.who).order_by(AuditRow.id)))


@pytest.mark.each_database
def test_a_step_is_noted_with_who_for_whom_when_and_what_changed(registry: Registry) -> None:
    with registry.database.writing(LI) as session:
        noted(session, NOW, STEP)
    (row,) = trail(registry)
    assert (row.who, row.member_id, row.action, row.subject, row.owner_id, row.at.replace(tzinfo=None)) == (
        *("person/li", "maker", "submitted", "declaration/1", "maker", NOW.replace(tzinfo=None)),
    )
    assert msgspec.json.decode(row.changed) == [{"path": "/gtin", "after": "1"}]


def test_it_is_the_authors_but_where_another_is_named_and_the_command_line_s_where_none_is(registry: Registry) -> None:
    with registry.database.writing() as session:
        noted(session, NOW, STEP)
        noted(session, NOW, STEP, by=VISITOR)
    with registry.database.reading() as session:
        last = session.exec(select(AuditRow.who).where(AuditRow.subject == STEP.subject).order_by(AuditRow.id)).all()
    assert last == ["command line", "visitor"]


@pytest.mark.each_database
def test_what_fails_leaves_no_note(registry: Registry) -> None:
    with pytest.raises(NotFound), registry.database.writing(LI) as session:  # noqa: PT012 - a transaction
        noted(session, NOW, STEP)
        change_standing(session, registry.log_writer(session, NOW), 99, StatusEvent.SUSPENDED, "why", "x", NOW)
    assert trail(registry) == []


def test_its_ids_are_of_version_7_and_in_the_order_of_time_and_of_the_transaction() -> None:
    ids = [
        step_id(NOW + timedelta(microseconds=micros), at, random)
        for micros in (0, 1, 999, 1_000, 10**9)
        for at in (0, 1, 2**24 - 1)
        for random in (0, 2**38 - 1)
    ]
    assert ids == sorted(ids, key=str)
    assert len(set(ids)) == len(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, UUID(int=2 << 62).variant)}
    assert ids[0].int >> 80 == NOW.timestamp() * 1_000


def test_steps_of_one_transaction_stay_in_their_order(registry: Registry) -> None:
    with registry.database.writing(LI) as session:
        noted(session, NOW, *(Step(Did.CREATED, f"declaration/{at}") for at in range(20)))
        noted(session, NOW, *(Step(Did.CREATED, f"declaration/{at}") for at in range(20, 40)))
    assert [row.subject for row in trail(registry)] == [f"declaration/{at}" for at in range(40)]


def test_what_changed_is_told_by_pointers() -> None:
    before = {"a/b": 1, "same": [1, {"x": 2}], "list": [1, 2, 3], "gone": {"deep": True}, "t~": "old"}
    after = {"a/b": 2, "same": [1, {"x": 2}], "list": [1, 5], "t~": "new", "new": [1]}
    assert changes(before, after) == (
        Change("/a~1b", 1, 2),
        Change("/list/1", 2, 5),
        Change("/list/2", 3, None),
        Change("/gone", {"deep": True}, None),
        Change("/t~0", "old", "new"),
        Change("/new", None, [1]),
    )
    assert changes(before, before) == ()
    assert changes(MAKER, msgspec.structs.replace(MAKER, country="CN")) == (Change("/country", None, "CN"),)


def test_what_changed_is_bounded() -> None:
    told = changes({}, {f"{at}": "很" * 1_000 for at in range(MOST + 7)})
    assert len(told) == MOST + 1
    assert told[-1] == Change("", None, "7 more")
    assert all(isinstance(one.after, str) and len(one.after) <= LONGEST for one in told)
    (one,) = changes({"x": None}, {"x": [{"y": "z" * 1_000}]})
    assert isinstance(one.after, str)
    assert re.fullmatch(r'\[\{"y":"z+…', one.after)
