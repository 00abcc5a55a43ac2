"""Brings a bundle's folder up to date with its registry. Whatever happens on the way, the bundle held stays whole.

1. Trust: the roots held, or the one given, then every newer root; timestamp, snapshot, targets. (TUF 1.0, section 5.)
2. Fetch into ``incoming`` what the bundle held does not have with that very hash; what changes often first.
3. Build the new generation beside the old, open it as a verifier would, and compare the two: nothing may go back.
4. Make it the current one, in one step.
"""

import shutil
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from tuf.api.metadata import TargetFile

from keys.durable import flush_to_disk
from schemas.tlog import Checkpoint
from verifier.bundle.chain import (
    MAX_ROOT,
    MAX_SNAPSHOT,
    MAX_TARGETS,
    MAX_TIMESTAMP,
    Chain,
    HeldMetadata,
    meta_hash,
)
from verifier.bundle.errors import (
    DamagedBundle,
    EndlessDataError,
    HashMismatchError,
    NotPublished,
    RootNeeded,
)
from verifier.bundle.fetch import Fetcher, download, read
from verifier.bundle.generations import (
    INCOMING,
    StoredMetadata,
    add_target,
    begin,
    commit,
    current,
    hash_of,
    tidy,
)
from verifier.bundle.lock import locked
from verifier.bundle.open import load, load_standing, replay
from verifier.bundle.opened import Bundle, check_follows, check_rows
from verifier.bundle.targets import shards_of, wanted
from verifier.witness.policy import NO_WITNESSES, WitnessPolicy

METADATA_PATH, TARGETS_PATH = "tuf/metadata", "tuf/targets"
"""Where a registry publishes, below its URL."""

_MOST_ROOTS = 256
_ROUNDS = 3

Progress = Callable[[int, int], None]
"""Is told of bytes: how many are there, of how many."""

Consistency = Callable[[Checkpoint, Checkpoint], None]
"""Raises unless the log of the second checkpoint grew from that of the first."""


class Synced(Struct, frozen=True):
    """What a sync did. ``fetched`` counts bytes of targets, ``total`` those of the whole bundle.

    ``trusted_root`` is the SHA-256 of a root that was trusted only because it was the first.
    """

    bundle: Bundle
    changed: bool
    fetched: int
    total: int
    trusted_root: str | None = None


def sync(
    fetcher: Fetcher,
    folder: Path,
    *,
    now: datetime,
    root: bytes | None = None,
    trust_first_root: bool = False,
    progress: Progress = lambda _done, _total: None,
    consistency: Consistency | None = None,
    witnesses: WitnessPolicy = NO_WITNESSES,
) -> Synced:
    """Brings the bundle in ``folder`` up to date, or makes it.

    The first sync needs ``root``, the bytes of a root file got by another way; or ``trust_first_root``, which believes
    whoever answers. Later, a ``root`` given must be one that the bundle goes back to. ``consistency`` is asked whether
    the log grew from the one held, once it has grown. ``witnesses`` are to have cosigned the checkpoint beside those
    that the root asks for. Raises ``BundleError``.
    """
    with locked(folder):
        for left in reversed(range(_ROUNDS)):
            try:
                return _Sync(fetcher, folder, now, progress, consistency, witnesses).run(root, trust_first_root)
            except NotPublished:
                if not left:  # the registry published while we fetched, and removed what it named before
                    raise
        raise AssertionError


class _Sync:
    """One round of a sync."""

    def __init__(
        self,
        fetcher: Fetcher,
        folder: Path,
        now: datetime,
        progress: Progress,
        consistency: Consistency | None,
        witnesses: WitnessPolicy,
    ) -> None:
        self._fetcher = fetcher
        self._folder = folder
        self._now = now
        self._progress = progress
        self._consistency = consistency
        self._witnesses = witnesses
        self._held = current(folder)
        self._stored = None if self._held is None else self._held.metadata()
        self._fetched = 0

    def run(self, root: bytes | None, trust_first_root: bool) -> Synced:
        """All four steps."""
        tidy(self._folder, self._held)
        chain, first = self._anchor(root, trust_first_root)
        self._follow_roots(chain)
        if root is not None:
            chain.require_root(root)
        metadata = self._metadata(chain)
        targets = wanted(chain.targets)
        total = sum(target.length for target in targets.values())
        bundle = self._unchanged(metadata, chain)
        if bundle is not None:
            return Synced(bundle, False, 0, total)
        sources = self._fetch(targets, total)
        bundle = self._switch(chain, metadata, targets, sources)
        return Synced(bundle, True, self._fetched, total, first)

    def _anchor(self, root: bytes | None, trust_first_root: bool) -> tuple[Chain, str | None]:
        """The chain from where trust begins; and the hash of a root that is trusted for being the first."""
        if self._stored is not None:
            chain = Chain(self._stored.roots[0], self._now)
            for data in self._stored.roots[1:]:
                chain.add_root(data)
            return chain, None
        if root is not None:
            chain = Chain(root, self._now)
            self._compare_root(chain)
            return chain, None
        if not trust_first_root:
            raise RootNeeded(
                "the first sync needs the registry's root file, got from its operator by another way: "
                "--root ROOT.json. To believe whoever answers at that address, this once: --trust-first-root"
            )
        data = read(self._fetcher, f"{METADATA_PATH}/1.root.json", MAX_ROOT)
        return Chain(data, self._now), sha256(data).hexdigest()

    def _compare_root(self, chain: Chain) -> None:
        """Whether the registry has the root that was given: a wrong file is better found out here than by a signature
        that does not fit."""
        try:
            theirs = read(self._fetcher, f"{METADATA_PATH}/{chain.root.version}.root.json", MAX_ROOT)
        except NotPublished:
            return
        chain.require_root(theirs)

    def _follow_roots(self, chain: Chain) -> None:
        for _ in range(_MOST_ROOTS):
            try:
                data = read(self._fetcher, f"{METADATA_PATH}/{chain.root.version + 1}.root.json", MAX_ROOT)
            except NotPublished:
                return
            chain.add_root(data)
        raise EndlessDataError(f"the registry has more than {_MOST_ROOTS} new roots: ask it")

    def _metadata(self, chain: Chain) -> StoredMetadata:
        """Timestamp, snapshot and targets, verified."""
        stored = self._stored
        held = None if stored is None else HeldMetadata(stored.timestamp, stored.snapshot)
        timestamp = read(self._fetcher, f"{METADATA_PATH}/timestamp.json", MAX_TIMESTAMP)
        chain.add_timestamp(timestamp, held)
        meta = chain.timestamp.snapshot_meta
        snapshot = self._linked(f"{meta.version}.snapshot.json", MAX_SNAPSHOT, meta.length)
        chain.add_snapshot(snapshot)
        meta = chain.snapshot.meta["targets.json"]
        targets = self._linked(f"{meta.version}.targets.json", MAX_TARGETS, meta.length)
        chain.add_targets(targets)
        roots = chain.roots
        return StoredMetadata(tuple(roots), chain.root.version - len(roots) + 1, timestamp, snapshot, targets)

    def _linked(self, name: str, most: int, length: int | None) -> bytes:
        return read(self._fetcher, f"{METADATA_PATH}/{name}", most, length)

    def _unchanged(self, metadata: StoredMetadata, chain: Chain) -> Bundle | None:
        """The bundle held, if it is the newest and undamaged."""
        if self._held is None or self._stored != metadata:
            return None
        try:
            return load(self._held, chain, self._witnesses)
        except DamagedBundle:
            return None

    def _fetch(self, targets: dict[str, TargetFile], total: int) -> dict[str, Path]:
        """Where each target lies, verified: in the bundle held, or fetched."""
        incoming = self._folder / INCOMING
        incoming.mkdir(exist_ok=True)
        sources, done = {}, 0
        for name, target in targets.items():
            held = None if self._held is None else self._held.target(name)
            if held is not None and held.is_file() and hash_of(held) == meta_hash(target):
                sources[name] = held
            else:
                sources[name] = self._fetch_one(incoming, name, target, done, total)
            done += target.length
            self._progress(done, total)
        return sources

    def _fetch_one(self, incoming: Path, name: str, target: TargetFile, done: int, total: int) -> Path:
        """The target in ``incoming``, whole and verified. What an earlier sync left there is gone on from; if that was
        not the truth, from the beginning."""
        path = incoming / meta_hash(target)
        have = path.stat().st_size if path.exists() else 0
        if have > target.length:
            path.unlink()
            have = 0

        def more(count: int) -> None:
            nonlocal at
            at += count
            self._fetched += count
            self._progress(min(done + at, total), total)

        for start in (have, 0) if have else (0,):
            at = start
            download(self._fetcher, f"{TARGETS_PATH}/{path.name}.{name}", path, target.length, more)
            if hash_of(path) == path.name:
                flush_to_disk(path)
                return path
            path.unlink()
        raise HashMismatchError(f"{name} is not what the registry signed: try again later, or another mirror")

    def _switch(
        self, chain: Chain, metadata: StoredMetadata, targets: dict[str, TargetFile], sources: dict[str, Path]
    ) -> Bundle:
        """Steps 3 and 4."""
        building = begin(self._folder, self._held, metadata)
        for name in targets:
            add_target(building, name, sources[name])
        bundle = load(building, chain, self._witnesses)
        new = [self._held is None or sources[name].parent.name == INCOMING for name in shards_of(targets)]
        check_rows(bundle.shards, new)
        self._compare(bundle)
        generation = commit(self._folder, building, metadata)
        tidy(self._folder, generation)
        shutil.rmtree(self._folder / INCOMING)
        return bundle

    def _compare(self, bundle: Bundle) -> None:
        """Refuses a bundle that goes back behind the one held. If that is damaged, its versions are all that is left to
        hold on to."""
        if self._held is None or self._stored is None:
            return
        try:
            held = load_standing(self._held, replay(self._stored, self._now))
        except DamagedBundle:
            return
        check_follows(bundle, held)
        if self._consistency is not None and bundle.checkpoint.size > held.checkpoint.size:
            self._consistency(held.checkpoint, bundle.checkpoint)
