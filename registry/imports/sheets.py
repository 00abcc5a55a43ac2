"""A table as its file gives it: rows of text with their row numbers; and which kinds of file have one.

Whatever a file holds, reading it gives a ``Sheet`` or raises ``InvalidInput``, which names the file, the sheet or row,
and the fix, in English and Chinese. The kind of a file is told by its content; its extension must agree. ``csv_text``
and ``xlsx`` read.
"""

from enum import StrEnum
from pathlib import Path, PurePath

from msgspec import Struct

from registry.errors import InvalidInput
from schemas.findings.finding import error

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
    b"%PDF": ("a PDF", "PDF文件"),
    b"\x1f\x8b": ("a gzip archive", "gzip压缩文件"),
    b"\x89PNG": ("a picture", "图片"),
    b"\xff\xd8\xff": ("a picture", "图片"),
    b"BZh": ("a bzip2 archive", "bzip2压缩文件"),
    b"7z\xbc\xaf": ("a 7z archive", "7z压缩文件"),
    b"Rar!": ("a RAR archive", "RAR压缩文件"),
    b"PAR1": ("a Parquet file", "Parquet文件"),
    b"{\\rtf": ("a text document", "文本文档"),
    b"<": ("a web page or XML", "网页或XML"),
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
        why = problem.strerror
        raise refused(path.name, f"cannot be read ({why}): check the path", f"无法读取（{why}）：请检查路径") from None
    if len(content) > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        raise refused(path.name, f"is over {most} MB: split it", f"超过{most} MB：请拆分")
    if not content.strip():
        raise empty(path.name)
    return content


def empty(file: str) -> InvalidInput:
    """That nothing is in the file."""
    return refused(file, "is empty: save the file again with its rows", "为空：请重新保存含有数据的文件")


def is_xlsx(content: bytes, path: PurePath) -> bool:
    """Whether the file is an xlsx, and not text. Raises ``InvalidInput`` for any other kind, or a wrong extension."""
    suffix = path.suffix.lower()
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise refused(
                path.name,
                "is protected by a password: remove it in Excel (File, Info) and save again",
                "受密码保护：请在Excel（文件、信息）中取消密码后重新保存",
            )
        raise refused(
            path.name,
            "is in the format of Excel 97-2003: save it as .xlsx or as CSV UTF-8",
            "为Excel 97-2003格式：请另存为.xlsx或CSV UTF-8",
        )
    for start, (en, zh) in _OTHERS.items():
        if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(start):
            raise refused(
                path.name,
                f"is {en}, not a table: save it as .xlsx or as CSV UTF-8",
                f"为{zh}，不是表格：请另存为.xlsx或CSV UTF-8",
            )
    if content.startswith(_ZIP):
        if suffix != ".xlsx":
            raise refused(
                path.name,
                f"is a zip archive, but its name ends in {suffix!r}: save it as .xlsx or as CSV",
                f"为zip压缩文件，而文件名以“{suffix}”结尾：请另存为.xlsx或CSV",
            )
        return True
    if suffix not in _TEXT_SUFFIXES:
        ends = ", ".join(_TEXT_SUFFIXES)
        raise refused(
            path.name,
            f"is not an .xlsx: save it as .xlsx, or name it {ends} if it is text with separators",
            f"不是.xlsx：请另存为.xlsx；如为带分隔符的文本，请将文件名改为{ends}之一",
        )
    return False


def sheet_of(file: str, name: str, rows: list[SheetRow]) -> Sheet:
    """The table of ``rows``, whose first that is not blank is the header. Raises ``InvalidInput`` without one."""
    filled = [row for row in rows if not row.is_blank()]
    if not filled:
        raise without_rows(file, name)
    return Sheet(file, name, filled[0], tuple(filled[1:]))


def without_rows(file: str, sheet: str) -> InvalidInput:
    """That nothing is in a table."""
    return refused(file, "has no rows: put the column names in the first row", "没有数据：请在首行填写列名", sheet)


def refused(file: str, en: str, zh: str, place: str = "") -> InvalidInput:
    """That ``file`` cannot be used: the place in it, what is wrong and the fix. The place reads in any language."""
    english = f"{file}, {place}: {en}" if place else f"{file} {en}"
    chinese = f"{file}，{place}：{zh}" if place else f"{file}{zh}"
    return InvalidInput(english, "$.file", [error("file", "$.file", f"{english}.", f"{chinese}。")])


def column_letters(column: int) -> str:
    """The letters of a column from 0, as a spreadsheet shows them: A, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
