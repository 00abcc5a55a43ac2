"""Templates to fill in: CSV, and xlsx with the columns explained and the choices to pick from.

Both follow from the one table of columns, so that what is offered is what is read.
"""

import io
from collections.abc import Iterator
from datetime import date

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from registry.imports.columns import COLUMNS, STAGE_EXAMPLES, Column, Form, example_of, stage_column

_ROWS = 5_000
"""Rows below the header that are formatted and offer choices."""

_WIDTH = 18
_MANY = 250
"""Characters of a list of choices: Excel takes 255."""


def template_columns() -> tuple[Column, ...]:
    """Every column, and those of the stages of the example; others may be added."""
    return *COLUMNS, *(stage_column(code) for code in STAGE_EXAMPLES)


def template_csv(today: date, language: str = "en") -> bytes:
    """A CSV with every column and one example row, in UTF-8, with a byte order mark where it is in Chinese."""
    columns = template_columns()
    lines = ([_name(column, language) for column in columns], [example_of(column, today) for column in columns])
    text = "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in line) + "\r\n" for line in lines)
    return text.encode("utf-8-sig" if language == "zh" else "utf-8")


def template_xlsx(today: date, language: str) -> bytes:
    """An xlsx: the first sheet to fill in, with an example row and drop-downs; the second explains the columns."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("声明" if language == "zh" else "Declarations")
    sheet.freeze_panes(1, 1)
    for at, column in enumerate(template_columns()):
        sheet.set_column(at, at, _WIDTH, text)  # text: a GTIN keeps its zeros, a date its form
        sheet.write_string(0, at, _name(column, language), head)
        sheet.write_comment(0, at, "\n".join(_explained(column)))
        sheet.write_string(1, at, example_of(column, today), text)
        _offer(sheet, at, column, language)
    about = book.add_worksheet("说明 Columns")
    about.set_column(0, 5, 26, wrapped)
    for row, cells in enumerate(_explanation(today)):
        for at, cell in enumerate(cells):
            about.write_string(row, at, cell, head if row == 0 else wrapped)
    about.freeze_panes(1, 0)
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


def _explanation(today: date) -> Iterator[tuple[str, ...]]:
    yield "column", "列名", "means", "含义", "form 形式", "example 示例"
    for column in template_columns():
        form = " / ".join(dict.fromkeys(column.values.values())) or column.form.value
        yield column.name, column.chinese, column.says, column.says_zh, form, example_of(column, today)


def _explained(column: Column) -> tuple[str, str]:
    return f"{column.name}: {column.says}", f"{column.chinese}：{column.says_zh}"


def _name(column: Column, language: str) -> str:
    return column.chinese if language == "zh" else column.name
