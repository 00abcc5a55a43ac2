"""Rows of an input, read; and columns of names out of texts."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from schemas.label import MAX_TEXT
from verifier.bulk.texts import Texts

KEPT = 4 * MAX_TEXT + 1
"""Bytes of a text that are kept: whatever they are, and whatever comes behind, it has too many characters."""


class Rows(Struct, frozen=True):
    """The labels of some rows, and what stands beside them where the input has such columns.

    ``expect`` is null where nothing is expected.
    """

    labels: Texts
    expect: pa.Array | None = None
    shop: pa.Array | None = None
    supplier: pa.Array | None = None

    def __len__(self) -> int:
        return len(self.labels)


def names_of(texts: Texts) -> pa.Array:
    """Texts as a column of strings, without white space around them."""
    sizes = np.minimum(texts.ends - texts.starts, KEPT)
    ends = np.cumsum(sizes)
    within = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(texts.starts - (ends - sizes), sizes)
    offsets = np.concatenate((np.zeros(1, np.int64), ends))
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(texts.buffer[within])]
    raw = pa.Array.from_buffers(pa.large_binary(), len(sizes), buffers)
    return pc.utf8_trim_whitespace(as_strings(raw))


def wanted_of(texts: Texts) -> pa.Array:
    """Texts as a column of what is expected: what is empty expects nothing."""
    return or_nothing(names_of(texts))


def or_nothing(strings: pa.Array) -> pa.Array:
    """Null for what is empty."""
    return pc.if_else(pc.equal(strings, ""), pa.scalar(None, pa.string()), strings)


def as_strings(column: pa.Array) -> pa.Array:
    """A column as strings, whatever it holds; bytes that are no UTF-8 are replaced."""
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        values = [None if value is None else value.decode(errors="replace") for value in column.to_pylist()]
        return pa.array(values, pa.string())
