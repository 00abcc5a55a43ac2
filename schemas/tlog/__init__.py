"""The files of a public log, in the formats of C2SP, so that anyone's tools read them. Pure: no I/O, no keys.

| module | is |
|---|---|
| `tiles` | tlog-tiles: which tiles and entry bundles a tree of some size has, and their paths |
| `entries` | tlog-tiles: the bytes of an entry bundle |
| `checkpoint` | tlog-checkpoint: the text that is signed as a note (see ``keys.note``) |
| `proof` | tlog-proof: a file that proves one entry offline |

Each has one spelling, and is read no other way. What is not of it raises ``MalformedTlog``, a ``ValueError``.
"""

from schemas.tlog.checkpoint import Checkpoint
from schemas.tlog.entries import decode_entries, encode_entries
from schemas.tlog.form import HASH_BYTES, MAX_TREE, MalformedTlog
from schemas.tlog.proof import TlogProof
from schemas.tlog.tiles import (
    TILE_WIDTH,
    EntryBundle,
    Tile,
    entry_bundle_at,
    entry_bundles_of,
    parse_path,
    right_edge,
    tile_at,
    tiles_of,
)

__all__ = [
    "HASH_BYTES",
    "MAX_TREE",
    "TILE_WIDTH",
    "Checkpoint",
    "EntryBundle",
    "MalformedTlog",
    "Tile",
    "TlogProof",
    "decode_entries",
    "encode_entries",
    "entry_bundle_at",
    "entry_bundles_of",
    "parse_path",
    "right_edge",
    "tile_at",
    "tiles_of",
]
