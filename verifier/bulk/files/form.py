"""What a file is, by its name: ``scans.csv.gz`` is CSV, compressed with gzip."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from msgspec import Struct

STANDARD = "-"
"""In the place of a file: standard input or output."""


class FileProblem(Exception):
    """A file that cannot be read or written; the text says what to do."""


class Kind(StrEnum):
    """How rows are written down."""

    TEXT = "text"
    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


class Compression(StrEnum):
    """How bytes are packed."""

    NONE = ""
    GZIP = "gz"
    ZSTD = "zst"


_KINDS = {
    "txt": Kind.TEXT,
    "text": Kind.TEXT,
    "csv": Kind.CSV,
    "tsv": Kind.CSV,
    "ndjson": Kind.NDJSON,
    "jsonl": Kind.NDJSON,
    "parquet": Kind.PARQUET,
    "pq": Kind.PARQUET,
}
_COMPRESSIONS = {"gz": Compression.GZIP, "gzip": Compression.GZIP, "zst": Compression.ZSTD, "zstd": Compression.ZSTD}


class Form(Struct, frozen=True):
    """A format and a compression."""

    kind: Kind
    compression: Compression = Compression.NONE

    @classmethod
    def of(cls, name: str, stated: str | None, usual: Kind | None = None) -> Self:
        """That of a file called ``name``. What is ``stated``, such as ``csv`` or ``csv.gz``, comes before the name.

        Where neither tells, it is ``usual``. Raises ``FileProblem``.
        """
        kind, compression = _told("" if name == STANDARD else Path(name).name)
        if stated is not None:
            kind, packed = _told(f".{stated}")
            if kind is None:
                raise FileProblem(f"there is no format {stated!r}: give text, csv, ndjson or parquet, or as in csv.gz")
            compression = packed or compression
        kind = kind or usual
        if kind is None:
            where = "standard input" if name == STANDARD else name
            raise FileProblem(f"the name of {where} does not say what it is: give text, csv, ndjson or parquet")
        if kind is Kind.PARQUET and compression:
            raise FileProblem("Parquet is compressed inside: give it a name without .gz or .zst")
        return cls(kind, compression)


def _told(name: str) -> tuple[Kind | None, Compression]:
    suffixes = name.lower().split(".")[1:]
    compression = Compression.NONE
    if suffixes and suffixes[-1] in _COMPRESSIONS:
        compression = _COMPRESSIONS[suffixes.pop()]
    return _KINDS.get(suffixes[-1]) if suffixes else None, compression
