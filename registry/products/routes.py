"""Products over HTTP: search and versions, as JSON, CSV and a page."""

import csv
import io
import secrets
from typing import Annotated, Any, Literal

from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from litestar.response import Redirect
from msgspec import Struct

from registry.access.admission import ANYBODY
from registry.errors import InvalidInput, NotFound
from registry.pages import SearchView, choose_language, search_page
from registry.products.products import MAX_PAGE, MAX_QUERY, Found, search, versions
from registry.registry import utc_now
from registry.web.openapi import other_forms
from registry.web.problems import answer, responses
from registry.web.security import page_headers
from registry.web.service import Service
from schemas.gs1 import InvalidGs1, parse_gln, parse_gtin
from schemas.label import UnreadableLabel, parse_label
from schemas.text import in_language
from schemas.verdict import RecordSummary

_CSV = "text/csv"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = (
    *("verdict", "gtin", "gln", "name_en", "name_zh", "owner", "version"),
    *("footprint", "unit", "amount", "declared_unit", "boundary", "year"),
    *("issued", "expires", "record", "label"),
)
Query = Annotated[str, QueryParameter(name="q", max_length=MAX_QUERY, description="names, company, GTIN or GLN")]
Page = Annotated[int, QueryParameter(name="page", ge=1, le=MAX_PAGE, description="from 1")]
Format = Annotated[Literal["json", "csv"], QueryParameter(name="format", description="json or csv")]


class Versions(Struct, frozen=True):
    """Every published version of a product or place, newest first."""

    gtin: str | None
    gln: str | None
    versions: tuple[RecordSummary, ...]


@get(
    "/v1/products",
    admits=ANYBODY,
    operation_class=other_forms(_CSV),
    responses={200: answer(Found, description="one page of results, or with format=csv the same as CSV")}
    | responses(400),
    tags=["products"],
    sync_to_thread=True,
)
def search_products(
    service: NamedDependency[Service], words: Query = "", page: Page = 1, form: Format = "json"
) -> Response[Any]:
    """Search the newest record of each product: all words must be found, in any language.

    A word is found by its beginning; Chinese, and digits of a GTIN or GLN, by any part. At most the newest 1,000 are
    shown, and of frequent words fewer may be counted: with `more`, there are more than `total`.
    """
    with service.registry.database.reading() as session:
        found = search(session, words, page, utc_now().date())
    if form == "csv":
        headers = {"content-disposition": 'attachment; filename="products.csv"'}
        return Response(as_csv(found.results), media_type=_CSV, headers=headers)
    return Response(found, media_type=MediaType.JSON)


@get("/v1/products/{key:str}", admits=ANYBODY, responses=responses(400, 404), tags=["products"], sync_to_thread=True)
def read_product(
    service: NamedDependency[Service],
    key: Annotated[str, PathParameter(description="GTIN of 8, 12, 13 or 14 digits, or GLN")],
) -> Versions:
    """Every version of a product or place."""
    with service.registry.database.reading() as session:
        for kind, key_path in _key_paths(key):
            found = versions(session, key_path, utc_now().date())
            if found:
                number = key_path.rsplit("/", 1)[1]
                return Versions(number if kind == "gtin" else None, number if kind == "gln" else None, found)
    raise NotFound("no declaration is published for {key}", key=key)


def _key_paths(key: str) -> list[tuple[str, str]]:
    """What ``key`` may name: 13 digits may be a GTIN or a GLN."""
    try:
        paths = [("gtin", f"/01/{parse_gtin(key)}")]
    except InvalidGs1 as problem:
        raise InvalidInput("{problem}, so it is no GTIN or GLN", "$.key", problem=problem) from None
    try:
        return [*paths, ("gln", f"/414/{parse_gln(key)}")]
    except InvalidGs1:
        return paths


def as_csv(results: tuple[RecordSummary, ...]) -> str:
    """Results as CSV, with a byte order mark for spreadsheets; what they would take for a formula is quoted."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for found in results:
        figure = found.footprint
        names = (in_language(found.name, "en"), found.name.get("zh", ""), found.owner)
        writer.writerow(
            (
                *(found.verdict, found.gtin, found.gln, *map(_cell, names), found.version),
                *(figure.value, figure.unit, figure.per.amount, figure.per.unit, found.boundary, found.year),
                *(found.issued, found.expires, found.record, found.label),
            )
        )
    return out.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


Pasted = Annotated[str, QueryParameter(name="q", max_length=5_000)]


@get("/", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def start_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[Any]:
    """The search page before a search."""
    return _search_page(request, service, "", 1)


@get("/search", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def search_page_of(
    request: Request[Any, Any, Any], service: NamedDependency[Service], words: Pasted = "", page: Page = 1
) -> Response[Any]:
    """The search page. A pasted label opens the page that its scan opens."""
    return _search_page(request, service, words, page)


def _search_page(request: Request[Any, Any, Any], service: Service, words: str, page: int) -> Response[Any]:
    wanted = words.strip()
    try:
        label = parse_label(wanted)
        token = "" if label.digits is None else f"?c={label.digits}"
        return Redirect(label.path.text + token, status_code=303)
    except UnreadableLabel:
        pass
    language = choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))
    with service.registry.database.reading() as session:
        found = search(session, wanted[:MAX_QUERY], page, utc_now().date())
    view = SearchView(
        site=service.site,
        query=wanted[:MAX_QUERY],
        path=request.url.path,
        query_string=request.url.query,
        results=found.results,
        total=found.total,
        more=found.more,
        page=found.page,
        pages=found.pages,
        kind="start" if not wanted else "results" if found.total else "empty",
    )
    nonce = secrets.token_urlsafe(16)
    return Response(
        search_page(view, language, nonce), media_type=MediaType.HTML, headers=page_headers(nonce, language)
    )


ROUTES = [search_products, read_product, start_page, search_page_of]
