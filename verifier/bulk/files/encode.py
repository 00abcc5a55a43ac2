"""Rows of verdicts as lines of CSV and NDJSON, without a Python object for each.

A line is a head, its number, and a tail that does not know the number. No value needs a quotation mark or an escape:
they are codes, digits, and numbers with units. Tails are rows of bytes, aligned to the right, with zeros before them.
"""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from verifier.bulk.arrow import string
from verifier.bulk.files.form import Kind
from verifier.bulk.flat import OUTPUT_COLUMNS
from verifier.bulk.texts import Bytes, as_rows, gathered

CSV_HEADING = (",".join(OUTPUT_COLUMNS.names) + "\n").encode()
_NOTHING = string("")
_FOURS = np.frombuffer("".join(f"{number:04}" for number in range(10_000)).encode(), np.uint32)


class LineForm(Struct, frozen=True):
    """What stands before a line's number, and what is written behind it of each row of ``VERDICT_COLUMNS``."""

    head: bytes
    tails: Callable[[pa.RecordBatch], pa.Array]

    def written(self, first: int, verdicts: pa.RecordBatch) -> bytes:
        """The lines, of which the first has the number ``first``. What is null is empty, or null."""
        return self.joined(first, right_aligned(self.tails(verdicts)))

    def joined(self, first: int, tails: Bytes) -> bytes:
        """The lines with these tails."""
        head = np.frombuffer(self.head, np.uint8)
        parts = np.broadcast_to(head, (len(tails), len(head))), _numbers(first, len(tails)), tails
        lines = np.concatenate(parts, axis=1).reshape(-1)
        return lines[lines != 0].tobytes()


def _csv_tails(verdicts: pa.RecordBatch) -> pa.Array:
    pieces = [pc.fill_null(pc.cast(column, pa.string()), _NOTHING) for column in verdicts.columns]
    joined = pc.binary_join_element_wise(_NOTHING, *pieces, string(","))
    return pc.binary_join_element_wise(joined, string("\n"), _NOTHING)


def _ndjson_tails(verdicts: pa.RecordBatch) -> pa.Array:
    pieces: list[object] = []
    before = ","
    for name, column in zip(verdicts.schema.names, verdicts.columns, strict=True):
        text = pa.types.is_string(column.type)
        if text and column.null_count:
            column = pc.binary_join_element_wise(string('"'), column, string('"'), _NOTHING)
            text = False
        pieces += [
            string(f'{before}"{name}":' + '"' * text),
            pc.fill_null(pc.cast(column, pa.string()), string("null")),
        ]
        before = '"' * text + ","
    return pc.binary_join_element_wise(*pieces, string(before[:-1] + "}\n"), _NOTHING)


CSV = LineForm(b"", _csv_tails)
NDJSON = LineForm(b'{"line":', _ndjson_tails)
LINE_FORMS = {Kind.CSV: CSV, Kind.NDJSON: NDJSON}


def right_aligned(texts: pa.Array, width: int = 0) -> Bytes:
    """Texts as rows of bytes of one width: at least so many."""
    _, offsets, data = texts.buffers()
    places = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    sizes = np.diff(places)
    width = max(int(sizes.max(initial=0)), width, 1)
    room = np.zeros(width + int(places[-1] if len(texts) else 0), np.uint8)
    if len(texts):
        room[width:] = np.frombuffer(data, np.uint8, int(places[-1]))
    rows = as_rows(gathered(room, width, places[1:].astype(np.int64)))
    rows *= np.arange(width - 1, -1, -1) < sizes[:, np.newaxis]
    return rows


def _numbers(first: int, count: int) -> Bytes:
    """``count`` numbers from ``first`` on, aligned to the right."""
    fours = -(-len(str(first + count)) // 4)
    digits, left = np.empty((count, fours), np.uint32), np.arange(first, first + count)
    for place in range(fours - 1, -1, -1):
        left, four = np.divmod(left, 10_000)
        digits[:, place] = _FOURS[four]
    rows = digits.view(np.uint8)
    for place in range(4 * fours):
        rows[: max(10 ** (4 * fours - 1 - place) - first, 0), place] = 0
    return rows
