"""Writes files for the retail benchmark: ``python -m tests.bench.night BUNDLE FILE COUNT SEED``.

A night of scans (``tests.scans``) of the labels in a bundle. Labels that nothing but the exact comparison finds valid
(``large_registry``) take part as all others do.
"""

import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from schemas.shard import ShardRow
from tests.bench.large_registry import ORIGIN, Recipe
from tests.scans import KnownLabel, Scans
from verifier import Verifier
from verifier.bundle import open_bundle

_AT_ONCE = 50_000


def main(bundle: str, file: str, count: str, seed: str) -> None:
    """Writes one file."""
    held = open_bundle(Path(bundle), datetime.fromisoformat("2026-05-03T00:00:00+00:00"))
    labels = [KnownLabel.of(row.text(ORIGIN)) for shard in held.shards for row in shard]
    texts = (scan.text.replace("\n", " ") for scan in Scans(labels, int(seed)).take(int(count)))
    with Path(file).open("w", newline="") as lines:
        while some := list(islice(texts, _AT_ONCE)):
            lines.write("\n".join(some) + "\n")


def strangers(verifier: Verifier, count: int) -> Iterator[ShardRow]:
    """Really signed labels of records that the bundle does not have yet."""
    assert verifier.bundle is not None
    first = verifier.bundle.checkpoint.size
    return Recipe(real_every=1).rows(range(first, first + count))


if __name__ == "__main__":
    main(*sys.argv[1:])
