"""Publishing the bundle: nothing without need, nothing half-done, nothing that goes back."""

from collections.abc import Generator
from contextlib import closing, suppress
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata, Targets
from tuf.ngclient import FetcherInterface, Updater

from keys import KeyUse
from registry.bundle import BundleFault, facts, publish, publish_bundle, rebuild_bundle, roles
from registry.bundle.repository import GRACE, TIMESTAMP
from registry.labels.sets import mint_below_class
from registry.registry import Registry, utc_now
from registry.store import StoreConflict, StoreError
from schemas import shard
from schemas.entry import StatusEvent
from schemas.gs1 import Gs1Path
from schemas.shard import Shard
from schemas.status_list import decode, unpack
from tests.registry.bundle.publishing import checkpoint_of, publish_now
from tests.registry.bundle.stores import FailingStore, MemoryStore
from tests.world import NOW, a_declaration, change, gtin, label_key, new_registry, published
from verifier import Verifier
from verifier.bundle import opened, sync, targets


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of four indexes, so that a small log has many."""
    for module in (shard, facts, publish, opened, targets):
        monkeypatch.setattr(module, "SHARD_WIDTH", 4)


def targets_of(store: MemoryStore) -> dict[str, str]:
    """The hash of each target of the newest version."""
    version = max(int(name.split(".")[0]) for name in store.names("tuf/metadata") if name.endswith(".targets.json"))
    metadata: Metadata[Targets] = Metadata.from_bytes(store.files[f"tuf/metadata/{version}.targets.json"])
    return {name: target.hashes["sha256"] for name, target in metadata.signed.targets.items()}


def content(store: MemoryStore, name: str) -> bytes:
    return store.files[f"tuf/targets/{targets_of(store)[name]}.{name}"]


def mint_lot(registry: Registry, record: int, lot: str, number: int = 0) -> str:
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        path = Gs1Path.of(gtin=gtin(number), lot=lot)
        return mint_below_class(session, writer, label_key(registry), "id.example.org", record, path, NOW)


class TestPublishing:
    def test_names_files_by_version_and_hash(self, registry: Registry) -> None:
        store = MemoryStore()
        publish_now(registry, store)
        assert {path for path in store.files if "metadata" in path} == {
            f"tuf/metadata/{name}" for name in ("1.root.json", "1.targets.json", "1.snapshot.json", "timestamp.json")
        }
        for path in store.files:
            if "targets/" in path:
                name = path.rpartition("/")[2]
                assert sha256(store.files[path]).hexdigest() == name.partition(".")[0]
        assert set(targets_of(store)) == {"trust.json", "checkpoint", "status.bin", "signed.bin", "labels-0-4096.bin"}
        assert content(store, "trust.json") == registry.trust().encode()
        assert content(store, "checkpoint") == checkpoint_of(registry)[0]

    def test_again_writes_nothing(self, registry: Registry) -> None:
        store = MemoryStore()
        publish_now(registry, store)
        watched = FailingStore(store, None, False)
        publish_now(registry, watched, NOW + timedelta(minutes=59))
        assert watched.writes == 0

    def test_signs_the_timestamp_anew_when_it_is_an_hour_old(self, registry: Registry) -> None:
        store = MemoryStore()
        publish_now(registry, store)
        watched = FailingStore(store, None, False)
        publish_now(registry, watched, NOW + timedelta(hours=1))
        assert watched.writes == 1

    def test_signs_all_anew_before_it_expires(self, registry: Registry, tmp_path: Path) -> None:
        store = MemoryStore()
        publish_now(registry, store)
        root = store.files["tuf/metadata/1.root.json"]
        for days in range(0, 60, 2):  # syncs on any day find a bundle that is good for two days yet
            now = NOW + timedelta(days=days)
            publish_now(registry, store, now)
            assert sync(store, tmp_path / "bundle", now=now, root=root).bundle.expires - now >= timedelta(days=2)

    def test_a_full_shard_is_not_written_again(self, registry: Registry, narrow: None) -> None:
        store = MemoryStore()
        published(registry, 3)  # ten entries: two full shards, and two indexes of a third
        publish_now(registry, store)
        before = targets_of(store)
        published(registry, [a_declaration(8)])
        publish_now(registry, store)
        after = targets_of(store)
        assert {name for name in before if before[name] != after[name]} == {"checkpoint", "labels-8-12.bin"}
        assert before.keys() == after.keys()

    def test_says_of_a_shorter_log_what_was_true_then(self, registry: Registry, narrow: None) -> None:
        """What was written behind the checkpoint does not show: the bundle follows from the log's first entries."""
        records = published(registry, 6)
        for number, record in enumerate(records[:3]):
            mint_lot(registry, record.record, "L1", number)
        change(registry, records[0].record, StatusEvent.SUSPENDED)
        change(registry, records[1].record, StatusEvent.SUSPENDED)
        published(registry, [a_declaration(4)])  # a newer declaration of records[4]
        now = MemoryStore()
        size = publish_now(registry, now)
        change(registry, records[0].record, StatusEvent.REINSTATED)
        change(registry, records[1].record, StatusEvent.WITHDRAWN)
        change(registry, records[2].record, StatusEvent.WITHDRAWN)
        change(registry, records[3].record, StatusEvent.SUSPENDED)
        change(registry, records[3].record, StatusEvent.REINSTATED)
        published(registry, [a_declaration(5)])
        mint_lot(registry, records[5].record, "L2", 5)
        later = FailingStore(MemoryStore(), None, False)
        checkpoint, _ = checkpoint_of(registry, size)
        (registry.home.path / "root" / "published").unlink()
        publish_bundle(registry, later, checkpoint, size, NOW)
        assert targets_of(later) == targets_of(now)
        codes = unpack(decode(content(now, "status.bin"), size), size)
        assert [codes[record.record] for record in records] == [2, 2, 0, 0, 3, 0]

    def test_a_shorter_log_than_the_published_is_a_fault(self, registry: Registry) -> None:
        store = MemoryStore()
        size = publish_now(registry, store)
        with pytest.raises(BundleFault, match="restore the database"):
            publish_now(registry, store, size=size - 1)

    def test_lots_are_in_the_shard_of_their_entry(self, registry: Registry, narrow: None) -> None:
        (record,) = published(registry, 1)
        labels = [mint_lot(registry, record.record, f"L{lot}") for lot in range(6)]
        store = MemoryStore()
        publish_now(registry, store)
        rows = [row for name in targets_of(store) if "labels" in name for row in Shard(content(store, name))]
        assert [row.text("id.example.org") for row in sorted(rows, key=lambda row: row.entry)] == [
            record.label,
            *labels,
        ]
        assert {row.record for row in rows} == {record.record}
        assert [len(Shard(content(store, f"labels-{first}-{first + 4}.bin"))) for first in (0, 4, 8, 12)] == [
            0,
            1,
            4,
            2,
        ]

    def test_two_publishers_do_not_both_win(self, registry: Registry) -> None:
        store = MemoryStore()
        publish_now(registry, store)
        published(registry, 1)

        class Overtaken(MemoryStore):
            def swap(self, path: str, expected: bytes | None, data: bytes) -> None:
                raise StoreConflict(path)

        overtaken = Overtaken()
        overtaken.files = store.files
        before = store.files[TIMESTAMP]
        with pytest.raises(StoreConflict):
            publish_now(registry, overtaken)
        assert store.files[TIMESTAMP] == before

    def test_another_tuf_client_takes_it(self, registry: Registry, tmp_path: Path) -> None:
        """python-tuf's own client, against its own clock."""
        store = MemoryStore()
        published(registry, 2)
        publish_now(registry, store, utc_now())
        publish_now(registry, store, utc_now() + timedelta(hours=2))

        class InStore(FetcherInterface):
            def _fetch(self, url: str) -> Generator[bytes]:
                data = store.files.get(url)
                if data is None:
                    raise DownloadHTTPError("not there", 404)
                yield data

        root = store.files["tuf/metadata/1.root.json"]
        updater = Updater(str(tmp_path), "tuf/metadata/", str(tmp_path), "tuf/targets/", InStore(), bootstrap=root)
        updater.refresh()
        for name in targets_of(store):
            target = updater.get_targetinfo(name)
            assert target is not None
            assert Path(updater.download_target(target)).read_bytes() == content(store, name)


class TestTidying:
    def test_old_files_stay_for_a_while_and_then_go(self, registry: Registry, tmp_path: Path) -> None:
        store = MemoryStore()
        published(registry, 1)
        publish_now(registry, store)
        root = store.files["tuf/metadata/1.root.json"]
        seen: list[set[str]] = []
        for number in range(1, 3 * GRACE):
            published(registry, [a_declaration(number)])
            publish_now(registry, store)
            seen.append({f"tuf/targets/{digest}.{name}" for name, digest in targets_of(store).items()})
            for paths in seen[-GRACE:]:  # a sync that has the metadata of then still finds its targets
                assert paths <= store.files.keys()
        assert sync(store, tmp_path / "bundle", now=NOW, root=root).bundle.checkpoint.size == 7 + 3 * GRACE
        assert len(store.names("tuf/metadata")) <= 2 + 2 * 2 * GRACE
        assert len(store.names("tuf/targets")) <= 3 * 2 * GRACE + 1

    def test_what_an_interrupted_publication_left_goes_too(self, registry: Registry) -> None:
        store = MemoryStore()
        publish_now(registry, store)
        store.put("tuf/targets/" + "0" * 64 + ".status.bin", b"half done")
        store.put("tuf/metadata/999.targets.json", b"half done")
        for number in range(GRACE):
            published(registry, [a_declaration(number)])
            publish_now(registry, store)
        assert not any(data == b"half done" for data in store.files.values())


class TestFailure:
    @pytest.mark.parametrize("persisted", [False, True])
    @pytest.mark.parametrize("first", [False, True])
    def test_of_any_write_is_repaired_by_the_next_publication(
        self, registry: Registry, tmp_path: Path, persisted: bool, first: bool
    ) -> None:
        """Both ways: the write did not happen, or it did and nobody was told. Verifiers see the old or the new."""
        start = MemoryStore()
        (record,) = published(registry, 1)
        root = None
        if not first:
            publish_now(registry, start)
            root = start.files["tuf/metadata/1.root.json"]
            sync(start, tmp_path / "held", now=NOW, root=root)
            change(registry, record.record, StatusEvent.WITHDRAWN)
            published(registry, [a_declaration(5)])
        marker = registry.home.path / "root" / "published"
        for fail_at in count():
            if first:
                marker.unlink(missing_ok=True)
            store = start.copy()
            failing = FailingStore(store, fail_at, persisted)
            try:
                publish_now(registry, failing)
            except StoreError:
                pass
            else:
                assert fail_at >= 6
                break
            bundle = tmp_path / str(fail_at)
            if not first:
                done = sync(store, bundle, now=NOW, root=root)
                verdict = Verifier.open(bundle, now=lambda: NOW).verify(record.label).verdict
                assert verdict == ("withdrawn" if done.bundle.checkpoint.size > 8 else "valid")
            publish_now(registry, store)
            root = store.files["tuf/metadata/1.root.json"]
            sync(store, bundle, now=NOW, root=root)
            expected = "valid" if first else "withdrawn"
            assert Verifier.open(bundle, now=lambda: NOW).verify(record.label).verdict == expected

    def test_while_tidying_is_made_good_later(self, registry: Registry, tmp_path: Path) -> None:
        store = MemoryStore()
        for number in range(GRACE - 1):
            published(registry, [a_declaration(number)])
            publish_now(registry, store)
        store.put("tuf/targets/" + "0" * 64 + ".status.bin", b"half done")
        published(registry, [a_declaration(500)])
        failing = FailingStore(store, 6, False)
        with suppress(StoreError):
            publish_now(registry, failing)
        root = store.files["tuf/metadata/1.root.json"]
        assert sync(store, tmp_path / "bundle", now=NOW, root=root).changed
        for number in range(GRACE):
            published(registry, [a_declaration(600 + number)])
            publish_now(registry, store)
        assert not any(data == b"half done" for data in store.files.values())

    def test_a_target_that_the_store_lost_is_written_again(self, registry: Registry, tmp_path: Path) -> None:
        store = MemoryStore()
        published(registry, 2)
        publish_now(registry, store)
        before = dict(store.files)
        for path in [path for path in before if "targets/" in path and "checkpoint" not in path]:
            del store.files[path]
            publish_now(registry, store)
            assert store.files == before

    def test_of_the_home_between_drawing_keys_and_the_root_is_repaired(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(roles, "_create", _raise)
        with pytest.raises(OSError, match="power cut"):
            publish_now(registry, MemoryStore())
        monkeypatch.undo()
        publish_now(registry, MemoryStore())
        assert [len(registry.ring.kids(use)) for use in (KeyUse.TARGETS, KeyUse.SNAPSHOT, KeyUse.TIMESTAMP)] == [
            1,
            1,
            1,
        ]


def _raise(*_: object) -> None:
    raise OSError("power cut")


class TestLostTimestamp:
    @pytest.mark.parametrize("damage", ["lost", "empty", "other"])
    def test_is_a_fault_until_the_operator_rebuilds_with_higher_versions(
        self, registry: Registry, tmp_path: Path, damage: str
    ) -> None:
        store = MemoryStore()
        (record,) = published(registry, 1)
        for hours in range(4):
            publish_now(registry, store, NOW + timedelta(hours=2 * hours))
        now = NOW + timedelta(hours=8)
        root = store.files["tuf/metadata/1.root.json"]
        sync(store, tmp_path / "bundle", now=now, root=root)
        if damage == "lost":
            del store.files[TIMESTAMP]
        else:
            store.files[TIMESTAMP] = b"" if damage == "empty" else store.files["tuf/metadata/1.snapshot.json"]
        with pytest.raises(BundleFault, match="rebuild-bundle"):
            publish_now(registry, store, now)
        checkpoint, size = checkpoint_of(registry)
        rebuild_bundle(registry, store, checkpoint, size, now)
        assert sync(store, tmp_path / "bundle", now=now).changed
        assert Verifier.open(tmp_path / "bundle", now=lambda: now).verify(record.label).verdict == "valid"
        publish_now(registry, store, now + timedelta(hours=1))
        assert sync(store, tmp_path / "bundle", now=now + timedelta(hours=1)).changed

    def test_a_store_that_was_emptied_is_one_too(self, registry: Registry, tmp_path: Path) -> None:
        store = MemoryStore()
        publish_now(registry, store)
        root = store.files["tuf/metadata/1.root.json"]
        sync(store, tmp_path / "bundle", now=NOW, root=root)
        empty = MemoryStore()
        with pytest.raises(BundleFault, match="lost"):
            publish_now(registry, empty)
        assert not empty.files
        checkpoint, size = checkpoint_of(registry)
        rebuild_bundle(registry, empty, checkpoint, size, NOW)
        assert sync(empty, tmp_path / "bundle", now=NOW).changed
