"""Merkle trees for tests: leaves, proofs made just as RFC 6962 defines them, and tiles kept in memory."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from registry.log.tree import new_tiles
from schemas.entry import leaf_hash
from schemas.tlog import HASH_BYTES, Tile, tiles_of
from verifier.merkle import root_of

LARGEST = 70_000
SIZES = (1, 255, 256, 257, 65_536, LARGEST)
"""Where tiles and trees change their shape; 65,536 is the first with a third level."""


def entry(index: int) -> bytes:
    """An entry like no other."""
    return b"entry %d" % index * (1 + index % 3)


@cache
def all_leaves() -> list[bytes]:
    """The leaf hashes of the largest log."""
    return [leaf_hash(entry(index)) for index in range(LARGEST)]


def leaves(size: int) -> list[bytes]:
    """The leaf hashes of the log's first ``size`` entries."""
    return all_leaves()[:size]


class StoredTiles(dict[str, bytes]):
    """A ``HashReader`` over tiles by path. ``asked`` says how often it was read."""

    asked = 0

    def read(self, tile: Tile) -> bytes:
        self.asked += 1
        return self[tile.path]


@cache
def largest_log() -> StoredTiles:
    """The tiles of the largest log."""
    return StoredTiles(new_tiles(0, all_leaves(), StoredTiles()))


def grown(*sizes: int) -> StoredTiles:
    """The tiles of the last size, written in steps, each of exactly the tiles that are new."""
    tiles = StoredTiles()
    for old_size, size in pairwise((0, *sizes)):
        written = new_tiles(old_size, leaves(size)[old_size:], tiles)
        assert list(written) == [tile.path for tile in tiles_of(size, grown_from=old_size)]
        tiles.update(written)
    return tiles


class EarlierTree:
    """A ``HashReader`` that also has the partial tiles of every smaller tree: wider ones begin with them."""

    def read(self, tile: Tile) -> bytes:
        tiles, level = largest_log(), LARGEST >> 8 * tile.level
        wide = Tile(tile.level, tile.index, min(256, level - 256 * tile.index))
        return tiles[wide.path][: tile.width * HASH_BYTES]


def audit_path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962, section 2.1.1."""
    if len(hashes) == 1:
        return []
    k = largest_power_below(len(hashes))
    if index < k:
        return [*audit_path(index, hashes[:k]), root_of(hashes[k:])]
    return [*audit_path(index - k, hashes[k:]), root_of(hashes[:k])]


def consistency_path(old_size: int, hashes: Sequence[bytes], known: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962, section 2.1.2."""
    if old_size == len(hashes):
        return [] if known else [root_of(hashes)]
    k = largest_power_below(len(hashes))
    if old_size <= k:
        return [*consistency_path(old_size, hashes[:k], known), root_of(hashes[k:])]
    return [*consistency_path(old_size - k, hashes[k:], False), root_of(hashes[:k])]


def turns(index: int, size: int) -> str:
    """The way up from leaf ``index``: on which side the sibling is at each step."""
    if size == 1:
        return ""
    k = largest_power_below(size)
    return turns(index, k) + "R" if index < k else turns(index - k, size - k) + "L"


def consistency_turns(old_size: int, size: int, known: bool = True) -> str:
    """As ``turns``, for the proof of consistency; it begins with whether the first hash is said."""
    if old_size == size:
        return "" if known else "+"
    k = largest_power_below(size)
    if old_size <= k:
        return consistency_turns(old_size, k, known) + "R"
    return consistency_turns(old_size - k, size - k, False) + "L"


def largest_power_below(count: int) -> int:
    """k of RFC 6962, section 2.1: the largest power of two smaller than ``count``."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power
