"""Connections: what a write saw stays true until it commits, what a read saw stays one state, a commit is durable."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from registry.database.database import Database
from registry.database.sqlite import wal_is_safe
from registry.errors import HomeError
from tests.databases import SQLITE, empty_database

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def url(tmp_path: Path, database_kind: str) -> str:
    return f"sqlite:///{tmp_path / 'registry.sqlite'}" if database_kind == SQLITE else empty_database(tmp_path)


@pytest.fixture
def database(url: str) -> Generator[Database]:
    database = Database(url)
    with database.writing() as session:
        session.connection().execute(text("create table number (value integer primary key)"))
    yield database
    database.dispose()


_ALL = text("select value from number order by value")


def write_next(database: Database) -> None:
    with database.writing() as session:
        connection = session.connection()
        newest = connection.execute(text("select coalesce(max(value), -1) from number")).scalar_one()
        connection.execute(text("insert into number values (:next)"), {"next": newest + 1})


def numbers(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.connection().execute(_ALL).scalars())


def write(database: Database, *values: int, interrupted: bool = False) -> None:
    with database.writing() as session:
        for value in values:
            session.connection().execute(text("insert into number values (:value)"), {"value": value})
        if interrupted:
            raise KeyboardInterrupt


def pragma(database: Database, name: str) -> object:
    with database.reading() as session:
        return session.connection().exec_driver_sql(f"pragma {name}").scalar()


@pytest.mark.sqlite_file("its versions")
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


@pytest.mark.sqlite_file("how it is set")
def test_a_commit_is_on_disk_and_foreign_keys_hold(database: Database) -> None:
    assert pragma(database, "journal_mode") == ("wal" if wal_is_safe(sqlite3.sqlite_version_info) else "truncate")
    assert pragma(database, "synchronous") == 2
    assert pragma(database, "foreign_keys") == 1


@pytest.mark.each_database
def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(IntegrityError):
        write(database, 1, 1)
    with pytest.raises(KeyboardInterrupt):
        write(database, 2, interrupted=True)
    assert numbers(database) == []


@pytest.mark.each_database
def test_what_is_read_stays_one_state_while_others_write(database: Database) -> None:
    write(database, 1)
    with database.reading() as session, ThreadPoolExecutor(1) as thread:
        before = session.connection().execute(_ALL).scalars().all()
        writing = thread.submit(write, database, 2)
        with suppress(TimeoutError):  # SQLite with a rollback journal lets the writer wait for the reader
            writing.result(timeout=0.5)
        assert session.connection().execute(_ALL).scalars().all() == before == [1]
        session.rollback()
        writing.result(timeout=30)
    assert numbers(database) == [1, 2]


@pytest.mark.each_database
def test_a_write_sees_what_was_committed_while_it_waited(database: Database) -> None:
    with ThreadPoolExecutor(1) as thread:
        with database.writing() as session:
            waiting = thread.submit(write_next, database)
            time.sleep(0.2)
            assert not waiting.done()
            session.connection().execute(text("insert into number values (7)"))
        waiting.result(timeout=30)
    assert numbers(database) == [7, 8]


@pytest.mark.each_database
def test_writes_of_many_threads_come_one_after_another(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: write_next(database), range(80)))
    assert numbers(database) == list(range(80))


@pytest.mark.each_database
def test_a_watching_connection_sees_the_newest_commit_each_time(database: Database) -> None:
    with database.watching() as watching:
        for value in range(3):
            write(database, value)
            assert watching.execute(text("select count(*) from number")).scalar_one() == value + 1
            assert watching.number("select count(*) from number") == value + 1


@pytest.mark.each_database
def test_what_is_wrong_with_a_statement_is_told_however_it_is_asked(database: Database) -> None:
    with database.watching() as watching:
        for _ in range(2):
            with pytest.raises(DBAPIError, match="nothing"):
                watching.execute(text("select 1 from nothing"))
            with pytest.raises(DBAPIError, match="nothing"):
                watching.number("select 1 from nothing")
        assert watching.number("select max(value) from number") is None


@pytest.mark.each_database
def test_one_is_elected_and_the_next_when_the_term_is_over(url: str, database: Database) -> None:
    with closing(Held(url)) as other:
        with database.elected("sequencer") as term:
            assert term is not None
            term.check()
            with other.elected("sequencer") as second, other.elected("something else") as unrelated:
                assert (second, unrelated is None) == (None, False)
            with database.elected("sequencer") as again:
                assert again is None
        with other.elected("sequencer") as next_term:
            assert next_term is not None


@pytest.mark.each_database
@pytest.mark.parametrize("holds", ["writing()", "elected('sequencer')"])
def test_when_a_process_is_killed_its_locks_are_free(url: str, database: Database, holds: str) -> None:
    code = (
        "import sys, time\nfrom registry.database.database import Database\n"
        f"with Database(sys.argv[1]).{holds} as held:\n    print(held is not None, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        holder.kill()
    write(database, 1)
    assert numbers(database) == [1]
    deadline = time.monotonic() + 10  # the server sees a moment later that the connection is closed
    while time.monotonic() < deadline:
        with database.elected("sequencer") as term:
            if term is not None:
                return
    raise AssertionError("nobody can be elected")


class Held(Database):
    """A database as another process opens it, to be closed."""

    def close(self) -> None:
        self.dispose()


@pytest.mark.sqlite_file("it would be made anew")
def test_a_file_that_sqlite_would_make_anew_is_not_made(tmp_path: Path, database: Database) -> None:
    database.refuse_missing()
    Database("sqlite://").refuse_missing()
    with pytest.raises(HomeError, match=r"other.sqlite is not there: restore it"):
        Database(f"sqlite:///{tmp_path / 'other.sqlite'}").refuse_missing()
