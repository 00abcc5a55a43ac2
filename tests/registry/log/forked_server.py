"""A registry's server forked off from a process that has imported everything: it answers in a tenth of a second.

The same application on the same HTTP server as ``carbonlabel serve`` runs, in one process.
"""

import asyncio
import multiprocessing
import os
import time
from pathlib import Path

import httpx
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from registry.home import HOME_VARIABLE
from registry.web.app import app_from_environment
from tests.end_to_end.commands import environment, free_port
from tests.end_to_end.forked import begin

_FORKING = multiprocessing.get_context("forkserver")
_PATIENCE = 60.0


class ForkedServer:
    """At work on a home until it is killed: a context manager that waits until it answers."""

    def __init__(self, home: Path) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        begin(environment())
        self._process = _FORKING.Process(target=_serve, args=(home, self._port, dict(os.environ)))

    def __enter__(self) -> "ForkedServer":
        self._process.start()
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and self._process.is_alive():
            try:
                if httpx.get(f"{self.url}/healthz").status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.01)
        self.kill()
        raise AssertionError("the server does not answer")

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """``kill -9``; returns when the process is gone."""
        self._process.kill()
        self._process.join()


def _serve(home: Path, port: int, environ: dict[str, str]) -> None:
    os.environ |= environ | {HOME_VARIABLE: str(home)}  # those of today: the process forked off has those of its start
    asyncio.run(_until_killed(port))


async def _until_killed(port: int) -> None:
    app = app_from_environment()
    await Server(app, port=port, interface=Interfaces.ASGI, websockets=False, log_level=LogLevels.error).serve()
