"""Which labels somebody wants, a line each: GTINs with lots and serial numbers, as in a spreadsheet, or GS1 paths.

::

    gtin,lot,serial                        a heading, passed over
    9521234567899                          the product
    9521234567899,L1                       its lot L1
    9521234567899,,42                      its item 42, whatever the lot
    /01/09521234567899/10/L1/21/42         the same by GS1's own path
    https://id.example.org/414/9521234567899/254/HALL-7

A line's columns have tabs, semicolons or commas between them, whichever comes first. What is wrong with a line is said
in both languages.
"""

import csv
import re
from collections.abc import Iterator

from msgspec import Struct

from schemas.gs1 import Gs1Path, InvalidGs1, check_digit, encode_value, has_check_digit, parse_path
from schemas.text import Text

_MOST_TOLD = 20
_SEPARATORS = "\t;,"
_COLUMNS = 3
_SHOWN = 60
_LONGEST = 1_000
"""Characters of a line that are looked at: what is longer is wrong in these already."""

_HOST = re.compile(r"https?://[^/]*", re.IGNORECASE)
_KEY = re.compile(r"/(?:01|414)/")
_LENGTHS = (8, 12, 13, 14)


class Line(Struct, frozen=True):
    """A label that is wanted, and the number of its line, from 1."""

    number: int
    path: str


class WrongLine(Struct, frozen=True):
    """A line that cannot be read, or whose label cannot be drawn."""

    number: int
    text: str
    message: Text


class Lines(Struct, frozen=True):
    """What a text says: ``count`` lines with something in them, of which the first wrong ones are told."""

    wanted: tuple[Line, ...]
    wrong: tuple[WrongLine, ...]
    count: int


class _Unreadable(ValueError):
    """What is wrong with a line."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.message: Text = {"en": en, "zh": zh}


def read_lines(text: str, most: int) -> Lines:
    """The lines of ``text``; of more than ``most`` only the first are read."""
    wanted: list[Line] = []
    wrong: list[WrongLine] = []
    count = 0
    for number, line in _lines(text):
        count += 1
        if count > most or len(wrong) == _MOST_TOLD:
            continue
        try:
            wanted.append(Line(number, _path(line).text))
        except _Unreadable as problem:
            wrong.append(WrongLine(number, line[:_SHOWN], problem.message))
    return Lines(tuple(wanted), tuple(wrong), count)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with something in them and their numbers, without a heading."""
    is_first = True
    for number, line in enumerate(text.splitlines(), 1):
        told = line.strip().strip("\ufeff")
        if not told.strip(_SEPARATORS + " "):
            continue
        if not (is_first and not re.search(r"[0-9]", told)):
            yield number, told
        is_first = False


def _path(line: str) -> Gs1Path:
    if line.startswith("/") or _HOST.match(line):
        return _given(line)
    separator = next((character for character in line if character in _SEPARATORS), ",")
    try:
        cells = [cell.strip() for cell in next(csv.reader([line[:_LONGEST]], delimiter=separator))]
    except csv.Error:
        cells = [line]
    if any(cells[_COLUMNS:]):
        raise _Unreadable(
            "There are more than three columns: GTIN, lot and serial number.",
            "列数超过三列：只能依次为GTIN、批号、序列号。",
        )
    gtin, lot, serial = (*cells, "", "")[:_COLUMNS]
    named = f"/01/{_gtin(gtin)}"
    for identifier, value, en, zh in (("10", lot, "lot", "批号"), ("21", serial, "serial number", "序列号")):
        if value:
            named += f"/{identifier}/{_value(value, en, zh)}"
    return parse_path(named)


def _given(line: str) -> Gs1Path:
    """The path that stands in the line, with or without a host before and a label's token behind it."""
    path = _HOST.sub("", line, count=1).partition("?")[0].partition("#")[0]
    key = _KEY.search(path)
    told = path[key.start() :] if key else path
    try:
        return parse_path(told)
    except InvalidGs1:
        digits = told.split("/")[2:3]
        if digits and digits[0].isascii() and digits[0].isdigit() and len(digits[0]) in (13, 14):
            _checked(digits[0], "GTIN" if told.startswith("/01/") else "GLN")
        raise _Unreadable(
            f"“{told[:_SHOWN]}” is not a GS1 path of a GTIN or a GLN, such as /01/09521234567899/10/L1/21/42. A GTIN "
            "has 14 digits in it; characters other than letters, digits, “-”, “.” and “_” are percent-encoded.",
            f"“{told[:_SHOWN]}”不是GTIN或GLN的GS1路径，例如 /01/09521234567899/10/L1/21/42。路径中的GTIN为14位数字；"
            "除字母、数字、“-”、“.”、“_”以外的字符须作百分号编码。",
        ) from None


def _gtin(cell: str) -> str:
    digits = cell.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        raise _Unreadable(
            f"“{cell[:_SHOWN]}” is not a GTIN: digits only. Spreadsheets keep them in columns formatted as text.",
            f"“{cell[:_SHOWN]}”不是GTIN：只能为数字。电子表格中请将该列设为文本格式。",
        )
    if len(digits) not in _LENGTHS:
        raise _Unreadable(
            f"A GTIN has 8, 12, 13 or 14 digits, and {digits[:_SHOWN]} has {len(digits)}. Leading zeros count.",
            f"GTIN为8、12、13或14位，而{digits[:_SHOWN]}有{len(digits)}位。开头的0不可省略。",
        )
    return _checked(digits, "GTIN").zfill(14)


def _checked(digits: str, key: str) -> str:
    if not has_check_digit(digits):
        right = check_digit(digits[:-1])
        raise _Unreadable(
            f"The check digit of the {key} {digits} is wrong: it would be {right}. Compare it with the pack.",
            f"{key} {digits}的校验码有误：应为{right}。请与包装核对。",
        )
    return digits


def _value(value: str, en: str, zh: str) -> str:
    try:
        return encode_value(value)
    except InvalidGs1:
        raise _Unreadable(
            f"“{value[:_SHOWN]}” is not a {en}: 1 to 20 letters, digits and ! \" % & ' ( ) * + , - . / : ; < = > ? _",
            f"“{value[:_SHOWN]}”不是{zh}：应为1至20个字母、数字或 ! \" % & ' ( ) * + , - . / : ; < = > ? _",
        ) from None
