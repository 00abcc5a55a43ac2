"""Migrations: from nothing they make the tables that the code reads; a newer database is refused and left alone."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, closing
from hashlib import sha256
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from registry.database.copying import DERIVED
from registry.database.database import Database
from registry.database.tables import SQLModel
from registry.database.upgrade import MIGRATIONS, newest_version, upgrade
from registry.errors import DatabaseTooNew
from registry.home import Home
from registry.products.products import search
from registry.registry import Registry
from tests.databases import SQLITE, empty_database, everything, execute
from tests.world import ENVIRON, NOW, a_declaration, assert_sound, gtin, new_registry, published

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def database(tmp_path: Path, database_kind: str) -> Generator[Database]:
    is_sqlite = database_kind == SQLITE
    database = Database(f"sqlite:///{tmp_path / 'registry.sqlite'}" if is_sqlite else empty_database(tmp_path))
    yield database
    database.dispose()


@pytest.mark.each_database
def test_from_empty_they_make_exactly_the_models(database: Database) -> None:
    upgrade(database)
    with database.reading() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "include_name": _is_ours}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.sqlite_file("not a byte of it changes")
def test_upgrading_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    upgrade(database)
    before = sha256((tmp_path / "registry.sqlite").read_bytes()).digest()
    upgrade(database)
    assert sha256((tmp_path / "registry.sqlite").read_bytes()).digest() == before


def test_the_newest_version_is_told_by_the_names_of_the_files() -> None:
    """So that nothing but migrating needs Alembic, which takes longer to load than to find that there is no need."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [newest_version()]
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"v{script.revision}_")


def test_opening_a_database_of_this_version_does_not_load_alembic(tmp_path: Path) -> None:
    new_registry(tmp_path / "home").close()
    code = (
        "import os, sys; from pathlib import Path; from registry.registry import Registry\n"
        "Registry.open(Path(sys.argv[1]), os.environ).close()\n"
        "assert 'alembic' not in sys.modules"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "home")]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **ENVIRON}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.each_database
def test_a_newer_database_is_refused_with_a_sentence_and_left_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with closing(new_registry(home)) as registry:
        published(registry, 1)
    execute(home, "update alembic_version set version_num = '9999'")
    before = everything(home)
    with pytest.raises(DatabaseTooNew, match=r"version 9999.*Upgrade the program; nothing was changed"):
        Registry.open(home, ENVIRON)
    assert everything(home) == before
    execute(home, f"update alembic_version set version_num = '{newest_version()}'")
    with closing(Registry.open(home, ENVIRON)) as registry:
        assert_sound(registry)


def _is_ours(name: str | None, _: str, __: object) -> bool:
    """Whether a table, or an index, is of the models: each database has its own index for searches."""
    return not str(name).startswith(DERIVED) and name != "ix_record_terms"


@pytest.mark.each_database
def test_records_of_an_older_version_are_found_by_the_terms_of_this_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with closing(new_registry(home)) as registry:
        (one,) = published(registry, [a_declaration(1)])
    in_file = not Home.open(home).config.database
    rebuilt = ["insert into record_search (record_search) values ('rebuild')"] if in_file else []
    execute(home, "update record set terms = 'older'", *rebuilt)
    with closing(Registry.open(home, ENVIRON)) as registry:
        with registry.database.reading() as session:
            assert search(session, gtin(1)[3:-1], 1, NOW.date()).total == 0
        with registry.database.writing() as session, _operations(session.connection()):
            ScriptDirectory(str(MIGRATIONS)).get_revision("0021").module.upgrade()
        with registry.database.reading() as session:
            assert [found.record for found in search(session, gtin(1)[3:-1], 1, NOW.date()).results] == [one.record]
        assert_sound(registry)


def _operations(connection: Connection) -> AbstractContextManager[Operations]:
    return Operations.context(MigrationContext.configure(connection))
