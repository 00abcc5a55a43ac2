"""The files of the log, derived again from its entries: when the public store was lost, or is older than the database.

The same bytes as the sequencer wrote, for the same entries; a checkpoint says whether they are the same.
"""

from collections.abc import Callable, Iterator, Sequence

from registry.log.reader import StoredTiles, log_path
from registry.log.tree import OverlaidTiles, new_tiles
from registry.store import Store
from schemas.tlog import TILE_WIDTH, encode_entries, entry_bundles_of, parse_path, right_edge
from verifier.tiles import tree_root

AT_ONCE = 65_536
"""Entries that are derived at once: a whole number of tiles of the second level, so that all but the last are full."""

Entries = Callable[[int, int], tuple[Sequence[bytes], Sequence[bytes]]]
"""Reads the entries from an index up to another, with their leaf hashes."""


def root_of_entries(entries: Entries, size: int, grown_from: int, store: Store) -> bytes:
    """The root of the tree of ``size`` entries, of which the tiles of the first ``grown_from`` are in the store."""
    edge: dict[str, bytes] = {}
    for files in _derived(entries, size, grown_from, store):
        edge |= {path: data for path, data in files.items() if _is_partial(path)}
    return tree_root(size, OverlaidTiles(edge, StoredTiles(store)))


def write_missing(entries: Entries, size: int, grown_from: int, store: Store) -> int:
    """Writes the tiles and bundles of entries that the store lacks, of those that a log of ``grown_from`` entries does
    not have; how many. What is there stays, whatever it is."""
    partial = {tile.path for tile in right_edge(size)} | {bundle.path for bundle in entry_bundles_of(size, grown_from)}
    written = 0
    for files in _derived(entries, size, grown_from, store):
        for path, data in files.items():
            if (path in partial or not _is_partial(path)) and not _is_there(store, path):
                store.put(log_path(path), data)
                written += 1
    return written


def _derived(entries: Entries, size: int, grown_from: int, store: Store) -> Iterator[dict[str, bytes]]:
    """Tiles and bundles by path, as the log grows some entries at a time."""
    edge: dict[str, bytes] = {}
    for start in range(grown_from - grown_from % AT_ONCE, size, AT_ONCE):
        start, end = max(start, grown_from), min(size, start + AT_ONCE)
        first = start - start % TILE_WIDTH
        content, leaves = entries(first, end)
        tiles = new_tiles(start, leaves[start - first :], OverlaidTiles(edge, StoredTiles(store)))
        edge |= {path: data for path, data in tiles.items() if _is_partial(path)}
        bundles = (
            (bundle.path, encode_entries(content[bundle.start - first : bundle.end - first]))
            for bundle in entry_bundles_of(end, grown_from=start)
        )
        yield tiles | dict(bundles)


def _is_partial(path: str) -> bool:
    return parse_path(path).width < TILE_WIDTH


def _is_there(store: Store, path: str) -> bool:
    """Whether the store has it, or the same wider."""
    names = (path, path.partition(".p/")[0])
    return any(store.get(log_path(name)) is not None for name in names)
