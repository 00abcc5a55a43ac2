"""System calls of a real process that fail, through strace: which ones a command makes, and one of them refused.

    calls = write_calls(command, folder)              # every write-path call on a file below the folder
    ended = run_failing(command, calls[3], "ENOSPC")  # the same command once more, that one call refused

A call is named by its kind and its number among the calls of that kind in its thread, so a command must do the same in
the same order each time it is run on the same files.
"""

import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.end_to_end.commands import COMMAND, Ended, environment

ERRORS = ("EIO", "ENOSPC")
KINDS = (
    *("openat", "mkdir", "write", "pwrite64", "fsync", "fdatasync", "ftruncate"),
    *("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat"),
)
"""Every system call by which this project, Python or SQLite changes a file."""

_LINE = re.compile(r"(\d+) +(\w+)\((.*)")
_INJECTED = "(INJECTED)"
_WRITES = ("O_CREAT", "O_WRONLY", "O_RDWR")


class Call(NamedTuple):
    """The ``number``-th call of its kind in its thread, counted from 1, as strace shows it."""

    kind: str
    number: int
    shown: str

    def refused(self, error: str) -> list[str]:
        """The options by which strace refuses this call."""
        return ["-e", f"inject={self.kind}:error={error}:when={self.number}"]


@cache
def why_not() -> str | None:
    """Why system calls cannot be made to fail here; None when they can, also in a process that runs already."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    sleeping = subprocess.Popen(["sleep", "60"])
    try:
        attach = ["strace", "-qq", "-o", "/dev/null", "-p", str(sleeping.pid)]
        with subprocess.Popen(attach, stderr=subprocess.PIPE) as tracing:
            time.sleep(0.2)
            refused = tracing.poll() is not None
            tracing.terminate()
        return "strace may not attach to a process here (ptrace)" if refused else None
    finally:
        sleeping.kill()
        sleeping.wait()


def write_calls(command: Sequence[object], folder: Path, trace: Path) -> list[Call]:
    """Runs ``carbonlabel`` with these words, which must succeed; its write-path calls on files below ``folder``."""
    ended = _traced(command, trace, [])
    assert ended.code == 0, ended
    return calls_below(folder, trace)


def calls_below(folder: Path, trace: Path) -> list[Call]:
    """The write-path calls of a trace on files below ``folder``."""
    return [call for call in calls_in(trace) if str(folder) in call.shown and _is_write(call)]


def calls_in(trace: Path) -> Generator[Call]:
    """Every call that strace has written down."""
    seen = Counter[tuple[str, str]]()
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        if match := _LINE.match(line):
            thread, kind, rest = match.groups()
            seen[thread, kind] += 1
            yield Call(kind, seen[thread, kind], rest)


def _is_write(call: Call) -> bool:
    """Whether it may change a file, or flush one: a folder is opened for nothing else, but to list it."""
    if call.kind != "openat" or any(flag in call.shown for flag in _WRITES):
        return True
    opened = re.search(r"= \d+<(.*)>", call.shown)
    return opened is not None and "O_DIRECTORY" not in call.shown and Path(opened[1]).is_dir()


def run_failing(command: Sequence[object], call: Call, error: str, folder: Path, trace: Path) -> Ended:
    """Runs the command with that one call refused; how it ended."""
    ended = _traced(command, trace, call.refused(error))
    refused = injected(trace)
    assert refused, "the call did not come"
    assert all(str(folder) in one.shown for one in refused), refused
    return ended


def injected(trace: Path) -> list[Call]:
    """The calls that were refused."""
    return [call for call in calls_in(trace) if _INJECTED in call.shown]


def _traced(command: Sequence[object], trace: Path, options: Sequence[str]) -> Ended:
    with start_traced(command, options, trace) as process:
        out, err = process.communicate(timeout=120)
    return Ended(process.returncode, out, err)


def start_traced(command: Sequence[object], options: Sequence[str], trace: Path) -> subprocess.Popen[str]:
    """Starts ``carbonlabel`` with these words as strace's child; strace ends when it ends, with its exit code."""
    return start(command, [*_strace(trace, options), "--seccomp-bpf"])


def start(command: Sequence[object], before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Starts ``carbonlabel`` with these words, as the command that ``before`` runs."""
    # The same calls in the same order each time: no compiled files written, no order by chance.
    variables = environment({"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"})
    words = [*before, str(COMMAND), *map(str, command)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables)


def child_of(process: int) -> int:
    """The one process that a process has started and that is at work."""
    _, child = _with_children(process)
    return child


def _strace(trace: Path, options: Sequence[str]) -> list[str]:
    return ["strace", "-f", "-y", "-qq", "-o", str(trace), "-e", f"trace={','.join(KINDS)}", *options]


@contextmanager
def failing_in(process: int, options: Sequence[str], trace: Path) -> Generator[None]:
    """While this lasts, a process and its children are traced; with the options of ``Call.refused``, that call of each
    thread is refused, counted from now."""
    attach = [word for one in _with_children(process) for word in ("-p", str(one))]
    trace.unlink(missing_ok=True)
    with subprocess.Popen([*_strace(trace, options), *attach], stderr=subprocess.PIPE, text=True) as tracing:
        try:
            _wait_until_attached(process, tracing)
            yield
        finally:
            tracing.terminate()


def _with_children(process: int) -> list[int]:
    found = [process]
    for one in found:
        for task in Path(f"/proc/{one}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def _wait_until_attached(process: int, tracing: subprocess.Popen[str]) -> None:
    for one in _with_children(process):
        for task in Path(f"/proc/{one}/task").iterdir():
            while "TracerPid:\t0\n" in (task / "status").read_text():
                assert tracing.poll() is None, tracing.stderr and tracing.stderr.read()
                time.sleep(0.01)
