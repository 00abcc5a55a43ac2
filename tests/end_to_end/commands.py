"""The command ``carbonlabel`` as a newcomer runs it: a process of its own, with a pipe for its output."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import httpx
from typer.testing import CliRunner

from tests.end_to_end.forked import Forked, script
from tests.end_to_end.variables import environment
from verifier.cli.app import build

COMMAND = Path(sys.executable).with_name("carbonlabel")
_PATIENCE = 180.0
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class Ended(NamedTuple):
    """A command that has ended: its exit code, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """Everything written, as one line: where it was wrapped does not matter."""
        return " ".join((self.out + " " + self.err).split())


def carbonlabel(*words: object, stdin: str = "", cwd: Path | None = None, **variables: str) -> Ended:
    """Runs the command to its end, forked off. Output goes into a pipe, so nothing in it steers a terminal."""
    ended = subprocess.run(
        [script("carbonlabel"), *map(str, words)],
        input=stdin.encode("utf-8", "surrogateescape"),
        capture_output=True,
        cwd=cwd,
        env=environment(variables),
        timeout=300,
        check=False,
    )
    out, err = ended.stdout.decode(), ended.stderr.decode()
    assert not _CONTROL.search(out + err), f"control characters in a pipe: {out!r} {err!r}"
    assert "Traceback" not in err, err
    return Ended(ended.returncode, out, err)


def done(*words: object) -> str:
    """Runs the command, which must succeed; what it wrote to standard output."""
    ended = carbonlabel(*words)
    assert ended.code == 0, ended
    return ended.out


def carbonlabel_here(*words: object, **variables: str) -> Ended:
    """Runs the command in this process: the same code and words, without its second of starting."""
    without: dict[str, str | None] = dict.fromkeys(name for name in os.environ if name.startswith("CARBONLABEL_"))
    runner = CliRunner(env=without | variables)
    called = runner.invoke(build(None), [str(word) for word in words], catch_exceptions=False)
    return Ended(called.exit_code, called.stdout, called.stderr)


def done_here(*words: object) -> str:
    """Runs the command in this process, and it must succeed; what it wrote to standard output."""
    ended = carbonlabel_here(*words)
    assert ended.code == 0, ended
    return ended.out


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def await_room_in_the_minute(seconds: int = 10) -> None:
    """Waits for the next minute of the clock unless this one has so much left: limits begin anew with it."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left)


class Serving:
    """``carbonlabel serve`` at work on a home: a context manager that waits until it answers, and stops it cleanly.

    Forked off: the same code and words, without its seconds of starting.
    """

    def __init__(self, home: Path, how_to_stop: signal.Signals = signal.SIGTERM, workers: int = 1) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home.with_name(f"{home.name}.{self.port}.log")
        self._signal = how_to_stop
        self._workers = workers

    def __enter__(self) -> "Serving":
        self.log.touch()
        words = ["serve", "--home", str(self.home), "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = self._begun([*words, "--workers", str(self._workers)])
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port)):
                    pass  # an attempt of httpx takes as much work as a hundred of these
                if httpx.get(f"{self.url}/healthz", timeout=_PATIENCE).status_code == 200:
                    return self
            except (OSError, httpx.TransportError):
                time.sleep(0.02)
        self.process.kill()
        self.process.wait()
        raise AssertionError(f"the server does not answer: {self.log.read_text()}")

    def _begun(self, words: list[str]) -> Forked | subprocess.Popen[bytes]:
        return Forked(["carbonlabel", *words], self.log, environment())

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> str:
        """Stops the server as ``kill`` or Ctrl-C would; what it had written. It must end by itself, with code 0."""
        if self.process.poll() is None:
            self.process.send_signal(self._signal)
        try:
            code = self.process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise AssertionError(f"the server did not stop: {self.log.read_text()}") from None
        written = self.log.read_text()
        assert code == 0, (code, written)
        assert "Traceback" not in written, written
        return written


class ServingFromTheStart(Serving):
    """A process of its own, as an operator starts it."""

    def _begun(self, words: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [str(COMMAND), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(),
                start_new_session=True,
            )
