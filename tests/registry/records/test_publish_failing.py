"""Publishing that fails or is killed anywhere: whole or not at all, and what was acknowledged is there."""

import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.exc import SQLAlchemyError

from registry.records.publish import publish
from registry.registry import Registry
from tests.databases import execute, failing
from tests.registry.records.conftest import records
from tests.world import ENVIRON, NOW, Entry, a_declaration, assert_sound, log_of, new_registry, payload_of, verified

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.each_database
class TestFailure:
    """When the transaction fails, anywhere, nothing of it is there, and the next one begins where it began."""

    @pytest.mark.parametrize(
        "fails",
        [
            "before insert on log_entry when new.typ = 'vc+jwt'",
            'after insert on log_entry when new."index" = 8',
            'after insert on record when new."index" = 9',
            "after insert on label",
            "after update of superseded_by on record",
            "after update of state on declaration when new.state = 'published'",
        ],
    )
    def test_nothing_signed_is_stored(self, registry: Registry, fails: str) -> None:
        before = log_of(registry)
        keys = verified(registry, [a_declaration(1), a_declaration(2), a_declaration(1, gwp_total=Decimal(1))])
        with failing(registry.home.path, fails), pytest.raises(SQLAlchemyError, match="on fire"):
            publish(registry, keys, NOW)
        assert log_of(registry) == before
        assert_sound(registry)
        assert records(publish(registry, keys, NOW)) == [7, 8, 9]
        assert_sound(registry)

    def test_a_log_entry_is_never_written_over(self, registry: Registry) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        double = 'insert into log_entry select 7, typ, jws, leaf, about, at from log_entry where "index" = 0'
        execute(registry.home.path, double)
        assert records(publish(registry, [key], NOW)) == [8]

    def test_a_database_that_another_holds_locked_is_waited_for(self, registry: Registry) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        with ThreadPoolExecutor(1) as thread:
            with registry.database.writing() as session:
                waiting = thread.submit(publish, registry, [key], NOW)
                time.sleep(0.2)
                assert not waiting.done()
                session.rollback()
            assert records(waiting.result(timeout=30)) == [7]


PUBLISHER = """
import os, random, sys
from datetime import datetime
from pathlib import Path
from uuid import UUID
from registry.records.publish import Published, publish
from registry.registry import Registry

registry = Registry.open(Path(sys.argv[1]), os.environ)
keys = [UUID(line) for line in sys.stdin.read().split()]
while keys:
    size = random.randint(1, 5)
    for outcome in publish(registry, keys[:size], datetime.fromisoformat(sys.argv[2])):
        if isinstance(outcome, Published):
            print(outcome.declaration, outcome.record, flush=True)
    keys = keys[size:]
print("done", flush=True)
"""


@pytest.mark.each_database
class TestKilled:
    @pytest.mark.soak
    def test_after_kill_9_everything_acknowledged_is_there_and_nothing_is_there_by_half(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        with closing(new_registry(home)) as registry:
            keys = verified(registry, [a_declaration(n % 150, gwp_total=Decimal(n + 1)) for n in range(200)])
        acknowledged: dict[str, int] = {}
        for stop_after in (1, 40, None):
            acknowledged |= self.publish_until(stop_after, home, keys)
            with closing(Registry.open(home, ENVIRON)) as registry:
                entries = {entry.index: entry for entry in log_of(registry)}
                assert sorted(entries) == list(range(len(entries)))
                for declaration, index in acknowledged.items():
                    assert declared_id(entries[index]) == declaration
                assert_sound(registry)
        assert len(acknowledged) <= len(keys)
        assert len(entries) == 7 + len(keys)

    def publish_until(self, stop_after: int | None, home: Path, keys: list[UUID]) -> dict[str, int]:
        """Publishes in another process; after so many acknowledgements, kills it. What it had acknowledged."""
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(home), NOW.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=ENVIRON,
        )
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n".join(map(str, keys)))
            process.stdin.close()
            lines = []
            for line in process.stdout:
                lines.append(line)
                if len(lines) == stop_after:
                    time.sleep(random.random() / 100)
                    process.kill()
        assert (lines[-1:] == ["done\n"]) == (stop_after is None)
        return {words[0]: int(words[1]) for line in lines if len(words := line.split()) == 2 and line.endswith("\n")}


def declared_id(entry: Entry) -> str:
    return payload_of(entry)["credentialSubject"]["declaration"]["id"]
