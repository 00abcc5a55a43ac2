"""A figure as it may be shown: never without its unit, what it is per, what it covers and the year of the data."""

from decimal import Decimal

from msgspec import Struct

from registry.pages.reader import Reader, grouped
from registry.pages.rendering import Phrasebook
from registry.pages.vocabulary import BOUNDARIES, PLACE_BOUNDARIES, VERDICTS, Both, Tone
from schemas.declaration import Boundary
from schemas.verdict import Footprint, VerdictCode

REVOKED = frozenset({VerdictCode.SUSPENDED, VerdictCode.WITHDRAWN})
"""Verdicts under which a figure is struck through."""

_LONG = 7


class FigureShown(Struct, frozen=True):
    """A figure in the reader's words. ``long`` asks for smaller type."""

    value: str
    unit: str
    per: str
    long: bool


class Chip(Struct, frozen=True):
    """A verdict in a list: shape, one or two words, colour."""

    shape: str
    short: str
    tone: Tone


class Headline(Struct, frozen=True):
    """The figure on the first screen, with all it must not be without."""

    value: str
    unit: str
    per: str
    long: bool
    covers: str
    covers_hint: str
    year: str
    struck: bool


def figure_shown(
    footprint: Footprint, reader: Reader, mass: Decimal | None = None, *, yearly: bool = False
) -> FigureShown:
    """``footprint`` for ``reader``; ``mass`` is the kg of one declared unit, when known; ``yearly``, of a place."""
    value, per = reader.number(footprint.value), reader.per(footprint.per, mass, yearly=yearly)
    return FigureShown(value, reader.unit(footprint), per, len(value) > _LONG)


def headline(
    footprint: Footprint,
    boundary: Boundary | None,
    year: int | None,
    mass: Decimal | None,
    struck: bool,
    reader: Reader,
    t: Phrasebook,
    *,
    yearly: bool = False,
) -> Headline:
    """The figure of a genuine label; ``yearly``, of a place."""
    shown = figure_shown(footprint, reader, mass, yearly=yearly)
    covers, hint = ("", "")
    if boundary is not None:
        covers, hint = (words.text(reader.language) for words in covered(boundary, yearly=yearly))
    said_year = "" if year is None else t("data_of", year=str(year))
    return Headline(shown.value, shown.unit, shown.per, shown.long, covers, hint, said_year, struck)


def covered(boundary: Boundary, *, yearly: bool) -> tuple[Both, Both]:
    """What a figure covers, in words, and what that means; ``yearly``, of a place."""
    return (PLACE_BOUNDARIES if yearly else BOUNDARIES)[boundary]


def chip(verdict: VerdictCode, reader: Reader) -> Chip:
    """``verdict`` for a list."""
    words = VERDICTS[verdict]
    return Chip(words.shape, words.short.text(reader.language), words.tone)


def key_of(gtin: str | None, gln: str | None, t: Phrasebook) -> tuple[str, str]:
    """The name and the grouped digits of a GTIN or GLN; two empty texts without either."""
    if gtin:
        return t("gtin"), grouped(gtin)
    return (t("gln"), grouped(gln)) if gln else ("", "")


def label_path(label: str) -> str:
    """The page that a scan of ``label`` opens, on this host: its path and query."""
    return "/" + label.partition("://")[2].partition("/")[2]


def product_url(gtin: str | None, gln: str | None) -> str:
    """The page of a product or place."""
    return f"/01/{gtin}" if gtin else f"/414/{gln}"
