"""Breaking text into lines of a given width, for English and Chinese.

Latin text breaks at spaces and after hyphens and slashes, Chinese between any two characters, but no line starts with
a closing mark or a dash, or ends with an opening one. A word wider than a line is broken where the line ends.
"""

import re
import unicodedata
from functools import lru_cache

from msgspec import Struct

from registry.labels.typeface import Weight, width

_MOST_CHARACTERS = 2000
_BALANCES = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)

_CHINESE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_OPENING = "（《〈「『【〔"
_CLOSING = "，。、；：！？）》〉」』】〕…"
_IS_CHINESE = re.compile(f"[{_CHINESE}]")
_PIECE = re.compile(
    rf"[{_OPENING}]*[{_CHINESE}][{_CLOSING}]*(?: +[-–—/](?= ))? *"
    rf"|[^ {_CHINESE}/-]*[/-]+ *"
    rf"|[^ {_CHINESE}/-]+[{_CLOSING}]*(?: +[-–—/](?= ))? *"
    rf"| +"
)
# Controls, format characters (so also the marks that turn the reading order), surrogates, private and unassigned
# code points, line and paragraph separators. What XML 1.0 (2.2) forbids is among them.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Setting(Struct, frozen=True):
    """Lines of a text, and whether they hold all of it."""

    lines: tuple[str, ...]
    whole: bool


def printable(text: str) -> str:
    """``text`` on one line: white space collapsed, whatever cannot be printed or stand in XML dropped."""
    spaced = " ".join(text[:_MOST_CHARACTERS].split())
    return " ".join("".join(c for c in spaced if unicodedata.category(c) not in _UNPRINTABLE).split())


@lru_cache(maxsize=4_096)
def wrap(text: str, limit: float, size: float, lines: int, weight: Weight = Weight.REGULAR) -> Setting:
    """``text`` in at most ``lines`` lines no wider than ``limit``; the last one ends in an ellipsis if it was cut.

    The lines are of about one length: a word does not stand alone on the last one if it need not.
    """
    setting = _filled(text, limit, size, lines, weight)
    if len(setting.lines) > 1 and setting.whole:
        for share in _BALANCES:
            balanced = _filled(text, limit * share, size, len(setting.lines), weight)
            if balanced.whole:
                return balanced
    return setting


def _filled(text: str, limit: float, size: float, lines: int, weight: Weight) -> Setting:
    """As many words on each line as it takes."""
    done: list[str] = []
    line = ""
    for piece in _pieces(text, limit, size, weight):
        if not line or width((line + piece).rstrip(), size, weight) <= limit:
            line += piece
        elif len(done) == lines - 1:
            return Setting((*done, _cut(line + piece, limit, size, weight)), False)
        else:
            done.append(line.rstrip())
            line = piece
    return Setting((*done, line.rstrip()), True)


def _pieces(text: str, limit: float, size: float, weight: Weight) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        while width(piece.rstrip(), size, weight) > limit:
            head = _head(piece, limit, size, weight)
            pieces.append(head)
            piece = piece[len(head) :]
        pieces.append(piece)
    return pieces


def _head(text: str, limit: float, size: float, weight: Weight) -> str:
    """The longest start of ``text`` within ``limit``: at least one character, so that there is an end."""
    used = 0.0
    for place, character in enumerate(text):
        used += width(character, size, weight)
        if used > limit and place:
            return text[:place]
    return text


def _cut(text: str, limit: float, size: float, weight: Weight) -> str:
    """The start of ``text`` with an ellipsis. The font's own sits mid-height, as Chinese wants it; Latin gets dots."""
    ellipsis = "…" if _IS_CHINESE.search(text) else "..."
    return _head(text, limit - width(ellipsis, size, weight), size, weight).rstrip(" ,.;:-，、（") + ellipsis
