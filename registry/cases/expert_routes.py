"""What experts do, over HTTP: say whether there is a conflict of interest, see the cases, score them."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody
from msgspec import Meta, Struct

from registry.access.admission import on_others
from registry.access.callers import Caller
from registry.access.rules import Action, require_others
from registry.cases import calls, nominations, scoring
from registry.cases.nominations import Case
from registry.registry import utc_now
from registry.web.openapi import json_operation
from registry.web.problems import responses
from registry.web.reading import struct_body
from registry.web.service import Service
from schemas.cases import Call
from schemas.text import Text

_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415)
Year = Annotated[int, PathParameter(ge=2000, le=9999, description="the year of the call")]
CaseId = Annotated[UUID, PathParameter(description="the case's id")]


class Interest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether there is a conflict of interest, and what it is."""

    conflict: bool
    words: Annotated[str, Meta(max_length=scoring.MOST_WORDS)] = ""


class Scores(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole number from 1 to 10 for each criterion of the call."""

    scores: dict[str, int]


class CaseToScore(Struct, frozen=True, kw_only=True):
    """A case before an expert. ``conflict`` null: to be declared first; ``bound``: there is one, whatever is said.
    The case itself is shown once it is declared that there is none."""

    id: UUID
    title: Text
    organisation: str
    bound: bool
    conflict: bool | None
    case: Case | None
    scores: dict[str, int] | None


class CasesToScore(Struct, frozen=True):
    """What an expert has to score."""

    call: Call
    cases: tuple[CaseToScore, ...]


@get(
    "/v1/cases/{year:int}/scoring",
    admits=on_others(Action.SCORE),
    responses=responses(400, 401, 403, 404),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def list_to_score(year: Year, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> CasesToScore:
    """The cases before an expert. For experts whom the operator asked."""
    require_others(caller, Action.SCORE)
    with service.registry.database.reading() as session:
        call = calls.call_of(calls.call_row(session, year))
        return CasesToScore(call, tuple(map(_to_score, scoring.to_score(session, caller, year))))


def _to_score(one: scoring.ToScore) -> CaseToScore:
    case = nominations.case_of(one.row)
    return CaseToScore(
        id=UUID(one.row.id),
        title=case.title,
        organisation=one.row.member_id,
        bound=one.bound,
        conflict=one.conflict,
        case=case if one.conflict is False else None,
        scores=None if one.scores is None else dict(one.scores),
    )


@put(
    "/v1/nominations/{case:uuid}/interest",
    admits=on_others(Action.SCORE),
    status_code=204,
    operation_class=json_operation(Interest),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def declare_interest(
    request: Request[Any, Any, Any],
    body: RawBody,
    case: CaseId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> None:
    """Declare whether there is a conflict of interest, before a case is seen. For experts whom the operator asked."""
    require_others(caller, Action.SCORE)
    told = struct_body(request, body, Interest)
    with service.registry.database.writing(caller.author) as session:
        scoring.declare(session, caller, nominations.case_row(session, case), told.conflict, told.words, utc_now())


@put(
    "/v1/nominations/{case:uuid}/scores",
    admits=on_others(Action.SCORE),
    status_code=204,
    operation_class=json_operation(Scores),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["cases"],
    sync_to_thread=True,
)
def score_case(
    request: Request[Any, Any, Any],
    body: RawBody,
    case: CaseId,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> None:
    """Score a case. For experts whom the operator asked, and who declared that there is no conflict."""
    require_others(caller, Action.SCORE)
    told = struct_body(request, body, Scores)
    with service.registry.database.writing(caller.author) as session:
        scoring.score(session, caller, nominations.case_row(session, case), told.scores, utc_now())


ROUTES = [list_to_score, declare_interest, score_case]
