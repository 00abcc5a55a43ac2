"""Objections over HTTP: anybody files one; the operator decides; owner and body say their view."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RawBody
from msgspec import Meta, Struct

from registry.access.admission import ANYBODY, on_named, on_others, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, may_others, require, require_others
from registry.accounts import lockout
from registry.database.author import VISITOR
from registry.database.objection_tables import ObjectionRow
from registry.errors import InvalidInput
from registry.objections import objections
from registry.objections.letters import tell, tell_operator
from registry.objections.objections import Category, Objection, ObjectionState
from registry.records.standing import change_standing, record_row
from registry.registry import utc_now
from registry.web.openapi import json_operation
from registry.web.problems import responses
from registry.web.reading import struct_body
from registry.web.remote import remote_of
from registry.web.service import Service
from schemas.entry import StatusEvent

_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415)
RecordIndex = Annotated[int, PathParameter(ge=0, le=2**63 - 1, description="the record's log index")]
ObjectionId = Annotated[UUID, PathParameter(description="the objection's id")]


class Filed(Struct, frozen=True):
    """The objection is there, and waits for the operator to read it."""

    id: UUID
    state: ObjectionState


class ObjectionKnown(Struct, frozen=True, kw_only=True):
    """What the public knows of an objection: not what the objector wrote."""

    id: UUID
    category: Category
    state: ObjectionState
    filed: datetime
    decided: datetime | None
    answer: str


class ObjectionsKnown(Struct, frozen=True):
    """The objections to a record that the operator admitted, and how many are open and upheld."""

    open: int
    upheld: int
    objections: tuple[ObjectionKnown, ...]


class ObjectionShown(Struct, frozen=True, kw_only=True):
    """An objection for the operator, and, once admitted, for whom it concerns. The objector's address is for nobody."""

    id: UUID
    record: int
    owner: str
    body: str | None
    category: Category
    words: str
    state: ObjectionState
    filed: datetime
    due: datetime
    overdue: bool
    decided: datetime | None
    answer: str
    owner_says: str
    body_says: str


class Objections(Struct, frozen=True):
    """Some objections, those that are due first."""

    objections: tuple[ObjectionShown, ...]


class Decision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the operator decides: ``admitted``, or ``answered``, ``dismissed`` or ``upheld`` and why, in public."""

    decision: ObjectionState
    words: Annotated[str, Meta(max_length=objections.MOST_ANSWER)] = ""


class Dismissals(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Objections that wait to be read and are none, and why, for those who filed them."""

    objections: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=objections.MOST_AT_ONCE)]
    words: Annotated[str, Meta(max_length=objections.MOST_ANSWER)]


class View(Struct, frozen=True, forbid_unknown_fields=True):
    """What the owner, or the verification body, says to it. For the operator."""

    words: Annotated[str, Meta(max_length=objections.MOST_WORDS)]


def shown(row: ObjectionRow, now: datetime) -> ObjectionShown:
    """An objection as whom it concerns sees it."""
    return ObjectionShown(
        id=UUID(row.id),
        record=row.record,
        owner=row.owner_id,
        body=row.body_id,
        category=Category(row.category),
        words=row.words,
        state=ObjectionState(row.state),
        filed=row.filed_at,
        due=row.due_at,
        overdue=row.state in objections.OPEN and row.due_at < now,
        decided=row.decided_at,
        answer=row.answer,
        owner_says=row.owner_says,
        body_says=row.body_says,
    )


def known(service: Service, record: int) -> ObjectionsKnown:
    """What the public knows of the objections to a record. Raises ``NotFound``."""
    with service.registry.database.reading() as session:
        record_row(session, record)
        rows = objections.public(session, record)
        opened, upheld = objections.counts(session, record)
    return ObjectionsKnown(
        open=opened,
        upheld=upheld,
        objections=tuple(
            ObjectionKnown(
                id=UUID(row.id),
                category=Category(row.category),
                state=ObjectionState(row.state),
                filed=row.filed_at,
                decided=row.decided_at,
                answer=row.answer,
            )
            for row in rows
        ),
    )


def receive(service: Service, record: int, objection: Objection, remote: str, now: datetime) -> Filed:
    """Keeps an objection, and writes to the operator's people, once a day. In a flood, each ``remote`` has one a day.

    Raises ``NotFound``, ``InvalidInput``, ``WrongState`` and ``TooManyAttempts``.
    """
    with service.registry.database.writing(VISITOR) as session:
        lockout.count(session, lockout.OBJECTION_FROM, remote, now)
        if objections.is_flooded(session, record):
            lockout.count(session, lockout.OBJECTION_IN_FLOOD, remote, now)
        filed = objections.file(session, record, objection, now)
        tell_operator(session, service.accounts.letters, now)
        return Filed(UUID(filed.id), ObjectionState.FILED)


def decide(service: Service, caller: Caller, key: UUID, told: Decision, now: datetime) -> ObjectionShown:
    """Decides; to uphold it suspends the record, if that stands, in the same transaction. Raises ``NotAllowed``."""
    with service.registry.database.writing(caller.author) as session:
        row = objections.objection_row(session, key)
        require(caller, Action.DECIDE_OBJECTION, row.owner_id)
        if told.decision is ObjectionState.FILED:
            raise InvalidInput("admitted, answered, dismissed or upheld", "$.decision")
        was = row.state
        objector = objections.decide(session, row, told.decision, told.words, caller.name, now)
        if told.decision is ObjectionState.UPHELD and record_row(session, row.record).standing == "active":
            require(caller, Action.SUSPEND, row.owner_id)
            writer, reason = service.registry.log_writer(session, now), objections.suspension_reason(row)
            change_standing(session, writer, row.record, StatusEvent.SUSPENDED, reason, caller.member, now)
        tell(session, service.accounts.letters, row, was, objector, now)
        return shown(row, now)


def dismiss(service: Service, caller: Caller, told: Dismissals, now: datetime) -> None:
    """Dismisses several that only the operator knows of: all of them, or none. Raises ``NotAllowed``, ``NotFound``,
    ``WrongState`` and ``InvalidInput``."""
    require_others(caller, Action.DECIDE_OBJECTION)
    if not told.objections:
        raise InvalidInput("say which", "$.objections")
    with service.registry.database.writing(caller.author) as session:
        for key in dict.fromkeys(told.objections):
            row = objections.objection_row(session, key)
            require(caller, Action.DECIDE_OBJECTION, row.owner_id)
            objector = objections.dismiss_unread(session, row, told.words, caller.name, now)
            tell(session, service.accounts.letters, row, ObjectionState.FILED, objector, now)


def state_view(service: Service, caller: Caller, key: UUID, words: str, now: datetime) -> ObjectionShown:
    """Keeps what the owner or the body says. Raises ``NotAllowed``, ``WrongState`` and ``InvalidInput``."""
    with service.registry.database.writing(caller.author) as session:
        row = objections.objection_row(session, key)
        require(caller, Action.STATE_VIEW, row.owner_id, row.body_id or "")
        objections.state_view(session, row, caller.member, words, now)
        return shown(row, now)


def concerning(
    service: Service,
    caller: Caller,
    state: ObjectionState | None,
    page: int,
    now: datetime,
    record: int | None = None,
) -> Objections:
    """A page of what the caller may see, or what of it is about one record. Raises ``NotAllowed``."""
    require(caller, Action.READ_OBJECTIONS, caller.member)
    member = None if may_others(caller, Action.READ_OBJECTIONS) else caller.member
    with service.registry.database.reading() as session:
        found = objections.listed(session, member, state, page, record)
        return Objections(tuple(shown(row, now) for row in found))


@post(
    "/v1/records/{record:int}/objections",
    admits=ANYBODY,
    status_code=202,
    operation_class=json_operation(Objection),
    responses=responses(400, 404, 409, 413, 415, 429),
    tags=["objections"],
    sync_to_thread=True,
)
def file_objection(
    request: Request[Any, Any, Any], body: RawBody, record: RecordIndex, service: NamedDependency[Service]
) -> Filed:
    """Say what is wrong with a record. For anybody; the operator reads it before anybody else knows of it."""
    objection = struct_body(request, body, Objection)
    return receive(service, record, objection, remote_of(request), utc_now())


@get(
    "/v1/records/{record:int}/objections",
    admits=ANYBODY,
    responses=responses(400, 404),
    tags=["objections"],
    sync_to_thread=True,
)
def read_objections_to(record: RecordIndex, service: NamedDependency[Service]) -> ObjectionsKnown:
    """The objections to a record that the operator admitted, and what it answered."""
    return known(service, record)


@get(
    "/v1/objections",
    admits=on_own(Action.READ_OBJECTIONS),
    responses=responses(400, 401, 403),
    security=_BEARER,
    tags=["objections"],
    sync_to_thread=True,
)
def list_objections(
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
    wanted: Annotated[
        ObjectionState | None, QueryParameter(name="state", description="only those in this state")
    ] = None,
    record: Annotated[int | None, QueryParameter(ge=0, le=2**63 - 1, description="only those to this record")] = None,
    page: Annotated[int, QueryParameter(ge=1, le=10_000, description="from 1")] = 1,
) -> Objections:
    """Objections, those that are due first: for the operator all, for owners and bodies those admitted that concern
    them. Of one record, five that wait to be read come before those of others, and the rest after."""
    return concerning(service, caller, wanted, page, utc_now(), record)


@post(
    "/v1/objections/dismissals",
    admits=on_others(Action.DECIDE_OBJECTION),
    status_code=204,
    operation_class=json_operation(Dismissals),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["objections"],
    sync_to_thread=True,
)
def dismiss_objections(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> None:
    """Dismiss several objections that only the operator knows of, in a flood: all or none. For a person of the
    operator."""
    require_others(caller, Action.DECIDE_OBJECTION)
    dismiss(service, caller, struct_body(request, body, Dismissals), utc_now())


@post(
    "/v1/objections/{objection:uuid}/decision",
    admits=on_named(Action.DECIDE_OBJECTION),
    status_code=200,
    operation_class=json_operation(Decision),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["objections"],
    sync_to_thread=True,
)
def decide_objection(
    request: Request[Any, Any, Any],
    body: RawBody,
    objection: ObjectionId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> ObjectionShown:
    """Admit, answer, dismiss or uphold an objection; to uphold it suspends the record. For a person of the operator."""
    with service.registry.database.reading() as session:
        require(caller, Action.DECIDE_OBJECTION, objections.objection_row(session, objection).owner_id)
    return decide(service, caller, objection, struct_body(request, body, Decision), utc_now())


@post(
    "/v1/objections/{objection:uuid}/view",
    admits=on_named(Action.STATE_VIEW),
    status_code=200,
    operation_class=json_operation(View),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["objections"],
    sync_to_thread=True,
)
def state_view_on_objection(
    request: Request[Any, Any, Any],
    body: RawBody,
    objection: ObjectionId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> ObjectionShown:
    """Say, as the owner or the verification body, what you have to say to an admitted objection. For the operator."""
    with service.registry.database.reading() as session:
        row = objections.objection_row(session, objection)
        require(caller, Action.STATE_VIEW, row.owner_id, row.body_id or "")
    return state_view(service, caller, objection, struct_body(request, body, View).words, utc_now())


ROUTES = [
    file_objection,
    read_objections_to,
    list_objections,
    dismiss_objections,
    decide_objection,
    state_view_on_objection,
]
