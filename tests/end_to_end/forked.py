"""The command ``carbonlabel`` without its seconds of starting: the same code and words, in a process forked off from
one that has imported what most commands need.

    Forked(["carbonlabel", "serve"], log, variables)    # as subprocess.Popen: a process that leads its own session
    subprocess.run([script("carbonlabel"), "init"])     # what can stand in place of the command, also on PATH

Each hands its words, folder, variables and open files over a socket. Whoever is killed, tests or script, leaves no
command at work.
"""

import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from sqlalchemy.orm import configure_mappers

from registry.home import COUNTERS_VARIABLE
from tests.end_to_end.variables import environment

_COMMANDS = {
    "carbonlabel": "verifier.cli:main",
    "agreed": "tests.operators:main",
    "embedded-server": "tests.registry.log.forked_server:main",
}
_PACKAGES = ("verifier.cli", "registry.cli")
_MODULES = ("registry.web.app", "psycopg", "litestar.plugins.pydantic")
_SCRIPT = """#!{python} -IS
import json, os, signal, socket, sys
there = socket.socket(socket.AF_UNIX)
there.connect({at!r})
told = json.dumps([{name!r}, sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(there, [len(told).to_bytes(4, "big")], [0, 1, 2])
there.sendall(told)
pid = int.from_bytes(there.recv(4, socket.MSG_WAITALL), "big")
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda number, _: os.kill(pid, number))
code = int.from_bytes(there.recv(4, socket.MSG_WAITALL), "big", signed=True)
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


class Forked:
    """A command at work, as ``subprocess.Popen`` in what tests ask of it. All that it writes goes into ``log``. It
    leads a session of its own."""

    def __init__(self, command: Sequence[object], log: Path, variables: Mapping[str, str]) -> None:
        name, *words = map(str, command)
        told = json.dumps([name, words, str(Path.cwd()), dict(variables)]).encode()
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(str(_folder() / "socket"))
        with log.open("ab") as written, Path(os.devnull).open("rb") as nothing:
            files = [nothing.fileno(), written.fileno(), written.fileno()]
            socket.send_fds(self._connection, [len(told).to_bytes(4, "big")], files)
        self._connection.sendall(told)
        self.pid = self._told()
        self._code: int | None = None

    def _told(self) -> int:
        told = self._connection.recv(4, socket.MSG_WAITALL)
        assert len(told) == 4, "the process that others are forked off from has ended"
        return int.from_bytes(told, "big", signed=True)

    def poll(self) -> int | None:
        """Its exit code; less than zero for a signal, and None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended. Raises ``subprocess.TimeoutExpired`` after so many seconds."""
        code = self._ended(timeout)
        if code is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired("carbonlabel", timeout)
        return code

    def _ended(self, timeout: float | None) -> int | None:
        if self._code is None and self._connection in select.select([self._connection], [], [], timeout)[0]:
            self._code = self._told()
            self._connection.close()
        return self._code

    def send_signal(self, number: int) -> None:
        """As ``kill`` does."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """``kill -9``."""
        self.send_signal(signal.SIGKILL)


def script(name: str) -> Path:
    """A file to be run in place of the command of this name; also the only ones in their folder are such."""
    return _folder() / name


@cache
def _folder() -> Path:
    """Where the scripts lie, and the socket of the process that forks; it ends with the tests."""
    folder = Path(tempfile.mkdtemp(prefix="carbonlabel-forked-"))
    for name in _COMMANDS:
        written = folder / name
        written.write_text(_SCRIPT.format(python=sys.executable, at=str(folder / "socket"), name=name))
        written.chmod(0o755)
    root = Path(__file__).resolve().parents[2]
    variables = environment({COUNTERS_VARIABLE: str(folder)})  # a server names it before it loads what counts
    words = [sys.executable, "-m", __name__, str(folder)]
    pipe = subprocess.PIPE
    forking = subprocess.Popen(words, stdin=pipe, stdout=pipe, cwd=root, env=variables)
    assert forking.stdout is not None
    assert forking.stdout.readline() == b"ready\n"
    _KEPT.append(forking)
    return folder


_KEPT: list[subprocess.Popen[bytes]] = []
"""While the pipe to its standard input is open, it forks."""


def _serve(folder: Path) -> None:
    """Forks for whoever connects, until standard input ends."""
    for package in map(importlib.import_module, _PACKAGES):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    for name in (*_MODULES, *(at.partition(":")[0] for at in _COMMANDS.values())):
        importlib.import_module(name)
    configure_mappers()
    gc.collect()
    gc.freeze()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "socket"))
    listener.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait for a command
    print("ready", flush=True)
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        connection, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            _attend(connection)
            os._exit(0)
        connection.close()
    listener.close()
    shutil.rmtree(folder)


def _attend(connection: socket.socket) -> None:
    """Runs one command to its end, or to that of who asked for it."""
    size, files, _, _ = socket.recv_fds(connection, 4, 3)
    name, words, folder, variables = json.loads(connection.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
    pid = os.fork()
    if pid == 0:
        connection.close()
        _become([name, *words], folder, variables, files)
    for file in files:
        os.close(file)
    connection.sendall(pid.to_bytes(4, "big"))
    ended = os.pidfd_open(pid)
    if ended not in select.select([connection, ended], [], [])[0]:
        os.kill(pid, signal.SIGTERM)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    connection.sendall(code.to_bytes(4, "big", signed=True))


def _become(command: list[str], folder: str, variables: dict[str, str], files: list[int]) -> None:
    """The command, with what its caller has."""
    code = 1
    try:
        os.setsid()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(number, mode, encoding="utf-8", closefd=False) for number, mode in enumerate("rww")
        )
        os.chdir(folder)
        os.environ.clear()
        os.environ |= variables
        sys.argv = command
        try:
            pkgutil.resolve_name(_COMMANDS[command[0]])()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
