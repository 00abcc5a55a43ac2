"""Loading rows: published or submitted, refused with reasons, never twice, whatever happened before."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from registry.declarations.life import DeclarationState
from registry.imports import load as loading
from registry.imports.files import read_rows
from registry.imports.load import load
from registry.imports.report import Report, text_lines, write_csv
from registry.records.publish import Published
from registry.registry import Registry
from schemas.entry import EntryType
from tests.registry.imports.tables import VERIFIED, good
from tests.registry.imports.tables import write_csv as csv_file
from tests.world import MAKER, NOW, RIVAL, assert_sound, entries_of, log_of, new_registry, payload_of, verdict_on

pytestmark = pytest.mark.each_database("soak")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    made = new_registry(tmp_path / "home")
    yield made
    assert_sound(made)
    made.close()


def loaded(registry: Registry, rows: list[dict[str, Any]], publish: bool = True, **options: Any) -> Report:
    path = csv_file(registry.home.path.parent / "rows.csv", rows)
    options = {"member": MAKER.id, "now": NOW} | options
    report = load(registry, read_rows(path, date(2026, 5, 1)), publish=publish, **options)
    assert report.rows == report.published + report.submitted + report.already + report.refused == len(rows)
    assert len(report.refusals) == report.refused
    return report


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.published, report.submitted, report.already, report.refused


def states(registry: Registry) -> dict[str, int]:
    with registry.database.reading() as session:
        found = session.connection().execute(
            text("select state, count(*) as rows_there from declaration group by state")
        )
        return {row.state: row.rows_there for row in found}


def errors(report: Report) -> list[tuple[int, list[str]]]:
    return [(refusal.row, [finding.code for finding in refusal.findings]) for refusal in report.refusals]


def test_verified_rows_are_published_with_a_label_each(registry: Registry) -> None:
    acknowledged: list[Published] = []
    steps: list[tuple[int, int]] = []
    report = loaded(
        registry,
        [good(1, **VERIFIED), good(2, **VERIFIED), good(3)],
        acknowledge=acknowledged.append,
        progress=lambda done, of: steps.append((done, of)),
    )
    assert counts(report) == (2, 1, 0, 0)
    assert states(registry) == {DeclarationState.PUBLISHED: 2, DeclarationState.SUBMITTED: 1}
    assert [verdict_on(registry, done.label).verdict for done in acknowledged] == ["valid", "valid"]
    assert steps == [(3, 3)]


def test_without_publishing_rows_are_submitted_and_say_that_the_statement_was_not_taken(registry: Registry) -> None:
    report = loaded(registry, [good(1, **VERIFIED), good(2)], publish=False)
    assert counts(report) == (0, 2, 0, 0)
    assert report.warnings == {"verification-not-taken": 1}
    assert states(registry) == {DeclarationState.SUBMITTED: 2}
    assert counts(loaded(registry, [good(1, **VERIFIED), good(2)], publish=False)) == (0, 0, 2, 0)
    assert counts(loaded(registry, [good(1, **VERIFIED), good(2)])) == (1, 0, 1, 0)


def test_a_bad_row_stops_no_other_and_leaves_nothing(registry: Registry) -> None:
    rows = [good(1), good(2, gwp_total="1,5", valid_until="2020-01-01"), good(3), good(4, gtin="123"), good(5)]
    report = loaded(registry, rows)
    assert counts(report) == (0, 3, 0, 2)
    assert errors(report) == [(3, ["cell-number", "order"]), (5, ["gtin"])]
    assert states(registry) == {DeclarationState.SUBMITTED: 3}
    assert report.errors == {"cell-number": 1, "order": 1, "gtin": 1}


def test_the_same_file_again_changes_nothing(registry: Registry) -> None:
    rows = [good(1, **VERIFIED), good(2, reference=None, **VERIFIED), good(3, gwp_total="x"), good(4)]
    assert counts(loaded(registry, rows)) == (2, 1, 0, 1)
    before = log_of(registry)
    assert counts(loaded(registry, rows, now=NOW + timedelta(days=3))) == (0, 0, 3, 1)
    assert log_of(registry) == before


def test_a_reference_stands_for_one_declaration(registry: Registry) -> None:
    loaded(registry, [good(1, **VERIFIED)])
    report = loaded(
        registry, [good(1, gwp_total="1.6", **VERIFIED), good(1, reference="new", gwp_total="1.6", **VERIFIED)]
    )
    assert counts(report) == (1, 0, 0, 1)
    assert errors(report) == [(2, ["reference-taken"])]
    versions = [
        payload_of(entry)["credentialSubject"]["declaration"] for entry in entries_of(registry, EntryType.DECLARATION)
    ]
    assert [(version.get("version", 1), version["gwp_total"]) for version in versions] == [(1, "1.7"), (2, "1.6")]


def test_a_row_twice_in_a_file_is_one_declaration(registry: Registry) -> None:
    report = loaded(
        registry, [good(1), good(1), good(1, gwp_total="2"), good(2, reference=None), good(2, reference=None)]
    )
    assert counts(report) == (0, 2, 2, 1)
    assert errors(report) == [(4, ["reference-taken"])]


def test_the_same_reference_of_another_member_is_another_declaration(registry: Registry) -> None:
    rows = [good(1, member=MAKER.id), good(1, member=RIVAL.id, gtin=good(9)["gtin"])]
    assert counts(loaded(registry, rows, member=None)) == (0, 2, 0, 0)


def test_an_owner_has_to_be_a_member(registry: Registry) -> None:
    report = loaded(registry, [good(1, member="nobody"), good(2), good(3, member=MAKER.id)], member=None)
    assert counts(report) == (0, 1, 0, 2)
    assert errors(report) == [(2, ["owner"]), (3, ["required"])]


def test_a_product_of_another_member_is_refused(registry: Registry) -> None:
    loaded(registry, [good(1, **VERIFIED)])
    report = loaded(registry, [good(1, **VERIFIED)], member=RIVAL.id)
    assert errors(report) == [(2, ["gtin-owner"])]


def test_two_members_that_declare_one_product_in_one_file_do_not_both_get_it(registry: Registry) -> None:
    rows = [good(1, member=MAKER.id, **VERIFIED), good(1, member=RIVAL.id, **VERIFIED)]
    report = loaded(registry, rows, member=None)
    assert counts(report) == (1, 0, 0, 1)
    assert errors(report) == [(3, ["gtin-owner"])]
    assert states(registry) == {DeclarationState.PUBLISHED: 1}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verification_body": "rival"}, "verification-body"),
        ({"verification_body": "nobody"}, "verification-body"),
        ({"verification_body": "maker"}, "verification-body"),
        ({"verification_report_sha256": ""}, "verification-report"),
        ({"verification_date": "2024-01-01"}, "verification-date"),
        ({"verification_standard": ""}, "form"),
    ],
)
def test_a_statement_that_is_not_complete_is_refused_where_it_counts(
    registry: Registry, changes: dict[str, str], code: str
) -> None:
    report = loaded(registry, [good(1, **(VERIFIED | changes)), good(2, **VERIFIED)])
    assert counts(report) == (1, 0, 0, 1)
    assert code in errors(report)[0][1]


def test_a_declaration_that_is_not_valid_today_is_not_published(registry: Registry) -> None:
    report = loaded(registry, [good(1, valid_from="2027-01-01", **VERIFIED)])
    assert counts(report) == (0, 0, 0, 1)
    assert errors(report) == [(2, ["not-today"])]
    assert states(registry) == {}


@pytest.mark.parametrize("at", ["_written", "publish"])
def test_a_load_that_breaks_goes_on_where_it_was(registry: Registry, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    rows = [good(number, **VERIFIED) for number in range(10)]
    monkeypatch.setattr(loading, "BATCH", 4)
    calls = 0

    def breaks(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return whole(*arguments)

    whole = getattr(loading, at)
    with monkeypatch.context() as patch:
        patch.setattr(loading, at, breaks)
        with pytest.raises(KeyboardInterrupt):
            loaded(registry, rows)
    assert states(registry)[DeclarationState.PUBLISHED] == 4
    assert counts(loaded(registry, rows)) == (6, 0, 4, 0)
    assert states(registry) == {DeclarationState.PUBLISHED: 10}


def test_html_stays_text_and_control_characters_are_refused(registry: Registry) -> None:
    rows = [good(1, name_en="<script>alert(1)</script>"), good(2, name_en="a\0b"), good(3, name_en="=1+1")]
    report = loaded(registry, rows)
    assert errors(report) == [(3, ["text-control"])]
    with registry.database.reading() as session:
        found = session.connection().execute(text("select content from declaration")).scalars().all()
    assert {json.loads(content)["product_name"]["en"] for content in found} == {"<script>alert(1)</script>", "=1+1"}


def test_lines_of_json_are_loaded_like_rows(registry: Registry) -> None:
    declared = {
        "reference": "line 1", "product_name": {"en": "Steel beam"}, "gtin": good(1)["gtin"],
        "declared_unit": "kilogram", "declared_amount": "1", "boundary": "cradle-to-gate", "gwp_total": "1.7",
        "reference_start": "2025-01-01", "reference_end": "2025-12-31", "valid_from": "2026-03-01",
        "valid_until": "2028-03-01", "standards": ["ISO 14067"],
    }  # fmt: skip
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"product_name": deep}
    lines = [
        declared,
        declared | {"gwp_total": "NaN", "reference": "2"},
        declared | {"reference": "3"} | deep,
        {"x": 1},
    ]
    path = registry.home.path.parent / "rows.ndjson"
    path.write_text("\n".join(map(json.dumps, lines)) + "\nnot json\n")
    report = load(registry, read_rows(path, date(2026, 5, 1)), member=MAKER.id, publish=True, now=NOW)
    assert counts(report) == (0, 1, 0, 4)
    assert [row for row, _ in errors(report)] == [2, 3, 4, 5]


def test_the_report_names_row_column_and_fix_in_both_languages_and_is_safe_to_open(registry: Registry) -> None:
    rows = [good(1, reference="=cmd|' /C calc'!A0", name_en="-1\x1b[31m", gwp_total="1,5"), good(2)]
    report = loaded(registry, rows)
    file = io.StringIO(newline="")
    write_csv(report, file)
    file.seek(0)
    lines = list(csv.DictReader(file))
    first = lines[0]
    assert (first["row"], first["code"], first["column"], first["path"]) == (
        "2",
        "cell-number",
        "gwp_total",
        "$.gwp_total",
    )
    assert (
        first["en"]
        == "Cell G2 (gwp_total) is '1,5': write a number with a decimal point and nothing else, such as 1234.5."
    )
    assert first["zh"].endswith("请只写数字和小数点，例如1234.5。")
    assert all(line["reference"] == "'=cmd|' /C calc'!A0" for line in lines)
    assert all(line["product"] == "'-1\\x1b[31m" for line in lines)
    assert {line["code"] for line in lines} >= {"text-control"}


def test_the_report_as_text_says_the_counts_first_and_escapes(registry: Registry) -> None:
    report = loaded(registry, [good(1, reference="a\x1b]0;b", gwp_total="1,5"), good(2)])
    english, chinese = list(text_lines(report)), list(text_lines(report, "zh"))
    assert english[0] == "2 rows: 0 published, 1 submitted, 0 there already, 1 refused."
    assert chinese[0] == "共2行：已发布0，已提交1，此前已有0，被拒1。"
    assert english[1] == "Errors by code: cell-number 1"
    assert any(line.startswith(r"row 2 a\x1b]0;b: Cell G2 (gwp_total)") for line in english)
    assert all(line.isprintable() for line in (*english, *chinese))
