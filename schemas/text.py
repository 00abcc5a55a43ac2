"""Text by language, as declarations, members and findings carry it.

A text is a mapping of BCP 47 language tags to sentences. English and Chinese are equals: neither is a fallback for
the other by rank, and a reader gets the language asked for, else whichever there is.
"""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

LanguageTag = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47 language tag")]
Text = dict[LanguageTag, str]
"""One text in one or more languages: ``{"en": "Steel beam", "zh": "钢梁"}``."""


def in_language(text: Mapping[str, str], language: str) -> str:
    """The text in ``language``; else in a variant of it; else in English, Chinese, or whichever is first; else ''."""
    if language in text:
        return text[language]
    wanted = language.split("-")[0]
    for tag, words in text.items():
        if tag.split("-")[0] == wanted:
            return words
    return text.get("en") or text.get("zh") or next(iter(text.values()), "")
