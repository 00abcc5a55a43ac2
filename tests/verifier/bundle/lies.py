"""What a registry, a mirror or a thief can tell a verifier that has synced ``world.second``: ``LIES``."""

from collections.abc import Callable, Iterator
from itertools import repeat

from keys import KeyUse, note_vkey, sign_note
from registry.registry import Registry
from schemas.shard import ShardRow, encode_shard
from schemas.status_list import decode, encode, unpack
from schemas.tlog import Checkpoint
from tests.registry.bundle.stores import MemoryStore
from tests.verifier.bundle.conftest import World
from tests.verifier.bundle.liar import Liar
from tests.world import ORIGIN
from verifier.bundle import (
    BundleError,
    EndlessDataError,
    ForkError,
    HashMismatchError,
    MalformedError,
    MixAndMatchError,
    RollbackError,
    ThresholdError,
    TruncatedDataError,
    UnwithdrawnError,
    WrongRootError,
)

TIMESTAMP = "tuf/metadata/timestamp.json"


def put_checkpoint(liar: Liar, registry: Registry, size: int, root: bytes) -> bytes:
    (kid,) = registry.ring.kids(KeyUse.LOG)
    return sign_note(Checkpoint(ORIGIN, size, root).text, registry.ring.signer(kid), ORIGIN)


def size_of(liar: Liar) -> int:
    return int(liar.content("checkpoint").split(b"\n")[1])


# Rollback: of each role, and of the log under them.


def old_state(world: World) -> MemoryStore:
    return world.first


def old_snapshot(world: World) -> MemoryStore:
    return Liar(world.registry, world.second).publish(versions={"snapshot": 1}).store


def old_targets(world: World) -> MemoryStore:
    return Liar(world.registry, world.second).publish(versions={"targets": 1}).store


def shrunken_log(world: World) -> MemoryStore:
    """The old log under versions that are newer than all that was seen."""
    old = Liar(world.registry, world.first)
    contents = {name: old.content(name) for name in old.targets.signed.targets}
    return Liar(world.registry, world.second).publish(contents).store


# Two histories.


def other_log_of_the_same_size(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second)
    return liar.publish({"checkpoint": put_checkpoint(liar, world.registry, size_of(liar), bytes(32))}).store


def two_timestamps(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second)
    return liar.publish(versions={"timestamp": liar.timestamp.signed.version}).store


def two_snapshots(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second)
    return liar.publish(versions={"snapshot": liar.snapshot.signed.version}).store


def two_targets(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second)
    return liar.publish(versions={"targets": liar.targets.signed.version}).store


# Mix and match.


def snapshot_of_another_time(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second).publish()
    path = f"tuf/metadata/{liar.snapshot.signed.version}.snapshot.json"
    other = world.second.files["tuf/metadata/1.snapshot.json"]
    liar.store.files[path] = other
    liar.timestamp.signed.snapshot_meta.length = len(other)  # a thief of the timestamp key alone gets no further
    liar.sign(liar.timestamp)
    return liar.store


def targets_of_another_time(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second).publish()
    other = world.second.files["tuf/metadata/1.targets.json"]
    newest = f"tuf/metadata/{liar.targets.signed.version}.targets.json"
    liar.store.files[newest] = other + b" " * (len(liar.store.files[newest]) - len(other))
    return liar.store


def snapshot_that_says_another_version(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second).publish()
    liar.timestamp.signed.snapshot_meta.version += 1
    version = liar.snapshot.signed.version
    liar.store.files[f"tuf/metadata/{version + 1}.snapshot.json"] = liar.store.files[
        f"tuf/metadata/{version}.snapshot.json"
    ]
    liar.sign(liar.timestamp)
    return liar.store


# Sizes and hashes.


def target_with_another_byte(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second).publish({"status.bin": encode(bytes(size_of_world(world)))})
    path = liar.path("status.bin")
    liar.store.files[path] = liar.store.files[path][:-1] + b"\x00"
    return liar.store


def target_that_ends_early(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second).publish({"trust.json": b" " + world_trust(world)})
    path = liar.path("trust.json")
    liar.store.files[path] = liar.store.files[path][:-100]
    return liar.store


def snapshot_that_ends_early(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second).publish()
    path = f"tuf/metadata/{liar.snapshot.signed.version}.snapshot.json"
    liar.store.files[path] = liar.store.files[path][:-1]
    return liar.store


class Endless(MemoryStore):
    """One file of the store never ends."""

    def __init__(self, store: MemoryStore, path: str) -> None:
        super().__init__(store.files)
        self.endless = path
        self.sent = 0

    def chunks(self, path: str, start: int) -> Iterator[bytes]:
        if path != self.endless:
            yield from super().chunks(path, start)
            return
        for chunk in repeat(b"{" * 100_000):
            self.sent += len(chunk)
            yield chunk


def endless_root(world: World) -> MemoryStore:
    return Endless(world.second, "tuf/metadata/2.root.json")


def endless_timestamp(world: World) -> MemoryStore:
    return Endless(world.second, TIMESTAMP)


def endless_snapshot(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second).publish()
    return Endless(liar.store, f"tuf/metadata/{liar.snapshot.signed.version}.snapshot.json")


def endless_targets(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second).publish()
    return Endless(liar.store, f"tuf/metadata/{liar.targets.signed.version}.targets.json")


def endless_target(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second).publish({"trust.json": b" " + world_trust(world)})
    return Endless(liar.store, liar.path("trust.json"))


def a_trust_list_of_gigabytes(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second)
    liar.targets.signed.targets["trust.json"].length = 10**12
    return liar.publish().store


# Content that is signed, and still not to be believed.


def status_that_un_withdraws(world: World) -> MemoryStore:
    return Liar(world.registry, world.second).publish({"status.bin": encode(bytes(size_of_world(world)))}).store


def status_that_only_suspends(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second)
    codes = bytearray(unpack(decode(liar.content("status.bin"), size_of_world(world)), size_of_world(world)))
    codes[world.withdrawn] = 2
    return liar.publish({"status.bin": encode(codes)}).store


def a_status_list_of_another_size(world: World) -> MemoryStore:
    return Liar(world.registry, world.second).publish({"status.bin": encode(bytes(4))}).store


def a_shard_of_another_range(world: World) -> MemoryStore:
    shard = encode_shard(4096, 8192, 8192, [])
    return Liar(world.registry, world.second).publish({"labels-0-4096.bin": shard}).store


def a_shard_with_an_unsound_row(world: World) -> MemoryStore:
    size = size_of_world(world)
    shard = encode_shard(0, 4096, size, [ShardRow(5, "/01/09520000000004", 5, "00" * 8, b"no token")])
    return Liar(world.registry, world.second).publish({"labels-0-4096.bin": shard}).store


def no_shard(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second)
    del liar.targets.signed.targets["labels-0-4096.bin"]
    return liar.publish().store


def a_checkpoint_that_nobody_signed(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second)
    return liar.publish({"checkpoint": liar.content("checkpoint").partition(b"\n\n")[0] + b"\n"}).store


def trust_in_another_registry(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second)
    (kid,) = world.registry.ring.kids(KeyUse.LOG)
    signer = world.registry.ring.signer(kid)
    other = world_trust(world).replace(ORIGIN.encode(), b"id.example.com")
    vkey = note_vkey("id.example.com", signer.public)
    old = note_vkey(ORIGIN, signer.public).replace(ORIGIN, "id.example.com")
    note = sign_note(Checkpoint("id.example.com", size_of(liar), bytes(32)).text, signer, "id.example.com")
    return liar.publish({"trust.json": other.replace(old.encode(), vkey.encode()), "checkpoint": note}).store


def garbage(world: World) -> MemoryStore:
    store = world.second.copy()
    store.files[TIMESTAMP] = b"[" * 5000
    return store


def a_snapshot_as_the_timestamp(world: World) -> MemoryStore:
    store = world.second.copy()
    store.files[TIMESTAMP] = store.files["tuf/metadata/1.snapshot.json"]
    return store


# Keys.


def forged_timestamp(world: World) -> MemoryStore:
    """Signed by a key that the root names for another role."""
    liar = Liar(world.registry, world.second)
    liar.signers[KeyUse.TIMESTAMP] = liar.signers[KeyUse.TARGETS]
    return liar.publish().store


def thief_of_the_timestamp_key(world: World) -> MemoryStore:
    liar = Liar(world.registry, world.second)
    for use in (KeyUse.TARGETS, KeyUse.SNAPSHOT):
        liar.signers[use] = liar.signers[KeyUse.TIMESTAMP]
    return liar.publish({"status.bin": encode(bytes(size_of_world(world)))}).store


def thief_of_the_targets_key(world: World) -> MemoryStore:
    """Can sign targets, but not make any snapshot name them."""
    liar = Liar(world.registry, world.second)
    honest = dict(liar.store.files)
    liar.publish({"status.bin": encode(bytes(size_of_world(world)))})
    version = Liar(world.registry, world.second).targets.signed.version
    honest[f"tuf/metadata/{version}.targets.json"] = liar.sign(liar.targets)
    return MemoryStore(honest)


def size_of_world(world: World) -> int:
    return size_of(Liar(world.registry, world.second))


def world_trust(world: World) -> bytes:
    return Liar(world.registry, world.second).content("trust.json")


LIES: list[tuple[Callable[[World], MemoryStore], type[BundleError]]] = [
    (old_state, RollbackError),
    (old_snapshot, RollbackError),
    (old_targets, RollbackError),
    (shrunken_log, RollbackError),
    (other_log_of_the_same_size, ForkError),
    (two_timestamps, ForkError),
    (two_snapshots, ForkError),
    (two_targets, ForkError),
    (snapshot_of_another_time, MixAndMatchError),
    (targets_of_another_time, MixAndMatchError),
    (snapshot_that_says_another_version, MixAndMatchError),
    (target_with_another_byte, HashMismatchError),
    (target_that_ends_early, TruncatedDataError),
    (snapshot_that_ends_early, TruncatedDataError),
    (endless_root, EndlessDataError),
    (endless_timestamp, EndlessDataError),
    (endless_snapshot, EndlessDataError),
    (endless_targets, EndlessDataError),
    (endless_target, EndlessDataError),
    (a_trust_list_of_gigabytes, EndlessDataError),
    (status_that_un_withdraws, UnwithdrawnError),
    (status_that_only_suspends, UnwithdrawnError),
    (a_status_list_of_another_size, MalformedError),
    (a_shard_of_another_range, MalformedError),
    (a_shard_with_an_unsound_row, MalformedError),
    (no_shard, MalformedError),
    (a_checkpoint_that_nobody_signed, MalformedError),
    (trust_in_another_registry, WrongRootError),
    (garbage, MalformedError),
    (a_snapshot_as_the_timestamp, MalformedError),
    (forged_timestamp, ThresholdError),
    (thief_of_the_timestamp_key, ThresholdError),
]
