"""``fsck`` of a home: everything in the database and the public store, derived again from the log's entries.

Nothing is changed, and no key is needed. What anyone can check without the database is in ``verifier.fsck``.

| module | checks |
|---|---|
| `home` | all of it, in order |
| `entries` | the table ``log_entry``, and replays it |
| `projections` | the tables ``record``, ``declaration`` and ``member`` |
| `labels` | the table ``label`` |
| `checkpoints` | the table ``checkpoint``, and the published checkpoint |
| `files` | tiles and entry bundles of the public store |
| `published` | what the bundle in the store is checked with: the store's files, and the home's roots |
| `stored` | values as a damaged table may hold them |
"""

from registry.fsck.home import check_home

__all__ = ["check_home"]
