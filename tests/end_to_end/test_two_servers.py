"""Two servers with two workers each on one database: whichever is killed, the other goes on, and so does the log."""

import time
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import count, takewhile
from pathlib import Path
from uuid import UUID

import pytest

from registry.access.tokens import issue
from registry.fsck import check_home
from registry.log.service import publish, sequence
from registry.registry import OPERATOR, utc_now
from tests import databases
from tests.registry.log.test_sequencer_killed import ServingUntilKilled, Writer, assert_kept
from tests.world import a_declaration, new_registry, until_published, verified

CLIENTS, EACH = 2, 12
SOAK_CLIENTS, SOAK_SECONDS = 8, 3_600
"""Clients of each server, and what each of them is given to publish in a turn."""


class Turns:
    """A registry with two servers, of which in each turn the older is killed under its clients and another begins."""

    def __init__(self, home: Path, clients: int) -> None:
        self.home = home
        self.kept: dict[UUID, int] = {}
        self._clients = clients
        self._number = 0
        self.registry = new_registry(home, {})
        with self.registry.database.writing() as session:
            self._token = issue(session, OPERATOR, utc_now())

    def take(self, turns: Iterable[int]) -> None:
        """Takes turns. What was given to the server that goes on is acknowledged, and each turn's entries published."""
        with ExitStack() as servers:
            older = servers.enter_context(ServingUntilKilled(self.home, workers=2))  # elected
            for _ in turns:
                newer = servers.enter_context(ServingUntilKilled(self.home, workers=2))
                writers = [self._client(older) for _ in range(self._clients)]
                going_on = [self._client(newer) for _ in range(self._clients)]
                while not any(writer.acknowledged for writer in writers):
                    time.sleep(0.001)
                older.kill()
                for writer in (*writers, *going_on):
                    writer.join()
                    self.kept |= writer.acknowledged
                assert [repr(writer.ended) for writer in going_on if len(writer.acknowledged) < EACH] == []
                until_published(self.registry)
                older = newer

    def _client(self, server: ServingUntilKilled) -> Writer:
        today, numbers = utc_now().date(), range(self._number, self._number + EACH)
        self._number += EACH
        until = today.replace(year=today.year + 1, day=1)
        declared = [a_declaration(number, valid_from=today, valid_until=until) for number in numbers]
        writer = Writer(server.url, self._token, verified(self.registry, declared))
        writer.start()
        return writer

    def assert_nothing_lost(self) -> None:
        """No fault, no gap, and all that was acknowledged."""
        committed = sequence(self.registry).committed
        assert committed is not None
        publish(self.registry, committed)
        report = check_home(self.registry.config, self.registry.database, self.registry.store(), lambda *_: None)
        assert report.faults == ()
        assert_kept(self.registry, self.kept)
        self.registry.close()


def test_each_in_turn_is_killed_under_its_clients_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with databases.using(databases.POSTGRESQL):
        turns = Turns(tmp_path / "home", CLIENTS)
    turns.take(range(2))
    turns.assert_nothing_lost()


@pytest.mark.soak
@pytest.mark.each_database
def test_for_an_hour_each_in_turn_is_killed_under_sixteen_clients(tmp_path: Path) -> None:
    turns, until = Turns(tmp_path / "home", SOAK_CLIENTS), time.monotonic() + SOAK_SECONDS
    turns.take(takewhile(lambda _: time.monotonic() < until, count()))
    print(f"{len(turns.kept)} records acknowledged, none lost")
    turns.assert_nothing_lost()
