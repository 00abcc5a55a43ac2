"""Reads the lines of a file and writes as many rows, with the libraries that ``verify-batch`` uses, and judges nothing:
``python -m tests.bench.copying INPUT OUTPUT``."""

import io
import os
import sys

import pyarrow as pa
import pyarrow.csv

from verifier.bulk import VERDICT_COLUMNS, in_order, numbered
from verifier.bulk.files.blocks import BLOCK
from verifier.bulk.files.form import Form
from verifier.bulk.files.lines import text_parts
from verifier.bulk.files.sink import WholeFile
from verifier.bulk.files.source import Source
from verifier.bulk.files.verify import Part
from verifier.bulk.process import settle

_ROW = ("valid", "active", "09520000000004", 1_234_567, "12.345", "kgCO2e", "1 kilogram")
_MOST = 200_000
_PLAIN = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none", batch_size=1 << 16)


def main(source_name: str, target_name: str) -> None:
    """Copies one file."""
    columns = [pa.array([value] * _MOST, field.type) for value, field in zip(_ROW, VERDICT_COLUMNS, strict=True)]
    rows = pa.RecordBatch.from_arrays(columns, schema=VERDICT_COLUMNS)

    def copied(part: Part) -> bytes:
        lines = io.BytesIO()
        pyarrow.csv.write_csv(numbered(rows.slice(0, len(part())), 1), lines, _PLAIN)
        return lines.getvalue()

    settle()
    with Source(source_name, Form.of(source_name, None).compression) as source, WholeFile(target_name) as file:
        for encoded in in_order(copied, text_parts(source, BLOCK), os.cpu_count() or 1):
            file.write(encoded)


if __name__ == "__main__":
    main(*sys.argv[1:])
