"""The audit trail and the log are added to, and nothing else: the database refuses whatever would change a row."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.registry import Registry
from tests.databases import SQLITE, everything
from tests.world import a_declaration, assert_sound, new_registry, published

ADDED_TO = {"audit": ("id", "action"), "log_entry": ('"index"', "typ")}
"""Tables, each with its primary key and a column that somebody might want to say something else."""


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def refused(registry: Registry, *statements: str) -> None:
    before = everything(registry.home.path)
    for statement in statements:
        with pytest.raises(DBAPIError, match="never changed"), registry.database.writing() as session:
            session.connection().execute(text(statement))
    assert everything(registry.home.path) == before


def columns(registry: Registry, table: str) -> list[str]:
    with registry.database.reading() as session:
        return list(session.connection().execute(text(f"select * from {table} limit 1")).keys())


@pytest.mark.each_database
@pytest.mark.parametrize("table", ADDED_TO)
def test_no_row_is_changed_or_deleted(registry: Registry, table: str) -> None:
    key, column = ADDED_TO[table]
    is_sqlite = registry.database.url.drivername == SQLITE
    refused(
        registry,
        f"update {table} set {column} = 'x'",
        f"delete from {table}",
        f"insert into {table} select * from {table} where true on conflict ({key}) do update set {column} = 'x'",
        *(() if is_sqlite else (f"truncate {table} cascade",)),
    )


@pytest.mark.sqlite_file("where what is inserted may replace a row")
@pytest.mark.parametrize("table", ADDED_TO)
def test_nothing_takes_the_place_of_a_row_by_its_key_or_its_place_in_the_file(registry: Registry, table: str) -> None:
    key, column = ADDED_TO[table]
    named = [f'"{name}"' for name in columns(registry, table)]
    other = [f"'x' as {name}" if name.strip('"') == column else name for name in named]
    fresh = ", ".join("999999" if name.strip('"') == key.strip('"') else name for name in other)
    listed = ", ".join(named)
    refused(
        registry,
        f"insert or replace into {table} select {', '.join(other)} from {table}",
        f"replace into {table} select {', '.join(other)} from {table} limit 1",
        f"insert or replace into {table} (rowid, {listed}) select rowid, {fresh} from {table} limit 1",
        f"insert or replace into {table} (oid, {listed}) select oid, {fresh} from {table} limit 1",
    )


@pytest.mark.each_database
def test_both_are_added_to_all_the_same(registry: Registry) -> None:
    (record,) = published(registry, [a_declaration(1)])
    (newer,) = published(registry, [a_declaration(1)])
    assert (record.record, newer.record) == (7, 8)
    assert_sound(registry)
    assert any(line.startswith("audit") and "published" in line for line in everything(registry.home.path))
