"""Bulk judging by one verifier at one moment: the door to this package."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Self, TypeVar

import pyarrow as pa

from verifier.bulk.batch import BatchJudge
from verifier.bulk.flat import numbered
from verifier.bulk.judging import Judging, Workers
from verifier.bulk.messages import Held
from verifier.bulk.snapshot import Snapshot
from verifier.bulk.standing import outcomes_at
from verifier.bulk.texts import Texts
from verifier.verifier import Verifier

LABEL, EXPECT = "label", "expect"
"""Columns of an input batch; ``expect`` need not be there."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Bulk:
    """Judges columns of labels as ``verifier`` judges one, all at the moment this was made. Threads may share it.

    A context manager: at its end the processes end that it may have started.
    """

    def __init__(self, verifier: Verifier, now: datetime, *, processes: bool = True) -> None:
        """``processes``: whether labels that the bundle does not hold may be judged in processes of their own.

        Raises ``BundleError`` for a bundle that is too old for the verifier.
        """
        self.threads = os.cpu_count() or 1
        bundle, workers = verifier.bundle, None
        snapshot = verifier.snapshot if bundle is not None else Snapshot(())
        if processes and bundle is not None and verifier.folder is not None:
            workers = Workers(verifier.folder, Held.of(bundle), now, self.threads)
        outcomes = outcomes_at(snapshot.labels, verifier.trust, b"" if bundle is None else bundle.statuses, now)
        self._judging = Judging(verifier.at(now), workers)
        self.judge = BatchJudge(snapshot, outcomes, self._judging)

    def verdicts(self, labels: pa.Array | Texts, expect: pa.Array | None = None) -> pa.RecordBatch:
        """A row of ``flat.VERDICT_COLUMNS`` for each label, in order. ``expect``: GTINs or GLNs; null expects none."""
        return self.judge.judged(labels if isinstance(labels, Texts) else Texts.of(labels), expect).table()

    def batches(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """For each batch with a column ``label``, and perhaps ``expect``, one of ``flat.OUTPUT_COLUMNS``.

        Lines are counted from 1 through all batches. Some batches are taken ahead of what is given out.
        """
        line = 1
        for verdicts in in_order(self._of_batch, batches, self.threads):
            yield numbered(verdicts, line)
            line += len(verdicts)

    def _of_batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        expect = batch.column(EXPECT) if EXPECT in batch.schema.names else None
        return self.verdicts(batch.column(LABEL), expect)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._judging.close()


def in_order(function: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """``map`` on some threads. Results come in the order of items, of which few are taken ahead: memory is bounded."""
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads, "bulk") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in reversed(waiting):  # one may wait for those before it
                future.cancel()
