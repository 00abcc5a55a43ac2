"""SQLite: one file, and the processes of one machine. A write begins with the file's write lock."""

import fcntl
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event

from registry.errors import HomeError

_LOCK_WAIT = 60.0
"""Seconds that a write waits for the lock before it gives up."""

_BEGIN = "carbonlabel_begin"


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite cannot corrupt a WAL database with several connections (fixed 3.51.3, 3.50.7, 3.44.6)."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


class Sqlite:
    """A ``Dialect``. Text is ordered by its bytes, and foreign keys hold."""

    reading: Mapping[str, object] = {_BEGIN: "BEGIN"}
    writing: Mapping[str, object] = {_BEGIN: "BEGIN IMMEDIATE"}
    watching: Mapping[str, object] = {_BEGIN: None}

    def __init__(self, url: URL) -> None:
        self._file = url.database or ""
        self.engine = create_engine(url, connect_args={"timeout": _LOCK_WAIT})
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)

    def refuse_missing(self) -> None:
        """See ``Dialect``."""
        if self._file and not Path(self._file).exists():
            raise HomeError(f"{self._file} is not there: restore it from a backup; nothing was changed")

    def refuse_unfit(self, connection: Connection) -> None:
        """See ``Dialect``: every file will do."""

    def lock(self, connection: Connection) -> None:
        """See ``Dialect``: the transaction has begun with it."""

    @contextmanager
    def elected(self, what: str) -> Generator["_Held | None"]:
        """See ``Dialect``: a lock on a file beside the database, which the system gives back when the process ends."""
        with Path(f"{self._file}.{what}").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield _Held()


class _Held:
    """A ``Term``: a lock on an open file is never taken away."""

    def check(self) -> None:
        """See ``Term``."""


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins transactions, below; the driver must not
    journal = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "TRUNCATE"
    for pragma in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON", "cache_spill=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if begin is not None:
        connection.exec_driver_sql(begin)
