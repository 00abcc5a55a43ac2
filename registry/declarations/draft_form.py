"""The form of a draft as names and values: what a declaration puts into it, and what is read from it.

An input is called by the place of its field: ``gtin``, ``product_name.en``, ``stages[2].gwp``. What the form does not
send stays as it was, as does what comes back as it was shown. A row that says nothing is none: emptied, it is gone.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import inspect

from registry.accounts.browser import Sent
from registry.declarations.draft_fields import (
    LANGUAGES,
    SET_BY_THE_REGISTRY,
    SHAPES,
    Shape,
    choices,
    fields_of,
    root_of,
    row_of,
)
from registry.pages.draft_words import WRITTEN_TWICE
from schemas.declaration import Declaration
from schemas.findings import Finding
from schemas.findings.finding import error
from schemas.findings.naming import TEXT_FIELDS, label_of, member, shown
from schemas.reading import read_declaration
from schemas.text import Text

MOST_FIELDS = 10_000
"""Inputs that a form may send: those of the longest lists that are read."""

_ROW = re.compile(r"(\w+)\[([0-9]{1,9})\]\.(\w+)", re.ASCII)
_BETWEEN = {"standards": re.compile(r"[,;，；、\n]"), "target_markets": re.compile(r"[\s,;，；、]")}
"""What stands between the items of a list on one line. In any other, each has a line of its own."""

_LINE = re.compile("\n")
_MOST_DIGITS = 18


def is_on_one_line(name: str) -> bool:
    """Whether the items of list ``name`` are typed on one line."""
    return name in _BETWEEN


def typed_values(declaration: Declaration) -> Sent:
    """What the form holds for ``declaration`` before anything is typed."""
    raw = _raw(declaration)
    raw["stages"] = [stage | {"unknown": "gwp" not in stage} for stage in raw.get("stages", ())]
    raw["texts"] = [
        {"field": name, "language": language, "words": words}
        for name in TEXT_FIELDS
        for language, words in _others(raw.get(name)).items()
    ]
    return Sent({path: [value] for name, shape in SHAPES.items() for path, value in _typed(name, shape, raw.get(name))})


def as_typed(sent: Sent) -> Sent:
    """What was sent, with the rows that say something one behind the other, as they are counted once they are read."""
    values = {name: [words.replace("\r\n", "\n") for words in told] for name, told in sent.values.items()}
    rows: dict[str, dict[int, dict[str, list[str]]]] = {}
    for name in list(values):
        if (read := _ROW.fullmatch(name)) is not None:
            rows.setdefault(read[1], {}).setdefault(int(read[2]), {})[read[3]] = values.pop(name)
    for listed, numbered in rows.items():
        told = [row for _, row in sorted(numbered.items()) if _says_something(listed, row)]
        values |= {f"{listed}[{at}].{field}": words for at, row in enumerate(told) for field, words in row.items()}
    return Sent(values)


def read_draft(sent: Sent, base: Declaration) -> tuple[Declaration | None, list[Finding]]:
    """What the form tells, over ``base``; or None, and what of it cannot be read."""
    raw, typed, before = _raw(base), as_typed(sent), typed_values(base)
    now, then = _by_root(typed), _by_root(before)
    told = {
        name: _told(name, SHAPES[name], typed)
        for name in {root_of(sent_as) for sent_as in sent.values} & set(SHAPES)
        if now.get(name) != then.get(name)
    }
    found = list(_written_twice(told.get("texts", ())))
    others = _by_field(told.pop("texts")) if "texts" in told else {name: _others(raw.get(name)) for name in TEXT_FIELDS}
    for name in TEXT_FIELDS:
        told[name] = _own(name, sent, raw.get(name), told.get(name)) | others[name]
    for stage in told.get("stages", ()):
        stage.pop("unknown", None)
    declared, unread = read_declaration({name: one for name, one in (raw | told).items() if one is not None})
    return (None if found else declared), [*unread, *found]


def _typed(path: str, shape: Shape, value: Any) -> Iterator[tuple[str, str]]:
    """The inputs of a field that holds ``value``."""
    row = row_of(shape)
    if row is not None:
        for at, item in enumerate(value or ()):
            yield from _typed(f"{path}[{at}]", row, item)
    elif fields := fields_of(shape):
        for name, inner in fields.items():
            yield from _typed(f"{path}.{name}", inner, (value or {}).get(name))
    elif isinstance(shape, inspect.DictType):
        for language in LANGUAGES:
            yield f"{path}.{language}", (value or {}).get(language, "")
    elif isinstance(shape, inspect.VarTupleType):
        yield path, (", " if is_on_one_line(path) else "\n").join(value or ())
    elif isinstance(shape, inspect.BoolType):
        yield path, "yes" if value else ""
    else:
        yield path, "" if value is None else str(value)


def _told(path: str, shape: Shape, sent: Sent) -> Any:
    """What the inputs of a field say, as ``schemas.reading`` takes it; None for nothing."""
    row, words = row_of(shape), sent.one(path).strip()
    if row is not None:
        return [_told(f"{path}[{at}]", row, sent) or {} for at in range(count_rows(path, sent))]
    if fields := fields_of(shape):
        told = {name: _told(f"{path}.{name}", inner, sent) for name, inner in fields.items()}
        is_said = any(one is not None and choices(f"{path}.{name}", fields[name]) is None for name, one in told.items())
        return {name: one for name, one in told.items() if one is not None} if is_said else None
    if isinstance(shape, inspect.DictType):
        told = {language: sent.one(f"{path}.{language}").strip() for language in LANGUAGES}
        return {language: one for language, one in told.items() if one}
    if isinstance(shape, inspect.VarTupleType):
        return [one.strip() for one in _BETWEEN.get(path, _LINE).split(words) if one.strip()]
    if isinstance(shape, inspect.BoolType):
        return True if words else None
    if isinstance(shape, inspect.IntType) and words.isascii() and words.isdigit() and len(words) <= _MOST_DIGITS:
        return int(words)
    return words or None


def count_rows(listed: str, sent: Sent) -> int:
    """How many rows of a list say something, in what is ``as_typed``."""
    read = filter(None, map(_ROW.fullmatch, sent.values))
    return len({one[2] for one in read if one[1] == listed})


def _says_something(listed: str, row: dict[str, list[str]]) -> bool:
    """Whether anything is typed or ticked in a row: what is chosen alone says nothing."""
    row_shape = row_of(SHAPES[listed]) if listed in SHAPES else None
    fields = {} if row_shape is None else fields_of(row_shape)
    return any(
        words[-1].strip() and choices(f"{listed}[].{name}", fields[name]) is None
        for name, words in row.items()
        if name in fields
    )


def _written_twice(rows: Sequence[dict[str, str]]) -> Iterator[Finding]:
    """A text that is there in this language already, which would be lost."""
    seen: set[tuple[str, str]] = set()
    for row in rows:
        field, language = row.get("field", ""), row.get("language", "")
        if (field, language) in seen or language in LANGUAGES:
            path, tag = f"$.{field}", shown(language)
            en, zh = (
                words.format(field=label_of(path, tongue), language=tag)
                for tongue, words in zip(("en", "zh"), WRITTEN_TWICE, strict=True)
            )
            yield error("form", member(path, language), en, zh)
        seen.add((field, language))


def _by_field(rows: Sequence[dict[str, str]]) -> dict[str, dict[str, str]]:
    """The texts of rows, by field and language."""
    texts: dict[str, dict[str, str]] = {name: {} for name in TEXT_FIELDS}
    for row in rows:
        texts.get(row.get("field", ""), {})[row.get("language", "")] = row.get("words", "")
    return texts


def _own(field: str, sent: Sent, before: Text | None, told: Text | None) -> Text:
    """A text in the languages that have an input: as it was, but for what was sent."""
    changed = {} if told is None else {one: told.get(one, "") for one in LANGUAGES if f"{field}.{one}" in sent.values}
    words = {one: (before or {}).get(one, "") for one in LANGUAGES} | changed
    return {language: one for language, one in words.items() if one}


def _others(text: Text | None) -> Text:
    """A text in the languages that have none."""
    return {language: words for language, words in (text or {}).items() if language not in LANGUAGES}


def _by_root(sent: Sent) -> dict[str, dict[str, str]]:
    """What the inputs of each field hold, but for those that hold nothing."""
    found: dict[str, dict[str, str]] = {}
    for name in sent.values:
        if sent.one(name):
            found.setdefault(root_of(name), {})[name] = sent.one(name)
    return found


def _raw(declaration: Declaration) -> dict[str, Any]:
    raw: dict[str, Any] = msgspec.to_builtins(declaration)
    return {name: value for name, value in raw.items() if name not in SET_BY_THE_REGISTRY}
