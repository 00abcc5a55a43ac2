"""The yearly release over HTTP: calls and released datasets for everybody, nominations for members.

What experts do is in ``expert_routes``, what the operator does in ``running_routes``.
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RawBody
from msgspec import Struct
from sqlmodel import Session

from registry.access.admission import ANYBODY, EVERY_CALLER, on_others, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, require_others
from registry.cases import calls, nominations
from registry.cases.acting import cases_before, nominate, require_own_case
from registry.cases.calls import Phase
from registry.cases.eligibility import Reason
from registry.cases.nominations import Case, CaseState
from registry.cases.release import as_csv
from registry.database.cases_tables import CallRow, CaseRow
from registry.errors import NotFound
from registry.registry import utc_now
from registry.web.openapi import json_operation, other_forms
from registry.web.problems import answer, responses
from registry.web.reading import struct_body
from registry.web.service import Service
from schemas.cases import Call, ReleasedCases

_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415)
_CSV = "text/csv"
Year = Annotated[int, PathParameter(ge=2000, le=9999, description="the year of the call")]
CaseId = Annotated[UUID, PathParameter(description="the case's id")]
PersonId = Annotated[str, PathParameter(max_length=64, description="the person's id")]


class CallShown(Struct, frozen=True, kw_only=True):
    """A call, where it stands today, and, once released, the log index of the release."""

    call: Call
    phase: Phase
    entry: int | None


class Calls(Struct, frozen=True):
    """All calls, the newest first."""

    calls: tuple[CallShown, ...]


class CaseShown(Struct, frozen=True, kw_only=True):
    """A nominated case: where it stands, why it may not take part as things are, and what the operator said."""

    id: UUID
    year: int
    case: Case
    nominated_by: str
    state: CaseState
    reasons: tuple[Reason, ...]
    reason: str


class Cases(Struct, frozen=True):
    """Nominated cases."""

    cases: tuple[CaseShown, ...]


def call_shown(row: CallRow, today: date) -> CallShown:
    """A call as everybody sees it."""
    call = calls.call_of(row)
    return CallShown(call=call, phase=calls.phase(call, row.dataset is not None, today), entry=row.entry)


def case_shown(session: Session, row: CaseRow, today: date) -> CaseShown:
    """A nominated case, for who may see it."""
    reasons = nominations.reasons_of(session, row, today)
    return CaseShown(
        id=UUID(row.id),
        year=row.year,
        case=nominations.case_of(row),
        nominated_by=row.nominated_by,
        state=CaseState(row.state),
        reasons=reasons,
        reason=row.reason,
    )


@get("/v1/cases", admits=ANYBODY, tags=["cases"], sync_to_thread=True)
def list_calls(service: NamedDependency[Service]) -> Calls:
    """The calls for cases, year by year."""
    with service.registry.database.reading() as session:
        return Calls(tuple(call_shown(row, utc_now().date()) for row in calls.all_calls(session)))


@get(
    "/v1/cases/{year:int}",
    admits=ANYBODY,
    operation_class=other_forms(_CSV),
    responses={200: answer(ReleasedCases, description="the exact bytes whose SHA-256 is in the log; or CSV")}
    | responses(400, 404),
    tags=["cases"],
    sync_to_thread=True,
)
def read_cases(
    request: Request[Any, Any, Any],
    year: Year,
    service: NamedDependency[Service],
    form: Annotated[str | None, QueryParameter(name="format", description="csv, else JSON")] = None,
) -> Response[Any]:
    """The outstanding cases of a year, once they are released: the signed dataset, or `?format=csv`."""
    with service.registry.database.reading() as session:
        data = calls.call_row(session, year).dataset
    if data is None:
        raise NotFound("the cases of {year} are not released yet", year=year)
    if form == "csv" or _CSV in request.headers.get("accept", ""):
        name = {"content-disposition": f'attachment; filename="cases-{year}.csv"', "vary": "accept"}
        return Response(as_csv(data), media_type=_CSV, headers=name)
    return Response(data, media_type=MediaType.JSON, headers={"vary": "accept"})


@get(
    "/v1/cases/{year:int}/nominations",
    admits=EVERY_CALLER,
    responses=responses(400, 401, 404),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def list_nominations(year: Year, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> Cases:
    """The caller's own cases and those it nominated; for people of the operator, all."""
    with service.registry.database.reading() as session:
        rows = cases_before(session, caller, year)
        return Cases(tuple(case_shown(session, row, utc_now().date()) for row in rows))


@post(
    "/v1/cases/{year:int}/nominations",
    admits=on_others(Action.NOMINATE),
    operation_class=json_operation(Case),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def nominate_case(
    request: Request[Any, Any, Any],
    body: RawBody,
    year: Year,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> CaseShown:
    """Nominate a case, one's own or another member's. The answer says at once what speaks against it."""
    require_others(caller, Action.NOMINATE)
    now = utc_now()
    key = nominate(service, caller, year, struct_body(request, body, Case), now)
    with service.registry.database.reading() as session:
        return case_shown(session, nominations.case_row(session, key), now.date())


@post(
    "/v1/nominations/{case:uuid}/take-back",
    admits=on_own(Action.NOMINATE),
    status_code=204,
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def take_case_back(case: CaseId, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> None:
    """Take a case back: for whose case it is, and for who nominated it."""
    with service.registry.database.writing(caller.author) as session:
        row = nominations.case_row(session, case)
        require_own_case(caller, row)
        nominations.take_back(session, row, utc_now())


ROUTES = [
    list_calls,
    read_cases,
    list_nominations,
    nominate_case,
    take_case_back,
]
