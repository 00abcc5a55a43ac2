"""Published bundles that lie, each made of a sound one, and what a check must call the lie."""

from collections.abc import Callable, Iterable

import msgspec
from tuf.api.metadata import Metadata, Root

from keys import KeyUse, NoteKind, TrustList, note_vkey, sign_note
from registry.bundle.roles import root_keys_folder
from registry.bundle.rotation import root_signers
from schemas.entry import RecordStatus
from schemas.shard import Shard, ShardRow, encode_shard, shard_name
from schemas.status_list import decode, encode, status_code, unpack
from schemas.tlog import Checkpoint
from tests.registry.bundle.stores import MemoryStore
from tests.verifier.bundle.liar import Liar
from tests.verifier.fsck.conftest import METADATA, Small
from tests.world import NOW, ORIGIN, label_key
from verifier.bundle.witnesses import set_policy
from verifier.witness.policy import WitnessPolicy

SHARD = shard_name(0)
TIMESTAMP = f"{METADATA}/timestamp.json"


def lied(small: Small) -> Liar:
    return Liar(small.registry, small.store)


def published(small: Small, name: str, content: bytes) -> MemoryStore:
    """The store with one target that says something else, properly signed."""
    return lied(small).publish({name: content}).store


# What status.bin, trust.json and the checkpoint say.


def with_status(record: Callable[[Small], int], status: RecordStatus) -> Callable[[Small], MemoryStore]:
    def lie(small: Small) -> MemoryStore:
        said = bytearray(unpack(decode(lied(small).content("status.bin"), small.size), small.size))
        said[record(small)] = status_code(status)
        return published(small, "status.bin", encode(said))

    return lie


def status_of_another_size(small: Small) -> MemoryStore:
    return published(small, "status.bin", encode(bytes(4)))


def trusted(change: Callable[[TrustList], TrustList]) -> Callable[[Small], MemoryStore]:
    return lambda small: published(small, "trust.json", change(small.trust).encode())


def replace(trust: TrustList, **changes: object) -> TrustList:
    return msgspec.structs.replace(trust, **changes)


def renamed(trust: TrustList) -> TrustList:
    return replace(trust, registry=msgspec.structs.replace(trust.registry, name="Another Alliance"))


def key_moved(trust: TrustList) -> TrustList:
    first, *rest = trust.keys
    return replace(trust, keys=(msgspec.structs.replace(first, from_=first.from_ + 1), *rest))


def garbage(name: str) -> Callable[[Small], MemoryStore]:
    return lambda small: published(small, name, b"[" * 300)


def note(small: Small, size: int, root: bytes, origin: str = ORIGIN) -> bytes:
    (kid,) = small.registry.ring.kids(KeyUse.LOG)
    return sign_note(Checkpoint(origin, size, root).text, small.registry.ring.signer(kid), origin)


def checkpoint_of_another_history(small: Small) -> MemoryStore:
    return published(small, "checkpoint", note(small, small.size, bytes(32)))


def checkpoint_ahead(small: Small) -> MemoryStore:
    return published(small, "checkpoint", note(small, small.size + 1, bytes(32)))


def checkpoint_of_a_log_beyond_measure(small: Small) -> MemoryStore:
    return published(small, "checkpoint", note(small, 2**62, bytes(32)))


def checkpoint_of_another_log(small: Small) -> MemoryStore:
    return published(small, "checkpoint", note(small, small.size, bytes(32), "id.example.com"))


# What the shard says.


def rows_changed(change: Callable[[Small, list[ShardRow]], Iterable[ShardRow]]) -> Callable[[Small], MemoryStore]:
    def lie(small: Small) -> MemoryStore:
        rows = list(Shard(lied(small).content(SHARD)))
        return published(small, SHARD, encode_shard(0, 4096, small.size, change(small, rows)))

    return lie


def first_row(**changes: object) -> Callable[[Small], MemoryStore]:
    return rows_changed(lambda _, rows: [msgspec.structs.replace(rows[0], **changes), *rows[1:]])


def token_flipped(place: int) -> Callable[[Small], MemoryStore]:
    def change(small: Small, rows: list[ShardRow]) -> list[ShardRow]:
        token = bytearray(rows[0].token)
        token[place] ^= 1
        return [msgspec.structs.replace(rows[0], token=bytes(token)), *rows[1:]]

    return rows_changed(change)


def rows_out_of_order(small: Small) -> MemoryStore:
    data = bytearray(lied(small).content(SHARD))
    count = len(Shard(bytes(data)))
    for column in (40, 40 + 8 * count):  # records and entries of the first two rows
        data[column : column + 16] = data[column + 8 : column + 16] + data[column : column + 8]
    return published(small, SHARD, bytes(data))


def a_row_outside_the_shard(small: Small) -> MemoryStore:
    data = bytearray(lied(small).content(SHARD))
    place = 40 + 16 * len(Shard(bytes(data))) + 8
    data[place : place + 8] = (2**40).to_bytes(8, "little")
    return published(small, SHARD, bytes(data))


def a_shard_of_gigabytes(small: Small) -> MemoryStore:
    liar = lied(small)
    liar.targets.signed.targets[SHARD].length = 2**32
    return liar.publish().store


# Which targets there are, and their bytes.


def one_more_target(small: Small) -> MemoryStore:
    return published(small, "notes.txt", b"hello")


def one_more_shard(small: Small) -> MemoryStore:
    return published(small, shard_name(4096), encode_shard(4096, 8192, 4096, ()))


def without_target(name: str) -> Callable[[Small], MemoryStore]:
    def lie(small: Small) -> MemoryStore:
        liar = lied(small)
        del liar.targets.signed.targets[name]
        return liar.publish().store

    return lie


def bytes_of_target(change: Callable[[bytes], bytes]) -> Callable[[Small], MemoryStore]:
    def lie(small: Small) -> MemoryStore:
        store, path = small.store.copy(), lied(small).path(SHARD)
        store.files[path] = change(store.files[path])
        return store

    return lie


def lost(path: Callable[[Small], str]) -> Callable[[Small], MemoryStore]:
    def lie(small: Small) -> MemoryStore:
        store = small.store.copy()
        del store.files[path(small)]
        return store

    return lie


def a_path_out_of_the_store(small: Small) -> MemoryStore:
    liar = lied(small)
    liar.targets.signed.targets[SHARD].hashes["sha256"] = "../../log/checkpoint"
    return liar.publish().store


# Metadata and roots.


def timestamp_by_another_role(small: Small) -> MemoryStore:
    liar = lied(small)
    liar.signers[KeyUse.TIMESTAMP] = liar.signers[KeyUse.TARGETS]
    return liar.publish().store


def timestamp_rewritten(old: bytes, new: bytes) -> Callable[[Small], MemoryStore]:
    def lie(small: Small) -> MemoryStore:
        store = small.store.copy()
        assert old in store.files[TIMESTAMP]
        store.files[TIMESTAMP] = store.files[TIMESTAMP].replace(old, new, 1)
        return store

    return lie


def snapshot_of_another_time(small: Small) -> MemoryStore:
    store = lied(small).publish().store
    store.files[f"{METADATA}/2.snapshot.json"] = small.store.files[f"{METADATA}/1.snapshot.json"]
    return store


def expired(role: str) -> Callable[[Small], MemoryStore]:
    return lambda small: lied(small).publish(expires={role: NOW}).store


def root_changed(version: int, change: Callable[[Metadata[Root]], object]) -> Callable[[Small], MemoryStore]:
    def lie(small: Small) -> MemoryStore:
        store, path = small.store.copy(), f"{METADATA}/{version}.root.json"
        root: Metadata[Root] = Metadata.from_bytes(store.files[path])
        change(root)
        store.files[path] = root.to_bytes()
        return store

    return lie


def spoil(root: Metadata[Root], signatures: int) -> None:
    for one in list(root.signatures.values())[:signatures]:
        one.signature = one.signature[:-1] + ("0" if one.signature[-1] != "0" else "1")


def spoilt_in_capitals(root: Metadata[Root]) -> None:
    for one in root.signatures.values():
        one.signature = one.signature.upper()


def foreign_signature(root: Metadata[Root]) -> None:
    keyid, one = root.signatures.popitem()
    one.keyid = "00" + keyid[2:]
    root.signatures[one.keyid] = one


def root_that_asks_for_a_witness(small: Small) -> MemoryStore:
    liar = lied(small)
    liar.signers[KeyUse.ROOT] = root_signers(root_keys_folder(small.registry))
    root: Metadata[Root] = Metadata.from_bytes(liar.store.files[f"{METADATA}/2.root.json"])
    root.signed.version = 3
    vkey = note_vkey("witness.example", label_key(small.registry).public, NoteKind.COSIGNATURE)
    set_policy(root.signed, WitnessPolicy.of([vkey], 1))
    liar.sign(root)
    return liar.store


LIES: list[tuple[Callable[[Small], MemoryStore], set[str]]] = [
    (with_status(lambda small: small.first, RecordStatus.ACTIVE), {"bundle-status"}),
    (with_status(lambda small: small.second, RecordStatus.SUSPENDED), {"bundle-status"}),
    (with_status(lambda small: small.third, RecordStatus.WITHDRAWN), {"bundle-status"}),
    (with_status(lambda _: 0, RecordStatus.WITHDRAWN), {"bundle-status"}),
    (status_of_another_size, {"bundle-status"}),
    (garbage("status.bin"), {"bundle-status"}),
    (trusted(key_moved), {"bundle-trust"}),
    (trusted(lambda trust: replace(trust, keys=trust.keys[1:])), {"bundle-trust"}),
    (trusted(renamed), {"bundle-trust"}),
    (garbage("trust.json"), {"bundle-trust"}),
    (checkpoint_of_another_history, {"bundle-checkpoint"}),
    (checkpoint_ahead, {"bundle-checkpoint"}),
    (checkpoint_of_a_log_beyond_measure, {"bundle-checkpoint", "bundle-target"}),
    (checkpoint_of_another_log, {"bundle-checkpoint"}),
    (garbage("checkpoint"), {"bundle-checkpoint"}),
    (rows_changed(lambda _, rows: rows[1:]), {"bundle-label"}),
    (rows_changed(lambda _, rows: [row for row in rows if "/10/" not in row.path]), {"bundle-label"}),
    (rows_changed(lambda _, rows: [*rows, msgspec.structs.replace(rows[-1], record=0, entry=0)]), {"bundle-label"}),
    (rows_changed(lambda _, rows: [*rows, rows[-1]]), {"bundle-shard"}),
    (first_row(name=b'{"en":"Something else"}'), {"bundle-label"}),
    (first_row(name=b"no JSON"), {"bundle-label"}),
    (first_row(owner="Rival Works"), {"bundle-label"}),
    (first_row(signer="00" * 8), {"bundle-label"}),
    (first_row(path="/01/09520000000011"), {"bundle-label"}),
    (first_row(token=b""), {"bundle-label"}),
    (
        rows_changed(lambda _, rows: [msgspec.structs.replace(rows[0], token=rows[1].token), *rows[1:]]),
        {"bundle-label"},
    ),
    (token_flipped(-1), {"bundle-label"}),
    (token_flipped(10), {"bundle-label"}),
    (token_flipped(40), {"bundle-label"}),
    (rows_out_of_order, {"bundle-shard", "bundle-label"}),
    (a_row_outside_the_shard, {"bundle-shard", "bundle-label"}),
    (
        lambda small: published(small, SHARD, encode_shard(0, 4096, small.size - 1, ())),
        {"bundle-shard", "bundle-label"},
    ),
    (garbage(SHARD), {"bundle-shard"}),
    (a_shard_of_gigabytes, {"bundle-target"}),
    (one_more_target, {"bundle-target"}),
    (one_more_shard, {"bundle-target"}),
    *(
        (without_target(name), {"bundle-target"})
        for name in ("trust.json", "checkpoint", "status.bin", "signed.bin", SHARD)
    ),
    (bytes_of_target(lambda data: data[:-1]), {"bundle-target"}),
    (bytes_of_target(lambda data: data + b"x"), {"bundle-target"}),
    (bytes_of_target(lambda data: data[:-1] + bytes([data[-1] ^ 1])), {"bundle-target"}),
    (lost(lambda small: lied(small).path(SHARD)), {"bundle-target"}),
    (a_path_out_of_the_store, {"bundle-target"}),
    (timestamp_by_another_role, {"bundle-metadata"}),
    (timestamp_rewritten(b'Z",', b'z",'), {"bundle-metadata"}),
    (lambda small: MemoryStore({**small.store.files, TIMESTAMP: b"x" * 100_000}), {"bundle-metadata"}),
    (lost(lambda _: f"{METADATA}/1.snapshot.json"), {"bundle-metadata"}),
    (lost(lambda _: f"{METADATA}/1.targets.json"), {"bundle-metadata"}),
    (snapshot_of_another_time, {"bundle-metadata"}),
    (lost(lambda _: TIMESTAMP), {"bundle-missing"}),
    *((expired(role), {"bundle-expired"}) for role in ("timestamp", "snapshot", "targets")),
    (root_that_asks_for_a_witness, {"bundle-witnesses"}),
    (lost(lambda _: f"{METADATA}/1.root.json"), {"bundle-root"}),
    (root_changed(1, lambda root: spoil(root, 1)), {"bundle-root"}),
    (root_changed(1, lambda root: spoil(root, 3)), {"bundle-root"}),
    (root_changed(2, lambda root: spoil(root, 1)), {"bundle-root"}),
    (root_changed(2, lambda root: spoil(root, 2)), {"bundle-root"}),
    (root_changed(2, foreign_signature), {"bundle-root"}),
    (root_changed(2, spoilt_in_capitals), {"bundle-root"}),
    (root_changed(2, lambda root: setattr(root.signed, "version", 3)), {"bundle-root"}),
    (lambda small: MemoryStore({**small.store.files, f"{METADATA}/2.root.json": b"{}"}), {"bundle-root"}),
]
