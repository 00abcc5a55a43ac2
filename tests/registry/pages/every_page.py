"""One page of each kind, in both languages, for the rules that hold on all of them."""

from collections.abc import Iterator

from registry.pages import SearchView, area_page, cases_page, error_page, scan_page, search_page, trace_page
from schemas.verdict import VerdictCode
from tests.registry.pages.made_of import areas, released, traces
from tests.registry.pages.samples import BODY, DEMONSTRATION, NONCE, VERSIONS, scan

LANGUAGES = ("en", "zh")


def results(query: str = "flakes") -> SearchView:
    """A page of results in the middle of several."""
    return SearchView(
        site=DEMONSTRATION,
        query=query,
        path="/search",
        query_string="q=flakes&page=2",
        results=VERSIONS,
        total=1204,
        page=2,
        pages=61,
        kind="results",
    )


def nothing(query: str = "flakez") -> SearchView:
    """A search that found nothing."""
    return SearchView(site=DEMONSTRATION, query=query, path="/search", query_string="q=flakez", kind="empty")


START = SearchView(site=DEMONSTRATION, query="", path="/", kind="start")


def error(language: str) -> str:
    """A 404."""
    title = {"en": "There is no product with this number", "zh": "没有此编号的商品"}
    detail = {"en": "Compare the digits with those under the barcode.", "zh": "请与条形码下的数字核对。"}
    return error_page(
        DEMONSTRATION,
        404,
        title,
        "没有记录7" if language == "zh" else "There is no record 7.",
        detail,
        "/01/09521234567893",
        "",
        language,
        NONCE,
    )


def demonstration_pages() -> Iterator[tuple[str, str, str]]:
    """Name, language and HTML of every kind of page of a demonstration."""
    for language in LANGUAGES:
        for code in VerdictCode:
            yield f"scan-{code}", language, scan_page(scan(code, DEMONSTRATION, body=BODY), language, NONCE)
        for view in (results(), nothing(), START):
            yield f"search-{view.kind}", language, search_page(view, language, NONCE)
        for name, trace in traces().items():
            yield f"trace-{name}", language, trace_page(trace, language, NONCE)
        for name, area in areas().items():
            yield f"area-{name}", language, area_page(area, language, NONCE)
        for name, cases in released().items():
            yield f"cases-{name}", language, cases_page(cases, language, NONCE)
        yield "error", language, error(language)


PAGES = {f"{name}-{language}": html for name, language, html in demonstration_pages()}
