"""Artwork for many labels: of one's own records in force, each once minted, with file names that lead nobody astray."""

import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pypdfium2
import pytest
import zxingcpp
from sqlmodel import select

from registry.database.tables import RecordRow
from registry.errors import InvalidInput
from registry.jobs import files, queue
from registry.jobs.kinds import KINDS
from registry.jobs.queue import JobState
from registry.jobs.working import work_once
from registry.labels.bulk import ARTWORK, KIND, LabelsWanted
from registry.registry import Registry
from schemas.entry import EntryType, StatusEvent
from schemas.findings import Finding
from schemas.gs1 import Gs1Path
from tests.registry.labels.artwork_samples import rasterise, read
from tests.world import MAKER, NOW, RIVAL, assert_sound, change, entries_of, gtin, new_registry, published, verdict_on


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with closing(new_registry(tmp_path_factory.mktemp("bulk") / "home")) as made:
        published(made, 5)
        records = published(made, 1)  # product 0 again: the second supersedes the first
        change(made, records[0].record, StatusEvent.SUSPENDED)
        yield made
        assert_sound(made)


def drawn(registry: Registry, member: str = MAKER.id, now: datetime = NOW, **wanted: Any) -> str:
    """A job that has ended: its id."""
    request = msgspec.json.encode(LabelsWanted(**wanted))
    with registry.database.writing() as session:
        key = queue.put(session, KIND, member, request, {}, NOW).id
    assert work_once(registry, KINDS, threading.Event(), lambda: now)
    return key


def done(registry: Registry, member: str = MAKER.id, now: datetime = NOW, **wanted: Any) -> tuple[str, bytes | str]:
    """How a job ended, and its file, or what was wrong."""
    key = drawn(registry, member, now, **wanted)
    with registry.database.reading() as session:
        row = session.get_one(queue.JobRow, key)
        return row.state, str(queue.why(row) or "") or files.read_file(session, key, ARTWORK)


def test_all_that_stand_are_on_the_sheets_and_scan_as_valid(registry: Registry) -> None:
    state, content = done(registry, sheet="avery-l7160", skip=19)
    assert state == JobState.DONE
    document = pypdfium2.PdfDocument(content)
    pages = [zxingcpp.read_barcodes(page.render(scale=300 / 72, grayscale=True).to_numpy()) for page in document]
    document.close()
    assert [len(page) for page in pages] == [2, 2]
    verdicts = [verdict_on(registry, code.text) for page in pages for code in page]
    assert {(verdict.verdict, verdict.gtin) for verdict in verdicts} == {("valid", gtin(at)) for at in (1, 2, 3, 4)}


def test_a_set_is_minted_once_and_its_files_have_harmless_names(registry: Registry) -> None:
    tricks = ("../../etc/x", "%2e", "..", "C:x")
    paths = [Gs1Path.of(gtin=gtin(1), lot="L/1", serial=serial).text for serial in tricks]
    for _ in range(2):
        state, content = done(registry, paths=tuple(paths), form="svg", language="zh")
        assert state == JobState.DONE, content
    assert isinstance(content, bytes)
    assert len(entries_of(registry, EntryType.LABELS)) == 1
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.namelist() == [
        f"{gtin(1)}-L%2F1-{name}.svg" for name in ("%2E%2E%2F%2E%2E%2Fetc%2Fx", "%252e", "%2E%2E", "C%3Ax")
    ]
    label = read(rasterise(archive.read(archive.namelist()[0]).decode()))
    assert label is not None
    assert verdict_on(registry, label).serial == "../../etc/x"


def test_what_is_not_one_s_own_or_does_not_stand_is_refused(registry: Registry) -> None:
    for member, number in ((RIVAL.id, 1), (MAKER.id, 0), (MAKER.id, 99)):
        for lot in (None, "1"):
            state, said = done(registry, member, paths=(Gs1Path.of(gtin=gtin(number), lot=lot).text,))
            assert (state, "has no record in force" in str(said)) == (JobState.FAILED, True), said
    assert "publish a declaration first" in str(done(registry, RIVAL.id)[1])
    assert "Choose the variant “code only” or roll 50 x" in str(done(registry, sheet="roll-40x25")[1])


def test_every_label_that_is_refused_is_told_of_and_none_is_minted(registry: Registry) -> None:
    labels = len(entries_of(registry, EntryType.LABELS))
    paths = [Gs1Path.of(gtin=gtin(number), lot="9").text for number in (2, 99, 0)]
    key = drawn(registry, paths=tuple(paths))
    with registry.database.reading() as session:
        row = session.get_one(queue.JobRow, key)
        findings, failed = msgspec.json.decode(row.result, type=list[Finding]), queue.why(row)
    assert [finding.path for finding in findings] == ["$.paths[1]", "$.paths[2]"]
    assert all(path in finding.message["zh"] for path, finding in zip(paths[1:], findings, strict=True))
    assert str(failed).endswith("(and 1 more)")
    assert len(entries_of(registry, EntryType.LABELS)) == labels


def test_labels_of_what_has_expired_are_not_drawn(registry: Registry) -> None:
    with registry.database.reading() as session:
        last = session.exec(select(RecordRow).where(RecordRow.key_path == f"/01/{gtin(1)}")).one().expires
    path, today = f"/01/{gtin(1)}", datetime.combine(last, NOW.timetz())
    assert done(registry, now=today, paths=(path,))[0] == JobState.DONE
    state, said = done(registry, now=today + timedelta(days=1), paths=(path,))
    assert (state, "no record in force" in str(said)) == (JobState.FAILED, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sheet": "a4"},
        {"skip": 21},
        {"skip": -1},
        {"language": "de"},
        {"paths": ("x",)},
        {"paths": ("/01/1",) * 10_001},
    ],
)
def test_what_cannot_be_wanted_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        LabelsWanted(**wrong).checked()
