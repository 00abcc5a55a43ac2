"""What the tests of documents share."""

from pathlib import Path

import pytest

from tests.end_to_end.forked import script


@pytest.fixture(scope="session")
def commands() -> Path:
    """A folder for the front of PATH: with commands that start at once."""
    return script("carbonlabel").parent
