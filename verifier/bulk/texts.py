"""Many texts as they lie in one buffer, without a Python object for each."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from msgspec import Struct

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

_EIGHTH = np.uint64(0x0001020304050607)  # of a word in which byte n is 1 and all others 0, this makes n


class Texts(Struct, frozen=True):
    """Text ``i`` is ``buffer[starts[i]:ends[i]]``; UTF-8 is not checked."""

    buffer: Bytes
    starts: Places
    ends: Places

    def __len__(self) -> int:
        return len(self.starts)

    @classmethod
    def of(cls, array: pa.Array) -> Self:
        """The texts of an Arrow array of strings or of binary, without a copy; a null is an empty text."""
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if pa.types.is_null(array.type):
            array = array.cast(pa.string())
        if not (pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)):
            array = array.cast(pa.binary())
        wide = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
        _, offsets, data = array.buffers()
        places = np.frombuffer(offsets, np.int64 if wide else np.int32, array.offset + len(array) + 1)[array.offset :]
        starts, ends = places[:-1].astype(np.int64), places[1:].astype(np.int64)
        if array.null_count:
            ends = np.where(array.is_valid().to_numpy(zero_copy_only=False), ends, starts)
        return cls(np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8), starts, ends)

    @classmethod
    def joined(cls, texts: list[bytes]) -> Self:
        """These texts, one behind the other."""
        ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
        starts = np.concatenate((np.zeros(1, np.int64), ends))[:-1]
        return cls(np.frombuffer(b"".join(texts), np.uint8), starts, ends)

    def some(self, which: Places) -> "Texts":
        """The texts at these positions."""
        return Texts(self.buffer, self.starts[which], self.ends[which])

    def at(self, position: int) -> bytes:
        """One text."""
        return self.buffer[self.starts[position] : self.ends[position]].tobytes()

    def each(self) -> list[bytes]:
        """All of them."""
        view = self.buffer.data
        return [bytes(view[start:end]) for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]


def gathered(buffer: Bytes, width: int, starts: Places) -> npt.NDArray[np.void]:
    """The runs of ``width`` bytes, 1 or more, that begin at ``starts``: an item each, copied out in one piece."""
    runs = np.ndarray((max(len(buffer) - width + 1, 0),), np.dtype(f"V{width}"), buffer, strides=(1,))
    return runs[starts]


def as_rows(items: npt.NDArray[np.void]) -> Bytes:
    """Items of one width as rows of bytes."""
    return items.view(np.uint8).reshape(len(items), items.dtype.itemsize)


def as_items(rows: Bytes) -> npt.NDArray[np.void]:
    """Rows of bytes as items: taking some copies each in one piece."""
    items: npt.NDArray[Any] = np.ascontiguousarray(rows).view(f"V{max(rows.shape[1], 1)}")
    return items.reshape(-1)


def places_of(byte: int, data: Bytes) -> Places:
    """Where that byte is. Looks at eight bytes at a time, of which lines of text seldom have two."""
    whole = len(data) // 8 * 8
    words = (data[:whole] == byte).view(np.uint64)
    found = np.flatnonzero(words != 0)
    marks = words[found]
    places = (found << 3) + (marks * _EIGHTH >> np.uint64(56)).view(np.int64)
    if (marks & (marks - np.uint64(1))).any():
        return np.flatnonzero(data == byte)
    return np.concatenate((places, np.flatnonzero(data[whole:] == byte) + whole)) if whole < len(data) else places
