"""Two servers with two workers each on one database: whichever is killed, the other goes on, and so does the log."""

import time
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from registry.access.tokens import issue
from registry.fsck import check_home
from registry.log.reader import published_size
from registry.log.service import publish, sequence
from registry.registry import OPERATOR, Registry, utc_now
from tests.registry.log.test_sequencer_killed import ServingUntilKilled, Writer, assert_kept
from tests.world import a_declaration, log_of, new_registry, verified

_EACH = 12
_PATIENCE = 60.0


def publishing(servers: list[ServingUntilKilled], token: str, waiting: list[UUID]) -> list[Writer]:
    """Two clients for each server, at work."""
    many = 2 * len(servers)
    writers = [Writer(servers[n // 2].url, token, waiting[n::many]) for n in range(many)]
    for writer in writers:
        writer.start()
    return writers


def acknowledged(writers: list[Writer]) -> dict[UUID, int]:
    """All that was acknowledged, when the last client has ended."""
    for writer in writers:
        writer.join()
    return {key: record for writer in writers for key, record in writer.acknowledged.items()}


def wait_until_published(registry: Registry) -> None:
    """Returns when every entry is in the published log: somebody sequences."""
    until = time.monotonic() + _PATIENCE
    while published_size(registry.store()) < len(log_of(registry)):
        assert time.monotonic() < until, "nobody sequences"
        time.sleep(0.1)


@pytest.mark.each_database
def test_each_in_turn_is_killed_under_its_clients_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    home, today = tmp_path / "home", utc_now().date()
    with closing(new_registry(home, {})) as registry:
        with registry.database.writing() as session:
            token = issue(session, OPERATOR, utc_now())
        declared = [
            a_declaration(n, valid_from=today, valid_until=today.replace(year=today.year + 1, day=1))
            for n in range(8 * _EACH)
        ]
        waiting, kept = verified(registry, declared), dict[UUID, int]()
        with ServingUntilKilled(home, workers=2) as first, ServingUntilKilled(home, workers=2) as second:
            writers = publishing([first, second], token, waiting[: 4 * _EACH])
            while not all(writers[n].acknowledged for n in range(2)):
                time.sleep(0.001)
            first.kill()
            kept |= acknowledged(writers)
            wait_until_published(registry)
            with ServingUntilKilled(home, workers=2) as again:
                writers = publishing([second, again], token, waiting[4 * _EACH :])
                while not all(writers[n].acknowledged for n in range(2)):
                    time.sleep(0.001)
                second.kill()
                kept |= acknowledged(writers)
                wait_until_published(registry)
        assert len(kept) >= 4 * _EACH  # all that was given to servers that went on
        committed = sequence(registry).committed
        assert committed is not None
        publish(registry, committed)
        report = check_home(registry.config, registry.database, registry.store(), lambda *_: None)
        assert report.faults == ()
        assert_kept(registry, kept)
