"""One sync of a bundle at a time, among all processes of a machine."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from verifier.bundle.errors import BundleError, SyncLocked

try:
    import fcntl
except ImportError:  # not a POSIX system: syncs there are for the caller to keep apart
    fcntl = None

_LOCK = ".lock"


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Holds the folder's lock; made if it is not there. Raises ``SyncLocked`` when another process or thread has it.

    The system gives it back when the process ends, however it ends.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / _LOCK).open("ab") as file:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
    except BlockingIOError:
        raise SyncLocked(f"another sync of {folder} is under way: wait until it has ended") from None
    except OSError as problem:
        raise BundleError(f"{problem.filename or folder} cannot be written: {problem.strerror}") from problem
