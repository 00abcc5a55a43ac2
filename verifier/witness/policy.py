"""Have k of n witnesses cosigned this checkpoint? For whoever relies on one. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from msgspec import Struct

from keys import KeysError, NoteKey, NoteKind, OpenedNote, note_vkey, open_note, parse_vkey

MAX_AHEAD = timedelta(minutes=5)
"""How far a witness's clock may be ahead of ours (C2SP tlog-cosignature: verifiers may reject future times)."""


class NotWitnessed(Exception):
    """Fewer witnesses than the policy asks for have cosigned, or a cosignature is not good: do not rely on it."""


class WitnessPolicy(Struct, frozen=True):
    """``threshold`` of ``witnesses`` are to cosign; 0 asks for none. Counted are distinct public keys, not names.

    Raises ``ValueError`` for a key that is not a witness's, two that signature lines cannot tell apart, and a threshold
    that can never be met.
    """

    witnesses: tuple[NoteKey, ...]
    threshold: int

    def __post_init__(self) -> None:
        if any(key.kind is not NoteKind.COSIGNATURE for key in self.witnesses):
            raise ValueError("a witness's key is of signature type 0x04")
        if len({(key.origin, key.key_id) for key in self.witnesses}) < len(set(self.witnesses)):
            raise ValueError("two witnesses have one name and key id, but other keys")
        if not 0 <= self.threshold <= len(distinct(self.witnesses)):
            raise ValueError(f"{self.threshold} of {len(distinct(self.witnesses))} witnesses can never be")

    @classmethod
    def of(cls, vkeys: Iterable[str], threshold: int) -> Self:
        """From verifier keys. Raises also ``keys.MalformedNoteKey``."""
        return cls(tuple(parse_vkey(vkey, NoteKind.COSIGNATURE) for vkey in vkeys), threshold)

    @property
    def vkeys(self) -> list[str]:
        """The verifier keys of the witnesses."""
        return [note_vkey(key.origin, key.key.raw, key.kind) for key in self.witnesses]

    def check(self, note: bytes, log: NoteKey, now: datetime) -> OpenedNote:
        """The note, opened: signed by ``log`` and cosigned as the policy asks. ``NotWitnessed`` for any other.

        Signatures of keys that are neither are ignored. A cosignature from the future does not count; an old one
        does: a checkpoint's age is judged elsewhere.
        """
        try:
            opened = open_note(note, (log, *dict.fromkeys(self.witnesses)))
        except KeysError as problem:
            raise NotWitnessed(str(problem)) from problem
        if all(line.key != log for line in opened.signatures):
            raise NotWitnessed(f"{log.origin} has not signed this checkpoint")
        latest = int((now + MAX_AHEAD).timestamp())
        counted = distinct(
            line.key for line in opened.signatures if line.timestamp is not None and line.timestamp <= latest
        )
        if len(counted) < self.threshold:
            missing = dict.fromkeys(key.origin for key in self.witnesses if key.key.raw not in counted)
            raise NotWitnessed(
                f"{len(counted)} witnesses have cosigned this checkpoint, {self.threshold} are needed. "
                f"Missing: {', '.join(missing)}"
            )
        return opened


def distinct(keys: Iterable[NoteKey]) -> set[bytes]:
    """The public keys; one under two names is one."""
    return {key.key.raw for key in keys}


NO_WITNESSES = WitnessPolicy((), 0)
"""Asks for none."""
