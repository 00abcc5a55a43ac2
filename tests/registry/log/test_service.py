"""One round of a serving process: what waits is integrated, signed by the key in force at that size, and published."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from keys import KeyUse, open_note, parse_vkey
from registry.log.keys import active_kid, key_entries
from registry.log.reader import CHECKPOINT
from registry.log.sequencer import Sequencer
from registry.log.service import publish, sequence
from registry.records.rekey import end_key
from registry.registry import Registry
from schemas.tlog import Checkpoint
from tests.world import NOW, ORIGIN, new_registry, published

pytestmark = pytest.mark.each_database


def log_kid(registry: Registry) -> str:
    with registry.database.reading() as session:
        return active_kid(key_entries(session), KeyUse.LOG)


def checkpoint(registry: Registry) -> Checkpoint:
    """The published checkpoint, which must be signed by the log's key of now."""
    note = registry.store().get(CHECKPOINT)
    assert note is not None
    return Checkpoint.parse(open_note(note, [parse_vkey(registry.trust().log.vkey)]).text)


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def test_a_round_integrates_everything_once(registry: Registry) -> None:
    records = published(registry, 3)
    done = sequence(registry)
    assert (done.before, done.is_new) == (0, True)
    assert checkpoint(registry).size == records[-1].record + 1
    assert not sequence(registry).is_new


def test_after_a_rotation_of_the_log_key_the_next_checkpoint_is_signed_by_the_new_one(registry: Registry) -> None:
    sequence(registry)
    old = log_kid(registry)
    end_key(registry, old, None)
    done = sequence(registry)
    assert done.is_new
    assert log_kid(registry) != old
    assert checkpoint(registry).size == done.before + 2


def test_a_signer_signs_no_checkpoint_beyond_the_size_it_is_good_for(registry: Registry) -> None:
    with registry.database.reading() as session:
        signer = registry.ring.signer(active_kid(key_entries(session), KeyUse.LOG))
    published(registry, 2)
    sequencer = Sequencer(registry.database, registry.store(), ORIGIN, signer)
    committed = sequencer.run_once(NOW, 5)
    assert committed is not None
    assert committed.checkpoint.size == 5
    assert sequencer.run_once(NOW, 3) == committed


def test_the_bundle_follows_the_checkpoint_and_publishing_it_again_changes_nothing(registry: Registry) -> None:
    published(registry, 2)
    committed = sequence(registry).committed
    assert committed is not None
    publish(registry, committed)
    before = registry.store().get("tuf/metadata/timestamp.json")
    assert before is not None
    publish(registry, committed)
    assert registry.store().get("tuf/metadata/timestamp.json") == before
