"""Writes that a crash cannot cut in half: the one way in which this project puts a file where others rely on it.

    write_durable(path, data, replace=True)               # a pointer, a checkpoint: the old bytes or the new ones
    write_durable(path, data, replace=False, mode=0o600)  # a key: never over one that is there

The bytes go into a file beside the target, are flushed to disk, and only then get the target's name, in one step of
the file system; then the folder is flushed, because a name is on disk only when its folder is. Whoever reads sees the
file as it was or as it will be, never a part of it, whatever stops the writer: an error, a kill, a loss of power.

Errors are the operating system's: callers turn them into their own.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

PARTIAL_SUFFIX = ".partial"
"""How the names end of files on their way, which begin with a dot: a kill may leave one, and nobody needs it."""


def write_durable(path: Path, data: bytes, *, replace: bool, mode: int | None = None) -> None:
    """Makes ``path`` hold ``data``; on disk when this returns. The folder must be there.

    ``replace``: whether a file that is there gives way. If not, FileExistsError, also when two processes make the same
    file at the same moment: exactly one succeeds. That takes a hard link, so OSError where there are none.

    ``mode``: the file's permissions whatever the umask, from before its first byte; None: what the umask leaves.

    Raises OSError. Then ``path`` is whole all the same: as it was, or, if only the last steps failed, perhaps as it was
    to be; a caller who must know which has to look at the next start. What was written beside it is gone, unless it
    could not be removed either.
    """
    partial = path.with_name(f".{secrets.token_hex(8)}{PARTIAL_SUFFIX}")
    try:
        _write(partial, data, mode)
        if replace:
            partial.replace(path)
        else:
            os.link(partial, path)
            partial.unlink()
    except BaseException:
        with suppress(OSError):  # the first error says what is wrong
            partial.unlink(missing_ok=True)
        raise
    flush_to_disk(path.parent)


def make_folders(folder: Path) -> None:
    """Makes ``folder`` and those above it that are missing; their names are on disk when this returns.

    Raises OSError. One whose name could not be flushed is taken away again, so that the next try does not build on it.
    """
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        try:
            flush_to_disk(one.parent)
        except OSError:
            with suppress(OSError):
                one.rmdir()
            raise


def flush_to_disk(path: Path) -> None:
    """Flushes a file, or the names in a folder, to disk; of a folder only where the system can (POSIX)."""
    if os.name != "posix" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(partial: Path, data: bytes, mode: int | None) -> None:
    """Makes the file, with these bytes, flushed."""
    asked = 0o666 if mode is None else mode
    with open(partial, "xb", opener=lambda name, flags: os.open(name, flags, asked)) as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode)  # the umask may have taken some away
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
