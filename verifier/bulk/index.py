"""Where a label may be among a million, by its last sixteen digits: the end of a signature, so they are well spread.

A hash table of row numbers, open addressing, linear probing. What it gives is a row to compare with, no more: a text
that is found here is not yet known to be that label.
"""

import numpy as np
import numpy.typing as npt

from verifier.bulk.labels import Labels
from verifier.bulk.texts import Places, Texts, gathered

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
        rows = np.flatnonzero(labels.fit).astype(np.uint64)
        bits = max(int(2 * len(rows)).bit_length(), 4)
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._slots = np.zeros(1 << bits, np.uint64)
        self._probes = 0
        self._fill(_hashes_of(_tails_of(labels)), rows)

    def candidates(self, texts: Texts) -> Places:
        """For each text the one row that it may be; -1 where there is none. Each must have ``TAIL`` bytes at least."""
        hashes = _hashes_of(gathered(texts.buffer, TAIL, texts.ends - TAIL).view(np.uint64).reshape(-1, 2))
        places = (hashes >> self._shift).astype(np.int64)
        marks = hashes << _HALF
        slots = self._slots[places]
        found = (slots & _LOW).astype(np.int64) - 1
        other = np.flatnonzero((slots ^ marks) > _LOW)
        found[other] = -1
        asking = other[slots[other] != 0]
        for probe in range(1, self._probes):
            if not len(asking):
                break
            slots = self._slots[(places[asking] + probe) & self._mask]
            hit = (slots != 0) & ((slots ^ marks[asking]) <= _LOW)
            found[asking[hit]] = (slots[hit] & _LOW).astype(np.int64) - 1
            asking = asking[~hit & (slots != 0)]
        return found

    def _fill(self, hashes: Hashes, rows: Hashes) -> None:
        slots = (hashes[rows] << _HALF) | (rows + np.uint64(1))
        places = (hashes[rows] >> self._shift).astype(np.int64)
        while len(slots) and self._probes < _MOST_PROBES:
            self._probes += 1
            free = self._slots[places] == 0
            self._slots[places[free]] = slots[free]  # of those that want one place, one gets it
            left = self._slots[places] != slots
            slots, places = slots[left], (places[left] + 1) & self._mask


def _tails_of(labels: Labels) -> Hashes:
    """The last digits of each row in ASCII, as two words: they lie in the low halves."""
    tails = labels.packed[:, -TAIL:] & np.uint8(0x0F) | np.uint8(0x30)
    return np.ascontiguousarray(tails).view(np.uint64)


def _hashes_of(tails: Hashes) -> Hashes:
    first, second = tails[:, 0], tails[:, 1]
    mixed = first * _MULTIPLIERS[0] + (second ^ (first >> np.uint64(29))) * _MULTIPLIERS[1]
    return (mixed ^ (mixed >> _HALF)) * _MULTIPLIERS[0]
