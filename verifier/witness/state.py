"""What a witness has seen: the last checkpoint of each log, in a folder, safe against a crash at any moment.

FOLDER/.lock             held while a witness works here: two would not know of each other's signatures
FOLDER/<hash>.checkpoint the last seen checkpoint of one log, as it was submitted; the name is a hash of the origin
FOLDER/<hash>.fork       a checkpoint that the log signed for the same size with another root: proof that it lies

The folder must never be brought back from a backup: a witness that forgets what it signed signs the opposite.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from keys import MalformedNote, parse_note
from keys.durable import PARTIAL_SUFFIX, flush_to_disk, make_folders, write_durable
from schemas.tlog import Checkpoint, MalformedTlog

MAX_FORKS = 100
"""Forks kept. Only the log itself can make them, and one is proof enough."""


class WitnessFault(Exception):
    """The witness cannot know what it has signed, or not remember it: it must not sign."""


class SeenCheckpoints:
    """The memory of one witness. The caller serialises the calls; a context manager that holds the folder's lock."""

    def __init__(self, folder: Path) -> None:
        """Raises ``WitnessFault`` if another witness works here or a checkpoint cannot be read."""
        self._folder = folder
        self._broken = False
        with _faults(folder):
            make_folders(folder)
            flush_to_disk(folder.parent)  # another may have made it, and not come so far
            self._lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._begin()
        except BaseException:
            os.close(self._lock)
            raise

    def _begin(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WitnessFault(f"another witness is at work in {self._folder}") from None
        with _faults(self._folder):
            for partial in self._folder.glob(f"*{PARTIAL_SUFFIX}"):
                partial.unlink()
            for path in sorted(self._folder.glob("*.checkpoint")):
                _read(path)
                flush_to_disk(path)  # what a crash left in memory only must not be built upon
            flush_to_disk(self._folder)

    def close(self) -> None:
        """Lets go of the folder."""
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def last(self, origin: str) -> Checkpoint | None:
        """The last seen checkpoint of the log ``origin``; None if there was none. Raises ``WitnessFault``."""
        if self._broken:
            raise WitnessFault(f"{self._folder} could not be written: look at the disk, then start the witness again")
        path = self._path(origin, "checkpoint")
        with _faults(path):
            if not path.exists():
                return None
            checkpoint = _read(path)
        if checkpoint.origin != origin:
            raise WitnessFault(f"{path} is of another log: this witness has lost its memory and must be retired")
        return checkpoint

    def swap(self, origin: str, expected: Checkpoint | None, note: bytes) -> None:
        """Remembers ``note`` if the last seen checkpoint is ``expected``; on disk when this returns.

        Raises ``WitnessFault`` if it is another, or when it is not known whether ``note`` is on disk. After that, every
        call raises: what is in memory may not be on disk.
        """
        if self.last(origin) != expected:
            raise WitnessFault(f"the last checkpoint of {origin} has changed in between")
        try:
            self._write(self._path(origin, "checkpoint"), note)
        except WitnessFault:
            self._broken = True
            raise

    def keep_fork(self, origin: str, note: bytes) -> Path | None:
        """Keeps a checkpoint that contradicts the last seen one, and says where; None when there are enough."""
        with _faults(self._folder):
            if len(list(self._folder.glob("*.fork"))) >= MAX_FORKS:
                return None
            path = self._path(f"{origin}\n{parse_note(note).text}", "fork")
            self._write(path, note)
            return path

    def _path(self, origin: str, kind: str) -> Path:
        return self._folder / f"{sha256(origin.encode()).hexdigest()[:32]}.{kind}"

    def _write(self, path: Path, note: bytes) -> None:
        with _faults(path):
            write_durable(path, note, replace=True)


def _read(path: Path) -> Checkpoint:
    try:
        return Checkpoint.parse(parse_note(path.read_bytes()).text)
    except (MalformedNote, MalformedTlog) as problem:
        raise WitnessFault(f"{path} cannot be read: this witness has lost its memory and must be retired") from problem


@contextmanager
def _faults(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as problem:
        raise WitnessFault(f"{path}: {problem.strerror or problem}") from problem
