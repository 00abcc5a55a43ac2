"""One S3 service for the tests of the session; each test has a prefix of its own in its bucket."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.store.bucket import Bucket
from tests.registry.store.seaweed import Seaweed


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    """The service."""
    running = Seaweed(tmp_path_factory.mktemp("seaweed"))
    yield running
    running.close()


@pytest.fixture(scope="module")
def writer(seaweed: Seaweed) -> Iterator[Seaweed]:
    """The service, with the credentials of whoever may write in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in seaweed.variables().items():
            patch.setenv(name, value)
        yield seaweed


@pytest.fixture
def bucket(writer: Seaweed) -> Bucket:
    """A place in the bucket where nothing is yet."""
    return writer.bucket(f"test-{secrets.token_hex(6)}")


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | Bucket:
    """Where a store is: a folder, and a bucket."""
    return tmp_path / "store" if request.param == "folder" else request.getfixturevalue("bucket")
