"""The public pages of the yearly release: the years, and the outstanding cases of one."""

import secrets
from collections.abc import Collection
from datetime import date
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from sqlalchemy import and_
from sqlmodel import Session, col, select

from registry.access.admission import ANYBODY
from registry.cases import calls
from registry.cases.nomination_routes import Year
from registry.cases.release import read_dataset
from registry.database.cases_tables import CallRow
from registry.database.tables import LabelRow, RecordRow
from registry.pages import CasesView, CaseYear, cases_page, choose_language
from registry.products.products import summary
from registry.registry import utc_now
from registry.web.security import page_headers
from registry.web.service import Service
from schemas.verdict import RecordSummary


@get("/cases", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def years_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The years, and where the call of each stands."""
    with service.registry.database.reading() as session:
        years = tuple(_year(row, utc_now().date()) for row in calls.all_calls(session))
    return _answer(request, CasesView(site=service.site, path=request.url.path, query=request.url.query, years=years))


@get("/cases/{year:int}", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def year_page(request: Request[Any, Any, Any], year: Year, service: NamedDependency[Service]) -> Response[str]:
    """The outstanding cases of a year, once they are released; each record beside them as it stands now."""
    with service.registry.database.reading() as session:
        one = _year(calls.call_row(session, year), utc_now().date())
        indexes = {index for case in one.released.cases for index in case.records} if one.released else set()
        records = records_now(session, indexes, utc_now().date())
    url = request.url
    return _answer(request, CasesView(site=service.site, path=url.path, query=url.query, year=one, records=records))


def _year(row: CallRow, today: date) -> CaseYear:
    call = calls.call_of(row)
    return CaseYear(
        call=call,
        phase=calls.phase(call, row.dataset is not None, today),
        dataset=row.dataset,
        released=None if row.dataset is None else read_dataset(row.dataset),
        entry=row.entry,
    )


def records_now(session: Session, indexes: Collection[int], today: date) -> dict[int, RecordSummary]:
    """The records with these log indexes that there are, as they stand today."""
    own = and_(col(LabelRow.record) == RecordRow.index, col(LabelRow.path) == RecordRow.key_path)
    query = select(RecordRow, LabelRow.text).join(LabelRow, own).where(col(RecordRow.index).in_(indexes))
    return {row.index: summary(row, label, today) for row, label in session.exec(query)}


def _answer(request: Request[Any, Any, Any], view: CasesView) -> Response[str]:
    language = choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))
    nonce = secrets.token_urlsafe(16)
    return Response(cases_page(view, language, nonce), media_type=MediaType.HTML, headers=page_headers(nonce, language))


ROUTES = [years_page, year_page]
