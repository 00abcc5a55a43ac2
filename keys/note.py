"""The verifier key of a signed note (C2SP signed-note), by which a log is known: `<origin>+<key id>+<key>`.

Pure: no I/O, no clock, no randomness.
"""

import base64
from dataclasses import dataclass
from hashlib import sha256

from keys.ed25519 import KEY_BYTES, PublicKey
from keys.errors import MalformedNoteKey, WeakPublicKey

# C2SP signed-note, "Signature types": 0x01 is Ed25519.
_ED25519 = b"\x01"


@dataclass(frozen=True, slots=True)
class NoteKey:
    """Who signs notes: the name on the signature line, the 4-byte key id before the signature, and the key."""

    origin: str
    key_id: bytes
    key: PublicKey


def note_key_id(origin: str, public: bytes) -> bytes:
    """The first 4 bytes of SHA-256(origin, line break, 0x01, public key): a hint, not an identity.

    Raises MalformedNoteKey for an origin that is empty, or has a space, a plus sign, a line break, or a character
    that cannot be printed.
    """
    if not origin or "+" in origin or " " in origin or not origin.isprintable():
        raise MalformedNoteKey(f"{origin!r} cannot name a log: give it as host[/path], without spaces or plus signs")
    return sha256(origin.encode() + b"\n" + _ED25519 + public).digest()[:4]


def note_vkey(origin: str, public: bytes) -> str:
    """`<origin>+<8 hex digits of the key id>+<standard base64 of 0x01 and the public key>`.

    Raises MalformedNoteKey for the origin, as `note_key_id`, and WeakPublicKey for the key.
    """
    PublicKey.load(public)
    return f"{origin}+{note_key_id(origin, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def parse_vkey(vkey: str) -> NoteKey:
    """The key in exactly the text that `note_vkey` writes for it; MalformedNoteKey for any other."""
    origin, _, rest = vkey.partition("+")
    _, _, encoded = rest.partition("+")
    try:
        data = base64.b64decode(encoded, validate=True)
        if len(data) != 1 + KEY_BYTES or not data.startswith(_ED25519):
            raise ValueError("it is not an Ed25519 key")
        key = PublicKey.load(data[1:])
        key_id = note_key_id(origin, key.raw)
        if note_vkey(origin, key.raw) != vkey:
            raise ValueError("its key id or its spelling is not that of its key")
    except (ValueError, WeakPublicKey) as error:
        raise MalformedNoteKey(f"{vkey!r} is not a note verifier key: {error}") from error
    return NoteKey(origin, key_id, key)
