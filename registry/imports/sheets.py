"""A table as its file gives it: rows of text with their row numbers; and which kinds of file have one.

Whatever a file holds, reading it gives a ``Sheet`` or raises ``InvalidInput``, whose message names the file, the sheet
or row, and the fix. The kind of a file is told by its content; its extension must agree. ``csv_text`` and ``xlsx``
read.
"""

from enum import StrEnum
from pathlib import Path, PurePath

from msgspec import Struct

from registry.errors import InvalidInput

MOST_ROWS = 200_000
MOST_COLUMNS = 500
MOST_CELLS = 4_000_000
MOST_CHARACTERS = 32_767
"""Characters of a cell: what Excel's own hold at most."""

MOST_BYTES = 100_000_000
"""Bytes of a file."""

_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"BZh": "a bzip2 archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"PAR1": "a Parquet file",
    b"{\\rtf": "a text document",
    b"<": "a web page or XML",
}
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")


class CellKind(StrEnum):
    """What a cell is besides text."""

    NUMBER = "number"
    DATE = "date"
    PERCENT = "per cent"
    FORMULA = "formula"
    ERROR = "error"


UNSTATED = frozenset({CellKind.FORMULA, CellKind.ERROR})
"""Kinds of cells whose text nobody wrote."""


class SheetRow(Struct, frozen=True):
    """A row: ``number`` from 1 as the program shows it, ``cells`` by column, ``kinds`` of those that are not text."""

    number: int
    cells: tuple[str, ...]
    kinds: dict[int, CellKind] = {}

    def cell(self, column: int) -> str:
        """The text of a cell without the space around it; '' where the row is shorter."""
        return self.cells[column].strip() if column < len(self.cells) else ""

    def is_blank(self) -> bool:
        """Whether nothing is in the row."""
        return not self.kinds and not any(cell.strip() for cell in self.cells)


class Sheet(Struct, frozen=True):
    """A table: ``columns`` are the texts of its first row that is not blank, ``rows`` those below, blank ones not."""

    file: str
    name: str
    header: SheetRow
    rows: tuple[SheetRow, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The header's cells."""
        return tuple(cell.strip() for cell in self.header.cells)


def read_bytes(path: Path) -> bytes:
    """The content of a file. Raises ``InvalidInput`` when it cannot be read, is empty or over 100 MB."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as problem:
        raise refused(path.name, f"cannot be read ({problem.strerror}): check the path") from None
    if len(content) > MOST_BYTES:
        raise refused(path.name, f"is over {MOST_BYTES // 1_000_000} MB: split it")
    if not content.strip():
        raise refused(path.name, "is empty: save the file again with its rows")
    return content


def is_xlsx(content: bytes, path: PurePath) -> bool:
    """Whether the file is an xlsx, and not text. Raises ``InvalidInput`` for any other kind, or a wrong extension."""
    suffix = path.suffix.lower()
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise refused(path.name, "is protected by a password: remove it in Excel (File, Info) and save again")
        raise refused(path.name, "is in the format of Excel 97-2003: save it as .xlsx or as CSV UTF-8")
    for start, kind in _OTHERS.items():
        if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(start):
            raise refused(path.name, f"is {kind}, not a table: save it as .xlsx or as CSV UTF-8")
    if content.startswith(_ZIP):
        if suffix != ".xlsx":
            raise refused(path.name, f"is a zip archive, but its name ends in {suffix!r}: save it as .xlsx or as CSV")
        return True
    if suffix not in _TEXT_SUFFIXES:
        ends = ", ".join(_TEXT_SUFFIXES)
        raise refused(path.name, f"is not an .xlsx: save it as .xlsx, or name it {ends} if it is text with separators")
    return False


def sheet_of(file: str, name: str, rows: list[SheetRow]) -> Sheet:
    """The table of ``rows``, whose first that is not blank is the header. Raises ``InvalidInput`` without one."""
    filled = [row for row in rows if not row.is_blank()]
    if not filled:
        raise refused(file, "has no rows: put the column names in the first row", name)
    return Sheet(file, name, filled[0], tuple(filled[1:]))


def refused(file: str, what: str, place: str = "") -> InvalidInput:
    """That ``file`` cannot be used: the place in it, what is wrong and the fix."""
    at = f", {place}" if place else ""
    return InvalidInput(f"{file}{at}: {what}" if at else f"{file} {what}", "$.file")


def column_letters(column: int) -> str:
    """The letters of a column from 0, as a spreadsheet shows them: A, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
