"""Publishing the bundle of a checkpoint.

1. Read what is published, and verify it: versions are counted on from there, full shards are kept from there.
2. Put the targets that have changed into the store. They are named by their hash, and nothing refers to them yet.
3. Put targets.json and snapshot.json under their new versions, then replace timestamp.json: the commit point.
4. If there is a new root, put it beside the others. What was signed in step 3 is good under the old and under the new.
5. Now and then, remove what nothing refers to any more.

Where the root asks for witnesses, a checkpoint that they have not cosigned is not published, nor a root under which the
published one is not enough: the bundle stays as it is until they have. While the log has grown beyond it, its timestamp
is not signed anew either: it would call facts fresh that are not, and so it grows stale, and then expires.

Each call starts from what lies in the store, so one that was cut off anywhere is repaired by the next.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from tuf.api.metadata import Root, TargetFile

from keys import parse_note
from registry.bundle.facts import shard_of, signed_list_of, status_list_of, trust_of
from registry.bundle.fault import BundleFault
from registry.bundle.repository import GRACE, REBUILD, TARGETS, TIMESTAMP, Published, Repository
from registry.bundle.roles import ensure_roles, note_publication, was_published
from registry.bundle.witnessed import unwitnessed
from registry.registry import Registry
from registry.store import Store
from schemas.shard import SHARD_WIDTH, shard_name
from schemas.tlog import Checkpoint
from verifier.bundle.targets import CHECKPOINT, SIGNED, STATUS, TRUST

RENEW_ROOT = timedelta(days=30)
"""How long before its expiry a root's renewal is asked for, at each publication."""

_RENEW = "have two holders of root keys renew it: carbonlabel keys draft-root"
_LOG = logging.getLogger("carbonlabel.bundle")


def publish_bundle(registry: Registry, store: Store, checkpoint: bytes, size: int, now: datetime) -> bool:
    """Brings the bundle in ``store`` to ``checkpoint``, a signed note of a log of ``size`` entries; ``now`` is UTC.

    Idempotent: writes nothing when there is nothing new, but signs the timestamp anew when it is an hour old. While
    witnesses of a grown log are missing, it warns, and returns false. Only one may run at a time. Raises
    ``BundleFault`` when an operator must look, ``StoreError`` when the store fails.
    """
    roles, repository = ensure_roles(registry, now), Repository(store)
    known, root = len(roles.roots), repository.published_root()
    if root > known:
        raise BundleFault(f"root {root} is published, but this home has only {known}: restore its root folder")
    published = repository.read([roles.roots[-1], *roles.roots[root - 1 : root]], now)
    if published is None:
        if was_published(registry):
            raise BundleFault(f"{TIMESTAMP} is lost: restore it, or start anew with {REBUILD}")
        repository.put_roots(roles.roots)
        root = known
    _check_root(roles.newest, now)
    targets = _Targets(registry, store, published)
    lacking = unwitnessed(registry, checkpoint, (roles.roots[root - 1], roles.roots[-1]), now)
    if lacking is None:
        there, newest = targets.put(checkpoint, size), known
    elif published is None:
        _LOG.warning("no bundle is published: %s", lacking)
        return False
    else:
        there = published.targets.targets
        newest = root if unwitnessed(registry, targets.checkpoint(), roles.roots[-1:], now) else known
        if newest == root and targets.published_size() < size:
            _LOG.warning("the bundle is not brought to the log's %d entries: %s", size, lacking)
            return False
    signers = roles.signers(sorted({newest, root}))
    committed = repository.commit(there, published, signers, now, sign_all=root < newest)
    note_publication(registry)
    repository.put_roots(roles.roots[:newest])
    if committed is not published and committed.targets.version % GRACE == 0:
        repository.remove_unreferenced(committed)
    if lacking is not None and root < newest:  # it may be enough under the root that is published now
        return publish_bundle(registry, store, checkpoint, size, now)
    if lacking is not None:
        _LOG.warning("the bundle is not brought to the log's %d entries: %s", size, lacking)
    return lacking is None


def rebuild_bundle(registry: Registry, store: Store, checkpoint: bytes, size: int, now: datetime) -> None:
    """Publishes anew after ``timestamp.json`` was lost or damaged, with versions above all that verifiers have seen.

    An operator's decision. Versions go on from the time in seconds, which counting never reaches. Raises
    ``BundleFault`` also for a checkpoint that lacks witnesses: no verifier would take it.
    """
    roles, repository = ensure_roles(registry, now), Repository(store)
    lacking = unwitnessed(registry, checkpoint, roles.roots[-1:], now)
    if lacking is not None:
        raise BundleFault(f"{lacking}. To ask the witnesses again: carbonlabel sequence --once")
    repository.put_roots(roles.roots)
    targets = _Targets(registry, store, None).put(checkpoint, size)
    floor = max(repository.highest_version(), int(now.timestamp()))
    repository.commit(targets, None, roles.signers([len(roles.roots)]), now, sign_all=True, floor=floor)


def _check_root(root: Root, now: datetime) -> None:
    """Says in time that the root must be renewed; an expired one is a fault, for no verifier takes it."""
    left = root.expires - now
    if left <= timedelta(0):
        raise BundleFault(f"the root expired on {root.expires:%Y-%m-%d}: {_RENEW}")
    if left < RENEW_ROOT:
        _LOG.warning("the root expires on %s: %s", f"{root.expires:%Y-%m-%d}", _RENEW)


class _Targets:
    """Step 2: the targets of a log of some size, in the store."""

    def __init__(self, registry: Registry, store: Store, before: Published | None) -> None:
        self._registry = registry
        self._store = store
        self._before = {} if before is None else before.targets.targets
        self._there: Collection[str] = set(store.names(TARGETS))

    def put(self, checkpoint: bytes, size: int) -> dict[str, TargetFile]:
        """Writes those that are not there, and returns all by name."""
        last_size = self.published_size()
        if size < last_size:
            raise BundleFault(
                f"a bundle of {last_size} entries is published, this log has {size}: restore the database"
            )
        kept = {name: target for name, target in self._before.items() if self._is_there(target)}
        checkpoints = kept.get(CHECKPOINT)
        if checkpoints is not None and checkpoints.hashes["sha256"] == sha256(checkpoint).hexdigest():
            unchanged = set(_names(size))
        else:
            unchanged = {shard_name(first) for first in range(0, last_size - SHARD_WIDTH + 1, SHARD_WIDTH)}
        kept = {name: target for name, target in kept.items() if name in unchanged}
        return {name: kept.get(name) or self._put(name, self._content(name, checkpoint, size)) for name in _names(size)}

    def _content(self, name: str, checkpoint: bytes, size: int) -> bytes:
        database = self._registry.database
        if name == TRUST:
            return trust_of(database, self._registry.config, size).encode()
        if name == CHECKPOINT:
            return checkpoint
        if name == STATUS:
            return status_list_of(database, size)
        if name == SIGNED:
            return signed_list_of(database, size)
        return shard_of(database, int(name.split("-")[1]), size)

    def _put(self, name: str, data: bytes) -> TargetFile:
        target = TargetFile.from_data(name, data, ["sha256"])
        self._store.put(_path(target), data)
        return target

    def _is_there(self, target: TargetFile) -> bool:
        return _path(target).rpartition("/")[2] in self._there

    def published_size(self) -> int:
        """The size of the log in the published bundle."""
        return Checkpoint.parse(parse_note(self.checkpoint()).text).size if self._before else 0

    def checkpoint(self) -> bytes:
        """The checkpoint in the published bundle, which there is."""
        target = self._before[CHECKPOINT]
        note = self._store.get(_path(target))
        if note is None or sha256(note).hexdigest() != target.hashes["sha256"]:
            raise BundleFault(f"the published checkpoint is lost or changed: restore it, or start anew with {REBUILD}")
        return note


def _path(target: TargetFile) -> str:
    (name,) = target.get_prefixed_paths()
    return f"{TARGETS}/{name}"


def _names(size: int) -> list[str]:
    """The names of the targets of a log of ``size`` entries."""
    return [TRUST, CHECKPOINT, STATUS, SIGNED, *(shard_name(first) for first in range(0, size, SHARD_WIDTH))]
