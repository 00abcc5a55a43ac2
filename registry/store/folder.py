"""A store in a folder: atomic rename, fsync of file and folder."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from keys.durable import PARTIAL_SUFFIX, make_folders, write_durable
from registry.store.store import StoreConflict, StoreError, parts_of

_LOCK = ".lock"


class FolderStore:
    """Files below ``root``. Processes on one machine may share it: ``swap`` is serialised by a lock on the folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        with _errors(root):
            make_folders(root)

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
        with _errors(target):
            make_folders(target.parent)
            write_durable(target, data, replace=True)

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

    def below(self, folder: str) -> list[str]:
        """The paths of the files below ``folder``."""
        target = self._target(folder)
        with _errors(target):
            found = [file for file in target.rglob("*") if not file.is_dir() and file.name[0] != "."]
        return sorted(file.relative_to(self.root).as_posix() for file in found)

    def remove(self, path: str) -> None:
        """Removes the file at ``path``."""
        target = self._target(path)
        with _errors(target):
            target.unlink(missing_ok=True)

    def remove_leftovers(self, before: datetime) -> None:
        """Removes what a writer that was killed has left: files on their way, last written to before then."""
        with _errors(self.root):
            for file in self.root.rglob(f".*{PARTIAL_SUFFIX}"):
                with suppress(FileNotFoundError):  # its writer has just finished
                    if file.stat().st_mtime < before.timestamp():
                        file.unlink()

    def _target(self, path: str) -> Path:
        return self.root.joinpath(*parts_of(path))

    @contextmanager
    def _locked(self) -> Generator[None]:
        with _errors(self.root), (self.root / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@contextmanager
def _errors(path: Path) -> Generator[None]:
    """Turns errors of the operating system into ours: after one, nobody knows what is on the disk."""
    try:
        yield
    except OSError as problem:
        raise StoreError(f"{path}: {problem.strerror or problem}") from problem
