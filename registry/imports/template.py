"""Templates to fill in: CSV, and xlsx with the columns explained and the choices to pick from.

Both follow from the one table of columns, so that what is offered is what is read.
"""

import io
from collections.abc import Iterator
from datetime import date
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from registry.imports.columns import (
    COLUMNS,
    EXAMPLE_REFERENCES,
    FORMS,
    REFERENCE,
    STAGE,
    STAGE_EXAMPLES,
    STAGE_ZH,
    Column,
    Form,
    example_of,
    stage_column,
)
from schemas.declaration import Declaration, StageCode
from schemas.findings import findings

_ROWS = 5_000
"""Rows below the header that are formatted and offer choices."""

_WIDTHS = (28, 22, 24, 44, 38, 34, 24)
"""Characters of the columns of the explanation."""

_LINE = 15
"""Points of a line of text."""

_MANY = 250
"""Characters of a list of choices: Excel takes 255."""

_EITHER = (frozenset({"$.gtin", "$.gln"}), frozenset({"$.product_name.en", "$.product_name.zh"}))
"""Paths of which one is enough."""


def template_columns() -> tuple[Column, ...]:
    """Every column, and those of the stages of the example; others may be added."""
    return *COLUMNS, *(stage_column(code) for code in STAGE_EXAMPLES)


def template_csv(today: date, language: str = "en") -> bytes:
    """A CSV with every column and one example row, in UTF-8, with a byte order mark where it is in Chinese."""
    columns = template_columns()
    lines = ([_name(column, language) for column in columns], [_example(column, today, language) for column in columns])
    text = "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in line) + "\r\n" for line in lines)
    return text.encode("utf-8-sig" if language == "zh" else "utf-8")


def template_xlsx(today: date, language: str) -> bytes:
    """An xlsx: the first sheet to fill in, with an example row and drop-downs; the second explains the columns."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    plain = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#B8C4BE"}
    head = book.add_format(plain | {"bold": True, "bg_color": "#DDE8E2", "num_format": "@"})
    needed = book.add_format(plain | {"bold": True, "bg_color": "#1F5A45", "font_color": "#FFFFFF", "num_format": "@"})
    example = book.add_format({"num_format": "@", "italic": True, "font_color": "#6B6B6B", "bg_color": "#FFF6DA"})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet("声明" if language == "zh" else "Declarations")
    sheet.freeze_panes(1, 1)
    for at, column in enumerate(template_columns()):
        name, shown = _name(column, language), _example(column, today, language)
        sheet.set_column(at, at, max(12, _width(name) + 2, _width(shown) + 2), text)  # text: a GTIN keeps its zeros
        sheet.write_string(0, at, name, needed if _need(column) else head)
        sheet.write_comment(0, at, "\n".join(_explained(column)), {"width": 300, "height": 110})
        sheet.write_string(1, at, shown, example)
        _offer(sheet, at, column, language)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{_ROWS + 1}"})
    _explain(book.add_worksheet("说明 Columns"), today, head, book.add_format(plain))
    book.close()
    return made.getvalue()


def choices(column: Column, language: str) -> list[str]:
    """What may be written into a column of choices: each once, in Chinese where there is a word."""
    words = {value: value for value in column.values.values()}
    if language == "zh":
        words |= {value: word for word, value in column.values.items() if not word.isascii()}
    return list(words.values())


def _offer(sheet: Worksheet, at: int, column: Column, language: str) -> None:
    offered = choices(column, language) if column.form is Form.CHOICE else []
    if offered and len(",".join(offered)) <= _MANY:
        sheet.data_validation(1, at, _ROWS, at, {"validate": "list", "source": offered, "error_type": "warning"})


def _explain(about: Worksheet, today: date, head: Format, wrapped: Format) -> None:
    """Every column in a row, as high as its longest cell needs: no program has to find that out on opening."""
    for at, width in enumerate(_WIDTHS):
        about.set_column(at, at, width)
    for row, cells in enumerate(_explanation(today)):
        lines = max(-(-_width(cell) // (width - 2)) for cell, width in zip(cells, _WIDTHS, strict=True))
        about.set_row(row, max(lines, 1) * _LINE + 3)
        for at, cell in enumerate(cells):
            about.write_string(row, at, cell, head if row == 0 else wrapped)
    about.freeze_panes(1, 1)
    about.set_landscape()
    about.fit_to_pages(1, 0)


def _explanation(today: date) -> Iterator[tuple[str, ...]]:
    yield "column", "列名", "required 必填", "means", "含义", "form 形式", "example 示例"
    for column in template_columns():
        cells = column.name, column.chinese, _need(column), column.says, column.says_zh, _form(column)
        yield *cells, example_of(column, today)
    codes = ", ".join(StageCode)
    means = f"kgCO2e of any other stage, in a column of its own, named {STAGE}: and one of {codes}"
    zh = f"其他阶段的排放量，kgCO2e，每个阶段一列，列名为“{STAGE_ZH}:”加上以下之一：{codes}"
    yield f"{STAGE}:...", f"{STAGE_ZH}:...", "", means, zh, FORMS[Form.NUMBER], f"{STAGE}:A1-A3"


def _form(column: Column) -> str:
    """How the cells of a column are filled in, or what may be written into them, in both languages."""
    if column.form is not Form.CHOICE:
        return FORMS[column.form]
    pairs = zip(choices(column, "en"), choices(column, "zh"), strict=True)
    return " / ".join(f"{english} {chinese}" for english, chinese in pairs)


def _need(column: Column) -> str:
    """Whether a declaration can do without the column, in both languages; empty when it can."""
    if any(column.path in paths for paths in _EITHER):
        return "one of the two 二选一"
    return "yes 是" if column.path in _NEEDED else ""


_NEEDED = {one.path for one in findings(Declaration(owner="anybody")) if one.code == "required"}


def _width(text: str) -> int:
    """Columns of a terminal, or characters of a spreadsheet's column, that the text takes."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def _explained(column: Column) -> tuple[str, str]:
    return f"{column.name}: {column.says}", f"{column.chinese}：{column.says_zh}"


def _example(column: Column, today: date, language: str) -> str:
    """A column's cell in the example row, whose reference says that it is one."""
    if column is REFERENCE:
        return EXAMPLE_REFERENCES[language]
    shown = example_of(column, today)
    if column.form is not Form.CHOICE or not shown:
        return shown
    return choices(column, language)[choices(column, "en").index(shown)]


def _name(column: Column, language: str) -> str:
    return column.chinese if language == "zh" else column.name
