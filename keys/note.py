"""Signed notes (C2SP signed-note), their keys, and the cosignatures of witnesses (C2SP tlog-cosignature).

A note is a text of lines, an empty line, and a signature line for each signer. A log signs its checkpoints so, and
witnesses add theirs:

    note = sign_note(checkpoint.text, signer, origin)
    note = add_lines(note, cosignature_line(checkpoint.text, witness_signer, witness_name, timestamp))
    opened = open_note(note, [log_key, *witness_keys])     # raises, or says whose signatures are good

Signatures of unknown keys are ignored, so that keys can be rotated and anyone may cosign; a bad signature of a known
key condemns the note.

Pure: no I/O, no clock, no randomness.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from keys.ed25519 import KEY_BYTES, SIGNATURE_BYTES, PublicKey
from keys.errors import InvalidSignature, MalformedNote, MalformedNoteKey, UnsignedNote, WeakPublicKey
from keys.signer import Signer

MAX_NOTE_BYTES = 1_000_000
MAX_LINES = 100
"""Signature lines of a note at most. C2SP asks that 16 be read; this is what the Go implementation reads."""

_DASH = "— "
_KEY_ID_BYTES = 4
_TIME_BYTES = 8
_MAX_TIME = 2**63 - 1


class NoteKind(IntEnum):
    """C2SP signed-note, "Signature types". A key signs in one way: the kind is part of the key id."""

    ED25519 = 0x01
    """Ed25519 over the note's text."""
    COSIGNATURE = 0x04
    """A witness's statement that at a given time this was the largest checkpoint it had seen, all of them consistent
    (C2SP tlog-cosignature, Ed25519)."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """Who signs notes: the name on the signature line, the 4-byte key id before the signature, the key, how it signs.

    Equal when all four are. To count distinct signers, count distinct ``key``.
    """

    origin: str
    key_id: bytes
    key: PublicKey
    kind: NoteKind = NoteKind.ED25519


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One signature line, as read: nothing is verified. ``signature`` is what follows the key id."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def text(self) -> str:
        """``— <name> <base64 of key id and signature>`` and a line break."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart: nothing is verified, so ``text`` must not be believed."""

    text: str
    lines: tuple[NoteLine, ...]


@dataclass(frozen=True, slots=True)
class VerifiedLine:
    """A good signature of a known key. ``timestamp`` is a cosignature's, in seconds since 1970; else None."""

    key: NoteKey
    timestamp: int | None


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note that at least one known key has signed. ``signatures`` has each of those keys once."""

    text: str
    signatures: tuple[VerifiedLine, ...]


def note_key_id(origin: str, public: bytes, kind: NoteKind = NoteKind.ED25519) -> bytes:
    """The first 4 bytes of SHA-256(origin, line break, kind, public key): a hint, not an identity.

    Raises MalformedNoteKey for an origin that is empty, or has a space, a plus sign, a line break, or a character
    that cannot be printed.
    """
    if not origin or "+" in origin or " " in origin or not origin.isprintable():
        raise MalformedNoteKey(f"{origin!r} cannot name a log: give it as host[/path], without spaces or plus signs")
    return sha256(origin.encode() + b"\n" + bytes((kind,)) + public).digest()[:_KEY_ID_BYTES]


def note_vkey(origin: str, public: bytes, kind: NoteKind = NoteKind.ED25519) -> str:
    """`<origin>+<8 hex digits of the key id>+<standard base64 of the kind and the public key>`.

    Raises MalformedNoteKey for the origin, as `note_key_id`, and WeakPublicKey for the key.
    """
    PublicKey.load(public)
    encoded = base64.b64encode(bytes((kind,)) + public).decode()
    return f"{origin}+{note_key_id(origin, public, kind).hex()}+{encoded}"


def parse_vkey(vkey: str, kind: NoteKind = NoteKind.ED25519) -> NoteKey:
    """The key in exactly the text that `note_vkey` writes for it and `kind`; MalformedNoteKey for any other."""
    origin, _, rest = vkey.partition("+")
    _, _, encoded = rest.partition("+")
    try:
        data = base64.b64decode(encoded, validate=True)
        if len(data) != 1 + KEY_BYTES or data[0] != kind:
            raise ValueError(f"it is not an Ed25519 key of signature type {kind:#04x}")
        key = PublicKey.load(data[1:])
        key_id = note_key_id(origin, key.raw, kind)
        if note_vkey(origin, key.raw, kind) != vkey:
            raise ValueError("its key id or its spelling is not that of its key")
    except (ValueError, WeakPublicKey) as error:
        raise MalformedNoteKey(f"{vkey!r} is not a note verifier key: {error}") from error
    return NoteKey(origin, key_id, key, kind)


def note_line(text: str, signer: Signer, name: str) -> NoteLine:
    """The signature of `signer`, called `name`, over the note text `text`. Deterministic.

    Raises MalformedNote for a text that does not end in a line break or has control characters, MalformedNoteKey for
    the name.
    """
    return NoteLine(name, note_key_id(name, signer.public), signer.sign(_text_bytes(text)))


def cosignature_line(text: str, signer: Signer, name: str, timestamp: int) -> NoteLine:
    """The cosignature of the witness `name` over the checkpoint whose text is `text`, at `timestamp` (seconds since
    1970). The caller has verified that the checkpoint is consistent with all it has cosigned before.

    Raises MalformedNote for the text, as `note_line`, and for a timestamp outside 0 to 2^63 - 1; MalformedNoteKey for
    the name.
    """
    key_id = note_key_id(name, signer.public, NoteKind.COSIGNATURE)
    if not 0 <= timestamp <= _MAX_TIME:
        raise MalformedNote(f"a cosignature cannot have the time {timestamp}")
    signature = signer.sign(_cosigned(timestamp, _text_bytes(text)))
    return NoteLine(name, key_id, timestamp.to_bytes(_TIME_BYTES) + signature)


def sign_note(text: str, signer: Signer, name: str) -> bytes:
    """The note: `text`, signed by `signer`, called `name`. Raises as `note_line`."""
    return f"{text}\n{note_line(text, signer, name).text}".encode()


def add_lines(note: bytes, *lines: NoteLine) -> bytes:
    """The note with further signature lines. A line of the same name and key id is replaced. MalformedNote if not
    a note, or then no longer."""
    found = parse_note(note)
    merged = {(line.name, line.key_id): line for line in (*found.lines, *lines)}
    written = f"{found.text}\n{''.join(line.text for line in merged.values())}".encode()
    parse_note(written)  # never write what we would not read
    return written


def parse_note(note: bytes) -> Note:
    """Takes a note apart without verifying it.

    Raises MalformedNote unless it is UTF-8 without control characters other than line breaks, of at most a million
    bytes, with 1 to 100 signature lines after the last empty line, as `parse_lines` reads them.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise MalformedNote(f"a note has at most {MAX_NOTE_BYTES} bytes, this has {len(note)}")
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedNote("the note is not UTF-8") from error
    text, blank, lines = whole.rpartition("\n\n")
    if not blank:
        raise MalformedNote("a note has an empty line before its signatures")
    text += "\n"
    _text_bytes(text)
    return Note(text, parse_lines(lines))


def parse_lines(lines: str) -> tuple[NoteLine, ...]:
    """Signature lines without their note, as a witness answers them (C2SP tlog-witness, add-checkpoint).

    Raises MalformedNote unless they are 1 to 100, each an em dash, a space, a name without spaces or plus signs, a
    space, canonical standard base64 of more than 4 bytes, and a line break.
    """
    each = lines.split("\n")
    if len(each) < 2 or each.pop():
        raise MalformedNote("a signature line ends in a line break, and there is at least one")
    if len(each) > MAX_LINES:
        raise MalformedNote(f"a note has at most {MAX_LINES} signatures, this has {len(each)}")
    return tuple(_line_of(line) for line in each)


def open_note(note: bytes, keys: Iterable[NoteKey]) -> OpenedNote:
    """The text of a note that at least one of `keys` has signed, and which of them.

    A key whose good signature is there more than once counts once, a cosignature with its latest time. What a
    threshold of witnesses is worth, and whether a time is plausible, is the caller's to judge.

    Raises MalformedNote, InvalidSignature when a signature under the name and id of one of `keys` is not good, even
    if others are, and UnsignedNote when there is none.
    """
    found = parse_note(note)
    text = found.text.encode()
    known: dict[tuple[str, bytes], NoteKey] = {}
    for key in keys:
        if known.setdefault((key.origin, key.key_id), key) != key:
            raise MalformedNoteKey(f"two keys called {key.origin} have the key id {key.key_id.hex()}")
    verified: dict[NoteKey, int | None] = {}
    for line in found.lines:
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        timestamp = _verify(key, line, text)
        earlier = verified.get(key)
        verified[key] = timestamp if timestamp is None or earlier is None else max(timestamp, earlier)
    if not verified:
        raise UnsignedNote("no key known here has signed this note")
    return OpenedNote(found.text, tuple(VerifiedLine(*item) for item in verified.items()))


def _verify(key: NoteKey, line: NoteLine, text: bytes) -> int | None:
    """The time in the line if it is a cosignature; InvalidSignature unless it is good."""
    timestamp, signature, message = None, line.signature, text
    if key.kind is NoteKind.COSIGNATURE:
        timestamp, signature = int.from_bytes(signature[:_TIME_BYTES]), signature[_TIME_BYTES:]
        message = _cosigned(timestamp, text)
    good = len(signature) == SIGNATURE_BYTES and (timestamp is None or timestamp <= _MAX_TIME)
    if not good or not key.key.verifies(signature, message):
        raise InvalidSignature(f"not signed by {key.origin} ({key.key_id.hex()}), or changed since")
    return timestamp


def _cosigned(timestamp: int, text: bytes) -> bytes:
    """C2SP tlog-cosignature, "Ed25519 signed message"."""
    return b"cosignature/v1\ntime %d\n%b" % (timestamp, text)


def _line_of(line: str) -> NoteLine:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _can_name(name):
        raise MalformedNote(f"not a signature line: {line[:80]!r}")
    try:
        data = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise MalformedNote(f"the signature of {name} is not base64") from error
    if len(data) <= _KEY_ID_BYTES or base64.b64encode(data).decode() != encoded:
        raise MalformedNote(f"the signature of {name} is too short, or not in the one spelling of its base64")
    return NoteLine(name, data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])


def _can_name(name: str) -> bool:
    """C2SP signed-note, "Format": not empty, no Unicode spaces, no plus sign."""
    return bool(name) and not any(character.isspace() or character in "+" or character < " " for character in name)


def _text_bytes(text: str) -> bytes:
    """The text in UTF-8; MalformedNote unless a note can carry it (C2SP signed-note, "Format")."""
    if not text.endswith("\n"):
        raise MalformedNote("the text of a note ends in a line break")
    if any(character < " " and character != "\n" for character in text):
        raise MalformedNote("the text of a note has no control characters other than line breaks")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise MalformedNote("the text of a note can be written in UTF-8") from error
