"""A registry that lies: it has the keys, or stole them, and signs whatever it is told to."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, TargetFile, Targets, Timestamp

from keys import KeyUse, Signer
from registry.bundle.roles import ensure_roles
from registry.bundle.tuf_keys import RoleSigner
from registry.registry import Registry
from tests.registry.bundle.stores import MemoryStore
from tests.world import NOW


class Liar:
    """Publishes with the registry's own keys, but obeys no rule. Versions go on from those in ``store``."""

    def __init__(self, registry: Registry, store: MemoryStore) -> None:
        self.store = store.copy()
        self.signers: dict[KeyUse, Sequence[Signer]] = dict(ensure_roles(registry, NOW).held)
        self.timestamp: Metadata[Timestamp] = Metadata.from_bytes(self.store.files["tuf/metadata/timestamp.json"])
        version = self.timestamp.signed.snapshot_meta.version
        self.snapshot: Metadata[Snapshot] = Metadata.from_bytes(
            self.store.files[f"tuf/metadata/{version}.snapshot.json"]
        )
        version = self.snapshot.signed.meta["targets.json"].version
        self.targets: Metadata[Targets] = Metadata.from_bytes(self.store.files[f"tuf/metadata/{version}.targets.json"])

    def content(self, name: str) -> bytes:
        """A target as it is now."""
        return self.store.files[self.path(name)]

    def path(self, name: str) -> str:
        """Where a target lies now."""
        return f"tuf/targets/{self.targets.signed.targets[name].hashes['sha256']}.{name}"

    def publish(
        self,
        contents: Mapping[str, bytes] | None = None,
        *,
        versions: Mapping[str, int] | None = None,
        expires: Mapping[str, datetime] | None = None,
        now: datetime = NOW,
    ) -> "Liar":
        """Signs everything anew, with these contents of targets, one version up unless ``versions`` says otherwise."""
        for name, data in (contents or {}).items():
            self.targets.signed.targets[name] = TargetFile.from_data(name, data, ["sha256"])
            self.store.files[self.path(name)] = data
        for role, metadata in (("targets", self.targets), ("snapshot", self.snapshot), ("timestamp", self.timestamp)):
            metadata.signed.version = (versions or {}).get(role, metadata.signed.version + 1)
            metadata.signed.expires = (expires or {}).get(role, now + timedelta(days=1))
        self.timestamp.signed.unrecognized_fields["signed_at"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.write()

    def write(self) -> "Liar":
        """Signs and stores the three files, each naming the one before it."""
        data = self.sign(self.targets)
        self.snapshot.signed.meta["targets.json"] = _meta(self.targets.signed, data)
        data = self.sign(self.snapshot)
        self.timestamp.signed.snapshot_meta = _meta(self.snapshot.signed, data)
        self.sign(self.timestamp)
        return self

    def sign(self, metadata: Metadata[Root] | Metadata[Targets] | Metadata[Snapshot] | Metadata[Timestamp]) -> bytes:
        """Signs one file as it is, stores it and returns its bytes."""
        signed = metadata.signed
        metadata.signatures.clear()
        for signer in self.signers[KeyUse(signed.type)]:
            metadata.sign(RoleSigner(signer), append=True)
        prefix = "" if signed.type == "timestamp" else f"{signed.version}."
        data = self.store.files[f"tuf/metadata/{prefix}{signed.type}.json"] = metadata.to_bytes()
        return data


def _meta(signed: Signed, data: bytes) -> MetaFile:
    return MetaFile(signed.version, len(data), {"sha256": sha256(data).hexdigest()})
