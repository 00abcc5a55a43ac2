"""Many texts as they lie in one buffer, without a Python object for each."""

from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from msgspec import Struct

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


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
    def joined(cls, texts: list[bytes], before: int = 0) -> Self:
        """These texts, with ``before`` bytes of zero in front of the first."""
        ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts))) + before
        starts = np.concatenate((np.array([before], np.int64), ends))[:-1]
        return cls(np.frombuffer(bytes(before) + b"".join(texts), np.uint8), starts, ends)

    def some(self, which: Places) -> "Texts":
        """The texts at these positions."""
        return Texts(self.buffer, self.starts[which], self.ends[which])

    def at(self, position: int) -> bytes:
        """One text."""
        return self.buffer[self.starts[position] : self.ends[position]].tobytes()


def windows(buffer: Bytes, width: int) -> npt.NDArray[np.void]:
    """Every run of ``width`` bytes of a buffer, by where it begins: indexing it copies runs out, each in one piece."""
    count = max(len(buffer) - width + 1, 0)
    return np.ndarray((count,), np.dtype((np.void, width)), buffer, strides=(1,))


def gathered(buffer: Bytes, width: int, starts: Places) -> npt.NDArray[np.uint8]:
    """The runs of ``width`` bytes that begin at ``starts``, a row each."""
    if not len(starts) or not width:
        return np.empty((len(starts), width), np.uint8)
    return windows(buffer, width)[starts].view(np.uint8).reshape(len(starts), width)
