"""The one small interface to public files, with what each call guarantees.

StoreError
├── StoreConflict       ``swap`` found other bytes than expected
└── StoreUnavailable    the store could not be asked, or its answer is not known
"""

from pathlib import PurePosixPath
from typing import Protocol

_MAX_PATH = 512
"""Bytes of a path; with a bucket's prefix less than the 1024 that S3 allows."""


class StoreError(Exception):
    """The store did not do what was asked, or it is not known whether it did: the caller must not go on."""


class StoreConflict(StoreError):
    """``swap`` found other bytes than expected: somebody else has written."""


class StoreUnavailable(StoreError):
    """The store is out of reach, refuses, or broke off. Asked later it may answer; whether a write took effect is not
    known."""


class Store(Protocol):
    """Public files by path: relative, ``/`` between names, no name that begins with a dot."""

    def get(self, path: str) -> bytes | None:
        """The bytes at ``path``; None when there is no such file. Raises ``StoreError`` when that cannot be told."""
        ...

    def put(self, path: str, data: bytes) -> None:
        """Writes ``data`` at ``path``, whole or not at all, durably when this returns. Replaces what was there."""
        ...

    def swap(self, path: str, expected: bytes | None, data: bytes) -> None:
        """As ``put``, but only if ``path`` holds ``expected`` (None: nothing). Raises ``StoreConflict`` if it does not.

        This is the commit point of whoever calls it: two writers with the same ``expected`` never both succeed.
        """
        ...

    def names(self, folder: str) -> list[str]:
        """The names of the files right below ``folder``, sorted; none when there is no such folder."""
        ...

    def below(self, folder: str) -> list[str]:
        """The paths of all files below ``folder``, however deep, sorted; none when there is no such folder."""
        ...

    def remove(self, path: str) -> None:
        """Removes the file at ``path``, if it is there."""
        ...


def parts_of(path: str) -> tuple[str, ...]:
    """The names in ``path``. Raises ``StoreError`` for what can be no path of a store."""
    parts = PurePosixPath(path).parts
    # What cannot be printed is tested first: a lone surrogate has no bytes to count.
    sound = path.isprintable() and len(path.encode()) <= _MAX_PATH and not path.startswith("/")
    if not parts or not sound or any(part.startswith(".") for part in parts):
        raise StoreError(f"{path[:200]!r} is not a path of the store")
    return parts
