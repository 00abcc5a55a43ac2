"""What the operator does with the cases of a year, over HTTP: opens the call, decides who may take part, asks experts,
reads the shortlist, releases it."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody
from msgspec import Meta, Struct

from registry.access.admission import on_registrys
from registry.access.approvals import ApprovalShown
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.cases import calls, nominations, scoring
from registry.cases.acting import propose_release
from registry.cases.eligibility import Reason
from registry.cases.nomination_routes import CallShown, call_shown
from registry.members.email import normal_email
from registry.registry import OPERATOR, utc_now
from registry.web.openapi import json_operation
from registry.web.problems import answer, responses
from registry.web.reading import struct_body
from registry.web.service import Service
from schemas.cases import Call, Dates
from schemas.entry import CasesEntry
from schemas.text import Text

_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415)
Year = Annotated[int, PathParameter(ge=2000, le=9999, description="the year of the call")]
CaseId = Annotated[UUID, PathParameter(description="the case's id")]
PersonId = Annotated[str, PathParameter(max_length=64, description="the person's id")]


class Eligibility(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The operator's word; against the reasons found, with one of its own."""

    eligible: bool
    reason: Annotated[str, Meta(max_length=nominations.MOST_REASON)] = ""


class NewExpert(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is asked to score: somebody who has the role of an expert."""

    email: Annotated[str, Meta(max_length=300)]


class ExpertShown(Struct, frozen=True):
    """Somebody who was asked to score."""

    id: str
    name: str


class Experts(Struct, frozen=True):
    """Who was asked to score a year's cases."""

    experts: tuple[ExpertShown, ...]


class RankedShown(Struct, frozen=True, kw_only=True):
    """A case of the shortlist; ``reasons``: what speaks against it as things are."""

    id: UUID
    title: Text
    organisation: str
    reasons: tuple[Reason, ...]
    category: str
    rank: int
    tied: bool
    score: str
    experts: int


class Shortlist(Struct, frozen=True):
    """The shortlist as the scores are now."""

    cases: tuple[RankedShown, ...]


class ReleaseRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Why the cases are to be released."""

    reason: Annotated[str, Meta(max_length=1_000)]


@post(
    "/v1/cases",
    admits=on_registrys(Action.RUN_CASES),
    operation_class=json_operation(Call),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def open_call(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> CallShown:
    """Open the call for cases of a year. For people of the operator."""
    require(caller, Action.RUN_CASES, OPERATOR)
    call, now = struct_body(request, body, Call), utc_now()
    with service.registry.database.writing(caller.author) as session:
        calls.open_call(session, call, now)
        return call_shown(calls.call_row(session, call.year), now.date())


@put(
    "/v1/cases/{year:int}/dates",
    admits=on_registrys(Action.RUN_CASES),
    operation_class=json_operation(Dates),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def move_dates(
    request: Request[Any, Any, Any],
    body: RawBody,
    year: Year,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> CallShown:
    """Give a call other dates. For people of the operator."""
    require(caller, Action.RUN_CASES, OPERATOR)
    dates, now = struct_body(request, body, Dates), utc_now()
    with service.registry.database.writing(caller.author) as session:
        calls.move_dates(session, year, dates, now)
        return call_shown(calls.call_row(session, year), now.date())


@post(
    "/v1/nominations/{case:uuid}/eligibility",
    admits=on_registrys(Action.RUN_CASES),
    status_code=204,
    operation_class=json_operation(Eligibility),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def decide_eligibility(
    request: Request[Any, Any, Any],
    body: RawBody,
    case: CaseId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> None:
    """Say whether a case may take part. For people of the operator."""
    require(caller, Action.RUN_CASES, OPERATOR)
    told = struct_body(request, body, Eligibility)
    with service.registry.database.writing(caller.author) as session:
        nominations.decide(session, nominations.case_row(session, case), told.eligible, told.reason, utc_now())


@get(
    "/v1/cases/{year:int}/experts",
    admits=on_registrys(Action.RUN_CASES),
    responses=responses(400, 401, 403, 404),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def list_experts(year: Year, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> Experts:
    """Who was asked to score. For people of the operator."""
    require(caller, Action.RUN_CASES, OPERATOR)
    with service.registry.database.reading() as session:
        calls.call_row(session, year)
        return Experts(tuple(ExpertShown(person.id, person.name) for person in calls.experts(session, year)))


@post(
    "/v1/cases/{year:int}/experts",
    admits=on_registrys(Action.RUN_CASES),
    operation_class=json_operation(NewExpert),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def appoint_expert(
    request: Request[Any, Any, Any],
    body: RawBody,
    year: Year,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> ExpertShown:
    """Ask an expert to score. For people of the operator."""
    require(caller, Action.RUN_CASES, OPERATOR)
    email = normal_email(struct_body(request, body, NewExpert).email, "$.email")
    with service.registry.database.writing(caller.author) as session:
        person = calls.appoint(session, year, email, utc_now())
        return ExpertShown(person.id, person.name)


@delete(
    "/v1/cases/{year:int}/experts/{person:str}",
    admits=on_registrys(Action.RUN_CASES),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def dismiss_expert(
    year: Year, person: PersonId, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> None:
    """Ask an expert no more, whose scores count no more either. For people of the operator."""
    require(caller, Action.RUN_CASES, OPERATOR)
    with service.registry.database.writing(caller.author) as session:
        calls.dismiss(session, year, person, utc_now())


@get(
    "/v1/cases/{year:int}/shortlist",
    admits=on_registrys(Action.RUN_CASES),
    responses=responses(400, 401, 403, 404),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def read_shortlist(year: Year, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> Shortlist:
    """The shortlist as the scores are now. For people of the operator."""
    require(caller, Action.RUN_CASES, OPERATOR)
    with service.registry.database.reading() as session:
        rows = {row.id: row for row in nominations.cases(session, year)}
        return Shortlist(
            tuple(
                RankedShown(
                    id=UUID(one.case),
                    title=nominations.case_of(rows[one.case]).title,
                    organisation=rows[one.case].member_id,
                    reasons=nominations.reasons_of(session, rows[one.case], utc_now().date()),
                    category=one.category,
                    rank=one.rank,
                    tied=one.tied,
                    score=one.shown,
                    experts=one.experts,
                )
                for one in scoring.ranked(session, year)
            )
        )


@post(
    "/v1/cases/{year:int}/release",
    admits=on_registrys(Action.RELEASE_CASES),
    status_code=200,
    operation_class=json_operation(ReleaseRequest),
    responses={
        200: answer(CasesEntry, description="released"),
        202: answer(ApprovalShown, description="proposed: another person of the operator has to confirm it"),
    }
    | responses(*_PROBLEMS),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def release_cases(
    request: Request[Any, Any, Any],
    body: RawBody,
    year: Year,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> Response[Any]:
    """Release the shortlist: proposed by one person of the operator, done when another confirms, once it has two."""
    require(caller, Action.RELEASE_CASES, OPERATOR)
    done = propose_release(service, caller, year, struct_body(request, body, ReleaseRequest).reason, utc_now())
    return Response(done, status_code=200 if isinstance(done, CasesEntry) else 202)


ROUTES = [
    open_call,
    move_dates,
    decide_eligibility,
    list_experts,
    appoint_expert,
    dismiss_expert,
    read_shortlist,
    release_cases,
]
