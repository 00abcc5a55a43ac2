"""The public store: where tiles, checkpoint and bundle lie, for anyone to read. It can be rebuilt from the log entries.

What it is trusted for: nothing. Whoever reads verifies; whoever writes checks, before it goes on, that what lies there
is what it wrote last.
"""

from registry.store.folder import FolderStore
from registry.store.store import Store, StoreConflict, StoreError

__all__ = ["FolderStore", "Store", "StoreConflict", "StoreError"]
