"""What is seen of every request from the outside: its id, a line in the log, a count, and how long it took.

Around the whole application, so that also what no route takes is seen. Of the address only the route's template is
kept: the rest may be a label.
"""

import logging
import re
import secrets
import time
from collections.abc import Iterable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from registry.web.counters import count_request

_LOG = logging.getLogger("carbonlabel.request")
_REQUEST_ID = b"x-request-id"
_WELL_FORMED = re.compile(rb"[0-9A-Za-z_-]{8,64}")
"""A UUID, or the like: nothing that could carry an address."""

_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"))
_NEVER_STARTED = 500
"""What the server answers when the application ends without an answer."""


def request_id_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The request's own id, if it has one that is well formed; else a new one."""
    given = next((value for name, value in headers if name.lower() == _REQUEST_ID), b"")
    return given.decode() if _WELL_FORMED.fullmatch(given) else secrets.token_hex(16)


def observed(app: ASGIApp) -> ASGIApp:
    """``app``, of which every request is counted and logged, and answered with its ``X-Request-Id``."""

    async def at_edge(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "other"
        request_id, status, began = request_id_of(scope["headers"]), _NEVER_STARTED, time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (_REQUEST_ID, request_id.encode())]
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await app(scope, receive, sending)
            finally:
                seconds, route = time.perf_counter() - began, scope.get("path_template") or "none"
                count_request(method, route, status, seconds)
                told = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
                _LOG.info("request", extra=told)

    return at_edge
