"""Witnesses that have not cosigned are asked again: what comes is added, nothing is lost, the log signs no more."""

import logging
import time
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest

from keys import KeyUse, Signer, add_lines, cosignature_line, open_note, parse_note
from registry.bundle.roles import read_roots
from registry.fsck import check_home
from registry.log import service
from registry.log.keys import active_kid, key_entries
from registry.log.reader import CHECKPOINT
from registry.log.sequencer import Committed, LogFault, Sequencer, is_earlier_form
from registry.log.service import Patience, SequencerThread, publish, sequence
from registry.registry import Registry, utc_now
from registry.store import Store, StoreError
from schemas.tlog import Checkpoint
from tests.registry.log.test_sequencer import Broken, FailingDatabase, FailingStore
from tests.registry.log.test_witnesses import answering, good_line, named
from tests.registry.log.trio import KEYS, NAMES, TWO_OF_THREE, Trio, ask_for, configured
from tests.verifier.witness.logs import signer
from tests.world import NOW, ORIGIN, a_declaration, new_registry, published
from verifier.bundle import FolderFetcher, sync
from verifier.witness import AddCheckpoint


@pytest.fixture
def made(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


@pytest.fixture
def trio(made: Registry, tmp_path: Path) -> Generator[Trio]:
    with Trio(tmp_path / "witnesses", made) as trio:
        yield trio


@pytest.fixture
def registry(made: Registry, trio: Trio) -> Generator[Registry]:
    """A registry whose witnesses are configured, and a bundle of it published; none of them runs."""
    with closing(configured(made, *trio.lines)) as registry:
        published(registry, 1)
        publish(registry, committed(registry))
        yield registry


def committed(registry: Registry) -> Committed:
    done = sequence(registry).committed
    assert done is not None
    assert registry.store().get(CHECKPOINT) == done.note
    return done


def cosigners(note: bytes) -> set[str]:
    """Whose good cosignatures a checkpoint has."""
    return {line.key.origin for line in open_note(note, KEYS).signatures} if len(parse_note(note).lines) > 1 else set()


def grow(registry: Registry, number: int) -> None:
    published(registry, [a_declaration(number)])


def synced(registry: Registry, bundle: Path) -> int:
    """The size of the log that a verifier syncs."""
    root = read_roots(registry)[0]
    return sync(FolderFetcher(registry.home.public), bundle, now=utc_now(), root=root).bundle.checkpoint.size


def log_size(registry: Registry) -> int:
    note = registry.store().get(CHECKPOINT)
    assert note is not None
    return Checkpoint.parse(parse_note(note).text).size


class TestWitnesses:
    def test_one_may_be_dead_and_with_two_the_bundle_waits_until_one_is_back(
        self, registry: Registry, trio: Trio, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        ask_for(registry, TWO_OF_THREE)
        trio.start(0, 1)
        publish(registry, committed(registry))
        bundled = synced(registry, tmp_path / "bundle")
        assert bundled == log_size(registry)
        assert len(read_roots(registry)) == 2
        trio.stop(0)
        for number in (5, 6):
            grow(registry, number)
            assert not publish(registry, committed(registry))
            assert synced(registry, tmp_path / "bundle") == bundled
        assert log_size(registry) == bundled + 2
        assert "Missing: a.example, c.example" in caplog.text
        trio.start(2)
        assert publish(registry, committed(registry))  # there is no new entry
        assert synced(registry, tmp_path / "bundle") == log_size(registry) == bundled + 2

    def test_what_comes_is_added_to_what_is_there(self, registry: Registry, trio: Trio) -> None:
        alone = committed(registry).note
        assert cosigners(alone) == set()
        before = alone
        for number in range(3):
            trio.start(number)
            note = committed(registry).note
            assert note.startswith(before)
            assert cosigners(note) == set(NAMES[: number + 1])
            trio.stop(number)
            assert committed(registry).note == note
            before = note
        assert len(parse_note(before).lines) == 4

    def test_who_has_cosigned_is_not_asked(self, made: Registry) -> None:
        def reply(body: bytes) -> tuple[int, str, bytes]:
            return 200, "text/plain", good_line(AddCheckpoint.parse(body).note, 80, NAMES[0])

        def refuse(_: bytes) -> tuple[int, str, bytes]:
            return 503, "text/plain", b""

        with (
            answering(reply) as (good, asked),
            answering(refuse) as (bad, refused),
            closing(configured(made, named(KEYS[0], good), named(KEYS[1], bad))) as registry,
        ):
            notes = {committed(registry).note for _ in range(4)}
            assert sequence(registry, ask_again=False).committed == committed(registry)
        assert (len(notes), len(asked), len(refused)) == (1, 1, 5)

    def test_after_growth_only_the_new_checkpoint_is_asked_for(self, registry: Registry, trio: Trio) -> None:
        old = committed(registry)
        grow(registry, 5)
        new = committed(registry)
        trio.start(0)
        assert cosigners(committed(registry).note) == {NAMES[0]}
        assert (_row(registry, old), new.checkpoint.size) == (old.note, old.checkpoint.size + 1)


def _row(registry: Registry, of: Committed) -> bytes:
    with registry.database.reading() as session:
        query = "select note from checkpoint where size = :size"
        return bytes(session.connection().exec_driver_sql(query.replace(":size", str(of.checkpoint.size))).scalar_one())


def by_hand(*numbers: int) -> Callable[[Checkpoint, bytes], bytes]:
    """What these witnesses would add."""

    def cosign(checkpoint: Checkpoint, note: bytes) -> bytes:
        names = {line.name for line in parse_note(note).lines}
        lines = [
            cosignature_line(checkpoint.text, signer(80 + at), NAMES[at], 7) for at in numbers if NAMES[at] not in names
        ]
        return add_lines(note, *lines) if lines else note

    return cosign


def log_signer(registry: Registry) -> Signer:
    with registry.database.reading() as session:
        return registry.ring.signer(active_kid(key_entries(session), KeyUse.LOG))


def sequencer(
    registry: Registry, cosign: Callable[[Checkpoint, bytes], bytes], store: Store | None = None
) -> Sequencer:
    return Sequencer(registry.database, store or registry.store(), ORIGIN, log_signer(registry), cosign)


def faults(registry: Registry) -> set[str]:
    report = check_home(registry.config, registry.database, registry.store(), lambda *_: None)
    return {fault.code for fault in report.faults if not fault.code.startswith("bundle")}


class TestFailures:
    """Between the commit and the publication, and of either; and another that is at work at the same time."""

    @pytest.mark.parametrize("persists", [False, True], ids=["not persisted", "persisted"])
    def test_of_the_publication(self, made: Registry, persists: bool) -> None:
        before = committed(made)
        store = FailingStore(made.store(), 1, persists)
        with pytest.raises(StoreError):
            sequencer(made, by_hand(0), store).ask_again(NOW)
        assert faults(made) == (set() if persists else {"checkpoint-behind"})
        done = sequencer(made, by_hand()).run_once(NOW)  # a new process, and its witnesses are dead
        assert done is not None
        assert cosigners(done.note) == {NAMES[0]}
        assert done.note == made.store().get(CHECKPOINT)
        assert done.note.startswith(before.note)
        assert faults(made) == set()

    @pytest.mark.parametrize("persists", [False, True], ids=["not persisted", "persisted"])
    def test_of_the_commit(self, made: Registry, persists: bool) -> None:
        before = committed(made)
        failing = FailingDatabase(str(made.database.url), persists)
        with pytest.raises(Broken):
            Sequencer(failing, made.store(), ORIGIN, log_signer(made), by_hand(0)).ask_again(NOW)
        failing.dispose()
        assert made.store().get(CHECKPOINT) == before.note
        done = sequencer(made, by_hand()).run_once(NOW)
        assert done is not None
        assert cosigners(done.note) == ({NAMES[0]} if persists else set())
        done = sequencer(made, by_hand(0, 1)).ask_again(NOW)
        assert done is not None
        assert cosigners(done.note) == set(NAMES[:2])
        assert faults(made) == set()

    def test_followed_by_growth(self, made: Registry) -> None:
        before = committed(made)
        with pytest.raises(StoreError):
            sequencer(made, by_hand(0), FailingStore(made.store(), 1, persists=False)).ask_again(NOW)
        grow(made, 5)
        assert committed(made).checkpoint.size == before.checkpoint.size + 1
        assert faults(made) == set()

    def test_two_at_once_lose_nothing(self, made: Registry) -> None:
        committed(made)

        def racing(checkpoint: Checkpoint, note: bytes) -> bytes:
            sequencer(made, by_hand(1)).ask_again(NOW)
            return by_hand(0)(checkpoint, note)

        done = sequencer(made, racing).ask_again(NOW)
        assert done is not None
        assert cosigners(done.note) == set(NAMES[:2])
        assert made.store().get(CHECKPOINT) == done.note

    def test_a_growth_in_between_is_what_is_published(self, made: Registry) -> None:
        old = committed(made)

        def racing(checkpoint: Checkpoint, note: bytes) -> bytes:
            grow(made, 5)
            sequencer(made, by_hand(1)).run_once(NOW)
            return by_hand(0)(checkpoint, note)

        done = sequencer(made, racing).ask_again(NOW)
        assert done is not None
        assert (done.checkpoint.size, cosigners(done.note)) == (old.checkpoint.size + 1, {NAMES[1]})
        assert cosigners(_row(made, old)) == {NAMES[0]}
        assert made.store().get(CHECKPOINT) == done.note
        assert faults(made) == set()

    def test_cosignatures_that_the_database_never_had_are_refused_where_they_are_published(
        self, made: Registry
    ) -> None:
        note = committed(made).note
        made.store().put(CHECKPOINT, by_hand(0)(Checkpoint.parse(parse_note(note).text), note))
        with pytest.raises(LogFault, match="not one of the database"):
            sequencer(made, by_hand()).run_once(NOW)
        assert faults(made) == {"checkpoint-ahead"}

    def test_without_a_checkpoint_nobody_is_asked(self, made: Registry) -> None:
        assert sequencer(made, by_hand(0)).ask_again(NOW) is None


def test_an_earlier_form_has_the_same_text_and_log_signature_and_no_other_lines(made: Registry) -> None:
    note = committed(made).note
    checkpoint = Checkpoint.parse(parse_note(note).text)
    one, two = by_hand(0)(checkpoint, note), by_hand(0, 1)(checkpoint, note)
    assert all(is_earlier_form(*pair) for pair in ((note, note), (note, one), (note, two), (one, two)))
    assert not any(is_earlier_form(*pair) for pair in ((one, note), (two, one), (by_hand(2)(checkpoint, note), two)))
    reordered = one.split(b"\n\n")[0] + b"\n\n" + b"".join(reversed(one.split(b"\n\n")[1].splitlines(keepends=True)))
    assert not any(is_earlier_form(bad, two) for bad in (reordered, note[:-1], note + b"\n", b"", b"x", b"\xff\n\n"))


def test_patience_grows_until_there_is_something_new() -> None:
    patience = Patience()
    asked = [second for second in range(1000) if patience.is_over(b"one", second)]
    assert asked == [5, 15, 35, 75, 135, 195, *range(255, 1000, 60)]
    asked = [second for second in range(1000, 1100) if patience.is_over(b"two", second)]
    assert asked == [1005, 1015, 1035, 1075]


class TestServing:
    """The sequencer of a serving process."""

    def test_the_bundle_follows_by_itself_when_a_witness_is_back(
        self, registry: Registry, trio: Trio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "ASK_AGAIN", 0.1)
        monkeypatch.setattr(service, "BUNDLE_EVERY", 0.1)
        ask_for(registry, TWO_OF_THREE)
        trio.start(0)
        before = synced(registry, tmp_path / "bundle")
        grow(registry, 5)
        thread = SequencerThread(registry)
        thread.start()
        try:
            assert eventually(lambda: log_size(registry) == before + 1)
            assert synced(registry, tmp_path / "bundle") == before
            trio.start(1)
            assert eventually(lambda: synced(registry, tmp_path / "bundle") == before + 1)
        finally:
            thread.stop()
        assert log_size(registry) == before + 1

    def test_says_when_the_witnesses_are_too_few(
        self, registry: Registry, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask_for(registry, TWO_OF_THREE)
        with closing(configured(registry, *registry.config.witnesses[:1])) as poorer:
            thread = SequencerThread(poorer)
            thread.start()
            try:
                assert eventually(lambda: any(one.levelno == logging.CRITICAL for one in caplog.records))
            finally:
                thread.stop()
        assert "THE ROOT ASKS FOR 2 WITNESSES, AND config.toml NAMES TOO FEW OF THEM" in caplog.text


def eventually(is_so: Callable[[], bool], seconds: float = 15.0) -> bool:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
