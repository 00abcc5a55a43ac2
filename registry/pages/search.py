"""The search page: one box; results say the verdict first; an empty answer says what to do next."""

from urllib.parse import urlencode

from msgspec import Struct

from registry.pages.figures import REVOKED, Chip, FigureShown, chip, covered, figure_shown, key_of, label_path
from registry.pages.language import chosen_in
from registry.pages.reader import Reader
from registry.pages.rendering import Phrasebook, frame, keeping, render
from registry.pages.stages import shortened
from registry.pages.views import SearchView
from registry.pages.vocabulary import VERDICTS
from schemas.verdict import RecordSummary

_MOST_QUERY = 80


class Result(Struct, frozen=True):
    """One product in the list."""

    verdict: Chip
    name: str
    owner: str
    key_name: str
    key: str
    url: str
    figure: FigureShown
    struck: bool
    covers: str
    year: str


class SearchShown(Struct, frozen=True):
    """The page in the reader's words."""

    kind: str
    title: str
    query: str
    results: tuple[Result, ...]
    count: str
    pages: int
    place: str
    previous_url: str
    next_url: str
    csv_url: str
    json_url: str


def search_page(view: SearchView, language: str, nonce: str) -> str:
    """The HTML of the start page, of results, or of a search that found nothing."""
    reader, t = Reader(language), Phrasebook(language)
    title = _title(view, t)
    tones = frozenset(VERDICTS[result.verdict].tone for result in view.results)
    page = frame(view.site, title, view.path, view.query_string, language, nonce, tones)
    return render("search.html", page, language, search=_shown(view, title, reader, t))


def _title(view: SearchView, t: Phrasebook) -> str:
    if view.kind == "start":
        return t("search_start")
    if not view.query.strip():
        return t("search_all")
    return t("search_empty" if view.kind == "empty" else "search_results", query=shortened(view.query, _MOST_QUERY))


def _shown(view: SearchView, title: str, reader: Reader, t: Phrasebook) -> SearchShown:
    chosen = chosen_in(view.query_string)
    said = "search_one" if view.total == 1 else "search_more" if view.more else "search_count"
    count = t(said, count=reader.count(view.total))
    return SearchShown(
        kind=view.kind,
        title=title,
        query=view.query,
        results=tuple(_result(record, chosen, reader, t) for record in view.results),
        count=count,
        pages=view.pages,
        place=t("page_of", page=reader.count(view.page), pages=reader.count(view.pages)),
        previous_url=_page_url(view.query, view.page - 1, chosen) if view.page > 1 else "",
        next_url=_page_url(view.query, view.page + 1, chosen) if view.page < view.pages else "",
        csv_url=_list_url(view.query, "csv"),
        json_url=_list_url(view.query, "json"),
    )


def _result(record: RecordSummary, chosen: str | None, reader: Reader, t: Phrasebook) -> Result:
    key_name, key = key_of(record.gtin, record.gln, t)
    return Result(
        verdict=chip(record.verdict, reader),
        name=shortened(reader.text(record.name)),
        owner=record.owner,
        key_name=key_name,
        key=key,
        url=keeping(label_path(record.label), chosen),
        figure=figure_shown(record.footprint, reader, yearly=record.gln is not None),
        struck=record.verdict in REVOKED,
        covers=covered(record.boundary, yearly=record.gln is not None)[0].text(reader.language),
        year=t("data_of", year=str(record.year)),
    )


def _page_url(query: str, page: int, chosen: str | None) -> str:
    return keeping("/search?" + urlencode({"q": query, "page": page}, errors="replace"), chosen)


def _list_url(query: str, form: str) -> str:
    return "/v1/products?" + urlencode({"q": query, "format": form}, errors="replace")
