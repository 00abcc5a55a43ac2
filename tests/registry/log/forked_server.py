"""A registry's server that answers in a tenth of a second: the same application on the same HTTP server as
``carbonlabel serve`` runs, in one process.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

import httpx
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from registry.home import HOME_VARIABLE
from registry.web.app import app_from_environment
from tests.end_to_end.commands import free_port
from tests.end_to_end.forked import Forked

_PATIENCE = 60.0


class ForkedServer:
    """At work on a home until it is killed: a context manager that waits until it answers."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> "ForkedServer":
        log = self._home.with_name(f"{self._home.name}.{self._port}.log")
        variables = {**os.environ, HOME_VARIABLE: str(self._home)}
        self._process = Forked(["embedded-server", self._port], log, variables)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/healthz").status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.01)
        self.kill()
        raise AssertionError(f"the server does not answer: {log.read_text()}")

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """``kill -9``; returns when the process is gone."""
        self._process.kill()
        self._process.wait()


def main() -> None:
    """The server, on the home that ``CARBONLABEL_HOME`` names."""
    asyncio.run(_until_killed(int(sys.argv[1])))


async def _until_killed(port: int) -> None:
    app = app_from_environment()
    await Server(app, port=port, interface=Interfaces.ASGI, websockets=False, log_level=LogLevels.error).serve()
