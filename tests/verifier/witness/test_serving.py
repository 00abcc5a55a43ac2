"""A witness over HTTP, with bounds, and the command as its operator runs it."""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from keys import NoteKind, add_lines, note_vkey, open_note, parse_vkey
from tests.end_to_end.commands import COMMAND, carbonlabel_here, environment
from tests.verifier.witness.logs import LOG_SIGNER, ORIGIN, WITNESS_KEY, checkpoint, growth, line_of, signed
from tests.verifier.witness.logs import witness_in as new_witness
from verifier.witness import SeenCheckpoints, WitnessFault
from verifier.witness import server as serving
from verifier.witness.server import WitnessServer

VKEY = note_vkey(ORIGIN, LOG_SIGNER.public)


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[WitnessServer]:
    """With patience for as many seconds as are asked for, else for a minute."""
    seconds = getattr(request, "param", 60.0)
    with SeenCheckpoints(tmp_path / "seen") as seen, WitnessServer(new_witness(seen), seconds=seconds) as found:
        yield found


def post(server: WitnessServer, body: bytes, path: str = "/add-checkpoint") -> httpx.Response:
    return httpx.post(server.url + path, content=body)


def raw(server: WitnessServer, *parts: bytes, pause: float = 0.0) -> bytes:
    """What comes back for these bytes, sent with pauses in between, until the server closes."""
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            return b""
        found = b""
        try:
            while part := connection.recv(4096):
                found += part
        except ConnectionResetError:
            pass
        return found


def answers_again(server: WitnessServer) -> bool:
    """Whether it does, in a moment: a connection that was closed counts a little longer, and patience is short."""
    for _ in range(100):
        with suppress(httpx.TransportError):
            return post(server, growth(0, 3)).status_code == 200
        time.sleep(0.05)
    return False


def test_growth_is_cosigned_over_one_connection(server: WitnessServer) -> None:
    with httpx.Client(base_url=server.url) as client:
        for old, new in ((0, 3), (3, 8), (8, 8)):
            answer = client.post("/add-checkpoint", content=growth(old, new))
            assert (answer.status_code, answer.http_version) == (200, "HTTP/1.1")
            opened = open_note(add_lines(signed(checkpoint(new)), line_of(answer.content)), (WITNESS_KEY,))
            assert abs((opened.signatures[0].timestamp or 0) - time.time()) < 60


def test_a_conflict_says_the_size_in_its_own_type(server: WitnessServer) -> None:
    post(server, growth(0, 8))
    answer = post(server, growth(0, 3))
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (409, "text/x.tlog.size", b"8\n")


def test_other_calls_are_refused(server: WitnessServer) -> None:
    assert post(server, growth(0, 3), "/other").status_code == 404
    answer = httpx.get(server.url + "/add-checkpoint")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert httpx.delete(server.url + "/add-checkpoint").status_code == 501
    assert post(server, b"old 0\n\n").status_code == 400


class TestBounds:
    def test_a_large_body_is_not_read(self, server: WitnessServer) -> None:
        answer = raw(server, b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 131073\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"Connection: close" in answer
        head = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n"
        assert raw(server, head).startswith(b"HTTP/1.1 413 ")

    @pytest.mark.parametrize(
        ("header", "status"),
        [
            (b"", 411),
            (b"Transfer-Encoding: chunked\r\n", 411),
            (b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 411),
            (b"Content-Length: 3\r\nContent-Length: 4\r\n", 411),
            (b"Content-Length: -1\r\n", 400),
            (b"Content-Length: +3\r\n", 400),
            (b"Content-Length: \xb3\r\n", 400),
            (b"Content-Length: 30\r\n", 400),
        ],
    )
    def test_a_body_of_unclear_length_ends_the_connection(
        self, server: WitnessServer, header: bytes, status: int
    ) -> None:
        after = b"abcPOST /add-checkpoint HTTP/1.1\r\n\r\n"[:20]
        answer = raw(server, b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n" + header + b"\r\n" + after)
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        assert answer.count(b"HTTP/1.1") == 1

    @pytest.mark.parametrize("server", [0.5], indirect=True)
    @pytest.mark.parametrize("head", [b"", b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 999\r\n\r\n"])
    def test_a_trickle_is_cut_off(self, server: WitnessServer, head: bytes) -> None:
        begun = time.monotonic()
        raw(server, head, *[b"x"] * 500, pause=0.05)
        assert time.monotonic() - begun < 15  # of the 25 seconds that it was to last
        assert answers_again(server)

    def test_more_connections_than_there_may_be_are_closed_and_then_there_is_room_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(serving, "MAX_CONNECTIONS", 3)
        with SeenCheckpoints(tmp_path / "seen") as seen, WitnessServer(new_witness(seen), seconds=2) as server:
            port = int(server.url.rpartition(":")[2])
            held = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
            with pytest.raises(httpx.TransportError):
                post(server, growth(0, 3))
            for connection in held:
                assert connection.recv(1) == b""  # the silent ones are closed, each in its time
            assert answers_again(server)
            for connection in held:
                connection.close()


def test_it_stops_at_once_with_idle_connections_and_many_at_work(tmp_path: Path) -> None:
    with SeenCheckpoints(tmp_path / "seen") as seen:
        server = WitnessServer(new_witness(seen), seconds=30)
        server.start()
        with httpx.Client(base_url=server.url) as idle, ThreadPoolExecutor(8) as threads:
            assert idle.post("/add-checkpoint", content=growth(0, 3)).status_code == 200
            answers = [threads.submit(post, server, growth(3, 3)) for _ in range(8)]
            assert {answer.result().status_code for answer in answers} == {200}
            begun = time.monotonic()
            server.stop()
            assert time.monotonic() - begun < 15  # of the 30 seconds that it has for who is idle


def test_a_port_in_use_is_said(server: WitnessServer, tmp_path: Path) -> None:
    with SeenCheckpoints(tmp_path / "other") as seen, pytest.raises(WitnessFault, match="cannot listen at"):
        WitnessServer(new_witness(seen), port=int(server.url.rpartition(":")[2]))


class TestCommand:
    def test_it_serves_is_killed_and_goes_on_where_it_was(self, tmp_path: Path) -> None:
        first, url, vkey = self.started(tmp_path)
        assert httpx.post(url, content=growth(0, 8)).status_code == 200
        first.kill()
        first.wait()
        assert first.stdout is not None
        first.stdout.close()

        second, url, again = self.started(tmp_path)
        try:
            assert again == vkey
            assert httpx.post(url, content=growth(0, 8)).content == b"8\n"
            answer = httpx.post(url, content=growth(8, 13))
            key = parse_vkey(vkey, NoteKind.COSIGNATURE)
            assert open_note(add_lines(signed(checkpoint(13)), line_of(answer.content)), (key,)).signatures
            second.send_signal(signal.SIGTERM)
            assert second.wait(10) == 0
        finally:
            second.kill()
            second.wait()
            assert second.stdout is not None
            assert "Traceback" not in second.stdout.read()
            second.stdout.close()

    def started(self, folder: Path) -> tuple["subprocess.Popen[str]", str, str]:
        words = ["witness", "--folder", folder / "w", "--log", VKEY, "--name", "w.example/1", "--port", "0"]
        process = subprocess.Popen(
            [str(COMMAND), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(),
            text=True,
        )
        assert process.stdout is not None
        key = re.fullmatch(r"verifier key: (w\.example/1\+\S+)\n", process.stdout.readline())
        url = re.fullmatch(r"listening at: (http://127\.0\.0\.1:\d+/add-checkpoint)\n", process.stdout.readline())
        assert key is not None
        assert url is not None
        return process, url[1], key[1]

    def test_what_it_cannot_use_is_said(self, tmp_path: Path) -> None:
        before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
        ended = carbonlabel_here("witness", "--folder", tmp_path / "w", "--log", "nonsense")
        assert (ended.code, "--log: 'nonsense' is not a note verifier key" in ended.words) == (2, True)
        with SeenCheckpoints(tmp_path / "w" / "seen"):
            (tmp_path / "w").chmod(0o700)
            ended = carbonlabel_here("witness", "--folder", tmp_path / "w", "--log", VKEY, "--name", "w.example")
        assert (ended.code, "another witness is at work" in ended.words) == (2, True)
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
