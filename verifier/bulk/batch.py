"""The batch function: columns of labels in, columns of verdicts out. Each verdict is the one that ``judge`` gives.

1. A text that is, to the last byte, a label of the bundle has that label's outcome at the moment of judging.
2. A label for another product than expected is worsened to a mismatch.
3. Every other text goes to ``judge``.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.declaration import DeclaredUnit
from schemas.shard import Shard
from verifier.bulk.arrow import flags, integers, strings
from verifier.bulk.flat import UNIT, VERDICT_COLUMNS, Row
from verifier.bulk.judging import Judging
from verifier.bulk.labels import lay_out
from verifier.bulk.match import Matcher
from verifier.bulk.standing import IN_THE_FUTURE, KEY_UNKNOWN, OTHER_PRODUCT, OUTCOMES, UNDECIDED, Outcomes
from verifier.bulk.texts import Places, Texts
from verifier.judge import other_product

_VERDICTS = strings([verdict.value for verdict, _ in OUTCOMES])
_REASONS = strings([reason for _, reason in OUTCOMES])
_BY_REASON = {reason: number for number, (_, reason) in enumerate(OUTCOMES)}


class Snapshot:
    """The labels of a bundle, laid out for comparison. Threads may share it."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        self.labels = lay_out(shards)
        self.matcher = Matcher(self.labels)
        units = strings(["", *(f" {unit}" for unit in DeclaredUnit)])
        joined = pc.binary_join_element_wise(self.labels.amounts, units.take(integers(self.labels.units)), "")
        self.per = joined.dictionary_encode()


class BatchJudge:
    """Judges whole columns by a snapshot and the outcome of each of its rows. Threads may share it."""

    def __init__(self, snapshot: Snapshot, outcomes: Outcomes, judging: Judging) -> None:
        self._snapshot = snapshot
        self._outcomes = outcomes
        self._judging = judging

    def verdicts(self, texts: Texts, expect: pa.Array | None = None) -> pa.RecordBatch:
        """One row for each text, in order (``flat.VERDICT_COLUMNS``). ``expect``: GTINs or GLNs; null expects none."""
        rows = self._snapshot.matcher.rows(texts)
        outcomes = np.where(rows >= 0, self._outcomes[rows] if len(self._outcomes) else UNDECIDED, UNDECIDED)
        if expect is not None and expect.null_count < len(expect):
            outcomes = self._with_expectations(outcomes, rows, expect)
        columns = self._columns(rows, outcomes)
        undecided = np.flatnonzero(outcomes == UNDECIDED)
        if len(undecided):
            columns = _overlaid(columns, outcomes == UNDECIDED, self._judged(texts, expect, undecided))
        return pa.RecordBatch.from_arrays(columns, schema=VERDICT_COLUMNS)

    def _with_expectations(self, outcomes: Outcomes, rows: Places, expect: pa.Array) -> Outcomes:
        """Worse where a label is for another product. Nearly all expectations are the label's very own GTIN, or that
        without leading zeros; the others are read one by one, as ``judge`` reads them."""
        labels, result = self._snapshot.labels, outcomes.copy()
        expect = expect.cast(pa.string()) if not pa.types.is_string(expect.type) else expect
        gtins = labels.gtins.take(integers(rows, rows >= 0))
        padded = pc.utf8_lpad(expect, 14, "0")
        same = pc.and_(pc.equal(padded, gtins), pc.is_in(pc.utf8_length(expect), _GTIN_LENGTHS))
        doubtful = ~pc.fill_null(same, False).to_numpy(zero_copy_only=False)
        doubtful &= expect.is_valid().to_numpy(zero_copy_only=False) & (outcomes < OTHER_PRODUCT)
        for position in np.flatnonzero(doubtful):
            reason = other_product(labels.path(rows[position]), expect[int(position)].as_py())
            if reason is not None:
                result[position] = _BY_REASON[reason]
        return result

    def _columns(self, rows: Places, outcomes: Outcomes) -> list[pa.Array]:
        labels, decided = self._snapshot.labels, outcomes != UNDECIDED
        said = integers(np.where(decided, outcomes, np.uint8(0)))
        whose, stated = integers(rows, decided), integers(rows, outcomes < IN_THE_FUTURE)
        records = integers(labels.records[rows] if len(labels) else rows, outcomes < KEY_UNKNOWN)
        footprints = labels.footprints.take(stated)
        units = pc.if_else(footprints.is_valid(), UNIT, pa.scalar(None, pa.string()))
        per = self._snapshot.per.take(stated).dictionary_decode()
        gtins = labels.gtins.take(whose)
        return [_VERDICTS.take(said), _REASONS.take(said), gtins, records, footprints, units, per]

    def _judged(self, texts: Texts, expect: pa.Array | None, positions: Places) -> list[Row]:
        wanted = [None] * len(positions) if expect is None else expect.take(integers(positions)).to_pylist()
        scanned = (texts.at(position).decode(errors="replace") for position in positions)
        return self._judging.rows(list(zip(scanned, wanted, strict=True)))


_GTIN_LENGTHS = integers(np.array([8, 12, 13, 14], np.int32))


def _overlaid(columns: list[pa.Array], where: npt.NDArray[np.bool_], rows: list[Row]) -> list[pa.Array]:
    mask = flags(where)
    values = zip(*rows, strict=True)
    return [
        pc.replace_with_mask(column, mask, _numbers(value) if pa.types.is_integer(column.type) else strings(value))
        for column, value in zip(columns, values, strict=True)
    ]


def _numbers(values: Sequence[int | None]) -> pa.Array:
    known = np.array([value is not None for value in values])
    return integers(np.array([value or 0 for value in values], np.int64), known)
