"""A stream of bytes in blocks that end where a row does. Memory is bounded, whatever the stream holds."""

from collections.abc import Callable, Iterator

import numpy as np

from verifier.bulk.texts import Bytes

BLOCK = 8 << 20
MAX_ROW = 1 << 20
"""Bytes of a row. Of a line that is longer, so many and two are kept: too many, also if the last is no part of it."""

_SCRAP = 1 << 16
Cut = Callable[[Bytes, bool], int]
"""How many bytes are whole rows, given what there is, and whether that is all; 0 when more must be seen."""


def blocks(fill: Callable[[memoryview], int], cut: Cut, size: int = BLOCK) -> Iterator[Bytes]:
    """The blocks of a stream. ``fill`` fills a view, but for the last time."""
    rest: Bytes = np.empty(0, np.uint8)
    final = False
    while not final:
        buffer = np.empty(len(rest) + size, np.uint8)
        buffer[: len(rest)] = rest
        filled = fill(buffer.data[len(rest) :])
        final = filled < size
        data = buffer[: len(rest) + filled]
        taken = cut(data, final) if len(data) else 0
        if taken:
            yield data[:taken]
        rest = data[taken:].copy()
        if not taken and not final and len(rest) >= MAX_ROW + 2:
            rest = _without_the_rest_of_the_line(rest, fill)


def line_ends(data: Bytes) -> int:
    """Where the last line feed ends; 0 without one."""
    for start in range(len(data), 0, -_SCRAP):
        found = data[max(start - _SCRAP, 0) : start].tobytes().rfind(b"\n")
        if found >= 0:
            return max(start - _SCRAP, 0) + found + 1
    return 0


def at_last_line(data: Bytes, final: bool) -> int:
    """A ``Cut`` where each line is a row."""
    return len(data) if final else line_ends(data)


def _without_the_rest_of_the_line(data: Bytes, fill: Callable[[memoryview], int]) -> Bytes:
    """What is kept of a line whose end has not come yet, and what comes behind its end."""
    scrap = np.empty(_SCRAP, np.uint8)
    while filled := fill(scrap.data):
        found = scrap[:filled].tobytes().find(b"\n")
        if found >= 0:
            return np.concatenate((data[: MAX_ROW + 2], scrap[found:filled]))
    return data[: MAX_ROW + 2].copy()
