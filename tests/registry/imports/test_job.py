"""A bulk registration as a job: what was done and how far it is are one, so nothing is done or counted twice."""

import io
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import openpyxl
import pytest
from sqlalchemy import text
from sqlmodel import select

from registry.database.tables import DeclarationRow
from registry.declarations import life
from registry.imports import job as imports
from registry.imports.batch import Outcome
from registry.imports.job import ImportRequest
from registry.imports.template import template_xlsx
from registry.jobs import files, queue
from registry.jobs.kinds import KINDS
from registry.jobs.queue import LEASE, JobState
from registry.jobs.working import work_once
from registry.records.publish import Published, publish
from registry.registry import OPERATOR, Registry
from tests.registry.imports.tables import csv_of, good, write_xlsx
from tests.registry.imports.test_ilcd import archive, process
from tests.registry.imports.test_openepd import EPD
from tests.registry.imports.test_pact import FOOTPRINT
from tests.world import MAKER, NOW, VERIFICATION, assert_sound, new_registry

pytestmark = pytest.mark.each_database("soak")
Rows = Sequence[Mapping[str, Any]]


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with closing(new_registry(tmp_path / "home")) as made:
        yield made
        assert_sound(made)


def put(registry: Registry, content: bytes, name: str = "rows.csv", **options: Any) -> str:
    request = msgspec.json.encode(ImportRequest(name, **options))
    with registry.database.writing() as session:
        return queue.put(session, imports.KIND, MAKER.id, request, {imports.UPLOAD: content}, NOW).id


def done(registry: Registry, content: bytes, name: str = "rows.csv", **options: Any) -> tuple[dict[str, int], str]:
    """The counts of what a job did that is not nothing, and its id."""
    key = put(registry, content, name, **options)
    assert work_once(registry, KINDS, threading.Event(), lambda: NOW)
    return counts(registry, key), key


def counts(registry: Registry, key: str) -> dict[str, int]:
    with registry.database.reading() as session:
        row = session.get_one(queue.JobRow, key)
        assert (row.state, row.done) == (JobState.DONE, row.total), row.error
        return {str(outcome): count for outcome, count in imports.result_of(row.result).counts.items()}


def result_of(registry: Registry, key: str) -> imports.ImportResult:
    """What came of a job."""
    with registry.database.reading() as session:
        return imports.result_of(session.get_one(queue.JobRow, key).result)


def contents(registry: Registry) -> dict[str, tuple[str, str]]:
    """Each declaration's state and total by its GTIN."""
    with registry.database.reading() as session:
        rows = session.connection().execute(text("select state, content from declaration")).all()
    told = [(row.state, json.loads(row.content)) for row in rows]
    return {declared["gtin"]: (state, declared["gwp_total"]) for state, declared in told}


def test_rows_are_submitted_again_unchanged_and_revised_until_they_are_verified(registry: Registry) -> None:
    rows = [good(1), good(2), good(3, gwp_total="1,5")]
    assert done(registry, csv_of(rows).encode())[0] == {Outcome.SUBMITTED: 2, Outcome.REFUSED: 1}
    assert done(registry, csv_of(rows).encode())[0] == {Outcome.UNCHANGED: 2, Outcome.REFUSED: 1}
    rows[1:] = [good(2, gwp_total="1.8"), good(3, gwp_total="1.5")]
    assert done(registry, csv_of(rows).encode(), dry_run=True)[0] == {
        Outcome.UNCHANGED: 1, Outcome.REVISED: 1, Outcome.SUBMITTED: 1,
    }  # fmt: skip
    assert len(contents(registry)) == 2, "a dry run registers nothing"
    assert done(registry, csv_of(rows).encode())[0] == {
        Outcome.UNCHANGED: 1, Outcome.REVISED: 1, Outcome.SUBMITTED: 1,
    }  # fmt: skip
    assert contents(registry)[good(2)["gtin"]] == ("submitted", "1.8")
    with registry.database.writing() as session:
        for row in session.exec(select(DeclarationRow)).all():
            life.state_verification(session, row, VERIFICATION, OPERATOR, NOW)
    rows[0] = good(1, gwp_total="9")
    counted, key = done(registry, csv_of(rows).encode())
    assert counted == {Outcome.UNCHANGED: 2, Outcome.REFUSED: 1}
    with registry.database.reading() as session:
        (refused,) = imports.result_of(session.get_one(queue.JobRow, key).result).refusals
    assert [finding.code for finding in refused.findings] == ["reference-taken"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_corrected_copy_is_uploaded_as_it_is(registry: Registry, tmp_path: Path, kind: str) -> None:
    rows = [good(1), good(2, gwp_total="1,5"), good(3, gtin="123")]
    path = tmp_path / f"rows.{kind}"
    content = csv_of(rows).encode() if kind == "csv" else write_xlsx(path, rows).read_bytes()
    counted, key = done(registry, content, path.name)
    assert counted == {Outcome.SUBMITTED: 1, Outcome.REFUSED: 2}
    copy = annotated(registry, key)
    if kind == "csv":
        corrected = copy.decode("utf-8-sig").replace("1,5", "1.5").replace(",123,", f",{good(3)['gtin']},").encode()
    else:
        book = openpyxl.load_workbook(io.BytesIO(copy))
        book.worksheets[0]["G3"], book.worksheets[0]["B4"] = "1.5", good(3)["gtin"]
        book.save(path)
        book.close()
        corrected = path.read_bytes()
    counted, key = done(registry, corrected, path.name)
    assert counted == {Outcome.UNCHANGED: 1, Outcome.SUBMITTED: 2}
    assert done(registry, annotated(registry, key), path.name)[0] == {Outcome.UNCHANGED: 3}


def annotated(registry: Registry, key: str) -> bytes:
    """The annotated copy of a job's file."""
    with registry.database.reading() as session:
        return files.read_file(session, key, imports.ANNOTATED)


def test_a_row_that_changed_after_its_declaration_was_taken_up_says_so_and_a_new_reference_is_a_new_one(
    registry: Registry,
) -> None:
    done(registry, csv_of([good(1)]).encode())
    with registry.database.writing() as session:
        (row,) = session.exec(select(DeclarationRow)).all()
        life.state_verification(session, row, VERIFICATION, OPERATOR, NOW)
        key = UUID(row.id)
    (published,) = publish(registry, [key], NOW)
    assert isinstance(published, Published)
    _, job = done(registry, csv_of([good(1, gwp_total="9")]).encode())
    (refused,) = result_of(registry, job).refusals
    (found,) = refused.findings
    assert found.code == "reference-taken"
    assert "is published and stays as it is" in found.message["en"]
    assert "声明已发布，保持不变" in found.message["zh"]
    again = [good(1, gwp_total="9", reference="beam-1 corrected")]
    assert done(registry, csv_of(again).encode())[0] == {Outcome.SUBMITTED: 1}


def test_a_new_version_of_a_document_is_a_declaration_of_its_own(registry: Registry) -> None:
    first, second = (json.dumps([EPD | {"version": version}]).encode() for version in (1, 2))
    assert done(registry, first, "epd.json")[0] == {"submitted": 1}
    assert done(registry, second, "epd.json")[0] == {"submitted": 1}
    assert done(registry, first, "epd.json")[0] == {"unchanged": 1}


def test_the_templates_example_is_not_registered(registry: Registry) -> None:
    counted, key = done(registry, template_xlsx(NOW.date(), "zh"), "template.xlsx")
    assert counted == {Outcome.REFUSED: 1}
    assert result_of(registry, key).errors == {"example": 1}


def test_a_dry_run_finds_what_a_run_would_also_across_batches(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    rows = [good(1), good(2), good(1), good(1, gwp_total="2"), good(4, gtin="123")]
    dry, _ = done(registry, csv_of(rows).encode(), dry_run=True)
    assert contents(registry) == {}
    assert dry == {Outcome.SUBMITTED: 2, Outcome.UNCHANGED: 1, Outcome.REFUSED: 2}
    wet, _ = done(registry, csv_of([*rows[:3], rows[4]]).encode())
    assert wet == {Outcome.SUBMITTED: 2, Outcome.UNCHANGED: 1, Outcome.REFUSED: 1}


@pytest.mark.parametrize("dry_run", [False, True])
def test_one_that_was_killed_in_between_is_finished_as_if_it_had_not_been(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    monkeypatch.setattr(imports, "BATCH", 3)
    rows = [good(number, **({"gwp_total": "x"} if number % 4 == 0 else {})) for number in range(1, 11)]
    key, whole, calls = put(registry, csv_of(rows).encode(), dry_run=dry_run), files.append_piece, 0

    def killed(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        whole(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(files, "append_piece", killed)
        with pytest.raises(KeyboardInterrupt):
            work_once(registry, KINDS, threading.Event(), lambda: NOW)
    assert len(contents(registry)) == (0 if dry_run else 5)
    later = NOW + LEASE + timedelta(seconds=1)
    assert work_once(registry, KINDS, threading.Event(), lambda: later)
    assert counts(registry, key) == {Outcome.SUBMITTED: 8, Outcome.REFUSED: 2}
    assert len(contents(registry)) == (0 if dry_run else 8)
    with registry.database.reading() as session:
        copy = files.read_file(session, key, imports.ANNOTATED).decode("utf-8-sig").splitlines()
        assert not files.has_file(session, key, imports.FINDINGS)
    assert [("refused" in line, "submitted" in line) for line in copy[1:]] == [
        (number % 4 == 0, number % 4 != 0) for number in range(1, 11)
    ]


def test_a_file_that_cannot_be_used_fails_with_a_sentence_and_registers_nothing(registry: Registry) -> None:
    for content, name, said in (
        (csv_of([good(1)]).encode().replace(b"gwp_total", b"gwp_totl"), "a.csv", "did you mean 'gwp_total'?"),
        (b"PK\x03\x04 and so on", "a.xlsx", "is damaged, or not an xlsx"),
        (b'gtin\n"' + b"9" * 400, "a.csv", "a quotation mark is not closed"),
    ):
        key = put(registry, content, name)
        assert work_once(registry, KINDS, threading.Event(), lambda: NOW)
        with registry.database.reading() as session:
            row = session.get_one(queue.JobRow, key)
            assert row.state == JobState.FAILED
            failed = str(queue.why(row))
            assert said in failed
            (found,) = imports.result_of(row.result).unfit
        assert found.message["en"] == f"{failed}."
        assert found.message["zh"].startswith(name)
    assert contents(registry) == {}


def test_an_xlsx_comes_back_as_one(registry: Registry, tmp_path: Path) -> None:
    content = write_xlsx(tmp_path / "a.xlsx", [good(1), good(2, gtin="123")]).read_bytes()
    counted, key = done(registry, content, "a.xlsx")
    assert counted == {Outcome.SUBMITTED: 1, Outcome.REFUSED: 1}
    with registry.database.reading() as session:
        book = openpyxl.load_workbook(io.BytesIO(files.read_file(session, key, imports.ANNOTATED)))
    assert "GTIN" in str(book.worksheets[0]["B3"].comment)
    book.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pact.json", json.dumps({"data": [FOOTPRINT]}).encode()),
        ("epd.json", json.dumps([EPD]).encode()),
        ("epd.zip", archive(process())),
    ],
)
def test_a_file_in_somebody_elses_form_is_registered_once(registry: Registry, name: str, content: bytes) -> None:
    assert done(registry, content, name)[0] == {"submitted": 1}
    assert done(registry, content, name)[0] == {"unchanged": 1}
