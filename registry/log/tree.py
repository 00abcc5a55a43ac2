"""The log's Merkle tree, grown: the tiles that new entries make (RFC 6962, section 2.1; C2SP tlog-tiles)."""

from collections.abc import Mapping, Sequence

from schemas.tlog import HASH_BYTES, TILE_WIDTH, MalformedTlog, Tile
from verifier.tiles import HashReader, read_tile, subtree_hash


class OverlaidTiles:
    """A ``HashReader`` of tiles not yet written, by path, and of ``below`` for all others."""

    def __init__(self, tiles: Mapping[str, bytes], below: HashReader) -> None:
        self._tiles = tiles
        self._below = below

    def read(self, tile: Tile) -> bytes:
        for path in (tile.path, Tile(tile.level, tile.index).path):
            if (data := self._tiles.get(path)) is not None:
                return data
        return self._below.read(tile)


def new_tiles(old_size: int, leaf_hashes: Sequence[bytes], reader: HashReader) -> dict[str, bytes]:
    """The tiles to write, by path, when a tree of ``old_size`` entries grows by these leaf hashes.

    Exactly ``tiles_of(old_size + len(leaf_hashes), grown_from=old_size)``: every level, full tiles and partial. Of
    the old tree only partial tiles are read, one a level at most.
    """
    if any(len(leaf) != HASH_BYTES for leaf in leaf_hashes):
        raise MalformedTlog(f"a leaf hash has {HASH_BYTES} bytes")
    written: dict[str, bytes] = {}
    level, start, added = 0, old_size, b"".join(leaf_hashes)
    while added:
        first, kept = divmod(start, TILE_WIDTH)
        row = read_tile(reader, Tile(level, first, kept)) + added if kept else added
        above = []
        for offset in range(0, len(row), TILE_WIDTH * HASH_BYTES):
            data = row[offset : offset + TILE_WIDTH * HASH_BYTES]
            tile = Tile(level, first + offset // (TILE_WIDTH * HASH_BYTES), len(data) // HASH_BYTES)
            written[tile.path] = data
            if tile.width == TILE_WIDTH:
                above.append(subtree_hash(data))
        level, start, added = level + 1, first, b"".join(above)
    return written
