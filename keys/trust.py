"""`trust.json`: the registry's name and origin, its log's key, and every record and label key with its range.

A key's range is counted in log indices, never in dates, because an index is something that the log proves and a date
is something that a thief of the key would write. `from` and `until` bound it, `until` excluded:

* A **record** key may sign the entries `from <= index < until`.
* A **label** key may sign labels of the records `index < until`. Its `from` is only where the log introduced it: a
  label of an older record may be minted again with a newer key.

`until` is null while the key is active, and only then. Retired or compromised, it is the index from which the key
does not count: "good for records below N". What was signed below N stays good, for that entry was in the log, or
that label's record was, before the key was lost.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self

import msgspec

from keys import base64url
from keys.ed25519 import PublicKey
from keys.errors import MalformedNoteKey, TrustError, WeakPublicKey
from keys.note import NoteKey, parse_vkey


class KeyState(StrEnum):
    """`retired` and `compromised` bound the range alike, and say why the key went."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


@dataclass(frozen=True, slots=True)
class KeyWindow:
    """A public key and the log indices it is good for: `first <= index < until`, or no end if `until` is None."""

    key: PublicKey
    first: int
    until: int | None
    state: KeyState

    def covers(self, index: int) -> bool:
        """Whether the log index lies in the window."""
        return self.first <= index and (self.until is None or index < self.until)

    def good_for_record(self, index: int) -> bool:
        """Whether this, being a record key, may have signed the log entry `index`."""
        return self.covers(index)

    def good_for_label(self, index: int) -> bool:
        """Whether this, being a label key, may have signed a label of the record `index`, however old."""
        return index >= 0 and (self.until is None or index < self.until)


class TrustedRegistry(msgspec.Struct, frozen=True):
    """Whose keys these are: a name for people, and the log's origin (C2SP tlog-checkpoint)."""

    name: str
    origin: str


class TrustedLog(msgspec.Struct, frozen=True):
    """The key that signs checkpoints, as a note verifier key (C2SP signed-note)."""

    vkey: str


class TrustedKey(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """One record or label key, as an Ed25519 JWK (RFC 8037, section 2) with its range. Cannot be built inconsistent.

    Raises TrustError unless `kid` is that of `x`, `x` may be enrolled, 0 <= from <= until, and `until` is null
    exactly while the key is active.
    """

    kid: str
    use: Literal["record", "label"]
    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    x: str
    from_: int
    until: int | None = None
    state: KeyState = KeyState.ACTIVE

    @classmethod
    def introduced(cls, public: bytes, use: Literal["record", "label"], first: int) -> Self:
        """An active key, good from the log index `first`; `msgspec.structs.replace` retires it later."""
        key = PublicKey.load(public)
        return cls(kid=key.kid, use=use, x=base64url.encode(public).decode(), from_=first)

    def __post_init__(self) -> None:
        if self.kid != (found := self._key().kid):
            raise TrustError(f"key {self.kid!r} is not that of its x, which is {found}")
        if self.from_ < 0:
            raise TrustError(f"key {self.kid}: from is {self.from_}, but the log starts at 0")
        if (self.until is None) != (self.state == KeyState.ACTIVE):
            raise TrustError(f"key {self.kid}: until must be null while it is active, and an index once it is not")
        if self.until is not None and self.until < self.from_:
            raise TrustError(f"key {self.kid}: until {self.until} lies before from {self.from_}")

    def window(self) -> KeyWindow:
        """The key, ready to verify with, and its range."""
        return KeyWindow(self._key(), self.from_, self.until, self.state)

    def _key(self) -> PublicKey:
        try:
            return PublicKey.load(base64url.decode(self.x.encode()))
        except (ValueError, WeakPublicKey) as error:
            raise TrustError(f"key {self.kid!r}: x is no Ed25519 public key: {error}") from error


class TrustList(msgspec.Struct, frozen=True):
    """The whole of `trust.json`. Members that a later version adds are ignored. Cannot be built inconsistent.

    Raises TrustError unless each key is consistent, no key id appears twice, and the log's verifier key is one, and
    names the registry's origin.
    """

    registry: TrustedRegistry
    log: TrustedLog
    keys: tuple[TrustedKey, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """From JSON, for any bytes: TrustError, or a list that holds all that the class promises."""
        try:
            return msgspec.json.decode(data, type=cls)
        except (ValueError, RecursionError) as error:
            raise TrustError(f"trust.json is not of its form: {error}. Fetch it again") from error

    def __post_init__(self) -> None:
        origin = self.log_key().origin
        if origin != self.registry.origin:
            raise TrustError(f"the log's key is for {origin!r}, not for the registry's {self.registry.origin!r}")
        seen: set[str] = set()
        for key in self.keys:
            if key.kid in seen:
                raise TrustError(f"key {key.kid} appears twice: one key has one use and one range")
            seen.add(key.kid)

    def encode(self) -> bytes:
        """JSON to read, two spaces a level, members in the order of the design, a line break at the end.

        Stable: equal lists give equal bytes, so that the bundle changes only when the trust does.
        """
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    def log_key(self) -> NoteKey:
        """The key that signs the log's checkpoints."""
        try:
            return parse_vkey(self.log.vkey)
        except MalformedNoteKey as error:
            raise TrustError(f"the log's key cannot be used: {error}") from error

    def label_keys(self) -> dict[str, KeyWindow]:
        """Every label key by its id; ask each `good_for_label(record)`."""
        return {key.kid: key.window() for key in self.keys if key.use == "label"}

    def record_keys(self) -> dict[str, KeyWindow]:
        """Every record key by its id; ask each `good_for_record(index)`."""
        return {key.kid: key.window() for key in self.keys if key.use == "record"}
