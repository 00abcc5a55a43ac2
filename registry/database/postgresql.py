"""PostgreSQL with psycopg: the processes of many hosts. Locks are advisory ones, which end with who holds them.

| lock | ends with | for |
|---|---|---|
| of a transaction | the transaction | the one writer |
| of a session | the session | elections |

A host that is gone without a word is missed by the server within half a minute: else its locks would outlive it by
hours. Sessions must be ours for as long as we hold them: a pooler in between must not lend them out by transaction.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from registry.database.dialect import LookedFor, Matches
from registry.errors import HomeError

if TYPE_CHECKING:
    import psycopg

_LOCK_WAIT = 60
"""Seconds that a write waits for the lock before it gives up."""

_LONGEST_THOUGHT = 600
"""Seconds for which a write may hold the lock and ask nothing of the server: a process that was halted loses it."""

_CONNECTING = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_SESSION = """
    select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';
    set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3;
    set timezone = 'UTC'; set jit = off
"""


def _key(what: str) -> int:
    """The number by which the advisory lock for ``what`` is known."""
    return int.from_bytes(sha256(f"carbonlabel {what}".encode()).digest()[:8], signed=True)


_LOCK = f"""
    set local lock_timeout = '{_LOCK_WAIT}s'; set local idle_in_transaction_session_timeout = '{_LONGEST_THOUGHT}s';
    select pg_advisory_xact_lock({_key("writing")})
"""
_ENCODING = "select current_setting('server_encoding')"
_ORDER = r"select 'B' < 'a' and 'a-c' < 'aB' and 'z' < U&'\00E9' and U&'\FFFD' < U&'\+010000'"


_AMONG_NEWEST = """
    select "index" from (
        select "index", superseded_by, terms, search from record
        where superseded_by is null order by "index" desc limit :walked
    ) as record where {has} limit :most
"""
"""A limit within, so that it goes from the newest on, whatever the planner thinks of terms that come together."""

_FEW, _MANY = 1_000, 8_000
"""Records that are looked through one by one: the many cost a third of what a look into the index for frequent terms
costs."""

_ANY = 'select "index" from record where {has} limit :most'
_SORTED = 'select "index" from record where {has} order by "index" desc limit :most'
_IS_MORE = "select exists (select from record where superseded_by is null offset :walked)"
_IN_ORDER, _BY_TERMS = ("enable_seqscan", "enable_indexscan"), ("enable_seqscan", "enable_bitmapscan")
"""Ways to records that are closed for the other: from the newest on, or by the index of terms."""

_DENSE = 100
"""Where more than one record in so many has the terms, the newest are sooner walked to than all are sorted."""


class Postgresql:
    """A ``Dialect``.

    Writes are READ COMMITTED, deliberately: each statement then sees what was committed before the lock was had. A
    snapshot taken by the statement that waits for the lock would be older than the lock.
    """

    reading: Mapping[str, object] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    writing: Mapping[str, object] = {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}
    watching: Mapping[str, object] = {"isolation_level": "AUTOCOMMIT"}

    def __init__(self, url: URL) -> None:
        try:
            self.engine = create_engine(
                url.set(drivername="postgresql+psycopg"),
                connect_args={name: value for name, value in _CONNECTING.items() if name not in url.query},
                pool_pre_ping=True,  # the server may have been restarted since
                use_native_hstore=False,
            )
        except ModuleNotFoundError as problem:
            if problem.name != "psycopg":
                raise
            raise HomeError("for a database on PostgreSQL, pip install 'carbonlabel[postgres]'") from None
        event.listen(self.engine, "connect", _prepare)

    def refuse_missing(self) -> None:
        """See ``Dialect``: a server makes no database by itself."""

    def refuse_unfit(self, connection: Connection) -> None:
        """See ``Dialect``: text must be ordered by its bytes, as SQLite orders it. So the log says the same from
        either, and no index depends on what the system's library thinks of a language."""
        is_utf8 = connection.exec_driver_sql(_ENCODING).scalar() == "UTF8"
        if not is_utf8 or not connection.exec_driver_sql(_ORDER).scalar():
            raise HomeError(
                "this database does not hold text in UTF-8, ordered by its bytes: make one with `createdb "
                "--template=template0 --encoding=UTF8 --locale=C NAME`; nothing was changed"
            )

    def lock(self, connection: Connection) -> None:
        """See ``Dialect``: who waits is served in turn."""
        connection.exec_driver_sql(_LOCK, execution_options={"no_parameters": True})

    def take_time(self, connection: Connection) -> None:
        """See ``Dialect``."""
        connection.exec_driver_sql("set local idle_in_transaction_session_timeout = 0")

    def search(self, connection: Connection, looked_for: LookedFor, page: slice, most: int) -> Matches:
        """See ``Dialect``. The index of terms (GIN) knows no order, and finds all records of a term before the first:
        so frequent terms are looked for among the newest records, one by one, and only rare ones in the index.

        Where the newest fill the page, they are all that is counted of those of a large registry."""
        has, values = _matching(looked_for)

        def found(statement: str, most: int, **more: int) -> Sequence[int]:
            return connection.execute(text(statement.format(has=has)), values | more | {"most": most}).scalars().all()

        walked = _FEW
        newest = found(_AMONG_NEWEST, most + 1, walked=walked)
        if len(newest) * _MANY > page.stop * walked:
            walked = _MANY
            newest = found(_AMONG_NEWEST, most + 1, walked=walked)
        if len(newest) > most or not looked_for.terms:
            return Matches(min(len(newest), most), len(newest) > most, newest[page])
        if len(newest) > page.stop and connection.execute(text(_IS_MORE), {"walked": walked}).scalar_one():
            return Matches(len(newest) - 1, True, newest[page])
        with _without(connection, *_IN_ORDER):
            some = found(_ANY, most + 1)
        if len(some) <= most:
            return Matches(len(some), False, sorted(some, reverse=True)[page])
        if page.stop > len(newest):
            with _without(connection, *_BY_TERMS if len(newest) * _DENSE > walked else _IN_ORDER):
                newest = found(_SORTED, page.stop)
        return Matches(most, True, newest[page])

    @contextmanager
    def elected(self, what: str) -> Generator["_Session | None"]:
        """See ``Dialect``: a lock of a session of its own."""
        with self.engine.connect().execution_options(**self.watching) as connection:
            connection.detach()  # closed at the end, not pooled: with its session the lock ends in any case
            got = connection.exec_driver_sql(f"select pg_try_advisory_lock({_key(what)})").scalar()
            try:
                yield _Session(connection) if got else None
            finally:
                if got:
                    with suppress(SQLAlchemyError):  # at once, if the session is still there
                        connection.exec_driver_sql(f"select pg_advisory_unlock({_key(what)})")


@contextmanager
def _without(connection: Connection, *ways: str) -> Generator[None]:
    """Has the planner go another way, whatever it thinks of terms that come together."""
    connection.exec_driver_sql("; ".join(f"set local {way} = off" for way in ways))
    try:
        yield
    finally:
        connection.exec_driver_sql("; ".join(f"set local {way} = on" for way in ways))


def _matching(looked_for: LookedFor) -> tuple[str, dict[str, str]]:
    """What the rows fulfil that have it, and the values in that. A condition a term: the index then passes over what
    lacks one of them sooner than for one condition with all."""
    values = {f"term_{at}": f"'{term}'" for at, term in enumerate(looked_for.terms)}
    terms = "".join(f" and terms @@ cast(:{name} as tsquery)" for name in values)
    return f"superseded_by is null{terms}{looked_for.condition}", values | looked_for.values


class _Session:
    """A ``Term``: for as long as the server knows the session that has the lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def check(self) -> None:
        """See ``Term``."""
        self._connection.exec_driver_sql("select 1")


def _prepare(connection: "psycopg.Connection", _record: object) -> None:
    connection.autocommit = True  # what is set in a transaction would end with it
    connection.execute(_SESSION)
    connection.autocommit = False
