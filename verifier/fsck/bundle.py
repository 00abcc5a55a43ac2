"""The published bundle against the log: its metadata, each target, and what each target says.

``read`` comes before the log is read, so that of a registry at work the log can only be further than the bundle; and
with it comes what the next publication replaces. ``compare`` comes after the log has been replayed.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import islice

from tuf.api.metadata import TargetFile

from keys import KeysError, MalformedNote, TrustError, TrustList, open_note, parse_note
from keys.note import MAX_NOTE_BYTES
from schemas.shard import SHARD_WIDTH, shard_name
from schemas.status_list import STATUSES, StatusListError, decode, unpack
from schemas.tlog import Checkpoint, MalformedTlog
from verifier.bundle.chain import Chain, meta_hash
from verifier.bundle.errors import BundleError, FetchError, NotWitnessedError
from verifier.bundle.fetch import Fetcher, read
from verifier.bundle.sync import TARGETS_PATH
from verifier.bundle.targets import CHECKPOINT, SIGNED, STATUS, TRUST
from verifier.fsck.fault import BundleSeen, Fault, FaultCode
from verifier.fsck.metadata import PublishedMetadata
from verifier.fsck.replay import Moment, Replay
from verifier.fsck.shards import Shards, most_bytes
from verifier.fsck.signatures import Signatures
from verifier.fsck.tree import GrowingTree
from verifier.fsck.trust import wrong_trust

_MAX_TRUST, _MAX_STATUS = 1_000_000, 256_000_000
_EARLY = 64_000_000
"""Bytes of the newest shard that are taken along at once; a larger one is read when its turn comes."""
_MOST_MISSING = 16
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class PublishedBundle:
    """The bundle that ``fetcher`` has, at ``now``; each fault goes to ``faults``.

    ``pinned`` are root files that it must go back to. ``expected`` is whether there must be a bundle; None: there must
    be if there are roots.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        faults: list[Fault],
        now: datetime,
        pinned: Sequence[bytes] = (),
        expected: bool | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._faults = faults
        self._now = now
        self._pinned = pinned
        self._expected = expected
        self._named: dict[str, TargetFile] = {}
        self._note = b""
        self._checkpoint: Checkpoint | None = None
        self._statuses: bytes | None = None
        self._signed: bytes | None = None
        self._early: dict[str, bytes | None] = {}
        self.trust: TrustList | None = None
        self.seen: BundleSeen | None = None

    @property
    def size(self) -> int | None:
        """The size of the log that it is of; None when that is not known."""
        return None if self._checkpoint is None else self._checkpoint.size

    def read(self) -> None:
        """Reads and checks all that can be told without the log."""
        metadata = PublishedMetadata(self._fetcher, self._pinned, self._now, self._faults)
        chain = metadata.chain(self._expected)
        if chain is None:
            return
        self._named = chain.targets
        self._read_checkpoint()
        self._check_names()
        self._read_trust(chain)
        if self._checkpoint is None:
            return
        size = self._checkpoint.size
        self._statuses = self._take(STATUS, min(size // 3 + 1024, _MAX_STATUS))
        self._signed = self._take(SIGNED, min(size // 3 + 1024, _MAX_STATUS))
        newest = shard_name((size - 1) // SHARD_WIDTH * SHARD_WIDTH)
        if newest in self._named and self._named[newest].length <= _EARLY:
            self._early[newest] = self._take(newest, _EARLY)
        self.seen = self._seen(chain, metadata)

    def compare(self, replay: Replay, tree: GrowingTree, lost: set[int], called: str, signatures: Signatures) -> None:
        """Compares what it says with the log. ``tree`` has its root at ``size``, ``replay`` remembers that moment;
        ``lost`` are indexes whose entries are not there; the registry is ``called`` so."""
        moment = replay.remembered()
        if self._checkpoint is None or moment is None or not self._is_prefix(tree, replay.origin):
            return
        lost = {index for index in lost if index < moment.size}
        if not lost:
            self._compare_trust(moment, called if tree.size == moment.size else None, replay.origin)
            self._compare_statuses(moment)
            self._compare_signed(moment)
        shards = Shards(replay, moment, self._faults, signatures)
        for first in range(0, moment.size, SHARD_WIDTH):
            until = min(first + SHARD_WIDTH, moment.size)
            if lost and not lost.isdisjoint(range(first, until)):
                continue
            due = shards.due(first, until)
            name = shard_name(first)
            data = self._early[name] if name in self._early else self._take(name, most_bytes(due))
            if data is not None:
                shards.compare(data, first, until, due)

    def _read_checkpoint(self) -> None:
        data = self._take(CHECKPOINT, MAX_NOTE_BYTES)
        if data is None:
            return
        try:
            self._note = data
            self._checkpoint = Checkpoint.parse(parse_note(data).text)
        except (MalformedNote, MalformedTlog) as problem:
            self._say(FaultCode.BUNDLE_CHECKPOINT, CHECKPOINT, f"it cannot be read: {problem}")

    def _read_trust(self, chain: Chain) -> None:
        data = self._take(TRUST, _MAX_TRUST)
        if data is None:
            return
        try:
            self.trust = TrustList.parse(data)
        except TrustError as problem:
            self._say(FaultCode.BUNDLE_TRUST, TRUST, str(problem))
            return
        if self._checkpoint is None:
            return
        try:
            open_note(self._note, [self.trust.log_key()])
        except KeysError as problem:
            said = f"it is not signed by the log's key in the bundle: {problem}"
            self._say(FaultCode.BUNDLE_CHECKPOINT, CHECKPOINT, said)
            return
        try:
            chain.require_witnessed(self._note, self.trust.log_key())
        except NotWitnessedError as problem:
            self._say(FaultCode.BUNDLE_WITNESSES, CHECKPOINT, str(problem))

    def _check_names(self) -> None:
        """Whether the targets are named exactly as a bundle of this size must name them."""
        due = _names(self.size or 0)
        missing = list(islice((name for name in due if name not in self._named), _MOST_MISSING))
        for name in missing:
            self._say(FaultCode.BUNDLE_TARGET, name, "no such target is signed, and there must be one")
        if len(missing) == _MOST_MISSING:
            self._say(FaultCode.BUNDLE_TARGET, missing[-1], "there may be more: the rest was not looked for")
        if self.size is not None and not missing:
            for name in sorted(self._named.keys() - set(_names(self.size))):
                self._say(FaultCode.BUNDLE_TARGET, name, f"no bundle of {self.size} entries has such a target")

    def _is_prefix(self, tree: GrowingTree, origin: str) -> bool:
        """Whether the log reaches as far as the bundle; its checkpoint must then be one of it."""
        assert self._checkpoint is not None
        size = self._checkpoint.size
        if size > tree.size:
            said = f"it is of {size} entries, and the log has {tree.size}"
            self._say(FaultCode.BUNDLE_CHECKPOINT, CHECKPOINT, said)
            return False
        if self._checkpoint.origin != origin:
            self._say(FaultCode.BUNDLE_CHECKPOINT, CHECKPOINT, f"it is of another log, {self._checkpoint.origin!r}")
        if tree.roots.get(size) != self._checkpoint.root:
            said = f"its root is not that of the log's first {size} entries: the log has two histories"
            self._say(FaultCode.BUNDLE_CHECKPOINT, CHECKPOINT, said)
        return True

    def _compare_trust(self, moment: Moment, called: str | None, origin: str) -> None:
        """Compares the keys with those of that moment; the registry's name only if it cannot have changed since."""
        if self.trust is None:
            return
        for _, sentence in wrong_trust(self.trust, moment.keys, origin):
            self._say(FaultCode.BUNDLE_TRUST, TRUST, sentence)
        if called is not None and self.trust.registry.name != called:
            said = f"it calls the registry {self.trust.registry.name!r}, and not {called!r}"
            self._say(FaultCode.BUNDLE_TRUST, TRUST, said)

    def _compare_statuses(self, moment: Moment) -> None:
        for index, one, other in self._differing(FaultCode.BUNDLE_STATUS, STATUS, self._statuses, moment.statuses):
            sentence = f"it says that record {index} is {STATUSES[one]}, and the log that it is {STATUSES[other]}"
            self._say(FaultCode.BUNDLE_STATUS, STATUS, sentence)

    def _compare_signed(self, moment: Moment) -> None:
        words = ("not signed by its owner", "signed by its owner")
        for index, one, _ in self._differing(FaultCode.BUNDLE_SIGNED, SIGNED, self._signed, moment.signed):
            said = words[one] if one < len(words) else f"{one}"
            self._say(FaultCode.BUNDLE_SIGNED, SIGNED, f"it says that record {index} is {said}, and the log otherwise")

    def _differing(self, code: FaultCode, name: str, data: bytes | None, due: bytes) -> Iterator[tuple[int, int, int]]:
        """Where a list says something else of an index than is due: the index, what it says, what it should say."""
        if data is None or self.size is None:
            return
        try:
            said = unpack(decode(data, self.size), self.size)
        except StatusListError as problem:
            self._say(code, name, str(problem))
            return
        due = due.ljust(self.size, b"\0")
        if said != due:
            pairs = enumerate(zip(said, due, strict=True))
            yield from ((index, one, other) for index, (one, other) in pairs if one != other)

    def _take(self, name: str, most: int) -> bytes | None:
        """A target, exactly as it was signed; None when it is not there so, and then that is said."""
        target = self._named.get(name)
        if target is None:
            return None  # said with the names
        try:
            due = meta_hash(target)
            if not _SHA256.fullmatch(due):
                raise BundleError(f"its SHA-256 is given as {due[:80]!r}")
            data = read(self._fetcher, f"{TARGETS_PATH}/{due}.{name}", most, target.length)
        except BundleError as problem:
            code = FaultCode.FILE_UNREADABLE if type(problem) is FetchError else FaultCode.BUNDLE_TARGET
            self._say(code, name, str(problem))
            return None
        if sha256(data).hexdigest() != due:
            self._say(FaultCode.BUNDLE_TARGET, name, f"its {len(data)} bytes are not those that were signed")
            return None
        return data

    def _seen(self, chain: Chain, metadata: PublishedMetadata) -> BundleSeen:
        assert self._checkpoint is not None
        first = None if self._pinned else sha256(metadata.roots[min(metadata.roots)]).hexdigest()
        return BundleSeen(self._checkpoint.size, chain.signed_at, chain.expires, chain.root.version, first)

    def _say(self, code: FaultCode, name: str, sentence: str) -> None:
        self._faults.append(Fault(code, f"bundle: {name}", sentence))


def _names(size: int) -> Iterator[str]:
    """The names of the targets of a bundle of ``size`` entries."""
    yield from (TRUST, CHECKPOINT, STATUS, SIGNED)
    yield from map(shard_name, range(0, size, SHARD_WIDTH))
