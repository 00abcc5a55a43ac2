"""``POST /v1/verify/batch``: labels in, verdicts out, both at once.

Three things go on at the same time for one request: what comes is received, one step of it is judged in a thread, and
the verdicts of the step before are sent. What waits to be judged is bounded, and so is what waits to be sent: from a
client that does not read, nothing more is read either.

Steps are small at first, and grow for as long as they are quick: the first verdict leaves at once, and millions are
judged in large pieces.
"""

import asyncio
import logging
import time
from asyncio import Event, Future, Task
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from os import cpu_count
from typing import Any

import msgspec
from litestar import Request, asgi
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, Receive, Scope, Send
from msgspec import Struct

from registry.access.admission import ANYBODY
from registry.access.rules import Action, may_others
from registry.errors import NotAllowed, RegistryError, Stopping
from registry.registry import utc_now
from registry.verification.forms import CSV, NDJSON, READERS, WRITTEN, problem_line
from registry.verification.stream import Allowance, BatchStream
from registry.web.problems import Problem, internal_problem, problem_of
from registry.web.security import problem_headers
from registry.web.service import Service, provide_caller
from verifier.bulk.files.encode import CSV_HEADING

LINES_WITHOUT_TOKEN = 1_000
MOST_WAITING = 4 << 20
"""Bytes that are received ahead of what is judged."""

_SMALLEST, _LARGEST = 64 << 10, 2 << 20
"""Bytes of content of a step. Larger ones would not stay in a core's cache."""

_QUICK, _SLOW = 0.03, 0.1
"""Seconds of a step: after a quicker one the next has twice the bytes, after a slower one half of them."""

_LAST = 3.0
"""Seconds that a piece on its way still gets when the server stops."""

_LINGER, _SILENCE = 5.0, 0.5
"""Seconds for which the rest of a refused batch is taken and dropped: at most, and after the last piece. A client that
reads only when all is sent would otherwise find the connection closed, and never learn why."""

_THREADS = ThreadPoolExecutor(cpu_count(), "batch")
_LOG = logging.getLogger("carbonlabel.verification")


class BatchRequest(Struct, frozen=True):
    """What the head of a request asks for. ``size`` is its content's, where it says so."""

    form: str
    answer: str
    gzip: bool
    has_token: bool
    size: int

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "BatchRequest":
        """Raises 415 for a form or coding that is not read here."""
        form, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
        if form not in READERS:
            raise HTTPException(status_code=415, detail=f"send {', '.join(READERS)}, not {form[:80] or 'nothing'}")
        charsets = [value.strip('"') for name, _, value in (p.partition("=") for p in parameters) if name == "charset"]
        if not {"utf-8", "us-ascii"}.issuperset(charsets):
            raise HTTPException(status_code=415, detail=f"send UTF-8, not {charsets[0][:80]}")
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip", "x-gzip"):
            raise HTTPException(status_code=415, detail=f"send it plain or as gzip, not {coding[:80]}")
        size = headers.get("content-length", "")
        return cls(
            form=form,
            answer=CSV if CSV in headers.get("accept", "") else NDJSON,
            gzip=coding != "identity",
            has_token="authorization" in headers,
            size=int(size) if size.isascii() and size.isdigit() else 0,
        )


@asgi("/v1/verify/batch", admits=ANYBODY, copy_scope=True)
async def verify_batch(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers as OpenAPI says (``registry.verification.batch_openapi``)."""
    request: Request[Any, Any, Any] = Request(scope, receive, send)
    if request.method != "POST":
        raise MethodNotAllowedException(headers={"allow": "OPTIONS, POST"})
    asked, service = BatchRequest.of(request.headers), request.app.state.service
    allowance = await asyncio.to_thread(_allowance, request, service) if asked.has_token else _without_token(service)
    if allowance is not None and asked.size > allowance.size:
        raise HTTPException(status_code=413, detail=str(allowance.refusal()))
    stream = BatchStream(
        READERS[asked.form](),
        lambda labels, expect, first: service.labels.written(WRITTEN[asked.answer], first, labels, expect, utc_now()),
        gzip=asked.gzip,
        allowance=allowance,
    )
    async with _receiving(receive) as incoming:
        with service.stopping.telling(incoming.stop):
            await _exchange(stream, incoming, Outgoing(send, asked.answer, incoming))


def _allowance(request: Request[Any, Any, Any], service: Service) -> None:
    """None: the caller may ask for any number. Raises ``NotAuthenticated`` or ``NotAllowed``."""
    caller = provide_caller(request, service)
    if not may_others(caller, Action.VERIFY_MANY):
        words = "{member} ({kind}) may not {action}{why}"
        raise NotAllowed(words, member=caller.member, kind=caller.kind, action=Action.VERIFY_MANY, why="")


def _without_token(service: Service) -> Allowance:
    return Allowance(LINES_WITHOUT_TOKEN, service.registry.config.max_body)


class _Gone(Exception):
    """The client has gone, or the server stops and the client reads nothing."""


class Incoming:
    """What the client sends, received as it comes and as far as there is room."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._chunks: list[bytes] = []
        self._size = 0
        self._ended = False
        self._stopped = False
        self._news, self._room = Event(), Event()
        self.over: Future[None] = asyncio.get_running_loop().create_future()
        self.task: Task[None] = asyncio.create_task(self._run())

    async def take(self) -> tuple[list[bytes], bool]:
        """What has come since, as soon as there is anything, and whether that was the end. Raises as ``check``."""
        await self._news.wait()
        self.check()
        self._news.clear()
        chunks, self._chunks, self._size = self._chunks, [], 0
        self._room.set()
        return chunks, self._ended

    @property
    def gone(self) -> bool:
        """Whether the client has gone."""
        return self.task.done()

    async def drop_rest(self) -> None:
        """Drops what still comes, for a while."""
        until = time.monotonic() + _LINGER
        while not self._ended and not self.gone and time.monotonic() < until:
            self._news.clear()
            self._chunks, self._size = [], 0
            self._room.set()
            try:
                await asyncio.wait_for(self._news.wait(), _SILENCE)
            except TimeoutError:
                return

    def check(self) -> None:
        """Raises ``_Gone`` when the client has gone, ``Stopping`` when the server is to stop."""
        if self.gone:
            raise _Gone
        if self._stopped:
            raise Stopping("verdicts on what follows are not given: send it again")

    def stop(self) -> None:
        """The server is to stop."""
        self._stopped = True
        self._end()

    async def _run(self) -> None:
        """Ends when the client has gone."""
        try:
            while True:
                message = await self._receive()
                if message["type"] != "http.request":
                    return
                self._chunks.append(message["body"])
                self._size += len(message["body"])
                self._ended = not message["more_body"]
                self._news.set()
                while self._size > MOST_WAITING:
                    self._room.clear()
                    await self._room.wait()
        finally:
            self._end()

    def _end(self) -> None:
        """Wakes whoever waits."""
        self._news.set()
        if not self.over.done():
            self.over.set_result(None)


class Outgoing:
    """What the client gets: one piece on its way while the next is made."""

    def __init__(self, send: Send, media_type: str, incoming: Incoming) -> None:
        self._send = send
        self._media_type = media_type
        self._incoming = incoming
        self._sending: Task[None] | None = None
        self.started = False

    async def put(self, lines: bytes) -> None:
        """Sends lines, when those before are sent. Raises ``_Gone``."""
        await self._sent()
        if not self.started:
            await self._start()
            lines = CSV_HEADING + lines if self._media_type == CSV else lines
        self._sending = asyncio.create_task(self._send_body(lines, more=True))

    async def end(self) -> None:
        """All is sent."""
        if not self.started:
            await self.put(b"")
        await self._sent()
        await self._send_body(b"", more=False)

    async def refuse(self, line: int, problem: Problem) -> None:
        """Ends with a line that says why no verdicts follow."""
        await self.put(problem_line(line, msgspec.json.encode(problem), self._media_type, problem.type))
        await self._incoming.drop_rest()
        await self.end()

    def cancel(self) -> None:
        """Sends no more."""
        if self._sending is not None:
            self._sending.cancel()

    async def _sent(self) -> None:
        if self._sending is None:
            return
        await asyncio.wait({self._sending, self._incoming.over}, return_when="FIRST_COMPLETED")
        if not self._sending.done() and not self._incoming.gone:
            await asyncio.wait({self._sending}, timeout=_LAST)
        if not self._sending.done():
            raise _Gone
        self._sending.result()

    async def _start(self) -> None:
        told = problem_headers() | {
            "content-type": f"{self._media_type}; charset=utf-8" if self._media_type == CSV else self._media_type,
            "cache-control": "no-store",
            "x-accel-buffering": "no",  # a proxy that waits for more would hold back the first verdict
        }
        headers = [(name.encode(), value.encode()) for name, value in told.items()]
        self.started = True
        await self._send(HTTPResponseStartEvent(type="http.response.start", status=200, headers=headers))

    async def _send_body(self, body: bytes, *, more: bool) -> None:
        await self._send(HTTPResponseBodyEvent(type="http.response.body", body=body, more_body=more))


@asynccontextmanager
async def _receiving(receive: Receive) -> AsyncGenerator[Incoming]:
    incoming = Incoming(receive)
    try:
        yield incoming
    finally:
        incoming.task.cancel()
        with suppress(asyncio.CancelledError):
            await incoming.task


async def _exchange(stream: BatchStream, incoming: Incoming, outgoing: Outgoing) -> None:
    """Judges step after step until the end, or until the client has gone."""
    try:
        await _judge_all(stream, incoming, outgoing)
        await outgoing.end()
    except _Gone:
        return
    except Exception as problem:
        if not outgoing.started:
            raise
        if not isinstance(problem, RegistryError):
            _LOG.error("a batch was broken off at line %s", stream.judged + 1, exc_info=problem)
        told = problem_of(problem) if isinstance(problem, RegistryError) else internal_problem()
        with suppress(_Gone):
            await outgoing.refuse(stream.judged + 1, told)
    finally:
        outgoing.cancel()


async def _judge_all(stream: BatchStream, incoming: Incoming, outgoing: Outgoing) -> None:
    loop, most, ended = asyncio.get_running_loop(), _SMALLEST, False
    while not ended:
        chunks, ended = await incoming.take()
        stream.feed(chunks, ended)
        while True:
            began = time.perf_counter()
            lines = await loop.run_in_executor(_THREADS, stream.step, most)
            if lines is None:
                break
            took = time.perf_counter() - began
            most = min(most * 2, _LARGEST) if took < _QUICK else max(most // 2, _SMALLEST) if took > _SLOW else most
            if lines:
                await outgoing.put(lines)
            incoming.check()
