"""Bytes as they come over a wire -> lines: inflated, cut at line ends, with bounded memory whatever is sent."""

import zlib

import numpy as np

from registry.errors import InvalidInput
from verifier.bulk import Texts

MAX_LINE = 65_536
"""Bytes of a line that are looked at: 4,096 characters of any kind fit, also as escapes of JSON. What is behind them is
not kept, so a line of any length costs no memory."""

_GZIP = 16 + zlib.MAX_WBITS
_NEWLINE, _RETURN = b"\n\r"
_BOM = b"\xef\xbb\xbf"


class Inflater:
    """The content of gzip members (RFC 1952), one behind the other, in pieces of bounded size."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._waiting = b""
        self._begun = False

    def add(self, data: bytes) -> None:
        """More of what was sent."""
        self._waiting += data

    def take(self, most: int) -> bytes:
        """Up to ``most`` bytes of content; none when more must be sent first. Raises ``InvalidInput``."""
        while self._waiting:
            if self._member.eof:
                self._member, self._begun = zlib.decompressobj(_GZIP), False
            self._begun = True
            try:
                content = self._member.decompress(self._waiting, most)
            except zlib.error as problem:
                raise InvalidInput("the content is not gzip: {problem}", "$", problem=problem) from None
            self._waiting = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if content:
                return content
        return b""

    def end(self) -> None:
        """All was sent and taken. Raises ``InvalidInput`` if gzip would go on."""
        if self._begun and not self._member.eof:
            raise InvalidInput("the content ends before its gzip does: it was cut off", "$")


class Lines:
    """Cuts bytes into lines, wherever they were cut before.

    A line ends with LF or CRLF, the last one also with the end. A byte order mark in front of all is left out. Of a
    line longer than ``MAX_LINE`` its beginning is given.
    """

    def __init__(self) -> None:
        self._held = b""
        self._begun = False
        self._skipping = False

    def add(self, data: bytes) -> None:
        """More bytes."""
        self._held += data

    def take(self, most: int, ended: bool) -> Texts:
        """Up to ``most`` lines of what was added; ``ended``: no more will be."""
        if not self._ready(ended):
            return Texts.joined([])
        buffer = np.frombuffer(self._held, np.uint8)
        ends = np.flatnonzero(buffer == _NEWLINE)[:most]
        behind = int(ends[-1]) + 1 if len(ends) else 0
        if len(ends) < most:  # behind the last end is the beginning of a line, which may be all there will be of it
            size = len(buffer) - behind
            self._skipping = size > MAX_LINE
            if self._skipping or (ended and size):
                ends = np.append(ends, len(buffer))
                behind = len(buffer)
        starts = np.concatenate((np.zeros(1, np.int64), ends + 1))[: len(ends)]
        self._held = self._held[behind:]
        if len(ends):
            ends = ends - ((ends > starts) & (buffer[ends - 1] == _RETURN))
        return Texts(buffer, starts, np.minimum(ends, starts + MAX_LINE))

    def _ready(self, ended: bool) -> bool:
        """Whether there is something to cut; drops what is not of a line to be given."""
        if not self._begun:
            if len(self._held) < len(_BOM) and not ended and _BOM.startswith(self._held):
                return False
            self._held, self._begun = self._held.removeprefix(_BOM), True
        if self._skipping:
            _, end, self._held = self._held.partition(b"\n")
            self._skipping = not end
        return bool(self._held)
