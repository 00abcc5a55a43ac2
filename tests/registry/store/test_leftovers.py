"""What killed writers leave in a folder is taken away by the sequencer when it begins, but not from under a writer."""

import os
import time
from datetime import timedelta
from pathlib import Path

from keys.durable import PARTIAL_SUFFIX
from registry.log.service import SequencerThread
from registry.registry import utc_now
from registry.store import FolderStore
from tests.world import new_registry


def left(folder: Path, age: timedelta) -> Path:
    """A file that a writer began and did not finish, that long ago."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f".{age.seconds:016x}{PARTIAL_SUFFIX}"
    file.write_bytes(b"half of it")
    then = time.time() - age.total_seconds()
    os.utime(file, (then, then))
    return file


def test_only_old_files_on_their_way_are_removed(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("log/checkpoint", b"whole")
    os.utime(tmp_path / "log/checkpoint", (0, 0))
    old = [left(tmp_path / folder, timedelta(hours=2)) for folder in ("log", "log/tile/0", "tuf/targets", "")]
    young = left(tmp_path / "log", timedelta(minutes=50))
    store.remove_leftovers(utc_now() - timedelta(hours=1))
    assert not any(file.exists() for file in old)
    assert young.exists()
    assert store.get("log/checkpoint") == b"whole"


def test_the_elected_sequencer_removes_them_when_it_begins(tmp_path: Path) -> None:
    registry = new_registry(tmp_path / "home")
    file = left(registry.home.public / "log", timedelta(hours=2))
    sequencer = SequencerThread(registry)
    sequencer.start()
    until = time.monotonic() + 30
    while file.exists() and time.monotonic() < until:
        time.sleep(0.05)
    sequencer.stop()
    registry.close()
    assert not file.exists()
