"""Stores in memory that tests look into, cut off and tamper with; a sync reads from them as from a registry."""

from collections.abc import Iterator

from registry.store import StoreConflict, StoreError
from verifier.bundle import NotPublished


class MemoryStore:
    """A ``registry.store.Store`` and a ``verifier.bundle.Fetcher`` in one: what is published is what is fetched."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files: dict[str, bytes] = dict(files or {})
        self.fetched: list[str] = []

    def get(self, path: str) -> bytes | None:
        return self.files.get(path)

    def put(self, path: str, data: bytes) -> None:
        self.files[path] = bytes(data)

    def swap(self, path: str, expected: bytes | None, data: bytes) -> None:
        if self.files.get(path) != expected:
            raise StoreConflict(path)
        self.put(path, data)

    def names(self, folder: str) -> list[str]:
        parts = (path.rpartition("/") for path in self.files)
        return sorted(name for parent, _, name in parts if parent == folder)

    def below(self, folder: str) -> list[str]:
        return sorted(path for path in self.files if path.startswith(f"{folder}/"))

    def remove(self, path: str) -> None:
        self.files.pop(path, None)

    def chunks(self, path: str, start: int) -> Iterator[bytes]:
        self.fetched.append(path)
        data = self.files.get(path)
        if data is None:
            raise NotPublished(path)
        for place in range(start, len(data), 1000):
            yield data[place : place + 1000]

    def copy(self) -> "MemoryStore":
        return MemoryStore(self.files)


class FailingStore(MemoryStore):
    """A store whose write number ``fail_at``, from 0, fails: with ``persisted``, only after it has taken effect."""

    def __init__(self, store: MemoryStore, fail_at: int | None, persisted: bool) -> None:
        super().__init__()
        self.files = store.files  # shared: what was written stays
        self.writes = 0
        self._fail_at = fail_at
        self._persisted = persisted

    def put(self, path: str, data: bytes) -> None:
        with _Write(self):
            super().put(path, data)

    def swap(self, path: str, expected: bytes | None, data: bytes) -> None:
        if self.files.get(path) != expected:
            raise StoreConflict(path)
        self.put(path, data)

    def remove(self, path: str) -> None:
        with _Write(self):
            super().remove(path)

    def fails_now(self) -> bool:
        self.writes += 1
        return self.writes - 1 == self._fail_at

    @property
    def persists(self) -> bool:
        return self._persisted


class _Write:
    """One write, which fails before or after it took effect if it is the chosen one."""

    def __init__(self, store: FailingStore) -> None:
        self._store = store
        self._fails = False

    def __enter__(self) -> None:
        self._fails = self._store.fails_now()
        if self._fails and not self._store.persists:
            raise StoreError("the disk is full")

    def __exit__(self, *_: object) -> None:
        if self._fails:
            raise StoreError("the connection broke while the store answered")
