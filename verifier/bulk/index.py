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
Hashes = npt.NDArray[np.uint64]


class TailIndex:
    """Rows by the hash of their tails. A row whose place is too crowded is left out: it is then never found here."""

    def __init__(self, labels: Labels) -> None:
        self._hashes = _hashes_of(_tails_of(labels.digits))
        bits = max(int(2 * len(labels)).bit_length(), 4)
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._slots = np.zeros(1 << bits, np.uint32)
        self._probes = 0
        self._fill()

    def candidates(self, texts: Texts) -> Places:
        """For each text the one row that it may be; -1 where there is none. Each must have ``TAIL`` bytes at least."""
        words = np.ndarray((max(len(texts.buffer) - 7, 0),), np.uint64, texts.buffer, strides=(1,))
        hashes = _hashes_of(np.stack((words[texts.ends - 16], words[texts.ends - 8])))
        found = np.full(len(texts), -1, np.int64)
        asking = np.arange(len(texts))
        places = (hashes >> self._shift).astype(np.int64)
        for _ in range(self._probes):
            rows = self._slots[places].astype(np.int64) - 1
            hit = (rows >= 0) & (self._hashes[rows] == hashes)
            found[asking[hit]] = rows[hit]
            further = (rows >= 0) & ~hit
            if not further.any():
                break
            asking, hashes = asking[further], hashes[further]
            places = (places[further] + 1) & self._mask
        return found

    def _fill(self) -> None:
        rows = np.arange(len(self._hashes))
        places = (self._hashes >> self._shift).astype(np.int64)
        while len(rows) and self._probes < _MOST_PROBES:
            self._probes += 1
            free = self._slots[places] == 0
            self._slots[places[free]] = rows[free] + 1  # of those that want one place, one gets it
            left = self._slots[places] != rows + 1
            rows, places = rows[left], (places[left] + 1) & self._mask


def _tails_of(digits: Bytes) -> Hashes:
    """The last digits of each row in ASCII, as two words."""
    packed = np.zeros((len(digits), TAIL // 2), np.uint8)
    width = min(digits.shape[1], TAIL // 2)
    if width:
        packed[:, -width:] = digits[:, -width:]
    return np.ascontiguousarray((unpacked(packed) | np.uint16(0x3030)).view(np.uint64).T)


def _hashes_of(tails: Hashes) -> Hashes:
    mixed = tails[0] * _MULTIPLIERS[0] + (tails[1] ^ (tails[0] >> np.uint64(29))) * _MULTIPLIERS[1]
    return (mixed ^ (mixed >> np.uint64(32))) * _MULTIPLIERS[0]


def unpacked(packed: Bytes) -> npt.NDArray[np.uint16]:
    """Two digits to a byte -> two bytes to a pair: the first digit in the low byte, as text has it in memory."""
    wide = packed.astype(np.uint16)
    return (wide >> np.uint16(4)) | ((wide & np.uint16(15)) << np.uint16(8))
