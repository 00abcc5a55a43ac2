"""Which sheet of a workbook, and which row of it, has our columns: a title or a cover sheet may stand before them."""

import msgspec

from registry.errors import InvalidInput
from registry.imports.columns import column_named
from registry.imports.sheets import Sheet, SheetRow
from registry.imports.xlsx import Workbook, read_worksheet

_MOST_ABOVE = 20
"""Rows that may stand above the names of the columns."""

_MOST_SHEETS = 10
_ENOUGH = 2
"""Columns that a row has to name, so that no title is taken for it."""


def table_in(book: Workbook, name: str | None) -> Sheet:
    """The sheet that is named; else the first visible one with our columns; else the first. Raises ``InvalidInput``."""
    if name is not None:
        return under_titles(read_worksheet(book, name))
    for each in book.visible[:_MOST_SHEETS]:
        try:
            sheet = under_titles(read_worksheet(book, each))
        except InvalidInput:
            continue
        if _names_columns(sheet.header):
            return sheet
    return read_worksheet(book, book.visible[0])


def under_titles(sheet: Sheet) -> Sheet:
    """The sheet with the first row for its header that names our columns, if one near its top does.

    A second such row right below, as where the names stand in two languages, is none of its rows either.
    """
    rows = (sheet.header, *sheet.rows[:_MOST_ABOVE])
    at = next((at for at, row in enumerate(rows) if _names_columns(row)), None)
    if at is None:
        return sheet
    below = sheet.rows[at:]
    if below and _names_columns(below[0]):
        below = below[1:]
    return msgspec.structs.replace(sheet, header=rows[at], rows=below)


def _names_columns(row: SheetRow) -> bool:
    known = (cell for cell in row.cells if cell.strip() and column_named(cell) is not None)
    return sum(1 for _ in known) >= _ENOUGH
