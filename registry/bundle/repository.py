"""The TUF metadata as it lies in the store: read and verified, and replaced in one step.

    tuf/metadata/<n>.root.json, <n>.targets.json, <n>.snapshot.json, timestamp.json
    tuf/targets/<SHA-256>.<name>

Whatever ``timestamp.json`` does not lead to does not exist: a publication that was cut off leaves such files, the next
one writes over them, and ``remove_unreferenced`` takes them away. Versions only grow, from those that the timestamp
leads to.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Snapshot, TargetFile, Targets, Timestamp

from keys import KeyUse, Signer
from registry.bundle.fault import BundleFault
from registry.bundle.tuf_keys import signed_bytes
from registry.store import Store
from verifier.bundle.chain import SIGNED_AT, Chain
from verifier.bundle.errors import RefusedUpdate

METADATA, TARGETS = "tuf/metadata", "tuf/targets"
TIMESTAMP = f"{METADATA}/timestamp.json"

TIMESTAMP_LIFE = timedelta(days=2)
SNAPSHOT_LIFE = timedelta(days=7)
TARGETS_LIFE = timedelta(days=7)
TIMESTAMP_RENEWAL = timedelta(hours=1)
"""A timestamp older than this is signed anew although nothing has changed, so that a sync always gets a young one."""

REBUILD = "carbonlabel keys rebuild-bundle"
GRACE = 16
"""Versions of the targets for which files that are not current stay, so that syncs under way can finish."""

_TARGETS_FILE = "targets.json"
_Linked = TypeVar("_Linked", Targets, Snapshot)
_VERSIONED = re.compile(r"([1-9][0-9]*)\.(root|targets|snapshot)\.json", re.ASCII)


class Published(Struct, frozen=True):
    """What the store's timestamp leads to. ``timestamp_data`` are its exact bytes."""

    timestamp_data: bytes
    timestamp: Timestamp
    snapshot: Snapshot
    targets: Targets

    @property
    def signed_at(self) -> datetime:
        """When the timestamp was signed."""
        return self.timestamp.expires - TIMESTAMP_LIFE


class Repository:
    """The bundle's metadata in ``store``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def published_root(self) -> int:
        """The version of the newest root in the store; 0 when it has none."""
        return max(self._versions("root"), default=0)

    def put_roots(self, roots: Sequence[bytes]) -> None:
        """Puts roots 1 to n into the store, the oldest first, where they are missing."""
        there = set(self._versions("root"))
        for version, data in enumerate(roots, 1):
            if version not in there:
                self._store.put(f"{METADATA}/{version}.root.json", data)

    def read(self, roots: Sequence[bytes], now: datetime) -> Published | None:
        """What is published, verified under one of ``roots``; None while nothing is.

        Raises ``BundleFault`` when it leads to what is not whole: then what verifiers have seen is not known here, and
        an operator must decide to rebuild.
        """
        data = self._store.get(TIMESTAMP)
        if data is None:
            return None
        problems = []
        for root in roots:
            try:
                return self._read_under(root, data, now)
            except RefusedUpdate as problem:
                problems.append(problem)
        raise BundleFault(
            f"the published bundle is not whole: {problems[-1]}. Restore it, or start anew with {REBUILD}"
        )

    def commit(
        self,
        targets: Mapping[str, TargetFile],
        before: Published | None,
        signers: Mapping[KeyUse, Sequence[Signer]],
        now: datetime,
        *,
        sign_all: bool,
        floor: int = 0,
    ) -> Published:
        """Publishes ``targets``, whose files are in the store; returns what is published then.

        Signs what has changed or grows old; everything with ``sign_all``. New versions are above ``floor``. The
        timestamp comes last, and only if it is still the one in ``before``: the commit point. Raises ``StoreError``.
        """
        kept = None if sign_all else before
        versions = _Versions(before, floor)
        if kept is not None and kept.targets.targets == targets and _is_young(kept.targets, TARGETS_LIFE, now):
            new, meta = kept.targets, kept.snapshot.meta[_TARGETS_FILE]
        else:
            new = Targets(versions.targets, expires=now + TARGETS_LIFE, targets=dict(targets))
            meta = self._put(new, signers[KeyUse.TARGETS])
        if kept is not None and kept.targets is new and _is_young(kept.snapshot, SNAPSHOT_LIFE, now):
            snapshot, meta = kept.snapshot, kept.timestamp.snapshot_meta
            if timedelta(0) <= now - kept.signed_at < TIMESTAMP_RENEWAL:
                return kept
        else:
            snapshot = Snapshot(versions.snapshot, expires=now + SNAPSHOT_LIFE, meta={_TARGETS_FILE: meta})
            meta = self._put(snapshot, signers[KeyUse.SNAPSHOT])
        timestamp = Timestamp(
            versions.timestamp,
            expires=now + TIMESTAMP_LIFE,
            snapshot_meta=meta,
            unrecognized_fields={SIGNED_AT: now.strftime("%Y-%m-%dT%H:%M:%SZ")},
        )
        data = signed_bytes(timestamp, signers[KeyUse.TIMESTAMP])
        self._store.swap(TIMESTAMP, self._store.get(TIMESTAMP) if before is None else before.timestamp_data, data)
        return Published(data, timestamp, snapshot, new)

    def remove_unreferenced(self, published: Published) -> None:
        """Removes targets and versions that nothing refers to but what was published ``GRACE`` versions ago or earlier,
        and what was never published. Roots stay."""
        used = {path for target in published.targets.targets.values() for path in target.get_prefixed_paths()}
        for role, newest in (("targets", published.targets.version), ("snapshot", published.snapshot.version)):
            for version in self._versions(role):
                path = f"{METADATA}/{version}.{role}.json"
                if not newest - GRACE < version <= newest:
                    self._store.remove(path)
                elif role == "targets":
                    used |= _paths_of(self._store.get(path))
        for name in self._store.names(TARGETS):
            if name not in used:
                self._store.remove(f"{TARGETS}/{name}")

    def highest_version(self) -> int:
        """The highest version of any file in the store."""
        return max([*self._versions("targets"), *self._versions("snapshot")], default=0)

    def _read_under(self, root: bytes, data: bytes, now: datetime) -> Published:
        chain = Chain(root, now, expired_ok=True)
        chain.add_timestamp(data)
        chain.add_snapshot(self._get(f"{chain.timestamp.snapshot_meta.version}.snapshot.json"))
        targets = self._get(f"{chain.snapshot.meta[_TARGETS_FILE].version}.targets.json")
        chain.add_targets(targets)
        return Published(data, chain.timestamp, chain.snapshot, _targets_of(targets))

    def _get(self, name: str) -> bytes:
        return self._store.get(f"{METADATA}/{name}") or b""

    def _put(self, role: _Linked, signers: Sequence[Signer]) -> MetaFile:
        data = signed_bytes(role, signers)
        self._store.put(f"{METADATA}/{role.version}.{role.type}.json", data)
        return MetaFile.from_data(role.version, data, ["sha256"])

    def _versions(self, role: str) -> list[int]:
        matches = map(_VERSIONED.fullmatch, self._store.names(METADATA))
        return [int(match[1]) for match in matches if match and match[2] == role]


class _Versions:
    """The next version of each role: one above what is published, and above the floor."""

    def __init__(self, before: Published | None, floor: int) -> None:
        self.targets = 1 + max(floor, 0 if before is None else before.targets.version)
        self.snapshot = 1 + max(floor, 0 if before is None else before.snapshot.version)
        self.timestamp = 1 + max(floor, 0 if before is None else before.timestamp.version)


def _is_young(signed: Targets | Snapshot, life: timedelta, now: datetime) -> bool:
    """Whether more than half of its life is left."""
    return signed.expires - now > life / 2


def _targets_of(data: bytes) -> Targets:
    metadata: Metadata[Targets] = Metadata.from_bytes(data)
    return metadata.signed


def _paths_of(data: bytes | None) -> set[str]:
    """The files that a version of the targets leads to; none when it cannot be read, as a half-published one."""
    try:
        targets = _targets_of(data or b"").targets
    except RepositoryError:
        return set()
    return {path for target in targets.values() for path in target.get_prefixed_paths()}
