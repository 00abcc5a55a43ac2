"""The lines of output: the tail of each label that is scanned is made once, and then only taken."""

from threading import Lock

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from verifier.bulk.arrow import integers, strings
from verifier.bulk.files.encode import LineForm, right_aligned
from verifier.bulk.flat import UNIT, VERDICT_COLUMNS
from verifier.bulk.judged import Judged
from verifier.bulk.snapshot import REASONS, VERDICTS, Snapshot
from verifier.bulk.standing import OUTCOMES, UNDECIDED
from verifier.bulk.texts import Bytes, Places, as_items, as_rows

MOST = 2 << 20
"""Labels whose tails are kept: those that came first. Of more, most are scanned once or twice."""


class Tails:
    """Writes what was judged of the labels of ``snapshot``, with whatever outcomes.

    Threads may share it: two may make one tail, and then make the same. A tail that is made never changes.
    """

    def __init__(self, snapshot: Snapshot, form: LineForm, most: int = MOST) -> None:
        """``most``, 1 or more, is how many tails are kept."""
        self._snapshot, self._form = snapshot, form
        labels = len(snapshot.labels)
        most = min(labels, most)
        self._places = np.full(labels, -1, np.int32)
        self._tails = np.zeros((most, _longest(snapshot, form) if labels else 1), np.uint8)
        self._outcomes = np.full(most, UNDECIDED, np.uint8)
        self._made = 0
        self._lock = Lock()

    def written(self, judged: Judged, first: int) -> bytes:
        """The lines of what was judged, of which the first has the number ``first``."""
        places, usual = self._found(judged)
        if not usual.any():
            return self._form.joined(first, self._anew(judged))
        tails = as_rows(as_items(self._tails).take(np.where(usual, places, 0)))
        special = np.flatnonzero(~usual)
        if len(special):
            others = self._anew(judged.some(special))
            if others.shape[1] > tails.shape[1]:
                tails = np.pad(tails, ((0, 0), (others.shape[1] - tails.shape[1], 0)))
            tails[special] = others
        return self._form.joined(first, tails)

    def _found(self, judged: Judged) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
        """The places of tails, and where they are those of the texts."""
        if not len(self._places):
            return self._places, np.zeros(len(judged), bool)
        decided = ~judged.undecided
        if self._made < len(self._tails):
            self._make(judged, np.flatnonzero(decided & (self._places[judged.rows] < 0)))
        places = self._places[judged.rows]
        return places, decided & (places >= 0) & (judged.outcomes == self._outcomes[places])

    def _make(self, judged: Judged, new: Places) -> None:
        """Makes the tails of texts that have none, as far as there is room."""
        rows, which = np.unique(judged.rows[new], return_index=True)
        with self._lock:
            start = self._made
            self._made = end = min(start + len(rows), len(self._tails))
        if start < end:
            rows, outcomes = rows[: end - start], judged.outcomes[new[which[: end - start]]]
            self._tails[start:end] = self._anew(Judged(self._snapshot, rows, outcomes, []))
            self._outcomes[start:end] = outcomes
            self._places[rows] = np.arange(start, end)

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
