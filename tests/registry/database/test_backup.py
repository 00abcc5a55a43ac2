"""Backup, restore and move: every row, from either database to either; checked; and never over what is there."""

import shutil
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.database.backup import back_up, move, restore
from registry.database.database import Database
from registry.database.upgrade import upgrade
from registry.errors import HomeError
from registry.fsck import check_home
from registry.home import CONFIG_FILE, Home
from registry.log.service import sequence
from registry.registry import Registry
from schemas.entry import StatusEvent
from tests.databases import POSTGRESQL, SQLITE, database_option, empty_database, everything, is_there
from tests.end_to_end.commands import carbonlabel_here, done_here
from tests.world import ENVIRON, a_declaration, a_place, assert_sound, change, log_of, new_registry, published

pytestmark = pytest.mark.each_database("soak")


KINDS = [SQLITE, POSTGRESQL] if is_there() else [SQLITE]
DAMAGE = {
    SQLITE: ["create trigger damage after insert on declaration begin update declaration set content = 'x'; end"],
    POSTGRESQL: [
        "create function damage() returns trigger language plpgsql as 'begin new.content = ''x''; return new; end'",
        "create trigger damage before insert on declaration for each row execute function damage()",
    ],
}
"""A database that keeps something else than it is given."""


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A registry with something of everything: closed by the test."""
    registry = new_registry(tmp_path / "home")
    first, *_ = published(registry, [a_declaration(1), a_declaration(2), a_place(3)])
    change(registry, first.record, StatusEvent.SUSPENDED)
    published(registry, [a_declaration(2)])
    sequence(registry)
    return registry


def quiet(_done: int, _total: int) -> None:
    """Tells nobody how far it is."""


def an_empty_one(tmp_path: Path, kind: str) -> str:
    """The URL of an empty database."""
    return f"sqlite:///{tmp_path / 'other.sqlite'}" if kind == SQLITE else empty_database(tmp_path)


def is_sound(home: Home, database: Database) -> bool:
    registry_store = Registry.open(home.path, ENVIRON)
    try:
        return check_home(home.config, database, registry_store.store(), quiet).faults == ()
    finally:
        registry_store.close()


class TestBackup:
    def test_it_has_every_row_and_is_its_owner_s_alone(self, registry: Registry, tmp_path: Path) -> None:
        told: list[tuple[int, int]] = []
        copied = back_up(registry.database, tmp_path / "backup", lambda done, total: told.append((done, total)))
        assert told[-1] == (copied, copied)
        assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
        assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "home"]
        before = everything(registry.home.path)
        registry.close()
        shutil.copytree(tmp_path / "home", tmp_path / "again", ignore=shutil.ignore_patterns("registry.sqlite*"))
        home = named(tmp_path / "again", an_empty_one(tmp_path, SQLITE))
        with Database(home.database_url({})) as database:
            assert restore(tmp_path / "backup", database, quiet) == copied
            assert check_home(home.config, database, registry.store(), quiet).faults == ()
        assert everything(home.path) == before

    def test_a_copy_that_is_not_the_same_is_not_kept(self, registry: Registry, tmp_path: Path) -> None:
        with closing(registry):
            back_up(registry.database, tmp_path / "backup", quiet)
        for kind in KINDS:
            with Database(an_empty_one(tmp_path, kind)) as database:
                upgrade(database)
                with database.writing() as session:
                    for statement in DAMAGE[kind]:
                        session.connection().execute(text(statement))
                with pytest.raises(HomeError, match="rows of declaration are not in the copy as they were"):
                    restore(tmp_path / "backup", database, quiet)
                with database.reading() as session:
                    assert session.connection().execute(text("select count(*) from log_entry")).scalar_one() == 0

    @pytest.mark.soak
    def test_it_is_of_one_moment_while_others_write(self, registry: Registry, tmp_path: Path) -> None:
        done = threading.Event()

        def write() -> None:
            number = 100
            while not done.is_set():
                published(registry, [a_declaration(number)])
                number += 1

        writing = threading.Thread(target=write)
        writing.start()
        try:
            for turn in range(5):
                back_up(registry.database, tmp_path / f"backup{turn}", quiet)
        finally:
            done.set()
            writing.join()
        store = registry.store()
        sizes = []
        for turn in range(5):
            with Database(f"sqlite:///{tmp_path / f'backup{turn}'}") as database:
                assert check_home(registry.config, database, store, quiet).faults == ()
                with database.reading() as session:
                    sizes.append(session.connection().execute(text("select count(*) from log_entry")).scalar_one())
        assert sizes == sorted(sizes)
        registry.close()

    def test_what_is_there_stays(self, registry: Registry, tmp_path: Path) -> None:
        (tmp_path / "backup").write_text("another")
        with pytest.raises(HomeError, match="is there already"):
            back_up(registry.database, tmp_path / "backup", quiet)
        with pytest.raises(HomeError, match="no folder"):
            back_up(registry.database, tmp_path / "none" / "backup", quiet)
        assert (tmp_path / "backup").read_text() == "another"
        registry.close()


class TestRestore:
    def test_a_database_that_is_not_empty_stays_as_it_is(self, registry: Registry, tmp_path: Path) -> None:
        back_up(registry.database, tmp_path / "backup", quiet)
        before = everything(registry.home.path)
        with pytest.raises(HomeError, match="has rows already"):
            restore(tmp_path / "backup", registry.database, quiet)
        assert everything(registry.home.path) == before
        registry.close()

    def test_when_it_fails_nothing_is_there_and_it_can_be_done_again(self, registry: Registry, tmp_path: Path) -> None:
        back_up(registry.database, tmp_path / "backup", quiet)
        registry.close()

        def fails(done: int, total: int) -> None:
            if done > total // 2:
                raise KeyboardInterrupt

        with Database(an_empty_one(tmp_path, SQLITE if is_sqlite(registry) else POSTGRESQL)) as target:
            with pytest.raises(KeyboardInterrupt):
                restore(tmp_path / "backup", target, fails)
            with target.reading() as session:
                assert session.connection().execute(text("select count(*) from log_entry")).scalar() == 0
            assert restore(tmp_path / "backup", target, quiet) > 10
        assert "restore" not in " ".join(path.name for path in tmp_path.iterdir())

    @pytest.mark.parametrize("content", [b"", b"not a database" * 1000, None])
    def test_what_is_no_backup_is_refused(
        self, registry: Registry, tmp_path: Path, content: bytes | None, database_kind: str
    ) -> None:
        registry.close()
        if content is not None:
            (tmp_path / "backup").write_bytes(content)
        with (
            Database(an_empty_one(tmp_path, database_kind)) as target,
            pytest.raises((HomeError, DBAPIError), match=r"no backup|not a database"),
        ):
            restore(tmp_path / "backup", target, quiet)


class TestMove:
    @pytest.mark.parametrize("to", [SQLITE, POSTGRESQL])
    def test_every_row_is_in_the_other_one_and_work_goes_on_there(
        self, registry: Registry, tmp_path: Path, to: str
    ) -> None:
        if to == POSTGRESQL and not is_there():
            pytest.skip("PostgreSQL is not installed, and TEST_PG_DSN names no server")
        url, home = an_empty_one(tmp_path, to), registry.home
        before = everything(home.path)
        log = log_of(registry)
        assert move(home, registry.database, url, lambda copy: is_sound(home, copy), quiet)
        assert Home.open(home.path).config.database == url
        assert everything(home.path) == before
        with closing(Registry.open(home.path, ENVIRON)) as moved:
            assert log_of(moved) == log
            published(moved, [a_declaration(4)])
            sequence(moved)
            assert_sound(moved)
        with pytest.raises(DBAPIError, match="log_entry"):  # who was not stopped acknowledges nothing
            published(registry, [a_declaration(5)])
        registry.close()

    def test_a_copy_that_is_not_sound_is_not_made_the_home_s(self, registry: Registry, tmp_path: Path) -> None:
        url = an_empty_one(tmp_path, SQLITE)
        before = (registry.home.path / CONFIG_FILE).read_bytes()
        assert move(registry.home, registry.database, url, lambda _: False, quiet) is None
        assert (registry.home.path / CONFIG_FILE).read_bytes() == before
        assert published(registry, [a_declaration(4)])
        registry.close()

    def test_not_while_a_process_is_at_work_and_not_onto_itself(self, registry: Registry, tmp_path: Path) -> None:
        url = an_empty_one(tmp_path, SQLITE)
        with registry.database.elected("sequencer"), pytest.raises(HomeError, match="stop it first"):
            move(registry.home, registry.database, url, lambda _: True, quiet)
        with pytest.raises(HomeError, match="already"):
            move(registry.home, registry.database, registry.home.database_url({}), lambda _: True, quiet)
        assert published(registry, [a_declaration(4)])
        registry.close()

    def test_comments_and_the_rest_of_the_configuration_stay(self, registry: Registry, tmp_path: Path) -> None:
        path = registry.home.path / CONFIG_FILE
        path.write_text("# ours\n" + path.read_text().replace("600\n", "60  # scans\n"))
        home = Home.open(registry.home.path)
        move(home, registry.database, an_empty_one(tmp_path, SQLITE), lambda _: True, quiet)
        assert path.read_text().startswith("# ours\n")
        assert "verify_per_minute = 60  # scans" in path.read_text()
        registry.close()


@pytest.mark.each_database
class TestCommands:
    def test_backup_restore_and_move(self, tmp_path: Path, database_kind: str) -> None:
        home, file = tmp_path / "home", tmp_path / "backup"
        done_here("init", home, *database_option(home))
        done_here("member", "add", "acme", "--name", "Acme", "--home", home)
        done_here("sequence", "--once", "--home", home)
        assert f"{file}: " in done_here("backup", file, "--home", home)
        before = everything(home)
        assert carbonlabel_here("restore", file, "--home", home).code == 2
        named(home, an_empty_one(tmp_path, database_kind))
        assert "no faults" in done_here("restore", file, "--home", home)
        assert everything(home) == before
        other = an_empty_one(tmp_path / "third", POSTGRESQL) if is_there() else f"sqlite:///{tmp_path / 'third'}"
        said = done_here("move-database", other, "--home", home)
        assert "no faults" in said
        assert "names the new database" in said
        assert "no faults" in done_here("fsck", home)

    def test_a_restored_home_with_faults_is_said_to_have_them(self, registry: Registry, tmp_path: Path) -> None:
        home, kind = registry.home.path, SQLITE if is_sqlite(registry) else POSTGRESQL
        back_up(registry.database, tmp_path / "backup", quiet)
        registry.close()
        execute_in(tmp_path / "backup", "delete from label")
        named(home, an_empty_one(tmp_path, kind))
        ended = carbonlabel_here("restore", tmp_path / "backup", "--home", home)
        assert ended.code == 1
        assert "label-row" in ended.out

    def test_a_move_is_of_what_the_configuration_names(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        done_here("init", home, *database_option(home))
        ended = carbonlabel_here("move-database", "sqlite://", "--home", home, CARBONLABEL_DATABASE_URL="sqlite://")
        assert ended.code == 2
        assert "unset it" in ended.words


def is_sqlite(registry: Registry) -> bool:
    return registry.database.url.drivername == SQLITE


def named(home: Path, url: str) -> Home:
    """The home, with another database in its configuration."""
    path = home / CONFIG_FILE
    lines = [line for line in path.read_text().splitlines() if not line.startswith("database = ")]
    path.write_text("\n".join([*lines, f'database = "{url}"', ""]))
    return Home.open(home)


def execute_in(file: Path, statement: str) -> None:
    with Database(f"sqlite:///{file}") as database, database.writing() as session:
        assert session.connection().execute(text(statement)).rowcount != 0
