"""A store in a folder: atomic rename, fsync of file and folder."""

import fcntl
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from registry.store.store import StoreConflict, StoreError

_LOCK = ".lock"
_PARTIAL = ".partial-"


class FolderStore:
    """Files below ``root``. Processes on one machine may share it: ``swap`` is serialised by a lock on the folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        with _errors(root):
            root.mkdir(parents=True, exist_ok=True)

    def get(self, path: str) -> bytes | None:
        """The bytes at ``path``, or None."""
        target = self._target(path)
        try:
            return target.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as problem:
            raise StoreError(f"{target}: {problem.strerror}") from problem

    def put(self, path: str, data: bytes) -> None:
        """Writes beside the target, flushes to disk, renames, and flushes the folder."""
        target = self._target(path)
        partial = target.with_name(f"{_PARTIAL}{secrets.token_hex(8)}")
        with _errors(target):
            self._make_folder(target.parent)
            try:
                with partial.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                partial.replace(target)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
            _sync_folder(target.parent)

    def swap(self, path: str, expected: bytes | None, data: bytes) -> None:
        """Compares and writes under the folder's lock."""
        with self._locked():
            if self.get(path) != expected:
                raise StoreConflict(f"{self._target(path)} is not what was written last")
            self.put(path, data)

    def names(self, folder: str) -> list[str]:
        """The names of the files in ``folder``."""
        target = self._target(folder)
        with _errors(target):
            if not target.is_dir():
                return []
            return sorted(entry.name for entry in os.scandir(target) if entry.is_file() and entry.name[0] != ".")

    def remove(self, path: str) -> None:
        """Removes the file at ``path``."""
        target = self._target(path)
        with _errors(target):
            target.unlink(missing_ok=True)

    def _target(self, path: str) -> Path:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or any(part in ("..", ".") or part.startswith(".") for part in parts):
            raise StoreError(f"{path!r} is not a path of the store")
        return self.root.joinpath(*parts)

    def _make_folder(self, folder: Path) -> None:
        """Makes the missing folders of a path, each flushed into the one above it."""
        missing = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            one.mkdir(exist_ok=True)
            _sync_folder(one.parent)

    @contextmanager
    def _locked(self) -> Generator[None]:
        with _errors(self.root), (self.root / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _errors(path: Path) -> Generator[None]:
    """Turns errors of the operating system into ours: after one, nobody knows what is on the disk."""
    try:
        yield
    except OSError as problem:
        raise StoreError(f"{path}: {problem.strerror or problem}") from problem
