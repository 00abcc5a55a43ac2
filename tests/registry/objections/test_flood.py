"""A flood of objections waits, and shuts the door to nobody; the operator dismisses many at once."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import col, select

from registry.access.callers import Caller
from registry.accounts.lockout import OBJECTION_FROM
from registry.database.audit_tables import AuditRow
from registry.database.objection_tables import ObjectionRow
from registry.database.people_tables import MessageRow
from registry.errors import InvalidInput, NotAllowed, NotFound, WrongState
from registry.objections.objections import DUE, ObjectionState, crowded, decide, listed
from registry.objections.routes import Decision, Dismissals, dismiss
from registry.objections.routes import decide as decide_one
from registry.registry import OPERATOR, Registry, utc_now
from registry.web.app import create_app
from registry.web.service import Service
from schemas.member import MemberKind
from tests.world import MAKER, NOW, new_registry, published

OPERA = Caller(OPERATOR, MemberKind.OPERATOR, person="opera")
SAID = {"category": "figure", "words": "The sum is wrong"}

pytestmark = pytest.mark.each_database("soak")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def filed(registry: Registry, record: int, count: int, **more: Any) -> list[UUID]:
    """So many objections to a record that wait to be read, one after the other."""
    keys = [uuid4() for _ in range(count)]
    with registry.database.writing() as session:
        for at, key in enumerate(keys):
            told: dict[str, Any] = {"id": str(key), "record": record, "owner_id": MAKER.id, "state": "filed"}
            told |= {"category": "figure", "words": "Spam", "filed_at": NOW, "due_at": NOW + DUE + at * (DUE / 10_000)}
            session.add(ObjectionRow(**told | more))
    return keys


def answers(registry: Registry, sent: list[tuple[str, int]]) -> list[int]:
    """How objections are answered, each from an address and to a record."""
    app = create_app(registry)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    async def one(address: str, record: int) -> int:
        transport = httpx.ASGITransport(application, client=(address, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="https://id.example.org") as http:
            answer = await http.post(f"/v1/records/{record}/objections", json=SAID)
            assert answer.status_code != 429 or int(answer.headers["retry-after"]) > 0
            return answer.status_code

    async def every() -> list[int]:
        return [await one(address, record) for address, record in sent]

    try:
        return asyncio.run(every())
    finally:
        service: Service = app.state.service
        service.labels.close()
        service.verifier.close()


def test_who_sent_none_yet_is_heard_in_a_flood_and_others_wait(registry: Registry) -> None:
    flooded, other = (done.record for done in published(registry, 2))
    filed(registry, flooded, 100)
    near, far = ["2001:db8:1:1::1", "2001:db8:1:1:ffff::2"], "2001:db8:1:2::1"
    sent = [*(("192.0.2.1", flooded) for _ in range(3)), ("192.0.2.2", flooded), *((one, flooded) for one in near)]
    assert answers(registry, [*sent, (far, flooded)]) == [202, 429, 429, 202, 202, 429, 202]
    assert answers(registry, [("192.0.2.1", other)] * 2) == [202, 202]


def test_one_ipv6_network_has_no_more_than_one_address_of_ipv4(registry: Registry) -> None:
    (done,) = published(registry, 1)
    for addresses in (["192.0.2.1"] * 7, [f"2001:db8:1:1::{at}" for at in range(7)]):
        told = answers(registry, [(address, done.record) for address in addresses])
        assert told == [202] * OBJECTION_FROM.free + [429, 429]
    assert answers(registry, [("::ffff:192.0.2.1", done.record)]) == [429]


def test_a_flood_on_one_record_is_read_after_the_first_objections_to_every_other(registry: Registry) -> None:
    flooded, other = (done.record for done in published(registry, 2))
    flood, late = filed(registry, flooded, 30), filed(registry, other, 2)
    with registry.database.writing() as session:
        for key in late:
            row = session.get_one(ObjectionRow, str(key))
            row.due_at += DUE
            session.add(row)
    with registry.database.reading() as session:
        read = [UUID(row.id) for row in listed(session, None, None, 1)]
        assert read == [*flood[:5], *late, *flood[5:]]
        assert [UUID(row.id) for row in listed(session, None, None, 1, other)] == late
        assert crowded(session) == [(flooded, 30)]


def test_several_are_dismissed_at_once_and_who_left_an_address_is_told(registry: Registry) -> None:
    (done,) = published(registry, 1)
    spam, told = filed(registry, done.record, 3), filed(registry, done.record, 1, email="ann@public.example")
    with closing(Service(registry)) as service:
        dismiss(service, OPERA, Dismissals(objections=(*spam, *told, spam[0]), words="Not about this record"), NOW)
        with registry.database.reading() as session:
            rows = session.exec(select(ObjectionRow)).all()
            assert {(row.state, row.answer, row.email) for row in rows} == {
                ("dismissed", "Not about this record", None)
            }
            (letter,) = session.exec(select(MessageRow))
            assert letter.recipient == "ann@public.example"
            steps = session.exec(select(AuditRow).where(col(AuditRow.subject).startswith("objection/"))).all()
        assert sorted(step.subject for step in steps) == sorted(f"objection/{key}" for key in (*spam, *told))
        assert {(step.who, step.owner_id) for step in steps} == {("person/opera", None)}


def test_of_several_all_are_dismissed_or_none_and_only_by_a_person_of_the_operator(registry: Registry) -> None:
    (done,) = published(registry, 1)
    keys = filed(registry, done.record, 3)
    maker = Caller(MAKER.id, MemberKind.MANUFACTURER, person="li")
    machine = Caller(OPERATOR, MemberKind.OPERATOR, token="0123456789abcdef")
    with closing(Service(registry)) as service:
        decide_one(service, OPERA, keys[2], Decision(decision=ObjectionState.ADMITTED), NOW)
        for caller, chosen, words, refused in (
            (OPERA, tuple(keys), "Spam", WrongState),  # one of them is admitted
            (OPERA, (*keys[:2], uuid4()), "Spam", NotFound),
            (OPERA, tuple(keys[:2]), "", InvalidInput),
            (OPERA, (), "Spam", InvalidInput),
            (maker, tuple(keys[:2]), "Spam", NotAllowed),
            (machine, tuple(keys[:2]), "Spam", NotAllowed),
        ):
            with pytest.raises(refused):
                dismiss(service, caller, Dismissals(objections=chosen, words=words), NOW)
    with registry.database.reading() as session:
        states = {UUID(row.id): row.state for row in session.exec(select(ObjectionRow))}
    assert [states[key] for key in keys] == ["filed", "filed", "admitted"]


def test_what_the_owner_was_not_told_of_is_not_in_its_trail_either(registry: Registry) -> None:
    (done,) = published(registry, 1)
    unread, heard = filed(registry, done.record, 2)
    with registry.database.writing() as session:
        decide(session, session.get_one(ObjectionRow, str(unread)), ObjectionState.DISMISSED, "Spam", "opera", NOW)
        row = session.get_one(ObjectionRow, str(heard))
        decide(session, row, ObjectionState.ADMITTED, "", "opera", utc_now())
        decide(session, row, ObjectionState.DISMISSED, "It is right", "opera", utc_now())
    with registry.database.reading() as session:
        query = select(AuditRow).where(col(AuditRow.subject).startswith("objection/")).order_by(col(AuditRow.id))
        noted = [(UUID(row.subject.partition("/")[2]), row.action, row.owner_id) for row in session.exec(query)]
    assert noted == [
        (unread, "dismissed", None),
        (heard, "admitted", MAKER.id),
        (heard, "dismissed", MAKER.id),
    ]
