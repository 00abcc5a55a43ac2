"""A registry whose bundle tests publish: checkpoints of its log as it is, into a folder."""

from datetime import datetime

from keys import KeyUse, sign_note
from registry.bundle import publish_bundle
from registry.registry import Registry
from registry.store import Store
from schemas.tlog import Checkpoint
from tests.world import NOW, ORIGIN, log_of
from verifier.merkle import root_of


def checkpoint_of(registry: Registry, size: int | None = None) -> tuple[bytes, int]:
    """A signed checkpoint of the log's first ``size`` entries, by default all of them, and that size."""
    leaves = [entry.leaf for entry in log_of(registry)][:size]
    (kid,) = registry.ring.kids(KeyUse.LOG)
    checkpoint = Checkpoint(ORIGIN, len(leaves), root_of(leaves))
    return sign_note(checkpoint.text, registry.ring.signer(kid), ORIGIN), len(leaves)


def publish_now(registry: Registry, store: Store, now: datetime = NOW, size: int | None = None) -> int:
    """Publishes the bundle of the log as it is, or of its first ``size`` entries; returns its size."""
    checkpoint, entries = checkpoint_of(registry, size)
    publish_bundle(registry, store, checkpoint, entries, now)
    return entries
