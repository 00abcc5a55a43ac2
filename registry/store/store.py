"""The one small interface to public files, with what each call guarantees."""

from typing import Protocol


class StoreError(Exception):
    """The store did not do what was asked, or it is not known whether it did: the caller must not go on."""


class StoreConflict(StoreError):
    """``swap`` found other bytes than expected: somebody else has written."""


class Store(Protocol):
    """Public files by path: relative, ``/`` between names, no ``..``."""

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

    def remove(self, path: str) -> None:
        """Removes the file at ``path``, if it is there."""
        ...
