"""Files judged in this process, and read back."""

import gzip
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet

from verifier import Verifier
from verifier.bulk import OUTPUT_COLUMNS
from verifier.bulk.files.verify import Job, verify_file
from verifier.bulk.flat import row_of

Asked = tuple[str, str | None]


def judged(verifier: Verifier, source: Path, target: Path | None = None, **job: str | None) -> list[tuple]:
    """The rows that a file's verdicts have, without their numbers, which must be right."""
    target = target or source.with_name("out.csv")
    verify_file(verifier, Job.of(str(source), str(target), **job))
    table = read_back(target)
    assert table.column("line").to_pylist() == list(range(1, len(table) + 1))
    return [tuple(row.values())[1:] for row in table.to_pylist()]


def read_back(target: Path) -> pa.Table:
    """A file of verdicts, as a stranger reads it."""
    name = target.name
    if name.endswith(".parquet"):
        return pyarrow.parquet.read_table(target)
    data = target.read_bytes()
    if name.endswith(".gz"):
        data = gzip.decompress(data)
    if name.endswith(".zst"):
        data = pa.CompressedInputStream(pa.BufferReader(data), "zstd").read()
    if ".csv" in name:
        kinds = {field.name: field.type for field in OUTPUT_COLUMNS}
        options = pyarrow.csv.ConvertOptions(column_types=kinds, strings_can_be_null=True)
        return pyarrow.csv.read_csv(pa.BufferReader(data), convert_options=options)
    if not data:
        return OUTPUT_COLUMNS.empty_table()
    options = pyarrow.json.ParseOptions(explicit_schema=OUTPUT_COLUMNS)
    return pyarrow.json.read_json(pa.BufferReader(data), parse_options=options)


def one_by_one(verifier: Verifier, asked: Sequence[Asked]) -> list[tuple]:
    """The rows of ``judge``'s verdicts; it is asked once about each label."""
    return [_row(verifier, text, expect) for text, expect in asked]


@cache
def _row(verifier: Verifier, text: str, expect: str | None) -> tuple:
    return row_of(verifier.verify(text, expect))
