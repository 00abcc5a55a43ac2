"""Text: one label a line."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from verifier.bulk.files.blocks import at_last_line, blocks
from verifier.bulk.files.rows import KEPT, Rows
from verifier.bulk.files.source import Source
from verifier.bulk.texts import Bytes, Places, Texts, places_of

_NEWLINE, _RETURN = 10, 13


def text_parts(source: Source, size: int) -> Iterator[Callable[[], Rows]]:
    """The parts of a text file, to be read."""
    for block in blocks(source.fill, at_last_line, size):
        yield partial(text_rows, block)


def text_rows(block: Bytes) -> Rows:
    """The rows of a block of lines."""
    starts, ends = line_bounds(block)
    return Rows(Texts(block, starts, np.minimum(ends, starts + KEPT)))


def line_bounds(block: Bytes) -> tuple[Places, Places]:
    """Where each line starts and ends, without what ends it. The last need not be ended."""
    newlines = places_of(_NEWLINE, block)
    if len(block) and block[-1] != _NEWLINE:
        newlines = np.append(newlines, len(block))
    starts = np.concatenate((np.zeros(1, np.int64), newlines[:-1] + 1)) if len(newlines) else newlines
    ends = newlines - ((newlines > starts) & (block[np.maximum(newlines - 1, 0)] == _RETURN))
    return starts, ends
