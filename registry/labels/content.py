"""What a label says, in the words of one language, before it has a size or a place."""

from enum import StrEnum

from msgspec import Struct

from registry.labels import words
from registry.labels.shares import Share, shares_of
from registry.labels.wrapping import printable
from schemas.declaration import Boundary, Stage
from schemas.text import Text, in_language
from schemas.verdict import Footprint

CO2E = ("kg CO", "2", "e")
"""The unit of the figure in three pieces: the middle one is set small and low, as the font has no subscript two."""


class Variant(StrEnum):
    """What is on the label besides the QR code: the figure and its context, that with the stages, or nothing.

    Of a declaration without stages the second is as the first.
    """

    STANDARD = "standard"
    STAGES = "stages"
    CODE = "code"


class LabelArt(Struct, frozen=True, kw_only=True):
    """All that a label shows.

    ``text`` is exactly what the QR code says: the label's URL. ``verifier`` names the verification body. A ``notice``
    (that this is a demonstration, say) is printed in a box, in every language it has, on every variant.
    """

    text: str
    footprint: Footprint
    boundary: Boundary
    year: int
    verifier: Text
    gtin: str | None
    gln: str | None
    lot: str | None = None
    serial: str | None = None
    stages: tuple[Stage, ...] = ()
    notice: Text = {}


class Content(Struct, frozen=True):
    """A label's texts, all printable. ``keys`` holds for each identifier its forms on one line, longest first,
    and ``notice`` a text a language."""

    language: str
    name: str
    heading: str
    figure: str
    per: str
    boundary: str
    year: str
    verifier: str
    keys: tuple[tuple[str, ...], ...]
    qualifiers: tuple[str, ...]
    stages: tuple[Share, ...]
    notice: tuple[str, ...]
    link: str

    @property
    def summary(self) -> str:
        """The figure in one sentence, for those who cannot see the label."""
        return f"{self.name}{': ' if self.language == 'en' else '：'}{self.figure} {''.join(CO2E)} {self.per}"

    @property
    def description(self) -> str:
        """Everything else that the label shows, and where its code leads, in one line."""
        keys = (forms[0] for forms in self.keys)
        parts = (self.boundary, self.year, self.verifier, *keys, *self.qualifiers, *words.SCAN, self.link, *self.notice)
        return ("; " if self.language == "en" else "；").join(filter(None, parts))

    @property
    def stages_in_words(self) -> str:
        """The stages and their amounts, in one line."""
        amounts = (
            f"{share.name} {words.UNKNOWN[self.language] if share.amount is None else share.amount}"
            for share in self.stages
        )
        before, after = words.BY_STAGE[self.language]
        told = f"{before}{' ' if self.language == 'en' else ''}{''.join(CO2E)}{after}"
        return f"{told}: {', '.join(amounts)}" if self.language == "en" else f"{told}：{'、'.join(amounts)}"


def content_of(art: LabelArt, language: str) -> Content:
    """The texts of ``art`` in ``language`` (``en`` or ``zh``). Raises ``ValueError`` for what no label can say."""
    if language not in words.LANGUAGES:
        raise ValueError(f"a label is printed in {' or '.join(words.LANGUAGES)}, not in {language!r}")
    per = art.footprint.per
    if not (art.footprint.value.is_finite() and per.amount.is_finite()):
        raise ValueError("a label needs a figure and a declared amount that are finite numbers")
    return Content(
        language=language,
        name=words.LABEL[language],
        heading=words.CARBON_FOOTPRINT[language],
        figure=words.number(art.footprint.value),
        per=(words.PER_YEAR if art.gln else words.PER)[language].format(
            amount=words.number(per.amount), unit=words.unit(per.unit, per.amount, language)
        ),
        boundary=words.BOUNDARIES[art.boundary][language],
        year=words.YEAR[language].format(year=art.year),
        verifier=words.VERIFIER[language].format(name=printable(in_language(art.verifier, language))),
        keys=_keys(art),
        qualifiers=_qualifiers(art, language),
        stages=shares_of(art.stages, language),
        notice=_notice(art.notice, language),
        link=printable(art.text.partition("?")[0]),
    )


def grouped_gtin(gtin: str) -> str:
    """A GTIN as it stands under the barcode of the pack, so that the two can be compared.

    Leading zeros that only fill up a GTIN-14 are dropped, and the digits grouped as for EAN-13 (1-6-6), UPC-A
    (1-5-5-1), EAN-8 (4-4), else 1-2-5-5-1 (GS1 General Specifications, 2.1 and 4.14: human readable interpretation).
    """
    if gtin.startswith("000000"):
        return _grouped(gtin[6:], (4, 4))
    if gtin.startswith("00"):
        return _grouped(gtin[2:], (1, 5, 5, 1))
    if gtin.startswith("0"):
        return _grouped(gtin[1:], (1, 6, 6))
    return _grouped(gtin, (1, 2, 5, 5, 1))


def _grouped(digits: str, sizes: tuple[int, ...]) -> str:
    groups: list[str] = []
    at = 0
    for size in sizes:
        groups.append(digits[at : at + size])
        at += size
    return " ".join(filter(None, (*groups, digits[at:])))


def _keys(art: LabelArt) -> tuple[tuple[str, ...], ...]:
    keys: list[tuple[str, ...]] = []
    if art.gtin:
        digits = grouped_gtin(printable(art.gtin).zfill(14))
        keys.append((f"GTIN {digits}", digits))
    if art.gln:
        keys.append((f"GLN {_grouped(printable(art.gln), (1, 6, 6))}",))
    return tuple(keys)


def _qualifiers(art: LabelArt, language: str) -> tuple[str, ...]:
    pairs = ((words.LOT, art.lot), (words.SERIAL, art.serial))
    return tuple(form[language].format(value=printable(value)) for form, value in pairs if value)


def _notice(notice: Text, language: str) -> tuple[str, ...]:
    texts = [notice[language]] if language in notice else []
    texts += [text for tag, text in notice.items() if tag != language]
    return tuple(filter(None, map(printable, texts)))
