"""Signing in and one's own account, over HTTP: the session's secret is borne in a header, as a machine's token is."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import RawBody
from msgspec import Meta, Struct

from registry.access.admission import ANYBODY, SIGNED_IN
from registry.access.roles import Role
from registry.accounts.accounts import REFUSED, Enrolment, Opened, Organisation
from registry.accounts.passwords import LEAST
from registry.accounts.sessions import Stage
from registry.errors import SignInRefused
from registry.registry import utc_now
from registry.web.openapi import json_operation
from registry.web.problems import responses
from registry.web.reading import struct_body
from registry.web.remote import remote_of
from registry.web.service import SESSION_PREFIX, Service, Visitor
from schemas.member import MemberKind

_BEARER = [{"bearer": []}]
_NO_STORE = {"cache-control": "no-store"}
_BODY = (400, 413, 415)
Password = Annotated[str, Meta(max_length=1_000, description=f"at least {LEAST} characters where it is a new one")]
Email = Annotated[str, Meta(max_length=300)]
Link = Annotated[str, Meta(max_length=100, description="the last part of the link that came by mail")]


class SignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs in. ``member``: for which of several organisations."""

    email: Email
    password: Password
    member: Annotated[str, Meta(max_length=64)] | None = None


class SessionOpened(Struct, frozen=True):
    """The session, to be sent as ``Authorization: Bearer``, and what is still to come. Each step has a new one."""

    session: str
    stage: Stage


class Code(Struct, frozen=True, forbid_unknown_fields=True):
    """A code of the second factor."""

    code: Annotated[str, Meta(max_length=20, description="six digits")]


class PasswordChange(Struct, frozen=True, forbid_unknown_fields=True):
    """The present password and the new one."""

    old: Password
    new: Password


class ResetRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose password is forgotten."""

    email: Email


class Reset(Struct, frozen=True, forbid_unknown_fields=True):
    """A new password, by a link."""

    link: Link
    password: Password


class Acceptance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invitation is accepted; name and password for who has no account yet."""

    link: Link
    name: Annotated[str, Meta(max_length=200)] = ""
    password: Password = ""


class Myself(Struct, frozen=True, kw_only=True):
    """Who is signed in."""

    person: str
    email: str
    name: str
    member: str
    kind: MemberKind
    roles: tuple[Role, ...]
    stage: Stage
    second_factor: bool
    organisations: tuple[Organisation, ...]
    """All that this person can act for; none while a code is due."""


class ActFor(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of one's organisations to act for from now on."""

    member: Annotated[str, Meta(max_length=64, description="its member id")]


def _opened(opened: Opened) -> Response[SessionOpened]:
    return Response(SessionOpened(f"{SESSION_PREFIX}{opened.secret}", opened.stage), headers=_NO_STORE)


def _answered(
    request: Request[Any, Any, Any], body: bytes, visitor: Visitor, step: Callable[[str, str, datetime], Opened]
) -> Response[SessionOpened]:
    """Takes ``step`` with the code that was sent."""
    return _opened(step(visitor.secret, struct_body(request, body, Code).code, utc_now()))


@post(
    "/v1/session",
    admits=ANYBODY,
    operation_class=json_operation(SignIn),
    responses=responses(*_BODY, 401, 429),
    tags=["accounts"],
    sync_to_thread=True,
)
def sign_in(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]
) -> Response[SessionOpened]:
    """Sign in with e-mail and password. A second step may be to come: `stage` says which."""
    told = struct_body(request, body, SignIn)
    remote = remote_of(request)
    return _opened(service.accounts.sign_in(told.email, told.password, remote, utc_now(), told.member))


@get(
    "/v1/session", admits=SIGNED_IN, responses=responses(401), security=_BEARER, tags=["accounts"], sync_to_thread=True
)
def read_session(service: NamedDependency[Service], visitor: NamedDependency[Visitor]) -> Response[Myself]:
    """Who is signed in, for which organisation, in which roles, and which others there are."""
    signed_in = visitor.signed_in
    me = Myself(
        person=signed_in.person,
        email=signed_in.email,
        name=signed_in.name,
        member=signed_in.member,
        kind=signed_in.kind,
        roles=tuple(sorted(signed_in.roles)),
        stage=signed_in.stage,
        second_factor=signed_in.has_second_factor,
        organisations=service.accounts.organisations(visitor.secret, utc_now()),
    )
    return Response(me, headers=_NO_STORE)


@put(
    "/v1/session/member",
    admits=SIGNED_IN,
    operation_class=json_operation(ActFor),
    responses=responses(*_BODY, 401, 409),
    security=_BEARER,
    tags=["accounts"],
    sync_to_thread=True,
)
def act_for(
    request: Request[Any, Any, Any],
    body: RawBody,
    service: NamedDependency[Service],
    visitor: NamedDependency[Visitor],
) -> Response[SessionOpened]:
    """Act for another of one's organisations: a new session takes the place of this one, which ends."""
    if visitor.signed_in.stage is Stage.CODE:  # who has not come further is told nothing of what was sent
        raise SignInRefused(REFUSED)
    return _opened(service.accounts.act_for(visitor.secret, struct_body(request, body, ActFor).member, utc_now()))


@delete(
    "/v1/session", admits=SIGNED_IN, responses=responses(401), security=_BEARER, tags=["accounts"], sync_to_thread=True
)
def sign_out(service: NamedDependency[Service], visitor: NamedDependency[Visitor]) -> None:
    """Sign out: the session ends."""
    service.accounts.sign_out(visitor.secret, utc_now())


@post(
    "/v1/session/code",
    admits=SIGNED_IN,
    status_code=200,
    operation_class=json_operation(Code),
    responses=responses(*_BODY, 401, 429),
    security=_BEARER,
    tags=["accounts"],
    sync_to_thread=True,
)
def answer_code(
    request: Request[Any, Any, Any],
    body: RawBody,
    service: NamedDependency[Service],
    visitor: NamedDependency[Visitor],
) -> Response[SessionOpened]:
    """The second step of signing in: a code of the second factor. No code is good twice."""
    return _answered(request, body, visitor, service.accounts.answer_code)


@post(
    "/v1/session/second-factor",
    admits=SIGNED_IN,
    status_code=200,
    responses=responses(401, 409),
    security=_BEARER,
    tags=["accounts"],
    sync_to_thread=True,
)
def begin_second_factor(service: NamedDependency[Service], visitor: NamedDependency[Visitor]) -> Response[Enrolment]:
    """Begin to set up a second factor (TOTP): what an authenticator app scans or is told."""
    return Response(service.accounts.begin_enrolment(visitor.secret, utc_now()), headers=_NO_STORE)


@put(
    "/v1/session/second-factor",
    admits=SIGNED_IN,
    operation_class=json_operation(Code),
    responses=responses(*_BODY, 401, 409, 429),
    security=_BEARER,
    tags=["accounts"],
    sync_to_thread=True,
)
def confirm_second_factor(
    request: Request[Any, Any, Any],
    body: RawBody,
    service: NamedDependency[Service],
    visitor: NamedDependency[Visitor],
) -> Response[SessionOpened]:
    """Put the second factor in force, by a first code of it. All other sessions end."""
    return _answered(request, body, visitor, service.accounts.confirm_enrolment)


@put(
    "/v1/password",
    admits=SIGNED_IN,
    operation_class=json_operation(PasswordChange),
    responses=responses(*_BODY, 401, 429),
    security=_BEARER,
    tags=["accounts"],
    sync_to_thread=True,
)
def change_password(
    request: Request[Any, Any, Any],
    body: RawBody,
    service: NamedDependency[Service],
    visitor: NamedDependency[Visitor],
) -> Response[SessionOpened]:
    """Change one's password, knowing the present one. All other sessions end."""
    told = struct_body(request, body, PasswordChange)
    return _opened(service.accounts.change_password(visitor.secret, told.old, told.new, utc_now()))


@post(
    "/v1/password-resets",
    admits=ANYBODY,
    status_code=202,
    operation_class=json_operation(ResetRequest),
    responses=responses(*_BODY, 429),
    tags=["accounts"],
    sync_to_thread=True,
)
def request_reset(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> None:
    """Ask for a link to choose a new password. The answer is the same whether there is such an account or not."""
    email = struct_body(request, body, ResetRequest).email
    service.accounts.request_reset(email, remote_of(request), utc_now())


@put(
    "/v1/password-resets",
    admits=ANYBODY,
    status_code=204,
    operation_class=json_operation(Reset),
    responses=responses(*_BODY, 410),
    tags=["accounts"],
    sync_to_thread=True,
)
def reset_password(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> None:
    """Choose a new password by a link, once. All sessions end; a second factor stays."""
    told = struct_body(request, body, Reset)
    service.accounts.reset(told.link, told.password, utc_now())


@post(
    "/v1/invitations/accept",
    admits=ANYBODY,
    status_code=204,
    operation_class=json_operation(Acceptance),
    responses=responses(*_BODY, 409, 410),
    tags=["accounts"],
    sync_to_thread=True,
)
def accept_invitation(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> None:
    """Accept an invitation by its link; who is new chooses a password."""
    told = struct_body(request, body, Acceptance)
    service.accounts.accept_invitation(told.link, told.name, told.password, utc_now())


ROUTES = [
    sign_in,
    read_session,
    act_for,
    sign_out,
    answer_code,
    begin_second_factor,
    confirm_second_factor,
    change_password,
    request_reset,
    reset_password,
    accept_invitation,
]
