"""``kill -9`` of a serving registry under two writers, again and again: nothing acknowledged is lost or double."""

import os
import random
import signal
import time
from pathlib import Path
from threading import Thread
from uuid import UUID

import httpx
import pytest

from registry.access.tokens import issue
from registry.fsck import check_home
from registry.log.service import sequence
from registry.registry import OPERATOR, Registry, utc_now
from tests.end_to_end.commands import Serving
from tests.world import a_declaration, log_of, new_registry, verified

ROUNDS, LANES = 20, 4
SOAK_ROUNDS = 1_000
_EACH = 20


class Writer(Thread):
    """Publishes declarations one after the other until the server is gone; keeps what was acknowledged."""

    def __init__(self, url: str, token: str, waiting: list[UUID]) -> None:
        super().__init__()
        self._url = url
        self._token = token
        self._waiting = waiting
        self.acknowledged: dict[UUID, int] = {}

    def run(self) -> None:
        with httpx.Client(base_url=self._url, headers={"Authorization": f"Bearer {self._token}"}) as client:
            for key in self._waiting:
                try:
                    answer = client.post(f"/v1/declarations/{key}/publish")
                except httpx.TransportError:
                    return
                assert answer.status_code == 200, answer.text
                self.acknowledged[key] = answer.json()["record"]


def serve_until_killed(home: Path, token: str, waiting: list[list[UUID]], after: float) -> dict[UUID, int]:
    """What was acknowledged before the server and all its processes were killed, ``after`` seconds into the writing."""
    serving = Serving(home)
    serving.__enter__()
    writers = [Writer(serving.url, token, some) for some in waiting]
    for writer in writers:
        writer.start()
    time.sleep(after)
    os.killpg(serving.process.pid, signal.SIGKILL)
    serving.process.wait()
    for writer in writers:
        writer.join()
    return {key: record for writer in writers for key, record in writer.acknowledged.items()}


def rounds_of_killing(home: Path, rounds: int, seed: int) -> None:
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
        acknowledged |= serve_until_killed(home, token, [keys[::2], keys[1::2]], draw.uniform(0.0, 0.7))
        registry = Registry.open(home, {})
        report = check_home(registry.config, registry.database, registry.store(), lambda *_: None)
        # A checkpoint committed and not yet published is what the next round publishes: no damage.
        assert {fault.code.value for fault in report.faults} <= {"checkpoint-behind", "checkpoint-missing"}
    sequence(registry)
    assert check_home(registry.config, registry.database, registry.store(), lambda *_: None).faults == ()
    assert_kept(registry, acknowledged)
    registry.close()


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
    rounds_of_killing(tmp_path / "home", ROUNDS // LANES, lane)


@pytest.mark.soak
def test_a_server_killed_a_thousand_times_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    rounds_of_killing(tmp_path / "home", SOAK_ROUNDS, 0)
