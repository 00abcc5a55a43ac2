"""The databases that tests run on: the SQLite file of a home, or a PostgreSQL database for each home.

    database_for(path)              what a new home at ``path`` names as its database; "" is SQLite in the home
    copy_home(home, to)             a home and its database, copied
    execute(registry.database.url, statement)   behind the registry's back

PostgreSQL is the server that ``TEST_PG_DSN`` names, else one that whoever needs it first starts with Debian's binaries,
in a folder of this run, as the user postgres when we are root. A home's database is a copy of one with empty tables.
"""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
from sqlalchemy import URL, make_url

from registry.database.database import Database
from registry.database.upgrade import upgrade
from registry.home import CONFIG_FILE

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DSN, FOLDER = "TEST_PG_DSN", "CARBONLABEL_TEST_PG_FOLDER"
DEBIAN = Path("/usr/lib/postgresql")
SETTINGS = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c autovacuum=off -c max_connections=300"
"""Tests kill processes, not machines: what the server was given is kept without a disk that is waited for."""

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


def new_database(home: Path, template: str | None = None) -> str:
    """The URL of a new PostgreSQL database with empty tables, or a copy of another; gone when ``home`` is."""
    server, name = _server(), f"carbonlabel_{uuid4().hex}"
    _administer(server, f'create database "{name}" template "{template or _template()}"')
    _made[name] = home
    return _of(server, name)


def empty_database(home: Path, *, locale: str = "C") -> str:
    """The URL of a new PostgreSQL database without tables."""
    server, name = _server(), f"carbonlabel_{uuid4().hex}"
    _administer(server, f"create database \"{name}\" template template0 encoding 'UTF8' locale '{locale}'")
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


def execute(database: URL, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """What a statement gives that is executed behind the registry's back, where no constraint holds."""
    held = Database(database.render_as_string(hide_password=False))
    try:
        with held.engine.connect() as connection:
            if not database.drivername.startswith(SQLITE):
                connection.exec_driver_sql("set session_replication_role = replica")
            else:
                connection.exec_driver_sql("commit")
                connection.exec_driver_sql("pragma foreign_keys = off")
                connection.exec_driver_sql("begin")
            done = connection.exec_driver_sql(statement, tuple(parameters))
            assert done.rowcount != 0, "nothing was changed"
            rows = [tuple(row) for row in done] if done.returns_rows else []
            connection.commit()
            return rows
    finally:
        held.dispose()


def drop_below(folder: Path | None) -> None:
    """Drops the databases of homes below ``folder``; of all homes, when it is None."""
    for name, home in list(_made.items()):
        if folder is None or home.is_relative_to(folder):
            _administer(_server(), f'drop database if exists "{name}" with (force)')
            del _made[name]


def begin_run() -> None:
    """Once a run, before its processes: the folder by which they find the server."""
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="carbonlabel-pg-")


def end_run() -> None:
    """Once a run, after its processes: no server is left."""
    folder = Path(os.environ.pop(FOLDER))
    if (folder / "data" / "postmaster.pid").exists():
        _run(folder, "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    shutil.rmtree(folder)


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
