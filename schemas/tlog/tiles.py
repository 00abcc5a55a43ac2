"""Which tiles and entry bundles a tree has, and where they are served (C2SP tlog-tiles, "Merkle Tree", "Log entries").

The Merkle tree is published as tiles of up to 256 consecutive hashes. A hash at level 0 is an entry's leaf hash; one
at level L is the hash of a full tile at level L - 1, that is of 256**L entries. Tiles narrower than 256 are partial:
at most one a level, the rightmost. A file once published at a path never changes.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from schemas.tlog.form import HASH_BYTES, MAX_TREE, MalformedTlog

TILE_WIDTH = 256
"""Hashes of a full tile, and entries of a full bundle."""

_LEVELS = 64
_MAX_INDEX = MAX_TREE // TILE_WIDTH
_PATH = re.compile(
    r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?",
    re.ASCII,
)


class Tile(Struct, frozen=True, order=True):
    """``width`` consecutive hashes of the tree at ``level``, from number ``index * 256`` of that level on.

    Raises ``MalformedTlog`` unless ``level`` is 0 to 63, ``width`` 1 to 256 and ``index`` at most 2^55 - 1.
    """

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level < _LEVELS:
            raise MalformedTlog(f"a tile's level is 0 to {_LEVELS - 1}, not {self.level}")
        _check(self.index, self.width)

    @property
    def path(self) -> str:
        """``tile/<L>/<N>[.p/<W>]``, below the log's prefix."""
        return f"tile/{self.level}/{_number(self.index, self.width)}"

    @property
    def size(self) -> int:
        """Bytes of the file: 32 a hash."""
        return self.width * HASH_BYTES


class EntryBundle(Struct, frozen=True, order=True):
    """The ``width`` entries from number ``index * 256`` on: what the tile of level 0 there has the leaf hashes of."""

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        _check(self.index, self.width)

    @property
    def path(self) -> str:
        """``tile/entries/<N>[.p/<W>]``, below the log's prefix."""
        return f"tile/entries/{_number(self.index, self.width)}"

    @property
    def start(self) -> int:
        """Log index of the first entry."""
        return self.index * TILE_WIDTH

    @property
    def end(self) -> int:
        """Log index after the last entry."""
        return self.start + self.width


def parse_path(path: str) -> Tile | EntryBundle:
    """The tile or entry bundle whose ``path`` is exactly this text; ``MalformedTlog`` for any other text."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise MalformedTlog(f"not the path of a tile: {path[:80]!r}")
    level, digits, width_digits = found.groups()
    index = int(digits.replace("/", "").replace("x", ""))
    width = TILE_WIDTH if width_digits is None else int(width_digits)
    tile = EntryBundle(index, width) if level == "entries" else Tile(int(level), index, width)
    if tile.path != path:
        raise MalformedTlog(f"not the one spelling of a tile's path: {path[:80]!r}")
    return tile


def tile_at(level: int, index: int, size: int) -> Tile:
    """The tile at ``index`` of ``level`` as a tree of ``size`` entries has it. ``MalformedTlog`` if it has none."""
    _check_size(size)
    hashes = size >> 8 * level if level >= 0 else 0
    return Tile(level, index, min(TILE_WIDTH, hashes - index * TILE_WIDTH))


def entry_bundle_at(index: int, size: int) -> EntryBundle:
    """The entry bundle ``index`` as a tree of ``size`` entries has it. ``MalformedTlog`` if it has none."""
    _check_size(size)
    return EntryBundle(index, min(TILE_WIDTH, size - index * TILE_WIDTH))


def tiles_of(size: int, grown_from: int = 0) -> Iterator[Tile]:
    """Every tile of a tree of ``size`` entries, level by level, from the left; a partial one is the last of its level.

    With ``grown_from``, only those that a tree of that smaller size does not have in the same width.
    """
    _check_size(size, grown_from)
    level = 0
    while size:
        for index in range(grown_from // TILE_WIDTH, size // TILE_WIDTH):
            yield Tile(level, index)
        if size % TILE_WIDTH and size != grown_from:
            yield Tile(level, size // TILE_WIDTH, size % TILE_WIDTH)
        level, size, grown_from = level + 1, size // TILE_WIDTH, grown_from // TILE_WIDTH


def entry_bundles_of(size: int, grown_from: int = 0) -> Iterator[EntryBundle]:
    """Every entry bundle of a tree of ``size`` entries, in order; with ``grown_from``, as for ``tiles_of``."""
    _check_size(size, grown_from)
    for index in range(grown_from // TILE_WIDTH, size // TILE_WIDTH):
        yield EntryBundle(index)
    if size % TILE_WIDTH and size != grown_from:
        yield EntryBundle(size // TILE_WIDTH, size % TILE_WIDTH)


def right_edge(size: int) -> list[Tile]:
    """The partial tiles of a tree of ``size`` entries, from level 0 up: all that its root hash is computed from.

    At level L it has ``floor(size / 256**L) mod 256`` hashes (tlog-tiles, "Partial Tiles"); none where that is 0.
    """
    _check_size(size)
    widths = ((level, size >> 8 * level) for level in range(8))
    return [Tile(level, n // TILE_WIDTH, n % TILE_WIDTH) for level, n in widths if n % TILE_WIDTH]


def _number(index: int, width: int) -> str:
    """The index in elements of three digits, all but the last with an ``x``, and the width of a partial tile."""
    text = f"{index % 1000:03}"
    while index := index // 1000:
        text = f"x{index % 1000:03}/{text}"
    return text if width == TILE_WIDTH else f"{text}.p/{width}"


def _check(index: int, width: int) -> None:
    if not 0 <= index <= _MAX_INDEX:
        raise MalformedTlog(f"a tile's index is 0 to {_MAX_INDEX}, not {index}")
    if not 1 <= width <= TILE_WIDTH:
        raise MalformedTlog(f"a tile is 1 to {TILE_WIDTH} wide, not {width}")


def _check_size(size: int, grown_from: int = 0) -> None:
    if not 0 <= grown_from <= size <= MAX_TREE:
        raise MalformedTlog(f"a tree cannot grow from {grown_from} to {size} entries")
