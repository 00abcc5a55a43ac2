"""A file is there when it is whole; and each row is written as it is."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.verdict import Verdict, VerdictCode
from verifier.bulk import OUTPUT_COLUMNS, VERDICT_COLUMNS, numbered
from verifier.bulk.batch import BatchJudge
from verifier.bulk.files import encode
from verifier.bulk.files.form import Compression, FileProblem, Form, Kind
from verifier.bulk.files.sink import Sink, WholeFile
from verifier.bulk.judging import Judging
from verifier.bulk.snapshot import Snapshot
from verifier.bulk.texts import Texts

_CODES = st.sampled_from(["valid", "unreadable", "not-a-gs1-digital-link"])
_ROWS = st.lists(
    st.tuples(
        _CODES,
        _CODES,
        st.none() | st.from_regex(r"[0-9]{14}", fullmatch=True),
        st.none() | st.integers(0, 2**62),
        st.none() | st.decimals(0, 10**9, places=3).map(str),
        st.none() | st.just("kgCO2e"),
        st.none() | st.just("1.5 square-metre"),
    ),
    max_size=8,
)


def _unreadable(*_: object) -> Verdict:
    return Verdict(verdict=VerdictCode.UNREADABLE, reason="not-a-gs1-digital-link")


NOTHING_HELD = BatchJudge(Snapshot(()), np.empty(0, np.uint8), Judging(_unreadable))


def batch_of(rows: list[tuple]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else [()] * len(VERDICT_COLUMNS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, VERDICT_COLUMNS, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=VERDICT_COLUMNS)


@settings(deadline=None)
@given(_ROWS, st.integers(0, 3), st.integers(1, 2**62) | st.sampled_from([1, 9, 95, 9_999, 99_999_998]))
def test_rows_are_read_back_as_they_were(rows: list[tuple], skipped: int, first: int) -> None:
    verdicts = batch_of(rows).slice(min(skipped, len(rows)))
    batch = numbered(verdicts, first)
    kinds = {field.name: field.type for field in OUTPUT_COLUMNS}
    options = pyarrow.csv.ConvertOptions(column_types=kinds, strings_can_be_null=True)
    csv = pyarrow.csv.read_csv(
        pa.BufferReader(encode.CSV_HEADING + encode.CSV.written(first, verdicts)), convert_options=options
    )
    assert csv.to_pylist() == batch.to_pylist()
    if len(batch):
        schema = pyarrow.json.ParseOptions(explicit_schema=OUTPUT_COLUMNS)
        json = pyarrow.json.read_json(pa.BufferReader(encode.NDJSON.written(first, verdicts)), parse_options=schema)
        assert json.to_pylist() == batch.to_pylist()
    else:
        assert encode.NDJSON.written(first, verdicts) == b""


def test_nothing_is_there_before_the_end(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with WholeFile(str(target)) as file:
        file.write(b"one\n")
        assert not target.exists()
        (partial,) = tmp_path.iterdir()
        assert partial.name.startswith(".out.csv.")
        assert partial.suffix == ".partial"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert target.read_bytes() == b"one\n"


def test_what_was_there_stays_when_something_fails(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")

    def interrupted() -> None:
        with WholeFile(str(target)) as file:
            file.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_link_stays_a_link_and_a_pipe_a_pipe(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "out.csv", tmp_path / "link.csv", tmp_path / "pipe.csv"
    target.write_text("old")
    link.symlink_to(target)
    with WholeFile(str(link)) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with WholeFile(str(pipe)) as file:
        file.write(b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize("kind", [Kind.CSV, Kind.NDJSON, Kind.PARQUET])
def test_a_full_disk_while_writing(kind: Kind) -> None:
    judged = NOTHING_HELD.judged(Texts.joined([b"no label"] * 1000))

    def written() -> None:
        with WholeFile("/dev/full") as file, Sink(file, Form(kind), NOTHING_HELD.snapshot) as sink:
            for _ in range(100):
                sink.write(sink.encode(judged, 1))

    with pytest.raises(OSError, match="No space left"):
        written()


def test_text_is_no_form_of_verdicts(tmp_path: Path) -> None:
    with (
        pytest.raises(FileProblem),
        WholeFile(str(tmp_path / "out")) as file,
        Sink(file, Form(Kind.TEXT), NOTHING_HELD.snapshot),
    ):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "stated", "form"),
    [
        ("a.txt", None, Form(Kind.TEXT)),
        ("A.CSV.GZ", None, Form(Kind.CSV, Compression.GZIP)),
        ("2026-05-01.night.ndjson.zst", None, Form(Kind.NDJSON, Compression.ZSTD)),
        ("a.parquet", None, Form(Kind.PARQUET)),
        ("a.txt.gz", "csv", Form(Kind.CSV, Compression.GZIP)),
        ("-", "jsonl.zst", Form(Kind.NDJSON, Compression.ZSTD)),
        ("no.ending", "text", Form(Kind.TEXT)),
    ],
)
def test_what_a_name_says(name: str, stated: str | None, form: Form) -> None:
    assert Form.of(name, stated) == form


@pytest.mark.parametrize(
    ("name", "stated"), [("a", None), ("a.gz", None), ("-", None), ("a.csv", "x"), ("a.pq.gz", None)]
)
def test_what_no_name_says(name: str, stated: str | None) -> None:
    with pytest.raises(FileProblem):
        Form.of(name, stated)
