"""Connections: what a write saw stays true until it commits, what a read saw stays one state, a commit is durable."""

import sqlite3
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registry.database.database import Database
from registry.database.sqlite import wal_is_safe
from registry.errors import HomeError


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    with database.writing() as session:
        session.connection().execute(text("create table number (value integer primary key)"))
    yield database
    database.dispose()


def numbers(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.connection().execute(text("select value from number order by value")).scalars())


def write(database: Database, *values: int, interrupted: bool = False) -> None:
    with database.writing() as session:
        for value in values:
            session.connection().execute(text("insert into number values (:value)"), {"value": value})
        if interrupted:
            raise KeyboardInterrupt


def pragma(database: Database, name: str) -> object:
    with database.reading() as session:
        return session.connection().exec_driver_sql(f"pragma {name}").scalar()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_used_only_where_sqlite_cannot_corrupt_it(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_is_safe(version) == safe


def test_a_commit_is_on_disk_and_foreign_keys_hold(database: Database) -> None:
    assert pragma(database, "journal_mode") == ("wal" if wal_is_safe(sqlite3.sqlite_version_info) else "truncate")
    assert pragma(database, "synchronous") == 2
    assert pragma(database, "foreign_keys") == 1


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(IntegrityError):
        write(database, 1, 1)
    with pytest.raises(KeyboardInterrupt):
        write(database, 2, interrupted=True)
    assert numbers(database) == []


def test_writes_of_many_threads_come_one_after_another(database: Database) -> None:
    def write_next(_: int) -> None:
        with database.writing() as session:
            connection = session.connection()
            newest = connection.execute(text("select coalesce(max(value), -1) from number")).scalar_one()
            connection.execute(text("insert into number values (:next)"), {"next": newest + 1})

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write_next, range(80)))
    assert numbers(database) == list(range(80))


def test_a_watching_connection_sees_the_newest_commit_each_time(database: Database) -> None:
    with database.watching() as watching:
        for value in range(3):
            write(database, value)
            assert watching.execute(text("select count(*) from number")).scalar_one() == value + 1


def test_a_file_that_sqlite_would_make_anew_is_not_made(tmp_path: Path, database: Database) -> None:
    database.refuse_missing()
    Database("sqlite://").refuse_missing()
    with pytest.raises(HomeError, match=r"other.sqlite is not there: restore it"):
        Database(f"sqlite:///{tmp_path / 'other.sqlite'}").refuse_missing()
