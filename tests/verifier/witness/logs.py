"""Logs for the tests of witnesses: honest ones, and one that lies."""

from functools import cache
from pathlib import Path

from keys import Ed25519Signer, NoteKey, NoteKind, NoteLine, Signer, note_vkey, parse_lines, parse_vkey, sign_note
from registry.log.tree import new_tiles
from schemas.entry import leaf_hash
from schemas.tlog import Checkpoint
from tests.verifier.trees import EarlierTree, StoredTiles, leaves
from verifier.merkle import root_of
from verifier.tiles import consistency_proof
from verifier.witness import AddCheckpoint, SeenCheckpoints, Witness

ORIGIN, WITNESS = "log.example", "witness.example/w1"
TIME = 1_800_000_000
TREE = EarlierTree()


def signer(number: int) -> Signer:
    return Ed25519Signer.from_seed(number.to_bytes(32))


LOG_SIGNER, WITNESS_SIGNER = signer(1), signer(2)


def note_key(name: str, signer: Signer, kind: NoteKind = NoteKind.ED25519) -> NoteKey:
    return parse_vkey(note_vkey(name, signer.public, kind), kind)


LOG_KEY = note_key(ORIGIN, LOG_SIGNER)
WITNESS_KEY = note_key(WITNESS, WITNESS_SIGNER, NoteKind.COSIGNATURE)


@cache
def checkpoint(size: int, forked: bool = False, origin: str = ORIGIN) -> Checkpoint:
    """The log at ``size``; forked: its first entry is another."""
    hashes = leaves(size)
    return Checkpoint(origin, size, root_of([leaf_hash(b"another"), *hashes[1:]] if forked else hashes))


def signed(of: Checkpoint, by: Signer = LOG_SIGNER) -> bytes:
    return sign_note(of.text, by, of.origin)


def growth(old: int, new: int) -> bytes:
    """An honest request."""
    return AddCheckpoint(old, tuple(consistency_proof(old, new, TREE)), signed(checkpoint(new))).encode()


def forked_tiles(size: int) -> StoredTiles:
    """The tiles of the forked log."""
    return StoredTiles(new_tiles(0, [leaf_hash(b"another"), *leaves(size)[1:]], StoredTiles()))


def witness_in(seen: SeenCheckpoints, *logs: NoteKey) -> Witness:
    return Witness(WITNESS, WITNESS_SIGNER, logs or (LOG_KEY,), seen)


def line_of(body: bytes) -> NoteLine:
    (line,) = parse_lines(body.decode())
    return line


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
