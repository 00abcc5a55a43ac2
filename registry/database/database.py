"""Connections that read and connections that write, and what makes a commit durable.

A write takes the database's one write lock when it begins, so that what it reads first stays true until it commits.
"""

import fcntl
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlmodel import Session

_LOCK_WAIT = 60.0
"""Seconds that a write waits for the lock before it gives up."""

_WRITING = "carbonlabel_writing"
_WATCHING = "carbonlabel_watching"
_PUBLISH_LOCK = 0x6C61_6265
"""Name of PostgreSQL's advisory lock under which the log grows."""


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite cannot corrupt a WAL database with several connections (fixed 3.51.3, 3.50.7, 3.44.6)."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


class Database:
    """One registry's database, by its URL: SQLite, or PostgreSQL with psycopg."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine: Engine = create_engine(self.url, connect_args={"timeout": _LOCK_WAIT} if self.is_sqlite else {})
        self._writer = self.engine.execution_options(**{_WRITING: True})
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    def is_missing(self) -> bool:
        """Whether it is a file that does not exist, which SQLite would make anew, and empty."""
        return self.is_sqlite and bool(self.url.database) and not Path(self.url.database or "").exists()

    @contextmanager
    def reading(self) -> Generator[Session]:
        """A session that sees one state of the database."""
        with self.engine.connect() as connection, Session(connection) as session:
            yield session

    @contextmanager
    def writing(self) -> Generator[Session]:
        """A session under the write lock; commits, durably, when the block ends well, and leaves nothing otherwise."""
        with self._writer.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _PUBLISH_LOCK})
            with Session(connection) as session:
                yield session
                session.flush()

    def watching(self) -> Connection:
        """A connection without transactions, for single reads that must see the newest commit. The caller closes it."""
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT", **{_WATCHING: True})

    @contextmanager
    def elected(self, what: str) -> Generator[bool]:
        """Whether this process, of all that share the database, does ``what`` for as long as the block lasts."""
        if self.is_sqlite:
            with _file_lock(Path(f"{self.url.database}.{what}")) as got:
                yield got
            return
        name = {"name": int.from_bytes(sha256(what.encode()).digest()[:8], signed=True)}
        with self.watching() as connection:
            got = bool(connection.execute(text("select pg_try_advisory_lock(:name)"), name).scalar())
            try:
                yield got
            finally:
                if got:
                    connection.execute(text("select pg_advisory_unlock(:name)"), name)

    def dispose(self) -> None:
        """Closes all connections."""
        self.engine.dispose()


@contextmanager
def _file_lock(path: Path) -> Generator[bool]:
    """Whether this process got the lock on ``path``, which the system gives back when the process ends."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins transactions, below; the driver must not
    journal = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "TRUNCATE"
    for pragma in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON", "cache_spill=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(_WATCHING):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITING) else "BEGIN")
