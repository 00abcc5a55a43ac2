"""Files from a registry, by path below it: over HTTP (``verifier.bundle.http``), or from a folder carried here.

A fetcher gives bytes and promises nothing about them. ``read`` and ``download`` never take more than was announced, and
go on where a broken connection left off.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from verifier.bundle.errors import EndlessDataError, FetchError, NotPublished, TruncatedDataError

_CHUNK = 1 << 18


class Fetcher(Protocol):
    """Where a registry's public files are read from."""

    def chunks(self, path: str, start: int) -> Iterator[bytes]:
        """The bytes of the file at ``path`` from number ``start`` on, in pieces.

        Raises ``NotPublished`` if there is no such file, ``FetchError`` if it cannot be had now.
        """
        ...


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
