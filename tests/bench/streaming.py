"""``POST /v1/verify/batch`` as one long stream, against the same work without a network: the same lines judged out of
memory by one thread, and verdicts written into it. Beside it what the network could do: a handler on the same server
that takes the same bytes and answers as many, without looking at any, asked by the same client."""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread

from litestar import Litestar, asgi
from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, Receive, Scope, Send

from registry.access.tokens import issue
from registry.home import HOME_VARIABLE
from registry.log.service import publish, sequence
from registry.registry import OPERATOR, Registry, utc_now
from registry.verification.forms import NDJSON, WRITTEN, TextReader
from registry.verification.live_snapshot import LiveSnapshot
from registry.verification.online import OnlineVerifier
from registry.verification.stream import BatchStream
from registry.web.app import create_app
from tests.bench.serving import wait_for
from tests.bench.table import Line
from tests.world import ENVIRON

LABELS = 2_000_000
PIECE = 1 << 20
BATCH, MOVE = "/v1/verify/batch", "/move"
ANSWER = 145
"""Bytes of a verdict's line, about."""


@asgi(MOVE, copy_scope=True)
async def move(scope: Scope, receive: Receive, send: Send) -> None:
    """Takes a body, and answers about as many bytes as verdicts on its lines would have, while it comes."""
    await send(HTTPResponseStartEvent(type="http.response.start", status=200, headers=[]))
    more, nothing = True, bytes(1 << 20)
    while more:
        message = await receive()
        assert message["type"] == "http.request"
        more = message["more_body"]
        answer = nothing[: len(message["body"]) * ANSWER // 340]
        await send(HTTPResponseBodyEvent(type="http.response.body", body=answer, more_body=True))
    await send(HTTPResponseBodyEvent(type="http.response.body", body=b"", more_body=False))


def app() -> Litestar:
    """The registry's application with the other handler beside its routes."""
    application = create_app(Registry.open(Path(os.environ[HOME_VARIABLE]), os.environ))
    application.register(move)
    return application


def measure(home: Path, labels: list[str]) -> list[Line]:
    """Labels a second of both, in turns on one server process; and how soon the first verdict comes."""
    token = _prepare(home)
    text = "".join(f"{label}\n" for label in labels).encode()
    rates: dict[str, list[float]] = {BATCH: [], MOVE: []}
    with _server(home) as port:
        _stream(port, BATCH, token, text, len(labels))  # so that it reads the published labels
        time.sleep(3)
        for _ in range(3):
            for path, found in rates.items():
                times = LABELS // len(labels)
                took = _stream(port, path, token, text, times)
                found.append(times * len(labels) / took)
        first = [_first_verdict(port, token, labels[0].encode()) for _ in range(50)]
    judged, moved, plain = max(rates[BATCH]), max(rates[MOVE]), max(_in_memory(home, text) for _ in range(3))
    latency = statistics.quantiles(first, n=20)[-1] * 1000
    return [
        Line(
            "POST /v1/verify/batch, text, one process",
            f"{judged:,.0f} labels a second",
            f"from memory, one thread: {plain:,.0f}; moved and not looked at: {moved:,.0f}",
            f"{judged / plain:.2f}",
            "at least 0.7",
        ),
        Line(
            "POST /v1/verify/batch, first verdict",
            f"{latency:.1f} ms after the first line, 19 of 20",
            "",
            "",
            "at most 50 ms",
        ),
    ]


def _in_memory(home: Path, text: bytes) -> float:
    """Labels a second."""
    with (
        closing(Registry.open(home, ENVIRON)) as registry,
        closing(OnlineVerifier(registry)) as online,
        closing(LiveSnapshot(registry, online)) as labels,
    ):
        labels.read()
        stream = BatchStream(
            TextReader(),
            lambda texts, expect, first: labels.written(WRITTEN[NDJSON], first, texts, expect, utc_now()),
        )
        times = max(LABELS // 4 // text.count(b"\n"), 1)
        stream.feed([text] * times, True)
        began = time.perf_counter()
        while stream.step(2 << 20) is not None:
            pass
        return stream.judged / (time.perf_counter() - began)


def _prepare(home: Path) -> str:
    """Publishes the bundle; a token."""
    registry = Registry.open(home, ENVIRON)
    try:
        committed = sequence(registry).committed
        assert committed is not None
        publish(registry, committed)
        with registry.database.writing() as session:
            return issue(session, OPERATOR, utc_now(), utc_now() + timedelta(hours=1))
    finally:
        registry.close()


@contextmanager
def _server(home: Path) -> Generator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "tests.bench.streaming:app"]
    command += ["--port", str(port), "--workers", "1", "--no-ws", "--log-level", "error"]
    server = subprocess.Popen(command, env=os.environ | ENVIRON | {HOME_VARIABLE: str(home)})
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _stream(port: int, path: str, token: str, text: bytes, times: int) -> float:
    """Seconds for ``times`` texts: one thread sends, this one reads to the end."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        began = time.perf_counter()
        sending = Thread(target=_send, args=(connection, path, token, text, times))
        sending.start()
        buffer, end = bytearray(PIECE), b""
        while not end.endswith(b"\r\n0\r\n\r\n"):
            size = connection.recv_into(buffer)
            assert size, "the server broke off"
            end = (end + buffer[max(size - 16, 0) : size])[-16:]
        sending.join()
        return time.perf_counter() - began


def _send(connection: socket.socket, path: str, token: str, text: bytes, times: int) -> None:
    connection.sendall(_head(path, token, f"Content-Length: {len(text) * times}"))
    for _ in range(times):
        connection.sendall(text)


def _head(path: str, token: str, length: str) -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: text/plain", f"Authorization: Bearer {token}")
    return "\r\n".join((*lines, length, "", "")).encode()


def _first_verdict(port: int, token: str, label: bytes) -> float:
    """Seconds from the first line to its verdict, while the request goes on."""

    async def ask() -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_head(BATCH, token, "Transfer-Encoding: chunked"))
        await writer.drain()
        await asyncio.sleep(0.02)
        began = time.perf_counter()
        writer.write(b"%x\r\n%b\n\r\n" % (len(label) + 1, label))
        await reader.readuntil(b'"verdict":')
        took = time.perf_counter() - began
        writer.close()
        await writer.wait_closed()
        return took

    return asyncio.run(ask())
