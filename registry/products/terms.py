"""The terms by which a product is found: one text of names, owner and key gives them, and so does what is looked for.

    "Steel beam 12"    s st ste stee steel b be bea beam 12 2
    "热轧钢梁"          热轧 热 轧钢 轧 钢梁 钢 梁
    "09521234000006"   09521 095 09 0 95212 952 95 and so on: every five digits, every three, every two, every one

A word in an alphabet is found by its beginning, Chinese by any part, and so are digits. Every database looks up whole
terms only, which is fast in any, so beginnings are terms of their own. Where terms alone say less than what was typed -
three Chinese characters one after another, more than ``LONGEST`` letters, letters with a hyphen - the text itself has
to hold it too.
"""

import re
import unicodedata
from functools import lru_cache

from registry.database.dialect import LookedFor

LONGEST = 8
"""As many characters of a word's beginning are a term."""

_IDEOGRAPHS = (1, 2)
_DIGITS = (1, 2, 3, 5)
"""As many in a row are a term. Three digits alone are in many numbers, and five are in few."""

_KEPT, _SHORT = 20_000, 24
"""Runs of at most so many characters whose terms are remembered: products of one maker have many in common."""

_IDEOGRAPH = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_IDEOGRAPH}]+|[^\W_{_IDEOGRAPH}]+")
_NUMBER = re.compile(r"[0-9]+")


def search_text(*words: str) -> str:
    """Words in the one form in which they are searched: compatibility-composed and case-folded."""
    return unicodedata.normalize("NFKC", "\n".join(words)).casefold()


def terms_of(text: str) -> str:
    """The terms of a searched text (``search_text``), each once, with spaces between."""
    return " ".join(dict.fromkeys(term for run in _RUN.findall(text) for term in _terms_of_run(run)))


def wanted(query: str) -> LookedFor | None:
    """What a query looks for: a text that holds all its words. None where it has words, but no letter or digit."""
    terms: dict[str, None] = {}
    parts: list[str] = []
    for word in search_text(query).split():
        runs = _RUN.findall(word)
        for run in runs:
            terms |= dict.fromkeys(_looked_up(run))
        if len(runs) != 1 or runs[0] != word or not _is_one_term(word):
            parts.append(word)
    return LookedFor(tuple(terms), tuple(parts)) if terms or not parts else None


def _is_ideographic(run: str) -> bool:
    return re.match(f"[{_IDEOGRAPH}]", run) is not None


def _cut(run: str, sizes: tuple[int, ...]) -> list[str]:
    """Every part of a run that is as long as one of ``sizes``."""
    return [run[at : at + size] for size in sizes for at in range(len(run) - size + 1)]


def _terms_of_run(run: str) -> tuple[str, ...]:
    return _remembered(run) if len(run) <= _SHORT else _terms(run)


@lru_cache(_KEPT)
def _remembered(run: str) -> tuple[str, ...]:
    return _terms(run)


def _terms(run: str) -> tuple[str, ...]:
    if _is_ideographic(run):
        return tuple(_cut(run, _IDEOGRAPHS))
    within = [term for number in _NUMBER.findall(run) for term in _cut(number, _DIGITS)]
    if _NUMBER.fullmatch(run):
        return tuple(within)
    return (*(run[:long] for long in range(1, min(len(run), LONGEST) + 1)), *within)


def _looked_up(run: str) -> list[str]:
    """Terms that every text has in which the run stands, or a word begins with it."""
    if _is_ideographic(run):
        return _longest_parts(run, _IDEOGRAPHS)
    return _longest_parts(run, _DIGITS) if _NUMBER.fullmatch(run) else [run[:LONGEST]]


def _longest_parts(run: str, sizes: tuple[int, ...]) -> list[str]:
    """Its parts that are terms, of the greatest of ``sizes`` that it has."""
    return _cut(run, (max(size for size in sizes if size <= len(run)),))


def _is_one_term(run: str) -> bool:
    if _is_ideographic(run):
        return len(run) in _IDEOGRAPHS
    return len(run) in _DIGITS if _NUMBER.fullmatch(run) else len(run) <= LONGEST
