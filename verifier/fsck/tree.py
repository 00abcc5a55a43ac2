"""The log's tree, grown leaf by leaf, with every tile it ever had and its root at each size on the way."""

from collections.abc import Iterable

from schemas.tlog import HASH_BYTES, TILE_WIDTH, Tile
from verifier.merkle import EMPTY_ROOT, node_hash

_HEIGHT = 8


class GrowingTree:
    """RFC 6962, section 2.1. Keeps the hashes of all tiles: 32 bytes an entry, and a 255th more.

    ``roots`` are those at ``sizes``, as far as it has grown.
    """

    def __init__(self, sizes: Iterable[int] = ()) -> None:
        self.size = 0
        self.roots: dict[int, bytes] = {}
        self._sizes = frozenset(sizes)
        self._rows: list[bytearray] = [bytearray()]
        self._peaks: list[bytes] = []
        self._note_root()

    def append(self, leaf: bytes) -> None:
        """Adds one leaf hash."""
        self._rows[0] += leaf
        node, height = leaf, 0
        while self.size >> height & 1:
            node = node_hash(self._peaks.pop(), node)
            height += 1
            if height % _HEIGHT == 0:
                self._row(height // _HEIGHT).extend(node)
        self._peaks.append(node)
        self.size += 1
        self._note_root()

    def root(self) -> bytes:
        """The root at the present size."""
        root = b""
        for peak in reversed(self._peaks):
            root = node_hash(peak, root) if root else peak
        return root or EMPTY_ROOT

    def tile(self, tile: Tile) -> bytes | None:
        """The hashes of ``tile``; None when the tree does not reach so far."""
        if tile.level >= len(self._rows):
            return None
        start = tile.index * TILE_WIDTH * HASH_BYTES
        data = bytes(self._rows[tile.level][start : start + tile.size])
        return data if len(data) == tile.size else None

    def _note_root(self) -> None:
        if self.size in self._sizes:
            self.roots[self.size] = self.root()

    def _row(self, level: int) -> bytearray:
        if level == len(self._rows):
            self._rows.append(bytearray())
        return self._rows[level]
