"""The page of an area statement: what a site or park made in a year, and what of it is counted once only."""

from decimal import Context, Decimal

from msgspec import Struct

from registry.pages.figures import REVOKED, Chip, chip
from registry.pages.reader import EMISSION_UNITS, Reader, grouped
from registry.pages.rendering import Phrasebook, frame, keeping, render
from registry.pages.stages import shortened
from registry.pages.views import AreaView
from registry.pages.vocabulary import VERDICTS
from schemas.area import AreaProduct, AreaStatement

MOST_ROWS = 100
_MOST_NAME = 60
_SHOWN = Context(prec=6)


class ProductRow(Struct, frozen=True, kw_only=True):
    """A product of the statement."""

    name: str
    url: str
    owner: str
    amount: str
    made: str
    verdict: Chip | None
    value: str
    supplied: str
    struck: bool
    unknown: bool


class AreaShown(Struct, frozen=True, kw_only=True):
    """The page in the reader's words."""

    name: str
    place_url: str
    owner: str
    key: str
    period: str
    total: str
    unit: str
    per: str
    each: str
    rows: tuple[ProductRow, ...]
    gross: str
    internal: str
    parts: tuple[tuple[str, str], ...]
    incomplete: str
    notes: tuple[str, ...]
    json_url: str


def area_page(view: AreaView, language: str, nonce: str) -> str:
    """The HTML of an area statement, in ``language`` (``en`` or ``zh``)."""
    reader, t = Reader(language), Phrasebook(language)
    said = view.statement
    name = shortened(reader.text(said.name), _MOST_NAME) or t("unnamed")
    tones = frozenset(VERDICTS[one.verdict].tone for one in said.products[:MOST_ROWS] if one.verdict)
    title = f"{t('area_title')} · {name}"
    page = frame(view.site, title, view.path, view.query, language, nonce, tones, "tree")
    return render("area.html", page, language, area=_shown(view, name, page.chosen, reader, t))


def _shown(view: AreaView, name: str, chosen: str | None, reader: Reader, t: Phrasebook) -> AreaShown:
    said = view.statement
    period = ""
    if said.start and said.end:
        period = t("from_to", start=reader.day(said.start), end=reader.day(said.end))
    year = "" if said.end is None else f"?year={said.end.year}"
    return AreaShown(
        name=name,
        place_url=keeping(view.place_url, chosen),
        owner=shortened(reader.text(said.owner.name), _MOST_NAME),
        key=grouped(said.gln),
        period=period,
        total=_figure(said.total, reader),
        unit=EMISSION_UNITS[said.unit],
        per=reader.per(said.area, yearly=True),
        each=t("area_each", value=_figure(said.per_unit, reader)),
        rows=tuple(_row(one, chosen, reader, t) for one in said.products[:MOST_ROWS]),
        gross=_figure(said.gross, reader),
        internal=_figure(-said.internal if said.internal else said.internal, reader),
        parts=(
            (t("area_own"), f"{_figure(said.own, reader)} {EMISSION_UNITS[said.unit]}"),
            (t("area_external"), f"{_figure(said.external, reader)} {EMISSION_UNITS[said.unit]}"),
            (t("area_declared"), f"{reader.number(said.declared)} {EMISSION_UNITS[said.unit]}"),
        ),
        incomplete="" if said.complete else t("area_incomplete"),
        notes=tuple(_notes(said, reader, t)),
        json_url=f"/v1/places/{said.gln}/statement{year}",
    )


def _notes(said: AreaStatement, reader: Reader, t: Phrasebook) -> list[str]:
    notes = [t("area_hint")]
    if len(said.products) > MOST_ROWS:
        notes.append(t("trace_left_out", count=reader.count(len(said.products) - MOST_ROWS)))
    return notes


def _row(one: AreaProduct, chosen: str | None, reader: Reader, t: Phrasebook) -> ProductRow:
    name = reader.text(one.name) or one.urn or t("record_number", record=str(one.record))
    return ProductRow(
        name=shortened(name, _MOST_NAME),
        url="" if one.owner is None else keeping(f"/records/{one.record}/trace", chosen),
        owner="" if one.owner is None else shortened(reader.text(one.owner.name), _MOST_NAME),
        amount=reader.of(one.amount),
        made=t("area_made" if one.made_here else "area_bought"),
        verdict=None if one.verdict is None else chip(one.verdict, reader),
        value=t("unknown") if one.footprint is None else _figure(one.footprint, reader),
        supplied=t("area_supplied", value=_figure(one.supplied, reader)) if one.supplied else "",
        struck=one.verdict in REVOKED,
        unknown=one.footprint is None,
    )


def _figure(value: Decimal, reader: Reader) -> str:
    """A computed figure, to six digits."""
    plain = format(_SHOWN.plus(value), "f")
    return reader.number(Decimal(plain.rstrip("0").rstrip(".") if "." in plain else plain))
