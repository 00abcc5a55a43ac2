"""Where the rows of CSV are: RFC 4180, in whose quotes a line may break, and what people make of it.

A quotation mark that is not right - not at a field's beginning, never closed, with something behind where it closes,
or open over too many lines - is a character like any other, and its line is a row. So one that has strayed into a file
spoils its own row and no other.

A block is first taken to be right, which is checked at once for all of its quotation marks; only if it is not, each
row with one is looked at by itself, with the same result.
"""

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from verifier.bulk.files.blocks import MAX_ROW, line_ends
from verifier.bulk.texts import Bytes, Places

MOST_BREAKS = 50
"""Line feeds that a row may have in its quotes."""

_NEWLINE, _RETURN, _QUOTE = 10, 13, 34
_CLOSED = re.compile(rb'"[^"]*(?:""[^"]*)*"')
SEPARATORS = b",;\t|"
_ENDED = re.compile(rb"\r?(?:\n|\Z)")
_PLAIN = {separator: re.compile(rb"(?:[^\r\n%c]|\r(?!\n|\Z))*" % separator) for separator in SEPARATORS}


class Cut(Struct, frozen=True):
    """Row ``i`` is from ``starts[i]`` to ``ends[i]``, without what ends it; ``quoted`` are those read with quotes.

    ``right``: every quotation mark is, so that each other one closes. ``taken`` is how many bytes all rows are.
    """

    starts: Places
    ends: Places
    quoted: npt.NDArray[np.bool_]
    right: bool
    taken: int


def cut(data: Bytes, final: bool, separator: int) -> Cut:
    """The rows that are whole in ``data``; with ``final``, all of them."""
    newlines = np.flatnonzero(data == _NEWLINE)
    if final and len(data) and data[-1] != _NEWLINE:
        newlines = np.append(newlines, len(data))
    quotes = np.flatnonzero(data == _QUOTE)
    if not len(quotes):
        return _cut(data, newlines, np.zeros(len(newlines), bool), right=True)
    found = _all_right(data, final, separator, newlines, quotes)
    return _row_by_row(data, final, separator, newlines, quotes) if found is None else found


def whole_rows(data: Bytes, final: bool, separator: int) -> int:
    """How many bytes are whole rows."""
    if final or not (data == _QUOTE).any():
        return len(data) if final else line_ends(data)
    return cut(data, final, separator).taken


def _cut(data: Bytes, row_ends: Places, quoted: npt.NDArray[np.bool_], right: bool) -> Cut:
    """From the places of what ends each row."""
    starts = np.concatenate((np.zeros(1, np.int64), row_ends[:-1] + 1)) if len(row_ends) else row_ends
    returned = (row_ends > starts) & (data[np.maximum(row_ends - 1, 0)] == _RETURN)
    taken = min(int(row_ends[-1]) + 1, len(data)) if len(row_ends) else 0
    return Cut(starts, row_ends - returned, quoted, right, taken)


def _all_right(data: Bytes, final: bool, separator: int, newlines: Places, quotes: Places) -> Cut | None:
    """The rows, if every quotation mark of theirs is right; else None."""
    before = np.searchsorted(quotes, newlines)
    ending = np.flatnonzero(before % 2 == 0)
    row_ends = newlines[ending]
    if not len(row_ends) or (final and row_ends[-1] != newlines[-1]):
        return None
    quotes = quotes[: before[ending[-1]]]
    opening, closing = quotes[0::2], quotes[1::2]
    ahead = np.append(data, np.array([_NEWLINE, _NEWLINE], np.uint8)) if len(data) - row_ends[-1] < 2 else data
    behind = ahead[closing + 1]
    closed = (behind == separator) | (behind == _NEWLINE) | (behind == _QUOTE)
    closed |= (behind == _RETURN) & (ahead[np.minimum(closing + 2, len(ahead) - 1)] == _NEWLINE)
    first = data[np.maximum(opening - 1, 0)]
    opened = (opening == 0) | (first == separator) | (first == _NEWLINE) | (first == _QUOTE)
    breaks = np.diff(ending, prepend=-1) - 1
    result = _cut(data, row_ends, np.diff(before[ending], prepend=0) > 0, right=True)
    sizes = row_ends - result.starts
    if len(data) - result.taken > MAX_ROW and not final:
        return None
    right = closed.all() and opened.all() and breaks.max() <= MOST_BREAKS
    return result if right and sizes[result.quoted].max(initial=0) <= MAX_ROW else None


def _row_by_row(data: Bytes, final: bool, separator: int, newlines: Places, quotes: Places) -> Cut:
    """The rows, each that has a quotation mark looked at by itself."""
    text = data.tobytes()
    ends_row, quoted = np.ones(len(newlines), bool), np.zeros(len(newlines), bool)
    at = line = 0
    while at < len(quotes):
        line += int(np.searchsorted(newlines[line:], quotes[at]))
        if line == len(newlines):
            break
        start = int(newlines[line - 1]) + 1 if line else 0
        breaks_seen = line + MOST_BREAKS < len(newlines)
        limit = min(start + MAX_ROW, int(newlines[line + MOST_BREAKS]) if breaks_seen else len(text))
        end = _quoted_end(text, start, limit, separator)
        if not final and not breaks_seen and limit == len(text) and end in (None, limit):
            break  # what comes may make it right
        if end is not None:
            last = line + int(np.searchsorted(newlines[line:], end))
            ends_row[line:last], quoted[last], line = False, True, last
        at = int(np.searchsorted(quotes, newlines[line]))
        line += 1
    else:
        line = len(newlines)
    kept = np.flatnonzero(ends_row[:line])
    return _cut(data, newlines[kept], quoted[kept], right=False)


def _quoted_end(text: bytes, start: int, limit: int, separator: int) -> int | None:
    """Where the row at ``start`` is ended, at ``limit`` or before it; None if its quotation marks are not right."""
    at = start
    for _, end in quoted_fields(text, start, limit, separator):
        if end is None:
            return None
        at = end
    at += text[at : at + 1] == b"\r"
    return at if at <= limit else None


def quoted_fields(text: bytes, start: int, limit: int, separator: int) -> Iterator[tuple[int, int | None]]:
    """Where the fields of the row at ``start`` begin and end, with their quotation marks.

    The last one's end is None if it cannot be read before ``limit``.
    """
    at = start
    while True:
        pattern = _CLOSED if text[at : at + 1] == b'"' else _PLAIN[separator]
        match = pattern.match(text, at, limit)
        if match is None:
            yield at, None
            return
        end = match.end()
        if _ENDED.match(text, end):
            yield at, end
            return
        if end >= limit or text[end] != separator:
            yield at, None
            return
        yield at, end
        at = end + 1
