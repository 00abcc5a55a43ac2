"""The input as a stream of bytes in UTF-8, unpacked and decoded on the way."""

import codecs
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from io import FileIO
from typing import Protocol, Self

import pyarrow as pa

from verifier.bulk.files.form import STANDARD, Compression, FileProblem

_CODECS = {Compression.GZIP: "gzip", Compression.ZSTD: "zstd"}
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_AT_ONCE = 1 << 20


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes | None: ...
    def readinto(self, view: memoryview, /) -> int | None: ...


class Source:
    """A file that is read once, from its beginning. A context manager."""

    def __init__(self, name: str, compression: Compression, encoding: str | None = None) -> None:
        """``encoding`` is that of the characters, where it is not UTF-8 and no byte order mark tells."""
        self._file = FileIO(sys.stdin.fileno() if name == STANDARD else name, closefd=name != STANDARD)
        self._name = "standard input" if name == STANDARD else name
        packed = compression is not Compression.NONE
        self._stream: _Readable = pa.CompressedInputStream(self._file, _CODECS[compression]) if packed else self._file
        self._decoder: codecs.IncrementalDecoder | None = None
        try:
            self._ahead = self._begun(encoding)
        except BaseException:
            self._file.close()
            raise

    def _begun(self, encoding: str | None) -> bytes:
        """The first bytes in UTF-8, without the byte order mark; finds out the encoding."""
        head = b""
        while len(head) < len(codecs.BOM_UTF8) and (more := self._read(len(codecs.BOM_UTF8) - len(head))):
            head += more
        if not head and self._stream is not self._file:
            raise FileProblem(f"{self._name} is empty, which no packed file is: it was cut off")
        if head.startswith(codecs.BOM_UTF8):
            return b""
        if head[:2] in _WIDE:
            encoding, head = _WIDE[head[:2]], head[2:]
        if encoding is not None:
            self._decoder = _decoder(encoding)
            return self._decoder.decode(head).encode("utf-8", "replace")
        return head

    @property
    def size(self) -> int | None:
        """Bytes of the file as it lies there; None where nobody knows."""
        status = os.fstat(self._file.fileno())
        return status.st_size or None

    @property
    def position(self) -> int:
        """How many of these have been read."""
        return self._file.tell() if self._file.seekable() else 0

    def fill(self, view: memoryview) -> int:
        """Reads until ``view`` is full or the input ends; how many bytes were read. Raises ``FileProblem``."""
        filled = 0
        while filled < len(view) and (taken := self._into(view[filled:])):
            filled += taken
        return filled

    def _into(self, room: memoryview) -> int:
        """Reads some; nothing at the end."""
        if self._decoder is not None and not self._ahead:
            self._ahead = self._decoded(self._decoder)
        if self._ahead or self._decoder is not None:
            taken = min(len(self._ahead), len(room))
            room[:taken], self._ahead = self._ahead[:taken], self._ahead[taken:]
            return taken
        with self._understood():
            return self._stream.readinto(room) or 0

    def unread(self, data: bytes) -> None:
        """Gives back what was read last."""
        self._ahead = data + self._ahead

    def _decoded(self, decoder: codecs.IncrementalDecoder) -> bytes:
        """Some more text; none at the end."""
        while raw := self._read(_AT_ONCE):
            if text := decoder.decode(raw):
                return text.encode("utf-8", "replace")
        return decoder.decode(b"", final=True).encode("utf-8", "replace")

    def _read(self, size: int) -> bytes:
        with self._understood():
            return self._stream.read(size) or b""

    @contextmanager
    def _understood(self) -> Generator[None]:
        """At the end of a packed file that was cut off there is an error, never an end."""
        try:
            yield
        except OSError as problem:
            if self._stream is self._file:
                raise
            raise FileProblem(f"{self._name} cannot be unpacked, it is damaged or cut off: {problem}") from problem

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    """What is no character of that encoding is replaced. Raises ``FileProblem`` for one that does not exist."""
    try:
        b"".decode(encoding)
        return codecs.getincrementaldecoder(encoding)("replace")
    except LookupError as unknown:
        raise FileProblem(f"there is no encoding {encoding!r}: give one such as gb18030, big5 or utf-16") from unknown
