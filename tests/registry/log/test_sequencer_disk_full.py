"""A full disk: a clean error, nothing acknowledged, reading goes on, and recovery without repair."""

import os
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from registry.fsck import check_home
from registry.log.service import sequence
from registry.records.publish import publish
from registry.registry import Registry
from registry.store import StoreError
from tests.world import NOW, a_declaration, log_of, new_registry, published, verdict_on, verified

_MEGABYTES = 4


pytestmark = pytest.mark.sqlite_file("its disk is full")


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """A file system of a few megabytes, in memory."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small tmpfs needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "tmpfs", str(disk)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """Fills the disk but for ``leave`` bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65_536)):
                pass
        except OSError:
            pass
        file.truncate(max(0, file.tell() - leave))
    return filler


def _publish_until_it_fails(registry: Registry, waiting: list[UUID]) -> None:
    for number in range(1_000, 1_100):
        publish(registry, waiting, NOW)
        waiting = verified(registry, [a_declaration(number)])


def faults(registry: Registry) -> set[str]:
    report = check_home(registry.config, registry.database, registry.store(), lambda *_: None)
    return {fault.code.value for fault in report.faults}


@pytest.mark.parametrize("leave", [0, 8_192, 16_384, 40_960])
def test_a_full_disk_stops_writing_and_nothing_else(small_disk: Path, leave: int) -> None:
    registry = new_registry(small_disk / "home")
    (first,) = published(registry, 1)
    sequence(registry)
    waiting = verified(registry, [a_declaration(number) for number in range(1, 41)])
    before = log_of(registry)
    filler = fill(small_disk, leave)

    with pytest.raises(OperationalError, match=r"disk is full|disk I/O error"):
        _publish_until_it_fails(registry, waiting)
    assert verdict_on(registry, first.label).verdict == "valid"
    assert log_of(registry)[: len(before)] == before
    full_while_reading = faults(registry)
    assert full_while_reading <= {"checkpoint-behind"}

    filler.unlink()
    published(registry, [a_declaration(5_000)])
    sequence(registry)
    assert faults(registry) == set()
    registry.close()


def test_a_public_disk_that_is_full_stops_the_sequencer_only(small_disk: Path, tmp_path: Path) -> None:
    registry = new_registry(tmp_path / "home")
    published(registry, 1)
    registry.home.public.rmdir()
    (small_disk / "public").mkdir()
    registry.home.public.symlink_to(small_disk / "public")
    sequence(registry)
    filler = fill(small_disk, 0)
    (later,) = published(registry, [a_declaration(9)])
    with pytest.raises(StoreError, match="No space left on device"):
        sequence(registry)
    assert verdict_on(registry, later.label).verdict == "valid"
    assert faults(registry) == set()

    filler.unlink()
    sequence(registry)
    assert faults(registry) == set()
    registry.close()
