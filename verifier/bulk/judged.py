"""What was found of a column of labels: a row of the snapshot and an outcome for each, or what ``judge`` said."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from verifier.bulk.arrow import flags, integers, strings
from verifier.bulk.flat import VERDICT_COLUMNS, Row
from verifier.bulk.snapshot import VERDICTS, Snapshot
from verifier.bulk.standing import OUTCOMES, UNDECIDED, Outcomes
from verifier.bulk.texts import Places


class Judged(Struct, frozen=True):
    """Text ``i`` is row ``rows[i]`` of the snapshot, with ``outcomes[i]``.

    Where that is ``UNDECIDED``, ``said`` has the row of its verdict, in order.
    """

    snapshot: Snapshot
    rows: Places
    outcomes: Outcomes
    said: list[Row]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def undecided(self) -> npt.NDArray[np.bool_]:
        """Of which texts ``judge`` said it."""
        return self.outcomes == UNDECIDED

    def some(self, which: Places) -> "Judged":
        """Of the texts at these positions, which ascend."""
        undecided = self.undecided
        said = np.cumsum(undecided)[which][undecided[which]] - 1
        return Judged(self.snapshot, self.rows[which], self.outcomes[which], [self.said[one] for one in said])

    def counts(self) -> dict[str, int]:
        """How many have each verdict."""
        counts: dict[str, int] = {}
        numbers = np.bincount(self.outcomes, minlength=len(OUTCOMES))
        for (verdict, _), count in zip(OUTCOMES, numbers.tolist(), strict=False):
            counts[verdict.value] = counts.get(verdict.value, 0) + count
        for verdict, *_ in self.said:
            counts[verdict] = counts.get(verdict, 0) + 1
        return {verdict: count for verdict, count in counts.items() if count}

    def verdicts(self) -> pa.Array:
        """The verdicts alone."""
        decided = VERDICTS.take(integers(np.where(self.undecided, np.uint8(0), self.outcomes)))
        return _overlaid([decided], self.undecided, [row[:1] for row in self.said])[0]

    def table(self) -> pa.RecordBatch:
        """A row of ``VERDICT_COLUMNS`` for each text."""
        columns = _overlaid(self.snapshot.columns(self.rows, self.outcomes), self.undecided, self.said)
        return pa.RecordBatch.from_arrays(columns, schema=VERDICT_COLUMNS)


def _overlaid(
    columns: list[pa.Array], where: npt.NDArray[np.bool_], rows: list[Row] | list[tuple[str]]
) -> list[pa.Array]:
    if not rows:
        return columns
    mask, values = flags(where), zip(*rows, strict=True)
    return [
        pc.replace_with_mask(column, mask, _numbers(value) if pa.types.is_integer(column.type) else strings(value))
        for column, value in zip(columns, values, strict=True)
    ]


def _numbers(values: tuple[int | None, ...]) -> pa.Array:
    known = np.array([value is not None for value in values])
    return integers(np.array([value or 0 for value in values], np.int64), known)
