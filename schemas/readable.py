"""Names that somebody can read, and tell from others: no blank ones, no towers of accents.

What is a letter, digit or mark is Unicode's general category (The Unicode Standard, 4.5).
"""

import unicodedata

MOST_MARKS = 2
"""Combining marks on one letter, once composed: Thai and Hindi take two, names in Latin letters none (UAX #15, NFC)."""

_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks that are never seen: Hangul fillers, Khmer inherent vowels (Default_Ignorable_Code_Point)."""


def is_readable(words: str) -> bool:
    """Whether ``words`` have a letter or digit that is seen, and no more than ``MOST_MARKS`` marks follow another."""
    is_seen, marks = False, 0
    for character in unicodedata.normalize("NFC", words):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MOST_MARKS or character in _BLANK:
            return False
        is_seen = is_seen or category[0] in "LN"
    return is_seen


def bare(words: str) -> str:
    """The letters and digits of ``words``, whatever their case, width and accents: what a reader tells names by."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", words).casefold())
    return "".join(one for one in plain if unicodedata.category(one)[0] in "LN")
