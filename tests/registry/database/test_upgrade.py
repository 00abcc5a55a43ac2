"""Migrations: from nothing they make the tables that the code reads; a newer database is refused and left alone."""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from registry.database.database import Database
from registry.database.tables import SQLModel
from registry.database.upgrade import upgrade
from registry.errors import DatabaseTooNew
from registry.registry import Registry
from tests.world import ENVIRON, assert_sound, new_registry, published


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    yield database
    database.dispose()


def test_from_empty_they_make_exactly_the_models(database: Database) -> None:
    upgrade(database)
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_upgrading_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    upgrade(database)
    before = sha256((tmp_path / "registry.sqlite").read_bytes()).digest()
    upgrade(database)
    assert sha256((tmp_path / "registry.sqlite").read_bytes()).digest() == before


def test_a_newer_database_is_refused_with_a_sentence_and_left_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with closing(new_registry(home)) as registry:
        published(registry, 1)
    file = home / "registry.sqlite"
    known = set_version(file, "9999")
    before = file.read_bytes()
    with pytest.raises(DatabaseTooNew, match=r"version 9999.*Upgrade the program; nothing was changed"):
        Registry.open(home, ENVIRON)
    assert file.read_bytes() == before
    set_version(file, known)
    with closing(Registry.open(home, ENVIRON)) as registry:
        assert_sound(registry)


def set_version(file: Path, version: str) -> str:
    """Sets the database's version, and returns what it was."""
    with closing(sqlite3.connect(file)) as raw:
        (before,) = raw.execute("select version_num from alembic_version").fetchone()
        raw.execute("update alembic_version set version_num = ?", (version,))
        raw.commit()
    return str(before)
