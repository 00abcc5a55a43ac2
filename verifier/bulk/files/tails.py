"""The lines of output: the tail of each label that is scanned is made once, and then only taken."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from verifier.bulk.arrow import integers, strings
from verifier.bulk.batch import BatchJudge
from verifier.bulk.files.encode import LineForm, right_aligned
from verifier.bulk.flat import UNIT, VERDICT_COLUMNS
from verifier.bulk.judged import Judged
from verifier.bulk.snapshot import REASONS, VERDICTS, Snapshot
from verifier.bulk.standing import UNDECIDED, Outcomes
from verifier.bulk.texts import Bytes, Places, as_items, as_rows


class Tails:
    """Writes what ``judge`` judged. Threads may share it: two may make one tail, and then make the same."""

    def __init__(self, judge: BatchJudge, form: LineForm) -> None:
        self._snapshot, self._outcomes, self._form = judge.snapshot, judge.outcomes, form
        labels = len(self._outcomes)
        width = _longest(self._snapshot, self._outcomes, form) if labels else 1
        self._tails = np.zeros((labels, width), np.uint8)
        self._made = np.full(labels, UNDECIDED, np.uint8)
        """For which outcome a tail is made."""

    def written(self, judged: Judged, first: int) -> bytes:
        """The lines of what was judged, of which the first has the number ``first``."""
        usual = self._usual(judged)
        if not usual.any():
            return self._form.joined(first, self._anew(judged))
        tails = as_rows(as_items(self._tails).take(np.where(usual, judged.rows, 0)))
        special = np.flatnonzero(~usual)
        if len(special):
            others = self._anew(judged.some(special))
            if others.shape[1] > tails.shape[1]:
                tails = np.pad(tails, ((0, 0), (others.shape[1] - tails.shape[1], 0)))
            tails[special] = others
        return self._form.joined(first, tails)

    def _usual(self, judged: Judged) -> np.ndarray:
        """Which texts have a tail that is made: that of their row, with the outcome that the row has by itself."""
        if not len(self._made):
            return np.zeros(len(judged), bool)
        decided = judged.outcomes != UNDECIDED
        usual = (judged.outcomes == self._made[judged.rows]) & decided
        other = np.flatnonzero(~usual & decided)
        new = other[judged.outcomes[other] == self._outcomes[judged.rows[other]]]
        if len(new):
            self._make(np.unique(judged.rows[new]))
            usual[new] = True
        return usual

    def _make(self, rows: Places) -> None:
        outcomes = self._outcomes[rows]
        self._tails[rows] = self._anew(Judged(self._snapshot, rows, outcomes, []))
        self._made[rows] = outcomes

    def _anew(self, judged: Judged) -> Bytes:
        return right_aligned(self._form.tails(judged.table()), self._tails.shape[1])


def _longest(snapshot: Snapshot, outcomes: Outcomes, form: LineForm) -> int:
    """No row of the snapshot has a longer tail than that of all the longest values."""
    labels = snapshot.labels
    present = integers(np.setdiff1d(outcomes, [UNDECIDED]))
    size = len(present)
    figures = [pc.max(pc.binary_length(column)).as_py() or 0 for column in (labels.footprints, snapshot.pers)]
    footprint, per = ("9" * figure for figure in figures)
    record = integers(np.full(size, labels.records.max(), np.int64))
    columns = [VERDICTS.take(present), REASONS.take(present), strings(["0" * 14] * size), record]
    columns += [strings([text] * size) for text in (footprint, UNIT, per)]
    return right_aligned(form.tails(pa.RecordBatch.from_arrays(columns, schema=VERDICT_COLUMNS))).shape[1]
