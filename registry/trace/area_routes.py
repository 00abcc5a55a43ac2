"""Area statements over HTTP: as JSON, and as a page."""

import secrets
from typing import Annotated, Any

from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from sqlmodel import Session, col, select

from registry.access.admission import ANYBODY
from registry.database.tables import RecordRow
from registry.errors import InvalidInput, NotFound
from registry.labels.art import label_text
from registry.pages import AreaView, area_page, choose_language, label_path
from registry.registry import utc_now
from registry.trace.area import area_statement
from registry.trace.known import KnownRecords
from registry.web.problems import responses
from registry.web.security import page_headers
from registry.web.service import Service
from schemas.area import AreaStatement
from schemas.gs1 import InvalidGs1, parse_gln
from schemas.label import parse_claims

Gln = Annotated[str, PathParameter(description="GLN of a site or park, 13 digits")]
Year = Annotated[
    int | None,
    QueryParameter(ge=1, le=9999, description="in which the reference period ends; else the newest record's"),
]


@get(
    "/v1/places/{gln:str}/statement",
    admits=ANYBODY,
    responses=responses(400, 404),
    tags=["products"],
    sync_to_thread=True,
)
def read_area_statement(gln: Gln, service: NamedDependency[Service], year: Year = None) -> AreaStatement:
    """What the products of a site or park emit over a year, without counting twice what one supplies to another.

    Of the newest record of the place for that year: its components are the products, and those made here whose own
    declarations name the GLN as their plant.
    """
    with service.registry.database.reading() as session:
        return _statement(session, gln, year)


@get("/places/{gln:str}/statement", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def area_page_of(
    request: Request[Any, Any, Any], gln: Gln, service: NamedDependency[Service], year: Year = None
) -> Response[str]:
    """The same for people."""
    with service.registry.database.reading() as session:
        statement = _statement(session, gln, year)
        url = label_path(label_text(session, statement.record))
    language = choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))
    target = {"path": request.url.path, "query": request.url.query}
    view = AreaView(site=service.site, statement=statement, place_url=url, **target)
    nonce = secrets.token_urlsafe(16)
    page = area_page(view, language, nonce)
    return Response(page, media_type=MediaType.HTML, headers=page_headers(nonce, language))


def _statement(session: Session, gln: str, year: int | None) -> AreaStatement:
    try:
        key_path = f"/414/{parse_gln(gln)}"
    except InvalidGs1 as problem:
        raise InvalidInput("{problem}, so it is no GLN", "$.gln", problem=problem) from None
    rows = session.exec(select(RecordRow).where(RecordRow.key_path == key_path).order_by(col(RecordRow.version).desc()))
    index = next((row.index for row in rows if year in (None, parse_claims(row.claims).year)), None)
    records = KnownRecords(session, utc_now().date())
    place = None if index is None else records([index]).get(index)
    if place is None:
        if year is None:
            raise NotFound("no declaration of the place {gln} is published", gln=gln)
        raise NotFound("no declaration of the place {gln} is published for {year}", gln=gln, year=year)
    return area_statement(place, records)


ROUTES = [read_area_statement, area_page_of]
