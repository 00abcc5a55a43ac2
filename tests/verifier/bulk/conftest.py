"""A bundle whose labels are all really signed, with records that are suspended and withdrawn."""

from pathlib import Path

import pytest

from tests.bench.large_registry import BEGAN, LargeRegistry, Recipe
from tests.scans import KnownLabel
from verifier import Verifier
from verifier.bundle import FolderFetcher, sync


@pytest.fixture(scope="session")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    """Of a registry of 5,000 labels in two shards."""
    folder: Path = tmp_path_factory.mktemp("bulk")
    registry = LargeRegistry(folder / "public", Recipe(real_every=1))
    registry.grow(5_000, 300, BEGAN)
    sync(FolderFetcher(folder / "public"), folder / "bundle", now=BEGAN, root=registry.root)
    (folder / "labels.txt").write_text("\n".join(registry.labels(registry.records())))
    return Verifier.open(folder / "bundle", now=lambda: BEGAN)


@pytest.fixture(scope="session")
def labels(verifier: Verifier) -> list[KnownLabel]:
    """Every label of the bundle."""
    assert verifier.folder is not None
    texts = (verifier.folder.parent / "labels.txt").read_text().splitlines()
    return [KnownLabel.of(text, verifier.verify(text).verdict) for text in texts]
