"""The versions of a product's declaration, with how each changed."""

from msgspec import Struct

from registry.pages.figures import REVOKED, Chip, FigureShown, chip, figure_shown
from registry.pages.reader import Reader
from registry.pages.rendering import Phrasebook
from schemas.verdict import RecordSummary

_MOST_SHOWN = 12


class Version(Struct, frozen=True):
    """One published version. ``here``: the one that the label is of."""

    title: str
    record: int
    record_name: str
    verdict: Chip
    figure: FigureShown
    struck: bool
    change: str
    year: str
    issued: str
    here: bool


class History(Struct, frozen=True):
    """Versions, newest first. ``more`` says that there are others, at ``all_url``."""

    rows: tuple[Version, ...]
    more: str
    all_url: str


def history(versions: tuple[RecordSummary, ...], record: int | None, reader: Reader, t: Phrasebook) -> History | None:
    """The history of a product whose label names ``record``; None when nothing is published."""
    if not versions:
        return None
    older = (*versions[1:], None)
    rows = [
        _version(version, before, version.record == record, reader, t)
        for version, before in zip(versions, older, strict=True)
    ]
    key = versions[0].gtin or versions[0].gln or ""
    more = t("more_versions", count=str(len(rows))) if len(rows) > _MOST_SHOWN else ""
    return History(_window(rows), more, f"/v1/products/{key}")


def _window(rows: list[Version]) -> tuple[Version, ...]:
    """The newest versions; the one that the label is of stays in, however old."""
    newest = rows[:_MOST_SHOWN]
    return (*newest, *(row for row in rows[_MOST_SHOWN:] if row.here))


def _version(
    version: RecordSummary, before: RecordSummary | None, here: bool, reader: Reader, t: Phrasebook
) -> Version:
    return Version(
        title=t("version", version=str(version.version)),
        record=version.record,
        record_name=t("record_number", record=str(version.record)),
        verdict=chip(version.verdict, reader),
        figure=figure_shown(version.footprint, reader, yearly=version.gln is not None),
        struck=version.verdict in REVOKED,
        change="" if before is None else _change(version, before, reader, t),
        year=t("data_of", year=str(version.year)),
        issued=t("published", day=reader.day(version.issued)),
        here=here,
    )


def _change(version: RecordSummary, before: RecordSummary, reader: Reader, t: Phrasebook) -> str:
    """How the figure changed, but only between figures for the same amount, unit and part of the life cycle."""
    new, old = version.footprint, before.footprint
    if (new.per, new.unit, version.boundary) != (old.per, old.unit, before.boundary):
        return t("not_comparable")
    if new.value == old.value:
        return t("unchanged")
    change = reader.change(new.value, old.value)
    return t("than_before", change=change) if change else ""
