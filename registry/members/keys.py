"""The keys that members sign their own declarations with: enrolling and ending them are entries of the log.

There is no table of them: who may sign what is read from the key entries, as anybody can read it.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from keys import KeyState, KeyWindow, PublicKey
from keys.base64url import decode, encode
from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.errors import InvalidInput, NotFound, WrongState
from registry.log.append import LogWriter
from registry.log.keys import append_key
from schemas.entry import MEMBER_KEY, KeyEntry, KeyEvent
from verifier.member_signature import WrongSignature, read_enrolment

MAX_REQUEST = 2_000
"""Characters of a request to enrol a key: it has about 400."""

GOOD_FOR = timedelta(days=1)
"""How long a request to enrol a key is good: it is made where the key is, perhaps without a network."""

_CLOCK_SKEW = timedelta(minutes=5)
_MOST_IN_FORCE = 20
_STATES = {KeyEvent.RETIRED: KeyState.RETIRED, KeyEvent.COMPROMISED: KeyState.COMPROMISED}


class MemberKey(Struct, frozen=True):
    """A member's own key, and the records that it is good for."""

    member: str
    window: KeyWindow
    enrolled: datetime


def member_keys(entries: list[KeyEntry]) -> dict[str, MemberKey]:
    """Every member's keys by their ids, as the log's key entries give them: a pure function of the log."""
    found: dict[str, MemberKey] = {}
    for entry in entries:
        if entry.use != MEMBER_KEY or entry.owner is None:
            continue
        if entry.event is KeyEvent.INTRODUCED:
            public = PublicKey.load(decode(entry.x.encode()))
            window = KeyWindow(public, entry.index, None, KeyState.ACTIVE)
            found[entry.kid] = MemberKey(entry.owner, window, entry.at)
        else:
            found[entry.kid] = _ended(found[entry.kid], entry)
    return found


def _ended(key: MemberKey, entry: KeyEntry) -> MemberKey:
    """``key`` with the end that ``entry`` states. Of two ends the earlier counts; before its start, nothing is left."""
    before = key.window
    until = entry.index if before.until is None else min(before.until, entry.index)
    window = KeyWindow(before.key, min(before.first, until), until, _STATES[entry.event])
    return MemberKey(key.member, window, key.enrolled)


def enrol(writer: LogWriter, known: list[KeyEntry], member: str, request: str, origin: str, now: datetime) -> KeyEntry:
    """Appends that the key which signed ``request`` is ``member``'s own from here on. ``known`` are all key entries.

    Raises ``InvalidInput`` for a request that is none, or not of that member, registry or time; ``WrongState`` for a
    key that the log knows already, and for one too many.
    """
    try:
        if len(request) > MAX_REQUEST:
            raise WrongSignature(f"it has more than {MAX_REQUEST} characters")
        key, enrolment = read_enrolment(request.strip().encode(), member, origin)
    except WrongSignature as problem:
        raise InvalidInput(
            "{problem}. `carbonlabel member-key request` writes one", "$.request", problem=problem
        ) from problem
    if enrolment.at.tzinfo is None or not now - GOOD_FOR <= enrolment.at <= now + _CLOCK_SKEW:
        raise InvalidInput(
            "the request is of {when}: make one anew, good for a day",
            "$.request",
            when=enrolment.at.isoformat(),
        )
    if any(entry.kid == key.kid for entry in known):
        raise WrongState("key {kid} is in the log already: a key is enrolled once", kid=key.kid)
    in_force = [one for one in member_keys(known).values() if one.member == member and one.window.until is None]
    if len(in_force) >= _MOST_IN_FORCE:
        raise WrongState("{member} has {count} keys in force: end one first", member=member, count=len(in_force))
    entry = KeyEntry(
        kid=key.kid,
        use=MEMBER_KEY,
        x=encode(key.raw).decode(),
        event=KeyEvent.INTRODUCED,
        index=writer.next_index,
        at=now,
        member=member,
        proof=request.strip(),
    )
    append_key(writer, entry)
    noted(writer.session, now, Step(Did.CREATED, f"key/{entry.kid}", member))
    return entry


def end(
    writer: LogWriter, known: list[KeyEntry], member: str, kid: str, compromised_from: int | None, now: datetime
) -> KeyEntry:
    """Appends that ``member``'s key ``kid`` is good for no record from here on, or, if it is compromised, from log
    index ``compromised_from`` on.

    Raises ``NotFound``, ``InvalidInput`` for an index that the log does not know, ``WrongState`` for a key that has
    ended already (a retired key can still be found compromised).
    """
    key = member_keys(known).get(kid)
    if key is None or key.member != member:
        raise NotFound("{member} has no key {kid}", member=member, kid=f"{kid[:80]!r}")
    state = key.window.state
    if state is KeyState.COMPROMISED or (state is KeyState.RETIRED and compromised_from is None):
        raise WrongState("key {kid} has ended already", kid=kid)
    if compromised_from is not None and not 0 <= compromised_from <= writer.next_index:
        path = "$.compromised_from"
        raise InvalidInput(
            "the log has indexes 0 to {last}, not {index}",
            path,
            last=writer.next_index,
            index=compromised_from,
        )
    entry = KeyEntry(
        kid=kid,
        use=MEMBER_KEY,
        x=encode(key.window.key.raw).decode(),
        event=KeyEvent.RETIRED if compromised_from is None else KeyEvent.COMPROMISED,
        index=writer.next_index if compromised_from is None else compromised_from,
        at=now,
        member=member,
    )
    append_key(writer, entry)
    changed = changes({}, {"event": entry.event, "from": entry.index})
    noted(writer.session, now, Step(Did.ENDED, f"key/{kid}", member, changed))
    return entry
