"""Tiles as they lie in the public store."""

from registry.store import Store, StoreError
from schemas.tlog import Tile

LOG = "log"
CHECKPOINT = f"{LOG}/checkpoint"


def log_path(path: str) -> str:
    """Where in the store the file at ``path`` of the log lies (C2SP tlog-tiles: below the log's prefix)."""
    return f"{LOG}/{path}"


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
