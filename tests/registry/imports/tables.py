"""Files for the tests of bulk registration, made as a spreadsheet program or a stranger makes them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from registry.imports.columns import column_named
from registry.imports.row import Row
from tests.world import VALID_FROM, VALID_UNTIL, gtin

GOOD: dict[str, Any] = {
    "reference": "beam-1",
    "gtin": gtin(1),
    "name_en": "Steel beam",
    "declared_unit": "kilogram",
    "declared_amount": "1",
    "boundary": "cradle-to-gate",
    "gwp_total": "1.7",
    "reference_start": "2025-01-01",
    "reference_end": "2025-12-31",
    "valid_from": VALID_FROM.isoformat(),
    "valid_until": VALID_UNTIL.isoformat(),
    "standards": "ISO 14067",
}
"""A row without a mistake."""

VERIFIED: dict[str, Any] = {
    "verification_body": "checker",
    "verification_standard": "ISO 14064-3",
    "verification_level": "limited",
    "verification_date": "2026-02-01",
    "verification_report_sha256": "0f" * 32,
}
"""What a row has besides when a verification body has checked it."""


def good(number: int, **changes: Any) -> dict[str, Any]:
    """A row of product ``number`` without a mistake, but for ``changes``; None takes a column's value away."""
    return GOOD | {"reference": f"beam-{number}", "gtin": gtin(number), "name_en": f"Steel beam {number}"} | changes


def csv_of(rows: Sequence[Mapping[str, Any]], separator: str = ",") -> str:
    """The rows as CSV; their columns are those of all of them."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns] + [["" if row.get(name) is None else str(row[name]) for name in columns] for row in rows]
    quoted = (['"' + cell.replace('"', '""') + '"' for cell in line] for line in lines)
    return "".join(separator.join(line) + "\r\n" for line in quoted)


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8", separator: str = ",") -> Path:
    """Writes the rows as a CSV file."""
    path.write_bytes(csv_of(rows, separator).encode(encoding))
    return path


def write_xlsx(path: Path, rows: Sequence[Mapping[str, Any]], formats: Mapping[str, str] | None = None) -> Path:
    """Writes the rows with openpyxl, values as they are; ``formats`` are number formats by column."""
    book = openpyxl.Workbook()
    sheet = book.active
    columns = list(dict.fromkeys(name for row in rows for name in row))
    sheet.append(columns)
    for row in rows:
        sheet.append([row.get(name) for name in columns])
        for name, number_format in (formats or {}).items():
            sheet.cell(sheet.max_row, columns.index(name) + 1).number_format = number_format
    book.save(path)
    book.close()
    return path


def changed_member(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """An xlsx with ``old`` replaced in one of its members."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            data = source.read(member)
            if member == name:
                assert old in data
                data = data.replace(old, new)
            target.writestr(member, data)
    return made.getvalue()


def codes_of(row: Row) -> dict[str, str]:
    """The codes of a row's findings by path."""
    return {finding.path: finding.code for finding in row.found}


def path_of(column: str) -> str:
    """The JSON path that a column fills."""
    found = column_named(column)
    assert found is not None
    return found.path
