"""SQLite: one file, and the processes of one machine. A write begins with the file's write lock."""

import fcntl
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event, text

from registry.database.dialect import LookedFor, Matches
from registry.errors import HomeError

_LOCK_WAIT = 60.0
"""Seconds that a write waits for the lock before it gives up."""

_KEY, _INDEX = "record_search.rowid", 'record."index"'
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

    def take_time(self, connection: Connection) -> None:
        """See ``Dialect``: nothing ends it."""

    def search(self, connection: Connection, looked_for: LookedFor, page: slice, most: int) -> Matches:
        """See ``Dialect``: the index of terms (FTS5) has each term's records in their order."""
        rows, values = _matching(looked_for)
        key = _KEY if looked_for.terms else _INDEX
        counted = text(f"select count(*) from (select 1 {rows} limit :most)")  # noqa: S608 - all values are bound
        newest = text(f"select {key} {rows} order by 1 desc limit :most offset :skip")
        found = connection.execute(counted, values | {"most": most + 1}).scalar_one()
        size = {"skip": page.start, "most": page.stop - page.start}
        return Matches(min(found, most), found > most, connection.execute(newest, values | size).scalars().all())

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


def _matching(looked_for: LookedFor) -> tuple[str, dict[str, str]]:
    """The rows that have it, and the values of their query."""
    if not looked_for.terms:
        return f"from record where superseded_by is null{looked_for.condition}", looked_for.values
    joined = f" join record on {_INDEX} = {_KEY}" if looked_for.parts else ""
    terms = " ".join(f'"{term}"' for term in looked_for.terms)
    rows = f"from record_search{joined} where record_search match :terms{looked_for.condition}"
    return rows, looked_for.values | {"terms": terms}


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins transactions, below; the driver must not
    journal = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "TRUNCATE"
    for pragma in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON", "cache_spill=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if begin is not None:
        connection.exec_driver_sql(begin)
