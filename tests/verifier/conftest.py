"""A registry to judge labels of."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from registry.records.publish import Published
from registry.registry import Registry
from tests.world import new_registry, published


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


@pytest.fixture
def record(registry: Registry) -> Published:
    """Product 0, published."""
    return published(registry, 1)[0]
