"""The sequencer survives a failure at each of its writes, never forks, and refuses what it cannot explain."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlmodel import Session

from keys import KeyUse, Signer
from registry.database.database import Database
from registry.fsck import check_home
from registry.log.keys import active_kid, key_entries
from registry.log.reader import CHECKPOINT
from registry.log.sequencer import LogFault, Sequencer
from registry.registry import Registry
from registry.store import Store, StoreError
from schemas.declaration import Declaration
from tests.databases import copy_home, execute
from tests.world import ENVIRON, NOW, a_declaration, log_of, new_registry, published


class Broken(Exception):
    """The failure that a test brings about in the database."""


class FailingStore:
    """A store whose ``fails_at``-th write fails, before or after it took effect, and every one after that: the process
    is as good as dead."""

    def __init__(self, below: Store, fails_at: int, persists: bool) -> None:
        self._below = below
        self._fails_at = fails_at
        self._persists = persists
        self.writes = 0

    def get(self, path: str) -> bytes | None:
        return self._below.get(path)

    def put(self, path: str, data: bytes) -> None:
        self._write(lambda: self._below.put(path, data))

    def swap(self, path: str, expected: bytes | None, data: bytes) -> None:
        self._write(lambda: self._below.swap(path, expected, data))

    def names(self, folder: str) -> list[str]:
        return self._below.names(folder)

    def below(self, folder: str) -> list[str]:
        return self._below.below(folder)

    def remove(self, path: str) -> None:
        self._write(lambda: self._below.remove(path))

    def _write(self, write: Callable[[], None]) -> None:
        self.writes += 1
        if self.writes < self._fails_at or (self.writes == self._fails_at and self._persists):
            write()
        if self.writes >= self._fails_at:
            raise StoreError("input/output error")


class FailingDatabase(Database):
    """A database whose next commit fails, before or after it took effect."""

    def __init__(self, url: str, persists: bool) -> None:
        super().__init__(url)
        self._persists = persists

    @contextmanager
    def writing(self) -> Generator[Session]:
        with super().writing() as session:
            yield session
            if not self._persists:
                raise Broken("the disk is full")
        raise Broken("the connection was lost")


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    opened = new_registry(tmp_path / "home")
    yield opened
    opened.close()


def log_signer(registry: Registry) -> Signer:
    with registry.database.reading() as session:
        return registry.ring.signer(active_kid(key_entries(session), KeyUse.LOG))


def sequencer(registry: Registry, store: Store | None = None, database: Database | None = None) -> Sequencer:
    opened = registry.store() if store is None else store
    return Sequencer(database or registry.database, opened, registry.config.origin, log_signer(registry))


def finished(registry: Registry) -> None:
    """A new process finishes what was begun: all is integrated, published and sound."""
    committed = sequencer(registry).run_once(NOW)
    assert committed is not None
    assert committed.checkpoint.size == len(log_of(registry))
    assert registry.store().get(CHECKPOINT) == committed.note
    assert sound(registry)


def sound(registry: Registry) -> bool:
    report = check_home(registry.config, registry.database, registry.store(), lambda _done, _total: None)
    assert report.faults == ()
    return True


def public(registry: Registry) -> dict[str, bytes]:
    """Every public file of the log."""
    files = (registry.home.public / "log").rglob("*")
    return {str(file.relative_to(registry.home.public)): file.read_bytes() for file in files if file.is_file()}


def checkpoints(registry: Registry) -> list[int]:
    return [size for (size,) in execute(registry.home.path, "select size from checkpoint order by size")]


@pytest.mark.parametrize("persists", [False, True], ids=["not persisted", "persisted"])
def test_after_a_failure_at_any_write_a_new_process_finishes(registry: Registry, persists: bool) -> None:
    number, fails_at, more = 0, 1, True
    published(registry, 246)  # the second turn fills a tile
    finished(registry)
    while more:
        acknowledged = published(registry, _products(number, 3))
        number += 3
        store = FailingStore(registry.store(), fails_at, persists)
        try:
            sequencer(registry, store).run_once(NOW)
            more = False
        except StoreError:
            fails_at += 1
        finished(registry)
        assert {one.record for one in acknowledged} <= {entry.index for entry in log_of(registry)}
    assert fails_at == 4  # a tile, a bundle, the checkpoint


def _products(first: int, count: int) -> list[Declaration]:
    return [a_declaration(1_000 + first + number) for number in range(count)]


@pytest.mark.soak
@pytest.mark.parametrize("persists", [False, True], ids=["not persisted", "persisted"])
@pytest.mark.parametrize("size", [1, 250])
def test_after_the_first_round_failed_anywhere_a_new_process_finishes(
    tmp_path: Path, persists: bool, size: int
) -> None:
    fails_at, more = 1, True
    begun = new_registry(tmp_path / "home")
    published(begun, size)
    begun.close()
    while more:
        copy_home(tmp_path / "home", tmp_path / f"home{fails_at}")
        registry = Registry.open(tmp_path / f"home{fails_at}", ENVIRON)
        try:
            sequencer(registry, FailingStore(registry.store(), fails_at, persists)).run_once(NOW)
            more = False
        except StoreError:
            fails_at += 1
        finished(registry)
        registry.close()


@pytest.mark.each_database
@pytest.mark.parametrize("persists", [False, True], ids=["not persisted", "persisted"])
def test_after_the_commit_of_a_checkpoint_failed_a_new_process_finishes(registry: Registry, persists: bool) -> None:
    finished(registry)
    published(registry, 3)
    failing = FailingDatabase(str(registry.database.url), persists)
    with pytest.raises(Broken):
        sequencer(registry, database=failing).run_once(NOW)
    failing.dispose()
    assert checkpoints(registry) == ([7, 10] if persists else [7])
    assert registry.store().get(CHECKPOINT) is not None
    finished(registry)
    assert checkpoints(registry) == [7, 10]


def test_a_failure_followed_by_growth_is_finished_too(registry: Registry) -> None:
    """The tiles of a tree that was never committed lie there; the next tree is another."""
    published(registry, 200)
    for fails_at in range(1, 6):
        with pytest.raises(StoreError):
            sequencer(registry, FailingStore(registry.store(), fails_at, persists=True)).run_once(NOW)
        published(registry, _products(100 * fails_at, 30))
        sound_but_unpublished = check_home(registry.config, registry.database, registry.store(), lambda *_: None)
        assert {fault.code for fault in sound_but_unpublished.faults} <= {"checkpoint-missing", "checkpoint-behind"}
    finished(registry)


@pytest.mark.each_database
def test_two_sequencers_at_once_never_fork(registry: Registry) -> None:
    for turn in range(8):
        published(registry, _products(10 * turn, 2))
        results: list[object] = []
        barrier = Barrier(2)

        def work(results: list[object] = results, barrier: Barrier = barrier) -> None:
            one = sequencer(registry)
            barrier.wait()
            try:
                results.append(one.run_once(NOW))
            except (LogFault, StoreError) as problem:
                results.append(problem)

        threads = [Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert any(not isinstance(result, Exception) for result in results), results
        finished(registry)
        assert len(checkpoints(registry)) == turn + 1


def test_of_two_that_began_at_the_same_checkpoint_the_second_is_refused(registry: Registry) -> None:
    finished(registry)
    published(registry, 2)

    class Slow(FailingStore):
        def put(self, path: str, data: bytes) -> None:
            if self.writes == 0:
                sequencer(registry).run_once(NOW)  # another is faster
            super().put(path, data)

    with pytest.raises(LogFault, match="another sequencer has committed"):
        sequencer(registry, Slow(registry.store(), 1_000, persists=True)).run_once(NOW)
    finished(registry)


def refused(registry: Registry, sentence: str) -> None:
    """The sequencer says ``sentence``, and writes nothing."""
    before = public(registry), checkpoints(registry)
    with pytest.raises(LogFault, match=sentence):
        sequencer(registry).run_once(NOW)
    assert (public(registry), checkpoints(registry)) == before


def test_a_store_ahead_of_the_database_is_refused(registry: Registry) -> None:
    published(registry, 3)
    finished(registry)
    published(registry, _products(0, 3))
    finished(registry)
    execute(registry.home.path, "delete from checkpoint where size > 10")
    refused(registry, "the published checkpoint has 13 entries, the database 10: restore the database")


def test_a_store_of_another_history_is_refused(registry: Registry, tmp_path: Path) -> None:
    other = new_registry(tmp_path / "other")
    finished(registry)
    finished(other)
    (registry.home.public / CHECKPOINT).write_bytes((other.home.public / CHECKPOINT).read_bytes())
    other.close()
    refused(registry, "the published checkpoint of size 7 is not one of the database: two histories")


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\xff\n\n"])
def test_a_published_checkpoint_that_cannot_be_read_is_refused(registry: Registry, content: bytes) -> None:
    finished(registry)
    (registry.home.public / CHECKPOINT).write_bytes(content)
    refused(registry, "the published checkpoint cannot be read")


def test_damaged_tiles_at_the_right_edge_are_refused(registry: Registry) -> None:
    finished(registry)
    published(registry, 1)
    tile = registry.home.public / "log" / "tile" / "0" / "000.p" / "7"
    tile.write_bytes(bytes(len(tile.read_bytes())))
    refused(registry, "the tiles in the store do not have the root of the checkpoint of size 7")


def test_lost_or_short_tiles_at_the_right_edge_are_refused(registry: Registry) -> None:
    finished(registry)
    published(registry, 1)
    tile = registry.home.public / "log" / "tile" / "0" / "000.p" / "7"
    whole = tile.read_bytes()
    tile.write_bytes(whole[:-1])
    refused(registry, "the tiles in the store are damaged: tile/0/000.p/7 has 223 bytes instead of 224")
    tile.unlink()
    before = public(registry), checkpoints(registry)
    with pytest.raises(StoreError, match=r"the tile tile/0/000\.p/7 is not in the store"):
        sequencer(registry).run_once(NOW)
    assert (public(registry), checkpoints(registry)) == before
    tile.write_bytes(whole)
    finished(registry)


def test_a_gap_in_the_database_is_refused(registry: Registry) -> None:
    finished(registry)
    published(registry, 3)
    execute(registry.home.path, 'delete from log_entry where "index" = 8')
    refused(registry, "the log has a gap")


def test_a_database_shorter_than_its_checkpoint_is_refused(registry: Registry) -> None:
    published(registry, 3)
    finished(registry)
    execute(registry.home.path, 'delete from log_entry where "index" = 9')
    refused(registry, "the database has 9 entries, but its own checkpoint says 10: restore a backup")
