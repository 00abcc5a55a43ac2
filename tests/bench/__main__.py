"""Runs the benchmarks: ``python -m tests.bench [PART...]``, without names all but ``huge``.

``registry``, ``log``, ``bundle``, ``retail``, ``registration``, ``scans``, ``search``; ``huge``: ten million labels, a
hundred million scans. PostgreSQL has a quarter of the memory for its buffers, as its manual advises (20.4.1).
"""

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec

from tests import databases
from tests.bench import (
    bundle,
    hash_join,
    publishing,
    registering,
    retail,
    scanning,
    searching,
    sequencing,
    serving,
    streaming,
    verifying,
)
from tests.bench.table import Line, show
from tests.world import new_registry

DECLARATIONS = 6_000
LABELS = 500
ENTRIES = 100_000
BUNDLE_LABELS, FEWER_LABELS, DAYS = 1_000_000, 100_000, 4
SCANS, JOINED = 10_000_000, 1_000_000
NIGHTS = 10
REGISTERED, DRAWN = 100_000, 1_000
REGISTERED_MEANWHILE = 30_000
PRODUCTS = 1_000_000


def of_registry(folder: Path) -> list[Line]:
    """Publishing, one verification, and both over HTTP."""
    home = folder / "home"
    registry = new_registry(home)
    lines, labels = publishing.measure(registry, DECLARATIONS)
    some = labels[-LABELS:]
    lines += verifying.measure(registry, some)
    unlimited = msgspec.structs.replace(registry.config, verify_per_minute=0)
    registry.close()
    (home / "config.toml").write_text(unlimited.to_toml())
    return lines + serving.measure(home, some) + streaming.measure(home, labels)


def of_log(folder: Path) -> list[Line]:
    """Integrating entries."""
    return sequencing.measure(new_registry(folder / "log"), ENTRIES)


def of_bundle(folder: Path) -> list[Line]:
    """Syncing and opening."""
    return bundle.measure(folder / "bundle", BUNDLE_LABELS) + bundle.measure_days(folder / "small", FEWER_LABELS, DAYS)


def of_retail(folder: Path) -> list[Line]:
    """A night of scans, by two designs."""
    held, night = retail.held(folder / "retail", BUNDLE_LABELS), folder / "night"
    lines = retail.measure(held, night, SCANS)
    return lines + hash_join.measure(held, night / retail.SCANS, night, JOINED)


def of_registration(folder: Path) -> list[Line]:
    """Bulk registration on each database, and labels as sheets."""
    lines: list[Line] = []
    for kind in (databases.SQLITE, databases.POSTGRESQL):
        with databases.using(kind):
            registry = new_registry(folder / f"registration-{kind}")
        with closing(registry):
            lines += registering.measure(registry, REGISTERED, kind)
    return lines + registering.measure_labels(DRAWN)


def of_scans(folder: Path) -> list[Line]:
    """Scans while a file is registered, on each database."""
    lines: list[Line] = []
    for kind in (databases.SQLITE, databases.POSTGRESQL):
        with databases.using(kind):
            registry = new_registry(folder / f"scans-{kind}", {}, verify_per_minute=0)
        with closing(registry):
            lines += scanning.measure(registry, REGISTERED_MEANWHILE, kind)
    return lines


def of_search(folder: Path) -> list[Line]:
    """Search, on each database."""
    lines: list[Line] = []
    for kind in (databases.SQLITE, databases.POSTGRESQL):
        with databases.using(kind):
            registry = new_registry(folder / f"search-{kind}", {}, verify_per_minute=0)
        lines += searching.measure(registry, PRODUCTS, kind)
    return lines


def of_huge(folder: Path) -> list[Line]:
    """Ten times the labels; then ten nights as one stream."""
    held, night = retail.held(folder / "huge", 10 * BUNDLE_LABELS), folder / "huge-night"
    return [*retail.measure(held, night, SCANS), retail.measure_long(held, night / retail.SCANS, NIGHTS)]


PARTS: dict[str, Callable[[Path], list[Line]]] = {
    "registry": of_registry,
    "log": of_log,
    "bundle": of_bundle,
    "retail": of_retail,
    "registration": of_registration,
    "scans": of_scans,
    "search": of_search,
    "huge": of_huge,
}


def main(names: list[str]) -> None:
    """Measures on registries of its own, and prints the table."""
    databases.SETTINGS += f" -c shared_buffers={os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') // 2**22}MB"
    databases.begin_run()
    try:
        with tempfile.TemporaryDirectory() as folder:
            lines = [line for name in names or [*PARTS][:-1] for line in PARTS[name](Path(folder))]
    finally:
        databases.end_run()
    show("carbonlabel", lines)


main(sys.argv[1:])
