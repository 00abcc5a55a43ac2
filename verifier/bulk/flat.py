"""A verdict as one row of a table: the columns of every bulk output."""

import numpy as np
import pyarrow as pa

from schemas.verdict import Verdict
from verifier.bulk.arrow import integers

VERDICT_COLUMNS = pa.schema(
    [
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("gtin", pa.string()),
        pa.field("record", pa.int64()),
        pa.field("footprint", pa.string()),
        pa.field("unit", pa.string()),
        pa.field("per", pa.string()),
    ]
)
"""What is not known is null. ``footprint`` is exact, in decimal; it is in ``unit``, for each ``per``."""

OUTPUT_COLUMNS = VERDICT_COLUMNS.insert(0, pa.field("line", pa.int64(), nullable=False))
"""The same with the number of the input's line or row, counted from 1."""

UNIT = "kgCO2e"

Row = tuple[str, str, str | None, int | None, str | None, str | None, str | None]


def numbered(verdicts: pa.RecordBatch, first: int) -> pa.RecordBatch:
    """The verdicts with their line numbers, the first of which is ``first``."""
    lines = integers(np.arange(first, first + len(verdicts)))
    return pa.RecordBatch.from_arrays([lines, *verdicts.columns], schema=OUTPUT_COLUMNS)


def row_of(verdict: Verdict) -> Row:
    """The row of one verdict."""
    head = (verdict.verdict.value, verdict.reason, verdict.gtin, verdict.record)
    figure = verdict.footprint
    if figure is None:
        return (*head, None, None, None)
    return (*head, str(figure.value), figure.unit, f"{figure.per.amount} {figure.per.unit}")
