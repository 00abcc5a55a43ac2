"""The command ``carbonlabel`` for the scripts of documents, without its seconds of starting: the same code and words,
in a process forked off from one that has imported what most commands need.

    with warm_commands() as folder:      # a folder for the front of PATH
        ...                              # carbonlabel ..., and ``agreed``, which is python -m tests.operators

What stands in the folder hands its words, folder, variables and open files over a socket, passes signals on, and ends
as the command does.
"""

import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from tests.end_to_end.commands import environment
from tests.operators import main as agreed
from verifier.cli import main as carbonlabel

COMMANDS: dict[str, Callable[[], None]] = {"carbonlabel": carbonlabel, "agreed": agreed}
_LOADED = ("registry.cli.keys", "registry.cli.serving", "registry.web.app", "verifier.cli.sync", "psycopg")
_CLIENT = """#!{python} -IS
import json, os, signal, socket, sys
there = socket.socket(socket.AF_UNIX)
there.connect({at!r})
told = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
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


@contextmanager
def warm_commands() -> Generator[Path]:
    """A folder with the commands, for as long as it lasts."""
    with tempfile.TemporaryDirectory(prefix="carbonlabel-warm-") as folder:
        at = Path(folder, "socket")
        for name in COMMANDS:
            script = Path(folder, name)
            script.write_text(_CLIENT.format(python=sys.executable, at=str(at)))
            script.chmod(0o755)
        words = [sys.executable, "-m", "tests.end_to_end.warm", str(at)]
        root = Path(__file__).resolve().parents[2]
        with subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root, env=environment()
        ) as warm:
            assert warm.stdout is not None
            assert warm.stdout.readline() == b"ready\n"
            yield Path(folder)
            warm.communicate()


def _serve(at: str) -> None:
    """Forks for whoever connects, until standard input ends."""
    for module in _LOADED:
        importlib.import_module(module)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(at)
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


def _attend(connection: socket.socket) -> None:
    """Runs one command to its end."""
    size, files, _, _ = socket.recv_fds(connection, 4, 3)
    words, folder, variables = json.loads(connection.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
    pid = os.fork()
    if pid == 0:
        connection.close()
        _become(words, folder, variables, files)
    connection.sendall(pid.to_bytes(4, "big"))
    for file in files:
        os.close(file)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    connection.sendall(code.to_bytes(4, "big", signed=True))


def _become(words: list[str], folder: str, variables: dict[str, str], files: list[int]) -> None:
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
        sys.argv = words
        try:
            COMMANDS[Path(words[0]).name]()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])
