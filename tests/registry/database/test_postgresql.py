"""PostgreSQL: the server is restarted, sessions are ended by others, a database is restored under those at work."""

import subprocess
import sys
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from litestar import Litestar, route
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from registry.database import postgresql
from registry.database.database import Database, parse_database_url
from registry.database.tables import MemberRow
from registry.database.upgrade import upgrade
from registry.errors import DatabaseTooOld, HomeError
from registry.fsck import check_home
from registry.home import Config, Home
from registry.log.service import SequencerThread, sequence
from registry.products import products
from registry.records.publish import publish
from registry.registry import Registry
from registry.verification.online import OnlineVerifier
from registry.web.problems import of_database_error
from schemas.entry import EntryType
from tests.databases import POSTGRESQL, away, empty_database, is_there, put_back, save, using
from tests.registry.fsck.test_home import GoesOn, grow_to
from tests.world import (
    ENVIRON,
    MAKER,
    NOW,
    a_declaration,
    assert_sound,
    log_of,
    new_registry,
    published,
    until_published,
    verified,
)

pytestmark = pytest.mark.skipif(not is_there(), reason="PostgreSQL is not installed, and TEST_PG_DSN names no server")

_END_ALL = (
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where datname = current_database() and pid <> pg_backend_pid()"
)
ROOT = Path(__file__).resolve().parents[3]
_TABLES = "select count(*) from pg_tables where schemaname = 'public'"


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with using(POSTGRESQL), closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def end_all_sessions(registry: Registry) -> None:
    """As a restart of the server does."""
    other = Database(registry.home.database_url({}))
    with other.reading() as session:
        session.connection().exec_driver_sql(_END_ALL)
    other.dispose()


def test_a_log_that_outruns_its_check_is_clean(registry: Registry) -> None:
    """Readers stop no writer here: it goes on after its files were listed, and again while its entries are read."""
    grow_to(registry, 254)
    store = GoesOn(registry, lambda: grow_to(registry, 255))
    report = check_home(registry.config, registry.database, store, lambda *_: grow_to(registry, 258))
    assert (report.faults, report.entries) == ((), 255)


def test_a_database_that_orders_text_by_a_language_is_refused(tmp_path: Path) -> None:
    database = Database(empty_database(tmp_path, "locale_provider icu icu_locale 'en-US'"))
    with pytest.raises(HomeError, match=r"createdb --template=template0 --encoding=UTF8 --locale=C"):
        upgrade(database)
    with database.reading() as session:
        assert session.connection().exec_driver_sql(_TABLES).scalar() == 0
    database.dispose()


def test_text_is_ordered_as_sqlite_orders_it(tmp_path: Path) -> None:
    words = ["b", "a", "B", "a-c", "aB", "ab", "é", "z", "中", "\ufffd", "\U00010000", "~", "Z"]
    ordered = []
    for url in (f"sqlite:///{tmp_path / 'words.sqlite'}", empty_database(tmp_path)):
        database = Database(url)
        with database.writing() as session:
            connection = session.connection()
            connection.execute(text("create table word (word varchar)"))
            connection.execute(text("insert into word values (:word)"), [{"word": word} for word in words])
            ordered.append(connection.execute(text("select word from word order by word")).scalars().all())
        database.dispose()
    assert ordered[0] == ordered[1] == sorted(words)


class TestSearch:
    """Where the newest records fill a page, older ones are not counted; and whatever way they are found, in order."""

    @pytest.fixture
    def newest(self, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """The log indexes of forty records, as a search must tell them."""
        monkeypatch.setattr(postgresql, "_FEW", 5)
        monkeypatch.setattr(postgresql, "_MANY", 10)
        monkeypatch.setattr(products, "MOST_FOUND", 30)
        return [one.record for one in reversed(published(registry, 40))]

    @pytest.mark.parametrize("dense", [1, 100])
    def test_pages_of_what_all_have(
        self, registry: Registry, newest: list[int], monkeypatch: pytest.MonkeyPatch, dense: int
    ) -> None:
        monkeypatch.setattr(postgresql, "_DENSE", dense)
        with registry.database.reading() as session:
            pages = [products.search(session, "steel beam", page, NOW.date(), 9) for page in range(1, 6)]
        assert [one.record for page in pages for one in page.results] == newest[:30]
        assert [(page.total, page.more) for page in pages] == [(9, True)] + [(30, True)] * 3 + [(0, False)]

    def test_what_few_have(self, registry: Registry, newest: list[int]) -> None:
        with registry.database.reading() as session:
            few = products.search(session, "steel beam 3", 1, NOW.date(), 9)
        assert [one.record for one in few.results] == [*newest[:9]]
        assert (few.total, few.more) == (9, True)
        with registry.database.reading() as session:
            one = products.search(session, "12 钢梁", 1, NOW.date(), 9)
        assert (one.total, one.more, [found.record for found in one.results]) == (1, False, [newest[-13]])

    def test_of_no_more_than_are_looked_through_all_are_counted(self, registry: Registry) -> None:
        published(registry, 40)
        with registry.database.reading() as session:
            first = products.search(session, "steel beam", 1, NOW.date(), 9)
        assert (first.total, first.more) == (40, False)


class TestSettings:
    def test_a_commit_is_on_disk_whatever_the_server_s_default(self, registry: Registry) -> None:
        with registry.database.writing() as session:
            connection = session.connection()
            name = connection.exec_driver_sql("select current_database()").scalar()
            for setting in ("synchronous_commit = off", "default_transaction_isolation = 'serializable'"):
                connection.exec_driver_sql(f'alter database "{name}" set {setting}')
        registry.database.dispose()
        for session_of in (registry.database.writing, registry.database.reading):
            with session_of() as session:
                assert session.connection().exec_driver_sql("show synchronous_commit").scalar() == "on"
        with registry.database.writing() as session:
            assert session.connection().exec_driver_sql("show transaction_isolation").scalar() == "read committed"

    def test_who_reads_cannot_write(self, registry: Registry) -> None:
        with registry.database.reading() as session, pytest.raises(DBAPIError, match="read-only"):
            session.connection().exec_driver_sql("delete from label")

    def test_a_halted_writer_loses_the_lock_and_what_it_wrote(self, registry: Registry) -> None:
        before = log_of(registry)
        with pytest.raises(DBAPIError, match="idle-in-transaction"):
            self.halt(registry)
        assert published(registry, 1)[0].record == len(before)

    def halt(self, registry: Registry) -> None:
        with registry.database.writing() as session:
            session.connection().exec_driver_sql("delete from label")
            session.connection().exec_driver_sql("set local idle_in_transaction_session_timeout = '100ms'")
            time.sleep(0.5)

    def test_who_waits_too_long_is_told_so(self, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
        impatient = postgresql._LOCK.replace("lock_timeout = '60s'", "lock_timeout = '200ms'")
        monkeypatch.setattr(postgresql, "_LOCK", impatient)
        with registry.database.writing(), ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(verified, registry, [a_declaration(1)])
            with pytest.raises(OperationalError, match="lock timeout"):
                waiting.result(timeout=30)


class TestRestart:
    def test_work_goes_on_with_new_connections(self, registry: Registry) -> None:
        (first,) = published(registry, [a_declaration(1)])
        with closing(OnlineVerifier(registry)) as verifier:
            for number in range(2, 5):
                assert verifier.verify(first.label, NOW).verdict == "valid"
                end_all_sessions(registry)
                assert verifier.verify(first.label, NOW).verdict == "valid"
                end_all_sessions(registry)
                published(registry, [a_declaration(number)])
        assert_sound(registry)

    def test_labels_are_judged_again_however_often_it_was_asked_in_vain(self, registry: Registry) -> None:
        (first,) = published(registry, [a_declaration(0)])
        with closing(OnlineVerifier(registry)) as verifier:
            assert verifier.verify(first.label, NOW).verdict == "valid"
            with away(registry.home.path):
                for _ in range(3):
                    with pytest.raises(OperationalError):
                        verifier.verify(first.label, NOW)
            assert verifier.verify(first.label, NOW).verdict == "valid"
            published(registry, [a_declaration(0)])
            assert verifier.verify(first.label, NOW).verdict == "superseded"

    def test_what_was_only_read_was_not_done_in_part_and_what_was_written_may_have_been(
        self, registry: Registry
    ) -> None:
        @route("/", http_method=["GET", "POST"], status_code=200, sync_to_thread=False)
        def look() -> bool:
            with registry.database.reading() as session:
                return session.get(MemberRow, MAKER.id) is not None

        with TestClient(Litestar([look], exception_handlers={DBAPIError: of_database_error})) as client:
            assert client.post("/").json() is True
            with away(registry.home.path):
                read, written = client.get("/"), client.post("/")
        assert (read.status_code, written.status_code, read.headers["retry-after"]) == (503, 503, "10")
        assert read.json()["detail"] == "The database does not answer. Nothing was changed. Try again later."
        assert written.json()["detail"] == "Whether it was done is not known. Look before you ask again."

    def test_what_was_being_written_is_not_there(self, registry: Registry) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        before = log_of(registry)
        with pytest.raises(DBAPIError):
            self.write_and_lose_the_connection(registry)
        assert log_of(registry) == before
        assert [outcome.declaration for outcome in publish(registry, [key], NOW)] == [key]
        assert_sound(registry)

    def write_and_lose_the_connection(self, registry: Registry) -> None:
        with registry.database.writing() as session:
            writer = registry.log_writer(session, NOW)
            writer.append(EntryType.STATUS, b"{}")
            writer.flush()
            end_all_sessions(registry)

    def test_a_term_is_over_and_whose_it_was_learns_it(self, registry: Registry) -> None:
        with registry.database.elected("sequencer") as term:
            assert term is not None
            term.check()
            end_all_sessions(registry)
            with registry.database.elected("sequencer") as another:
                assert another is not None
            with pytest.raises(DBAPIError):
                term.check()

    def test_a_serving_process_is_elected_again_and_goes_on(self, registry: Registry) -> None:
        sequencer = SequencerThread(registry)
        sequencer.start()
        try:
            for number in range(2):
                published(registry, [a_declaration(number)])
                until_published(registry)
                end_all_sessions(registry)
        finally:
            sequencer.stop()

    def test_a_process_at_work_appends_nothing_to_an_older_database(self, registry: Registry, tmp_path: Path) -> None:
        """Nobody puts a backup in the place of SQLite's file under a process; under this one anybody may."""
        published(registry, [a_declaration(1)])
        sequence(registry)
        registry.database.dispose()
        save(registry.home.path, tmp_path / "backup")
        published(registry, [a_declaration(2)])
        sequence(registry)
        put_back(registry.home.path, tmp_path / "backup")
        for _ in range(2):
            with pytest.raises(DatabaseTooOld, match="the public log has 9 entries, this database 8"):
                published(registry, [a_declaration(3)])


class TestNamed:
    def test_the_configuration_names_it_and_the_environment_goes_before(self, registry: Registry) -> None:
        home = Home.open(registry.home.path)
        assert home.database_url({}) == home.config.database != ""
        assert home.database_url({"CARBONLABEL_DATABASE_URL": "sqlite://"}) == "sqlite://"
        assert not (home.path / "registry.sqlite").exists()

    @pytest.mark.parametrize(
        "url", ["mysql://a/b", "postgresql+psycopg2://a/b", "nonsense", "postgresql://h:p:x/", "/tmp/x"]
    )
    def test_what_is_no_database_is_refused_without_its_password(self, url: str) -> None:
        for refused in (parse_database_url, lambda named: Config(name="A", origin="a.example", database=named)):
            with pytest.raises(HomeError, match="postgresql://") as told:
                refused(url.replace("://", "://user:secret@"))
            assert "secret" not in str(told.value)

    def test_without_its_driver_it_is_said_what_to_install(self) -> None:
        code = "import sys; sys.modules['psycopg'] = None; from registry.database.database import Database"
        asked = [sys.executable, "-c", f"{code}; Database('postgresql://a/b')"]
        ended = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
        assert "HomeError: for a database on PostgreSQL, pip install 'carbonlabel[postgres]'" in ended.stderr

    def test_another_home_s_database_is_not_begun_again(self, registry: Registry, tmp_path: Path) -> None:
        before = log_of(registry)
        with pytest.raises(HomeError, match="has a log already"):
            Registry.create(tmp_path / "two", registry.config, ENVIRON)
        assert log_of(registry) == before
        assert not (tmp_path / "two").exists()
