"""What the tests of documents share."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.end_to_end.warm import warm_commands


@pytest.fixture(scope="session")
def commands() -> Generator[Path]:
    """A folder for the front of PATH: with commands that start at once."""
    with warm_commands() as folder:
        yield folder
