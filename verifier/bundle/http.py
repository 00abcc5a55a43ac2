"""A registry over HTTP, as a ``Fetcher``."""

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

import httpx

from verifier.bundle.errors import FetchError, NotPublished

_TRIES = 4
_TIMEOUT = httpx.Timeout(20.0)
_GONE = (httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN, httpx.codes.GONE)
_LATER = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)


class HttpFetcher:
    """A registry, or a mirror of it, by its URL. A connection that breaks is taken up again where it broke."""

    def __init__(
        self, url: str, transport: httpx.BaseTransport | None = None, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """Raises ``FetchError`` for what is no HTTP URL."""
        try:
            base = httpx.URL(url.rstrip("/") + "/")
        except httpx.InvalidURL as problem:
            raise FetchError(f"{url!r} is not a URL: {problem}") from problem
        if base.scheme not in ("http", "https") or not base.host:
            raise FetchError(f"{url!r} is not the URL of a registry: it begins with https://")
        self._pause = pause
        self._client = httpx.Client(
            base_url=base,
            transport=transport,
            timeout=_TIMEOUT,
            follow_redirects=True,
            max_redirects=5,
            headers={"Accept-Encoding": "identity", "User-Agent": "carbonlabel"},
        )

    def chunks(self, path: str, start: int) -> Iterator[bytes]:
        """See ``Fetcher``. Gives up after some tries without a single new byte."""
        failed, at = 0, start
        while True:
            try:
                for chunk in self._once(path, at):
                    failed, at = 0, at + len(chunk)
                    yield chunk
                return
            except httpx.TransportError as problem:
                failed += 1
                if failed == _TRIES:
                    raise FetchError(f"{self._client.base_url}{path} cannot be fetched: {problem}") from problem
                self._pause(0.5 * 2**failed)

    def _once(self, path: str, start: int) -> Iterator[bytes]:
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._client.stream("GET", path, headers=headers) as answer:
            status = answer.status_code
            if status in _GONE:
                raise NotPublished(f"{answer.url} is not there: is this a registry?")
            if status >= 500 or status in _LATER:
                raise httpx.ReadError(f"it answered {status} {answer.reason_phrase}")
            if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # nothing behind ``start``
            partly = status == httpx.codes.PARTIAL_CONTENT
            if status != httpx.codes.OK and not (partly and start):
                raise FetchError(f"{answer.url} cannot be fetched: it answered {status} {answer.reason_phrase}")
            if partly and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                raise FetchError(f"{answer.url} answered with another part of the file than was asked for")
            skip = 0 if partly else start
            for chunk in answer.iter_raw():  # as it comes: a buffer would be lost when the connection breaks
                if rest := chunk[skip:]:
                    yield rest
                skip = max(0, skip - len(chunk))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()
