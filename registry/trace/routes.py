"""Traces over HTTP: as JSON, and as a page."""

import secrets
from typing import Annotated, Any

from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from registry.access.admission import ANYBODY
from registry.errors import NotFound
from registry.labels.art import label_text
from registry.pages import TraceView, choose_language, label_path, trace_page
from registry.registry import utc_now
from registry.trace import area_routes
from registry.trace.known import KnownRecords
from registry.trace.trace import MOST_DEPTH, trace
from registry.web.problems import responses
from registry.web.security import page_headers
from registry.web.service import Service
from schemas.trace import Trace

RecordIndex = Annotated[int, PathParameter(ge=0, le=2**63 - 1, description="the record's log index")]
Depth = Annotated[int, QueryParameter(ge=1, le=MOST_DEPTH, description="levels of parts, at most")]
_ON_A_PAGE = 60


@get(
    "/v1/records/{record:int}/trace",
    admits=ANYBODY,
    responses=responses(400, 404),
    tags=["records"],
    sync_to_thread=True,
)
def read_trace(record: RecordIndex, service: NamedDependency[Service], depth: Depth = MOST_DEPTH) -> Trace:
    """What the record's product is made of, through the records of its parts down to raw material, with coverage."""
    with service.registry.database.reading() as session:
        found = trace(record, KnownRecords(session, utc_now().date()), depth)
    if found is None:
        raise NotFound("there is no record {record}", record=record)
    return found


@get("/records/{record:int}/trace", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def trace_page_of(
    request: Request[Any, Any, Any], record: RecordIndex, service: NamedDependency[Service]
) -> Response[str]:
    """The same for people, no larger than can be read."""
    with service.registry.database.reading() as session:
        found = trace(record, KnownRecords(session, utc_now().date()), nodes=_ON_A_PAGE)
        if found is None:
            raise NotFound("there is no record {record}", record=record)
        url = label_path(label_text(session, record))
    language = choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))
    view = TraceView(site=service.site, trace=found, path=request.url.path, query=request.url.query, product_url=url)
    nonce = secrets.token_urlsafe(16)
    return Response(trace_page(view, language, nonce), media_type=MediaType.HTML, headers=page_headers(nonce, language))


ROUTES = [read_trace, trace_page_of, *area_routes.ROUTES]
