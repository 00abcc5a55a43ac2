"""The registry that benchmarks measure is a registry: its bundles are synced, opened and judged like any other."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from tests.bench.large_registry import BEGAN, LargeRegistry, Recipe
from verifier import Verifier
from verifier.bundle import FolderFetcher, sync
from verifier.bundle.consistency import GrowthCheck

TOMORROW = BEGAN + timedelta(days=1)


@pytest.mark.soak
def test_its_labels_are_judged_by_their_signatures_and_statuses(tmp_path: Path) -> None:
    registry = LargeRegistry(tmp_path / "public", Recipe(real_every=2))
    fetcher = FolderFetcher(tmp_path / "public")
    taken_back = set()
    for declarations, statuses, now in ((9_000, 40, BEGAN), (300, 10, TOMORROW)):
        registry.grow(declarations, statuses, now)
        sync(fetcher, tmp_path / "bundle", now=now, root=registry.root, consistency=GrowthCheck(fetcher))
        verifier = Verifier.open(tmp_path / "bundle", now=lambda: TOMORROW)
        verdicts = {}
        for record, label in zip(registry.records(), registry.labels(registry.records()), strict=True):
            verdicts[record] = verifier.verify(label).verdict
        forged = {record for record, verdict in verdicts.items() if verdict == "forged"}
        assert forged == {record for record in registry.records() if not registry.recipe.is_real(record)}
        assert {verdict for record, verdict in verdicts.items() if record not in forged} == {
            "valid",
            "withdrawn",
            "suspended",
        }
        before = taken_back
        taken_back = {record for record, verdict in verdicts.items() if verdict in ("withdrawn", "suspended")}
        assert before < taken_back
    assert registry.size == 3 + 9_000 + 40 + 300 + 10


def test_its_seed_decides_every_byte(tmp_path: Path) -> None:
    def content(name: str, seed: int) -> dict[str, str]:
        registry = LargeRegistry(tmp_path / name, Recipe(seed))
        registry.grow(9_000, 40, BEGAN)
        registry.grow(300, 10, TOMORROW)
        files = (path for path in (tmp_path / name).rglob("*") if path.is_file())
        return {str(path.relative_to(tmp_path / name)): sha256(path.read_bytes()).hexdigest() for path in files}

    one = content("one", 1)
    assert one == content("again", 1)
    assert one != content("other", 2)
