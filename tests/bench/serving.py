"""``POST /v1/verify`` against an empty handler on the same server, both asked by the same client."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
from litestar import Litestar, post

from registry.registry import Registry
from registry.web.app import HOME_VARIABLE, create_app
from tests.bench.table import Line
from tests.world import ENVIRON

CONNECTIONS = 16
SECONDS = 4.0


@post("/empty", include_in_schema=False, sync_to_thread=False)
def empty(body: bytes) -> None:
    """Takes a body, says nothing."""


def app() -> Litestar:
    """The registry's application with the empty handler beside its routes."""
    application = create_app(Registry.open(Path(os.environ[HOME_VARIABLE]), os.environ))
    application.register(empty)
    return application


def measure(home: Path, labels: list[str]) -> list[Line]:
    """Requests a second of both, in turns on one server process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "tests.bench.serving:app"]
    command += ["--port", str(port), "--workers", "1", "--no-ws", "--log-level", "error"]
    server = subprocess.Popen(command, env=os.environ | ENVIRON | {HOME_VARIABLE: str(home)})
    try:
        wait_for(port)
        bodies = [json.dumps({"label": label}).encode() for label in labels]
        rates: dict[str, list[float]] = {"/v1/verify": [], "/empty": []}
        for _ in range(3):
            for path, found in rates.items():
                found.append(asyncio.run(_rate(port, path, bodies)))
    finally:
        server.terminate()
        server.wait(20)
    verify, nothing = max(rates["/v1/verify"]), max(rates["/empty"])
    return [
        Line(
            "POST /v1/verify, one process",
            f"{verify:,.0f} a second",
            f"empty handler: {nothing:,.0f} a second",
            f"{verify / nothing:.2f}",
            "at least 0.4",
        )
    ]


def wait_for(port: int) -> None:
    """Returns when the server answers."""
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


async def _rate(port: int, path: str, bodies: list[bytes]) -> float:
    end = time.perf_counter() + SECONDS
    counts = await asyncio.gather(*(_ask(port, path, bodies[start:], end) for start in range(CONNECTIONS)))
    return sum(counts) / SECONDS


async def _ask(port: int, path: str, bodies: list[bytes], end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while time.perf_counter() < end:
        body = bodies[answered % len(bodies)]
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 20"), answer
        length = answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if length:
            await reader.readexactly(int(length))
        answered += 1
    writer.close()
    return answered
