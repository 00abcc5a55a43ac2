"""Two states of one registry, published one after the other, and a bundle synced from each."""

import shutil
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import Struct

from registry.registry import Registry
from schemas.entry import StatusEvent
from tests.registry.bundle.publishing import publish_now
from tests.registry.bundle.stores import MemoryStore
from tests.world import NOW, a_declaration, change, new_registry, published
from verifier.bundle import sync


class World(Struct, frozen=True):
    """``first`` is the store when two records were published; since then one was withdrawn, record ``withdrawn``, and
    another published: ``second``. ``good`` is the label of a record that stands."""

    registry: Registry
    root: bytes
    first: MemoryStore
    second: MemoryStore
    good: str
    withdrawn: int
    withdrawn_label: str
    bundles: Path

    def bundle(self, into: Path, state: str = "second") -> Path:
        """A copy of the bundle synced from one of the two states."""
        return Path(shutil.copytree(self.bundles / state, into))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    folder = tmp_path_factory.mktemp("world")
    with closing(new_registry(folder / "home")) as registry:
        store = MemoryStore()
        good, other = published(registry, 2)
        publish_now(registry, store)
        first = store.copy()
        change(registry, other.record, StatusEvent.WITHDRAWN)
        published(registry, [a_declaration(7)])
        publish_now(registry, store)
        root = store.files["tuf/metadata/1.root.json"]
        for state, source in (("first", first), ("second", store)):
            sync(source, folder / "bundles" / state, now=NOW, root=root)
        yield World(registry, root, first, store, good.label, other.record, other.label, folder / "bundles")
