"""xlsx: fastexcel gives the text of the cells, the sheet's own XML what kind they are and the digits of numbers.

Numbers come as Excel shows them in full: 15 significant digits, without exponent, so that 0.30000000000000004 is 0.3.
Dates come as YYYY-MM-DD.
"""

import posixpath
import re
from decimal import Decimal, InvalidOperation
from itertools import chain

import fastexcel
from msgspec import Struct

from registry.imports.archive import packed, unpacked
from registry.imports.sheets import MOST_CHARACTERS, CellKind, Sheet, SheetRow, refused, sheet_of, without_rows
from registry.imports.worksheet import DamagedXml, RowFacts, elements, percent_styles, scan

_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T][0-9:.]+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(\.[0-9]{0,400})?([Ee][+-]?[0-9]{1,4})?", re.ASCII)


class Workbook(Struct, frozen=True):
    """An xlsx, made safe: its members, and its sheets' parts by name; hidden sheets are not in ``visible``."""

    file: str
    members: dict[str, bytes]
    parts: dict[str, str]
    visible: tuple[str, ...]


def read_xlsx(content: bytes, file: str, sheet: str | None = None) -> Sheet:
    """The first visible sheet, or the one named. Raises ``InvalidInput``."""
    return read_worksheet(open_workbook(content, file), sheet)


def open_workbook(content: bytes, file: str) -> Workbook:
    """The workbook in ``content``. Raises ``InvalidInput`` unless it is a sound xlsx."""
    members = unpacked(content, file)
    try:
        targets = {
            relation["Id"]: posixpath.normpath(posixpath.join("/xl", relation["Target"]))[1:]
            for relation in elements(members.get("xl/_rels/workbook.xml.rels", b"<none/>"), "Relationship")
        }
        parts, visible = {}, []
        for found in elements(members["xl/workbook.xml"], "sheet"):
            part = targets[found["id"]]
            if part.startswith("xl/worksheets/") and part in members:
                parts[found["name"]] = part
                if found.get("state", "visible") == "visible":
                    visible.append(found["name"])
    except (DamagedXml, KeyError):
        raise refused(
            file,
            "is damaged: open it in a spreadsheet program and save it again",
            "已损坏：请用电子表格软件打开后重新保存",
        ) from None
    if not visible:
        raise refused(
            file, "has no visible sheet: put the table on one", "没有可见的工作表：请将表格放在可见的工作表中"
        )
    return Workbook(file, members, parts, tuple(visible))


def read_worksheet(book: Workbook, name: str | None = None) -> Sheet:
    """One sheet of a workbook: the first visible one, or the one named. Raises ``InvalidInput``."""
    name = book.visible[0] if name is None else name
    if name not in book.parts:
        raise refused(
            book.file,
            f"has no sheet {name!r}: it has {', '.join(map(repr, book.visible))}",
            f"没有工作表“{name}”：现有{'、'.join(f'“{each}”' for each in book.visible)}",
        )
    part = book.parts[name]
    try:
        percents = percent_styles(book.members.get("xl/styles.xml", b"<none/>"))
    except DamagedXml:
        percents = frozenset()
    filled = list(scan(book.members[part], percents, book.file, name))
    if not filled:
        raise without_rows(book.file, name)
    texts = _texts(book, name, part)
    left = _left_column(filled, texts)
    if left is None:
        raise refused(
            book.file, "cannot be read reliably: save it as CSV UTF-8", "无法可靠读取：请另存为CSV UTF-8", name
        )
    return sheet_of(book.file, name, [_row(row, texts, left) for row in filled])


def _texts(book: Workbook, name: str, part: str) -> list[tuple[str | None, ...]]:
    """The cells as fastexcel reads them: from row 1, but from the first column that has anything in it."""
    others = set(book.parts.values()) - {part}
    safe = packed({key: data for key, data in book.members.items() if key not in others and "drawing" not in key})
    try:
        loaded = fastexcel.read_excel(safe).load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        return loaded.to_polars().rows()
    except (fastexcel.FastExcelError, ValueError) as problem:
        message = str(problem).splitlines()[0][:200]
        raise refused(
            book.file,
            f"cannot be read ({message}): save it again, or as CSV UTF-8",
            f"无法读取（{message}）：请重新保存，或另存为CSV UTF-8",
            name,
        ) from None


def _left_column(filled: list[RowFacts], texts: list[tuple[str | None, ...]]) -> int | None:
    """Which column is fastexcel's first; None when its rows and the sheet's do not fit together."""
    width = len(texts[0]) if texts else 0
    for left in (min(row.left for row in filled), 0):
        if all(
            left <= row.left
            and row.right - left < width
            and row.number <= len(texts)
            and all(texts[row.number - 1][column - left] for column in row.numbers)
            for row in filled
        ):
            return left
    return None


def _row(facts: RowFacts, texts: list[tuple[str | None, ...]], left: int) -> SheetRow:
    cells = ["" if text is None else text for text in chain([None] * left, texts[facts.number - 1])]
    kinds = facts.kinds
    for column, number in facts.numbers.items():
        if kinds[column] is CellKind.NUMBER and (match := _DATE.fullmatch(cells[column])):
            cells[column], kinds[column] = match[1], CellKind.DATE
        else:
            cells[column] = as_shown(number)
    return SheetRow(facts.number, tuple(cells), kinds)


def as_shown(number: str) -> str:
    """The digits of a stored number as Excel shows them: 15 significant ones, no exponent; other text as it is."""
    if not _NUMBER.fullmatch(number):
        return number[:MOST_CHARACTERS]
    try:
        rounded = Decimal(f"{Decimal(number):.15g}")
    except InvalidOperation:
        return number
    return number if abs(rounded.adjusted()) > 30 else _plain(rounded)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
