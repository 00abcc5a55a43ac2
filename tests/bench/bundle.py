"""What a bundle costs a verifier: the first sync, the sync a day later, opening it, and the memory it takes.

Synced from a folder, so the seconds are the verifier's own work; a network's come on top, by the bytes. These are all
that is read: metadata, targets, and the tiles that prove that the log has grown.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import file_digest
from itertools import islice
from pathlib import Path

from tests.bench.large_registry import BEGAN, LargeRegistry
from tests.bench.table import Line
from verifier import Verifier
from verifier.bundle import Fetcher, FolderFetcher, sync
from verifier.bundle.consistency import GrowthCheck

_MEGA = 1e6
_ASKED = 100


class CountingFetcher:
    """Another fetcher, and how many bytes it gave."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self.count = 0

    def chunks(self, path: str, start: int) -> Iterator[bytes]:
        """See ``Fetcher``."""
        for chunk in self._fetcher.chunks(path, start):
            self.count += len(chunk)
            yield chunk


def measure(folder: Path, labels: int) -> list[Line]:
    """With a bundle of so many labels, a hundredth of them suspended or withdrawn. On the day that follows, 1 % of
    labels are new, and 0.1 % are suspended or withdrawn."""
    registry, bundle = LargeRegistry(folder / "public"), folder / "bundle"
    registry.grow(labels, labels // 100, BEGAN)
    cpu = time.process_time()
    first, all_bytes = _sync(registry, folder, BEGAN)
    cpu = time.process_time() - cpu
    tomorrow = BEGAN + timedelta(days=1)
    registry.grow(labels // 100, labels // 1000, tomorrow)
    second, new_bytes = _sync(registry, folder, tomorrow)
    _check(registry, bundle, tomorrow)
    hashing = _hashing(bundle)
    opened = _opened(bundle, tomorrow, next(registry.labels(_real(registry))))
    resident, anonymous = opened["after"]
    resident_before, anonymous_before = opened["before"]
    return [
        Line(
            f"first sync of a bundle of {labels:,} labels",
            f"{first:.1f} s",
            f"{cpu:.1f} s of CPU, {1e6 * cpu / labels:.1f} us a label",
            "-",
            "-",
        ),
        Line(
            "sync a day later: 1 % new, 0.1 % taken back",
            f"{new_bytes / _MEGA:,.2f} MB, {second:.1f} s",
            f"first sync: {all_bytes / _MEGA:,.1f} MB",
            f"{new_bytes / all_bytes:.2%}",
            "under 2 %",
        ),
        Line(
            "opening it, and the first verdict",
            f"{opened['seconds']:.2f} s",
            f"SHA-256 of its files: {hashing:.2f} s",
            f"{opened['seconds'] / hashing:.1f}",
            "under 1 s",
        ),
        Line(
            "memory with it open: of its own, and with mapped files",
            f"{anonymous / _MEGA:,.0f} MB, {resident / _MEGA:,.0f} MB",
            f"before: {anonymous_before / _MEGA:,.0f} MB, {resident_before / _MEGA:,.0f} MB",
            "-",
            "-",
        ),
    ]


def measure_days(folder: Path, labels: int, days: int) -> list[Line]:
    """The sync of some days, one after the other, of a smaller bundle. The shard that is not full yet is fetched again
    each day: half a shard on the average, which counts the more the fewer shards there are."""
    registry = LargeRegistry(folder / "public")
    registry.grow(labels, labels // 100, BEGAN)
    _, all_bytes = _sync(registry, folder, BEGAN)
    daily = []
    for day in range(1, days + 1):
        now = BEGAN + timedelta(days=day)
        registry.grow(labels // 100, labels // 1000, now)
        daily.append(_sync(registry, folder, now)[1])
    mean = sum(daily) / days
    return [
        Line(
            f"the same daily sync from {labels:,} labels on, mean of {days} days",
            f"{mean / _MEGA:,.2f} MB",
            f"first sync: {all_bytes / _MEGA:,.1f} MB",
            f"{mean / all_bytes:.2%}",
            "-",
        )
    ]


def _sync(registry: LargeRegistry, folder: Path, now: datetime) -> tuple[float, int]:
    """Seconds and bytes."""
    fetcher = CountingFetcher(FolderFetcher(folder / "public"))
    begin = time.perf_counter()
    sync(fetcher, folder / "bundle", now=now, root=registry.root, consistency=GrowthCheck(fetcher))
    return time.perf_counter() - begin, fetcher.count


def _real(registry: LargeRegistry) -> Iterator[int]:
    return (record for record in registry.records() if registry.recipe.is_real(record))


def _check(registry: LargeRegistry, bundle: Path, now: datetime) -> None:
    """The bundle says of labels what the registry made them."""
    verifier = Verifier.open(bundle, now=lambda: now)
    found = {verifier.verify(label).verdict for label in registry.labels(islice(_real(registry), _ASKED))}
    assert "valid" in found
    assert found <= {"valid", "withdrawn", "suspended"}


def _hashing(bundle: Path) -> float:
    """Seconds to hash all files of the newest generation, one after the other."""
    generation = max(bundle.glob("generation-*"))
    begin = time.perf_counter()
    for path in generation.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                file_digest(file, "sha256")
    return time.perf_counter() - begin


def _opened(bundle: Path, now: datetime, label: str) -> dict:
    command = [sys.executable, "-m", "tests.bench.opening", str(bundle), now.isoformat(), label]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
