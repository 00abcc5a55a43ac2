"""The whole check that anyone can make of a log, from its public files and a trust list.

Every read is bounded, and after a row of files that are not there the rest is not asked for: however a registry lies,
the check ends.
"""

from collections.abc import Callable
from datetime import datetime

from keys import KeysError, MalformedNote, NoteKey, TrustError, TrustList, open_note, parse_note
from keys.note import MAX_NOTE_BYTES
from schemas.entry import MAX_ENTRY, leaf_hash
from schemas.tlog import (
    HASH_BYTES,
    Checkpoint,
    EntryBundle,
    MalformedTlog,
    Tile,
    decode_entries,
    entry_bundles_of,
    tiles_of,
)
from verifier.bundle.errors import BundleError, FetchError, NotPublished
from verifier.bundle.fetch import Fetcher, read
from verifier.fsck.bundle import PublishedBundle
from verifier.fsck.cases import MAX_DATASET, check_datasets, dataset_path
from verifier.fsck.fault import Fault, FaultCode, Report
from verifier.fsck.replay import Replay
from verifier.fsck.signatures import Signatures
from verifier.fsck.tree import GrowingTree
from verifier.fsck.trust import check_trust

CHECKPOINT = "log/checkpoint"
_MOST_MISSING = 16
"""Bundles that are not there one after the other, before the check gives up looking for more."""

Progress = Callable[[int, int], None]


def check_public(
    fetcher: Fetcher,
    trust: TrustList | None,
    now: datetime,
    *,
    kept: bytes | None = None,
    root: bytes | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Report:
    """All faults of the log and the bundle that ``fetcher`` has, at ``now``.

    ``trust`` is the registry's trust list; None: the one in its bundle is taken. ``kept`` is a signed checkpoint of the
    log that the caller once kept, ``root`` a root file to pin the bundle to; without one, the first root is taken as it
    comes, and the report says which. A log without any file of a bundle has not published one yet: no fault, unless
    ``root`` was given.

    Raises ``FetchError`` when not even the checkpoint can be asked for, ``RefusedUpdate`` for a ``root`` that is none,
    ``TrustError`` when there is no trust list.
    """
    faults: list[Fault] = []
    bundle = PublishedBundle(fetcher, faults, now, () if root is None else (root,), None if root is None else True)
    bundle.read()
    trust = trust or bundle.trust
    if trust is None:
        raise TrustError("there is no trust list, neither trust.json nor one in a bundle: keep one, and name it")
    with Signatures(faults) as signatures:
        replay = Replay(trust.registry.origin, faults, signatures, bundle.size)
        tree = GrowingTree(size for size in (_size_of(kept), bundle.size) if size is not None)
        check = _Check(fetcher, trust, replay, tree, faults)
        checkpoint = check.checkpoint()
        if checkpoint is not None:
            check.entries(checkpoint, progress)
            check.tiles(checkpoint.size)
            check.root(checkpoint)
            check.signature()
            check.trust()
            check.kept(kept, checkpoint)
            check_datasets(replay, check.dataset, faults)
            bundle.compare(replay, tree, check.lost, trust.registry.name, signatures)
        signatures.finish()
    return Report(tuple(faults), tree.size, len(replay.records), replay.disowned(), bundle.seen)


def _size_of(kept: bytes | None) -> int | None:
    """The size that a kept checkpoint claims."""
    try:
        return None if kept is None else Checkpoint.parse(parse_note(kept).text).size
    except (MalformedNote, MalformedTlog):
        return None


class _Check:
    """One check under way."""

    def __init__(
        self, fetcher: Fetcher, trust: TrustList, replay: Replay, tree: GrowingTree, faults: list[Fault]
    ) -> None:
        self._fetcher = fetcher
        self._trust = trust
        self._replay = replay
        self._tree = tree
        self._faults = faults
        self._tiles: dict[int, bytes] = {}
        self._note = b""
        self.lost: set[int] = set()
        """Indexes whose entries are not there."""

    def checkpoint(self) -> Checkpoint | None:
        """The published checkpoint, not verified yet: one whose signature is not good is compared all the same."""
        try:
            note = read(self._fetcher, CHECKPOINT, MAX_NOTE_BYTES)
        except NotPublished:
            return self._say(FaultCode.CHECKPOINT_MISSING, CHECKPOINT, "there is none")
        except FetchError:
            raise
        except BundleError as problem:
            return self._say(FaultCode.CHECKPOINT_FORM, CHECKPOINT, str(problem))
        try:
            checkpoint = Checkpoint.parse(parse_note(note).text)
        except (MalformedNote, MalformedTlog) as problem:
            return self._say(FaultCode.CHECKPOINT_FORM, CHECKPOINT, f"it cannot be read: {problem}")
        self._note = note
        if checkpoint.origin != self._trust.registry.origin:
            self._say(FaultCode.CHECKPOINT_FORM, CHECKPOINT, f"it is of another log, {checkpoint.origin!r}")
        return checkpoint

    def entries(self, checkpoint: Checkpoint, progress: Progress) -> None:
        """Fetches every entry, and replays it. Where a bundle is lost, the tree takes its leaves from the tile."""
        missing = 0
        for bundle in entry_bundles_of(checkpoint.size):
            tile = self._fetch_tile(Tile(0, bundle.index, bundle.width))
            entries = self._fetch_entries(bundle)
            missing = missing + 1 if entries is None else 0
            self.lost |= set(range(bundle.start, bundle.end)) if entries is None else set()
            for offset in range(bundle.width):
                index = bundle.start + offset
                if entries is not None:
                    self._replay.take(index, entries[offset])
                    self._tree.append(leaf_hash(entries[offset]))
                else:
                    self._tree.append(tile[offset * HASH_BYTES :][:HASH_BYTES] if tile else bytes(HASH_BYTES))
            progress(self._tree.size, checkpoint.size)
            if missing == _MOST_MISSING:
                said = f"{missing} bundles in a row are not there: the rest was not asked for"
                self._say(FaultCode.ENTRIES_MISSING, f"log/{bundle.path}", said)
                return

    def tiles(self, size: int) -> None:
        """Compares every tile with the entries, as far as these go."""
        for tile in tiles_of(min(size, self._tree.size)):
            found = self._tiles.pop(tile.index, b"") if tile.level == 0 else self._fetch_tile(tile)
            if found and found != self._tree.tile(tile):
                said = "it does not hold the hashes of the entries"
                self._say(FaultCode.TILE_DIFFERS, f"log/{tile.path}", said)

    def signature(self) -> None:
        """Whether the checkpoint is signed by the log's key: that of the trust list, or the one it introduced last."""
        keys = {key.key.raw: key for key in self._replay.keys.log_keys(self._trust.registry.origin)[-1:]}
        keys[self._trust.log_key().key.raw] = self._trust.log_key()
        try:
            open_note(self._note, keys.values())
        except KeysError as problem:
            self._say(FaultCode.CHECKPOINT_SIGNATURE, CHECKPOINT, f"it is not signed by the log's key: {problem}")

    def root(self, checkpoint: Checkpoint) -> None:
        """Compares the root with that of the entries."""
        if self._tree.size == checkpoint.size and self._tree.root() != checkpoint.root:
            self._say(FaultCode.CHECKPOINT_ROOT, CHECKPOINT, "its root is not that of the entries")

    def trust(self) -> None:
        """Compares ``trust.json`` with the log's key entries: all of them, or those up to the bundle, with which it is
        published."""
        moment = self._replay.remembered()
        then = None if moment is None else moment.keys
        for place, sentence in check_trust(self._trust, self._replay.keys, then, self._replay.origin):
            self._say(FaultCode.TRUST_DIFFERS, place, sentence)

    def kept(self, kept: bytes | None, checkpoint: Checkpoint) -> None:
        """Compares the log with the checkpoint that the caller kept."""
        if kept is None:
            return
        keys: dict[bytes, NoteKey] = {self._trust.log_key().key.raw: self._trust.log_key()}
        keys |= {key.key.raw: key for key in self._replay.keys.log_keys(self._replay.origin)}
        try:
            old = Checkpoint.parse(open_note(kept, keys.values()).text)
        except (KeysError, MalformedTlog) as problem:
            self._say(
                FaultCode.KEPT_FORM, "the kept checkpoint", f"it is not a signed checkpoint of this log: {problem}"
            )
            return
        if old.size > checkpoint.size:
            said = f"the log has {checkpoint.size} entries, and had {old.size}: it was rolled back"
            self._say(FaultCode.KEPT_AHEAD, "the kept checkpoint", said)
        elif old.root != self._tree.roots.get(old.size):
            said = f"the first {old.size} entries are not those of then: the log has two histories"
            self._say(FaultCode.KEPT_FORKED, "the kept checkpoint", said)

    def _fetch_tile(self, tile: Tile) -> bytes:
        """A tile's hashes, or nothing, and then that is said. Where the full tile is there, its beginning will do."""
        data = self._fetch(FaultCode.TILE_MISSING, tile.path, tile.size, Tile(tile.level, tile.index).path)
        if data is not None and len(data) % HASH_BYTES == 0 and len(data) >= tile.size:
            if tile.level == 0:
                self._tiles[tile.index] = data[: tile.size]
            return data[: tile.size]
        if data is not None:
            self._say(FaultCode.TILE_DIFFERS, f"log/{tile.path}", f"it has {len(data)} bytes, not {tile.size}")
        return b""

    def _fetch_entries(self, bundle: EntryBundle) -> list[bytes] | None:
        whole = EntryBundle(bundle.index)
        most = bundle.width * (MAX_ENTRY + 2)
        data = self._fetch(FaultCode.ENTRIES_MISSING, bundle.path, most, whole.path)
        if data is None:
            return None
        for width in (bundle.width, whole.width):
            try:
                return decode_entries(data, width)[: bundle.width]
            except MalformedTlog as problem:
                wrong = str(problem)
        self._say(FaultCode.ENTRIES_DIFFER, f"log/{bundle.path}", f"it cannot be read: {wrong}")
        return None

    def _fetch(self, code: FaultCode, path: str, most: int, whole: str) -> bytes | None:
        """A file of at most ``most`` bytes, or else the one at ``whole``, which is then there instead."""
        try:
            return read(self._fetcher, f"log/{path}", most)
        except NotPublished:
            if whole != path:
                return self._fetch(code, whole, 256 * (MAX_ENTRY + 2), whole)
            self._say(code, f"log/{path}", "it is not there")
        except BundleError as problem:
            self._say(FaultCode.FILE_UNREADABLE, f"log/{path}", str(problem))
        return None

    def dataset(self, year: int) -> bytes | None:
        """The dataset of released cases that is served; None when there is none."""
        try:
            return read(self._fetcher, dataset_path(year), MAX_DATASET)
        except BundleError:
            return None

    def _say(self, code: FaultCode, place: str, sentence: str) -> None:
        self._faults.append(Fault(code, place, sentence))
