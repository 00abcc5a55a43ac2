"""The bundle's metadata, from the first root to the targets: all faults, where a sync would stop at the first.

A root that does not follow is a fault, and begins the chain anew, so that what comes after it is looked at too. Below
the roots a file that is not sound leads nowhere: what it names is not looked at, and the fault says so.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Key, Metadata, Root, Timestamp

from keys import PublicKey, WeakPublicKey
from verifier.bundle.chain import MAX_ROOT, MAX_SNAPSHOT, MAX_TARGETS, MAX_TIMESTAMP, Chain
from verifier.bundle.errors import BundleError, FetchError, NotPublished, RefusedUpdate
from verifier.bundle.fetch import Fetcher, read
from verifier.bundle.sync import METADATA_PATH
from verifier.fsck.fault import Fault, FaultCode

_MOST_ROOTS = 1024
_TIMESTAMP = "timestamp.json"


class PublishedMetadata:
    """Reads what ``fetcher`` has, at ``now``. ``pinned`` are roots that must be among the published ones."""

    def __init__(self, fetcher: Fetcher, pinned: Sequence[bytes], now: datetime, faults: list[Fault]) -> None:
        self._fetcher = fetcher
        self._pinned = pinned
        self._now = now
        self._faults = faults
        self._keys: dict[str, dict[str, Key]] = {}
        self.roots: dict[int, bytes] = {}
        """Every root that was read, by its version."""

    def chain(self, expected: bool | None) -> Chain | None:
        """The whole chain, up to the targets; None if there is none, or none that is sound.

        ``expected`` is whether a bundle must be there; None: it must if there are roots.
        """
        chain = self._follow_roots()
        for data in self._pinned:
            self._check_pinned(data)
        data = self._read(_TIMESTAMP, MAX_TIMESTAMP, FaultCode.BUNDLE_METADATA)
        if data is None:
            if expected or (expected is None and self.roots):
                self._say(FaultCode.BUNDLE_MISSING, _TIMESTAMP, "it is not there: nobody can sync")
            return None
        if chain is None:
            if not self.roots:
                self._say(FaultCode.BUNDLE_ROOT, "1.root.json", "no root is there to check the bundle by")
            return None
        whole = bool(data) and self._follow(chain, data)
        self._check_expiry(chain, whole)
        return chain if whole else None

    def _follow_roots(self) -> Chain | None:
        """The chain of all roots, from the first; where that is not published, from the oldest one pinned."""
        chain, version = None, 1
        while version <= _MOST_ROOTS:
            data = self._read(f"{version}.root.json", MAX_ROOT, FaultCode.BUNDLE_ROOT)
            if data is None and version == 1 and self._pinned:
                self._say(FaultCode.BUNDLE_ROOT, "1.root.json", "it is not there")
                chain = Chain(self._pinned[0], self._now, expired_ok=True)
                version = chain.root.version
            elif not data:
                return chain
            else:
                self.roots[version] = data
                chain = self._next(chain, version, data)
            self._remember_keys(chain)
            self._check_signatures(f"{version}.root.json", self.roots.get(version))
            version += 1
        self._say(FaultCode.BUNDLE_ROOT, f"{version}.root.json", f"there are more than {_MOST_ROOTS} roots")
        return chain

    def _next(self, chain: Chain | None, version: int, data: bytes) -> Chain | None:
        """``chain`` with the root ``data``; a chain that begins there if it does not follow."""
        name = f"{version}.root.json"
        try:
            if chain is not None:
                chain.add_root(data)
                return chain
        except RefusedUpdate as problem:
            self._say(FaultCode.BUNDLE_ROOT, name, str(problem))
        try:
            begun = Chain(data, self._now, expired_ok=True)
        except RefusedUpdate as problem:
            if chain is None:
                self._say(FaultCode.BUNDLE_ROOT, name, str(problem))
            return chain
        if begun.root.version != version:
            self._say(FaultCode.BUNDLE_ROOT, name, f"it says that it is root {begun.root.version}")
        return begun

    def _check_pinned(self, data: bytes) -> None:
        """Whether a root that was pinned is the published one of its version."""
        pinned = Chain(data, self._now, expired_ok=True).root
        name = f"{pinned.version}.root.json"
        published = self.roots.get(pinned.version)
        if published is None:
            self._say(FaultCode.BUNDLE_ROOT, name, "it is not there, and is pinned: this is another registry, or older")
        elif _signed_part(published) != pinned.to_dict():
            self._say(FaultCode.BUNDLE_ROOT, name, "it is not the root that is pinned: this is another registry")

    def _follow(self, chain: Chain, timestamp: bytes) -> bool:
        """Timestamp, snapshot and targets, each named by the one before it. Whether all are sound."""
        name = _TIMESTAMP
        try:
            chain.add_timestamp(timestamp)
            self._check_signatures(name, timestamp)
            meta = chain.timestamp.snapshot_meta
            name = f"{meta.version}.snapshot.json"
            chain.add_snapshot(read(self._fetcher, f"{METADATA_PATH}/{name}", MAX_SNAPSHOT, meta.length))
            meta = chain.snapshot.meta["targets.json"]
            name = f"{meta.version}.targets.json"
            chain.add_targets(read(self._fetcher, f"{METADATA_PATH}/{name}", MAX_TARGETS, meta.length))
        except BundleError as problem:
            self._say(FaultCode.BUNDLE_METADATA, name, f"{problem}. What it leads to was not looked at")
            return False
        return True

    def _check_expiry(self, chain: Chain, whole: bool) -> None:
        if chain.root.is_expired(self._now):
            said = f"it expired at {chain.root.expires:%Y-%m-%d %H:%M} UTC: holders of root keys must renew it"
            self._say(FaultCode.BUNDLE_EXPIRED, f"{chain.root.version}.root.json", said)
        elif whole and chain.expires <= self._now:
            said = (
                f"it was good until {chain.expires:%Y-%m-%d %H:%M} UTC, and no verifier takes it now: "
                "the registry does not run, or somebody keeps a newer one back"
            )
            self._say(FaultCode.BUNDLE_EXPIRED, _TIMESTAMP, said)

    def _remember_keys(self, chain: Chain | None) -> None:
        """The keys that the newest root names, beside those of older ones, which may have signed too."""
        if chain is None:
            return
        for use, role in chain.root.roles.items():
            named = {keyid: key for keyid in role.keyids if (key := chain.root.keys.get(keyid)) is not None}
            self._keys.setdefault(use, {}).update(named)

    def _check_signatures(self, name: str, data: bytes | None) -> None:
        """Every signature, also one more than is asked for; and that nothing is written but what was signed."""
        if data is None:
            return
        try:
            metadata: Metadata[Root] | Metadata[Timestamp] = Metadata.from_bytes(data)
            role, message, exact = metadata.signed.type, metadata.signed_bytes, metadata.to_dict() == json.loads(data)
        except (RepositoryError, ValueError, RecursionError):
            return  # said already
        code = FaultCode.BUNDLE_ROOT if role == Root.type else FaultCode.BUNDLE_METADATA
        if not exact:
            self._say(code, name, "it is not written as it was signed")
        for keyid, signature in metadata.signatures.items():
            key = self._keys.get(role, {}).get(keyid)
            if key is None:
                self._say(code, name, f"it has a signature by {keyid[:16]}, a key that no root names for it")
            elif not _verifies(key, signature.signature, message):
                self._say(code, name, f"its signature by {keyid[:16]} is not good, though others are")

    def _read(self, name: str, most: int, code: FaultCode) -> bytes | None:
        """A file; None when it is not there, nothing when it cannot be read, and then that is said."""
        path = f"{METADATA_PATH}/{name}"
        try:
            return read(self._fetcher, path, most)
        except NotPublished:
            return None
        except FetchError as problem:
            self._say(FaultCode.FILE_UNREADABLE, name, str(problem))
        except BundleError as problem:
            self._say(code, name, str(problem))
        return b""

    def _say(self, code: FaultCode, name: str, sentence: str) -> None:
        self._faults.append(Fault(code, f"{METADATA_PATH}/{name}", sentence))


def _signed_part(data: bytes) -> object:
    try:
        return Metadata.from_bytes(data).signed.to_dict()
    except RepositoryError:
        return None


def _verifies(key: Key, signature: str, message: bytes) -> bool:
    """Whether a signature, written as signatures are, is good."""
    try:
        raw = bytes.fromhex(signature)
        return raw.hex() == signature and PublicKey.load(bytes.fromhex(key.keyval["public"])).verifies(raw, message)
    except (ValueError, WeakPublicKey):
        return False
