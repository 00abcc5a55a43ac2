"""Records over HTTP: the exact signed bytes, their standing, their label's artwork."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RawBody
from msgspec import Meta, Struct

from keys import split_compact
from registry.access.admission import ANYBODY, on_named
from registry.access.approvals import ApprovalShown, Operation, approval_shown, propose, takes_two
from registry.access.callers import Caller
from registry.access.rules import RULES, Action, require
from registry.declarations.life import row_of
from registry.declarations.renewal import renew
from registry.declarations.status import DeclarationStatus, status_of
from registry.labels.art import art_of, label_text
from registry.labels.artwork import Variant, render_png, render_svg
from registry.pages import choose_language
from registry.records.standing import MAX_REASON, change_standing, entry_row, record_row
from registry.registry import OPERATOR, utc_now
from registry.web.openapi import json_operation, other_forms
from registry.web.problems import answer, responses
from registry.web.reading import struct_body
from registry.web.service import Service
from schemas.entry import Credential, StatusEntry, StatusEvent

_BEARER = [{"bearer": []}]
_STANDING_PROBLEMS = (400, 401, 403, 404, 409, 413, 415)
_VC_JWT = "application/vc+jwt"
RecordIndex = Annotated[int, PathParameter(ge=0, le=2**63 - 1, description="the record's log index")]
Language = Annotated[str | None, QueryParameter(name="lang", description="en or zh; else by Accept-Language")]
Shape = Annotated[
    Variant, QueryParameter(name="variant", description="standard, stages (with them), or code (only it)")
]


class StandingRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a record's standing changes; published with it."""

    reason: Annotated[str, Meta(max_length=MAX_REASON, description="public, one line")]


@get(
    "/v1/records/{record:int}",
    admits=ANYBODY,
    operation_class=other_forms(_VC_JWT),
    responses={200: answer(Credential, description="the payload, or with Accept: application/vc+jwt the exact JWS")}
    | responses(400, 404),
    tags=["records"],
    sync_to_thread=True,
)
def read_record(
    request: Request[Any, Any, Any], record: RecordIndex, service: NamedDependency[Service]
) -> Response[bytes]:
    """A record: the exact JWS as stored and logged; with `Accept: application/json` its payload."""
    with service.registry.database.reading() as session:
        jws = entry_row(session, record).jws
    headers = {"vary": "accept", "cache-control": "public, max-age=31536000, immutable"}
    if "application/json" in request.headers.get("accept", ""):
        return Response(split_compact(jws).payload, media_type=MediaType.JSON, headers=headers)
    return Response(jws, media_type=_VC_JWT, headers=headers)


def suspend(service: Service, caller: Caller, record: int, reason: Callable[[], str], now: datetime) -> StatusEntry:
    """Suspends a record. ``reason`` is read once it is known that the caller may.

    Raises ``NotFound``, ``NotAllowed``, ``WrongState``, and ``InvalidInput`` for a reason that is none.
    """
    return _change(service, caller, record, Action.SUSPEND, StatusEvent.SUSPENDED, reason, now)


def reinstate(service: Service, caller: Caller, record: int, reason: Callable[[], str], now: datetime) -> StatusEntry:
    """Puts a suspended record in force again, as ``suspend``."""
    return _change(service, caller, record, Action.REINSTATE, StatusEvent.REINSTATED, reason, now)


def _change(
    service: Service,
    caller: Caller,
    record: int,
    action: Action,
    event: StatusEvent,
    reason: Callable[[], str],
    now: datetime,
) -> StatusEntry:
    with service.registry.database.writing(caller.author) as session:
        require(caller, action, record_row(session, record).owner_id)
        words = reason()
        writer = service.registry.log_writer(session, now)
        return change_standing(session, writer, record, event, words, caller.member, now)


def _reason(request: Request[Any, Any, Any], body: bytes) -> Callable[[], str]:
    return lambda: struct_body(request, body, StandingRequest).reason


@post(
    "/v1/records/{record:int}/suspend",
    admits=on_named(Action.SUSPEND),
    status_code=200,
    operation_class=json_operation(StandingRequest),
    responses=responses(*_STANDING_PROBLEMS),
    security=_BEARER,
    tags=["records"],
    sync_to_thread=True,
)
def suspend_record(
    request: Request[Any, Any, Any],
    body: RawBody,
    record: RecordIndex,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> StatusEntry:
    """Suspend a record for now. For the operator."""
    return suspend(service, caller, record, _reason(request, body), utc_now())


@post(
    "/v1/records/{record:int}/reinstate",
    admits=on_named(Action.REINSTATE),
    status_code=200,
    operation_class=json_operation(StandingRequest),
    responses=responses(*_STANDING_PROBLEMS),
    security=_BEARER,
    tags=["records"],
    sync_to_thread=True,
)
def reinstate_record(
    request: Request[Any, Any, Any],
    body: RawBody,
    record: RecordIndex,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> StatusEntry:
    """Put a suspended record in force again. For the operator."""
    return reinstate(service, caller, record, _reason(request, body), utc_now())


@post(
    "/v1/records/{record:int}/withdraw",
    admits=on_named(Action.WITHDRAW),
    status_code=200,
    operation_class=json_operation(StandingRequest),
    responses={
        200: answer(StatusEntry, description="withdrawn"),
        202: answer(ApprovalShown, description="proposed: another person of the operator has to confirm it"),
    }
    | responses(*_STANDING_PROBLEMS),
    security=_BEARER,
    tags=["records"],
    sync_to_thread=True,
)
def withdraw_record(
    request: Request[Any, Any, Any],
    body: RawBody,
    record: RecordIndex,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> Response[Any]:
    """Withdraw a record for good. For its owner, and the operator, two of whose people must agree, if it has two."""
    done = withdraw(service, caller, record, _reason(request, body), utc_now())
    return Response(done, status_code=202 if isinstance(done, ApprovalShown) else 200)


def withdraw(
    service: Service, caller: Caller, record: int, reason: Callable[[], str], now: datetime
) -> StatusEntry | ApprovalShown:
    """Withdraws a record, or proposes it, where a second person has to confirm it.

    ``reason`` is read once it is known that the caller may. Raises ``NotFound``, ``NotAllowed``, ``WrongState``, and
    ``InvalidInput`` for a reason that is none.
    """
    with service.registry.database.writing(caller.author) as session:
        owner = record_row(session, record).owner_id
        require(caller, Action.WITHDRAW, owner)
        if RULES[Action.WITHDRAW].two_people and owner != caller.member and takes_two(session, OPERATOR):
            require(caller, Action.DECIDE_IN_TWO, OPERATOR)
            row = propose(session, Operation.WITHDRAW_RECORD, str(record), reason(), caller.name, now)
            return approval_shown(row)
        writer = service.registry.log_writer(session, now)
        return change_standing(session, writer, record, StatusEvent.WITHDRAWN, reason(), caller.member, now)


def _language(request: Request[Any, Any, Any], language: str | None) -> str:
    return choose_language(language, request.headers.get("accept-language"))


@post(
    "/v1/records/{record:int}/renew",
    admits=on_named(Action.RENEW),
    responses=responses(400, 401, 403, 404, 409),
    security=_BEARER,
    tags=["records"],
    sync_to_thread=True,
)
def renew_record(
    record: RecordIndex, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> DeclarationStatus:
    """Begin the renewal of a declaration: a draft with what it says, but for its periods. Once published, it supersedes
    this one. The answer is the renewal that was begun before, if there is one that is not published."""
    with service.registry.database.writing(caller.author) as session:
        renewed = record_row(session, record)
        require(caller, Action.RENEW, renewed.owner_id)
        return status_of(session, row_of(session, renew(session, renewed, utc_now())))


@get(
    "/v1/records/{record:int}/label.svg",
    admits=ANYBODY,
    responses={200: answer(str, description="the artwork, in millimetres", media_type="image/svg+xml")}
    | responses(400, 404),
    tags=["records"],
    sync_to_thread=True,
)
def label_svg(
    request: Request[Any, Any, Any],
    record: RecordIndex,
    service: NamedDependency[Service],
    language: Language = None,
    variant: Shape = Variant.STANDARD,
) -> Response[str]:
    """The record's label as SVG."""
    with service.registry.database.reading() as session:
        art = art_of(session, record, label_text(session, record), service.registry.config)
    drawn = render_svg(art, _language(request, language), variant)
    return Response(drawn, media_type="image/svg+xml", headers={"vary": "accept-language"})


@get(
    "/v1/records/{record:int}/label.png",
    admits=ANYBODY,
    responses={200: answer(bytes, description="the artwork at 300 dpi", media_type="image/png")} | responses(400, 404),
    tags=["records"],
    sync_to_thread=True,
)
def label_png(
    request: Request[Any, Any, Any],
    record: RecordIndex,
    service: NamedDependency[Service],
    language: Language = None,
    variant: Shape = Variant.STANDARD,
) -> Response[bytes]:
    """The record's label as PNG."""
    with service.registry.database.reading() as session:
        art = art_of(session, record, label_text(session, record), service.registry.config)
    drawn = render_png(art, _language(request, language), variant)
    return Response(drawn, media_type="image/png", headers={"vary": "accept-language"})


ROUTES = [
    read_record,
    suspend_record,
    reinstate_record,
    withdraw_record,
    renew_record,
    label_svg,
    label_png,
]
