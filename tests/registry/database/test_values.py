"""A value that a database cannot hold is the caller's mistake, and changes nothing."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from litestar import Litestar, get
from litestar.params import FromQuery
from litestar.testing import TestClient
from sqlalchemy.exc import DBAPIError

from registry.database.tables import MemberRow
from registry.products.products import search
from registry.registry import Registry
from registry.web.problems import of_database_error
from tests.world import NOW, new_registry, published

pytestmark = pytest.mark.each_database


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def test_a_text_that_no_column_holds_is_told_apart_from_a_database_that_fails(
    registry: Registry, database_kind: str
) -> None:
    @get("/", sync_to_thread=False)
    def look(of: FromQuery[str]) -> bool:
        with registry.database.reading() as session:
            return session.get(MemberRow, of) is not None

    with TestClient(Litestar([look], exception_handlers={DBAPIError: of_database_error})) as client:
        assert client.get("/?of=maker").json() is True
        assert client.get("/?of=none").json() is False
        answer = client.get("/?of=%00")
    if database_kind == "sqlite":
        assert answer.json() is False
    else:
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:carbonlabel:problem:invalid-input")


def test_a_search_for_what_no_text_holds_finds_nothing_or_the_rest(registry: Registry) -> None:
    (record,) = published(registry, 1)
    with registry.database.reading() as session:
        assert [one.record for one in search(session, "steel\0beam", 1, NOW.date()).results] == [record.record]
        assert [one.record for one in search(session, "STEEL 钢梁", 1, NOW.date()).results] == [record.record]
        assert search(session, "steel%beam", 1, NOW.date()).results == ()
        assert search(session, "st_el", 1, NOW.date()).results == ()
