"""A file of any source as rows: what it is is told by its content, and then its mapping reads it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path, PurePath

from msgspec import Struct

from registry.imports.carbon_catalogue import (
    PCF_ID,
    PRODUCT_COLUMNS,
    PRODUCT_SHEET,
    STAGE_COLUMNS,
    STAGE_SHEET,
    Numbered,
    catalogue_rows,
    is_product_table,
)
from registry.imports.csv_text import read_csv
from registry.imports.heading import table_in, under_titles
from registry.imports.ilcd import ilcd_rows
from registry.imports.ilcd_file import data_sets, looks_like_ilcd
from registry.imports.ilcd_json import data_set_in
from registry.imports.json_document import JsonKind, kind_of_json, looks_like_json, objects_of
from registry.imports.mapping import template_rows
from registry.imports.ndjson import ndjson_rows
from registry.imports.openepd import openepd_rows
from registry.imports.pact import pact_rows
from registry.imports.row import Row
from registry.imports.sheets import UNSTATED, Sheet, is_xlsx, read_bytes, refused
from registry.imports.xlsx import Workbook, open_workbook, read_worksheet

LINE_SUFFIXES = (".ndjson", ".jsonl")
JSON_SUFFIX = ".json"
STAGES_FILE = "stages.csv"


class FileKind(StrEnum):
    """The kinds of files."""

    XLSX = "xlsx"
    CSV = "csv"
    NDJSON = "ndjson"
    JSON = "json"
    ILCD = "ilcd"


class Catalogue(Struct, frozen=True):
    """The Carbon Catalogue's two tables."""

    products: tuple[Numbered, ...]
    stages: tuple[Numbered, ...]


def read_rows(path: Path, today: date, *, sheet: str | None = None, encoding: str | None = None) -> list[Row]:
    """The rows of the file at ``path``, as ``rows_of`` reads them. Raises ``InvalidInput``."""
    return rows_of(read_bytes(path), path, today, sheet=sheet, encoding=encoding)


def rows_of(
    content: bytes, path: PurePath, today: date, *, sheet: str | None = None, encoding: str | None = None
) -> list[Row]:
    """The rows of a file: our template in xlsx or CSV, NDJSON, PACT, openEPD,
    ILCD+EPD, or the Carbon Catalogue.

    ``path`` names it; only where it is a ``Path`` are files beside it read. ``today`` is the day from which the Carbon
    Catalogue's rows, which name none, are valid. ``sheet`` names the sheet of an xlsx, ``encoding`` that of a CSV that
    is neither UTF-8 nor GB18030. Raises ``InvalidInput`` when the file as a whole cannot be used; what is wrong with a
    row comes with the row.
    """
    kind = kind_of(content, path)
    if kind is FileKind.NDJSON:
        return ndjson_rows(content, path.name)
    if kind is FileKind.JSON:
        return _json_rows(content, path.name)
    if kind is FileKind.ILCD:
        return ilcd_rows(data_sets(content, path.name))
    if kind is FileKind.XLSX:
        book = open_workbook(content, path.name)
        if sheet is None and {PRODUCT_SHEET, STAGE_SHEET} <= set(book.parts):
            return _catalogue_rows(_of_workbook(book), today)
        return template_rows(table_in(book, sheet))
    table = read_csv(content, path.name, encoding)
    if is_product_table(table.columns):
        return _catalogue_rows(_of_folder(path, table), today)
    return template_rows(under_titles(table))


def kind_of(content: bytes, path: PurePath) -> FileKind:
    """What the file is. Raises ``InvalidInput`` for what is read by nobody here, or has the name of something else."""
    if path.suffix.lower() in LINE_SUFFIXES:
        return FileKind.NDJSON
    if path.suffix.lower() == JSON_SUFFIX or looks_like_json(content):
        return FileKind.JSON
    if looks_like_ilcd(content, path):
        return FileKind.ILCD
    return FileKind.XLSX if is_xlsx(content, path) else FileKind.CSV


def _json_rows(content: bytes, file: str) -> list[Row]:
    objects = objects_of(content, file)
    match kind_of_json(objects, file):
        case JsonKind.PACT:
            return pact_rows(objects)
        case JsonKind.OPENEPD:
            return openepd_rows(objects)
        case JsonKind.ILCD:
            return ilcd_rows(map(data_set_in, objects))


def read_catalogue(path: Path) -> Catalogue:
    """The Carbon Catalogue: its authors' xlsx, or our CSV of its products with ``stages.csv`` beside it."""
    content = read_bytes(path)
    if is_xlsx(content, path):
        return _of_workbook(open_workbook(content, path.name))
    return _of_folder(path, read_csv(content, path.name))


def _catalogue_rows(catalogue: Catalogue, today: date) -> list[Row]:
    statement: Mapping[str, object] | None = None
    return catalogue_rows(catalogue.products, catalogue.stages, today, statement)


def _of_workbook(book: Workbook) -> Catalogue:
    return Catalogue(
        _records(read_worksheet(book, PRODUCT_SHEET), PRODUCT_COLUMNS),
        _records(read_worksheet(book, STAGE_SHEET), STAGE_COLUMNS),
    )


def _of_folder(path: PurePath, products: Sheet) -> Catalogue:
    stages = path.parent / STAGES_FILE
    if not isinstance(stages, Path) or not stages.exists():
        raise refused(
            path.name,
            f"is the Carbon Catalogue's products: put {STAGES_FILE} beside it",
            f"为Carbon Catalogue的产品表：请将{STAGES_FILE}放在同一文件夹",
        )
    table = read_csv(read_bytes(stages), stages.name)
    return Catalogue(_records(products, PRODUCT_COLUMNS), _records(table, STAGE_COLUMNS))


def _records(sheet: Sheet, columns: tuple[str, ...]) -> tuple[Numbered, ...]:
    """The rows of a table by column, those without a ``PCF-ID`` left out. Raises ``InvalidInput`` if one is missing."""
    missing = [column for column in columns if column not in sheet.columns]
    if missing:
        raise refused(
            sheet.file,
            f"is not the Carbon Catalogue: it lacks the column {missing[0]!r}",
            f"不是Carbon Catalogue：缺少列“{missing[0]}”",
            sheet.name,
        )
    places = [(column, sheet.columns.index(column)) for column in columns]
    id_place = sheet.columns.index(PCF_ID)
    return tuple(
        Numbered(
            row.number,
            {column: row.cells[at] if at < len(row.cells) else "" for column, at in places},
            tuple(column for column, at in places if row.kinds.get(at) in UNSTATED),
        )
        for row in sheet.rows
        if row.cell(id_place)
    )
