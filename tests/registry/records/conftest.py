"""A registry to publish in."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from registry.records.publish import Outcome, Published
from registry.registry import Registry
from tests.world import new_registry


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def records(outcomes: list[Outcome]) -> list[int]:
    return [outcome.record for outcome in outcomes if isinstance(outcome, Published)]
