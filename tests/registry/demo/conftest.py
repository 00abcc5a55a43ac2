"""One demonstration for all tests that only look at it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from msgspec import Struct, structs

from registry.demo.demo import CONFIG, Demonstration, demonstrate
from registry.registry import Registry
from tests import databases
from tests.built_once import built_once
from tests.world import ENVIRON, NOW


class Shown(Struct, frozen=True):
    """A demonstration, and its registry opened."""

    path: Path
    demonstration: Demonstration
    registry: Registry


def begin_demonstration(home: Path, environ: Mapping[str, str]) -> None:
    """Makes the home of a demonstration, with the kind of database that the tests run on, and nothing in it yet."""
    if databases.kind() != databases.SQLITE:
        Registry.create(home, structs.replace(CONFIG, database=databases.database_for(home)), environ).close()


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    def build(home: Path) -> None:
        demonstrate(home, ENVIRON, NOW, database=databases.database_for(home))

    path = built_once(tmp_path_factory, "shown", build)
    demonstration = demonstrate(path, ENVIRON, NOW)
    registry = Registry.open(path, ENVIRON)
    yield Shown(path, demonstration, registry)
    registry.close()
