"""A batch as a stream: pieces of its content in, lines of verdicts out, in steps of bounded size.

It reads no clock and no network, and keeps no more than the step under way and the beginning of a line.
"""

from collections import deque
from collections.abc import Callable

import pyarrow as pa
from msgspec import Struct

from registry.errors import NotAuthenticated
from registry.verification.forms import Reader
from registry.verification.lines import Inflater, Lines
from verifier.bulk import Texts

MOST_LINES = 16_384
"""Lines of one step."""

Answer = Callable[[Texts, pa.Array | None, int], bytes]
"""Labels, what they are expected to be for, the number of the first -> the lines of their verdicts."""


class Allowance(Struct, frozen=True):
    """How many lines, and bytes of content, may be asked for without a token."""

    lines: int
    size: int

    def refusal(self) -> NotAuthenticated:
        """What is answered to more."""
        return NotAuthenticated(
            "without a token at most {lines} lines and {size} bytes are judged: nothing behind this was",
            lines=f"{self.lines:,}",
            size=f"{self.size:,}",
        )


class BatchStream:
    """One request's batch."""

    def __init__(
        self,
        reader: Reader,
        answer: Answer,
        *,
        gzip: bool = False,
        allowance: Allowance | None = None,
    ) -> None:
        self._chunks: deque[memoryview] = deque()
        self._ended = False
        self._inflater = Inflater() if gzip else None
        self._lines = Lines()
        self._reader = reader
        self._answer = answer
        self._allowance = allowance
        self._taken = 0
        self.judged = 0

    def feed(self, chunks: list[bytes], ended: bool) -> None:
        """What was sent since, and whether that was all."""
        self._chunks.extend(memoryview(chunk) for chunk in chunks if chunk)
        self._ended = ended

    def step(self, most: int) -> bytes | None:
        """The verdicts on lines among the next ``most`` bytes of content: perhaps none yet. None: feed more first, or
        all is done.

        Raises ``InvalidInput`` for content that cannot be read, ``NotAuthenticated`` behind what is allowed.
        """
        lines = self._lines.take(self._most_lines(), ended=False)
        if not len(lines):
            content = self._content(most)
            if not content and not self._ended:
                return None
            if not content and self._inflater is not None:
                self._inflater.end()
            self._lines.add(content)
            lines = self._lines.take(self._most_lines(), ended=not content)
            if not len(lines):
                return b"" if content else None
        return self._verdicts(lines)

    def _verdicts(self, lines: Texts) -> bytes:
        labels, expect = self._reader.read(lines)
        if not len(labels):
            return b""
        if self._allowance is not None and self.judged >= self._allowance.lines:
            raise self._allowance.refusal()
        first = self.judged + 1
        self.judged += len(labels)
        return self._answer(labels, expect, first)

    def _most_lines(self) -> int:
        if self._allowance is None:
            return MOST_LINES
        return max(1, self._allowance.lines - self.judged)

    def _content(self, most: int) -> bytes:
        """The next piece of content, as long as there is one. Raises as ``step``."""
        allowance = self._allowance
        if allowance is not None:
            most = max(1, min(most, allowance.size - self._taken))
        content = self._inflated(most) if self._inflater is not None else self._joined(most)
        self._taken += len(content)
        if allowance is not None and self._taken > allowance.size:
            raise allowance.refusal()
        return content

    def _inflated(self, most: int) -> bytes:
        assert self._inflater is not None
        while True:
            content = self._inflater.take(most)
            if content or not self._chunks:
                return content
            self._inflater.add(bytes(self._chunks.popleft()))

    def _joined(self, most: int) -> bytes:
        taken: list[memoryview] = []
        while self._chunks and most:
            chunk = self._chunks.popleft()
            if len(chunk) > most:
                self._chunks.appendleft(chunk[most:])
                chunk = chunk[:most]
            taken.append(chunk)
            most -= len(chunk)
        return b"".join(taken)
