"""One demonstration for all tests that only look at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from registry.demo.demo import Demonstration, demonstrate
from registry.registry import Registry
from tests.world import ENVIRON, NOW


class Shown(Struct, frozen=True):
    """A demonstration, and its registry opened."""

    path: Path
    demonstration: Demonstration
    registry: Registry


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    path = tmp_path_factory.mktemp("demonstration") / "home"
    demonstration = demonstrate(path, ENVIRON, NOW)
    registry = Registry.open(path, ENVIRON)
    yield Shown(path, demonstration, registry)
    registry.close()
