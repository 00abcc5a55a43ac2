"""Organisations over HTTP: applications to join, the public list, changes, leaving."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RawBody
from msgspec import Meta, Struct

from registry.access.admission import ANYBODY, on_named, on_others
from registry.access.callers import Caller
from registry.access.roles import ROLES_OF
from registry.access.rules import Action, require, require_others
from registry.accounts import lockout, people
from registry.accounts.outbox import StoredOutbox
from registry.database.author import VISITOR
from registry.database.people_tables import ApplicationRow
from registry.members import applications, members
from registry.members.applications import Application, ApplicationState
from registry.registry import utc_now
from registry.web.openapi import json_operation
from registry.web.problems import responses
from registry.web.reading import struct_body
from registry.web.remote import remote_of
from registry.web.service import Service
from schemas.member import Member, MemberKind, Plan
from schemas.text import Text, in_language

_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415)
MAX_PAGE = 10_000
ApplicationId = Annotated[UUID, PathParameter(description="the application's id")]
MemberId = Annotated[str, PathParameter(max_length=64, description="the member's id")]


class Received(Struct, frozen=True):
    """The application is there, and waits for the operator."""

    id: UUID
    state: ApplicationState


class ApplicationShown(Struct, frozen=True, kw_only=True):
    """An application as the operator sees it."""

    id: UUID
    state: ApplicationState
    application: Application
    submitted: datetime
    decided: datetime | None
    decided_by: str | None
    reason: str | None
    member: str | None


class Applications(Struct, frozen=True):
    """A page of applications, the oldest first; ``page`` from 1."""

    applications: tuple[ApplicationShown, ...]
    total: int
    page: int
    pages: int


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """Under which id the organisation joins, for ever."""

    member: Annotated[str, Meta(max_length=64)]


class Refusal(Struct, frozen=True, forbid_unknown_fields=True):
    """Why the operator says no; it goes to the contact."""

    reason: Annotated[str, Meta(max_length=applications.MAX_REASON)]


class Particulars(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an organisation says of itself. All of it is public, and every version stays in the log.

    A body's accreditation is changed by the operator alone, who looks at the certificate: others send what there is, or
    nothing. So is what a body is a part of, and what anybody has once said to be a part of: an empty text ends it.
    ``part_of`` is a member's id; or of an owner that is no member a URN, or its full name.
    """

    name: Text
    ids: tuple[str, ...] = ()
    country: str | None = None
    plans: tuple[Plan, ...] = ()
    accreditation: str | None = None
    accreditation_until: date | None = None
    part_of: str | None = None


class Members(Struct, frozen=True):
    """All members, by id."""

    members: tuple[Member, ...]


def application_shown(row: ApplicationRow) -> ApplicationShown:
    """An application as the operator sees it."""
    return ApplicationShown(
        id=UUID(row.id),
        state=ApplicationState(row.state),
        application=applications.content_of(row),
        submitted=row.submitted_at,
        decided=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
        member=row.member_id,
    )


@post(
    "/v1/applications",
    admits=ANYBODY,
    operation_class=json_operation(Application),
    responses=responses(400, 409, 413, 415, 429),
    tags=["members"],
    sync_to_thread=True,
)
def apply_to_join(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Received:
    """Apply to join the alliance: for any enterprise or social organisation. The contact is never public."""
    return receive(service, struct_body(request, body, Application), remote_of(request), utc_now())


def receive(service: Service, application: Application, remote: str, now: datetime) -> Received:
    """Keeps an application. Raises ``InvalidInput``, ``WrongState`` and ``TooManyAttempts``."""
    with service.registry.database.writing(VISITOR) as session:
        lockout.count(session, lockout.APPLICATION_FROM, remote, now)
        return Received(applications.apply(session, application, now), ApplicationState.WAITING)


@get(
    "/v1/applications",
    admits=on_others(Action.READ_APPLICATIONS),
    responses=responses(400, 401, 403),
    security=_BEARER,
    tags=["members"],
    sync_to_thread=True,
)
def list_applications(
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
    wanted: Annotated[
        ApplicationState | None, QueryParameter(name="state", description="only those in this state")
    ] = None,
    page: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE, description="from 1")] = 1,
) -> Applications:
    """Applications to join. For the operator."""
    require_others(caller, Action.READ_APPLICATIONS)
    with service.registry.database.reading() as session:
        rows, total = applications.listed(session, wanted, page)
        shown = tuple(map(application_shown, rows))
    return Applications(shown, total, page, max(1, -(-total // applications.PAGE_SIZE)))


@get(
    "/v1/applications/{application:uuid}",
    admits=on_others(Action.READ_APPLICATIONS),
    responses=responses(400, 401, 403, 404),
    security=_BEARER,
    tags=["members"],
    sync_to_thread=True,
)
def read_application(
    application: ApplicationId, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> ApplicationShown:
    """An application to join, with its contact. For the operator."""
    require_others(caller, Action.READ_APPLICATIONS)
    with service.registry.database.reading() as session:
        return application_shown(applications.application_row(session, application))


@post(
    "/v1/applications/{application:uuid}/approve",
    admits=on_others(Action.DECIDE_APPLICATION),
    status_code=200,
    operation_class=json_operation(Approval),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["members"],
    sync_to_thread=True,
)
def approve_application(
    request: Request[Any, Any, Any],
    body: RawBody,
    application: ApplicationId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> ApplicationShown:
    """Let the organisation join: an entry of the log. Its contact is invited. For a person of the operator."""
    require_others(caller, Action.DECIDE_APPLICATION)
    return approve(service, caller, application, struct_body(request, body, Approval).member, utc_now())


def approve(service: Service, caller: Caller, key: UUID, member_id: str, now: datetime) -> ApplicationShown:
    """Approves, and invites the contact in every role that the organisation has, in one transaction."""
    require_others(caller, Action.DECIDE_APPLICATION)
    with service.registry.database.writing(caller.author) as session:
        row = applications.application_row(session, key)
        writer = service.registry.log_writer(session, now)
        joined = applications.approve(session, writer, row, member_id, caller.name, now)
        contact = applications.content_of(row).contact
        outbox = StoredOutbox(session, now)
        roles = ROLES_OF[joined.kind]
        people.invite(session, outbox, service.accounts.letters, joined.id, contact.email, roles, now)
        return application_shown(row)


@post(
    "/v1/applications/{application:uuid}/refuse",
    admits=on_others(Action.DECIDE_APPLICATION),
    status_code=200,
    operation_class=json_operation(Refusal),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["members"],
    sync_to_thread=True,
)
def refuse_application(
    request: Request[Any, Any, Any],
    body: RawBody,
    application: ApplicationId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> ApplicationShown:
    """Say no, and why: the contact is told. For a person of the operator."""
    require_others(caller, Action.DECIDE_APPLICATION)
    return refuse(service, caller, application, struct_body(request, body, Refusal).reason, utc_now())


def refuse(service: Service, caller: Caller, key: UUID, reason: str, now: datetime) -> ApplicationShown:
    """Refuses, and writes to the contact, in one transaction."""
    require_others(caller, Action.DECIDE_APPLICATION)
    with service.registry.database.writing(caller.author) as session:
        row = applications.application_row(session, key)
        applications.refuse(session, row, reason, caller.name, now)
        application = applications.content_of(row)
        organisation = in_language(application.name, "en")
        letter = service.accounts.letters.refusal(application.contact.email, organisation, row.reason or "")
        StoredOutbox(session, now).put(letter)
        return application_shown(row)


@get("/v1/members", admits=ANYBODY, tags=["members"], sync_to_thread=True)
def list_members(service: NamedDependency[Service]) -> Members:
    """All members of the alliance, as the log has them."""
    with service.registry.database.reading() as session:
        return Members(tuple(members.all_members(session)))


@get(
    "/v1/members/{member:str}",
    admits=ANYBODY,
    responses=responses(400, 404, 409),
    tags=["members"],
    sync_to_thread=True,
)
def read_member(member: MemberId, service: NamedDependency[Service]) -> Member:
    """A member of the alliance, as the log has it."""
    with service.registry.database.reading() as session:
        return members.member(session, member)


@put(
    "/v1/members/{member:str}",
    admits=on_named(Action.CHANGE_MEMBER),
    operation_class=json_operation(Particulars),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["members"],
    sync_to_thread=True,
)
def change_member(
    request: Request[Any, Any, Any],
    body: RawBody,
    member: MemberId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> Member:
    """Change an organisation's public particulars: an entry of the log. For whoever speaks for it, and the operator."""
    require(caller, Action.CHANGE_MEMBER, member)
    return change(service, caller, member, struct_body(request, body, Particulars), utc_now())


def change(service: Service, caller: Caller, key: str, told: Particulars, now: datetime) -> Member:
    """Changes a member's particulars. Raises ``NotAllowed``, ``NotFound``, ``WrongState`` and ``InvalidInput``."""
    require(caller, Action.CHANGE_MEMBER, key)
    with service.registry.database.writing(caller.author) as session:
        before = members.member(session, key)
        changed = _changed(before, told)
        if (changed.accreditation, changed.accreditation_until) != (before.accreditation, before.accreditation_until):
            require(caller, Action.CHANGE_ACCREDITATION, key)
        if changed.part_of != before.part_of:
            require(caller, saying_part_of(before), key)
        writer = service.registry.log_writer(session, now)
        members.change(session, writer, changed, now)
        writer.flush()
    return changed


def saying_part_of(member: Member) -> Action:
    """What it takes to say what ``member`` is a part of."""
    is_settled = member.part_of or member.kind is MemberKind.VERIFICATION_BODY
    return Action.CHANGE_PART_OF if is_settled else Action.CHANGE_MEMBER


def _changed(before: Member, told: Particulars) -> Member:
    says_nothing = told.accreditation is None and told.accreditation_until is None
    return msgspec.structs.replace(
        before,
        name=told.name,
        ids=told.ids,
        country=told.country,
        plans=tuple(sorted(set(told.plans))),
        accreditation=before.accreditation if says_nothing else told.accreditation,
        accreditation_until=before.accreditation_until if says_nothing else told.accreditation_until,
        part_of=before.part_of if told.part_of is None else told.part_of or None,
    )


@post(
    "/v1/members/{member:str}/leave",
    admits=on_named(Action.LEAVE),
    status_code=204,
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["members"],
    sync_to_thread=True,
)
def leave(member: MemberId, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> None:
    """End a membership: an entry of the log. Records stay as they are; people and tokens are shut out at once."""
    end_membership(service, caller, member, utc_now())


def end_membership(service: Service, caller: Caller, key: str, now: datetime) -> None:
    """Ends a membership. Raises ``NotAllowed``, ``NotFound`` and ``WrongState``."""
    require(caller, Action.LEAVE, key)
    with service.registry.database.writing(caller.author) as session:
        writer = service.registry.log_writer(session, now)
        members.leave(session, writer, key, now)
        writer.flush()


ROUTES = [
    apply_to_join,
    list_applications,
    read_application,
    approve_application,
    refuse_application,
    list_members,
    read_member,
    change_member,
    leave,
]
