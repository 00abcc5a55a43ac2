"""Judging what the exact comparison did not settle: each distinct text once, spread over the cores.

A signature costs a tenth of a millisecond and holds Python's lock, so many are judged by processes of their own
(``verifier.bulk.worker``), each with the bundle opened anew from its folder. They are started when there is enough to
do, and are asked only if they hold the same bundle. Few are judged where they come up, and so are all when a process
fails.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

import msgspec

from schemas.verdict import Verdict
from verifier.bulk.flat import Row, row_of
from verifier.bulk.messages import Asked, Held, read_message, write_message

_MANY, _ENOUGH = 500, 20_000
"""Texts at once, or in all, for which processes are started: opening a large bundle takes as long as judging some ten
thousand, so a few that come now and then are judged here."""
_AT_ONCE = 64
_KEPT = 200_000


class Judging:
    """Rows of verdicts, remembered for texts that come again. Threads may share it."""

    def __init__(self, judge: Callable[[str, str | None], Verdict], workers: "Workers | None" = None) -> None:
        """``judge`` gives the verdict on a text; ``workers`` give the same faster, where there are any."""
        self._judge = judge
        self._workers = workers
        self._kept: dict[Asked, Row] = {}
        self._lock = Lock()
        self._judged = 0

    def rows(self, asked: Sequence[Asked]) -> list[Row]:
        """The row of each text, in order."""
        kept = self._kept
        new = [one for one in dict.fromkeys(asked) if one not in kept]
        rows = dict(zip(new, self._judged_now(new), strict=True))
        answers = [rows[one] if one in rows else kept[one] for one in asked]
        with self._lock:
            if len(self._kept) + len(rows) > _KEPT:
                self._kept = {}
            self._kept.update(rows)
        return answers

    def _judged_now(self, asked: list[Asked]) -> list[Row]:
        with self._lock:
            self._judged += len(asked)
            many = len(asked) >= _MANY or self._judged > _ENOUGH
        if self._workers is None or not many or len(asked) < _AT_ONCE:
            return self._judged_here(asked)
        parts = [asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE)]
        answers = [self._workers.submit(part) for part in parts]
        rows: list[Row] = []
        for part, answer in zip(parts, answers, strict=True):
            judged = answer.result()
            rows += self._judged_here(part) if judged is None else judged
        return rows

    def _judged_here(self, asked: Sequence[Asked]) -> list[Row]:
        return [row_of(self._judge(*one)) for one in asked]

    def close(self) -> None:
        """Ends the processes."""
        if self._workers is not None:
            self._workers.close()


class Workers:
    """Processes that judge by the bundle in ``folder``, which must be ``held``, at ``now``: one for each core."""

    def __init__(self, folder: Path, held: Held, now: datetime, count: int | None = None) -> None:
        # -P: nothing out of the working directory
        self._command = [sys.executable, "-P", "-m", "verifier.bulk.worker", str(folder), now.isoformat()]
        self._held = held
        self._count = count or os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(self._count, "judging")
        self._idle: SimpleQueue[subprocess.Popen[bytes] | None] = SimpleQueue()
        self._started: list[subprocess.Popen[bytes]] = []
        self._lock = Lock()

    def submit(self, asked: list[Asked]) -> "Future[list[Row] | None]":
        """The rows of these texts, when they are judged; None if no process could."""
        return self._threads.submit(self._ask, asked)

    def close(self) -> None:
        """Ends the processes, whatever they are doing."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._started:
            process.kill()
        self._threads.shutdown()
        for process in self._started:
            with contextlib.suppress(OSError):
                process.communicate()

    def _ask(self, asked: list[Asked]) -> list[Row] | None:
        process = self._take()
        rows: list[Row] | None = None
        if process is not None and process.stdin is not None and process.stdout is not None:
            try:
                write_message(process.stdin, asked)
                rows = read_message(process.stdout, list[Row])
            except (OSError, EOFError, msgspec.MsgspecError):
                process.kill()
                process = None
        self._idle.put(process)
        return rows

    def _take(self) -> subprocess.Popen[bytes] | None:
        """A process that waits; None in the place of one that did not start, or has failed."""
        with self._lock:
            start = len(self._started) < self._count
            if start:
                process = subprocess.Popen(  # noqa: S603 - our own interpreter, with our own module
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    process_group=0,  # Ctrl-C is for us, who end them
                )
                self._started.append(process)
        if not start:
            return self._idle.get()
        try:
            same = process.stdout is not None and read_message(process.stdout, Held) == self._held
        except (OSError, EOFError, msgspec.MsgspecError):
            same = False
        return process if same else None
