"""What the registry says when it refuses something: in English where that is raised, and in Chinese here.

A sentence goes by its English words, in which ``{places}`` stand for its values. The API and the command line tell it
in English, pages in the reader's language. ``tests/house/test_sentences.py`` sees that none lacks its Chinese.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from registry.sentences.access import ACCESS
from registry.sentences.cases import CASES
from registry.sentences.declarations import DECLARATIONS
from registry.sentences.files import FILES
from registry.sentences.forms import FORMS, MALFORMED
from registry.sentences.log import LOG
from registry.sentences.members import MEMBERS
from registry.sentences.values import JOINED, VALUES

CHINESE: dict[str, str] = ACCESS | CASES | DECLARATIONS | FILES | FORMS | LOG | MALFORMED | MEMBERS
"""The Chinese for each sentence, by its English words. It may leave a value out, but has no others."""

_PLACE = re.compile(r"\\\{(\w+)\\\}")


class Sentence(Struct, frozen=True):
    """A sentence with its values: texts, lists of them, and sentences inside it. One without values stands as it is."""

    words: str
    values: "dict[str, str | tuple[str, ...] | Sentence]" = {}

    def __str__(self) -> str:
        return self.text("en")

    def text(self, language: str) -> str:
        """The sentence in ``language``; in English when there is no Chinese for it."""
        words = CHINESE.get(self.words) if language == "zh" else self.words
        if words is None:
            return self.text("en")
        if not self.values:
            return words
        return words.format(**{name: _shown(name, value, language) for name, value in self.values.items()})


def sentence(words: str, **values: object) -> Sentence:
    """The sentence ``words`` with its values, which are kept as the texts that they are shown as."""
    return Sentence(words, {name: _kept(value) for name, value in values.items()})


def counted(one: str, several: str, count: int) -> Sentence:
    """The sentence for one of something, or for ``{count}`` of it."""
    return sentence(one) if count == 1 else sentence(several, count=count)


def malformed(problem: Exception) -> Sentence:
    """What msgspec says of a value that is not of the form asked for."""
    message = str(problem).partition(" - at `")[0]
    for words, pattern in _PATTERNS.items():
        found = pattern.fullmatch(message)
        if found is not None:
            return sentence(words, **found.groupdict())
    return sentence("{problem}", problem=message)


def _kept(value: object) -> "str | tuple[str, ...] | Sentence":
    if isinstance(value, Sentence):
        return value
    return tuple(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _shown(name: str, value: "str | tuple[str, ...] | Sentence", language: str) -> str:
    if isinstance(value, Sentence):
        return value.text(language)
    several = value if isinstance(value, tuple) else (value,)
    known: Mapping[str, str] = VALUES.get(name, {}) if language == "zh" else {}
    between = JOINED.get(name, (", ", "、"))
    return between[language == "zh"].join(known.get(one, one) for one in several)


_PATTERNS = {
    words: re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(words)), re.DOTALL)
    for words in MALFORMED
    if words != "{problem}"
}
