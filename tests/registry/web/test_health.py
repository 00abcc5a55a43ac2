"""A process says that it answers, whatever is wrong; and that it is ready only if it could do its work."""

import re
from collections.abc import Generator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from registry.accounts.outbox import Letter, StoredOutbox
from registry.database.request_tables import RequestsRow
from registry.log.service import sequence
from registry.registry import Registry, utc_now
from registry.web.metrics import exposition
from registry.web.readiness import OK, readiness
from tests.databases import execute, failing
from tests.registry.log.forked_server import ForkedServer
from tests.world import ENVIRON, new_registry


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    """A registry of seven entries, published, and opened anew: it has looked at no key yet."""
    with closing(new_registry(tmp_path / "home")) as first:
        sequence(first)
    with closing(Registry.open(tmp_path / "home", ENVIRON)) as registry:
        yield registry


def wrong(registry: Registry) -> dict[str, str]:
    """What is not as it must be."""
    found = readiness(registry)
    said = {name: said for name, said in found.checks.items() if said != OK}
    assert found.ready == (not said)
    return said


@pytest.mark.each_database
def test_a_registry_that_can_work_is_ready(registry: Registry) -> None:
    assert wrong(registry) == {}
    assert readiness(registry).log_size == 7


@pytest.mark.each_database
def test_another_version_of_the_database_is_named(registry: Registry) -> None:
    execute(registry.home.path, "update alembic_version set version_num = '0001'")
    assert "of version 0001" in wrong(registry)["migrations"]


def test_a_key_that_cannot_be_read_is_not_named(registry: Registry) -> None:
    for file in registry.home.keys.glob("label-*.pem"):
        file.write_bytes(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    assert wrong(registry) == {"keys": "a signing key cannot be read"}


def test_a_checkpoint_that_cannot_be_read_is_said(registry: Registry) -> None:
    (registry.home.public / "log" / "checkpoint").write_bytes(b"nonsense\n")
    assert wrong(registry) == {"log": "the checkpoint of the public log cannot be read"}


@pytest.mark.each_database
def test_a_database_that_the_public_log_has_left_behind_is_said(registry: Registry) -> None:
    execute(registry.home.path, 'delete from log_entry where "index" = 6')
    assert wrong(registry) == {"log": "the public log has 7 entries, the database 6: restore a newer backup"}


@pytest.mark.each_database
def test_a_table_that_is_gone_is_said_and_what_was_behind_it_is_not_guessed(registry: Registry) -> None:
    execute(registry.home.path, "alter table log_entry rename to elsewhere")
    unseen = dict.fromkeys(("log", "mail", "writing"), "not looked at: see what is wrong before it")
    assert wrong(registry) == {"keys": "the database cannot say"} | unseen


@pytest.mark.each_database
def test_a_database_that_takes_no_writes_is_said_until_it_takes_them_again(registry: Registry) -> None:
    with failing(registry.home.path, "before insert on requests"):
        assert wrong(registry) == {}  # nobody has tried
        with pytest.raises(DBAPIError), registry.database.writing() as session:
            session.add(RequestsRow(minute=1, whose=b"", process="test", count=1))
        for _ in range(2):
            assert wrong(registry) == {"writing": "the database takes no writes: its disk may be full"}
    assert wrong(registry) == {}
    with registry.database.reading() as session:
        assert session.exec(select(RequestsRow)).all() == []


@pytest.mark.each_database
def test_mail_that_nobody_sends_is_said_and_the_process_is_ready_all_the_same(tmp_path: Path) -> None:
    now = utc_now()
    with closing(new_registry(tmp_path / "mailing", mail="folder:outbox")) as registry:
        with registry.database.writing() as session:
            StoredOutbox(session, now).put(Letter("li@maker.example", "x", "x"))
        assert readiness(registry).checks["mail"] == OK
        with registry.database.writing() as session:
            StoredOutbox(session, now - timedelta(minutes=6)).put(Letter("li@maker.example", "x", "x"))
        found = readiness(registry)
        assert (found.ready, found.checks["mail"]) == (
            True,
            "messages are due that nobody sends: see the program's log",
        )
        figures = exposition(registry).decode()
        assert 'carbonlabel_ready{check="mail"} 0.0' in figures
        assert "carbonlabel_mail_waiting 2.0" in figures
        overdue = re.search(r"^carbonlabel_mail_overdue_seconds ([0-9.]+)$", figures, re.MULTILINE)
        assert overdue is not None
        assert 360 <= float(overdue[1]) < 480


def test_mail_waits_where_none_is_to_leave(registry: Registry) -> None:
    with registry.database.writing() as session:
        StoredOutbox(session, utc_now() - timedelta(days=1)).put(Letter("li@maker.example", "x", "x"))
    assert wrong(registry) == {}


@pytest.mark.sqlite_file("which is taken away")
def test_without_a_database_nothing_else_is_looked_at(registry: Registry, caplog: pytest.LogCaptureFixture) -> None:
    (registry.home.path / "registry.sqlite").rename(registry.home.path / "elsewhere")
    found = readiness(registry)
    assert (found.ready, found.log_size) == (False, None)
    assert found.checks["database"] == "the database does not answer"
    assert str(registry.home.path) not in str(found.checks)
    assert str(registry.home.path) in caplog.text


@pytest.mark.sqlite_file("which is taken away")
def test_over_http_a_process_that_is_not_ready_still_answers(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARBONLABEL_PASSPHRASE", ENVIRON["CARBONLABEL_PASSPHRASE"])
    with ForkedServer(registry.home.path) as serving, httpx.Client(base_url=serving.url) as http:
        ready = http.get("/readyz")
        assert (ready.status_code, ready.json()["ready"], ready.json()["log_size"]) == (200, True, 7)
        assert ready.headers["cache-control"] == "no-store"
        (registry.home.path / "registry.sqlite").rename(registry.home.path / "elsewhere")
        assert http.get("/healthz").json() == {"status": "ok"}
        not_ready = http.get("/readyz")
        assert (not_ready.status_code, not_ready.json()["ready"]) == (503, False)
