"""The registry asks its witnesses, takes only good cosignatures of theirs, and goes on whatever they do."""

import logging
import socket
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import msgspec
import pytest

from keys import (
    NoteKey,
    NoteKind,
    cosignature_line,
    note_vkey,
    open_note,
    parse_note,
    parse_vkey,
)
from registry.errors import HomeError
from registry.home import CONFIG_FILE, Config, Home
from registry.log.service import sequence
from registry.log.witnesses import Witnesses, parse_witnesses
from registry.registry import Registry
from schemas.tlog import Checkpoint
from tests.registry.log.test_tree import TILES
from tests.verifier.witness.logs import (
    LOG_KEY,
    TIME,
    WITNESS,
    WITNESS_KEY,
    WITNESS_SIGNER,
    checkpoint,
    forked_tiles,
    growth,
    note_key,
    signed,
    signer,
)
from tests.world import ENVIRON, ORIGIN, new_registry, published
from verifier.witness import AddCheckpoint, SeenCheckpoints, Witness, WitnessPolicy
from verifier.witness.server import WitnessServer

Reply = Callable[[bytes], tuple[int, str, bytes]]
TYPE = "text/x.tlog.size"


def named(key: NoteKey, url: str) -> str:
    """A line of the configuration."""
    return f"{note_vkey(key.origin, key.key.raw, key.kind)} {url}"


def good_line(note: bytes, by: int = 2, name: str = WITNESS, time: int = TIME) -> bytes:
    return cosignature_line(parse_note(note).text, signer(by), name, time).text.encode()


@contextmanager
def answering(reply: Reply) -> Generator[tuple[str, list[AddCheckpoint]]]:
    """A witness that answers whatever ``reply`` says; its URL, and the requests that it gets."""
    asked: list[AddCheckpoint] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(AddCheckpoint.parse(body))
            status, kind, answer = reply(body)
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                return

        def log_request(self, code: object = "-", size: object = "-") -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving(
    folder: Path, number: int = 2, name: str = WITNESS, log: NoteKey = LOG_KEY
) -> Generator[tuple[str, Witness]]:
    """A real witness: its line of the configuration, and itself."""
    with SeenCheckpoints(folder) as seen:
        witness = Witness(name, signer(number), (log,), seen)
        with WitnessServer(witness) as server:
            yield named(note_key(name, signer(number), NoteKind.COSIGNATURE), server.url), witness


def faults(reply: Reply, seen: int = 3, size: int = 8) -> tuple[str, int]:
    """What is reported of a witness that answers so, and how often it was asked; it has cosigned nothing."""
    with answering(reply) as (url, asked):
        note = signed(checkpoint(size))
        collected = Witnesses((named(WITNESS_KEY, url),), TILES, seen).collect(checkpoint(size), note)
        assert collected.note == note
        (fault,) = collected.faults
        assert fault.witness == WITNESS
        return fault.problem, len(asked)


class TestHonest:
    def test_it_is_asked_from_the_last_checkpoint_on(self, tmp_path: Path) -> None:
        with serving(tmp_path / "seen") as (line, witness):
            assert witness.add_checkpoint(growth(0, 3), TIME).status == 200
            witnesses = Witnesses((line,), TILES, 3)
            for size in (8, 9, 300, 70_000):
                collected = witnesses.collect(checkpoint(size), signed(checkpoint(size)))
                assert collected.faults == ()
                assert {one.key for one in open_note(collected.note, (LOG_KEY, WITNESS_KEY)).signatures} == {
                    LOG_KEY,
                    WITNESS_KEY,
                }

    @pytest.mark.parametrize(("has_seen", "taken_for"), [(0, 5), (3, 5), (5, 3), (5, 0), (8, 3)])
    def test_after_a_conflict_it_is_asked_again_from_what_it_has_seen(
        self, tmp_path: Path, has_seen: int, taken_for: int
    ) -> None:
        with serving(tmp_path / "seen") as (line, witness):
            assert witness.add_checkpoint(growth(0, has_seen), TIME).status == 200
            collected = Witnesses((line,), TILES, taken_for).collect(checkpoint(8), signed(checkpoint(8)))
        assert collected.faults == ()
        assert len(parse_note(collected.note).lines) == 2

    def test_the_size_it_said_is_remembered(self) -> None:
        def reply(body: bytes) -> tuple[int, str, bytes]:
            request = AddCheckpoint.parse(body)
            if len(asked) == 1:
                return 409, TYPE, b"5\n"
            return 200, "text/plain", good_line(request.note)

        with answering(reply) as (url, asked):
            witnesses = Witnesses((named(WITNESS_KEY, url),), TILES, 3)
            for size in (8, 9):
                assert witnesses.collect(checkpoint(size), signed(checkpoint(size))).faults == ()
        assert [request.old_size for request in asked] == [3, 5, 8]

    def test_a_good_line_is_taken_from_among_foreign_ones(self) -> None:
        def reply(body: bytes) -> tuple[int, str, bytes]:
            note = AddCheckpoint.parse(body).note
            foreign = good_line(note, 9, "other.example") + good_line(note, 9, WITNESS)
            return 200, "text/plain", foreign + good_line(note)

        with answering(reply) as (url, _):
            collected = Witnesses((named(WITNESS_KEY, url),), TILES, 0).collect(checkpoint(8), signed(checkpoint(8)))
        assert collected.faults == ()
        assert [line.key_id for line in parse_note(collected.note).lines] == [LOG_KEY.key_id, WITNESS_KEY.key_id]


class TestLying:
    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            (b"", "ends in a line break"),
            (b"nonsense\n", "not a signature line"),
            (b"\xff\xfe\n", "not a signature line"),
            (good_line(signed(checkpoint(8)), 9, "other.example"), "no signature of its own"),
            (good_line(signed(checkpoint(8)), 9), "no signature of its own"),
            (good_line(signed(checkpoint(9))), f"not signed by {WITNESS}"),
            (good_line(signed(checkpoint(8, forked=True))), f"not signed by {WITNESS}"),
            (b"x" * 70_000, "longer than"),
        ],
    )
    def test_a_bad_cosignature_is_ignored_and_reported(self, answer: bytes, why: str) -> None:
        problem, times = faults(lambda _: (200, "text/plain", answer))
        assert why in problem
        assert times == 1

    @pytest.mark.parametrize(
        ("kind", "answer", "why", "times"),
        [
            (TYPE, b"9\n", "restored from a backup", 1),
            (TYPE, b"9223372036854775807\n", "restored from a backup", 1),
            (TYPE, b"99999999999999999999\n", "no plain decimal", 1),
            (TYPE, b"-1\n", "no plain decimal", 1),
            (TYPE, b"05\n", "no plain decimal", 1),
            (TYPE, b"5", "without the size", 1),
            ("text/plain", b"5\n", "without the size", 1),
            (TYPE, b"5\n", "answered 409", 2),
            (TYPE, b"3\n", "answered 409", 1),
            (TYPE, b"8\n", "two histories", 2),
        ],
    )
    def test_a_conflict_that_cannot_be_is_reported_after_two_questions_at_most(
        self, kind: str, answer: bytes, why: str, times: int
    ) -> None:
        assert [why in faults(lambda _: (409, kind, answer))[0], faults(lambda _: (409, kind, answer))[1]] == [
            True,
            times,
        ]

    @pytest.mark.parametrize("status", [301, 400, 403, 404, 422, 500, 503])
    def test_a_refusal_is_reported_without_what_steers_a_terminal(self, status: int) -> None:
        problem, times = faults(lambda _: (status, "text/plain", b"\x1b[2Jno\n"))
        assert (problem, times) == (rf"it answered {status} '\x1b[2Jno'", 1)

    def test_a_witness_of_a_fork_is_reported(self, tmp_path: Path) -> None:
        with serving(tmp_path / "seen") as (line, witness):
            fork = AddCheckpoint(0, (), signed(checkpoint(8, forked=True))).encode()
            assert witness.add_checkpoint(fork, TIME).status == 200
            collected = Witnesses((line,), TILES, 3).collect(checkpoint(8), signed(checkpoint(8)))
            assert "two histories" in collected.faults[0].problem
            collected = Witnesses((line,), TILES, 8).collect(checkpoint(13), signed(checkpoint(13)))
            assert "answered 422" in collected.faults[0].problem

    def test_tiles_that_cannot_be_read_are_reported(self) -> None:
        with answering(lambda _: (200, "", b"")) as (url, _):
            witnesses = Witnesses((named(WITNESS_KEY, url),), forked_tiles(2), 3)
            collected = witnesses.collect(checkpoint(300), signed(checkpoint(300)))
        assert "KeyError" in collected.faults[0].problem


class TestTime:
    def test_slow_dead_and_dripping_witnesses_take_no_longer_than_the_timeout(self, tmp_path: Path) -> None:
        over = Event()

        def slow(_: bytes) -> tuple[int, str, bytes]:
            over.wait(10)
            return 200, "text/plain", b""

        with ExitStack() as stack:
            silent = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
            with socket.create_server(("127.0.0.1", 0)) as closed:
                dead = closed.getsockname()[1]
            lines = [
                named(note_key(f"w{at}.example", signer(40 + at), NoteKind.COSIGNATURE), url)
                for at, url in enumerate(
                    (
                        stack.enter_context(answering(slow))[0],
                        f"http://127.0.0.1:{silent.getsockname()[1]}",
                        f"http://127.0.0.1:{dead}",
                        "http://no-such-host.invalid",
                        stack.enter_context(dripping()),
                    )
                )
            ]
            stack.callback(over.set)
            line, _ = stack.enter_context(serving(tmp_path / "seen"))
            begun = time.monotonic()
            collected = Witnesses((*lines, line), TILES, 0, timeout=1.5).collect(checkpoint(8), signed(checkpoint(8)))
            assert time.monotonic() - begun < 4.4  # three do not answer in time: at once, not one after the other
        assert len(collected.faults) == len(lines)
        assert {one.key for one in open_note(collected.note, (WITNESS_KEY,)).signatures} == {WITNESS_KEY}


@contextmanager
def dripping() -> Generator[str]:
    """A server that sends a header a byte at a time, for ever."""
    over = Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        thread = Thread(target=drip)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


class TestLog:
    """The sequencer of a registry with witnesses."""

    @pytest.fixture
    def registry(self, tmp_path: Path) -> Iterator[Registry]:
        with closing(new_registry(tmp_path / "home")) as found:
            yield found

    def with_witnesses(self, registry: Registry, *lines: str) -> Registry:
        config = msgspec.structs.replace(registry.config, witnesses=lines)
        (registry.home.path / CONFIG_FILE).write_text(config.to_toml(), encoding="utf-8")
        return Registry.open(registry.home.path, ENVIRON)

    def test_the_published_checkpoint_carries_the_cosignatures(self, registry: Registry, tmp_path: Path) -> None:
        log = parse_vkey(registry.trust().log.vkey)
        with ExitStack() as stack:
            lines = [
                stack.enter_context(serving(tmp_path / name, 60 + at, name, log))[0]
                for at, name in enumerate(("a.example", "b.example"))
            ]
            policy = WitnessPolicy.of((line.partition(" ")[0] for line in lines), 2)
            opened = stack.enter_context(closing(self.with_witnesses(registry, *lines)))
            for number in range(1, 4):
                published(opened, number)
                done = sequence(opened)
                note = opened.store().get("log/checkpoint")
                assert note is not None
                assert done.committed is not None
                assert done.committed.note == note
                text = policy.check(note, log, datetime.now(UTC)).text
                assert Checkpoint.parse(text) == done.committed.checkpoint
            assert sequence(opened).committed == done.committed

    def test_no_witness_stops_it(self, registry: Registry, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
        log = parse_vkey(registry.trust().log.vkey)
        dead = named(note_key("dead.example", signer(71), NoteKind.COSIGNATURE), "http://127.0.0.1:9")
        with (
            serving(tmp_path / "seen", 70, "a.example", log) as (line, _),
            closing(self.with_witnesses(registry, dead, line)) as opened,
            caplog.at_level(logging.WARNING),
        ):
            published(opened, 1)
            done = sequence(opened)
            assert done.committed is not None
            ours = [one.name for one in parse_note(done.committed.note).lines]
            assert ours == [ORIGIN, "a.example"]
            assert "witness dead.example, checkpoint of size" in caplog.text
        with closing(self.with_witnesses(registry, line)) as opened:
            published(opened, 2)
            done = sequence(opened)
            assert done.is_new
            assert done.committed is not None
            assert len(parse_note(done.committed.note).lines) == 1

    def test_a_checkpoint_that_was_cosigned_but_not_committed_does_no_harm(
        self, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = parse_vkey(registry.trust().log.vkey)
        with (
            serving(tmp_path / "seen", 70, "a.example", log) as (line, _),
            closing(self.with_witnesses(registry, line)) as opened,
        ):
            with monkeypatch.context() as patch:
                patch.setattr("registry.log.sequencer.Sequencer._commit", _killed)
                with pytest.raises(InterruptedError):
                    sequence(opened)
            published(opened, 1)
            done = sequence(opened)
            assert done.committed is not None
            assert len(parse_note(done.committed.note).lines) == 2


def _killed(*_: object) -> None:
    raise InterruptedError


class TestConfiguration:
    LINE = named(WITNESS_KEY, "https://witness.example/w1/")

    def test_it_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        config = Config(name="A", origin="a.example", witnesses=(self.LINE,))
        (tmp_path / CONFIG_FILE).write_text(config.to_toml(), encoding="utf-8")
        assert Home.open(tmp_path).config == config
        (found,) = parse_witnesses(config.witnesses)
        assert (found.key, found.url) == (WITNESS_KEY, "https://witness.example/w1")
        assert Config(name="A", origin="a.example").witnesses == ()

    @pytest.mark.parametrize(
        "lines",
        [
            ("",),
            ("https://witness.example",),
            (named(LOG_KEY, "https://witness.example"),),
            (named(WITNESS_KEY, ""),),
            (named(WITNESS_KEY, "ftp://witness.example"),),
            (named(WITNESS_KEY, "https://"),),
            (named(WITNESS_KEY, "https://w.example/?a=b"),),
            (named(WITNESS_KEY, "https://[w.example"),),
            (named(WITNESS_KEY, "https://a.example"), named(WITNESS_KEY, "https://b.example")),
            (
                named(WITNESS_KEY, "https://a.example"),
                named(note_key("other", WITNESS_SIGNER, NoteKind.COSIGNATURE), "https://b.example"),
            ),
        ],
    )
    def test_a_mistake_in_it_is_said(self, lines: tuple[str, ...]) -> None:
        with pytest.raises(HomeError, match="witnesses: "):
            Config(name="A", origin="a.example", witnesses=lines)


def test_without_witnesses_nothing_is_asked() -> None:
    note = signed(checkpoint(8))
    assert Witnesses((), TILES, 0).cosign(checkpoint(8), note) is note
