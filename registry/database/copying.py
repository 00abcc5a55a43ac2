"""Copying a whole database into an empty one, of the same kind or another: a backup, a restore, a move is that.

The log, the files and what follows from them ``fsck`` checks in the copy. Of people, declarations, reviews and jobs
nothing else says what they were, so each table is read back before the copy is kept, and compared with what was copied.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, Table, func, insert, select
from sqlmodel import Session

from registry.database.database import Database
from registry.database.upgrade import upgrade
from registry.errors import HomeError

_VERSION = "alembic_version"
DERIVED = "record_search"
"""How the tables of SQLite's index for searches begin: it fills them when records are written."""

_WRITTEN_ITS_WAY = "terms"
"""What is found by words, which PostgreSQL writes down in another order than SQLite."""

_AT_ONCE = 1_000
Progress = Callable[[int, int], None]
"""Told how many rows of how many are copied."""


def copy_all(source: Session, target: Database, progress: Progress) -> int:
    """Copies every row that ``source`` sees into ``target``, in one transaction, and compares; how many there are.

    ``source`` must be of the version of the code. ``target`` may lack tables, and must lack rows. Raises ``HomeError``,
    and what a database raises; then ``target`` has no rows.
    """
    upgrade(target)
    reading = source.connection()
    theirs = _tables(reading)
    total = sum(_count(reading, table) for table in theirs.values())
    done = 0
    with target.writing() as session:
        writing = session.connection()
        ours = _tables(writing)
        if _columns(theirs) != _columns(ours):
            raise HomeError("the two databases have not the same tables: nothing was copied")
        if any(_count(writing, table) for table in ours.values()):
            raise HomeError("the database to be filled has rows already: name an empty one; nothing was changed")
        for name, table in ours.items():
            copied = 0
            for rows in _rows(reading, theirs[name]):
                writing.execute(insert(table), rows)
                copied += _sum(rows)
                done += len(rows)
                progress(done, total)
            if sum(map(_sum, _rows(writing, table))) != copied:
                raise HomeError(f"the rows of {name} are not in the copy as they were: nothing was copied")
    return done


def _tables(connection: Connection) -> dict[str, Table]:
    """The tables as they are, each behind those that it refers to; without what a database derives from them itself."""
    held = MetaData()
    held.reflect(connection, only=lambda name, _: name != _VERSION and not name.startswith(DERIVED))
    return {table.name: table for table in held.sorted_tables}


def _columns(tables: dict[str, Table]) -> dict[str, set[str]]:
    return {name: set(table.columns.keys()) for name, table in tables.items()}


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _rows(connection: Connection, table: Table) -> Iterable[list[dict[str, object]]]:
    """All rows, so many at once, in an order of the database's."""
    there = connection.execute(select(table), execution_options={"yield_per": _AT_ONCE})
    for rows in there.mappings().partitions():
        yield [{key: _plain(value) for key, value in row.items()} for row in rows]


def _sum(rows: Iterable[Mapping[str, object]]) -> int:
    """The rows' hashes added up, whatever their order is."""
    told = (repr(sorted((key, value) for key, value in row.items() if key != _WRITTEN_ITS_WAY)) for row in rows)
    return sum(int.from_bytes(hashlib.sha256(one.encode()).digest()) for one in told)


def _plain(value: object) -> object:
    """A value as every database takes it: SQLite does not keep that its times are in UTC."""
    if isinstance(value, memoryview):
        return bytes(value)
    if not isinstance(value, datetime):
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
