"""The lines of output: the tail of each label that is scanned is made once, and then only taken."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from verifier.bulk.arrow import integers, strings
from verifier.bulk.files.encode import LineForm, right_aligned
from verifier.bulk.flat import UNIT, VERDICT_COLUMNS
from verifier.bulk.judged import Judged
from verifier.bulk.snapshot import REASONS, VERDICTS, Snapshot
from verifier.bulk.standing import OUTCOMES, UNDECIDED, Outcomes
from verifier.bulk.texts import Bytes, Places, as_items, as_rows


class Tails:
    """Writes what was judged of the labels of ``snapshot``, with whatever outcomes.

    Threads may share it: two may make one tail, and then make the same.
    """

    def __init__(self, snapshot: Snapshot, form: LineForm) -> None:
        self._snapshot, self._form = snapshot, form
        labels = len(snapshot.labels)
        self._tails = np.zeros((labels, _longest(snapshot, form) if labels else 1), np.uint8)
        self._made = np.full(labels, UNDECIDED, np.uint8)
        """For which outcome a tail is made: the one that the row had first."""

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
        """Which texts have a tail that is made."""
        if not len(self._made):
            return np.zeros(len(judged), bool)
        decided = judged.outcomes != UNDECIDED
        usual = (judged.outcomes == self._made[judged.rows]) & decided
        new = np.flatnonzero(~usual & decided)
        new = new[self._made[judged.rows[new]] == UNDECIDED]
        if len(new):
            rows, first = np.unique(judged.rows[new], return_index=True)
            self._make(rows, judged.outcomes[new[first]])
            usual[new] = judged.outcomes[new] == self._made[judged.rows[new]]
        return usual

    def _make(self, rows: Places, outcomes: Outcomes) -> None:
        self._tails[rows] = self._anew(Judged(self._snapshot, rows, outcomes, []))
        self._made[rows] = outcomes

    def _anew(self, judged: Judged) -> Bytes:
        return right_aligned(self._form.tails(judged.table()), self._tails.shape[1])


def _longest(snapshot: Snapshot, form: LineForm) -> int:
    """No row of the snapshot has a longer tail than that of all the longest values."""
    labels, size = snapshot.labels, len(OUTCOMES)
    figures = [pc.max(pc.binary_length(column)).as_py() or 0 for column in (labels.footprints, snapshot.pers)]
    footprint, per = ("9" * figure for figure in figures)
    record = integers(np.full(size, labels.records.max(), np.int64))
    columns = [VERDICTS, REASONS, strings(["0" * 14] * size), record]
    columns += [strings([text] * size) for text in (footprint, UNIT, per)]
    return right_aligned(form.tails(pa.RecordBatch.from_arrays(columns, schema=VERDICT_COLUMNS))).shape[1]
