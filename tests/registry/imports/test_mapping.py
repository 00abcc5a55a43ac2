"""Our template: what a sheet's cells become, and that nothing is guessed."""

import datetime as dt
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.errors import InvalidInput
from registry.imports.columns import COLUMNS, EXAMPLE_REFERENCES, column_named, table
from registry.imports.files import read_rows
from registry.imports.row import Row
from registry.imports.template import template_csv
from schemas.declaration import StageCode
from schemas.findings import findings
from schemas.reading import read_declaration
from tests.registry.imports.tables import codes_of, csv_of, good, path_of, write_csv, write_xlsx
from tests.world import gtin

TODAY = dt.date(2026, 5, 1)
DOCUMENT = Path(__file__).parents[3] / "docs/import.md"


def only_row(path: Path) -> Row:
    (row,) = read_rows(path, TODAY)
    return row


def test_the_document_has_the_table_of_the_code() -> None:
    assert table() in DOCUMENT.read_text(encoding="utf-8")


def test_the_templates_own_example_has_no_error(tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    content = template_csv(date(2026, 11, 22)).decode()
    path.write_text(content.replace(EXAMPLE_REFERENCES["en"], "LAMP-1"), encoding="utf-8")
    row = only_row(path)
    assert row.found == ()
    declaration, found = read_declaration(row.raw)
    assert found == []
    assert declaration is not None
    assert {finding.code for finding in findings(declaration)} == {"required"}  # the owner, whom load sets
    assert [stage.code for stage in declaration.stages] == [StageCode.RAW_MATERIAL, StageCode.PRODUCTION, StageCode.USE]


def test_every_column_is_known_by_both_names() -> None:
    for column in COLUMNS:
        assert column_named(column.name) is column
        assert column_named(f" {column.chinese} ") is column
        assert column_named(column.name.upper().replace("_", " ")) is column
    assert column_named("stage:A1-A3") == column_named("阶段：a1-a3")
    assert column_named("阶段：原材料") == column_named("Stage: raw-material")
    assert column_named("stage:packaging") is None


def test_chinese_and_english_headers_give_the_same_row(tmp_path: Path) -> None:
    chinese = {column.name: column.chinese for column in COLUMNS}
    english = write_csv(tmp_path / "en.csv", [good(1, name_zh="钢梁")])
    row = {chinese[name]: value for name, value in good(1, name_zh="钢梁").items()}
    row |= {"声明单位": "千克", "系统边界": "摇篮到大门"}
    other = write_csv(tmp_path / "zh.csv", [row], encoding="gb18030")
    assert only_row(english).raw == only_row(other).raw


def test_an_unknown_column_is_an_error_that_names_the_nearest(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv", [good(1, gwp_totl="1", colour="red")])
    with pytest.raises(InvalidInput) as refused:
        read_rows(path, TODAY)
    assert "'gwp_totl', which is not known: did you mean 'gwp_total'?" in str(refused.value)
    assert "'colour'" in str(refused.value)


def test_a_column_without_a_name_or_given_twice_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("gtin,,GTIN\n1,lost,2\n")
    with pytest.raises(InvalidInput, match=r"column B has no name.*column C is 'GTIN' a second time"):
        read_rows(path, TODAY)
    path.write_text("gtin\n1,lost\n")
    with pytest.raises(InvalidInput, match="to the right of the last column"):
        read_rows(path, TODAY)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("gwp_total", "1,234.5", "cell-number"),
        ("gwp_total", "1 234,5", "cell-number"),
        ("gwp_total", "12%", "cell-number"),
        ("gwp_total", "1.2 kg", "cell-number"),
        ("gwp_total", "１２", "cell-number"),
        ("valid_from", "31/01/2026", "cell-date"),
        ("valid_from", "2026-02-30", "cell-date"),
        ("valid_from", "2026", "cell-date"),
        ("gwp_total", "１２．５", "cell-number"),
        ("valid_from", "２０２６-０１-３１", "cell-date"),
        ("gtin", "9.52123E+12", "cell-key"),
        ("declared_unit", "box", "cell-choice"),
        ("boundary", "to the gate", "cell-choice"),
    ],
)
def test_a_cell_of_another_form_is_an_error_of_its_row(tmp_path: Path, column: str, value: str, code: str) -> None:
    rows = read_rows(write_csv(tmp_path / "rows.csv", [good(1, **{column: value}), good(2)]), TODAY)
    assert [codes_of(row) for row in rows] == [{path_of(column): code}, {}]
    (finding,) = rows[0].found
    assert column in finding.message["en"]
    assert column in finding.message["zh"]
    assert rows[0].columns[finding.path] == column


@pytest.mark.parametrize("value", ["NaN", "1e999", "-inf", "1e-300", "9" * 400])
def test_a_number_that_is_none_is_left_to_the_rules_which_refuse_it(tmp_path: Path, value: str) -> None:
    row = only_row(write_csv(tmp_path / "rows.csv", [good(1, gwp_total=value)]))
    declaration, found = read_declaration(row.raw)
    found = found if declaration is None else findings(declaration)
    assert "$.gwp_total" in {finding.path for finding in found}


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-03-01", "2026-03-01"),
        ("2026/3/1", "2026-03-01"),
        ("2026年3月1日", "2026-03-01"),
        ("2026.03.01", "2026-03-01"),
    ],
)
def test_a_date_with_the_year_first_is_read(tmp_path: Path, value: str, day: str) -> None:
    assert only_row(write_csv(tmp_path / "rows.csv", [good(1, valid_from=value)])).raw["valid_from"] == day


def test_what_looks_like_a_formula_or_html_in_a_csv_is_text(tmp_path: Path) -> None:
    for name in ("=1+1", "+SUM(A1)", "@cmd", "-2", "<script>alert(1)</script>", 'a "b"\nc'):
        row = only_row(write_csv(tmp_path / "rows.csv", [good(1, name_en=name)]))
        assert row.raw["product_name"] == {"en": name}
        assert row.found == ()


def test_lists_are_separated_by_semicolons_of_either_width(tmp_path: Path) -> None:
    row = only_row(write_csv(tmp_path / "rows.csv", [good(1, target_markets="CN; EU；JP;")]))
    assert row.raw["target_markets"] == ["CN", "EU", "JP"]


@pytest.mark.parametrize(
    ("column", "value", "number_format", "expected"),
    [
        ("gwp_total", 0.1 + 0.2, "General", "0.3"),
        ("gwp_total", 1041.66666666667, "0.0", "1041.66666666667"),
        ("gwp_total", 1e-7, "General", "0.0000001"),
        ("gwp_total", 21, "General", "21"),
        ("gwp_total", "21.40", "General", "21.40"),
        ("gtin", 9521234567892, "General", "9521234567892"),
        ("valid_from", dt.date(2026, 3, 1), "yyyy-mm-dd", "2026-03-01"),
        ("valid_from", dt.datetime.fromisoformat("2026-03-01T13:30"), "dd.mm.yyyy hh:mm", "2026-03-01"),
        ("valid_from", 46082, "General", "2026-03-01"),
        ("reference", 17, "General", "17"),
    ],
)
def test_a_cell_of_an_xlsx_is_what_excel_shows(
    tmp_path: Path, column: str, value: Any, number_format: str, expected: str
) -> None:
    path = write_xlsx(tmp_path / "rows.xlsx", [good(1, **{column: value})], {column: number_format})
    row = only_row(path)
    assert row.found == ()
    assert (row.reference if column == "reference" else row.raw[column]) == expected


@pytest.mark.parametrize(
    ("column", "value", "number_format", "code"),
    [
        ("gwp_total", "=1+1", "General", "formula"),
        ("name_en", '=HYPERLINK("http://x")', "General", "formula"),
        ("gwp_total", "#N/A", "General", "formula"),
        ("primary_data_share", 0.12, "0%", "cell-number"),
        ("gwp_total", dt.date(2026, 3, 1), "d-mmm", "cell-number"),
        ("name_en", dt.date(2026, 3, 1), "d-mmm", "cell-text"),
        ("gtin", 52123456, "General", None),
        ("gtin", 5212345678, "General", "cell-key"),
        ("valid_from", 2026, "General", "cell-date"),
    ],
)
def test_a_cell_of_an_xlsx_that_lost_its_meaning_is_an_error_of_its_row(
    tmp_path: Path, column: str, value: Any, number_format: str, code: str | None
) -> None:
    path = write_xlsx(tmp_path / "rows.xlsx", [good(1, **{column: value}), good(2)], {column: number_format})
    rows = read_rows(path, TODAY)
    wanted = {} if code is None else {path_of(column): code}
    assert codes_of(rows[0]) == wanted
    if code is not None:
        assert "2 (" in rows[0].found[0].message["en"]  # the cell's address: row 2


def test_rows_keep_the_numbers_that_the_program_shows(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("\n\n" + csv_of([good(1)]) + "\r\n,,\r\n" + csv_of([good(2)]).split("\r\n")[1] + "\r\n")
    assert [row.number for row in read_rows(path, TODAY)] == [4, 7]


def test_gtins_of_all_lengths_stay_text(tmp_path: Path) -> None:
    row = only_row(write_xlsx(tmp_path / "rows.xlsx", [good(1, gtin=gtin(1))]))
    assert row.raw["gtin"] == gtin(1)
    assert str(row.raw["gtin"]).startswith("0")
