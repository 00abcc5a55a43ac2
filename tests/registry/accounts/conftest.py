"""A desk for each test."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from tests.registry.accounts.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    desk = Desk(tmp_path / "home")
    with closing(desk.registry):
        yield desk
