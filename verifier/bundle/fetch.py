"""Files from a registry, by path below it: over HTTP, or from a folder that was carried here.

A fetcher gives bytes and promises nothing about them. ``read`` and ``download`` never take more than was announced, and
go on where a broken connection left off.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import httpx

from verifier.bundle.errors import EndlessDataError, FetchError, NotPublished, TruncatedDataError

_TRIES = 4
_CHUNK = 1 << 18
_TIMEOUT = httpx.Timeout(20.0)
_GONE = (httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN, httpx.codes.GONE)
_LATER = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)


class Fetcher(Protocol):
    """Where a registry's public files are read from."""

    def chunks(self, path: str, start: int) -> Iterator[bytes]:
        """The bytes of the file at ``path`` from number ``start`` on, in pieces.

        Raises ``NotPublished`` if there is no such file, ``FetchError`` if it cannot be had now.
        """
        ...


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


class FolderFetcher:
    """A copy of a registry's public folder, on a disk or a stick."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def chunks(self, path: str, start: int) -> Iterator[bytes]:
        """See ``Fetcher``."""
        target = self._root / path
        try:
            with target.open("rb") as file:
                file.seek(start)
                while chunk := file.read(_CHUNK):
                    yield chunk
        except (FileNotFoundError, NotADirectoryError):
            raise NotPublished(f"{target} is not there: is this a registry's public folder?") from None
        except OSError as problem:
            raise FetchError(f"{target} cannot be read: {problem.strerror}") from problem


def read(fetcher: Fetcher, path: str, most: int, exact: int | None = None) -> bytes:
    """A whole small file. Raises ``EndlessDataError`` beyond ``most`` bytes or ``exact``, ``TruncatedDataError`` below
    ``exact``."""
    limit = most if exact is None else min(most, exact)
    data = bytearray()
    for chunk in fetcher.chunks(path, 0):
        data += chunk
        if len(data) > limit:
            raise EndlessDataError(f"{path} has more than the {limit} bytes that it can have: try again later")
    if exact is not None and len(data) < exact:
        raise TruncatedDataError(f"{path} has {len(data)} bytes, not the {exact} announced: try again later")
    return bytes(data)


def download(fetcher: Fetcher, path: str, into: Path, length: int, progress: Callable[[int], None]) -> None:
    """A file of ``length`` bytes into ``into``, going on from what is there; ``progress`` is told of new bytes.

    The bytes are not verified. Raises ``EndlessDataError``, and then ``into`` is gone, or ``TruncatedDataError``.
    """
    with into.open("ab") as file:
        have = file.tell()
        for chunk in fetcher.chunks(path, have) if have < length else ():
            have += len(chunk)
            if have > length:
                break
            file.write(chunk)
            progress(len(chunk))
    if have > length:
        into.unlink()
        raise EndlessDataError(f"{path} has more than the {length} bytes announced: try again later")
    if have < length:
        raise TruncatedDataError(f"{path} has {have} bytes, not the {length} announced: try again later")
