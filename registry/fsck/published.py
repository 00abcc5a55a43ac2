"""How the bundle in the public store is checked: the store's files as anyone fetches them, and the home's roots."""

from collections.abc import Iterator
from pathlib import Path

from keys import TrustError, TrustList
from registry.bundle.fault import BundleFault
from registry.bundle.repository import Repository
from registry.bundle.roles import roots_in
from registry.bundle.roots import root_of
from registry.store import Store, StoreError
from verifier.bundle.errors import FetchError, NotPublished
from verifier.bundle.targets import TRUST
from verifier.fsck import Fault, FaultCode, Replay
from verifier.fsck.trust import check_trust


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


def check_published_trust(data: bytes | None, replay: Replay, faults: list[Fault]) -> None:
    """Compares the trust list that lies in the store, if there is one, with the log's key entries."""
    if data is None:
        return
    try:
        trust = TrustList.parse(data)
    except TrustError as problem:
        faults.append(Fault(FaultCode.TRUST_DIFFERS, TRUST, str(problem)))
        return
    moment = replay.remembered()
    then = None if moment is None else moment.keys
    for place, sentence in check_trust(trust, replay.keys, then, replay.origin):
        faults.append(Fault(FaultCode.TRUST_DIFFERS, place, sentence))
