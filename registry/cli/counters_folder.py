"""The folder in which the processes of one server share what they count, for as long as it serves.

A server that was killed leaves its folder behind. Its processes held a lock on a file in it, which ended with them: so
the next server knows whose folder nobody uses, also of one in another container.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "carbonlabel-counters-"
_LOCK = "lock"


@contextmanager
def counters_folder(within: Path) -> Generator[Path]:
    """A new folder ``within``, gone when the block ends, or else with the next; those of dead servers are removed."""
    for left in within.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another user's, or being removed by another server
            _remove_unused(left)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=within) as name:
        folder = Path(name)
        with (folder / "locking").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            (folder / "locking").rename(folder / _LOCK)  # so nobody ever finds it unlocked
            yield folder


def _remove_unused(folder: Path) -> None:
    if folder.lstat().st_uid != os.geteuid():
        return
    descriptor = os.open(folder / _LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
