"""The public store: where tiles, checkpoint and bundle lie, for anyone to read. It can be rebuilt from the log entries.

What it is trusted for: nothing. Whoever reads verifies; whoever writes checks, before it goes on, that what lies there
is what it wrote last.

| module | what it holds |
|---|---|
| `store` | the interface, its errors, and what can be a path |
| `folder` | files in a folder |
| `s3` | objects in a bucket; needs the extra `s3` |
| `bucket` | the URL that names a bucket |
| `served` | the media type and the caching of each file |
"""

from registry.store.bucket import open_bucket
from registry.store.folder import FolderStore
from registry.store.store import Store, StoreConflict, StoreError, StoreUnavailable

__all__ = ["FolderStore", "Store", "StoreConflict", "StoreError", "StoreUnavailable", "open_bucket"]
