"""Keeps a process at work while there are jobs, and removes what is too old: one thread in each of the server's
processes."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from registry.jobs import queue
from registry.registry import Registry

_LOG = logging.getLogger("carbonlabel.jobs")
INTERVAL = 1.0
LONGEST_PAUSE = 30.0
_CLEANED = timedelta(hours=1)
_LAST_WORD = 5.0
"""Seconds that the process has, when the server stops, to finish its step and hand the job back. After that its lease
runs out, and another goes on all the same."""


class JobsThread:
    """Looks for jobs every second."""

    def __init__(self, registry: Registry, clock: Callable[[], datetime]) -> None:
        self._registry = registry
        self._clock = clock
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._cleaned: datetime | None = None
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends, when the process at work has handed its job back."""
        self._stopping.set()
        self._thread.join()
        process = self._process
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            process.wait(_LAST_WORD)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _work(self) -> None:
        pause = INTERVAL
        while not self._stopping.wait(pause):
            try:
                self._look(self._clock())
                pause = INTERVAL
            except (SQLAlchemyError, OSError) as problem:
                pause = min(pause * 2, LONGEST_PAUSE)
                _LOG.critical("jobs are not being worked on: %s", type(problem).__name__)

    def _look(self, now: datetime) -> None:
        if self._process is None or self._process.poll() is not None:
            with self._registry.database.reading() as session:
                is_waiting = queue.is_waiting(session, now)
            if is_waiting:
                self._process = _started(self._registry.home.path)
        if self._cleaned is None or now - self._cleaned > _CLEANED:
            self._cleaned = now
            self._clean(now - timedelta(days=self._registry.config.keep_jobs))

    def _clean(self, before: datetime) -> None:
        with self._registry.database.reading() as session:
            is_old = queue.has_ended(session, before)
        while is_old and not self._stopping.is_set():
            with self._registry.database.writing() as session:
                is_old = queue.remove_ended(session, before) > 0


def _started(home: Path) -> subprocess.Popen[bytes]:
    # -P: nothing out of the working directory. A group of its own: Ctrl-C is for the server, which then ends it.
    command = [sys.executable, "-P", "-m", "registry.jobs.process", str(home)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, process_group=0)  # noqa: S603
