"""A witness over HTTP: ``POST /add-checkpoint``, on the standard library's server.

Meant to stand on its own or behind any proxy that adds TLS. A request has a bound in bytes, and in seconds from its
first byte (or the end of the one before) to its last; the server has a bound in connections.
"""

import io
import logging
import socket
import socketserver
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Lock, Thread
from types import TracebackType
from typing import Any, Self, cast

from verifier.witness.decision import Answer, refusal
from verifier.witness.request import PATH
from verifier.witness.state import WitnessFault
from verifier.witness.witness import Witness

MAX_BODY = 131_072
"""Bytes of a request at most: 63 hashes, and a checkpoint with some dozens of signatures."""
MAX_CONNECTIONS = 64
SECONDS = 10.0
"""For one request, waiting for it included."""

_LOG = logging.getLogger("carbonlabel.witness")


class _UntilDeadline(io.RawIOBase):
    """Reads from a socket until a moment that is set anew for each request: a trickle does not prolong it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.deadline = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request took too long")
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keep-alive, as C2SP tlog-witness asks
    server_version = "carbonlabel-witness"
    sys_version = ""
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._at_work = cast(_Server, self.server)
        self.rfile.close()
        self._reader = _UntilDeadline(self.connection)
        self.rfile = io.BufferedReader(self._reader)

    def handle_one_request(self) -> None:
        self._reader.deadline = time.monotonic() + self._at_work.seconds
        try:
            super().handle_one_request()
        except OSError:  # the other side has gone, or is too slow
            self.close_connection = True

    def do_POST(self) -> None:
        """C2SP tlog-witness, "add-checkpoint"."""
        body = self._body()
        if isinstance(body, Answer):
            self.close_connection = True  # what was not read would be taken for the next request
            self._send(body)
        elif self.path != PATH:
            self._send(refusal(HTTPStatus.NOT_FOUND, f"this is a witness: POST {PATH}"))
        else:
            self._send(self._at_work.witness.add_checkpoint(body, int(time.time())))

    def do_GET(self) -> None:
        """Nothing is read here."""
        self.close_connection = True
        self._send(refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"this is a witness: POST {PATH}"), ("Allow", "POST"))

    def _body(self) -> bytes | Answer:
        lengths = self.headers.get_all("Content-Length", [])
        if len(lengths) != 1 or "Transfer-Encoding" in self.headers:
            return refusal(HTTPStatus.LENGTH_REQUIRED, "give the length of the body, once")
        if not (lengths[0].isascii() and lengths[0].isdigit()):
            return refusal(HTTPStatus.BAD_REQUEST, "Content-Length is no number")
        if len(lengths[0]) > 9 or int(lengths[0]) > MAX_BODY:
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a request has at most {MAX_BODY} bytes")
        body = self.rfile.read(int(lengths[0]))
        if len(body) != int(lengths[0]):
            return refusal(HTTPStatus.BAD_REQUEST, "the body is shorter than it says")
        return body

    def _send(self, answer: Answer, *headers: tuple[str, str]) -> None:
        self.connection.settimeout(self._at_work.seconds)
        self.send_response(answer.status)
        for name, value in (
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            *headers,
            *((("Connection", "close"),) if self.close_connection else ()),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *values: Any) -> None:  # noqa: A002  (the name is http.server's)
        _LOG.info("%s %s", self.address_string(), format % values)


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close waits for the answers under way
    request_queue_size = 128

    def __init__(self, witness: Witness, host: str, port: int, seconds: float) -> None:
        self.witness = witness
        self.seconds = seconds
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._free = BoundedSemaphore(MAX_CONNECTIONS)
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Without the name lookup of the base class, which may take long."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        _LOG.exception("a request failed")

    def end_reading(self) -> None:
        """Requests not read yet are not read any more; answers under way still leave."""
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RD)
                except OSError:  # already closed
                    continue


class WitnessServer:
    """A witness that listens at ``url``, until ``stop``; a context manager. ``WitnessFault`` if it cannot listen."""

    def __init__(self, witness: Witness, host: str = "127.0.0.1", port: int = 0, seconds: float = SECONDS) -> None:
        try:
            self._server = _Server(witness, host, port, seconds)
        except OSError as problem:
            raise WitnessFault(f"cannot listen at {host}:{port}: {problem.strerror or problem}") from problem
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="witness")

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Takes no more requests, and ends when those read have been answered."""
        self._server.shutdown()
        self._thread.join()
        self._server.end_reading()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
