"""What changed between two values: JSON Pointers (RFC 6901) with what stood there before and after, bounded in size."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct

MOST = 60
"""So many changes are told; of more, how many."""

LONGEST = 300
"""A text or value of more characters, as JSON, is told by its beginning."""


class Change(Struct, frozen=True, omit_defaults=True):
    """At ``path`` stood the JSON value ``before``, and stands ``after``; None: nothing."""

    path: str
    before: object = None
    after: object = None


def changes(before: object, after: object) -> tuple[Change, ...]:
    """What differs between two values that msgspec can write, field by field; nothing when they say the same."""
    found = _differences("", msgspec.to_builtins(before), msgspec.to_builtins(after))
    told = tuple(islice(found, MOST))
    more = sum(1 for _ in found)
    return (*told, Change("", None, f"{more} more")) if more else told


def _differences(path: str, before: object, after: object) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in (*before, *(key for key in after if key not in before)):
            pointed = key.replace("~", "~0").replace("/", "~1")
            yield from _differences(f"{path}/{pointed}", before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list):
        for at in range(max(len(before), len(after))):
            yield from _differences(f"{path}/{at}", _at(before, at), _at(after, at))
    elif before != after:
        yield Change(path, _short(before), _short(after))


def _at(values: list[Any], index: int) -> object:
    return values[index] if index < len(values) else None


def _short(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    if len(text) > LONGEST:
        return text[: LONGEST - 1] + "…"
    return value
