"""Connections that read and connections that write, and what makes a commit durable.

A write takes the database's one write lock when it begins, so that what it reads first stays true until it commits.
"""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Self

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session

from registry.database.author import COMMAND_LINE, Author
from registry.database.dialect import Dialect, Term
from registry.database.postgresql import Postgresql
from registry.database.sqlite import Sqlite
from registry.database.watch import Watch
from registry.errors import HomeError

_DIALECTS: dict[str, type[Sqlite | Postgresql]] = {
    "sqlite": Sqlite,
    "postgresql": Postgresql,
    "postgresql+psycopg": Postgresql,
}

_AUTHOR = "carbonlabel: author"
_AT_END = "carbonlabel: at end"
_DIALECT = "carbonlabel: dialect"


def parse_database_url(url: str) -> URL:
    """``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``. Raises ``HomeError``, without what may be a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise HomeError("the database is no URL such as postgresql://carbonlabel@db.example.org/carbonlabel") from None
    if parsed.drivername not in _DIALECTS:
        raise HomeError(f"a database is sqlite:///FILE or postgresql://USER@HOST/NAME, not {parsed.drivername}://...")
    return parsed


class Database:
    """One registry's database, by its URL. Raises ``HomeError`` for a URL that is none."""

    def __init__(self, url: str) -> None:
        self.url = parse_database_url(url)
        self.dialect: Dialect = _DIALECTS[self.url.drivername](self.url)
        self.engine = self.dialect.engine
        self._reader = self.engine.execution_options(**self.dialect.reading)
        self._writer = self.engine.execution_options(**self.dialect.writing)
        self._watcher = self.engine.execution_options(**self.dialect.watching)
        self.write_failed = False
        """Whether the newest attempt to write ended with an error of the database: its disk may be full."""

    def refuse_missing(self) -> None:
        """Raises ``HomeError`` when it is a file that does not exist, which SQLite would make anew, and empty."""
        self.dialect.refuse_missing()

    @contextmanager
    def reading(self) -> Generator[Session]:
        """A session that sees one state of the database."""
        with self._reader.connect() as connection, Session(connection, info={_DIALECT: self.dialect}) as session:
            yield session

    @contextmanager
    def writing(self, by: Author = COMMAND_LINE) -> Generator[Session]:
        """A session under the write lock; commits, durably, when the block ends well, and leaves nothing otherwise.

        What is done in it is done ``by`` its author, for the audit trail.
        """
        try:
            with self._writer.begin() as connection:
                self.dialect.lock(connection)
                with Session(connection, info={_AUTHOR: by, _AT_END: [], _DIALECT: self.dialect}) as session:
                    yield session
                    session.flush()
                    for last in session.info[_AT_END]:
                        last()
        except DBAPIError:
            self.write_failed = True
            raise
        self.write_failed = False

    def watching(self) -> Watch:
        """For single reads that must see the newest commit. The caller closes it."""
        return Watch(self._watcher)

    def elected(self, what: str) -> AbstractContextManager[Term | None]:
        """A term as the one process, of all that share the database, that does ``what`` while the block lasts.

        None while another does it.
        """
        return self.dialect.elected(what)

    def dispose(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.dispose()


def author_of(session: Session) -> Author:
    """Whoever does what the write transaction of ``session`` does."""
    return session.info[_AUTHOR]


def dialect_of(session: Session) -> Dialect:
    """The kind of database that ``session`` is of."""
    return session.info[_DIALECT]


def at_end(session: Session, last: Callable[[], None]) -> None:
    """Has ``last`` called when all else is written, before the write transaction of ``session`` commits."""
    session.info[_AT_END].append(last)
