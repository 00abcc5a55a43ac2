"""The log's tree as its tiles give it: roots and proofs (RFC 6962, section 2.1; C2SP tlog-tiles).

Everything is computed from tiles, a few of them, so a log of any length costs the same. Tiles are taken as they are:
whoever does not trust where they lie compares ``tree_root`` with a checkpoint, or has ``verifier.merkle`` check the
proof that comes out.
"""

from hashlib import sha256
from typing import Protocol

from schemas.tlog import HASH_BYTES, TILE_WIDTH, MalformedTlog, Tile, right_edge, tile_at
from verifier.merkle import EMPTY_ROOT, node_hash

_PAIR = 2 * HASH_BYTES


class HashReader(Protocol):
    """Where the tiles lie."""

    def read(self, tile: Tile) -> bytes:
        """The first ``tile.width`` hashes of the tile at that level and index, 32 bytes each.

        Where that tile is stored wider, its beginning will do. What the implementation raises for a tile that it does
        not have goes through to the caller.
        """
        ...


def tree_root(size: int, reader: HashReader) -> bytes:
    """The root of the tree of ``size`` entries, from the tiles of its right edge."""
    root = b""
    for tile in right_edge(size):
        for peak in _peaks_from_the_right(read_tile(reader, tile)):
            root = node_hash(peak, root) if root else peak
    return root or EMPTY_ROOT


def inclusion_proof(index: int, size: int, reader: HashReader) -> list[bytes]:
    """The audit path of entry ``index`` in the tree of ``size`` entries, leaf's sibling first (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise MalformedTlog(f"a tree of {size} entries has no entry {index}")
    tree = _Tree(size, reader)
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + _largest_power_below(high - low)
        if index < middle:
            path.append(tree.hash_of(middle, high))
            high = middle
        else:
            path.append(tree.hash_of(low, middle))
            low = middle
    return path[::-1]


def consistency_proof(old_size: int, new_size: int, reader: HashReader) -> list[bytes]:
    """That the tree of ``new_size`` entries grew from that of ``old_size`` (RFC 6962, 2.1.2).

    Empty when the old tree is empty, as C2SP tlog-witness wants it, or the sizes are equal.
    """
    if not 0 <= old_size <= new_size:
        raise MalformedTlog(f"a tree cannot grow from {old_size} to {new_size} entries")
    if old_size == 0:
        return []
    tree = _Tree(new_size, reader)
    low, high, path = 0, new_size, []
    while high != old_size:
        middle = low + _largest_power_below(high - low)
        if old_size <= middle:
            path.append(tree.hash_of(middle, high))
            high = middle
        else:
            path.append(tree.hash_of(low, middle))
            low = middle
    if low:  # the verifier knows the old root, so it goes unsaid when it is a node of the new tree
        path.append(tree.hash_of(low, high))
    return path[::-1]


class _Tree:
    """The nodes of a tree of ``size`` entries. Each tile is read once."""

    def __init__(self, size: int, reader: HashReader) -> None:
        self._size = size
        self._reader = reader
        self._tiles: dict[tuple[int, int], bytes] = {}

    def hash_of(self, low: int, high: int) -> bytes:
        """MTH(D[low:high]), where ``low`` is a multiple of the smallest power of two not below ``high - low``."""
        root, count = b"", high - low
        while count:
            peak = count & -count
            count -= peak
            height = peak.bit_length() - 1
            node = self._node(height, low + count >> height)
            root = node_hash(node, root) if root else node
        return root

    def _node(self, height: int, number: int) -> bytes:
        """The hash of the whole subtree ``number`` of 2**height entries."""
        level, within = divmod(height, 8)
        index, offset = divmod(number << within, TILE_WIDTH)
        data = self._tiles.get((level, index))
        if data is None:
            data = self._tiles[level, index] = read_tile(self._reader, tile_at(level, index, self._size))
        start = offset * HASH_BYTES
        return subtree_hash(data[start : start + (HASH_BYTES << within)])


def subtree_hash(row: bytes) -> bytes:
    """The hash over a power of two of hashes. Most of a log's hashing is done here."""
    while len(row) > HASH_BYTES:
        row = b"".join([sha256(b"\x01" + row[at : at + _PAIR]).digest() for at in range(0, len(row), _PAIR)])
    return row


def _peaks_from_the_right(row: bytes) -> list[bytes]:
    """The hashes of the whole subtrees that a row of hashes falls into, the rightmost and smallest first."""
    peaks, end = [], len(row)
    while end:
        width = end & -end
        peaks.append(subtree_hash(row[end - width : end]))
        end -= width
    return peaks


def _largest_power_below(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def read_tile(reader: HashReader, tile: Tile) -> bytes:
    data = reader.read(tile)
    if len(data) < tile.size or len(data) % HASH_BYTES:
        raise MalformedTlog(
            f"{tile.path} has {len(data)} bytes instead of {tile.size}: restore it, or rebuild the tiles"
        )
    return data[: tile.size]
