"""The TUF client workflow (TUF specification 1.0, section 5) as a state machine: bytes and a time in, trusted metadata
or an error out. No I/O, no clock.

    chain = Chain(pinned_root, now)
    chain.add_root(next_root)               # as long as there is one
    chain.add_timestamp(data, held)         # ``held``: what was trusted before, so that nothing goes back
    chain.add_snapshot(data)
    chain.add_targets(data)
    chain.targets                           # what may be downloaded, with lengths and hashes

Where the specification leaves room this is narrow: Ed25519 keys only, thresholds of distinct public keys and not of
key ids, hashes and lengths in timestamp and snapshot, consistent snapshots, no delegations.

``Chain(..., expired_ok=True)`` is for replaying a bundle that is held: what has expired is still told, as expired.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import TypeVar

from msgspec import Struct
from securesystemslib.signer import Key, Signature
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, TargetFile, Targets, Timestamp

from keys import NoteKey, PublicKey, WeakPublicKey
from verifier.bundle.errors import (
    ForkError,
    FreezeError,
    MalformedError,
    MixAndMatchError,
    RollbackError,
    ThresholdError,
    WrongRootError,
)
from verifier.bundle.witnesses import policy_of, require_witnessed
from verifier.witness.policy import NO_WITNESSES, WitnessPolicy

SIGNED_AT = "signed_at"
"""Member of the timestamp that says when it was signed (UTC, RFC 3339): an addition of ours, as TUF allows."""

MAX_ROOT = 512_000
MAX_TIMESTAMP = 16_384
MAX_SNAPSHOT = 1_000_000
MAX_TARGETS = 64_000_000
"""Bytes of each metadata file at most."""

_Role = TypeVar("_Role", Root, Timestamp, Snapshot, Targets)
_AGAIN = "try again later; if it stays so, ask the registry"


class HeldMetadata(Struct, frozen=True):
    """The bytes of the metadata that was trusted last: nothing may go back behind it."""

    timestamp: bytes
    snapshot: bytes


class Chain:
    """Metadata trusted so far, each file by the one before it, from a pinned root on."""

    def __init__(self, root: bytes, now: datetime, *, expired_ok: bool = False) -> None:
        """Begins with the pinned ``root``. Raises ``MalformedError``, or ``ThresholdError`` if it is not signed."""
        pinned = _parse(Root, root, MAX_ROOT)
        _check_form(pinned.signed)
        _check_signed(pinned, pinned.signed)
        self._now = now
        self._expired_ok = expired_ok
        self._roots = [(root, pinned.signed)]
        self._timestamp: Timestamp | None = None
        self._snapshot: Snapshot | None = None
        self._targets: Targets | None = None
        self._held_snapshot: Snapshot | None = None

    @property
    def root(self) -> Root:
        """The newest root."""
        return self._roots[-1][1]

    @property
    def roots(self) -> list[bytes]:
        """The bytes of every root, from the pinned one on."""
        return [data for data, _ in self._roots]

    def add_root(self, data: bytes) -> None:
        """The next root: signed by a threshold of the last one's keys and of its own (5.3.4, 5.3.5)."""
        new = _parse(Root, data, MAX_ROOT)
        if new.signed.version <= self.root.version:
            raise RollbackError(f"root {new.signed.version} was offered as the one after {self.root.version}: {_AGAIN}")
        if new.signed.version != self.root.version + 1:
            raise MixAndMatchError(f"root {new.signed.version} does not follow root {self.root.version}: {_AGAIN}")
        _check_form(new.signed)
        _check_signed(new, self.root)
        _check_signed(new, new.signed)
        self._roots.append((data, new.signed))

    def require_root(self, data: bytes) -> None:
        """Raises ``WrongRootError`` unless the root in ``data`` is the one of that version in this chain."""
        pinned = _parse(Root, data, MAX_ROOT).signed
        for _, root in self._roots:
            if root.version == pinned.version:
                if root.to_dict() != pinned.to_dict():
                    break
                return
        raise WrongRootError(
            f"root {pinned.version} is not the one that the bundle goes back to: this is another registry, or another "
            "root file. Compare the root file's SHA-256 with what the registry's operator states elsewhere"
        )

    def add_timestamp(self, data: bytes, held: HeldMetadata | None = None) -> None:
        """The newest timestamp (5.4), not older than ``held``. The root must not have expired (5.3.10)."""
        self._check_expiry(self.root)
        new = _parse(Timestamp, data, MAX_TIMESTAMP)
        _check_signed(new, self.root)
        before, self._held_snapshot = self._still_trusted(held)
        if before is not None:
            _check_not_before("timestamp", new.signed.version, before.version)
            if new.signed.version == before.version and new.signed.to_dict() != before.to_dict():
                raise ForkError(f"there are two timestamps with version {before.version}: {_AGAIN}")
            _check_meta("snapshot", new.signed.snapshot_meta, before.snapshot_meta)
        self._check_expiry(new.signed)
        self._timestamp = new.signed
        _ = self.signed_at

    def add_snapshot(self, data: bytes) -> None:
        """The snapshot that the timestamp names (5.5)."""
        _check_linked("snapshot", data, self.timestamp.snapshot_meta)
        new = _parse(Snapshot, data, MAX_SNAPSHOT)
        _check_signed(new, self.root)
        _check_version(new.signed, self.timestamp.snapshot_meta)
        meta = _targets_meta(new.signed)
        if self._held_snapshot is not None:
            _check_meta("targets", meta, _targets_meta(self._held_snapshot))
        self._check_expiry(new.signed)
        self._snapshot = new.signed

    def add_targets(self, data: bytes) -> None:
        """The targets that the snapshot names (5.6)."""
        meta = _targets_meta(self.snapshot)
        _check_linked("targets", data, meta)
        new = _parse(Targets, data, MAX_TARGETS)
        _check_signed(new, self.root)
        _check_version(new.signed, meta)
        self._check_expiry(new.signed)
        self._targets = new.signed

    def require_witnessed(self, note: bytes, log: NoteKey, asked: WitnessPolicy = NO_WITNESSES) -> None:
        """Raises ``NotWitnessedError`` unless the checkpoint ``note`` is cosigned as the newest root asks, and the
        caller."""
        require_witnessed(note, log, (policy_of(self.root), asked), self._now)

    @property
    def timestamp(self) -> Timestamp:
        """The trusted timestamp."""
        assert self._timestamp is not None, "add_timestamp comes first"
        return self._timestamp

    @property
    def snapshot(self) -> Snapshot:
        """The trusted snapshot."""
        assert self._snapshot is not None, "add_snapshot comes first"
        return self._snapshot

    @property
    def targets(self) -> dict[str, TargetFile]:
        """The trusted targets by name."""
        assert self._targets is not None, "add_targets comes first"
        return self._targets.targets

    @property
    def signed_at(self) -> datetime:
        """When the registry signed the timestamp."""
        said = str(self.timestamp.unrecognized_fields.get(SIGNED_AT))
        try:
            return datetime.strptime(said, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError as problem:
            raise MalformedError(f"the timestamp does not say when it was signed: {said!r}") from problem

    @property
    def expires(self) -> datetime:
        """The first moment at which some part of the chain is past its expiry."""
        assert self._targets is not None, "add_targets comes first"
        return min(self.root.expires, self.timestamp.expires, self.snapshot.expires, self._targets.expires)

    def _check_expiry(self, signed: Signed) -> None:
        if not self._expired_ok and signed.is_expired(self._now):
            raise FreezeError(
                f"the {signed.type} metadata expired at {signed.expires:%Y-%m-%d %H:%M} UTC: somebody keeps a newer "
                f"one back, or the clock here ({self._now:%Y-%m-%d %H:%M} UTC) is wrong. Check the clock, then ask "
                "the registry"
            )

    def _still_trusted(self, held: HeldMetadata | None) -> tuple[Timestamp | None, Snapshot | None]:
        """What was held, unless keys have been replaced since: then its versions bind nobody (5.3.11), for a thief of
        the old keys may have counted them up."""
        if held is None:
            return None, None
        timestamp, snapshot = _parse(Timestamp, held.timestamp, MAX_TIMESTAMP), _parse(Snapshot, held.snapshot)
        try:
            _check_signed(timestamp, self.root)
            _check_signed(snapshot, self.root)
        except ThresholdError:
            return None, None
        return timestamp.signed, snapshot.signed


def meta_hash(meta: MetaFile | TargetFile) -> str:
    """The SHA-256 that metadata gives of a file. Raises ``MalformedError`` without one."""
    found = (meta.hashes or {}).get("sha256")
    if found is None or not isinstance(meta.length, int):
        raise MalformedError(f"the metadata gives no length and SHA-256 of a file: {_AGAIN}")
    return found


def _parse(role: type[_Role], data: bytes, most: int = MAX_SNAPSHOT) -> Metadata[_Role]:
    if len(data) > most:
        raise MalformedError(f"{role.type} metadata has at most {most} bytes, not {len(data)}")
    try:
        found: Metadata[_Role] = Metadata.from_bytes(data)
        _ = found.signed_bytes
    except RepositoryError as problem:
        raise MalformedError(f"this is not TUF metadata for {role.type}: {problem}. {_AGAIN.capitalize()}") from problem
    if not isinstance(found.signed, role) or type(found.signed.version) is not int:
        raise MalformedError(f"this is {found.signed.type} metadata where {role.type} was expected: {_AGAIN}")
    return found


def _check_form(root: Root) -> None:
    if not root.consistent_snapshot:
        raise MalformedError("the root does not promise consistent snapshots, which this program needs")
    policy_of(root)


def _check_signed(metadata: Metadata[_Role], root: Root) -> None:
    """Raises ``ThresholdError`` unless as many distinct keys of the role have signed as ``root`` asks for."""
    role = root.roles[metadata.signed.type]
    signed = metadata.signed_bytes
    good: set[bytes] = set()
    for keyid in role.keyids:
        key, signature = root.keys.get(keyid), metadata.signatures.get(keyid)
        if key is not None and signature is not None and (public := _verified(key, signature, signed)):
            good.add(public)
    if len(good) < role.threshold:
        raise ThresholdError(
            f"the {metadata.signed.type} metadata {metadata.signed.version} is signed by {len(good)} of the keys that "
            f"root {root.version} names, and must be by {role.threshold}: it is forged, or for another registry. "
            f"{_AGAIN.capitalize()}"
        )


def _verified(key: Key, signature: Signature, signed: bytes) -> bytes | None:
    """The public key if it is an Ed25519 key that may be enrolled, and has signed."""
    try:
        public = PublicKey.load(bytes.fromhex(key.keyval["public"]))
        good = (key.keytype, key.scheme) == ("ed25519", "ed25519")
        return public.raw if good and public.verifies(bytes.fromhex(signature.signature), signed) else None
    except (ValueError, WeakPublicKey):
        return None


def _check_not_before(what: str, new: int, held: int) -> None:
    if new < held:
        raise RollbackError(f"{what} version {new} was offered, but version {held} is held already: {_AGAIN}")


def _check_meta(what: str, new: MetaFile, held: MetaFile) -> None:
    """What the metadata before it says of a file, against what the one held says."""
    _check_not_before(what, new.version, held.version)
    if new.version == held.version and meta_hash(new) != meta_hash(held):
        raise ForkError(f"there are two {what} files with version {held.version}: {_AGAIN}")


def _check_linked(what: str, data: bytes, meta: MetaFile) -> None:
    if sha256(data).hexdigest() != meta_hash(meta) or len(data) != meta.length:
        raise MixAndMatchError(f"the {what} metadata is not the one that the metadata before it names: {_AGAIN}")


def _check_version(signed: Signed, meta: MetaFile) -> None:
    if signed.version != meta.version:
        raise MixAndMatchError(f"{signed.type} {signed.version} was offered as version {meta.version}: {_AGAIN}")


def _targets_meta(snapshot: Snapshot) -> MetaFile:
    meta = snapshot.meta.get("targets.json")
    if meta is None or len(snapshot.meta) != 1:
        raise MalformedError(f"the snapshot does not name exactly the targets: {_AGAIN}")
    return meta
