"""Members' own keys over HTTP: who they are, enrolling one, ending one, and asking that everything be signed."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody
from msgspec import Meta, Struct

from keys.base64url import encode
from registry.access.admission import ANYBODY, on_named
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.errors import WrongState
from registry.log.keys import key_entries
from registry.members import keys, members
from registry.registry import Registry, utc_now
from registry.web.openapi import json_operation
from registry.web.problems import responses
from registry.web.reading import struct_body
from registry.web.service import Service
from schemas.entry import KeyEntry
from schemas.member import Member
from verifier.member_keys import KeyShown, MemberKeys

_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415)
MemberId = Annotated[str, PathParameter(max_length=64, description="the member's id")]
KeyId = Annotated[str, PathParameter(max_length=16, description="16 hexadecimal digits")]


class EnrolmentRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What `carbonlabel member-key request` writes, signed by the very key that is to be enrolled."""

    request: Annotated[str, Meta(max_length=keys.MAX_REQUEST)]


class KeyEnd(Struct, frozen=True, forbid_unknown_fields=True):
    """How a key ends: retired, or, with ``compromised_from``, good only for records below that log index."""

    compromised_from: Annotated[int, Meta(ge=0)] | None = None


class SigningPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether each of the member's declarations must carry its own signature."""

    signs_all: bool


def keys_of(registry: Registry, member_id: str) -> MemberKeys:
    """The keys of a member. Raises ``NotFound`` and ``WrongState``."""
    with registry.database.reading() as session:
        member = members.member(session, member_id)
        known = registry.keys_in_force(session).members
    shown = (_shown(kid, key) for kid, key in known.items() if key.member == member_id)
    return MemberKeys(tuple(shown), member.signs_all)


def _shown(kid: str, key: keys.MemberKey) -> KeyShown:
    window = key.window
    return KeyShown(
        kid=kid,
        x=encode(window.key.raw).decode(),
        from_=window.first,
        until=window.until,
        state=window.state,
        enrolled=key.enrolled,
    )


def enrol(registry: Registry, caller: Caller, member: str, request: str, now: datetime) -> KeyEntry:
    """Enrols a key of ``member``: an entry of the log. Raises ``NotAllowed`` and what ``keys.enrol`` raises."""
    require(caller, Action.MANAGE_SIGNING, member)
    with registry.database.writing(caller.author) as session:
        members.row_in(session, member)
        writer = registry.log_writer(session, now)
        entry = keys.enrol(writer, key_entries(session), member, request, registry.config.origin, now)
        writer.flush()
    return entry


def end(registry: Registry, caller: Caller, member: str, kid: str, compromised: int | None, now: datetime) -> KeyEntry:
    """Ends a key of ``member``: an entry of the log. Raises ``NotAllowed`` and what ``keys.end`` raises."""
    require(caller, Action.MANAGE_SIGNING, member)
    with registry.database.writing(caller.author) as session:
        writer = registry.log_writer(session, now)
        entry = keys.end(writer, key_entries(session), member, kid, compromised, now)
        writer.flush()
    return entry


def ask_for_all(registry: Registry, caller: Caller, member_id: str, signs_all: bool, now: datetime) -> Member:
    """Asks that each declaration of ``member`` be signed, or no more: an entry of the log.

    Raises ``NotAllowed``, and ``WrongState`` for a member without a key in force: it could publish nothing.
    """
    require(caller, Action.MANAGE_SIGNING, member_id)
    with registry.database.writing(caller.author) as session:
        member = members.member(session, member_id)
        known = registry.keys_in_force(session).members.values()
        if signs_all and not any(key.member == member_id and key.window.until is None for key in known):
            raise WrongState("{member} has no key in force: enrol one first", member=member_id)
        changed = msgspec.structs.replace(member, signs_all=signs_all)
        writer = registry.log_writer(session, now)
        members.change(session, writer, changed, now)
        writer.flush()
    return changed


@get(
    "/v1/members/{member:str}/keys",
    admits=ANYBODY,
    responses=responses(400, 404, 409),
    tags=["members"],
    sync_to_thread=True,
)
def list_member_keys(member: MemberId, service: NamedDependency[Service]) -> MemberKeys:
    """The keys with which a member signs its own declarations, as the log has them."""
    return keys_of(service.registry, member)


@post(
    "/v1/members/{member:str}/keys",
    admits=on_named(Action.MANAGE_SIGNING),
    status_code=201,
    operation_class=json_operation(EnrolmentRequest),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["members"],
    sync_to_thread=True,
)
def enrol_member_key(
    request: Request[Any, Any, Any],
    body: RawBody,
    member: MemberId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> KeyEntry:
    """Enrol a key that signs the member's declarations: an entry of the log. For its signers, signed in."""
    require(caller, Action.MANAGE_SIGNING, member)
    return enrol(service.registry, caller, member, struct_body(request, body, EnrolmentRequest).request, utc_now())


@post(
    "/v1/members/{member:str}/keys/{kid:str}/end",
    admits=on_named(Action.MANAGE_SIGNING),
    status_code=200,
    operation_class=json_operation(KeyEnd),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["members"],
    sync_to_thread=True,
)
def end_member_key(
    request: Request[Any, Any, Any],
    body: RawBody,
    member: MemberId,
    kid: KeyId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> KeyEntry:
    """Retire a member's key, or state from which record on it is compromised. For its signers, signed in."""
    require(caller, Action.MANAGE_SIGNING, member)
    told = struct_body(request, body, KeyEnd)
    return end(service.registry, caller, member, kid, told.compromised_from, utc_now())


@put(
    "/v1/members/{member:str}/signing",
    admits=on_named(Action.MANAGE_SIGNING),
    operation_class=json_operation(SigningPolicy),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["members"],
    sync_to_thread=True,
)
def set_signing_policy(
    request: Request[Any, Any, Any],
    body: RawBody,
    member: MemberId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> Member:
    """Ask that each declaration of the member carry its own signature, or no more. For its signers, signed in."""
    require(caller, Action.MANAGE_SIGNING, member)
    told = struct_body(request, body, SigningPolicy)
    return ask_for_all(service.registry, caller, member, told.signs_all, utc_now())


ROUTES = [list_member_keys, enrol_member_key, end_member_key, set_signing_policy]
