"""A sync sees for itself that the log has grown, from the log's tiles."""

import shutil
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from registry.log.service import publish, sequence
from registry.registry import Registry, utc_now
from tests.world import new_registry, published
from verifier import Verifier
from verifier.bundle import FolderFetcher, sync
from verifier.bundle.consistency import GrowthCheck
from verifier.bundle.errors import ForkError, NotPublished


def grown(registry: Registry, by: int) -> None:
    """Publishes ``by`` records, and log and bundle with them."""
    published(registry, by)
    committed = sequence(registry).committed
    assert committed is not None
    publish(registry, committed)


def synced(registry: Registry, bundle: Path, files: Path | None = None) -> None:
    fetcher = FolderFetcher(files or registry.home.public)
    root = (registry.home.path / "root" / "1.root.json").read_bytes()
    sync(fetcher, bundle, now=utc_now(), root=root, consistency=GrowthCheck(fetcher))


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as made:
        grown(made, 3)
        yield made


def test_a_log_that_grew_is_taken_again_and_again(registry: Registry, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    for by in (1, 250, 5, 20):
        synced(registry, bundle)
        grown(registry, by)
    synced(registry, bundle)
    assert Verifier.open(bundle)


def test_tiles_of_another_history_are_a_fork_and_the_bundle_stays(registry: Registry, tmp_path: Path) -> None:
    bundle, mirror = tmp_path / "bundle", tmp_path / "mirror"
    synced(registry, bundle)
    grown(registry, 2)
    shutil.copytree(registry.home.public, mirror)
    partial = (mirror / "log" / "tile" / "0" / "000.p").iterdir()
    tile = max(partial, key=lambda path: int(path.name))
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    with pytest.raises(ForkError, match="two histories"):
        synced(registry, bundle, mirror)
    tile.unlink()
    with pytest.raises(NotPublished):
        synced(registry, bundle, mirror)
    assert Verifier.open(bundle)
    synced(registry, bundle)
