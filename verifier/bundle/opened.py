"""A bundle in memory, verified; and the same as the log that ``judge`` asks. Threads may share both."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from keys import KeysError, TrustList, open_note
from schemas.gs1 import parse_path
from schemas.shard import SHARD_WIDTH, Shard, ShardError, ShardRow
from schemas.status_list import StatusListError, code_at, decode, status_at
from schemas.tlog import Checkpoint, MalformedTlog
from schemas.verdict import Freshness, LogPosition, Product
from verifier.bundle.errors import ForkError, MalformedError, RollbackError, UnwithdrawnError, WrongRootError
from verifier.log import RecordFacts

FRESH_FOR = timedelta(days=1)
"""A bundle signed longer ago is stale; past the expiry of its metadata it is expired."""

_CLOCK_SKEW = timedelta(minutes=5)


class Standing(Struct, frozen=True):
    """Whom to trust, how far the log goes, and what stands: ``statuses`` is packed (``schemas.status_list``).

    ``note`` is the checkpoint as it was signed, with the cosignatures of witnesses. ``signed``, packed alike, has 1 for
    a record that its owner signed itself, by a key that is good for it; None: the bundle does not say.
    """

    trust: TrustList
    checkpoint: Checkpoint
    note: bytes
    statuses: bytes
    signed: bytes | None


class Bundle(Standing, frozen=True):
    """What a bundle says. ``shards`` are in the log's order, ``SHARD_WIDTH`` indexes each. The registry signed it at
    ``signed_at``; it is good until ``expires``.
    """

    shards: tuple[Shard, ...]
    signed_at: datetime
    expires: datetime

    def freshness(self, now: datetime) -> Freshness:
        """How old it is at ``now``. Under a clock that lies behind the signing nobody can tell: stale."""
        if now >= self.expires:
            return Freshness.EXPIRED
        fresh = self.signed_at - _CLOCK_SKEW <= now < self.signed_at + FRESH_FOR
        return Freshness.FRESH if fresh else Freshness.STALE

    def log(self, now: datetime) -> "BundleLog":
        """The bundle as the log at hand, at ``now``."""
        return BundleLog(self, self.freshness(now))


class BundleLog:
    """A ``verifier.LogAtHand``. It does not know why a record was taken back, nor which record is the newer one."""

    __slots__ = ("_position", "_shards", "_signed", "_size", "_statuses", "freshness")

    def __init__(self, bundle: Bundle, freshness: Freshness) -> None:
        self.freshness: Freshness | None = freshness
        self._shards = bundle.shards
        self._statuses = bundle.statuses
        self._signed = bundle.signed
        self._size = bundle.checkpoint.size
        self._position = LogPosition(bundle.checkpoint.size, bundle.signed_at)

    def position(self, now: datetime) -> LogPosition:  # noqa: ARG002
        """The size of the log, and when the registry signed the bundle."""
        return self._position

    def holds(self, index: int) -> bool:
        """Whether the log has an entry at ``index``."""
        return 0 <= index < self._size

    def record(self, index: int) -> RecordFacts | None:
        """The record at ``index``; None when the log has no declaration there."""
        if not self.holds(index):
            return None
        row = self._shards[index // SHARD_WIDTH].row(index)
        if row is None:
            return None
        product, status = Product(row.names, row.owner), status_at(self._statuses, index)
        signed = None if self._signed is None else code_at(self._signed, index) == 1
        return RecordFacts(row.payload, row.path, product, row.signer, status, signed_by_member=signed)

    def minted(self, index: int, path: str) -> bool:
        """Whether an entry of the log minted a label of the record at ``index`` for ``path``."""
        if not self.holds(index):
            return False
        return any(shard.holds(index, path) for shard in self._shards[index // SHARD_WIDTH :])


def read_standing(trust: bytes, checkpoint: bytes, statuses: bytes, signed: bytes | None) -> Standing:
    """What these targets say, checked against each other. Raises ``MalformedError``."""
    try:
        trusted = TrustList.parse(trust)
        log = Checkpoint.parse(open_note(checkpoint, [trusted.log_key()]).text)
        packed = decode(statuses, log.size)
        by_owner = None if signed is None else decode(signed, log.size)
    except (KeysError, MalformedTlog, StatusListError) as problem:
        raise MalformedError(f"the registry's bundle contradicts itself: {problem}. Ask the registry") from problem
    if log.origin != trusted.registry.origin:
        raise MalformedError(f"the checkpoint is of {log.origin}, not of {trusted.registry.origin}: ask the registry")
    return Standing(trusted, log, checkpoint, packed, by_owner)


def check_ranges(shards: Sequence[Shard], size: int) -> None:
    """Raises ``MalformedError`` unless ``shards`` are those of a log of ``size`` entries."""
    if len(shards) != -(-size // SHARD_WIDTH):
        raise MalformedError(f"{len(shards)} shards are not what a log of {size} entries has: ask the registry")
    for number, shard in enumerate(shards):
        first = number * SHARD_WIDTH
        end = first + SHARD_WIDTH
        if (shard.first, shard.end, shard.until) != (first, end, min(end, size)):
            raise MalformedError(f"the labels from {first} on are not those of a log of {size}: ask the registry")


def check_rows(shards: Sequence[Shard], new: Sequence[bool]) -> None:
    """Reads every row of those of a bundle's ``shards`` that are ``new``. Raises ``MalformedError``.

    Each must be sound in itself, and each label that was minted later must say what its record's own label says:
    bulk judging looks at the row that a scan is, not again at the record's. No shard before the first new one has
    labels of records in it.
    """
    for number in range(new.index(True) if True in new else len(shards), len(shards)):
        shard = shards[number]
        try:
            if new[number]:
                shard.check()
            _check_minted(shard, shards)
        except ShardError as problem:
            raise MalformedError(f"the labels from {shard.first} on are not sound: {problem}") from problem


def _check_minted(shard: Shard, shards: Sequence[Shard]) -> None:
    """Compares the labels minted later, which lie in the order of their records, with their records' own."""
    own: ShardRow | None = None
    for position, (record, entry) in enumerate(zip(shard.records, shard.entries, strict=True)):
        if entry == record:
            continue
        if own is None or own.record != record:
            own = shards[record // SHARD_WIDTH].row(record)
        if own is None:
            raise ShardError(f"record {record} has labels, but none of its own")
        row = shard.at(position)
        if row.payload != own.payload or parse_path(row.path).key_path != own.path:
            raise ShardError(f"the label of record {record} for {row.path} is not of its product, or says otherwise")


def check_follows(new: Standing, held: Standing) -> None:
    """Raises unless ``new`` can be what became of ``held``, as far as the two alone can tell.

    ``WrongRootError``: of another registry. ``RollbackError``: the log has shrunk. ``ForkError``: it has the same size
    and other entries. ``UnwithdrawnError``: a record is not withdrawn any more.
    """
    if new.trust.registry.origin != held.trust.registry.origin:
        raise WrongRootError(
            f"the bundle held is of {held.trust.registry.origin}, the one offered of {new.trust.registry.origin}: "
            "give another registry a folder of its own"
        )
    size, before = new.checkpoint.size, held.checkpoint.size
    if size < before:
        raise RollbackError(f"a log of {size} entries was offered, but {before} are held already: ask the registry")
    if size == before and new.checkpoint.root != held.checkpoint.root:
        raise ForkError(f"two different logs of {size} entries were signed: keep this bundle, and tell the alliance")
    back = _withdrawn(held) & ~_withdrawn(new)
    if back:
        record = (back & -back).bit_length() // 2
        raise UnwithdrawnError(
            f"record {record} was withdrawn, and is not in what was offered, but withdrawn is for good: "
            "keep this bundle, and ask the registry"
        )


def _withdrawn(standing: Standing) -> int:
    """The low bit of each pair of bits that says withdrawn (01), as one long number, the first record lowest."""
    packed = int.from_bytes(standing.statuses, "little")
    low = int.from_bytes(b"\x55" * len(standing.statuses), "little")
    return packed & ~(packed >> 1) & low
