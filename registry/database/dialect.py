"""What differs from one database to another, and what every one of them must promise."""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct
from sqlalchemy import Connection, Engine


class LookedFor(Struct, frozen=True):
    """A record is looked for that has all ``terms``, and in whose text all ``parts`` stand."""

    terms: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def condition(self) -> str:
        """In SQL, that all parts stand in the text of ``record``: empty without parts."""
        return "".join(rf" and record.search like :{name} escape '\'" for name in self.values)

    @property
    def values(self) -> dict[str, str]:
        """The parameters of ``condition``."""
        escaped = (re.sub(r"[\\%_]", r"\\\g<0>", part) for part in self.parts)
        return {f"part_{at}": f"%{part}%" for at, part in enumerate(escaped)}


class Term(Protocol):
    """The time for which a process is elected."""

    def check(self) -> None:
        """Raises what the database raises when the term is over, although nobody here ended it."""
        ...


class Matches(Struct, frozen=True):
    """What a search found: ``total`` records, with ``more`` there are more than that; and the log indexes of a page,
    newest first."""

    total: int
    more: bool
    indexes: Sequence[int]


class Dialect(Protocol):
    """One kind of database. ``sqlite`` and ``postgresql`` have the same methods, so that nobody else needs to ask."""

    engine: Engine
    """What it commits is on disk when the commit returns."""

    reading: Mapping[str, object]
    """Options of a connection that sees one state of the database for as long as its transaction lasts."""

    writing: Mapping[str, object]
    """Options of a connection whose statements see all that was committed before ``lock`` returned."""

    watching: Mapping[str, object]
    """Options of a connection without transactions, each statement of which sees the newest commit."""

    def refuse_missing(self) -> None:
        """Raises ``HomeError`` when the database is not there, and connecting would make it anew, and empty."""
        ...

    def refuse_unfit(self, connection: Connection) -> None:
        """Raises ``HomeError`` when tables made here would not do as the code expects."""
        ...

    def lock(self, connection: Connection) -> None:
        """Takes the database's one write lock until the transaction ends, however it ends: also with its process or
        its host. Raises what the database raises when another holds it for too long."""
        ...

    def take_time(self, connection: Connection) -> None:
        """Lets this transaction keep the lock for as long as it likes, and ask nothing of the database meanwhile."""
        ...

    def elected(self, what: str) -> AbstractContextManager[Term | None]:
        """A term as the one process, of all that share the database, that does ``what``; None while another has it.
        When the process or its host is gone, another can be elected."""
        ...

    def search(self, connection: Connection, looked_for: LookedFor, page: slice, most: int) -> Matches:
        """The newest records of products that have what is ``looked_for``: counted up to ``most``, where a ``page`` of
        them ends at the latest."""
        ...
