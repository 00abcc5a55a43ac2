"""The batch function: columns of labels in, columns of verdicts out. Each verdict is the one that ``judge`` gives.

1. A text that is, to the last byte, a label of the bundle has that label's outcome at the moment of judging.
2. A label for another product than expected is worsened to a mismatch.
3. Every other text goes to ``judge``.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from verifier.bulk.arrow import integers
from verifier.bulk.flat import Row
from verifier.bulk.judged import Judged
from verifier.bulk.judging import Judging
from verifier.bulk.snapshot import Snapshot
from verifier.bulk.standing import OTHER_PRODUCT, OUTCOMES, UNDECIDED, Outcomes
from verifier.bulk.texts import Places, Texts
from verifier.judge import other_product

_BY_REASON = {reason: number for number, (_, reason) in enumerate(OUTCOMES)}
_GTIN_LENGTHS = integers(np.array([8, 12, 13, 14], np.int32))


class BatchJudge:
    """Judges whole columns by a snapshot and the outcome of each of its rows. Threads may share it."""

    def __init__(self, snapshot: Snapshot, outcomes: Outcomes, judging: Judging) -> None:
        self.snapshot = snapshot
        self.outcomes = outcomes
        self._judging = judging

    def judged(self, texts: Texts, expect: pa.Array | None = None) -> Judged:
        """What is found of each text. ``expect``: GTINs or GLNs; null expects none."""
        rows = self.snapshot.matcher.rows(texts)
        outcomes = np.where(rows >= 0, self.outcomes[rows] if len(self.outcomes) else UNDECIDED, np.uint8(UNDECIDED))
        if expect is not None and expect.null_count < len(expect):
            outcomes = self._with_expectations(outcomes, rows, expect)
        undecided = np.flatnonzero(outcomes == UNDECIDED)
        said = self._said(texts, expect, undecided) if len(undecided) else []
        return Judged(self.snapshot, rows, outcomes, said)

    def _with_expectations(self, outcomes: Outcomes, rows: Places, expect: pa.Array) -> Outcomes:
        """Worse where a label is for another product. Nearly all expectations are the label's very own GTIN, or that
        without leading zeros; the others are read one by one, as ``judge`` reads them."""
        labels, result = self.snapshot.labels, outcomes.copy()
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

    def _said(self, texts: Texts, expect: pa.Array | None, positions: Places) -> list[Row]:
        wanted = [None] * len(positions) if expect is None else expect.take(integers(positions)).to_pylist()
        scanned = (text.decode(errors="replace") for text in texts.some(positions).each())
        return self._judging.rows(list(zip(scanned, wanted, strict=True)))
