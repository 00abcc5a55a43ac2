"""The output: a file that is there when it is whole, and not before."""

import os
import secrets
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from gzip import compress as gzip_compress
from io import FileIO
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet

from verifier.bulk.files.encode import CSV_HEADING, LINE_FORMS
from verifier.bulk.files.form import STANDARD, Compression, FileProblem, Form, Kind
from verifier.bulk.files.tails import Tails
from verifier.bulk.flat import OUTPUT_COLUMNS, numbered
from verifier.bulk.judged import Judged
from verifier.bulk.snapshot import Snapshot

Encoded = bytes | pa.RecordBatch


class WholeFile:
    """A file that takes its name when all is written and lies on the disk; until then it is ``.NAME.*.partial``.

    A context manager. What is not a regular file, such as a pipe, is written to as it comes.
    """

    def __init__(self, name: str) -> None:
        self._target = Path(os.path.realpath(name))
        self._partial: Path | None = None
        if name == STANDARD:
            self.file = FileIO(sys.stdout.fileno(), "w", closefd=False)
        elif self._target.exists() and not stat.S_ISREG(self._target.stat().st_mode):
            self.file = FileIO(self._target, "w")
        else:
            self._partial = self._target.with_name(f".{self._target.name}.{secrets.token_hex(4)}.partial")
            self.file = FileIO(self._partial, "x")

    def write(self, data: bytes) -> None:
        """Writes all of it."""
        left = memoryview(data)
        while left:
            left = left[self.file.write(left) or 0 :]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None and self._partial is not None:
                os.fsync(self.file.fileno())
                self._partial.replace(self._target)
                _sync_folder(self._target.parent)
                self._partial = None
        finally:
            self.file.close()
            if self._partial is not None:
                with suppress(OSError):
                    self._partial.unlink()


class Sink:
    """Rows of verdicts into a file. ``encode`` may be called by many threads, ``write`` in order. A context manager."""

    def __init__(self, file: WholeFile, form: Form, snapshot: Snapshot) -> None:
        """``snapshot`` is that of all that is written."""
        self._file = file
        self._tails = Tails(snapshot, LINE_FORMS[form.kind]) if form.kind in LINE_FORMS else None
        self._pack = _PACKERS[form.compression]
        self._parquet: pyarrow.parquet.ParquetWriter | None = None
        if form.kind is Kind.TEXT:
            raise FileProblem("verdicts are written as CSV, NDJSON or Parquet, not as text")
        if form.kind is Kind.PARQUET:
            self._parquet = pyarrow.parquet.ParquetWriter(file.file, OUTPUT_COLUMNS, compression="zstd")
        else:
            self._file.write(self._pack(CSV_HEADING if form.kind is Kind.CSV else b""))

    def encode(self, judged: Judged, first: int) -> Encoded:
        """The rows as they are written, of which the first is of line ``first``."""
        if self._tails is None:
            return numbered(judged.table(), first)
        return self._pack(self._tails.written(judged, first))

    def write(self, encoded: Encoded) -> None:
        """Writes rows that were encoded."""
        if isinstance(encoded, bytes):
            self._file.write(encoded)
        elif self._parquet is not None:
            self._parquet.write_batch(encoded)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._parquet is not None:
            with suppress(*(() if kind is None else (OSError, pa.ArrowException))):
                self._parquet.close()


def _zstd(data: bytes) -> bytes:
    return pa.compress(data, "zstd", asbytes=True)


_PACKERS: dict[Compression, Callable[[bytes], bytes]] = {
    Compression.NONE: lambda data: data,
    # Packed files may follow each other in one file (RFC 1952, 2.2; RFC 8878, 3.1): each part is one, packed by itself.
    Compression.GZIP: lambda data: gzip_compress(data, 6, mtime=0),
    Compression.ZSTD: _zstd,
}


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
