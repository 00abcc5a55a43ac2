"""How the bundle in the public store is checked: the store's files as anyone fetches them, and the home's roots."""

from collections.abc import Iterator
from pathlib import Path

from registry.bundle.fault import BundleFault
from registry.bundle.repository import Repository
from registry.bundle.roles import roots_in
from registry.bundle.roots import root_of
from registry.store import Store, StoreError
from verifier.bundle.errors import FetchError, NotPublished
from verifier.fsck import Fault, FaultCode


class StoredFiles:
    """A ``verifier.bundle.Fetcher`` over the public store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def chunks(self, path: str, start: int) -> Iterator[bytes]:
        """See ``Fetcher``."""
        try:
            data = self._store.get(path)
        except StoreError as problem:
            raise FetchError(str(problem)) from problem
        if data is None:
            raise NotPublished(f"{path} is not there")
        yield data[start:]


def published_roots(folder: Path, store: Store, faults: list[Fault]) -> tuple[bytes, ...]:
    """The home's root files, as far as they are published: the newest one may wait for the next publication."""
    try:
        roots = roots_in(folder)
        for data in roots:
            root_of(data)
        newest = Repository(store).published_root()
    except (BundleFault, StoreError, OSError) as problem:
        faults.append(Fault(FaultCode.FILE_UNREADABLE, str(folder), str(problem)))
        return ()
    if newest > len(roots):
        said = f"it has {len(roots)} roots, and root {newest} is published: restore it from the public store"
        faults.append(Fault(FaultCode.BUNDLE_ROOT, str(folder), said))
    return roots[:newest]
