"""A line that was kept is the line that would be made anew, whatever its label's outcome has become meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from verifier import Verifier
from verifier.bulk.files.encode import CSV, NDJSON, LineForm
from verifier.bulk.files.tails import Tails
from verifier.bulk.judged import Judged
from verifier.bulk.snapshot import Snapshot
from verifier.bulk.standing import OUTCOMES, UNDECIDED

SAID = ("forged", "signature", "09520000000004", None, None, None, None)


def some_judged(snapshot: Snapshot, draw: np.random.Generator, size: int) -> Judged:
    """Rows as they may come, some undecided, now and then with another outcome than before."""
    rows = draw.integers(-1, len(snapshot.labels), size)
    outcomes = draw.choice([0, 0, 0, 0, *range(len(OUTCOMES))], size).astype(np.uint8)
    outcomes[(rows < 0) | (draw.random(size) < 0.02)] = UNDECIDED
    return Judged(snapshot, rows, outcomes, [SAID] * int((outcomes == UNDECIDED).sum()))


@pytest.mark.parametrize("form", [CSV, NDJSON], ids=["csv", "ndjson"])
@pytest.mark.parametrize("most", [1, 7, 2 << 20])
def test_kept_or_made_anew(verifier: Verifier, form: LineForm, most: int) -> None:
    snapshot, draw = verifier.snapshot, np.random.default_rng(most)
    tails = Tails(snapshot, form, most)
    batches = [some_judged(snapshot, draw, size) for size in (0, 1, 3, 500, 900, 900)]
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda judged: tails.written(judged, 95), batches * 3))
    assert written == [form.written(95, judged.table()) for judged in batches] * 3


def test_of_an_empty_bundle() -> None:
    nothing = Snapshot(())
    judged = Judged(nothing, np.full(2, -1), np.full(2, UNDECIDED, np.uint8), [SAID] * 2)
    assert Tails(nothing, CSV).written(judged, 9).decode().split("\n")[:2] == [
        "9,forged,signature,09520000000004,,,,",
        "10,forged,signature,09520000000004,,,,",
    ]
