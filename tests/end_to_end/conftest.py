"""What the end-to-end tests work on: real homes, made and served by the real command."""

import fcntl
import os
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from registry.demo.demo import Demonstration, demonstrate
from registry.registry import utc_now
from schemas.entry import StatusEvent
from tests.databases import copy_home
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
    """The home of the demonstration: built once, by whichever process of this run needs it first, and copied."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)
    built, home = (
        tmp_path_factory.getbasetemp().parent / f"built-{run}",
        tmp_path_factory.mktemp("demonstration") / "home",
    )
    built.mkdir(exist_ok=True)
    with (built / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (built / "done").exists():
            begin_demonstration(built / "home", {})
            demonstrate(built / "home", {}, utc_now())
            (built / "done").touch()
        copy_home(built / "home", home)
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
