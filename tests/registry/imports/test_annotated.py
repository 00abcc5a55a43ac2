"""The annotated copy: the file as it was, with what became of each row, to be corrected and uploaded again."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from registry.imports.annotated import annotated
from registry.imports.batch import Outcome
from registry.imports.files import rows_of
from registry.imports.notes import RowOutcome
from registry.imports.row import Row
from schemas.reading import read_declaration
from tests.registry.imports.tables import csv_of, good, write_xlsx
from tests.world import NOW

ROWS = [
    good(1),
    good(2, gwp_total="1,5"),
    good(3, name_en="=cmd|'x'!A1"),
    good(4, removals="-1.5"),
    good(5, gwp_total=None),
]


def judged(content: bytes, name: str) -> tuple[list[Row], dict[int, RowOutcome]]:
    """The rows, those with a mistake of form refused; one without a total too."""
    rows = rows_of(content, PurePath(name), NOW.date())
    became = {}
    for row in rows:
        found = row.found
        if "gwp_total" not in row.raw and not found:
            found = tuple(read_declaration({"gwp_total": 1})[1])
        outcome = Outcome.REFUSED if found else Outcome.SUBMITTED
        became[row.number] = RowOutcome(row.number, outcome, found, row.columns)
    return rows, became


def copy_of(content: bytes, name: str, sheet: str | None = None, encoding: str | None = None) -> bytes:
    return annotated(content, PurePath(name), judged(content, name)[1], sheet, encoding)


def xlsx_of(tmp_path: Path, rows: Sequence[Mapping[str, Any]]) -> bytes:
    return write_xlsx(tmp_path / "rows.xlsx", rows).read_bytes()


def lines_of(content: bytes, separator: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))


def test_csv_stays_csv_with_three_columns_more() -> None:
    rows = [row | {"name_zh": "钢梁"} for row in ROWS]
    lines = lines_of(copy_of(csv_of(rows, ";").encode("gb18030"), "rows.csv"), ";")
    assert [line["result"] for line in lines] == ["submitted", "refused", "submitted", "submitted", "refused"]
    assert lines[1]["findings_en"].startswith("Cell G3 (gwp_total) is '1")
    assert "单元格G3" in lines[1]["findings_zh"]
    assert lines[0]["name_zh"] == "钢梁"


def test_no_cell_of_it_is_a_formula_and_numbers_stay_numbers() -> None:
    lines = lines_of(copy_of(csv_of(ROWS).encode(), "rows.csv"))
    assert lines[2]["name_en"] == "'=cmd|'x'!A1"
    assert lines[3]["removals"] == "-1.5"
    assert not [cell for line in lines for cell in line.values() if cell.startswith(("=", "+", "@", "\t"))]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_copy_reads_as_the_file_did_and_is_annotated_anew(kind: str, tmp_path: Path) -> None:
    content = csv_of(ROWS).encode() if kind == "csv" else xlsx_of(tmp_path, ROWS)
    once = copy_of(content, f"rows.{kind}")
    before, after = judged(content, f"rows.{kind}")[0], judged(once, f"rows.{kind}")[0]
    assert [(row.number, row.raw, row.found) for row in after] == [(row.number, row.raw, row.found) for row in before]
    twice = copy_of(once, f"rows.{kind}")
    if kind == "csv":
        assert twice == once
    else:
        assert values(twice) == values(once)


def values(content: bytes) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    return found


def test_lines_of_json_get_two_members_and_keep_their_digits() -> None:
    lines = [b'{"reference":"1","gwp_total":1.10}', b"not json", b'{"result":"x","findings":[],"a":1}', b'["a"]']
    content = b"\n".join([*lines[:1], b"", *lines[1:]])
    copied = copy_of(content, "rows.ndjson").splitlines()
    assert copied[0].startswith(b'{"reference":"1","gwp_total":1.10,"result":"')
    told = [json.loads(line) for line in copied]
    assert [sorted(line) for line in told[1:]] == [
        ["findings", "line", "not_read", "result"],
        ["a", "findings", "result"],
        ["findings", "line", "not_read", "result"],
    ]
    assert (told[1]["line"], told[1]["not_read"], told[1]["result"]) == (3, "not json", "refused")
    assert told[1]["findings"][0]["code"] == "line-json"


def test_an_xlsx_keeps_its_cells_and_marks_the_faulty_ones(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    columns = list(good(1) | {"removals": None})
    sheet.append(columns)
    for row in ROWS:
        sheet.append([row.get(name) for name in columns])
    sheet["C2"].font = Font(bold=True)
    sheet["G3"].font = Font(italic=True)
    sheet.freeze_panes = "B2"
    book.create_sheet("Notes")["A1"] = "=1+1"
    book.save(path)
    book.close()
    copied = openpyxl.load_workbook(io.BytesIO(copy_of(path.read_bytes(), "own.xlsx")))
    marked, width = copied.worksheets[0], len(columns)
    assert [marked.cell(1, width + at).value for at in (1, 2, 3)] == ["result", "findings_en", "findings_zh"]
    assert [marked.cell(row, width + 1).value for row in range(2, 7)] == [
        "submitted", "refused", "refused", "submitted", "refused",
    ]  # fmt: skip
    faulty = marked["G3"]
    assert (faulty.value, faulty.font.i, faulty.fill.fgColor.rgb) == ("1,5", True, "FFFFC7CE")
    assert faulty.comment is not None
    assert "Cell G3" in faulty.comment.text
    assert "单元格G3" in faulty.comment.text
    assert marked["G6"].comment is not None, "a cell that is missing is commented too"
    assert (marked["C2"].font.b, marked["C2"].fill.fill_type, marked["C2"].comment) == (True, None, None)
    assert (marked.freeze_panes, copied["Notes"]["A1"].value) == ("B2", "=1+1")
    copied.close()


def test_the_notes_of_an_xlsx_are_text_whatever_they_quote(tmp_path: Path) -> None:
    content = xlsx_of(tmp_path, [good(1, declared_unit="@<b>&amp;")])
    book = openpyxl.load_workbook(io.BytesIO(copy_of(content, "a.xlsx")))
    note = book.worksheets[0].cell(2, len(good(1)) + 2)
    assert note.data_type == "s"
    assert "@<b>&amp;" in str(note.value)
    book.close()
