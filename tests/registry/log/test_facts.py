"""The log at hand, online: as new as the last commit, whoever wrote it, however many ask at once."""

import sqlite3
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from keys import KeysError
from registry.log.facts import DatabaseLog
from registry.records.rekey import end_key
from registry.registry import Registry
from registry.verification.online import OnlineVerifier
from schemas.entry import RecordStatus, StatusEvent
from schemas.verdict import Freshness
from tests.world import (
    ENVIRON,
    NOW,
    a_declaration,
    change,
    label_key,
    new_registry,
    published,
    record_key,
)


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def reopened(registry: Registry) -> Registry:
    """The same home as another process opens it."""
    return Registry.open(registry.home.path, ENVIRON)


@pytest.mark.each_database
class TestDatabaseLog:
    def test_it_grows_when_refreshed_and_not_before(self, registry: Registry) -> None:
        with closing(DatabaseLog(registry.database)) as log:
            assert log.freshness is Freshness.ONLINE
            assert log.position(NOW).size == 0
            assert log.refresh()
            assert not log.refresh()
            (record,) = published(registry, 1)
            assert (log.position(NOW).size, log.holds(record.record), log.record(record.record)) == (7, False, None)
            assert log.refresh()
            facts = log.record(record.record)
            assert facts is not None
            assert (facts.key_path, facts.status, facts.superseded_by) == (
                "/01/09520000000004",
                RecordStatus.ACTIVE,
                None,
            )
            assert facts.signer == record_key(registry).kid
            assert log.position(NOW).size == 8

    def test_an_entry_that_is_no_record_is_held_and_no_record(self, registry: Registry) -> None:
        with closing(DatabaseLog(registry.database)) as log:
            log.refresh()
            assert [log.holds(index) for index in (-1, 0, 6, 7, 2**64)] == [False, True, True, False, False]
            assert all(log.record(index) is None for index in (-1, 0, 6, 7, 2**64))
            assert not log.minted(0, "/01/09520000000004")

    def test_what_is_kept_is_forgotten_when_an_entry_changes_it(self, registry: Registry) -> None:
        (record,) = published(registry, 1)
        with closing(DatabaseLog(registry.database)) as log, closing(reopened(registry)) as other:
            seen = []
            for event in (None, StatusEvent.SUSPENDED, StatusEvent.REINSTATED, StatusEvent.WITHDRAWN):
                if event is not None:
                    change(other, record.record, event)
                log.refresh()
                facts = log.record(record.record)
                assert facts is not None
                seen.append(facts.status)
            assert seen == ["active", "suspended", "active", "withdrawn"]

    @pytest.mark.sqlite_file("it is locked as a whole")
    def test_asking_does_not_keep_a_writer_waiting(self, registry: Registry) -> None:
        (record,) = published(registry, 1)
        with closing(OnlineVerifier(registry)) as verifier:
            assert verifier.verify(record.label, NOW).verdict == "valid"
            with closing(sqlite3.connect(registry.home.path / "registry.sqlite", timeout=0)) as raw:
                raw.execute("begin exclusive")
                raw.rollback()


class TestManyAtOnce:
    def test_a_label_is_valid_as_soon_as_it_is_out_also_under_a_new_key(self, registry: Registry) -> None:
        """Eight threads judge while keys rotate: no moment in which the log is new and the keys are old."""
        latest = published(registry, [a_declaration(0)])
        done = Event()
        before = sys.getswitchinterval()
        with closing(OnlineVerifier(registry)) as verifier, ThreadPoolExecutor(8) as threads:

            def judge_until_done() -> set[str]:
                given = set()
                while not done.is_set():
                    verdict = verifier.verify(latest[-1].label, NOW)
                    given.add(f"{verdict.verdict}, {verdict.reason}")
                return given

            try:
                sys.setswitchinterval(1e-5)
                judging = [threads.submit(judge_until_done) for _ in range(8)]
                for turn in range(1, 13):
                    end_key(registry, label_key(registry).kid, None)
                    if turn % 3 == 0:
                        end_key(registry, record_key(registry).kid, None)
                    latest += published(registry, [a_declaration(turn)])
            finally:
                done.set()
                sys.setswitchinterval(before)
            assert set().union(*(each.result() for each in judging)) == {"valid, active"}

    def test_a_status_is_seen_by_all_as_soon_as_it_is_committed(self, registry: Registry) -> None:
        (record,) = published(registry, 1)
        with closing(OnlineVerifier(registry)) as verifier, ThreadPoolExecutor(8) as threads:
            for event, verdict in (
                (StatusEvent.SUSPENDED, "suspended"),
                (StatusEvent.REINSTATED, "valid"),
                (StatusEvent.WITHDRAWN, "withdrawn"),
            ):
                change(registry, record.record, event)
                given = set(threads.map(lambda _: verifier.verify(record.label, NOW).verdict, range(32)))
                assert given == {verdict}


def test_keys_that_could_not_be_looked_up_are_looked_up_again(registry: Registry) -> None:
    (record,) = published(registry, 1)
    with closing(OnlineVerifier(registry)) as verifier, closing(reopened(registry)) as other:
        assert verifier.verify(record.label, NOW).verdict == "valid"
        end_key(other, label_key(other).kid, record.record)
        folder, away = registry.home.keys, registry.home.path / "away"
        folder.rename(away)
        with pytest.raises(KeysError):
            verifier.verify(record.label, NOW)
        away.rename(folder)
        assert verifier.verify(record.label, NOW).reason == "key-compromised"
