"""The published bundle against the log: a sound one is clean, and each lie in it is found and called by its name."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import repeat

import msgspec
import pytest
from tuf.api.metadata import Metadata, Root

from keys import KeyUse, NoteKind, TrustError, TrustList, note_vkey, sign_note
from registry.bundle.roles import root_keys_folder
from registry.bundle.rotation import root_signers
from schemas.entry import RecordStatus
from schemas.shard import Shard, ShardRow, encode_shard, shard_name
from schemas.status_list import decode, encode, status_code, unpack
from schemas.tlog import Checkpoint
from tests.registry.bundle.stores import MemoryStore
from tests.verifier.bundle.liar import Liar
from tests.verifier.fsck.conftest import METADATA, Small, checked, codes
from tests.world import NOW, ORIGIN, label_key
from verifier.bundle import RefusedUpdate
from verifier.bundle.witnesses import set_policy
from verifier.fsck import check_public
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
    *((without_target(name), {"bundle-target"}) for name in ("trust.json", "checkpoint", "status.bin", SHARD)),
    (bytes_of_target(lambda data: data[:-1]), {"bundle-target"}),
    (bytes_of_target(lambda data: data + b"x"), {"bundle-target"}),
    (bytes_of_target(lambda data: data[:-1] + b"x"), {"bundle-target"}),
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


def test_a_sound_bundle_is_clean_and_the_report_says_which_root_was_taken(small: Small) -> None:
    report = checked(small, small.store)
    assert report.faults == ()
    seen = report.bundle
    assert seen is not None
    assert (seen.size, seen.root, seen.signed_at) == (small.size, 2, NOW)
    assert seen.trusted_root is not None


def test_everything_published_is_read(small: Small) -> None:
    store = small.store.copy()
    checked(small, store)
    assert set(store.files) - set(store.fetched) == {"trust.json"}  # which the caller has read


@pytest.mark.parametrize(("lie", "due"), LIES)
def test_a_lie_is_found(lie: Callable[[Small], MemoryStore], due: set[str], small: Small) -> None:
    assert codes(checked(small, lie(small))) == due


def test_all_lies_are_told(small: Small) -> None:
    liar = lied(small)
    rows = list(Shard(liar.content(SHARD)))
    contents = {
        "status.bin": encode(bytes(small.size)),
        "trust.json": key_moved(small.trust).encode(),
        SHARD: encode_shard(0, 4096, small.size, rows[1:]),
        "notes.txt": b"hello",
    }
    store = liar.publish(contents, expires={"targets": NOW}).store
    del store.files["log/tile/0/000.p/" + str(small.size)]
    spoilt = root_changed(2, lambda root: spoil(root, 1))(small).files
    store.files[f"{METADATA}/2.root.json"] = spoilt[f"{METADATA}/2.root.json"]
    report = checked(small, store)
    assert codes(report) == {
        *("bundle-status", "bundle-trust", "bundle-label", "bundle-target", "bundle-expired", "bundle-root"),
        "tile-missing",
    }
    assert sum(fault.code == "bundle-status" for fault in report.faults) == 3


def test_entries_that_are_lost_are_not_told_again_as_faults_of_labels(small: Small) -> None:
    without = lost(lambda small: f"log/tile/entries/000.p/{small.size}")(small)
    assert codes(checked(small, without)) == {"entries-missing", "trust-differs"}


class TestPinnedRoot:
    def test_is_followed(self, small: Small) -> None:
        for version in (1, 2):
            report = checked(small, small.store, small.store.files[f"{METADATA}/{version}.root.json"])
            assert report.faults == ()
            assert report.bundle is not None
            assert report.bundle.trusted_root is None

    def test_of_another_registry_is_a_fault(self, small: Small) -> None:
        other = root_changed(2, lambda root: setattr(root.signed, "expires", NOW + timedelta(days=9)))(small)
        liar = lied(small)
        root: Metadata[Root] = Metadata.from_bytes(other.files[f"{METADATA}/2.root.json"])
        liar.signers[KeyUse.ROOT] = root_signers(root_keys_folder(small.registry))
        assert codes(checked(small, small.store, liar.sign(root))) == {"bundle-root"}

    def test_that_is_newer_than_what_is_published_is_a_fault(self, small: Small) -> None:
        older = lost(lambda _: f"{METADATA}/2.root.json")(small)
        assert codes(checked(small, older, small.store.files[f"{METADATA}/2.root.json"])) == {"bundle-root"}

    def test_is_followed_also_where_the_first_root_is_lost(self, small: Small) -> None:
        without = lost(lambda _: f"{METADATA}/1.root.json")(small)
        assert codes(checked(small, without, small.store.files[f"{METADATA}/2.root.json"])) == {"bundle-root"}

    def test_that_is_none_is_refused(self, small: Small) -> None:
        with pytest.raises(RefusedUpdate):
            checked(small, small.store, b"no root")


class TestNoBundle:
    def log_alone(self, small: Small) -> MemoryStore:
        return MemoryStore({path: data for path, data in small.store.files.items() if path.startswith("log/")})

    def test_is_no_fault_while_nothing_of_it_is_published(self, small: Small) -> None:
        report = checked(small, self.log_alone(small))
        assert (report.faults, report.bundle) == ((), None)

    def test_is_a_fault_for_whoever_has_a_root(self, small: Small) -> None:
        found = checked(small, self.log_alone(small), small.store.files[f"{METADATA}/1.root.json"])
        assert {"bundle-missing"} <= codes(found) <= {"bundle-missing", "bundle-root"}

    def test_leaves_nobody_to_trust(self, small: Small) -> None:
        assert check_public(small.store, None, NOW).faults == ()  # the bundle has a trust list
        with pytest.raises(TrustError, match=r"trust\.json"):
            check_public(self.log_alone(small), None, NOW)


class Endless(MemoryStore):
    """Answers one path with bytes without end."""

    def __init__(self, files: dict[str, bytes], path: str) -> None:
        super().__init__(files)
        self._path = path

    def chunks(self, path: str, start: int) -> Iterator[bytes]:
        return repeat(b"[" * 100_000) if path == self._path else super().chunks(path, start)


def test_the_check_ends_whatever_file_is_endless(small: Small) -> None:
    for path in small.store.files:
        if path.startswith("tuf/"):
            assert codes(checked(small, Endless(small.store.files, path))), path
