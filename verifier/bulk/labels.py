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
from schemas.packed_digits import LOW
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
_WORD = 8


class Labels(Struct, frozen=True):
    """Row ``i`` is one label. Days are counted from 1970-01-01. ``gtins`` is null for places.

    A label's text ``<path>?c=<digits>``, of ``sizes[i]`` bytes, is in two parts: ``packed[i]`` is the last ``2 * LOW``
    digits, two to a byte as in the shard; ``fronts[i]`` is what stands before them, aligned to the right, with zeros
    before it. A row that does not ``fit`` this form is compared with nothing. ``paths[i]`` is the size of the path.
    ``own`` is the row of the record's own label, -1 where there is none.
    """

    records: Places
    own: Places
    signers: npt.NDArray[np.uint64]
    kids: npt.NDArray[np.uint64]
    issued: npt.NDArray[np.uint32]
    expires: npt.NDArray[np.uint32]
    packed: Bytes
    fronts: Bytes
    sizes: npt.NDArray[np.uint16]
    paths: npt.NDArray[np.uint8]
    fit: npt.NDArray[np.bool_]
    gtins: pa.Array
    footprints: pa.Array
    units: npt.NDArray[np.uint8]
    amounts: pa.Array

    def __len__(self) -> int:
        return len(self.records)

    def path(self, row: int) -> Gs1Path:
        """The path of a row that fits, taken apart."""
        start = self.fronts.shape[1] - (int(self.sizes[row]) - 2 * LOW)
        return parse_path(self.fronts[row, start : start + int(self.paths[row])].tobytes().decode("ascii"))


def lay_out(shards: Sequence[Shard]) -> Labels:
    """The columns of all rows of these shards, in their order. The shards must have been checked (``Shard.check``)."""
    sources = [_Source(shard) for shard in shards if len(shard)]
    heads = _joined([source.heads for source in sources], HEAD)
    records = _joined([np.asarray(source.shard.records, np.uint64) for source in sources], np.uint64).astype(np.int64)
    entries = _joined([np.asarray(source.shard.entries, np.uint64) for source in sources], np.uint64).astype(np.int64)
    sizes = heads["path"] + len(BEFORE_DIGITS) + heads["digits"]
    width = _in_words(max(int(sizes.max(initial=0)) - 2 * LOW, 1))
    packed, fronts = np.empty((len(heads), LOW), np.uint8), np.zeros((len(heads), width), np.uint8)
    fit = np.empty(len(heads), bool)
    for source, part in zip(sources, _parts(sources), strict=True):
        fit[part] = source.lay_out(packed[part], fronts[part])
    return Labels(
        records=records,
        own=_own(records, entries),
        signers=heads["signer"].astype(np.uint64),
        kids=heads["kid"].astype(np.uint64),
        issued=heads["issued"].copy(),
        expires=heads["expires"].copy(),
        packed=packed,
        fronts=fronts,
        sizes=sizes,
        paths=heads["path"].copy(),
        fit=fit,
        gtins=_gtins(sources),
        footprints=_ragged(sources, "footprint"),
        units=heads["unit"].copy(),
        amounts=_ragged(sources, "amount"),
    )


def _in_words(size: int) -> int:
    """The size in bytes of as many whole words as hold it."""
    return -(-size // _WORD) * _WORD


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
        digits = self.heads["digits"].astype(np.int64)
        self.first = digits - 2 * LOW
        self.digit_ends = (
            self.starts["amount"] + self.heads["amount"] + np.maximum(np.minimum(digits, LOW), digits - LOW)
        )

    def lay_out(self, packed: Bytes, fronts: Bytes) -> npt.NDArray[np.bool_]:
        """Fills the parts of these rows; which of them fit. A byte that is zero would be compared with nothing."""
        starts = self.digit_ends - LOW
        packed[:] = as_rows(gathered(self.data, LOW, np.maximum(starts, 0)))
        sizes = self.first + len(BEFORE_DIGITS) + self.heads["path"]
        fit = (self.first >= 1) & (starts >= 0)
        forms = self.first << 8 | self.heads["path"]
        for form in np.unique(forms[fit]):
            self._fill(fronts, np.flatnonzero(fit & (forms == form)), int(form >> 8), int(form & 255))
        return fit & (np.count_nonzero(fronts, axis=1) == sizes)

    def _fill(self, fronts: Bytes, which: Places, first: int, path: int) -> None:
        """Fills the fronts of rows with so many bytes of first digits and of path."""
        front = np.empty((len(which), path + len(BEFORE_DIGITS) + first), np.uint8)
        front[:, :path] = as_rows(gathered(self.data, path, self.path_starts[which])) if path else 0
        front[:, path:-first] = np.frombuffer(BEFORE_DIGITS, np.uint8)
        digits = as_rows(gathered(self.data, first, self.digit_ends[which] - LOW - first))
        front[:, -first:] = digits >> np.uint8(4) | np.uint8(0x30)
        fronts[which, fronts.shape[1] - front.shape[1] :] = front


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
