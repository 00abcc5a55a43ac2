"""Syncing: only what changed is fetched, an interruption anywhere leaves the old bundle whole, one sync at a time."""

import fcntl
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from registry.bundle import facts, publish
from registry.store import FolderStore
from schemas import shard
from schemas.status_list import encode
from tests.registry.bundle.publishing import publish_now
from tests.registry.bundle.stores import MemoryStore
from tests.verifier.bundle.conftest import World
from tests.verifier.bundle.liar import Liar
from tests.world import NOW, a_declaration, new_registry, published
from verifier import Verifier
from verifier.bundle import (
    BundleError,
    DamagedBundle,
    FetchError,
    FolderFetcher,
    SyncLocked,
    opened,
    sync,
    targets,
)


class PowerCut(BaseException):
    """The process is gone: nothing tidies up after it."""


class CutOff(MemoryStore):
    """Fails while chunk number ``at`` is on its way."""

    def __init__(self, store: MemoryStore, at: int, error: type[BaseException]) -> None:
        super().__init__(store.files)
        self._left = at
        self._error = error

    def chunks(self, path: str, start: int) -> Iterator[bytes]:
        if self._left == 0:
            raise self._error("cut off")
        self._left -= 1
        data = b"".join(super().chunks(path, start))
        yield data[: len(data) // 2]
        if self._left == 0:
            raise self._error("cut off")
        self._left -= 1
        yield data[len(data) // 2 :]


def verdicts(world: World, bundle: Path) -> list[str]:
    verifier = Verifier.open(bundle, now=lambda: NOW)
    return [verifier.verify(label).verdict for label in (world.good, world.withdrawn_label)]


class TestInterruption:
    @pytest.mark.parametrize("error", [PowerCut, FetchError])
    def test_anywhere_leaves_the_old_bundle_whole_and_the_next_sync_completes(
        self, world: World, tmp_path: Path, error: type[BaseException]
    ) -> None:
        for at in count():
            bundle = world.bundle(tmp_path / str(at), "first")
            try:
                sync(CutOff(world.second, at, error), bundle, now=NOW)
            except error:
                assert verdicts(world, bundle) == ["valid", "valid"]
                assert sync(world.second, bundle, now=NOW).changed
                assert verdicts(world, bundle) == ["valid", "withdrawn"]
                assert sorted(path.name for path in bundle.iterdir() if path.name != ".lock") == [
                    "current",
                    "generation-00000001",
                    "generation-00000002",
                ]
            else:
                assert at > 10
                break

    def test_of_the_first_sync_leaves_nothing_that_counts(self, world: World, tmp_path: Path) -> None:
        for at in count():
            bundle = tmp_path / str(at)
            try:
                sync(CutOff(world.second, at, PowerCut), bundle, now=NOW, root=world.root)
            except PowerCut:
                with pytest.raises(BundleError):
                    Verifier.open(bundle)
                sync(world.second, bundle, now=NOW, root=world.root)
                assert verdicts(world, bundle) == ["valid", "withdrawn"]
            else:
                break

    def test_before_each_change_of_the_folder_leaves_a_whole_bundle(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = Path.replace
        for left in range(2):
            bundle = world.bundle(tmp_path / str(left), "first")
            calls = iter(range(left, -1, -1))

            def replace(path: Path, target: Path, calls: Iterator[int] = calls) -> Path:
                if next(calls) == 0:
                    raise PowerCut
                return real(path, target)

            monkeypatch.setattr(Path, "replace", replace)
            with pytest.raises(PowerCut):
                sync(world.second, bundle, now=NOW)
            monkeypatch.undo()
            assert verdicts(world, bundle) == ["valid", "valid"]
            sync(world.second, bundle, now=NOW)
            assert verdicts(world, bundle) == ["valid", "withdrawn"]

    def test_what_was_fetched_is_not_fetched_again(self, world: World, tmp_path: Path) -> None:
        bundle = world.bundle(tmp_path / "bundle", "first")
        with pytest.raises(FetchError):
            sync(CutOff(world.second, 12, FetchError), bundle, now=NOW)
        kept = sum(path.stat().st_size for path in (bundle / "incoming").iterdir())
        assert kept > 0
        done = sync(world.second, bundle, now=NOW)
        changed = {target for target in world.second.files if target not in world.first.files and "targets/" in target}
        assert done.fetched == sum(len(world.second.files[path]) for path in changed) - kept

    def test_what_a_lying_mirror_left_is_fetched_again(self, world: World, tmp_path: Path) -> None:
        liar = Liar(world.registry, world.second)
        for number, left in enumerate((b"x" * 100, b"x" * 10**6)):
            bundle = world.bundle(tmp_path / str(number), "first")
            (bundle / "incoming").mkdir()
            for name, target in liar.targets.signed.targets.items():
                assert name
                (bundle / "incoming" / target.hashes["sha256"]).write_bytes(left)
            assert sync(world.second, bundle, now=NOW).changed
            assert verdicts(world, bundle) == ["valid", "withdrawn"]


class TestIncremental:
    def test_only_what_changed_is_fetched(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in (shard, facts, publish, opened, targets):
            monkeypatch.setattr(module, "SHARD_WIDTH", 4)
        registry = new_registry(tmp_path / "home")
        store = MemoryStore()
        published(registry, 6)  # 13 entries: three full shards and one that is not
        publish_now(registry, store)
        root = store.files["tuf/metadata/1.root.json"]
        first = sync(store, tmp_path / "bundle", now=NOW, root=root)
        alike = len(encode(bytes(13)))  # status.bin and signed.bin say the same here: fetched once
        assert first.fetched == first.total - alike
        store.fetched.clear()
        published(registry, [a_declaration(9)])
        publish_now(registry, store)
        second = sync(store, tmp_path / "bundle", now=NOW)
        registry.close()
        names = {path.rpartition("/")[2].partition(".")[2] for path in store.fetched if "targets/" in path}
        assert names == {"checkpoint", "labels-12-16.bin"}
        assert second.fetched < second.total / 2
        kept = tmp_path / "bundle" / "generation-00000002" / "targets" / "labels-0-4.bin"
        assert kept.stat().st_nlink == 2  # one file, in both generations

    def test_nothing_new_changes_nothing(self, world: World, tmp_path: Path) -> None:
        bundle = world.bundle(tmp_path / "bundle")
        store = world.second.copy()
        done = sync(store, bundle, now=NOW)
        assert (done.changed, done.fetched) == (False, 0)
        assert not [path for path in store.fetched if "targets/" in path]

    def test_a_new_timestamp_alone_fetches_no_target(self, world: World, tmp_path: Path) -> None:
        bundle = world.bundle(tmp_path / "bundle")
        later = NOW + timedelta(hours=3)
        done = sync(Liar(world.registry, world.second).publish(now=later).store, bundle, now=later)
        assert (done.changed, done.fetched) == (True, 0)
        assert done.bundle.signed_at == later
        assert Verifier.open(bundle, now=lambda: later).verify(world.good).freshness == "fresh"

    def test_a_damaged_file_is_repaired(self, world: World, tmp_path: Path) -> None:
        bundle = world.bundle(tmp_path / "bundle")
        shards = bundle / "generation-00000001" / "targets" / "labels-0-4096.bin"
        shards.write_bytes(shards.read_bytes()[::-1])
        with pytest.raises(DamagedBundle, match="Sync again"):
            Verifier.open(bundle)
        done = sync(world.second, bundle, now=NOW)
        assert done.fetched == shards.stat().st_size
        assert verdicts(world, bundle) == ["valid", "withdrawn"]

    def test_a_target_that_goes_away_meanwhile_makes_it_begin_anew(self, world: World, tmp_path: Path) -> None:
        """The registry publishes, and removes what it named before, between two files of a sync."""
        new = Liar(world.registry, world.second).publish({"labels-0-4096.bin": _shard_bytes(world)}).store

        class Moving(MemoryStore):
            def chunks(self, path: str, start: int) -> Iterator[bytes]:
                yield from super().chunks(path, start)
                if path.endswith("targets.json"):
                    self.files = new.files

        moving = Moving({path: data for path, data in world.second.files.items() if "labels" not in path})
        assert sync(moving, world.bundle(tmp_path / "bundle", "first"), now=NOW).changed


def _shard_bytes(world: World) -> bytes:
    """The newest shard, as bytes that differ."""
    held = shard.Shard(Liar(world.registry, world.second).content("labels-0-4096.bin"))
    return shard.encode_shard(held.first, held.end, held.until, list(held)[:-1])


class TestLock:
    def test_two_syncs_of_one_bundle_are_kept_apart(self, world: World, tmp_path: Path) -> None:
        bundle = world.bundle(tmp_path / "bundle", "first")
        with (bundle / ".lock").open("a") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            with pytest.raises(SyncLocked, match="wait"):
                sync(world.second, bundle, now=NOW)
            assert verdicts(world, bundle) == ["valid", "valid"]
        assert sync(world.second, bundle, now=NOW).changed

    def test_of_many_at_once_the_bundle_comes_out_whole(self, world: World, tmp_path: Path) -> None:
        bundle = world.bundle(tmp_path / "bundle", "first")
        outcomes: list[str] = []

        def work() -> None:
            try:
                outcomes.append(str(sync(world.second, bundle, now=NOW).changed))
            except SyncLocked:
                outcomes.append("locked")

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            assert verdicts(world, bundle)[0] == "valid"  # who reads meanwhile has the old one or the new one
        assert outcomes.count("True") == 1
        assert verdicts(world, bundle) == ["valid", "withdrawn"]


class TestFolder:
    def test_a_copy_carried_on_a_stick_is_as_good_as_the_registry(self, world: World, tmp_path: Path) -> None:
        stick = FolderStore(tmp_path / "stick")
        for path, data in world.second.files.items():
            stick.put(path, data)
        sync(FolderFetcher(tmp_path / "stick"), tmp_path / "bundle", now=NOW, root=world.root)
        assert verdicts(world, tmp_path / "bundle") == ["valid", "withdrawn"]

    def test_without_hard_links_files_are_copied(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def none(*_: object) -> None:
            raise OSError("not supported")

        monkeypatch.setattr(Path, "hardlink_to", none)
        bundle = world.bundle(tmp_path / "bundle", "first")
        sync(world.second, bundle, now=NOW)
        assert verdicts(world, bundle) == ["valid", "withdrawn"]

    def test_a_bundle_can_be_copied_and_moved(self, world: World, tmp_path: Path) -> None:
        copy = shutil.copytree(world.bundle(tmp_path / "bundle"), tmp_path / "copy")
        assert verdicts(world, copy) == ["valid", "withdrawn"]

    def test_progress_ends_at_the_whole(self, world: World, tmp_path: Path) -> None:
        told: list[tuple[int, int]] = []
        done = sync(world.second, tmp_path / "bundle", now=NOW, root=world.root, progress=lambda *now: told.append(now))
        assert told[-1] == (done.total, done.total)
        assert told == sorted(told)
