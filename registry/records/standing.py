"""Suspending, reinstating and withdrawing a record: each a status entry of the log."""

from datetime import datetime

import msgspec
from sqlmodel import Session

from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.tables import LogEntryRow, RecordRow
from registry.errors import InvalidInput, NotFound, WrongState
from registry.log.append import LogWriter
from schemas.entry import EntryType, StatusEntry, StatusEvent

_FROM = {
    StatusEvent.SUSPENDED: ("active",),
    StatusEvent.REINSTATED: ("suspended",),
    StatusEvent.WITHDRAWN: ("active", "suspended"),
}
MAX_REASON = 1_000


def record_row(session: Session, index: int) -> RecordRow:
    """The record at log index ``index``. Raises ``NotFound``."""
    row = session.get(RecordRow, index) if 0 <= index < 1 << 63 else None
    if row is None:
        raise NotFound(f"there is no record {index}")
    return row


def entry_row(session: Session, index: int) -> LogEntryRow:
    """The log entry of the record at ``index``. Raises ``NotFound``."""
    row = session.get(LogEntryRow, record_row(session, index).index)
    assert row is not None
    return row


def change_standing(
    session: Session, writer: LogWriter, index: int, event: StatusEvent, reason: str, by: str, now: datetime
) -> StatusEntry:
    """Appends that ``by`` changes the record's standing, and why. Withdrawn is for good.

    Raises ``NotFound``, ``InvalidInput`` without a reason, ``WrongState`` when it stands so already.
    """
    row = record_row(session, index)
    words = reason.strip()
    if not words or len(words) > MAX_REASON or not words.isprintable():
        raise InvalidInput(f"say why, in one line of 1 to {MAX_REASON} characters: the reason is public", "$.reason")
    if row.standing not in _FROM[event]:
        raise WrongState(f"record {index} is {row.standing}: it cannot be {event}")
    entry = StatusEntry(index, event, words, by, now)
    writer.append(EntryType.STATUS, msgspec.json.encode(entry), about=index)
    active = event is StatusEvent.REINSTATED
    changed = changes({"standing": row.standing}, {"standing": "active" if active else event.value, "reason": words})
    noted(session, now, Step(Did(event), f"record/{index}", row.owner_id, changed))
    row.standing = "active" if active else event.value
    row.standing_reason = None if active else words
    row.standing_at = None if active else now
    session.add(row)
    writer.flush()
    return entry
