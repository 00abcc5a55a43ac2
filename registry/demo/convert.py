"""Makes the two CSV files in ``data`` from the spreadsheet of the Carbon Catalogue's authors. Run by hand, once:

python -m registry.demo.convert carbon_catalogue_v30Oct2021.xlsx registry/demo/data
"""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

from registry.imports.carbon_catalogue import PRODUCT_COLUMNS, PRODUCT_SHEET, STAGE_COLUMNS, STAGE_SHEET
from registry.imports.sheets import Sheet, read_bytes
from registry.imports.xlsx import open_workbook, read_worksheet


def convert(source: Path, folder: Path) -> None:
    """Writes ``products.csv`` and ``stages.csv`` to ``folder``: the columns that are used, the values as published."""
    book = open_workbook(read_bytes(source), source.name)
    write(read_worksheet(book, PRODUCT_SHEET), PRODUCT_COLUMNS, folder / "products.csv")
    write(read_worksheet(book, STAGE_SHEET), STAGE_COLUMNS, folder / "stages.csv")


def write(sheet: Sheet, columns: Sequence[str], target: Path) -> None:
    """Writes ``columns`` of ``sheet``."""
    places = [sheet.columns.index(column) for column in columns]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([row.cells[place] for place in places] for row in sheet.rows)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
