"""Backups, and moving a home to another database: whichever it is, a backup is one SQLite file.

A backup is of one moment, also of a registry at work. It holds what people confided to the registry, and no key.
"""

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
from sqlalchemy import text

from keys.durable import flush_to_disk, write_durable
from registry.database.copying import Progress, copy_all
from registry.database.database import Database
from registry.database.upgrade import upgrade
from registry.errors import HomeError
from registry.home import CONFIG_FILE, Config, Home

_CLOSE = text("alter table log_entry rename to log_entry_moved")
_SETTING = re.compile(r"^[ \t]*database[ \t]*=.*$", re.MULTILINE)


def back_up(database: Database, file: Path, progress: Progress) -> int:
    """Copies the database, as it is now, into ``file``, which is there whole or not at all; how many rows.

    Readable by the owner only. Raises ``HomeError`` when there is something at ``file``, and what a database raises.
    """
    if file.exists():
        raise HomeError(f"{file} is there already, and stays as it is: name another file")
    with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=_folder_of(file)) as folder:
        partial = Path(folder) / file.name
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL, 0o600))
        with Database(f"sqlite:///{partial}") as target, database.reading() as session:
            copied = copy_all(session, target, progress)
        os.link(partial, file)  # never over one that is there
    flush_to_disk(file.parent)
    return copied


def restore(file: Path, target: Database, progress: Progress) -> int:
    """Fills ``target``, which must be empty, from a backup, made by this version of the program or an older one.

    The backup is not changed. Raises ``HomeError``, and what a database raises; then ``target`` has no rows.
    """
    if not file.is_file():
        raise HomeError(f"{file} is no backup: there is no such file")
    with tempfile.TemporaryDirectory(prefix="carbonlabel-restore-", dir=_folder_of(file)) as folder:
        copied = Path(folder) / file.name
        shutil.copyfile(file, copied)
        with Database(f"sqlite:///{copied}") as source:
            _refuse_damaged(source, file)
            upgrade(source)
            with source.reading() as session:
                rows = copy_all(session, target, progress)
        if rows == 0:
            raise HomeError(f"{file} is no backup: there is nothing in it")
        return rows


def move(home: Home, source: Database, url: str, check: Callable[[Database], bool], progress: Progress) -> int | None:
    """Copies the home's database into the empty one at ``url``, has it checked, and makes it the home's.

    ``check`` says whether the copy is sound; if not, None is returned, and the home stays with the database it has.
    Meanwhile nothing can be written, and afterwards nothing to the old database: its log has another name, so that a
    process that was not stopped fails, and does not acknowledge what nobody would find. Raises ``HomeError`` while a
    serving process is at work, and what a database raises.
    """
    with Database(url) as target, source.elected("sequencer") as term:
        if term is None:
            raise HomeError("a process is at work on this home: stop it first; nothing was changed")
        if target.url == source.url:
            raise HomeError("this is the home's database already: nothing was changed")
        with source.writing() as session:
            source.dialect.take_time(session.connection())  # the copy is filled and checked, however long that takes
            copied = copy_all(session, target, progress)
            if not check(target):
                return None
            session.connection().execute(_CLOSE)  # first, for it fails if the lock was lost meanwhile
            _configure(home, url)
    return copied


def _refuse_damaged(source: Database, file: Path) -> None:
    with source.reading() as session:
        said = session.connection().exec_driver_sql("pragma integrity_check").scalar()
    if said != "ok":
        raise HomeError(f"{file} is damaged ({said}): take another backup; nothing was changed")


def _configure(home: Home, url: str) -> None:
    """Names the database in the home's configuration, and changes nothing else of it."""
    path = home.path / CONFIG_FILE
    before = path.read_text(encoding="utf-8")
    setting = f"database = {msgspec.json.encode(url).decode()}"
    after = _SETTING.sub(lambda _: setting, before)
    if after == before:
        after = f"{before.rstrip()}\n{setting}\n"
    if msgspec.convert(tomllib.loads(after), Config) != msgspec.structs.replace(home.config, database=url):
        raise HomeError(f"{path} cannot be changed by a program: nothing was changed; write it anew, and try again")
    write_durable(path, after.encode(), replace=True, mode=path.stat().st_mode & 0o777)


def _folder_of(file: Path) -> Path:
    if not file.parent.is_dir():
        raise HomeError(f"{file.parent} is no folder: nothing was changed")
    return file.parent
