"""A registry whose products are made of one another, across members."""

from collections.abc import Generator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from registry.registry import Registry
from schemas.declaration import Component, DeclaredUnit
from tests.world import new_registry


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def part(record: int, amount: str = "1", **rest: Any) -> Component:
    return Component(record=record, amount=Decimal(amount), unit=DeclaredUnit.KILOGRAM, **rest)
