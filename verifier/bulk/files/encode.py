"""Rows of verdicts as CSV and as NDJSON, without a Python object for each.

No value needs a quotation mark or an escape: they are codes, digits, and numbers with units.
"""

import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from verifier.bulk.flat import OUTPUT_COLUMNS

CSV_HEADING = (",".join(OUTPUT_COLUMNS.names) + "\n").encode()
_PLAIN = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none", batch_size=1 << 16)


def as_csv(batch: pa.RecordBatch) -> bytes:
    """A line for each row. What is null is empty. Raises ``ArrowInvalid`` for a value that would need quoting."""
    lines = io.BytesIO()
    pyarrow.csv.write_csv(batch, lines, _PLAIN)
    return lines.getvalue()


def as_ndjson(batch: pa.RecordBatch) -> bytes:
    """An object a line for each row."""
    pieces: list[object] = []
    before = "{"
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        text = pa.types.is_string(column.type)
        if text and column.null_count:
            column = pc.fill_null(pc.binary_join_element_wise('"', column, '"', ""), "null")
            text = False
        pieces += [f'{before}"{name}":' + '"' * text, pc.fill_null(pc.cast(column, pa.string()), "null")]
        before = '"' * text + ","
    lines = pc.binary_join_element_wise(*pieces, before[:-1] + "}\n", "")
    _, offsets, data = lines.buffers()
    return b"" if not len(lines) else data.to_pybytes()[: int.from_bytes(offsets[-4:].to_pybytes(), "little")]
