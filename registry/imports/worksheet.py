"""What a sheet's XML says of its cells beyond their text: which are numbers, digit by digit, formulas, per cent.

ECMA-376, part 1, 18.3.1 (worksheets), 18.8 (styles). The text itself is fastexcel's; it rounds numbers to nine
decimals and takes a formula for its last result.
"""

import re
from collections.abc import Iterator
from xml.parsers import expat

from msgspec import Struct, field

from registry.errors import InvalidInput
from registry.imports.sheets import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, CellKind, column_letters, refused

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_PIECE = 1 << 20

MOST_AREA = 10_000_000
"""Cells of the rectangle that holds all that are filled: fastexcel makes every one of them."""

_PERCENT_FORMATS = {"9", "10"}


class RowFacts(Struct):
    """One row that has something in it, ``number`` from 1.

    Columns count from 0: ``left`` and ``right`` bound its cells, ``kinds`` has those that are not text, ``numbers``
    the digits in the file of those that are numbers.
    """

    number: int
    left: int = MOST_COLUMNS
    right: int = -1
    kinds: dict[int, CellKind] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)


class DamagedXml(Exception):
    """Not well-formed, or with a document type, which no xlsx has: its entities could blow up."""


def percent_styles(styles: bytes) -> frozenset[int]:
    """The indexes of the cell styles that show a number as per cent. Raises ``DamagedXml``."""
    formats = set(_PERCENT_FORMATS)
    found: list[int] = []
    inside = False
    count = -1

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside, count
        local = name.rsplit(":", 1)[-1]
        if local == "numFmt" and "%" in attributes.get("formatCode", ""):
            formats.add(attributes.get("numFmtId", ""))
        elif local == "cellXfs":
            inside = True
        elif local == "xf" and inside:
            count += 1
            if attributes.get("numFmtId") in formats:
                found.append(count)

    def end(name: str) -> None:
        nonlocal inside
        inside = inside and name.rsplit(":", 1)[-1] != "cellXfs"

    parser = parser_of()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    _parse(parser, styles)
    return frozenset(found)


def elements(xml: bytes, name: str) -> list[dict[str, str]]:
    """The attributes of every element of that local name, prefixes dropped. Raises ``DamagedXml``."""
    found: list[dict[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rsplit(":", 1)[-1] == name:
            found.append({key.rsplit(":", 1)[-1]: value for key, value in attributes.items()})

    parser = parser_of()
    parser.StartElementHandler = start
    _parse(parser, xml)
    return found


def scan(xml: bytes, percents: frozenset[int], file: str, sheet: str) -> Iterator[RowFacts]:
    """The rows of a sheet in their order. Raises ``InvalidInput`` for XML that no spreadsheet program writes."""
    scanner = _Scanner(percents, file, sheet)
    parser = parser_of()
    parser.StartElementHandler = scanner.start
    parser.EndElementHandler = scanner.end
    parser.CharacterDataHandler = scanner.text
    try:
        for at in range(0, len(xml), _PIECE):
            parser.Parse(xml[at : at + _PIECE], at + _PIECE >= len(xml))
            done, scanner.done = scanner.done, []
            yield from done
    except (expat.ExpatError, DamagedXml):
        raise refused(
            file,
            "the sheet is damaged: open it in a spreadsheet program and save it again",
            "工作表已损坏：请用电子表格软件打开后重新保存",
            sheet,
        ) from None


class _Scanner:
    """Hears the sheet's elements; ``done`` are the rows that ended since it was last emptied."""

    def __init__(self, percents: frozenset[int], file: str, sheet: str) -> None:
        self.done: list[RowFacts] = []
        self._percents = percents
        self._file = file
        self._sheet = sheet
        self._row = RowFacts(0)
        self._column = -1
        self._cells = 0
        self._left, self._right = MOST_COLUMNS, -1
        self._type = ""
        self._is_percent = False
        self._is_formula = False
        self._is_filled = False
        self._pieces: list[str] = []
        self._in_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rsplit(":", 1)[-1]
        if local == "c":
            self._start_cell(attributes)
        elif local == "row":
            self._start_row(attributes.get("r", ""))
        elif local in ("v", "t"):
            self._in_value = self._is_filled = True
        elif local == "f":
            self._is_formula = self._is_filled = True

    def text(self, text: str) -> None:
        if self._in_value:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        local = name.rsplit(":", 1)[-1]
        if local == "c":
            self._end_cell("".join(self._pieces).strip())
        elif local in ("v", "t"):
            self._in_value = False
        elif local == "row" and (self._row.right >= 0):
            self.done.append(self._row)

    def _start_row(self, number: str) -> None:
        at = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else self._row.number + 1
        if at <= self._row.number:
            raise self._refused(f"row {at} is there twice: save the file again", f"第{at}行重复：请重新保存文件")
        if at > MOST_ROWS + 1:
            raise self._refused(f"has more than {MOST_ROWS:,} rows: split it", f"超过{MOST_ROWS:,}行：请拆分")
        self._row = RowFacts(at)
        self._column = -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        column = column_of(attributes.get("r", ""))
        self._column = self._column + 1 if column is None else column
        self._type = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._is_percent = style.isdigit() and int(style) in self._percents
        self._is_formula = self._is_filled = False
        self._pieces = []

    def _end_cell(self, value: str) -> None:
        if not self._is_filled:
            return
        row, column = self._row, self._column
        self._cells += 1
        if column >= MOST_COLUMNS:
            raise self._refused(
                f"has more than {MOST_COLUMNS} columns: remove what is not needed",
                f"超过{MOST_COLUMNS}列：请删除不需要的列",
                f"!{column_letters(column)}{row.number}",
            )
        if self._cells > MOST_CELLS:
            raise self._refused(f"has more than {MOST_CELLS:,} cells: split it", f"超过{MOST_CELLS:,}个单元格：请拆分")
        row.left, row.right = min(row.left, column), max(row.right, column)
        self._left, self._right = min(self._left, column), max(self._right, column)
        if row.number * (self._right - self._left + 1) > MOST_AREA:
            raise self._refused(
                f"is spread over more than {MOST_AREA:,} cells: move the rows together",
                f"数据分布超过{MOST_AREA:,}个单元格：请将各行移到一起",
            )
        if self._is_formula:
            row.kinds[column] = CellKind.FORMULA
        elif self._type == "e":
            row.kinds[column] = CellKind.ERROR
        elif self._type == "n" and value:
            row.kinds[column] = CellKind.PERCENT if self._is_percent else CellKind.NUMBER
            row.numbers[column] = value

    def _refused(self, en: str, zh: str, cell: str = "") -> InvalidInput:
        return refused(self._file, en, zh, f"{self._sheet}{cell}")


def column_of(address: str) -> int | None:
    """The column from 0 of a cell's address; None for what is none."""
    match = _ADDRESS.fullmatch(address)
    return None if match is None else _column(match[1])


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def parser_of() -> expat.XMLParserType:
    """A parser that resolves no entity of a document's own: it raises ``DamagedXml`` for a document type."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.buffer_text = True
    return parser


def _parse(parser: expat.XMLParserType, xml: bytes) -> None:
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as problem:
        raise DamagedXml(str(problem)) from None


def _no_doctype(*_: object) -> None:
    raise DamagedXml("a document type is declared")
