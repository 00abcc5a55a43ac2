"""``python -m registry.jobs.process HOME``: the process that works, beside the server's process that started it.

So that reading and judging a hundred thousand rows never makes a scan wait for Python's lock. It takes one job after
the other, and ends when there has been none for a while. When its standard input ends, which it does when the server's
process ends, however it ends, it hands the job back after the step under way.
"""

import logging.config
import os
import sys
import threading
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from registry.home import LOG_LEVELS, Home
from registry.jobs.kinds import KINDS
from registry.jobs.working import work_once
from registry.registry import Registry, utc_now
from registry.web.counters import count_job
from registry.web.logs import logging_config

_LOG = logging.getLogger("carbonlabel.jobs")
_IDLE = 20
"""Looks without a job, one a second, after which the process ends."""

_STDIN = 0
_NICE = 5
"""Scans go first."""


def main(home: Path) -> None:
    """Works until there is nothing more to do, or nobody to do it for."""
    level = Home.open(home).log_level(os.environ)
    assert level in LOG_LEVELS
    logging.config.dictConfig(logging_config(level))
    stopping = threading.Event()
    threading.Thread(target=_await_end, args=(stopping,), daemon=True).start()
    os.nice(_NICE)
    registry = Registry.open(home, os.environ)
    try:
        _work(registry, stopping)
    finally:
        registry.close()


def _work(registry: Registry, stopping: threading.Event) -> None:
    idle = 0
    while idle < _IDLE and not stopping.is_set():
        try:
            if work_once(registry, KINDS, stopping, utc_now, count_job):
                idle = 0
                continue
        except SQLAlchemyError as problem:
            _LOG.critical("jobs cannot be worked on: %s", type(problem).__name__)
        idle += 1
        stopping.wait(1)


def _await_end(stopping: threading.Event) -> None:
    while os.read(_STDIN, 4_096):  # not sys.stdin: Python aborts when it ends while a thread waits in there
        pass
    stopping.set()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
