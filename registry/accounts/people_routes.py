"""The people of an organisation, over HTTP: for themselves, and for whoever speaks for it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import PathParameter, QueryParameter, RawBody
from msgspec import Meta, Struct
from sqlmodel import Session

from registry.access import approvals
from registry.access.admission import on_own
from registry.access.approvals import ApprovalShown, Operation, approval_shown
from registry.access.callers import Caller
from registry.access.roles import Role, parse_roles
from registry.access.rules import Action, require
from registry.accounts import links, people
from registry.accounts.outbox import StoredOutbox
from registry.database.people_tables import LinkRow, PersonRow
from registry.errors import NotAllowed
from registry.members.members import member
from registry.registry import OPERATOR, utc_now
from registry.web.openapi import json_operation
from registry.web.problems import answer, responses
from registry.web.reading import struct_body
from registry.web.service import Service

_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415)
PersonId = Annotated[str, PathParameter(max_length=64, description="the person's id")]


class PersonShown(Struct, frozen=True, kw_only=True):
    """Somebody of the caller's organisation."""

    id: str
    email: str
    name: str
    roles: tuple[Role, ...]
    second_factor: bool


class InvitationShown(Struct, frozen=True, kw_only=True):
    """An invitation that waits to be accepted."""

    id: str
    email: str
    roles: tuple[Role, ...]
    expires: datetime


class People(Struct, frozen=True):
    """The people of an organisation, and who is invited."""

    people: tuple[PersonShown, ...]
    invitations: tuple[InvitationShown, ...]


class Invitation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to invite, and for what; and why, where a second person of the operator has to confirm it."""

    email: Annotated[str, Meta(max_length=300)]
    roles: tuple[Role, ...]
    reason: Annotated[str, Meta(max_length=approvals.MAX_REASON)] = ""


class NewRoles(Struct, frozen=True, forbid_unknown_fields=True):
    """All the roles that somebody has from now on."""

    roles: tuple[Role, ...]


def people_shown(session: Session, member: str, now: datetime) -> People:
    """The people of ``member`` and its invitations."""
    return People(
        tuple(_person(person, roles) for person, roles in people.people_of(session, member)),
        tuple(map(_invitation, links.invitations(session, member, now))),
    )


def _person(person: PersonRow, roles: Iterable[Role]) -> PersonShown:
    return PersonShown(
        id=person.id,
        email=person.email,
        name=person.name,
        roles=tuple(sorted(roles)),
        second_factor=person.totp_secret is not None,
    )


def _invitation(row: LinkRow) -> InvitationShown:
    return InvitationShown(
        id=row.id, email=row.email, roles=tuple(sorted(parse_roles(row.roles))), expires=row.expires_at
    )


def invite(
    service: Service, caller: Caller, email: str, roles: Iterable[Role], reason: str, now: datetime
) -> ApprovalShown | None:
    """Invites a colleague of the caller; or proposes it, where a second person of the operator has to confirm it: one
    who brings in whom they like would be two people alone. Raises ``NotAllowed``, ``InvalidInput`` and ``WrongState``.
    """
    require(caller, Action.MANAGE_PEOPLE, caller.member)
    with service.registry.database.writing(caller.author) as session:
        if caller.member == OPERATOR and approvals.takes_two(session, OPERATOR):
            address = people.invitable(member(session, OPERATOR), email, frozenset(roles))
            return approval_shown(approvals.propose(session, Operation.BRING_IN, address, reason, caller.name, now))
        outbox = StoredOutbox(session, now)
        people.invite(session, outbox, service.accounts.letters, caller.member, email, roles, now)
        return None


def take_back(service: Service, caller: Caller, invitation: str, now: datetime) -> None:
    """Takes an invitation back. Raises ``NotAllowed`` and ``NotFound``."""
    require(caller, Action.MANAGE_PEOPLE, caller.member)
    with service.registry.database.writing(caller.author) as session:
        links.take_back(session, invitation, caller.member, now)


def give_roles(service: Service, caller: Caller, person: str, roles: Iterable[Role], now: datetime) -> None:
    """Gives a colleague other roles. Raises ``NotAllowed``, ``NotFound``, ``InvalidInput`` and ``WrongState``."""
    require(caller, Action.MANAGE_PEOPLE, caller.member)
    with service.registry.database.writing(caller.author) as session:
        people.set_roles(session, caller.member, person, roles, now)


def remove(service: Service, caller: Caller, person: str, now: datetime, end_tokens: bool) -> None:
    """Removes a colleague, and ends the tokens they made, if that is asked for.

    Raises ``NotAllowed``, ``NotFound`` and ``WrongState``.
    """
    require(caller, Action.MANAGE_PEOPLE, caller.member)
    with service.registry.database.writing(caller.author) as session:
        people.remove(session, caller.member, person, now, end_tokens)


def free_of_second_factor(service: Service, caller: Caller, person: str, now: datetime) -> None:
    """Removes a colleague's second factor, and writes to whom it was.

    Raises ``NotFound``, and ``NotAllowed`` also while another organisation needs that person's second factor.
    """
    require(caller, Action.MANAGE_PEOPLE, caller.member)
    with service.registry.database.writing(caller.author) as session:
        people.membership_of(session, caller.member, person)
        if people.is_guarded_elsewhere(session, caller.member, person):
            raise NotAllowed(
                "another organisation of this person needs the second factor: ask the operator, who removes it with "
                "`carbonlabel person remove-second-factor`"
            )
        row = people.remove_second_factor(session, caller.member, person, now)
        StoredOutbox(session, now).put(service.accounts.letters.second_factor_changed(row.email, now))


@get(
    "/v1/people",
    admits=on_own(Action.READ_PEOPLE),
    responses=responses(401, 403),
    security=_BEARER,
    tags=["people"],
    sync_to_thread=True,
)
def list_people(service: NamedDependency[Service], caller: NamedDependency[Caller]) -> People:
    """The people of the caller's organisation, and who is invited. For these people."""
    require(caller, Action.READ_PEOPLE, caller.member)
    with service.registry.database.reading() as session:
        return people_shown(session, caller.member, utc_now())


@post(
    "/v1/invitations",
    admits=on_own(Action.MANAGE_PEOPLE),
    status_code=202,
    operation_class=json_operation(Invitation),
    responses={
        201: answer(ApprovalShown, description="proposed: another person of the operator has to confirm it"),
        202: ResponseSpec(None, description="the invitation is on its way"),
    }
    | responses(*_PROBLEMS),
    security=_BEARER,
    tags=["people"],
    sync_to_thread=True,
)
def invite_person(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> Response[Any]:
    """Invite a colleague, by a link that goes by mail. The answer tells nothing of whether there is such an account.

    Once the operator has two people, another one of them has to confirm it first.
    """
    require(caller, Action.MANAGE_PEOPLE, caller.member)
    told = struct_body(request, body, Invitation)
    proposed = invite(service, caller, told.email, told.roles, told.reason, utc_now())
    return Response(proposed, status_code=202 if proposed is None else 201)


@delete(
    "/v1/invitations/{invitation:str}",
    admits=on_own(Action.MANAGE_PEOPLE),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["people"],
    sync_to_thread=True,
)
def take_invitation_back(
    invitation: Annotated[str, PathParameter(max_length=64, description="the invitation's id")],
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> None:
    """Take an invitation back: its link ends."""
    take_back(service, caller, invitation, utc_now())


@put(
    "/v1/people/{person:str}/roles",
    admits=on_own(Action.MANAGE_PEOPLE),
    status_code=204,
    operation_class=json_operation(NewRoles),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["people"],
    sync_to_thread=True,
)
def change_roles(
    request: Request[Any, Any, Any],
    body: RawBody,
    person: PersonId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> None:
    """Give a colleague other roles, from the next call on."""
    require(caller, Action.MANAGE_PEOPLE, caller.member)
    with service.registry.database.reading() as session:
        people.membership_of(session, caller.member, person)
    give_roles(service, caller, person, struct_body(request, body, NewRoles).roles, utc_now())


@delete(
    "/v1/people/{person:str}",
    admits=on_own(Action.MANAGE_PEOPLE),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["people"],
    sync_to_thread=True,
)
def remove_person(
    person: PersonId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
    end_tokens: Annotated[
        bool, QueryParameter(description="whether the tokens and clients end that this person made")
    ] = False,
) -> None:
    """Remove a colleague from the organisation, who is signed out at once. Tokens that they made can end too."""
    remove(service, caller, person, utc_now(), end_tokens)


@delete(
    "/v1/people/{person:str}/second-factor",
    admits=on_own(Action.MANAGE_PEOPLE),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["people"],
    sync_to_thread=True,
)
def remove_second_factor(person: PersonId, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> None:
    """Remove the second factor of a colleague who lost the device; the next sign-in begins with setting one up."""
    free_of_second_factor(service, caller, person, utc_now())


ROUTES = [
    list_people,
    invite_person,
    take_invitation_back,
    change_roles,
    remove_person,
    remove_second_factor,
]
