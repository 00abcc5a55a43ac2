"""Looking at the newest commit again and again, at little cost, for as long as a process lives."""

from collections.abc import Mapping
from typing import Any, Self

from sqlalchemy import CursorResult, Engine, Executable, text
from sqlalchemy.exc import DBAPIError

_Columns = tuple[Any, ...]


class Watch:
    """A connection without transactions, for single reads that must see the newest commit. One thread at a time.

    A read that finds the connection gone, because the server was away, is asked once more of a new one; while there is
    none, each read tries again. Raises what the database raises, as SQLAlchemy wraps it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._errors: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._connect()

    def _connect(self) -> None:
        connection = self._engine.connect()
        self._cursor = connection.connection.cursor()
        self._connection = connection

    def execute(self, statement: Executable, parameters: Mapping[str, object] | None = None) -> CursorResult[*_Columns]:
        """The rows that ``statement`` reads."""
        if not self._connection.closed:
            try:
                return self._connection.execute(statement, parameters)
            except DBAPIError as problem:
                if not problem.connection_invalidated:
                    raise
            self._connection.close()
        self._connect()
        return self._connection.execute(statement, parameters)

    def number(self, statement: str) -> int | None:
        """The one number that ``statement`` reads, asked of the driver itself: in a tenth of the time."""
        try:
            self._cursor.execute(statement)
            row = self._cursor.fetchone()
        except self._errors:  # of the driver: the same as the others' know it, or none after all
            return self.execute(text(statement)).scalar()
        return None if row is None else row[0]

    def close(self) -> None:
        """Gives the connection back."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
