"""Tiles as they lie in the public store."""

from keys import MalformedNote, parse_note
from registry.store import Store, StoreError
from schemas.tlog import Checkpoint, MalformedTlog, Tile

LOG = "log"
CHECKPOINT = f"{LOG}/checkpoint"


def log_path(path: str) -> str:
    """Where in the store the file at ``path`` of the log lies (C2SP tlog-tiles: below the log's prefix)."""
    return f"{LOG}/{path}"


def published_size(store: Store) -> int:
    """How many entries the published checkpoint counts; 0 without one. Raises ``StoreError`` if that cannot be told."""
    note = store.get(CHECKPOINT)
    try:
        return 0 if note is None else Checkpoint.parse(parse_note(note).text).size
    except (MalformedNote, MalformedTlog) as problem:
        raise StoreError(f"the published checkpoint cannot be read: {problem}") from problem


class StoredTiles:
    """A ``HashReader`` over the public store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, tile: Tile) -> bytes:
        """The tile, or the beginning of the same tile stored full. Raises ``StoreError`` when there is neither."""
        data = self._store.get(log_path(tile.path)) or self._store.get(log_path(Tile(tile.level, tile.index, 256).path))
        if data is None:
            raise StoreError(f"the tile {tile.path} is not in the store")
        return data
