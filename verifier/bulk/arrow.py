"""Arrow arrays made of their buffers, and taken apart.

``pyarrow.array``, ``scalar`` and ``to_numpy`` would do, but load pandas wherever that is installed: that takes as long
as judging a quarter of a million labels.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Valid = npt.NDArray[np.bool_]


def strings(values: Sequence[str | None]) -> pa.Array:
    """Strings; None is null."""
    encoded = [b"" if value is None else value.encode() for value in values]
    ends = np.cumsum(np.fromiter(map(len, encoded), np.int32, len(encoded)), dtype=np.int32)
    offsets = np.concatenate((np.zeros(1, np.int32), ends))
    valid = np.fromiter((value is not None for value in values), np.bool_, len(encoded))
    buffers = [_bitmap(valid), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def string(value: str | None) -> pa.Scalar:
    """One string."""
    return strings([value])[0]


def integers(values: npt.NDArray[np.integer], valid: Valid | None = None) -> pa.Array:
    """Numbers as they are, null where they are not ``valid``."""
    buffers = [None if valid is None else _bitmap(valid), pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), buffers)


def numbers(array: pa.Array) -> npt.NDArray[np.integer]:
    """The numbers of an array without nulls, as they lie there."""
    found: npt.NDArray[np.integer] = np.frombuffer(array.buffers()[1], array.type.to_pandas_dtype())
    return found[array.offset : array.offset + len(array)]


def flags(values: Valid) -> pa.Array:
    """True and false."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bitmap(values)])


def _bitmap(values: Valid) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little"))
