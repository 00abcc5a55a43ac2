"""A proxy before the S3 service, in which connections break and answers are lost."""

import time
from collections.abc import Callable
from enum import Enum
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import NamedTuple

import httpx

_ABOUT_THE_CONNECTION = ("connection", "keep-alive", "transfer-encoding", "content-length")


class Fault(Enum):
    """What becomes of a request."""

    NONE = "it is carried out, and answered"
    ERROR = "it is answered 500, and not carried out"
    ERROR_AFTER = "it is carried out, and answered 500"
    BUSY = "it is answered 409, as Amazon does while another write is under way, and not carried out"
    LOST = "it is not carried out, and the connection breaks"
    ANSWER_LOST = "it is carried out, and the connection breaks"
    SILENCE = "it is carried out, and never answered"
    HALF = "it is carried out, and the connection breaks in the middle of the answer"
    UNCONDITIONAL = "it is carried out without its condition, and answered"


class Asked(NamedTuple):
    """A request that came."""

    method: str
    path: str
    condition: str


class Proxy:
    """``fault`` decides for each request; ``asked`` keeps them all."""

    def __init__(self, url: str) -> None:
        target = httpx.URL(url)
        self.asked: list[Asked] = []
        self.fault: Callable[[Asked], Fault] = lambda _: Fault.NONE
        self.closing = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, target.host, target.port or 80))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def once(self, fault: Fault, method: str = "PUT") -> None:
        """The next request of that method fares so, the others well."""
        left = [fault]
        self.fault = lambda asked: left.pop() if left and asked.method == method else Fault.NONE

    def always(self, fault: Fault) -> None:
        """All requests fare so."""
        self.fault = lambda _: fault

    def close(self) -> None:
        """Ends."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(proxy: Proxy, host: str, port: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            condition = self.headers.get("if-match") or self.headers.get("if-none-match") or ""
            asked = Asked(self.command, self.path, condition)
            proxy.asked.append(asked)
            fault = proxy.fault(asked)
            if fault in (Fault.ERROR, Fault.LOST, Fault.BUSY):
                self.fail(fault)
                return
            headers = dict(self.headers.items())
            if fault is Fault.UNCONDITIONAL:
                headers = {name: value for name, value in headers.items() if not name.lower().startswith("if-")}
            connection = HTTPConnection(host, port, timeout=30)
            try:
                connection.request(self.command, self.path, body, headers)
                came = connection.getresponse()
                self.pass_on(came, came.read(), fault)
            except OSError:
                self.fail(Fault.LOST)
            finally:
                connection.close()

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815

        def pass_on(self, came: HTTPResponse, body: bytes, fault: Fault) -> None:
            if fault not in (Fault.NONE, Fault.UNCONDITIONAL, Fault.HALF):
                self.fail(fault)
                return
            self.send_response(came.status, came.reason)
            for name, value in came.getheaders():
                if name.lower() not in _ABOUT_THE_CONNECTION:
                    self.send_header(name, value)
            if came.status != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if fault is not Fault.HALF else body[: len(body) // 2])
            self.close_connection = fault is Fault.HALF

        def fail(self, fault: Fault) -> None:
            self.close_connection = True
            if fault in (Fault.ERROR, Fault.ERROR_AFTER, Fault.BUSY):
                self.send_response(409 if fault is Fault.BUSY else 500)
                self.send_header("content-length", "0")
                self.end_headers()
            elif fault is Fault.SILENCE:
                until = time.monotonic() + 30
                while time.monotonic() < until and not proxy.closing.wait(0.05):
                    pass

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: tests print what they mean to."""

    return Handler
