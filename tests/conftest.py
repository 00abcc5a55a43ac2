"""For all tests: no case fails for being slow, which depends on the machine; and the database they run on.

Homes have SQLite, or with ``--database postgresql`` a PostgreSQL database each. Without the option, tests marked
``each_database`` run on both; with ``each_database("soak")`` on PostgreSQL only in ``make soak``. What is about the
file of SQLite is marked ``sqlite_file``, and skipped, which is said.
"""

import gc
import os
import ssl
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from tests import databases
from tests.engines import look_after_engines

settings.register_profile("carbonlabel", deadline=None, max_examples=50)
settings.load_profile("carbonlabel")
pytest.MonkeyPatch().setattr(ssl, "create_default_context", cache(ssl.create_default_context))
"""Each client of httpx reads the certificates of the world, which takes longer than our requests: once will do."""

look_after_engines()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=[databases.SQLITE, databases.POSTGRESQL], help="what the tests run on")
    parser.addoption("--pictures", action="store_true", help="keep what a browser shows, in tests/.artifacts")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if databases.DSN in os.environ:
        databases.drop_below(None)
    if not hasattr(config, "workerinput"):
        databases.end_run()


def pytest_collection_finish() -> None:
    """What is there from here on stays: without this, every look for garbage goes through thousands of tests."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marked = metafunc.definition.get_closest_marker("each_database")
    if marked and not metafunc.config.getoption("--database"):
        on_postgresql = pytest.param(databases.POSTGRESQL, marks=[getattr(pytest.mark, name) for name in marked.args])
        metafunc.parametrize("database_kind", [databases.SQLITE, on_postgresql], indirect=True)


@pytest.fixture(scope="session", autouse=True)
def database_of_the_run(request: pytest.FixtureRequest) -> Generator[None]:
    """The kind of database that was asked for."""
    with databases.using(request.config.getoption("--database") or databases.SQLITE):
        yield


@pytest.fixture(autouse=True)
def database_kind(request: pytest.FixtureRequest, database_of_the_run: None) -> Generator[str]:
    """The kind of database that the test's homes get; they and their databases last as long as the test."""
    kind = getattr(request, "param", databases.kind())
    if kind == databases.POSTGRESQL and not databases.is_there():
        pytest.skip("PostgreSQL is not installed, and TEST_PG_DSN names no server")
    if kind == databases.POSTGRESQL and (marked := request.node.get_closest_marker("sqlite_file")):
        pytest.skip(f"about SQLite's file: {marked.args[0]}")
    with databases.using(kind):
        yield kind
    folder = request.node.funcargs.get("tmp_path")
    if isinstance(folder, Path):
        databases.drop_below(folder)
