"""Runs all benchmarks: ``python -m tests.bench``."""

import tempfile
from pathlib import Path

import msgspec

from tests.bench import bundle, publishing, sequencing, serving, streaming, verifying
from tests.bench.table import show
from tests.world import new_registry

DECLARATIONS = 6_000
LABELS = 500
ENTRIES = 100_000
BUNDLE_LABELS, FEWER_LABELS, DAYS = 1_000_000, 100_000, 4


def main() -> None:
    """Measures on a registry of its own, and prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        registry = new_registry(home)
        lines, labels = publishing.measure(registry, DECLARATIONS)
        some = labels[-LABELS:]
        lines += verifying.measure(registry, some)
        unlimited = msgspec.structs.replace(registry.config, verify_per_minute=0)
        registry.close()
        (home / "config.toml").write_text(unlimited.to_toml())
        lines += serving.measure(home, some)
        lines += streaming.measure(home, labels)
        lines += sequencing.measure(new_registry(Path(folder) / "log"), ENTRIES)
        lines += bundle.measure(Path(folder) / "large", BUNDLE_LABELS)
        lines += bundle.measure_days(Path(folder) / "small", FEWER_LABELS, DAYS)
    show("carbonlabel", lines)


main()
