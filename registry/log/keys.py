"""The keys as the log states them: introduced, retired, compromised, each from an index."""

from datetime import datetime

import msgspec
from sqlmodel import Session, col, select

from keys import (
    KeyRing,
    KeyState,
    KeyUse,
    Signer,
    TrustedKey,
    TrustedLog,
    TrustedRegistry,
    TrustList,
    note_vkey,
    split_compact,
)
from keys.base64url import decode, encode
from registry.database.tables import LogEntryRow
from registry.errors import InvalidInput, WrongState
from registry.home import Config
from registry.log.append import LogWriter
from schemas.entry import MEMBER_KEY, EntryType, KeyEntry, KeyEvent

ONLINE_USES = (KeyUse.RECORD, KeyUse.LABEL, KeyUse.LOG)
ENDS = {KeyEvent.RETIRED: KeyState.RETIRED, KeyEvent.COMPROMISED: KeyState.COMPROMISED}
"""How a key stands after each event that ends it."""


def key_entries(session: Session) -> list[KeyEntry]:
    """Every key entry, in the log's order."""
    query = select(LogEntryRow.jws).where(LogEntryRow.typ == EntryType.KEY).order_by(col(LogEntryRow.index))
    return [msgspec.json.decode(split_compact(jws).payload, type=KeyEntry) for jws in session.exec(query)]


def trust_list(entries: list[KeyEntry], config: Config) -> TrustList:
    """``trust.json`` as the log's key entries give it: a pure function of the log."""
    keys: dict[str, TrustedKey] = {}
    log_key = b""
    for entry in entries:
        if entry.use == MEMBER_KEY:
            continue  # not the registry's: whether a record stands never rests on it
        if entry.use == KeyUse.LOG:
            if entry.event is KeyEvent.INTRODUCED:
                log_key = decode(entry.x.encode())
        elif entry.event is KeyEvent.INTRODUCED:
            use = "record" if entry.use == KeyUse.RECORD else "label"
            keys[entry.kid] = TrustedKey(kid=entry.kid, use=use, x=entry.x, from_=entry.index)
        else:
            keys[entry.kid] = _ended(keys[entry.kid], entry)
    registry = TrustedRegistry(config.name, config.origin)
    return TrustList(registry, TrustedLog(note_vkey(config.origin, log_key)), tuple(keys.values()))


def _ended(key: TrustedKey, entry: KeyEntry) -> TrustedKey:
    """``key`` with the end that ``entry`` states. Of two ends the earlier counts; before its start, nothing is left."""
    until = entry.index if key.until is None else min(key.until, entry.index)
    return msgspec.structs.replace(key, from_=min(key.from_, until), until=until, state=ENDS[entry.event])


def active_kid(entries: list[KeyEntry], use: KeyUse) -> str:
    """The id of the key in force for ``use``: the last one introduced and not ended."""
    ended = {entry.kid for entry in entries if entry.event is not KeyEvent.INTRODUCED}
    in_force = [entry.kid for entry in entries if entry.use == use and entry.kid not in ended]
    if not in_force:
        raise WrongState("the log has no {use} key in force", use=use)
    return in_force[-1]


def introduce(writer: LogWriter, use: KeyUse, signer: Signer, now: datetime) -> None:
    """Appends that ``signer`` is the key for ``use``: a record key from the next entry on, unless it signs this one."""
    first = writer.next_index
    if use is KeyUse.RECORD and writer.signer.kid != signer.kid:
        first += 1
    x = encode(signer.public).decode()
    append_key(writer, KeyEntry(kid=signer.kid, use=use, x=x, event=KeyEvent.INTRODUCED, index=first, at=now))


def end(writer: LogWriter, old: KeyEntry, event: KeyEvent, until: int | None, now: datetime) -> None:
    """Appends that ``old`` counts no more from index ``until`` on; None: from this entry on."""
    index = writer.next_index if until is None else until
    append_key(writer, KeyEntry(kid=old.kid, use=old.use, x=old.x, event=event, index=index, at=now))


def append_key(writer: LogWriter, entry: KeyEntry) -> None:
    """Appends a key entry."""
    writer.append(EntryType.KEY, msgspec.json.encode(entry))


def require_can_end(entries: list[KeyEntry], kid: str, compromised_from: int | None, size: int) -> KeyEntry:
    """The entry that introduced key ``kid``, if the key can be retired, or stated to be compromised from an index on.

    ``size`` is the log's. Raises ``InvalidInput`` for a key or index that the log does not know, ``WrongState`` for a
    key that has ended already (a retired key can still be found compromised).
    """
    introduced = next((e for e in entries if e.kid == kid and e.event is KeyEvent.INTRODUCED), None)
    if introduced is not None and introduced.use == MEMBER_KEY:
        raise InvalidInput(
            "key {kid} is {owner}'s own, which ends it itself", "$.subject", kid=kid, owner=introduced.owner
        )
    if introduced is None:
        raise InvalidInput("the log knows no key {kid}; `carbonlabel keys list` shows them", "$.subject", kid=kid)
    events = {entry.event for entry in entries if entry.kid == kid}
    if KeyEvent.COMPROMISED in events or (KeyEvent.RETIRED in events and compromised_from is None):
        raise WrongState("key {kid} has ended already", kid=kid)
    if compromised_from is not None and not 0 <= compromised_from <= size:
        raise InvalidInput(
            "the log has indexes 0 to {last}, not {index}", "$.compromised_from", last=size, index=compromised_from
        )
    return introduced


def replace_key(
    writer: LogWriter, ring: KeyRing, entries: list[KeyEntry], kid: str, compromised_from: int | None, now: datetime
) -> Signer | None:
    """Rotates key ``kid``, or, with ``compromised_from``, states that it is good only for records below that index.

    A key in force gets a successor, which is returned and, for the record key, signs from here on. Raises as
    ``require_can_end``.
    """
    introduced = require_can_end(entries, kid, compromised_from, writer.next_index)
    successor = None
    if not any(entry.kid == kid and entry.event is KeyEvent.RETIRED for entry in entries):
        use = KeyUse(introduced.use)
        successor = ring.generate(use)
        if use is KeyUse.RECORD and compromised_from is not None:
            writer.signer = successor  # nothing more is signed by a key that others may have
        introduce(writer, use, successor, now)
        if use is KeyUse.RECORD:
            writer.signer = successor
    event = KeyEvent.RETIRED if compromised_from is None else KeyEvent.COMPROMISED
    end(writer, introduced, event, compromised_from, now)
    return successor
