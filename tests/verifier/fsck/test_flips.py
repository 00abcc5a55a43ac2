"""Every byte of a small published store, flipped one at a time: the check finds each."""

import random

import pytest

from tests.registry.bundle.stores import MemoryStore
from tests.verifier.fsck.conftest import Small, checked

MASKS = (0x01, 0x20, 0x80)
"""A neighbour, the other case of a letter, and what is no ASCII."""


def bytes_of(store: MemoryStore) -> list[tuple[str, int]]:
    """Every byte of log and bundle, as path and place."""
    return [(path, place) for path, data in sorted(store.files.items()) if "/" in path for place in range(len(data))]


def is_caught(small: Small, path: str, place: int, mask: int) -> bool:
    store = small.store.copy()
    data = bytearray(store.files[path])
    data[place] ^= mask
    store.files[path] = bytes(data)
    return bool(checked(small, store).faults)


def test_a_sample_is_caught(small: Small) -> None:
    draw = random.Random(1)
    chosen = [(path, place, draw.choice(MASKS)) for path, place in draw.sample(bytes_of(small.store), 75)]
    assert [flip for flip in chosen if not is_caught(small, *flip)] == []


@pytest.mark.soak
@pytest.mark.parametrize("mask", MASKS)
def test_every_one_is_caught(mask: int, small: Small) -> None:
    assert [flip for flip in bytes_of(small.store) if not is_caught(small, *flip, mask)] == []
