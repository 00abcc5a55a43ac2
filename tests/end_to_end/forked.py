"""The command ``carbonlabel`` in a process forked off from one that has imported all that a server does: the same code
and words as in a process of its own, without its seconds of starting.

The process that others are forked off from begins with the variables of a command (``PYTHONWARNINGS`` and the like),
and with a folder for counters named, as a server names one before it loads what counts.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path

from registry.home import COUNTERS_VARIABLE
from verifier.cli import main

_FORKING = multiprocessing.get_context("forkserver")
_LOADED = ("registry.cli.serving", "registry.web.app", "psycopg")


class Forked:
    """The command called with ``words``, as ``subprocess.Popen`` in what tests ask of it. All that it writes goes into
    ``log``. It leads a session of its own."""

    def __init__(self, words: Sequence[object], log: Path, variables: Mapping[str, str]) -> None:
        begin(variables)
        self._process = _FORKING.Process(target=_run, args=([*map(str, words)], log, dict(variables)))
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """Its exit code; less than zero for a signal, and None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended. Raises ``subprocess.TimeoutExpired`` after so many seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired("carbonlabel", timeout)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """As ``kill`` does."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """``kill -9``."""
        self._process.kill()


def begin(variables: Mapping[str, str]) -> None:
    """Starts the process that others are forked off from, if it does not run."""
    _FORKING.set_forkserver_preload([__name__, *_LOADED])
    kept = dict(os.environ)
    os.environ.clear()
    os.environ |= {**variables, COUNTERS_VARIABLE: tempfile.gettempdir()}
    try:
        forkserver.ensure_running()
    finally:
        os.environ.clear()
        os.environ |= kept


def _run(words: list[str], log: Path, variables: dict[str, str]) -> None:
    os.setsid()
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.clear()
    os.environ |= variables
    threading.Thread(target=_end_with_the_tests, daemon=True).start()
    multiprocessing.set_start_method("fork", force=True)  # a server that finds another starts its workers afresh
    sys.argv = ["carbonlabel", *words]
    main()


def _end_with_the_tests() -> None:
    """Tests that are killed leave nothing at work."""
    tests = multiprocessing.parent_process()
    assert tests is not None
    tests.join()
    os.kill(os.getpid(), signal.SIGTERM)
