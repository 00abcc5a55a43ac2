"""The templates: what they offer is what is read, in both languages, because both follow from one table."""

import io
from pathlib import Path, PurePath

import openpyxl
import pytest

from registry.imports.columns import COLUMNS, Form, column_named, folded
from registry.imports.explained import SAYS_ZH
from registry.imports.files import rows_of
from registry.imports.template import choices, template_columns, template_csv, template_xlsx
from schemas.findings import Severity, findings
from schemas.reading import read_declaration
from tests.registry.imports.tables import good
from tests.world import NOW

TODAY = NOW.date()
NAMES = {"en": "reference", "zh": "编号"}
languages = pytest.mark.parametrize("language", ["en", "zh"])


@languages
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_its_example_is_a_declaration_without_a_mistake_that_nobody_registers(kind: str, language: str) -> None:
    content = template_xlsx(TODAY, language) if kind == "xlsx" else template_csv(TODAY, language)
    (row,) = rows_of(content, PurePath(f"template.{kind}"), TODAY)
    assert [(one.code, row.columns[one.path]) for one in row.found] == [("example", NAMES[language])]
    declaration, found = read_declaration(row.raw | {"owner": "maker"})
    assert declaration is not None, found
    assert [finding for finding in findings(declaration) if finding.severity is Severity.ERROR] == []
    assert declaration.gtin == "09521234567899"


@languages
def test_whoever_fills_it_in_is_read(language: str, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_xlsx(TODAY, language)))
    sheet = book.worksheets[0]
    for at, column in enumerate(template_columns(), 1):
        sheet.cell(2, at).value = good(1).get(column.name, "")
        if column.form is Form.CHOICE and sheet.cell(2, at).value:
            sheet.cell(2, at).value = choices(column, language)[0]
    book.save(tmp_path / "filled.xlsx")
    book.close()
    (row,) = rows_of((tmp_path / "filled.xlsx").read_bytes(), PurePath("filled.xlsx"), TODAY)
    assert (row.found, row.reference, row.raw["gtin"]) == ((), good(1)["reference"], good(1)["gtin"])
    assert row.raw["declared_unit"] == "kilogram"


@languages
def test_every_choice_that_is_offered_is_read_and_every_column_explained(language: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_xlsx(TODAY, language)))
    sheet, about = book.worksheets
    assert sheet["A2"].font.i, "it looks like an example"
    assert sheet["A3"].font.i in (None, False)
    offered = {str(rule.sqref).partition(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    for at, column in enumerate(template_columns(), 1):
        head = sheet.cell(1, at)
        assert column_named(str(head.value)) == column
        assert head.comment is not None
        assert column.says in head.comment.text
        assert column.says_zh in head.comment.text
        if column.form is Form.CHOICE:
            words = offered[sheet.cell(2, at).coordinate].strip('"').split(",")
            assert {column.values[folded(word)] for word in words} == set(column.values.values())
    assert [cell.value for cell in about["A"]][1:] == [*(column.name for column in template_columns()), "stage:..."]
    needed = {str(row[0].value) for row in about.iter_rows(min_row=2) if row[2].value}
    assert needed == {"name_en", "name_zh", "gtin", "gln"} | {
        "declared_unit", "declared_amount", "boundary", "gwp_total", "standards",
        "reference_start", "reference_end", "valid_from", "valid_until",
    }  # fmt: skip
    for row in about.iter_rows():
        height = about.row_dimensions[row[0].row].height
        for cell in row:
            width = about.column_dimensions[cell.column_letter].width
            assert cell.alignment.wrap_text
            assert height >= 15 * -(-_shown(cell.value) // width), "all of it is seen"
    held = sheet.column_dimensions.values()
    widths = {at: each.width for each in held for at in range(each.min, each.max + 1)}
    for at, column in enumerate(template_columns(), 1):
        assert widths[at] >= max(_shown(sheet.cell(row, at).value) for row in (1, 2)), column.name
    book.close()


def _shown(text: object) -> int:
    """Characters of a column that a text takes: a Chinese one takes two."""
    return sum(2 if each > "⺀" else 1 for each in str(text or ""))


def test_every_column_is_explained_in_chinese() -> None:
    assert SAYS_ZH.keys() == {column.name for column in COLUMNS}
