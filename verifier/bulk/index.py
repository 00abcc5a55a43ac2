"""Where a label may be among a million, by its last sixteen digits: the end of a signature, so they are well spread.

A hash table of row numbers, open addressing, linear probing. What it gives is a row to compare with, no more: a text
that is found here is not yet known to be that label.
"""

import numpy as np
import numpy.typing as npt

from verifier.bulk.labels import Labels
from verifier.bulk.texts import Bytes, Places, Texts

TAIL = 16
"""Digits that are looked at."""

_MULTIPLIERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)
_MOST_PROBES = 64
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
Hashes = npt.NDArray[np.uint64]


class TailIndex:
    """Rows by the hash of their tails. A row whose place is too crowded is left out: it is then never found here.

    A slot holds half the hash above and the row, counted from 1, below: one look tells a row from its neighbours.
    """

    def __init__(self, labels: Labels) -> None:
        bits = max(int(2 * len(labels)).bit_length(), 4)
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._slots = np.zeros(1 << bits, np.uint64)
        self._probes = 0
        self._fill(_hashes_of(*_tails_of(labels.digits)))

    def candidates(self, texts: Texts) -> Places:
        """For each text the one row that it may be; -1 where there is none. Each must have ``TAIL`` bytes at least."""
        words = np.ndarray((max(len(texts.buffer) - 7, 0),), np.uint64, texts.buffer, strides=(1,))
        hashes = _hashes_of(words[texts.ends - 16], words[texts.ends - 8])
        places = (hashes >> self._shift).astype(np.int64)
        marks = hashes << _HALF
        found, asking = np.full(len(texts), -1, np.int64), np.arange(len(texts))
        for _ in range(self._probes):
            slots = self._slots[places]
            hit = ((slots ^ marks) >> _HALF == 0) & (slots != 0)
            found[asking[hit]] = (slots[hit] & _LOW).astype(np.int64) - 1
            further = ~hit & (slots != 0)
            if not further.any():
                break
            asking, marks, places = asking[further], marks[further], (places[further] + 1) & self._mask
        return found

    def _fill(self, hashes: Hashes) -> None:
        rows = np.arange(len(hashes), dtype=np.uint64)
        slots = (hashes << _HALF) | (rows + np.uint64(1))
        places = (hashes >> self._shift).astype(np.int64)
        while len(slots) and self._probes < _MOST_PROBES:
            self._probes += 1
            free = self._slots[places] == 0
            self._slots[places[free]] = slots[free]  # of those that want one place, one gets it
            left = self._slots[places] != slots
            slots, places = slots[left], (places[left] + 1) & self._mask


def _tails_of(digits: Bytes) -> tuple[Hashes, Hashes]:
    """The last digits of each row in ASCII, as two words."""
    packed = np.zeros((len(digits), TAIL // 2), np.uint8)
    width = min(digits.shape[1], TAIL // 2)
    if width:
        packed[:, -width:] = digits[:, -width:]
    words = ascii_of(packed).view(np.uint64)
    return words[:, 0].copy(), words[:, 1].copy()


def _hashes_of(first: Hashes, second: Hashes) -> Hashes:
    mixed = first * _MULTIPLIERS[0] + (second ^ (first >> np.uint64(29))) * _MULTIPLIERS[1]
    return (mixed ^ (mixed >> _HALF)) * _MULTIPLIERS[0]


def ascii_of(packed: Bytes) -> npt.NDArray[np.uint16]:
    """Digits, two to a byte, as text: the first of two in the low half of a word, so first in memory."""
    text = packed.astype(np.uint16)
    low = text & np.uint16(0x000F)
    low <<= np.uint16(8)
    text >>= np.uint16(4)
    text |= low
    text |= np.uint16(0x3030)
    return text
