"""The two fonts that labels are set in, and how wide a text is in them.

Noto Sans SC (SIL Open Font License 1.1, ``fonts/OFL.txt``), cut to what labels need (``fonts/subset.py``), without
kerning or ligatures: a text is as wide as its characters' advances together. A character that the font lacks has the
width of its replacement box.
"""

from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FONTS = Path(__file__).parent / "fonts"
POINT = 25.4 / 72
"""Millimetres in a typographic point."""

CAP_HEIGHT = 0.733
X_HEIGHT = 0.543
ASCENT = 0.88
DESCENT = 0.22
"""Em shares of both fonts: capitals and x (their OS/2 tables), and the reach of Chinese and accented characters."""

_UNITS_PER_EM = 1000


class Weight(StrEnum):
    """A weight; its value is the font file's name."""

    REGULAR = "NotoSansSC-Regular.ttf"
    BOLD = "NotoSansSC-Bold.ttf"


@lru_cache(maxsize=64)
def font(weight: Weight, size: float) -> ImageFont.FreeTypeFont:
    """The font at ``size`` pixels an em, without shaping, so that PNG and SVG set the same widths."""
    return ImageFont.truetype(str(FONTS / weight), size, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, size: float, weight: Weight = Weight.REGULAR) -> float:
    """How wide ``text`` is, in the unit of ``size`` (an em)."""
    return size * _ems(text, weight)


@lru_cache(maxsize=4096)
def _ems(text: str, weight: Weight) -> float:
    return sum(_advance(character, weight) for character in text)


@lru_cache(maxsize=16384)
def _advance(character: str, weight: Weight) -> float:
    return font(weight, _UNITS_PER_EM).getlength(character) / _UNITS_PER_EM
