"""The pages of the yearly release: the calls, and the outstanding cases of a year.

A case is shown as it was released; beside each record stands how that record stands now.
"""

from hashlib import sha256

from msgspec import Struct

from registry.pages.desk_words import WORDS
from registry.pages.figures import Chip, chip, label_path
from registry.pages.reader import Reader
from registry.pages.rendering import Phrasebook, frame, keeping, render
from registry.pages.views import CasesView, CaseYear
from registry.pages.vocabulary import VERDICTS
from schemas.cases import ReleasedCase
from schemas.verdict import RecordSummary


class RecordLine(Struct, frozen=True):
    """A record that a case rests on, as it stands now."""

    name: str
    url: str
    verdict: Chip


class CaseLine(Struct, frozen=True):
    """An outstanding case."""

    title: str
    organisation: str
    description: tuple[str, ...]
    rank: str
    score: str
    records: tuple[RecordLine, ...]


class CategoryShown(Struct, frozen=True):
    """The cases of a category."""

    name: str
    cases: tuple[CaseLine, ...]


class YearLine(Struct, frozen=True):
    """A year in the list, and where its call stands."""

    title: str
    url: str
    phase: str
    dates: str


class CasesShown(Struct, frozen=True, kw_only=True):
    """The page in the reader's words."""

    title: str
    intro: str
    years: tuple[YearLine, ...] = ()
    categories: tuple[CategoryShown, ...] = ()
    criteria: tuple[str, ...] = ()
    proof: tuple[tuple[str, str], ...] = ()
    json_url: str = ""
    back: str = ""


def cases_page(view: CasesView, language: str, nonce: str) -> str:
    """The HTML of the list of years, or of one year, in ``language`` (``en`` or ``zh``)."""
    reader, t = Reader(language), Phrasebook(language)
    tones = frozenset(VERDICTS[one.verdict].tone for one in view.records.values())
    title = t("cases_title") if view.year is None else reader.text(view.year.call.title)
    page = frame(view.site, title, view.path, view.query, language, nonce, tones, "tree", "cases")
    shown = (
        _years(view, reader, t, page.chosen) if view.year is None else _year(view, view.year, reader, t, page.chosen)
    )
    return render("cases.html", page, language, shown=shown)


def _years(view: CasesView, reader: Reader, t: Phrasebook, chosen: str | None) -> CasesShown:
    lines = tuple(
        YearLine(
            reader.text(one.call.title),
            keeping(f"/cases/{one.call.year}", chosen),
            t(f"cases_{one.phase}"),
            "" if one.dataset else _dates(one, reader, t),
        )
        for one in view.years
    )
    return CasesShown(title=t("cases_title"), intro=t("cases_intro" if lines else "cases_none"), years=lines)


def _dates(one: CaseYear, reader: Reader, t: Phrasebook) -> str:
    dates = one.call.dates
    words = {
        "first": reader.day(dates.nominations_from),
        "last": reader.day(dates.nominations_until),
        "scored": reader.day(dates.scoring_until),
    }
    return t("cases_dates", **words)


def _year(view: CasesView, one: CaseYear, reader: Reader, t: Phrasebook, chosen: str | None) -> CasesShown:
    title, back = reader.text(one.call.title), keeping("/cases", chosen)
    released = one.released
    if released is None or one.dataset is None:
        words = f"{t(f'cases_{one.phase}')} {_dates(one, reader, t)}"
        return CasesShown(title=title, intro=words, criteria=_criteria(one, reader), back=back)
    categories = tuple(
        CategoryShown(
            WORDS[f"plan_{category}"].text(reader.language),
            tuple(_case(case, view.records, reader, t, chosen) for case in released.cases if case.category is category),
        )
        for category in one.call.categories
        if any(case.category is category for case in released.cases)
    )
    proof = [(t("cases_entry"), str(one.entry)), ("SHA-256", sha256(one.dataset).hexdigest())]
    return CasesShown(
        title=title,
        intro=t("cases_chosen", nominated=reader.count(released.nominated), eligible=reader.count(released.eligible)),
        categories=categories,
        criteria=_criteria(one, reader),
        proof=tuple(proof),
        json_url=f"/v1/cases/{released.year}",
        back=back,
    )


def _criteria(one: CaseYear, reader: Reader) -> tuple[str, ...]:
    return tuple(f"{reader.text(criterion.name)} × {criterion.weight}" for criterion in one.call.criteria)


def _case(
    case: ReleasedCase, records: dict[int, RecordSummary], reader: Reader, t: Phrasebook, chosen: str | None
) -> CaseLine:
    return CaseLine(
        title=reader.text(case.title),
        organisation=reader.text(case.organisation.name),
        description=tuple(line for line in reader.text(case.description).splitlines() if line.strip()),
        rank=t("cases_tied" if case.tied else "cases_rank", rank=str(case.rank)),
        score=t("cases_score", score=case.score, experts=reader.count(case.experts)),
        records=tuple(
            RecordLine(
                reader.text(records[index].name) or t("record_number", record=str(index)),
                keeping(label_path(records[index].label), chosen),
                chip(records[index].verdict, reader),
            )
            for index in case.records
            if index in records
        ),
    )
