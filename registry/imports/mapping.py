"""Our template: a sheet with the columns of ``columns`` as rows for ``load``.

What a cell of the wrong kind would become is never guessed: a formula, a number with separators, a date day first or
a GTIN without its zeros is an error of that row, which names the column, the cell and the fix. Findings here:

| code | a cell |
|---|---|
| formula | holds a formula, or an error value |
| cell-number | holds a number in another form than 1234.5, such as 1,234.5, 12 %, or a date |
| cell-date | holds a date in another form than 2026-01-31 |
| cell-text | holds a date or percentage where text is asked for: the spreadsheet program made one of it |
| cell-key | holds a GTIN or GLN that lost digits, or is written with an exponent |
| cell-choice | holds none of the values that the column takes |
| cell-long | holds more characters than Excel lets a cell have |
| example | is the template's example |
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

from registry.imports.columns import (
    MEMBER,
    REFERENCE,
    STAGE,
    Column,
    Form,
    column_named,
    folded,
    is_example,
    nearest,
)
from registry.imports.notes import NOTE_COLUMNS
from registry.imports.row import Row, row_error
from registry.imports.sheets import MOST_CHARACTERS, CellKind, Sheet, SheetRow, column_letters, refused
from schemas.findings import Finding
from schemas.findings.naming import shown

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|[+-]?(?i:nan|inf|infinity)", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]+", re.ASCII)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T][0-9:.]*)?", re.ASCII)
_SERIAL_DAYS = range(32_874, 73_416)
"""Day numbers of Excel for the years 1990 to 2100."""

_SERIAL_START = date(1899, 12, 30)
_SEPARATOR = re.compile("[;；]")
_KEY_LENGTHS = {"gtin": (8, 12, 13, 14), "gln": (13,)}
_MOST_REFERENCE = 200
_MOST_PROBLEMS = 20
_BEYOND = (
    "there are cells to the right of the last column name: name the column or remove them",
    "最后一个列名右侧还有单元格：请填写列名或删除这些单元格",
)


class _Cell(Struct, frozen=True):
    """A cell that is not empty."""

    column: Column
    place: str
    text: str
    kind: CellKind | None


def template_rows(sheet: Sheet) -> list[Row]:
    """The rows of a sheet with our columns. Raises ``InvalidInput`` for a header with others, naming the nearest."""
    columns = _columns(sheet)
    return [_row(sheet, columns, row) for row in sheet.rows]


def _columns(sheet: Sheet) -> list[Column | None]:
    """The column that each cell of the header names; None where it is blank and nothing stands below."""
    columns: list[Column | None] = []
    problems: list[tuple[str, str]] = []
    for at, name in enumerate(sheet.columns):
        if name in NOTE_COLUMNS:
            columns.append(None)
            continue
        column = column_named(name) if name else None
        if column is not None and column in columns:
            problems.append(_column_problem(at, name, " a second time: remove one", "重复出现：请删除其一"))
        elif name and column is None:
            problems.append(_column_problem(at, name, *_unknown(name)))
        elif not name and any(row.cell(at) for row in sheet.rows):
            here = column_letters(at)
            problems.append(
                (f"column {here} has no name: name it or remove it", f"列{here}没有列名：请填写列名或删除该列")
            )
        columns.append(column)
    if any(row.cell(at) for row in sheet.rows for at in range(len(columns), len(row.cells))):
        problems.append(_BEYOND)
    if problems:
        en, zh = zip(*problems[:_MOST_PROBLEMS], strict=True)
        raise refused(sheet.file, "; ".join(en), "；".join(zh), sheet.name)
    return columns


def _column_problem(at: int, name: str, en: str, zh: str) -> tuple[str, str]:
    """What is wrong with the column at this place, from 0, in English and Chinese."""
    letters = column_letters(at)
    return f"column {letters} is {shown(name)!r}{en}", f"列{letters}“{shown(name)}”{zh}"


def _unknown(name: str) -> tuple[str, str]:
    near = nearest(name)
    if near:
        return f", which is not known: did you mean {near!r}?", f"未知：是否应为“{near}”？"
    return (
        ", which is not known: remove it, or take the names from the template",
        "未知：请删除该列，或采用模板中的列名",
    )


def _row(sheet: Sheet, columns: Sequence[Column | None], row: SheetRow) -> Row:
    raw: dict[str, object] = {}
    found: list[Finding] = []
    names: dict[str, str] = {}
    reference = owner = None
    stages = []
    for at, column in enumerate(columns):
        text, kind = row.cell(at), row.kinds.get(at)
        if column is None or (not text and kind is None):
            continue
        place = f"{column_letters(at)}{row.number}"
        value = _value(_Cell(column, place, text, kind))
        path = f"$.stages[{len(stages)}].gwp" if column.path.startswith("$.stages.") else column.path
        names[path] = sheet.columns[at]
        if isinstance(value, Finding):
            found.append(value)
        elif column is REFERENCE:
            reference = text
        elif column is MEMBER:
            owner = text
        elif path != column.path:
            stages.append({"code": column.name.removeprefix(f"{STAGE}:"), "gwp": value})
        else:
            _put(raw, path, value)
    if stages:
        raw["stages"] = stages
    if reference is not None and len(reference) > _MOST_REFERENCE:
        found.append(_LONG_REFERENCE)
        reference = reference[:_MOST_REFERENCE]
    if is_example(reference):
        found = [_EXAMPLE]
    return Row(number=row.number, reference=reference, owner=owner, raw=raw, found=tuple(found), columns=names)


def _put(raw: dict[str, object], path: str, value: object) -> None:
    """Sets ``value`` at a path of one or two steps."""
    name, _, inner = path.removeprefix("$.").partition(".")
    if not inner:
        raw[name] = value
        return
    holder = raw.setdefault(name, {})
    assert isinstance(holder, dict)
    holder[inner] = value


def _value(cell: _Cell) -> object:
    """What the cell says, or the finding on it."""
    if len(cell.text) > MOST_CHARACTERS:
        en, zh = f"has more than {MOST_CHARACTERS:,} characters", f"超过{MOST_CHARACTERS:,}个字符"
        return _problem("cell-long", cell, en, "shorten it", zh, "请缩短")
    if cell.kind is CellKind.FORMULA:
        return _problem(
            "formula", cell, "holds a formula", "paste its value instead", "含有公式", "请改为粘贴其计算结果"
        )
    if cell.kind is CellKind.ERROR:
        return _problem("formula", cell, "holds an error value", "correct or clear it", "含有错误值", "请更正或清空")
    match cell.column.form:
        case Form.NUMBER:
            return _number(cell)
        case Form.DATE:
            return _date(cell)
        case Form.KEY:
            return _key(cell)
        case Form.CHOICE:
            return _choice(cell)
        case Form.LIST:
            return _text(cell, [part.strip() for part in _SEPARATOR.split(cell.text) if part.strip()])
        case _:
            return _text(cell, cell.text)


def _text(cell: _Cell, value: object) -> object:
    if cell.kind not in (CellKind.DATE, CellKind.PERCENT):
        return value
    return _problem(
        "cell-text",
        cell,
        f"is a {'date' if cell.kind is CellKind.DATE else 'percentage'} ({cell.text})",
        "format the column as text and enter it again",
        f"被识别为{'日期' if cell.kind is CellKind.DATE else '百分比'}（{cell.text}）",
        "请将该列设为文本格式后重新输入",
    )


def _number(cell: _Cell) -> object:
    if cell.kind is CellKind.PERCENT:
        return _problem(
            "cell-number",
            cell,
            f"is formatted as per cent (stored as {shown(cell.text)})",
            "format the column as a number and write 12 for 12 %",
            f"为百分比格式（存储值{shown(cell.text)}）",
            "请将该列设为数值格式，12%请写成12",
        )
    if cell.kind is CellKind.DATE or not _NUMBER.fullmatch(cell.text):
        return _problem(
            "cell-number",
            cell,
            f"is {shown(cell.text)!r}",
            "write a number with a decimal point and nothing else, such as 1234.5",
            f"为“{shown(cell.text)}”",
            "请只写数字和小数点，例如1234.5",
        )
    return cell.text


def _date(cell: _Cell) -> object:
    if cell.kind is CellKind.NUMBER and cell.text.isdigit() and len(cell.text) < 6 and int(cell.text) in _SERIAL_DAYS:
        return (_SERIAL_START + timedelta(days=int(cell.text))).isoformat()
    match = _YEAR_FIRST.fullmatch(cell.text)
    if match is not None and cell.kind is not CellKind.PERCENT:
        year, month, day = map(int, match.groups())
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            pass
    return _problem(
        "cell-date",
        cell,
        f"is {shown(cell.text)!r}",
        "write the day as YYYY-MM-DD, such as 2026-01-31",
        f"为“{shown(cell.text)}”",
        "请按YYYY-MM-DD填写日期，例如2026-01-31",
    )


def _key(cell: _Cell) -> object:
    digits = cell.text.replace(" ", "").replace("-", "")
    is_number = cell.kind is not None
    lengths = _KEY_LENGTHS[cell.column.name]
    is_short = is_number and _DIGITS.fullmatch(digits) and len(digits) not in lengths
    if not is_short and not _EXPONENT.fullmatch(digits) and cell.kind in (None, CellKind.NUMBER):
        return cell.text
    return _problem(
        "cell-key",
        cell,
        f"is a number ({shown(cell.text)}) that lost digits, leading zeros perhaps",
        "format the column as text and enter all digits again",
        f"被存为数值（{shown(cell.text)}），可能丢失了前导零或其他数字",
        "请将该列设为文本格式后重新输入全部数字",
    )


def _choice(cell: _Cell) -> object:
    value = cell.column.values.get(folded(cell.text))
    if value is not None:
        return value
    allowed = list(dict.fromkeys(cell.column.values.values()))
    return _problem(
        "cell-choice",
        cell,
        f"is {shown(cell.text)!r}",
        f"write one of {', '.join(allowed)}",
        f"为“{shown(cell.text)}”",
        f"请填写以下之一：{'、'.join(allowed)}",
    )


def _problem(code: str, cell: _Cell, en: str, fix_en: str, zh: str, fix_zh: str) -> Finding:
    """A finding on one cell, at the path that its column fills."""
    column = cell.column
    path = "$.stages" if column.path.startswith("$.stages.") else column.path
    return row_error(
        code,
        path,
        f"Cell {cell.place} ({column.name}) {en}: {fix_en}.",
        f"单元格{cell.place}（{column.name}）{zh}：{fix_zh}。",
    )


_EXAMPLE = row_error(
    "example",
    REFERENCE.path,
    "This row is the template's example: write a product of your own over it, its reference too, or delete the row.",
    "本行为模板示例：请改填贵方的产品及其编号，或删除本行。",
)
_LONG_REFERENCE = row_error(
    "cell-text",
    REFERENCE.path,
    f"The reference has more than {_MOST_REFERENCE} characters: shorten it.",
    f"编号（reference）超过{_MOST_REFERENCE}个字符，请缩短。",
)
