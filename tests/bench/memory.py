"""The memory of a process and all that it started, while it runs."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from msgspec import Struct

_EVERY = 0.25


class Run(Struct, frozen=True):
    """A command that has ended: seconds, its exit code, and the most memory of it and its children together, in bytes.

    Memory is the proportional set size: pages that several share, mapped files too, count once. ``curve`` has it as it
    was, with the seconds since the start.
    """

    seconds: float
    code: int
    curve: tuple[tuple[float, int], ...]

    @property
    def peak(self) -> int:
        """The most there was."""
        return max((size for _, size in self.curve), default=0)


def run(command: Sequence[str], stdin: IO[bytes] | None = None) -> Run:
    """Runs a command to its end. Its output is thrown away, its errors are shown."""
    begin = time.perf_counter()
    curve: list[tuple[float, int]] = []
    with subprocess.Popen(command, stdin=stdin, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            curve.append((time.perf_counter() - begin, sum(map(_size_of, _family(process.pid)))))
            try:
                process.wait(_EVERY)
            except subprocess.TimeoutExpired:
                continue
    return Run(time.perf_counter() - begin, process.returncode, tuple(curve))


def _family(pid: int) -> list[int]:
    """A process and its descendants that are there now."""
    try:
        children = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")).split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in _family(int(child)))]


def _size_of(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
