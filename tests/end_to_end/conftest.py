"""What the end-to-end tests work on: real homes, made and served by the real command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.demo.demo import Demonstration, demonstrate
from registry.registry import utc_now
from tests.end_to_end.alliance import Alliance, make_home
from tests.end_to_end.commands import Serving


@pytest.fixture(scope="session")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    """A registry at work, with a few members."""
    home = tmp_path_factory.mktemp("alliance") / "home"
    tokens = make_home(home)
    with Serving(home) as serving:
        at_work = Alliance(home, serving.url, tokens)
        yield at_work
        at_work.http.close()


@pytest.fixture(scope="session")
def demonstration_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the demonstration, built once."""
    home = tmp_path_factory.mktemp("demonstration") / "home"
    demonstrate(home, {}, utc_now())
    return home


@pytest.fixture(scope="session")
def demonstration(demonstration_home: Path) -> Demonstration:
    """The demonstration's report and a label of each standing."""
    return demonstrate(demonstration_home, {}, utc_now())


@pytest.fixture(scope="session")
def server(demonstration_home: Path) -> Iterator[Serving]:
    """The demonstration, served."""
    with Serving(demonstration_home) as serving:
        yield serving
