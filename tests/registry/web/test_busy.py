"""With every connection in use, a request is told to come again, and nothing was begun."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from sqlalchemy.pool import QueuePool

from registry.accounts import delivery
from registry.accounts.mail import FolderMailer
from registry.database.database import Database
from registry.jobs import keeping
from registry.registry import Registry
from registry.reminders import thread as reminding
from registry.web.app import create_app
from tests.world import ENVIRON, NOW, new_registry

pytestmark = pytest.mark.each_database


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Litestar]:
    """A registry at work, all of whose connections are in use."""
    with closing(new_registry(tmp_path / "home")) as registry, ExitStack() as every:
        database = every.enter_context(Database(registry.home.database_url(ENVIRON)))
        pool = database.engine.pool
        assert isinstance(pool, QueuePool)
        pool._timeout = 0.1  # in place of half a minute
        app = create_app(Registry(registry.home, database, registry.ring))
        every.callback(app.state.service.close)
        while pool.checkedout() < pool.size() + pool._max_overflow:
            every.enter_context(database.engine.connect())
        yield app


async def asked(app: Litestar, path: str, accept: str) -> httpx.Response:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="https://id.example.org") as http:
        return await http.get(path, headers={"accept": accept})


def test_a_program_and_a_person_are_told_when_to_come_again(busy: Litestar) -> None:
    told = asyncio.run(asked(busy, "/v1/products", "application/json"))
    assert (told.status_code, told.headers["retry-after"]) == (503, "10")
    assert told.json()["type"] == "urn:carbonlabel:problem:busy"
    page = asyncio.run(asked(busy, "/search?q=steel", "text/html"))
    assert (page.status_code, page.headers["retry-after"]) == (503, "10")
    assert page.headers["content-type"].startswith("text/html")


def test_what_works_in_the_background_lives_through_it(
    busy: Litestar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for module in (delivery, keeping, reminding):
        monkeypatch.setattr(module, "INTERVAL", 0.01)
    service = busy.state.service
    database = service.registry.database
    threads = (
        delivery.DeliveryThread(database, FolderMailer(tmp_path / "outbox", "a@example.org"), lambda: NOW),
        keeping.JobsThread(service.registry, lambda: NOW),
        reminding.ReminderThread(database, service.accounts.letters, lambda: NOW),
    )
    said = {"mail is not being sent", "jobs are not being worked on", "reminders are not being sent"}
    for thread in threads:
        thread.start()
    until = time.monotonic() + 30
    while said - {record.getMessage().partition(":")[0] for record in caplog.records}:
        assert time.monotonic() < until, caplog.text
        time.sleep(0.05)
    for thread in threads:
        assert thread._thread.is_alive()
        thread.stop()
