"""The labels of a bundle as columns, laid out of its shards: what a scan is compared with, and what is said of it.

The shards are mapped files whose hash the registry has signed; nothing else goes in here, and nothing is kept on disk.
"""

from collections.abc import Sequence
from mmap import MADV_DONTNEED, mmap
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from msgspec import Struct

from schemas.gs1 import Gs1Path, parse_path
from schemas.packed_digits import LOW
from schemas.shard import Shard, ShardError
from verifier.bulk.arrow import strings
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

_KEPT = {
    "signer": np.uint64,
    "kid": np.uint64,
    "issued": np.uint32,
    "expires": np.uint32,
    "path": np.uint8,
    "unit": np.uint8,
}
_PRODUCT = b"/01/"
_GTIN = 14
_WORD = 8
_DECIMAL = np.zeros(256, bool)
_DECIMAL[list(b"0123456789.E+-")] = True


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
    """The columns of all rows of these shards, in their order. The shards must have been checked (``Shard.check``).

    Raises ``ShardError`` for a figure that is none. What was read of a mapped file does not stay in memory.
    """
    shards = [shard for shard in shards if len(shard)]
    ends = np.cumsum([len(shard) for shard in shards], dtype=np.int64).tolist()
    parts = [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
    columns = _Columns(ends[-1] if ends else 0, max((_Rows(shard).longest() for shard in shards), default=0))
    figures = [columns.fill(shard, part) for shard, part in zip(shards, parts, strict=True)]
    footprints, amounts = zip(*figures, strict=True) if figures else ((), ())
    return columns.labels(_concatenated(footprints), _concatenated(amounts))


class _Columns:
    """The columns, while they are filled."""

    def __init__(self, count: int, longest: int) -> None:
        self.records, self.entries = np.empty(count, np.int64), np.empty(count, np.int64)
        self.heads: dict[str, npt.NDArray[Any]] = {name: np.empty(count, dtype) for name, dtype in _KEPT.items()}
        self.sizes, self.fit = np.empty(count, np.uint16), np.empty(count, bool)
        width = -(-max(longest - 2 * LOW, 1) // _WORD) * _WORD
        self.packed, self.fronts = np.empty((count, LOW), np.uint8), np.zeros((count, width), np.uint8)
        self.products, self.gtins = np.empty(count, bool), np.empty((count, _GTIN), np.uint8)

    def fill(self, shard: Shard, part: slice) -> tuple[pa.Array, pa.Array]:
        """Fills the rows of one shard; returns their footprints and amounts."""
        rows = _Rows(shard)
        self.records[part], self.entries[part] = shard.records, shard.entries
        for name, column in self.heads.items():
            column[part] = rows.heads[name]
        self.sizes[part] = rows.sizes()
        self.fit[part] = rows.lay_out(self.packed[part], self.fronts[part])
        self.products[part], self.gtins[part] = rows.gtins()
        figures = rows.figures("footprint"), rows.figures("amount")
        _let_go(shard)
        return figures

    def labels(self, footprints: pa.Array, amounts: pa.Array) -> Labels:
        """All of it."""
        offsets = np.arange(len(self.gtins) + 1, dtype=np.int32) * _GTIN
        buffers = [np.packbits(self.products, bitorder="little"), offsets, self.gtins.reshape(-1)]
        return Labels(
            records=self.records,
            own=_own(self.records, self.entries),
            signers=self.heads["signer"],
            kids=self.heads["kid"],
            issued=self.heads["issued"],
            expires=self.heads["expires"],
            packed=self.packed,
            fronts=self.fronts,
            sizes=self.sizes,
            paths=self.heads["path"],
            fit=self.fit,
            gtins=pa.Array.from_buffers(pa.string(), len(self.gtins), [*map(pa.py_buffer, buffers)]),
            footprints=footprints,
            units=self.heads["unit"],
            amounts=amounts,
        )


class _Rows:
    """The rows of one shard, and where their parts lie."""

    def __init__(self, shard: Shard) -> None:
        self.data = np.frombuffer(shard.buffer, np.uint8)
        starts = np.asarray(shard.places, np.uint64).astype(np.int64)[:-1]
        self.heads: npt.NDArray[Any] = gathered(self.data, HEAD.itemsize, starts).view(HEAD).reshape(-1)
        self.paths = starts + HEAD.itemsize
        self.starts = {"footprint": self.paths + self.heads["path"]}
        self.starts["amount"] = self.starts["footprint"] + self.heads["footprint"]
        digits = self.heads["digits"].astype(np.int64)
        self.first = digits - 2 * LOW
        self.ends = self.starts["amount"] + self.heads["amount"] + np.maximum(np.minimum(digits, LOW), digits - LOW)

    def sizes(self) -> npt.NDArray[np.uint16]:
        """Bytes of ``<path>?c=<digits>``."""
        return self.heads["path"] + len(BEFORE_DIGITS) + self.heads["digits"]

    def longest(self) -> int:
        """The most of these."""
        return int(self.sizes().max())

    def lay_out(self, packed: Bytes, fronts: Bytes) -> npt.NDArray[np.bool_]:
        """Fills the parts of these rows; which of them fit. A byte that is zero would be compared with nothing."""
        starts = self.ends - LOW
        packed[:] = as_rows(gathered(self.data, LOW, np.maximum(starts, 0)))
        fit = (self.first >= 1) & (starts >= 0)
        forms = self.first << 8 | self.heads["path"]
        for form in np.flatnonzero(np.bincount(forms[fit])):
            self._fill(fronts, np.flatnonzero(fit & (forms == form)), int(form >> 8), int(form & 255))
        return fit & (np.count_nonzero(fronts, axis=1) == self.sizes().astype(np.int64) - 2 * LOW)

    def _fill(self, fronts: Bytes, which: Places, first: int, path: int) -> None:
        """Fills the fronts of rows with so many bytes of first digits and of path."""
        front = np.empty((len(which), path + len(BEFORE_DIGITS) + first), np.uint8)
        front[:, :path] = as_rows(gathered(self.data, path, self.paths[which])) if path else 0
        front[:, path:-first] = np.frombuffer(BEFORE_DIGITS, np.uint8)
        digits = as_rows(gathered(self.data, first, self.ends[which] - LOW - first))
        front[:, -first:] = digits >> np.uint8(4) | np.uint8(0x30)
        fronts[which, fronts.shape[1] - front.shape[1] :] = front

    def gtins(self) -> tuple[npt.NDArray[np.bool_], Bytes]:
        """Which paths are ``/01/<GTIN>...``, and the GTINs of those."""
        first = gathered(self.data, len(_PRODUCT), self.paths).view(np.uint32)
        return first == np.frombuffer(_PRODUCT, np.uint32), as_rows(
            gathered(self.data, _GTIN, self.paths + len(_PRODUCT))
        )

    def figures(self, part: str) -> pa.Array:
        """A part of each row, as strings."""
        sizes = self.heads[part].astype(np.int64)
        ends = np.cumsum(sizes)
        offsets = np.concatenate((np.zeros(1, np.int64), ends)).astype(np.int32)
        figures = self.data[np.arange(int(ends[-1])) + np.repeat(self.starts[part] - (ends - sizes), sizes)]
        if not _DECIMAL[figures].all():
            raise ShardError("a footprint or an amount is no number")
        return pa.Array.from_buffers(pa.string(), len(sizes), [None, pa.py_buffer(offsets), pa.py_buffer(figures)])


def _let_go(shard: Shard) -> None:
    """Pages that were read are the system's again, which has them if they are needed."""
    mapped = shard.buffer.obj
    if isinstance(mapped, mmap) and hasattr(mapped, "madvise"):
        mapped.madvise(MADV_DONTNEED)


def _own(records: Places, entries: Places) -> Places:
    """For each row, that of its record's own label: own labels lie in the order of their records."""
    rows = np.flatnonzero(records == entries)
    if not len(rows):
        return np.full(len(records), -1, np.int64)
    found = rows[np.minimum(np.searchsorted(records[rows], records), len(rows) - 1)]
    return np.where(records[found] == records, found, -1)


def _concatenated(chunks: Sequence[pa.Array]) -> pa.Array:
    return pa.concat_arrays(chunks) if chunks else strings([])
