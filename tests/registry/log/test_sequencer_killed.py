"""``kill -9`` of a serving registry under two writers, again and again: nothing acknowledged is lost or double.

One lane of `make test` kills what ``carbonlabel serve`` starts. The others, and those of `make soak`, kill a server
that was forked off from a process that had imported everything: a thousand starts of Python would be most of the run.
In `make soak` a home is killed a hundred times, and fsck looks at all of it each time.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Thread
from typing import Protocol
from uuid import UUID

import httpx
import pytest

from registry.access.tokens import issue
from registry.fsck import check_home
from registry.log.service import sequence
from registry.registry import OPERATOR, Registry, utc_now
from tests.end_to_end.commands import Serving
from tests.registry.log.forked_server import ForkedServer
from tests.world import a_declaration, log_of, new_registry, verified

ROUNDS, LANES = 6, 2
SOAK_ROUNDS, SOAK_LANES = 1_000, 10
_EACH = 20
_LATER = 0.05
_PATIENCE = 60.0


class Writer(Thread):
    """Publishes declarations one after the other until the server is gone; keeps what was acknowledged, and by what it
    saw that the server is gone."""

    def __init__(self, url: str, token: str, waiting: list[UUID]) -> None:
        super().__init__()
        self._url = url
        self._token = token
        self._waiting = waiting
        self.acknowledged: dict[UUID, int] = {}
        self.ended: httpx.TransportError | None = None

    def run(self) -> None:
        bearer = {"Authorization": f"Bearer {self._token}"}
        with httpx.Client(base_url=self._url, headers=bearer, timeout=_PATIENCE) as client:
            for key in self._waiting:
                try:
                    answer = client.post(f"/v1/declarations/{key}/publish")
                except httpx.TransportError as problem:
                    self.ended = problem
                    return
                assert answer.status_code == 200, answer.text
                self.acknowledged[key] = answer.json()["record"]


class Killable(Protocol):
    """A server at work."""

    url: str

    def kill(self) -> None:
        """``kill -9`` of all its processes; returns when they are gone."""
        ...


class ServingUntilKilled(Serving):
    """``carbonlabel serve``."""

    def __enter__(self) -> "ServingUntilKilled":
        super().__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """The command, and the processes that it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


Start = Callable[[Path], AbstractContextManager[Killable]]


def serve_until_killed(
    server: AbstractContextManager[Killable], token: str, waiting: list[list[UUID]], acknowledged: int, later: float
) -> dict[UUID, int]:
    """What was acknowledged before the server was killed: ``later`` seconds after so many acknowledgements, so that it
    is writing, however busy the machine."""
    with server as serving:
        writers = [Writer(serving.url, token, some) for some in waiting]
        for writer in writers:
            writer.start()
        while sum(len(writer.acknowledged) for writer in writers) < acknowledged:
            assert any(writer.is_alive() for writer in writers)
            time.sleep(0.001)
        time.sleep(later)
        serving.kill()
    for writer in writers:
        writer.join()
    return {key: record for writer in writers for key, record in writer.acknowledged.items()}


def rounds_of_killing(home: Path, start: Start, rounds: int, seed: int) -> int:
    """How many records were acknowledged, none of which was lost."""
    draw, acknowledged, number = random.Random(seed), dict[UUID, int](), 0
    registry = new_registry(home, {})
    today = utc_now().date()
    with registry.database.writing() as session:
        token = issue(session, OPERATOR, utc_now())
    for _ in range(rounds):
        batch = [
            a_declaration(n, valid_from=today, valid_until=today.replace(year=today.year + 1, day=1))
            for n in range(number, number + 2 * _EACH)
        ]
        number += 2 * _EACH
        keys = verified(registry, batch)
        registry.close()
        many, later = draw.randint(0, _EACH), draw.expovariate(1 / _LATER)
        acknowledged |= serve_until_killed(start(home), token, [keys[::2], keys[1::2]], many, later)
        registry = Registry.open(home, {})
        report = check_home(registry.config, registry.database, registry.store(), lambda *_: None)
        # A checkpoint committed and not yet published is what the next round publishes: no damage.
        assert {fault.code.value for fault in report.faults} <= {"checkpoint-behind", "checkpoint-missing"}
    sequence(registry)
    assert check_home(registry.config, registry.database, registry.store(), lambda *_: None).faults == ()
    assert_kept(registry, acknowledged)
    registry.close()
    return len(acknowledged)


def assert_kept(registry: Registry, acknowledged: dict[UUID, int]) -> None:
    """Each acknowledged declaration is the record that its writer was told, and no two are the same."""
    assert acknowledged
    assert len(set(acknowledged.values())) == len(acknowledged)
    entries = {entry.index: entry for entry in log_of(registry)}
    assert len(entries) == max(entries) + 1
    with registry.database.reading() as session:
        rows = session.connection().exec_driver_sql('select declaration_id, "index" from record').all()
    assert {str(key): record for key, record in acknowledged.items()}.items() <= {*map(tuple, rows)}


@pytest.mark.parametrize("lane", range(LANES))
def test_a_server_killed_again_and_again_loses_nothing_that_it_acknowledged(tmp_path: Path, lane: int) -> None:
    rounds_of_killing(tmp_path / "home", ForkedServer if lane else ServingUntilKilled, ROUNDS // LANES, lane)


@pytest.mark.soak
@pytest.mark.parametrize("lane", range(SOAK_LANES))
def test_a_server_killed_a_thousand_times_loses_nothing_that_it_acknowledged(tmp_path: Path, lane: int) -> None:
    rounds, begin = SOAK_ROUNDS // SOAK_LANES, time.monotonic()
    kept = rounds_of_killing(tmp_path / "home", ForkedServer, rounds, lane)
    print(f"lane {lane}: {rounds} kills, {kept} records acknowledged, none lost, {time.monotonic() - begin:.0f} s")
