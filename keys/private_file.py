"""Files that only their owner may read: written whole or not at all, and refused when others could have read them.

POSIX modes are what is checked. Every error is a KeyRingError that says what to do.
"""

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from keys.durable import flush_to_disk, write_durable
from keys.errors import KeyRingError

# Nothing private that we keep is near this: a key is 300 bytes.
_MAX_BYTES = 65_535
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_private(path: Path) -> bytes:
    """The file's bytes, after checking the open file itself, so that a swap between check and read changes nothing.

    Refused: missing, a symbolic link, not a regular file, owned by neither us nor root, open to group or others, or
    larger than 65,535 bytes.
    """
    # O_NONBLOCK: opening a named pipe must not wait for its writer.
    with _advised("read", path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            _refuse_shared_file(path, os.fstat(descriptor))
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(_MAX_BYTES + 1)
        finally:
            os.close(descriptor)
    if len(data) > _MAX_BYTES:
        raise KeyRingError(f"{path} is larger than {_MAX_BYTES} bytes: it is not a file of the key ring")
    return data


def check_private_file(path: Path) -> None:
    """Refuses what `read_private` would refuse of the file's kind, owner and mode, without opening it."""
    with _advised("read", path):
        status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise _symbolic_link(path)
    _refuse_shared_file(path, status)


def write_private(path: Path, data: bytes) -> None:
    """Creates `path`, mode 0600, on disk when this returns; after a crash it is there whole or not at all.

    Never replaces. File systems without the hard links that this takes have no modes that could protect a key either.
    """
    with _advised("write", path):
        write_durable(path, data, replace=False, mode=0o600)


def names_in(folder: Path) -> list[str]:
    """What the folder holds, in the order of the text."""
    with _advised("read", folder):
        return sorted(path.name for path in folder.iterdir())


def remove_private(path: Path) -> None:
    """Removes the file, on disk when this returns."""
    with _advised("remove", path):
        path.unlink()
        flush_to_disk(path.parent)


def make_private_folder(folder: Path) -> None:
    """Creates the folder, and its parents, with mode 0700; one that is there already must be private."""
    with _advised("create", folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            folder.chmod(0o700)  # whatever the umask
            flush_to_disk(folder.parent)
    check_private_folder(folder)


def check_private_folder(folder: Path) -> None:
    """Refuses a folder that is missing, is not ours or root's, or is open to group or others."""
    with _advised("read", folder):
        status = folder.stat()
    if not stat.S_ISDIR(status.st_mode):
        raise KeyRingError(f"{folder} is not a folder: name the folder that holds the keys")
    _refuse_shared(folder, status, "700")


def _refuse_shared_file(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyRingError(f"{path} is not a regular file: put the file itself there")
    _refuse_shared(path, status, "600")


def _refuse_shared(path: Path, status: os.stat_result, mode: str) -> None:
    if status.st_uid not in (0, os.geteuid()):
        raise KeyRingError(f"{path} belongs to another user ({status.st_uid}): chown it to the one who runs this")
    if status.st_mode & _OTHERS:
        found = stat.S_IMODE(status.st_mode)
        raise KeyRingError(f"{path} is open to other users (mode {found:04o}): chmod {mode} {path}")


def _symbolic_link(path: Path) -> KeyRingError:
    return KeyRingError(f"{path} is a symbolic link: put the file itself there")


@contextmanager
def _advised(action: str, path: Path) -> Generator[None]:
    """Turns the operating system's error into ours, with the advice that fits."""
    try:
        yield
    except FileNotFoundError as error:
        raise KeyRingError(f"cannot {action} {path}: it, or its folder, does not exist") from error
    except FileExistsError as error:
        raise KeyRingError(f"{path} already exists, and is never replaced: move it away first") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _symbolic_link(path) from error
        raise KeyRingError(f"cannot {action} {path}: {error.strerror}") from error
