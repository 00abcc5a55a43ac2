"""Reads the lines of a file and writes as many rows, with what ``verify-batch`` does both with, and judges nothing:
``python -m tests.bench.copying INPUT OUTPUT``."""

import os
import sys

import pyarrow as pa

from verifier.bulk import in_order
from verifier.bulk.files.blocks import BLOCK
from verifier.bulk.files.form import Form
from verifier.bulk.files.lines import text_parts
from verifier.bulk.files.sink import Encoded, Sink, WholeFile
from verifier.bulk.files.source import Source
from verifier.bulk.files.verify import Part
from verifier.bulk.flat import VERDICT_COLUMNS

_ROW = ("valid", "active", "09520000000004", 1_234_567, "12.345", "kgCO2e", "1 kilogram")
_MOST = 200_000


def main(source_name: str, target_name: str) -> None:
    """Copies one file."""
    columns = [pa.array([value] * _MOST, field.type) for value, field in zip(_ROW, VERDICT_COLUMNS, strict=True)]
    rows = pa.RecordBatch.from_arrays(columns, schema=VERDICT_COLUMNS)
    source_form, target_form = Form.of(source_name, None), Form.of(target_name, None)
    with (
        Source(source_name, source_form.compression) as source,
        WholeFile(target_name) as file,
        Sink(file, target_form) as sink,
    ):

        def copied(part: Part) -> Encoded:
            return sink.encode(numbered(rows.slice(0, len(part())), 1))

        for encoded in in_order(copied, text_parts(source, BLOCK), os.cpu_count() or 1):
            sink.write(encoded)


if __name__ == "__main__":
    main(*sys.argv[1:])
