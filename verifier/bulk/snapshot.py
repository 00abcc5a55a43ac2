"""The labels of a bundle, laid out for comparison, and what is said of them."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.declaration import DeclaredUnit
from schemas.shard import Shard
from verifier.bulk.arrow import integers, numbers, string, strings
from verifier.bulk.flat import UNIT
from verifier.bulk.labels import Labels, lay_out
from verifier.bulk.match import Matcher
from verifier.bulk.standing import IN_THE_FUTURE, KEY_UNKNOWN, OUTCOMES, UNDECIDED, Outcomes
from verifier.bulk.texts import Places

VERDICTS = strings([verdict.value for verdict, _ in OUTCOMES])
REASONS = strings([reason for _, reason in OUTCOMES])
_UNITS = ["", *(f" {unit}" for unit in DeclaredUnit)]


class Snapshot:
    """The labels of a bundle. Threads may share it."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        self.labels = lay_out(shards)
        self.matcher = Matcher(self.labels)
        self._per, self.pers = _per(self.labels)

    def columns(self, rows: Places, outcomes: Outcomes) -> list[pa.Array]:
        """``VERDICT_COLUMNS`` for these rows with these outcomes, of which some may be ``UNDECIDED``."""
        labels, decided = self.labels, outcomes != UNDECIDED
        said = integers(np.where(decided, outcomes, np.uint8(0)))
        whose, stated = integers(rows, decided), integers(rows, outcomes < IN_THE_FUTURE)
        records = integers(labels.records[rows] if len(labels) else rows, outcomes < KEY_UNKNOWN)
        footprints = labels.footprints.take(stated)
        units = pc.if_else(footprints.is_valid(), string(UNIT), string(None))
        per = self.pers.take(self._per.take(stated))
        return [VERDICTS.take(said), REASONS.take(said), labels.gtins.take(whose), records, footprints, units, per]


def _per(labels: Labels) -> tuple[pa.Array, pa.Array]:
    """For each row, which of the different declared amounts with their units it has; and these."""
    amounts = labels.amounts.dictionary_encode()
    pairs = numbers(amounts.indices).astype(np.int64) * len(_UNITS) + labels.units
    distinct, which = np.unique(pairs, return_inverse=True)
    texts = [
        amounts.dictionary[int(pair // len(_UNITS))].as_py() + _UNITS[int(pair % len(_UNITS))] for pair in distinct
    ]
    return integers(which.astype(np.int32)), strings(texts)
