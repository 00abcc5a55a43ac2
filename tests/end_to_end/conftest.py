"""What the end-to-end tests work on: real homes, made and served by the real command."""

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from registry.demo.demo import Demonstration, demonstrate
from registry.registry import utc_now
from schemas.entry import StatusEvent
from tests.built_once import built_once
from tests.end_to_end.alliance import Alliance, make_home
from tests.end_to_end.commands import Serving
from tests.end_to_end.shop import Shop, token_of
from tests.registry.demo.conftest import begin_demonstration
from tests.verifier.bundle.test_same_verdicts import a_history
from tests.world import a_declaration, change, new_registry, published


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
    """The home of the demonstration, as it is now."""

    def build(home: Path) -> None:
        begin_demonstration(home, {})
        demonstrate(home, {}, utc_now())

    return built_once(tmp_path_factory, "demonstration", build)


@pytest.fixture(scope="session")
def demonstration(demonstration_home: Path) -> Demonstration:
    """The demonstration's report and a label of each standing."""
    return demonstrate(demonstration_home, {}, utc_now())


@pytest.fixture(scope="session")
def server(demonstration_home: Path) -> Iterator[Serving]:
    """The demonstration, served."""
    with Serving(demonstration_home) as serving:
        yield serving


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generator[Shop]:
    home = tmp_path_factory.mktemp("shop") / "home"
    with closing(new_registry(home, {}, verify_per_minute=0)) as registry:
        history = [text for text in a_history(registry) if text.isprintable()]
        records = published(registry, map(a_declaration, range(100, 140)), now=utc_now())
        change(registry, records[3].record, StatusEvent.SUSPENDED)
        token = token_of(registry)
        with Serving(home, workers=2) as serving:
            yield Shop(
                serving, registry, [one.label for one in records], [one.record for one in records], history, token
            )
