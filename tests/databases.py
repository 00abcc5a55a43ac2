"""The databases that tests run on: the SQLite file of a home, or a PostgreSQL database for each home.

    database_for(path)              what a new home at ``path`` names as its database; "" is SQLite in the home
    give_tables(home)               to a new home on SQLite; a PostgreSQL database has them
    copy_home(home, to)             a home and its database, copied
    save(home, to)                  a backup of its database; ``put_back`` restores it
    execute(home, statement)        behind the registry's back; ``fill`` does so with many rows
    failing(home, when)             while it holds, the database refuses a write
    away(home)                      while it holds, the server of PostgreSQL answers nobody

PostgreSQL is the server that ``TEST_PG_DSN`` names, else one that whoever needs it first starts with Debian's binaries,
in a folder of this run, as the user postgres when we are root. A home's database is a copy of one with empty tables: a
run migrates to them once for each kind.
"""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from itertools import starmap
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
from sqlalchemy import Connection, Executable, inspect, make_url, text

from registry.database.copying import DERIVED
from registry.database.database import Database
from registry.database.upgrade import upgrade
from registry.home import CONFIG_FILE, Home
from tests.engines import end_connections

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DSN, FOLDER = "TEST_PG_DSN", "CARBONLABEL_TEST_PG_FOLDER"
DEBIAN = Path("/usr/lib/postgresql")
SETTINGS: str = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c autovacuum=off -c max_connections=300"
"""Tests kill processes, not machines: what the server was given is kept without a disk that is waited for."""

_PREFIX = "carbonlabel-pg-"
_made: dict[str, Path] = {}
_kind = SQLITE


def kind() -> str:
    """Which database the homes get that are made now."""
    return _kind


@contextmanager
def using(chosen: str) -> Generator[None]:
    """Homes made within get a database of this kind."""
    global _kind
    before, _kind = _kind, chosen
    try:
        yield
    finally:
        _kind = before


def database_for(home: Path) -> str:
    """What the new home names in its configuration."""
    return "" if _kind == SQLITE else new_database(home)


def give_tables(home: Home) -> None:
    """Gives a home that is being made the tables that ``carbonlabel init`` would migrate to, if it is on SQLite."""
    if not home.config.database:
        shutil.copy(_empty_file(), home.path / "registry.sqlite")


def database_option(home: Path) -> tuple[str, ...]:
    """What ``carbonlabel init`` is told for a new home at ``home``."""
    named = database_for(home)
    return ("--database", named) if named else ()


def new_database(home: Path, template: str | None = None) -> str:
    """The URL of a new PostgreSQL database with empty tables, or a copy of another; gone when ``home`` is."""
    server, name = _server(), f"carbonlabel_{uuid4().hex}"
    _administer(server, f'create database "{name}" template "{template or _template()}" {_strategy()}')
    _made[name] = home
    return _of(server, name)


def empty_database(home: Path, order: str = "") -> str:
    """The URL of a new PostgreSQL database without tables; ``order`` says more of how it orders text."""
    server, name = _server(), f"carbonlabel_{uuid4().hex}"
    _administer(server, f"create database \"{name}\" template template0 encoding 'UTF8' locale 'C' {order}")
    _made[name] = home
    return _of(server, name)


def copy_home(home: Path, to: Path) -> None:
    """A home that nobody is at work on, and its database, copied."""
    shutil.copytree(home, to)
    config = (to / CONFIG_FILE).read_text(encoding="utf-8")
    named = re.search(r'^database = "(postgresql:[^"]+)"$', config, re.MULTILINE)
    if named is not None:
        copied = new_database(to, make_url(named[1]).database)
        (to / CONFIG_FILE).write_text(config.replace(named[1], copied), encoding="utf-8")


def save(home: Path, to: Path) -> None:
    """A backup of the home's database."""
    named = Home.open(home).config.database
    if named:
        to.write_text(make_url(new_database(to, make_url(named).database)).database or "")
    else:
        shutil.copy(home / "registry.sqlite", to)


def put_back(home: Path, saved: Path) -> None:
    """Restores a backup, in the place of what is there."""
    named = Home.open(home).config.database
    if named:
        name = make_url(named).database
        _administer(_server(), f'drop database "{name}" with (force)')
        _administer(_server(), f'create database "{name}" template "{saved.read_text()}"')
    else:
        shutil.copy(saved, home / "registry.sqlite")


def database_of(home: Path) -> Database:
    """The database of a home. The caller disposes of it."""
    return Database(Home.open(home).database_url({}))


def everything(home: Path, *besides: str) -> list[str]:
    """Every row of the home's database, but for those of the tables ``besides``, as it would be in any database."""
    database = database_of(home)
    try:
        with database.reading() as session:
            connection = session.connection()
            names = sorted(set(inspect(connection).get_table_names()) - {*besides})
            names = [name for name in names if not name.startswith(DERIVED)]
            rows = {name: connection.execute(text(f'select * from "{name}"')).mappings() for name in names}
            return sorted(f"{name} {list(starmap(_plain, row.items()))}" for name in names for row in rows[name])
    finally:
        database.dispose()


def _plain(column: str, value: object) -> object:
    """A value as SQLite has it: no times, but texts; and terms in one order, as they are in PostgreSQL."""
    if column == "terms" and isinstance(value, str):
        return sorted(value.replace("'", "").split())
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value


def execute(home: Path, *statements: str) -> list[tuple[Any, ...]]:
    """What the last of some statements gives that are executed behind the registry's back, foreign keys or not."""
    rows: list[tuple[Any, ...]] = []
    with _unchecked(home) as connection:
        for statement in statements:
            done = connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
            assert done.returns_rows or done.rowcount != 0, "nothing was changed"
            rows = [tuple(row) for row in done] if done.returns_rows else []
    return rows


def fill(home: Path, statements: Iterable[tuple[Executable, list[dict[str, Any]]]]) -> None:
    """Executes statements, each with many rows, behind the registry's back, foreign keys or not."""
    with _unchecked(home) as connection:
        for statement, rows in statements:
            connection.execute(statement, rows)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("analyze")


_GUARDS = "select name, tbl_name, sql from sqlite_master where type = 'trigger' and sql like '%is never changed%'"


@contextmanager
def _unchecked(home: Path) -> Generator[Connection]:
    database = database_of(home)
    try:
        with database.engine.connect() as connection:
            if database.url.drivername == SQLITE:
                connection.exec_driver_sql("commit")
                connection.exec_driver_sql("pragma foreign_keys = off")
                connection.exec_driver_sql("begin immediate")
                with _unguarded(connection):
                    yield connection
            else:
                connection.exec_driver_sql("set session_replication_role = replica")
                yield connection
            connection.commit()
    finally:
        database.dispose()


@contextmanager
def _unguarded(connection: Connection) -> Generator[None]:
    """What SQLite never changes can be changed meanwhile."""
    guards = connection.exec_driver_sql(_GUARDS).all()
    for name, _, _ in guards:
        connection.exec_driver_sql(f"drop trigger {name}")
    yield
    tables = inspect(connection).get_table_names()
    for _, table, made_by in guards:
        if table in tables:
            connection.exec_driver_sql(made_by)


@contextmanager
def failing(home: Path, when: str) -> Generator[None]:
    """While it holds, the database refuses what is done ``before insert on TABLE when CONDITION``, or the like."""
    event, _, condition = when.partition(" when ")
    if Home.open(home).config.database:
        execute(
            home,
            "create function burn() returns trigger language plpgsql as "
            "$$ begin raise exception 'the disk is on fire'; end $$",
            f"create trigger breaks {event} for each row when ({condition or 'true'}) execute function burn()",
        )
        undo = ["drop function burn cascade"]
    else:
        execute(home, f"create trigger breaks {when} begin select raise(abort, 'the disk is on fire'); end")
        undo = ["drop trigger breaks"]
    yield
    execute(home, *undo)


@contextmanager
def away(home: Path) -> Generator[None]:
    """While it holds, whoever is connected to the home's database on PostgreSQL is so no more, and nobody gets in."""
    name = make_url(Home.open(home).config.database).database
    _administer(_server(), f'alter database "{name}" allow_connections false')
    try:
        _administer(_server(), f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
        yield
    finally:
        _administer(_server(), f'alter database "{name}" allow_connections true')


def drop_below(folder: Path | None) -> None:
    """Drops the databases of homes below ``folder``; of all homes, when it is None."""
    for name, home in list(_made.items()):
        if folder is None or home.is_relative_to(folder):
            end_connections(name)
            _administer(_server(), f'drop database if exists "{name}" with (force)')
            del _made[name]


def begin_run() -> None:
    """Once a run, before its processes: the folder by which they find the server. What killed runs left is ended."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/run"):
        if not Path("/proc", left.read_text()).exists():
            _end(left.parent)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    (folder / "run").write_text(str(os.getpid()))
    os.environ[FOLDER] = str(folder)


def end_run() -> None:
    """Once a run, after its processes: no server is left."""
    if folder := os.environ.pop(FOLDER, None):
        _end(Path(folder))


def _end(folder: Path) -> None:
    if _is_served(folder / "data"):
        _run(folder, "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _is_served(data: Path) -> bool:
    """Whether there is a server of this folder still: one that was killed leaves its file, with a number of nobody."""
    try:
        number = (data / "postmaster.pid").read_text().split()[0]
        return str(data).encode() in Path("/proc", number, "cmdline").read_bytes()
    except FileNotFoundError:
        return False


def is_there() -> bool:
    """Whether there is PostgreSQL on this machine, or a server is named."""
    return DSN in os.environ or _binaries() is not None


@cache
def _binaries() -> Path | None:
    def version(folder: Path) -> float:
        return float(folder.parent.name) if folder.parent.name.replace(".", "").isdigit() else 0

    folders = sorted((file.parent for file in DEBIAN.glob("*/bin/initdb")), key=version)
    named = shutil.which("initdb")
    return folders[-1] if folders else None if named is None else Path(named).resolve().parent


@cache
def _server() -> str:
    """The URL of the server, started if nobody has."""
    if DSN in os.environ:
        return os.environ[DSN]
    folder = Path(os.environ[FOLDER])
    with _alone(folder):
        if not (folder / "data").exists():
            if os.geteuid() == 0:
                shutil.chown(folder, "postgres", "postgres")
            _run(
                folder,
                "initdb",
                "-D",
                folder / "data",
                "-U",
                "postgres",
                "-A",
                "trust",
                "-N",
                "--locale=C",
                "-E",
                "UTF8",
            )
            settings = f"-k {folder} {SETTINGS}"
            _run(folder, "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-o", settings, "-w", "start")
    return f"postgresql://postgres@/postgres?host={folder}"


@cache
def _strategy() -> str:
    """Says how a database is copied: by its files, which takes half the time where nobody waits for a disk."""
    with psycopg.connect(_server()) as connection:
        return "strategy file_copy" if connection.info.server_version >= 150_000 else ""


@cache
def _template() -> str:
    """The name of the database with empty tables, made by whoever needs it first."""
    _server()  # first, for it takes the same lock
    ready = Path(os.environ[FOLDER]) / "template"
    with _alone(ready.parent):
        if not ready.exists():
            url = empty_database(ready)
            name = make_url(url).database or ""
            database = Database(url)
            upgrade(database)
            database.dispose()
            ready.write_text(name)
        return ready.read_text()


@cache
def _empty_file() -> Path:
    """The SQLite file with empty tables, made by whoever needs it first."""
    ready = Path(os.environ[FOLDER]) / "tables.sqlite"
    with _alone(ready.parent):
        if not ready.exists():
            made = ready.with_suffix(".made")
            with Database(f"sqlite:///{made}") as database:
                upgrade(database)
            made.replace(ready)
    return ready


def _of(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server: str, statement: LiteralString | str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


def _run(folder: Path, program: str, *words: object) -> None:
    binaries = _binaries()
    assert binaries is not None, "PostgreSQL is not installed, and TEST_PG_DSN names no server"
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryFile() as said:  # no pipe: the server would keep it open
        command = [str(binaries / program), *map(str, words)]
        done = subprocess.run(command, stdout=said, stderr=said, user=user, group=user, cwd=folder, check=False)
        said.seek(0)
        assert done.returncode == 0, said.read().decode()


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """No other process of this run meanwhile."""
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
