"""The bytes of an entry bundle: each entry behind its length in two bytes, big-endian (C2SP tlog-tiles, "Log entries").

An entry is hashed without its length: ``schemas.entry.leaf_hash``.
"""

from collections.abc import Sequence

from schemas.entry import MAX_ENTRY
from schemas.tlog.form import MalformedTlog
from schemas.tlog.tiles import TILE_WIDTH

_LENGTH_BYTES = 2


def encode_entries(entries: Sequence[bytes]) -> bytes:
    """The bundle of 1 to 256 ``entries``. ``MalformedTlog`` for another number, or an entry over 65,535 bytes."""
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise MalformedTlog(f"an entry bundle has 1 to {TILE_WIDTH} entries, not {len(entries)}")
    if any(len(entry) > MAX_ENTRY for entry in entries):
        raise MalformedTlog(f"an entry has at most {MAX_ENTRY} bytes")
    return b"".join([part for entry in entries for part in (len(entry).to_bytes(_LENGTH_BYTES), entry)])


def decode_entries(data: bytes, width: int) -> list[bytes]:
    """The ``width`` entries of a bundle, in order. ``MalformedTlog`` unless it holds so many, and nothing behind."""
    entries: list[bytes] = []
    start, end = 0, len(data)
    while start < end:
        first = start + _LENGTH_BYTES
        start = first + int.from_bytes(data[start:first])
        if first > end or start > end:
            raise MalformedTlog(f"the bundle ends inside entry {len(entries)}")
        if len(entries) == width:
            raise MalformedTlog(f"the bundle has more than the {width} entries of its path")
        entries.append(data[first:start])
    if len(entries) != width:
        raise MalformedTlog(f"the bundle has {len(entries)} entries, its path says {width}")
    return entries
