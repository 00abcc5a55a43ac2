"""The labels of a bundle as columns, laid out of its shards: what a scan is compared with, and what is said of it.

The shards are mapped files whose hash the registry has signed; nothing else goes in here, and nothing is kept on disk.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from msgspec import Struct

from schemas.gs1 import Gs1Path, parse_path
from schemas.shard import Shard
from verifier.bulk.texts import Bytes, Places, as_rows, gathered

HEAD = np.dtype(
    [
        ("signer", ">u8"),
        ("kid", ">u8"),
        ("issued", "<u4"),
        ("expires", "<u4"),
        ("digits", "<u2"),
        ("name", "<u2"),
        ("owner", "<u2"),
        ("path", "u1"),
        ("footprint", "u1"),
        ("amount", "u1"),
        ("unit", "u1"),
    ]
)
"""The head of a row (``schemas.shard``)."""

BEFORE_DIGITS = b"?c="

_PRODUCT = b"/01/"
_GTIN = 14


class Labels(Struct, frozen=True):
    """Row ``i`` is one label, in two parts: the path with ``?c=`` behind it, and the token's digits.

    Both are aligned to the right of their blocks, with zeros before them: ``stems`` in the last ``stem_sizes[i]``
    bytes, ``digits``, packed two to a byte, in the last ``widths[i]``. An odd number of digits has the half byte D
    before it, which in ASCII makes ``=``. ``own`` is the row of the record's own label, -1 where there is none.
    ``gtins`` is null for places. Days are counted from 1970-01-01.
    """

    records: Places
    own: Places
    signers: npt.NDArray[np.uint64]
    kids: npt.NDArray[np.uint64]
    issued: npt.NDArray[np.uint32]
    expires: npt.NDArray[np.uint32]
    stems: Bytes
    stem_sizes: npt.NDArray[np.uint16]
    digits: Bytes
    widths: npt.NDArray[np.uint8]
    gtins: pa.Array
    footprints: pa.Array
    units: npt.NDArray[np.uint8]
    amounts: pa.Array

    def __len__(self) -> int:
        return len(self.records)

    def path(self, row: int) -> Gs1Path:
        """The path of a row, taken apart."""
        start, end = self.stems.shape[1] - int(self.stem_sizes[row]), self.stems.shape[1] - len(BEFORE_DIGITS)
        return parse_path(self.stems[row, start:end].tobytes().decode("ascii"))


def lay_out(shards: Sequence[Shard]) -> Labels:
    """The columns of all rows of these shards, in their order. The shards must have been checked (``Shard.check``)."""
    sources = [_Source(shard) for shard in shards if len(shard)]
    heads = _joined([source.heads for source in sources], HEAD)
    count = len(heads)
    records = _joined([np.asarray(source.shard.records, np.uint64) for source in sources], np.uint64).astype(np.int64)
    entries = _joined([np.asarray(source.shard.entries, np.uint64) for source in sources], np.uint64).astype(np.int64)
    widths = ((heads["digits"] + 1) // 2).astype(np.uint8)
    digits = np.zeros((count, int(widths.max(initial=0))), np.uint8)
    gap = len(BEFORE_DIGITS)
    stems = np.zeros((count, int(heads["path"].max(initial=0)) + gap), np.uint8)
    stems[:, -gap:] = np.frombuffer(BEFORE_DIGITS, np.uint8)
    for source, part in zip(sources, _parts(sources), strict=True):
        source.fill(stems[part, :-gap], source.path_starts, source.heads["path"])
        source.fill(digits[part], source.digit_starts, widths[part])
    return Labels(
        records=records,
        own=_own(records, entries),
        signers=heads["signer"].astype(np.uint64),
        kids=heads["kid"].astype(np.uint64),
        issued=heads["issued"].copy(),
        expires=heads["expires"].copy(),
        stems=stems,
        stem_sizes=heads["path"].astype(np.uint16) + gap,
        digits=digits,
        widths=widths,
        gtins=_gtins(sources),
        footprints=_ragged(sources, "footprint"),
        units=heads["unit"].copy(),
        amounts=_ragged(sources, "amount"),
    )


class _Source:
    """The rows of one shard, and where their parts lie."""

    def __init__(self, shard: Shard) -> None:
        self.shard = shard
        self.data = np.frombuffer(shard.buffer, np.uint8)
        starts = np.asarray(shard.places, np.uint64).astype(np.int64)[:-1]
        self.heads: npt.NDArray[Any] = gathered(self.data, HEAD.itemsize, starts).view(HEAD).reshape(-1)
        self.path_starts = starts + HEAD.itemsize
        self.starts = {"footprint": self.path_starts + self.heads["path"]}
        self.starts["amount"] = self.starts["footprint"] + self.heads["footprint"]
        self.digit_starts = self.starts["amount"] + self.heads["amount"]

    def fill(self, block: Bytes, starts: Places, sizes: npt.NDArray[np.uint8]) -> None:
        """Copies a part of each row into the right end of its row of the block."""
        for size in np.unique(sizes):
            which = np.flatnonzero(sizes == size)
            if size:
                block[which, block.shape[1] - size :] = as_rows(gathered(self.data, int(size), starts[which]))


def _joined(parts: Sequence[npt.NDArray], dtype: npt.DTypeLike) -> npt.NDArray:
    return np.concatenate(parts) if parts else np.empty(0, dtype)


def _parts(sources: Sequence[_Source]) -> Iterator[slice]:
    start = 0
    for source in sources:
        yield slice(start, start + len(source.shard))
        start += len(source.shard)


def _own(records: Places, entries: Places) -> Places:
    """For each row, that of its record's own label: own labels lie in the order of their records."""
    rows = np.flatnonzero(records == entries)
    if not len(rows):
        return np.full(len(records), -1, np.int64)
    found = rows[np.minimum(np.searchsorted(records[rows], records), len(rows) - 1)]
    return np.where(records[found] == records, found, -1)


def _gtins(sources: Sequence[_Source]) -> pa.Array:
    """From the paths ``/01/<GTIN>...``."""
    chunks = []
    for source in sources:
        first = as_rows(gathered(source.data, len(_PRODUCT), source.path_starts))
        product = (first == np.frombuffer(_PRODUCT, np.uint8)).all(axis=1)
        text = as_rows(gathered(source.data, _GTIN, source.path_starts + len(_PRODUCT)))
        offsets = np.arange(len(text) + 1, dtype=np.int32) * _GTIN
        valid = pa.py_buffer(np.packbits(product, bitorder="little"))
        buffers = [valid, pa.py_buffer(offsets), pa.py_buffer(text.reshape(-1))]
        chunks.append(pa.Array.from_buffers(pa.string(), len(text), buffers))
    return _concatenated(chunks)


def _ragged(sources: Sequence[_Source], part: str) -> pa.Array:
    """A part of each row, as strings."""
    chunks = []
    for source in sources:
        sizes = source.heads[part].astype(np.int64)
        ends = np.cumsum(sizes)
        offsets = np.concatenate((np.zeros(1, np.int64), ends)).astype(np.int32)
        within = np.arange(int(ends[-1])) + np.repeat(source.starts[part] - (ends - sizes), sizes)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(source.data[within])]
        chunks.append(pa.Array.from_buffers(pa.string(), len(sizes), buffers))
    return _concatenated(chunks)


def _concatenated(chunks: Sequence[pa.Array]) -> pa.Array:
    return pa.concat_arrays(chunks) if chunks else pa.nulls(0, pa.string())
