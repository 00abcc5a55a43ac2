"""Requests sent byte by byte as given, and what every answer must be: a plain one, never a defect of ours, always a
problem that a program or a person can read, always with the headers that keep a browser safe."""

import json
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPResponse
from typing import NamedTuple

from tests.end_to_end.alliance import Alliance

SAFE_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
TRACE = re.compile(r"Traceback|site-packages|\.py\b|sqlite|sqlalchemy|litestar", re.IGNORECASE)
AS_PERSON = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Answer(NamedTuple):
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def kind(self) -> str:
        """Its media type."""
        return self.headers.get("content-type", "").partition(";")[0]


def send(
    alliance: Alliance,
    target: str | bytes,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Sends a request byte by byte as given: no library mends it on the way."""
    host, port = alliance.url.removeprefix("http://").split(":")
    target = target.encode("latin-1") if isinstance(target, str) else target
    named = dict(headers or {})
    if body is not None and "transfer-encoding" not in named:
        named.setdefault("content-length", str(len(body)))
    lines = [method.encode() + b" " + target + b" HTTP/1.1", b"host: registry.test", b"connection: close"]
    lines += [f"{name}: {value}".encode("latin-1") for name, value in named.items()]
    with socket.create_connection((host, int(port)), 30) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # when refused before all was sent
            connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + (body or b""))
        answer = HTTPResponse(connection, method=method)
        answer.begin()
        content = answer.read().decode("utf-8", "replace")
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)


def sound(answer: Answer, *statuses: int) -> Answer:
    """``answer``, which must be of one of the statuses, carry the safe headers, and tell nothing of our insides."""
    assert answer.status in statuses, answer
    assert SAFE_HEADERS.items() <= answer.headers.items(), answer
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    if answer.status >= 400:
        assert not TRACE.search(answer.body), answer
        if answer.kind != "text/html" and answer.body:
            assert answer.kind == "application/problem+json", answer
            told = json.loads(answer.body)
            assert {"type", "title", "status", "detail"} <= set(told)
            assert told["status"] == answer.status
            assert told["detail"]
            assert len(answer.body) < 200_000
    return answer
