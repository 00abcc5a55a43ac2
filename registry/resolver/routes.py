"""GS1 Digital Link resolver: one address, three answers - a page, the verdict, the links."""

import secrets
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter
from msgspec import Struct

from registry.access.admission import ANYBODY
from registry.errors import NotFound
from registry.pages import choose_language, scan_page
from registry.products.products import versions
from registry.registry import utc_now
from registry.resolver.scan import scan_view
from registry.web.counters import count_verdicts
from registry.web.openapi import other_forms
from registry.web.problems import answer, responses
from registry.web.security import page_headers
from registry.web.service import Service
from schemas.gs1 import Gs1Path
from schemas.label import UnreadableLabel, parse_label
from schemas.verdict import Verdict

_LINKSET = "application/linkset+json"
_VOCABULARY = "https://gs1.org/voc/"


class Link(Struct, frozen=True, omit_defaults=True):
    """A link target (RFC 9264, 4.2.3)."""

    href: str
    title: str
    type: str
    hreflang: tuple[str, ...] = ()


_ANSWERS = {200: answer(Verdict, "a page, the verdict (JSON), or the links (linkset)")} | responses(400, 404, 429)
_FORMS = other_forms(MediaType.HTML, _LINKSET)
Rest = Annotated[str, PathParameter(description="the rest of the GS1 path: key, then qualifiers in GS1's order")]


@get(
    "/01/{rest:path}",
    admits=ANYBODY,
    operation_class=_FORMS,
    responses=_ANSWERS,
    tags=["resolver"],
    sync_to_thread=True,
)
def resolve_product(request: Request[Any, Any, Any], service: NamedDependency[Service], rest: Rest) -> Response[Any]:  # noqa: ARG001
    """What a product's scan opens: a page, `application/json` the verdict, `application/linkset+json` the links."""
    return _resolve(request, service)


@get(
    "/414/{rest:path}",
    admits=ANYBODY,
    operation_class=_FORMS,
    responses=_ANSWERS,
    tags=["resolver"],
    sync_to_thread=True,
)
def resolve_place(request: Request[Any, Any, Any], service: NamedDependency[Service], rest: Rest) -> Response[Any]:  # noqa: ARG001
    """What a place's scan opens: a page, `application/json` the verdict, `application/linkset+json` the links."""
    return _resolve(request, service)


def _resolve(request: Request[Any, Any, Any], service: Service) -> Response[Any]:
    raw_path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    query = request.scope["query_string"].decode("latin-1")
    label = f"https://{service.registry.config.origin}{raw_path}" + (f"?{query}" if query else "")
    path = _path_of(label)
    accept = request.headers.get("accept", "")
    if _LINKSET in accept or request.query_params.get("linkType") in ("linkset", "all"):
        return _linkset(service, path)
    verdict = service.verifier.verify(label, utc_now())
    count_verdicts("scan", {verdict.verdict: 1})
    if "application/json" in accept and "text/html" not in accept:
        headers = {"vary": "accept, accept-language", "cache-control": "no-cache"}
        return Response(verdict, media_type=MediaType.JSON, headers=headers)
    language = choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))
    nonce = secrets.token_urlsafe(16)
    page = scan_page(scan_view(service, label, verdict, path, (raw_path, query)), language, nonce)
    return Response(page, media_type=MediaType.HTML, headers=page_headers(nonce, language))


def _path_of(label: str) -> Gs1Path | None:
    """The path of a label, whatever is wrong with its token."""
    try:
        return parse_label(label.partition("?")[0]).path
    except UnreadableLabel:
        return None


def _linkset(service: Service, path: Gs1Path | None) -> Response[bytes]:
    """The links of a product or place (GS1-Conformant Resolver; RFC 9264). Raises ``NotFound``."""
    origin = f"https://{service.registry.config.origin}"
    with service.registry.database.reading() as session:
        found = versions(session, path.key_path, utc_now().date()) if path else ()
    if path is None or not found:
        raise NotFound("no declaration is published under this address")
    newest, page = found[0], f"{origin}{path.key_path}"
    title = newest.name.get("en") or next(iter(newest.name.values()))
    languages = ("en", "zh")
    links: dict[str, object] = {
        "anchor": page,
        f"{_VOCABULARY}pip": [Link(page, title, "text/html", languages)],
        f"{_VOCABULARY}sustainabilityInfo": [
            Link(page, "Carbon footprint declaration", "text/html", languages),
            Link(f"{origin}/v1/records/{newest.record}", "Signed record", "application/vc+jwt"),
            Link(f"{origin}/v1/products/{newest.gtin or newest.gln}", "All versions", "application/json"),
        ],
    }
    return Response(msgspec.json.encode({"linkset": [links]}), media_type=_LINKSET)


ROUTES = [resolve_product, resolve_place]
