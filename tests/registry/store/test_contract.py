"""What ``Store`` promises, kept by a folder and by a bucket of a real S3 service (``seaweed`` says which, and why)."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import msgspec
import pytest

from registry.store import FolderStore, Store, StoreConflict, StoreError
from registry.store.bucket import Bucket
from registry.store.s3 import S3Store

ROOT = Path(__file__).resolve().parents[3]
THREADS, ROUNDS = 8, 2
PATH = "log/checkpoint"


def opened(place: Path | Bucket) -> Store:
    return S3Store(place) if isinstance(place, Bucket) else FolderStore(place)


@pytest.fixture
def store(place: Path | Bucket) -> Store:
    return opened(place)


def test_what_was_put_is_got_by_whoever_opens_the_store(place: Path | Bucket, store: Store) -> None:
    store.put("log/tile/0/x001/067.p/8", b"\x00\xff")
    assert opened(place).get("log/tile/0/x001/067.p/8") == b"\x00\xff"


def test_a_put_replaces_what_was_there(store: Store) -> None:
    for data in (b"one", b"", b"two", b"two"):
        store.put(PATH, data)
        assert store.get(PATH) == data


def test_large_files_come_back_whole(store: Store) -> None:
    data = bytes(range(256)) * 50_000  # 12.8 MB, more than clients like to send in one piece
    store.put("tuf/targets/large", data)
    assert store.get("tuf/targets/large") == data


def test_there_is_nothing_where_nothing_was_put(store: Store) -> None:
    store.put(PATH, b"one")
    assert [store.get(path) for path in ("nothing", "log", "log/nothing", f"{PATH}/deeper")[:1]] == [None]
    assert store.get("log/nothing") is None
    assert store.names("nothing") == store.below("nothing") == []


def test_a_removed_file_is_gone_and_removing_it_again_is_nothing(store: Store) -> None:
    store.put(PATH, b"one")
    store.remove(PATH)
    store.remove(PATH)
    assert store.get(PATH) is None
    assert store.names("log") == []


def test_names_are_of_the_files_right_below(store: Store) -> None:
    for path in ("a/b", "a/c/d", "a/c/e/f", "ab/x", "z"):
        store.put(path, b"")
    assert store.names("a") == ["b"]
    assert store.names("a/c") == ["d"]
    assert store.below("a") == ["a/b", "a/c/d", "a/c/e/f"]
    assert store.below("a/c/e") == ["a/c/e/f"]


def test_more_names_than_one_answer_of_s3_holds(store: Store) -> None:
    names = sorted(f"{number:04}" for number in range(1_001))
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda name: store.put(f"many/{name}", b""), names))
    assert store.names("many") == names
    assert store.below("many") == [f"many/{name}" for name in names]


@pytest.mark.parametrize(
    "path",
    ["", "/", "/etc/passwd", "..", "../x", "a/../b", "a/..", ".hidden", "a/.b", "a\0b", "a\nb", "a\ud800", "x" * 513],
)
def test_what_is_no_path_is_refused(store: Store, path: str) -> None:
    for call in (store.get, store.names, store.below, store.remove, lambda path: store.put(path, b"")):
        with pytest.raises(StoreError, match="is not a path of the store"):
            call(path)
    with pytest.raises(StoreError, match="is not a path of the store"):
        store.swap(path, None, b"")


def test_a_swap_writes_if_the_expected_is_there(store: Store) -> None:
    store.swap(PATH, None, b"one")
    store.swap(PATH, b"one", b"two")
    store.swap(PATH, b"two", b"two")
    assert store.get(PATH) == b"two"


@pytest.mark.parametrize("expected", [None, b"", b"on", b"two"])
def test_a_swap_of_anything_else_is_a_conflict_and_writes_nothing(store: Store, expected: bytes | None) -> None:
    store.put(PATH, b"one")
    with pytest.raises(StoreConflict, match="is not what was written last"):
        store.swap(PATH, expected, b"three")
    assert store.get(PATH) == b"one"


def test_a_swap_that_expects_what_is_not_there_is_a_conflict(store: Store) -> None:
    with pytest.raises(StoreConflict, match="is not what was written last"):
        store.swap(PATH, b"one", b"two")
    assert store.get(PATH) is None


@pytest.mark.parametrize("shared", [True, False], ids=["one store", "a store each"])
def test_of_threads_that_expect_the_same_exactly_one_succeeds(place: Path | Bucket, shared: bool) -> None:
    stores = [opened(place)] * THREADS if shared else [opened(place) for _ in range(THREADS)]
    expected: bytes | None = None
    for number in range(ROUNDS):
        start = Barrier(THREADS)

        def swapped(one: int, expected: bytes | None = expected, start: Barrier = start, n: int = number) -> bool:
            start.wait()
            try:
                stores[one].swap(PATH, expected, b"%d of %d" % (one, n))
            except StoreConflict:
                return False
            return True

        with ThreadPoolExecutor(THREADS) as threads:
            won = [one for one, success in enumerate(threads.map(swapped, range(THREADS))) if success]
        assert len(won) == 1
        expected = b"%d of %d" % (won[0], number)
        assert stores[0].get(PATH) == expected


_COUNTER = """
import json, sys
from pathlib import Path
from registry.store import FolderStore, StoreConflict
from registry.store.bucket import Bucket
from registry.store.s3 import S3Store
kind, where, times = json.loads(sys.argv[1])
store = S3Store(Bucket(**where)) if kind == "bucket" else FolderStore(Path(where))
added = 0
while added < times:
    before = store.get("counter")
    try:
        store.swap("counter", before, b"%d" % (int(before or b"0") + 1))
    except StoreConflict:
        continue
    added += 1
"""


def test_two_processes_that_count_with_swaps_lose_nothing(place: Path | Bucket, store: Store) -> None:
    where = msgspec.structs.asdict(place) if isinstance(place, Bucket) else str(place)
    said = json.dumps(["bucket" if isinstance(place, Bucket) else "folder", where, 100])
    command = [sys.executable, "-c", _COUNTER, said]
    processes = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    for process in processes:
        _, problem = process.communicate(timeout=120)
        assert process.returncode == 0, problem.decode()
    assert store.get("counter") == b"200"


def test_whoever_reads_while_files_are_replaced_sees_whole_ones(store: Store) -> None:
    one, two = b"1" * 300_000, b"2" * 300_000
    store.put(PATH, one)
    with ThreadPoolExecutor(2) as threads:
        reading = threads.submit(lambda: [store.get(PATH) for _ in range(50)])
        for number in range(30):
            store.put(PATH, (one, two)[number % 2])
        assert set(reading.result()) <= {one, two}
