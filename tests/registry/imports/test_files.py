"""Files as strangers send them: read, or refused with a sentence that names the file, the place and the fix."""

import contextlib
import csv
import datetime as dt
import io
import random
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from registry.errors import InvalidInput
from registry.imports.columns import COLUMNS
from registry.imports.csv_text import decoded, read_csv, separator_of
from registry.imports.files import read_rows
from registry.imports.xlsx import as_shown, open_workbook, read_xlsx
from tests.registry.imports.tables import changed_member, csv_of, good, write_csv, write_xlsx

TODAY = dt.date(2026, 5, 1)
SHEET = "xl/worksheets/sheet1.xml"


def refusal_of(path: Path) -> str:
    with pytest.raises(InvalidInput) as refused:
        read_rows(path, TODAY)
    said = str(refused.value)
    (found,) = refused.value.findings
    assert found.message["en"] == f"{said}."
    for words in (said, found.message["zh"]):
        assert words.startswith(path.name)
    assert sum("一" <= each <= "鿿" for each in found.message["zh"]) > 4, found.message["zh"]
    return said


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_its_encoding_with_its_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [good(1, name_zh="热轧H型钢梁，建筑用"), good(2, name_zh='含"引号"\n换行,逗号;分号')]
    path = write_csv(tmp_path / "rows.csv", rows, encoding, separator)
    read = read_rows(path, TODAY)
    assert [row.raw["product_name"] for row in read] == [{"en": row["name_en"], "zh": row["name_zh"]} for row in rows]
    assert [row.found for row in read] == [(), ()]


def test_text_that_is_not_chinese_is_never_read_as_such(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv", [good(1, name_en="Cafés, crème brûlée, Nestlé")], "cp1252")
    assert "neither UTF-8 nor GB18030" in refusal_of(path)
    (row,) = read_rows(path, TODAY, encoding="cp1252")
    assert row.raw["product_name"] == {"en": "Cafés, crème brûlée, Nestlé"}
    with pytest.raises(InvalidInput, match="no such encoding"):
        read_rows(path, TODAY, encoding="klingon")
    with pytest.raises(InvalidInput, match="is not utf-8"):
        decoded(b"\xff\xfe\xff", "rows.csv", "utf-8")


def test_a_separator_inside_quotation_marks_does_not_count() -> None:
    assert separator_of('"a,b,c";d;e\n1,2,3') == ";"
    assert separator_of("alone") == ","


def test_an_open_quotation_mark_is_named_by_its_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('gtin,name_en\n1,ok\n2,"never closed\n3,x\n')
    assert "in row 3, which begins in line 3, a quotation mark" in refusal_of(path)


def test_nul_bytes_are_an_error_of_their_row_only(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv", [good(1, name_en="Steel\0beam"), good(2)])
    first, second = read_rows(path, TODAY)
    assert first.raw["product_name"] == {"en": "Steel\0beam"}  # kept as it is, for the rules to refuse
    assert second.found == ()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("rows.csv", b"", "is empty"),
        ("rows.csv", b" \n\n", "is empty"),
        ("rows.csv", b",,\n;\n"[:3], "no rows"),
        ("rows.xlsx", b"gtin,name\n", "is not an .xlsx"),
        ("rows.csv", b"PK\x03\x04 and so on", "is a zip archive"),
        ("rows.xlsx", b"PK\x03\x04 and so on", "is damaged"),
        ("rows.xlsx", b"%PDF-1.7", "is a PDF"),
        ("rows.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100), "Excel 97-2003"),
        ("rows.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "by a password"),
        ("rows.csv", b"<html><table>", "is a web page"),
        ("rows.xls", b"<?xml version='1.0'?>", "is a web page or XML"),
        ("rows.pdf", b"gtin,name\n", "is not an .xlsx"),
        ("rows.csv", b"\x89PNG\r\n", "is a picture"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_what_it_holds(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert says in refusal_of(path)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    assert "cannot be read" in refusal_of(tmp_path / "rows.csv")
    assert "cannot be read" in refusal_of(tmp_path)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("column", ["name_en", "gwp_total", "gtin", "valid_from", "declared_unit", "standards"])
def test_an_enormous_cell_is_an_error_of_its_row(tmp_path: Path, kind: str, column: str) -> None:
    rows = [good(1), good(2, **{column: "9" * 32_768}), good(3)]
    path = tmp_path / f"rows.{kind}"
    if kind == "csv":
        write_csv(path, rows)
    else:
        content = write_xlsx(path, [good(1), good(2, **{column: "9" * 9}), good(3)]).read_bytes()
        path.write_bytes(changed_member(content, SHEET, b"9" * 9 + b"<", b"9" * 32_768 + b"<"))
    first, second, third = read_rows(path, TODAY)
    assert (first.found, third.found) == ((), ())
    (found,) = second.found
    assert (found.code, second.columns[found.path]) == ("cell-long", column)
    assert all(f"3 ({column})" in words or f"3（{column}）" in words for words in found.message.values())


def test_too_many_rows_and_columns_are_refused() -> None:
    with pytest.raises(InvalidInput, match="row 1 has more than 500 columns"):
        read_csv(b"a" + b"," * 500, "rows.csv")
    with pytest.raises(InvalidInput, match="200,000 rows"):
        read_csv(b"gtin\n" + b"1\n" * 200_001, "rows.csv")


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    whole = write_xlsx(tmp_path / "rows.xlsx", [good(1)]).read_bytes()
    padded = changed_member(whole, SHEET, b"</sheetData>", b"</sheetData>" + b" " * 60_000_000)
    assert len(padded) < 200_000
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(padded)
    assert "unpacks to more than a table needs (xl/worksheets/sheet1.xml)" in refusal_of(path)


def test_a_zip_bomb_of_many_members_is_refused(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(20_000) * 190  # compresses well, but not beyond the ratio
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(zipped({f"xl/media/{at}.xml": noise for at in range(80)}))
    assert "unpacks to more than a table needs" in refusal_of(path)


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    whole = bytearray(write_xlsx(tmp_path / "rows.xlsx", [good(1)]).read_bytes())
    at = whole.rindex(b"PK\x01\x02")
    whole[at + 24 : at + 28] = (10).to_bytes(4, "little")  # unpacked size in the central directory
    path = tmp_path / "lies.xlsx"
    path.write_bytes(whole)
    assert "is damaged" in refusal_of(path)


def test_a_zip_that_is_no_xlsx_or_is_encrypted_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    path.write_bytes(zipped({"word/document.xml": b"<x/>"}))
    assert "not an xlsx" in refusal_of(path)
    whole = bytearray(zipped({"xl/workbook.xml": b"<workbook/>"}))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = whole.index(sign) + place
        whole[at] |= 1
    path.write_bytes(whole)
    assert "protected by a password" in refusal_of(path)


def test_entities_that_would_blow_up_are_refused(tmp_path: Path) -> None:
    whole = write_xlsx(tmp_path / "rows.xlsx", [good(1)]).read_bytes()
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><worksheet '
    path = tmp_path / "laughs.xlsx"
    path.write_bytes(changed_member(whole, SHEET, b"<worksheet ", laughs))
    assert "the sheet is damaged" in refusal_of(path)
    path.write_bytes(changed_member(whole, "xl/workbook.xml", b"<workbook ", laughs.replace(b"sheet ", b"book ", 1)))
    assert "is damaged" in refusal_of(path)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_xlsx_is_read_or_refused_and_nothing_else(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    whole = bytearray(write_xlsx(tmp_path / "rows.xlsx", [good(1), good(2)]).read_bytes())
    for _ in range(draw.randrange(1, 5)):
        whole[draw.randrange(4, len(whole))] = draw.randrange(256)
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(whole)
    with contextlib.suppress(InvalidInput):
        read_rows(path, TODAY)


def test_a_table_that_begins_anywhere_is_found(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    row = good(1, gwp_total=2.5)
    for at, (name, value) in enumerate(row.items()):
        sheet.cell(4, 3 + at, name)
        sheet.cell(6, 3 + at, value)
    book.create_sheet("Notes")["A1"] = "nothing"
    book.save(tmp_path / "rows.xlsx")
    (read,) = read_rows(tmp_path / "rows.xlsx", TODAY)
    assert (read.number, read.raw["gwp_total"], read.reference, read.found) == (6, "2.5", "beam-1", ())


def titled(columns: list[str], rows: list[list[Any]]) -> openpyxl.Workbook:
    """A workbook as companies make them: a cover, then a sheet with a title and headings of several columns."""
    book = openpyxl.Workbook()
    book.active.title = "封面"
    book.active["B2"] = "2026年产品碳足迹 product footprints"
    sheet = book.create_sheet("产品")
    sheet.append(["产品碳足迹清单 list of products"])
    sheet.append([])
    sheet.append(["product", None, None, "footprint"])
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("A3:C3")
    sheet.append(columns)
    for row in rows:
        sheet.append(row)
    for blank in range(60):
        sheet.cell(len(rows) + 5 + blank, len(columns) + 3).number_format = "0.00"
    return book


def test_titles_merged_headings_a_cover_and_trailing_formats_are_no_rows(tmp_path: Path) -> None:
    rows = [good(1), good(2, gwp_total="1,5")]
    chinese = [each.chinese for name in good(1) for each in COLUMNS if each.name == name]
    for number, columns in enumerate(([list(good(1))], [chinese], [list(good(1)), chinese])):
        book = titled(columns[0], [*columns[1:], *(list(row.values()) for row in rows)])
        path = tmp_path / f"rows{number}.xlsx"
        book.save(path)
        first, second = read_rows(path, TODAY)
        assert (first.number, first.reference, first.found) == (4 + len(columns), "beam-1", ())
        (found,) = second.found
        assert f"Cell G{5 + len(columns)} (gwp_total)" in found.message["en"]
        text = tmp_path / f"rows{number}.csv"
        sheet = book["产品"].iter_rows(values_only=True)
        with text.open("w", newline="", encoding="gb18030") as file:
            csv.writer(file).writerows([["" if cell is None else cell for cell in row] for row in sheet])
        assert [(row.raw, row.found) for row in read_rows(text, TODAY)] == [
            (first.raw, ()),
            (second.raw, second.found),
        ]


def test_a_sheet_with_none_of_our_columns_says_what_they_are_called(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["XYZ", "GWP-totals"])
    book.active.append(["Lampe", 5])
    book.save(tmp_path / "rows.xlsx")
    said = refusal_of(tmp_path / "rows.xlsx")
    assert "column A is 'XYZ', which is not known: remove it, or take the names from the template" in said
    assert "column B is 'GWP-totals', which is not known: did you mean 'gwp_total'?" in said


def test_a_hidden_sheet_is_not_the_table_and_another_can_be_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Hidden"
    book.active["A1"] = "nothing"
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("产品")
    for row in (list(good(1)), list(good(1).values())):
        sheet.append(row)
    book.save(tmp_path / "rows.xlsx")
    (read,) = read_rows(tmp_path / "rows.xlsx", TODAY)
    assert read.reference == "beam-1"
    with pytest.raises(InvalidInput, match=r"has no sheet 'Sheet9': it has '产品'"):
        read_rows(tmp_path / "rows.xlsx", TODAY, sheet="Sheet9")


def test_an_empty_sheet_is_a_sentence(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "rows.xlsx")
    assert "Sheet: has no rows" in refusal_of(tmp_path / "rows.xlsx")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((b'r="2"', b'r="1"'), "row 1 is there twice"),
        ((b'<row r="2"', b'<row r="300000"'), "200,000 rows"),
        ((b'r="A2"', b'r="ZZZ2"'), "500 columns"),
    ],
)
def test_a_sheet_that_no_program_writes_is_refused(tmp_path: Path, change: tuple[bytes, bytes], says: str) -> None:
    path = write_xlsx(tmp_path / "rows.xlsx", [good(1)])
    path.write_bytes(changed_member(path.read_bytes(), SHEET, *change))
    assert says in refusal_of(path)


def test_cells_spread_over_millions_are_refused_before_they_are_made(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "gtin"
    book.active.cell(150_000, 400, "far away")
    book.save(tmp_path / "rows.xlsx")
    assert "is spread over more than 10,000,000 cells" in refusal_of(tmp_path / "rows.xlsx")


def test_numbers_are_shown_as_excel_does() -> None:
    shown = {"0.30000000000000004": "0.3", "6.32E-5": "0.0000632", "1.234567890123457E+17": "123456789012346000"}
    assert {number: as_shown(number) for number in shown} == shown
    assert as_shown("-0") == "0"
    assert as_shown("1E999") == "1E999"
    assert as_shown("1e9999999999") == "1e9999999999"
    assert as_shown("9" * 5_000)


def test_the_workbook_is_what_was_counted(tmp_path: Path) -> None:
    content = write_xlsx(tmp_path / "rows.xlsx", [good(1)]).read_bytes()
    assert open_workbook(content, "rows.xlsx").visible == ("Sheet",)
    assert read_xlsx(content, "rows.xlsx").columns == tuple(good(1))


def test_csv_and_xlsx_of_the_same_rows_are_the_same(tmp_path: Path) -> None:
    rows = [good(number) for number in range(20)]
    as_csv = read_rows(write_csv(tmp_path / "rows.csv", rows), TODAY)
    as_xlsx = read_rows(write_xlsx(tmp_path / "rows.xlsx", rows), TODAY)
    assert as_csv == as_xlsx
    assert csv_of(rows)


LINES: list[tuple[bytes, str]] = [
    (b"{", "line-json"),
    (b'{"gwp_total": NaN}', "line-json"),
    (b"[" * 100_000, "line-json"),
    (b"[" * 900 + b"]" * 900, "line-object"),
    (b'"text"', "line-object"),
    (b'{"reference": 5}', "line-object"),
    (b'{"product_name": {"en": "\xff"}}', "line-encoding"),
    (b'{"plant": "' + b"x" * 200_000 + b'"}', "line-long"),
    (b'{"a": "\x00"}', "line-json"),
    (b'{"a": 1} {"b": 2}', "line-json"),
]


@pytest.mark.parametrize(("line", "code"), LINES)
def test_a_bad_line_is_an_error_of_that_line(tmp_path: Path, line: bytes, code: str) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_bytes(b'\xef\xbb\xbf{"reference": "1"}\r\n\n' + line + b'\n{"reference": "2", "owner": "maker"}')
    first, bad, last = read_rows(path, TODAY)
    assert (first.number, first.reference, first.found) == (1, "1", ())
    assert (bad.number, [finding.code for finding in bad.found]) == (3, [code])
    assert (last.number, last.reference, last.owner) == (4, "2", "maker")


@pytest.mark.parametrize("number", ["1e999", "1" * 5_000, "0.1", "-1e-400"])
def test_a_number_in_a_line_keeps_its_digits_or_is_refused(tmp_path: Path, number: str) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_text('{"gwp_total": ' + number + "}\n")
    (row,) = read_rows(path, TODAY)
    assert row.found or str(row.raw["gwp_total"]).lower().replace("+", "") in (number, "inf")
