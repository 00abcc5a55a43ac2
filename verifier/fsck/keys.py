"""The keys as the log's own key entries give them, derived from index 0 on."""

import msgspec
from msgspec import Struct

from keys import KeyState, NoteKey, PublicKey, TrustedKey, WeakPublicKey, parse_vkey
from keys.base64url import decode
from keys.note import note_vkey
from schemas.entry import MEMBER_KEY, KeyEntry, KeyEvent

RECORD, LABEL, LOG = "record", "label", "log"
_USES = (RECORD, LABEL, LOG, MEMBER_KEY)
_STATES = {KeyEvent.RETIRED: KeyState.RETIRED, KeyEvent.COMPROMISED: KeyState.COMPROMISED}


class LoggedKey(Struct):
    """A key and what the entries so far say of it."""

    kid: str
    use: str
    x: str
    public: PublicKey
    first: int
    until: int | None = None
    state: KeyState = KeyState.ACTIVE
    member: str | None = None
    """Whose own key it is; None: the registry's."""

    def covers(self, index: int) -> bool:
        """Whether the index lies in its range."""
        return self.first <= index and (self.until is None or index < self.until)


class KeyHistory:
    """Takes key entries in the log's order."""

    def __init__(self) -> None:
        self._keys: dict[str, LoggedKey] = {}

    def copy(self) -> "KeyHistory":
        """The same, untouched by what is taken from here on."""
        other = KeyHistory()
        other._keys = {kid: msgspec.structs.replace(key) for kid, key in self._keys.items()}
        return other

    def take(self, index: int, entry: KeyEntry) -> str | None:
        """What the entry at ``index`` says; returned is what is wrong with it, and then it changes nothing."""
        if entry.event is KeyEvent.INTRODUCED:
            return self._introduce(index, entry)
        key = self._keys.get(entry.kid)
        if key is None:
            return f"key {entry.kid} ends without having been introduced"
        if (key.use, key.x, key.member) != (entry.use, entry.x, entry.owner):
            return f"key {entry.kid} was introduced with another use, member or x"
        if not 0 <= entry.index <= index:
            return f"key {entry.kid} ends at index {entry.index}, and the log has come to {index}"
        if key.state is KeyState.COMPROMISED or (key.state is KeyState.RETIRED and entry.event is KeyEvent.RETIRED):
            return f"key {entry.kid} had ended already"
        key.until = entry.index if key.until is None else min(key.until, entry.index)
        key.first = min(key.first, key.until)
        key.state = _STATES[entry.event]
        return None

    def signer(self, kid: str, index: int) -> LoggedKey | None:
        """The record key ``kid``, if it is in force for the next entry, ``index``."""
        key = self._keys.get(kid)
        return key if key is not None and key.use == RECORD and key.covers(index) else None

    def of_member(self, kid: str, member: str, index: int) -> LoggedKey | None:
        """The key ``kid`` of ``member``, if it is good for the record at ``index`` as far as the log has come."""
        key = self._keys.get(kid)
        return key if key is not None and key.member == member and key.covers(index) else None

    def introducing_itself(self, index: int, kid: str, entry: KeyEntry) -> PublicKey | None:
        """The key of an entry that introduces the very record key that signed it."""
        itself = entry.event is KeyEvent.INTRODUCED and (entry.use, entry.kid, entry.index) == (RECORD, kid, index)
        return _loaded(entry) if itself and kid not in self._keys else None

    def get(self, kid: str) -> LoggedKey | None:
        """What is known of a key."""
        return self._keys.get(kid)

    def of_use(self, use: str) -> list[LoggedKey]:
        """The keys of one use, in the order of their introduction."""
        return [key for key in self._keys.values() if key.use == use]

    def trusted(self) -> dict[str, TrustedKey]:
        """The record and label keys as ``trust.json`` must have them."""
        fields = (RECORD, LABEL)
        return {
            key.kid: msgspec.convert(
                {"kid": key.kid, "use": key.use, "x": key.x, "from": key.first, "until": key.until, "state": key.state},
                TrustedKey,
            )
            for key in self._keys.values()
            if key.use in fields
        }

    def log_key(self) -> bytes | None:
        """The log's key: the one introduced last; None before any."""
        keys = self.of_use(LOG)
        return keys[-1].public.raw if keys else None

    def log_keys(self, origin: str) -> list[NoteKey]:
        """The keys that have signed checkpoints, the newest last."""
        return [parse_vkey(note_vkey(origin, key.public.raw)) for key in self.of_use(LOG)]

    def _introduce(self, index: int, entry: KeyEntry) -> str | None:
        public = _loaded(entry)
        if public is None or (entry.kty, entry.crv) != ("OKP", "Ed25519"):
            return f"key {entry.kid} is not the Ed25519 key that its x gives"
        if entry.use not in _USES:
            return f"key {entry.kid} has the use {entry.use!r}"
        if entry.kid in self._keys:
            return f"key {entry.kid} is introduced a second time"
        if entry.index not in (index, index + 1):
            return f"key {entry.kid} is introduced at {index}, and would count from {entry.index}"
        if (entry.use == MEMBER_KEY) != (entry.owner is not None):
            return f"key {entry.kid} has the use {entry.use!r}, and is of the member {entry.owner!r}"
        self._keys[entry.kid] = LoggedKey(entry.kid, entry.use, entry.x, public, entry.index, member=entry.owner)
        return None


def _loaded(entry: KeyEntry) -> PublicKey | None:
    try:
        public = PublicKey.load(decode(entry.x.encode()))
    except (ValueError, WeakPublicKey):
        return None
    return public if public.kid == entry.kid else None
