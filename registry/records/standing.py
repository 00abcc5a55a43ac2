"""Suspending, reinstating and withdrawing a record: each a status entry of the log; and what became of a record."""

from datetime import datetime

import msgspec
from msgspec import Struct
from sqlmodel import Session, col, select

from keys import split_compact
from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.tables import LogEntryRow, RecordRow
from registry.errors import InvalidInput, NotFound, WrongState
from registry.log.append import LogWriter
from registry.registry import OPERATOR
from schemas.entry import EntryType, StatusEntry, StatusEvent

_FROM = {
    StatusEvent.SUSPENDED: ("active",),
    StatusEvent.REINSTATED: ("suspended",),
    StatusEvent.WITHDRAWN: ("active", "suspended"),
}
MAX_REASON = 1_000


class Happened(Struct, frozen=True):
    """What became of a record, as log entry ``entry`` tells: published, superseded by that entry, or a status event.

    ``by`` is a member: the operator publishes.
    """

    entry: int
    what: str
    by: str
    at: datetime
    reason: str = ""


def record_row(session: Session, index: int) -> RecordRow:
    """The record at log index ``index``. Raises ``NotFound``."""
    row = session.get(RecordRow, index) if 0 <= index < 1 << 63 else None
    if row is None:
        raise NotFound("there is no record {record}", record=index)
    return row


def entry_row(session: Session, index: int) -> LogEntryRow:
    """The log entry of the record at ``index``. Raises ``NotFound``."""
    row = session.get(LogEntryRow, record_row(session, index).index)
    assert row is not None
    return row


def may_become(standing: str, event: StatusEvent) -> bool:
    """Whether ``event`` can happen to a record that is ``standing`` in the log."""
    return standing in _FROM[event]


def history(session: Session, index: int) -> list[Happened]:
    """All that became of the record at log index ``index``, the newest first. Raises ``NotFound``."""
    published = entry_row(session, index)
    told = (EntryType.STATUS, EntryType.DECLARATION)
    about = select(LogEntryRow).where(LogEntryRow.about == index, col(LogEntryRow.typ).in_(told))
    later = session.exec(about.order_by(col(LogEntryRow.index).desc()))
    return [*map(_happened, later), Happened(index, "published", OPERATOR, published.at)]


def _happened(row: LogEntryRow) -> Happened:
    if row.typ == EntryType.DECLARATION:
        return Happened(row.index, "superseded", OPERATOR, row.at)
    entry = msgspec.json.decode(split_compact(row.jws).payload, type=StatusEntry)
    return Happened(row.index, entry.status, entry.by, entry.at, entry.reason)


def change_standing(
    session: Session, writer: LogWriter, index: int, event: StatusEvent, reason: str, by: str, now: datetime
) -> StatusEntry:
    """Appends that ``by`` changes the record's standing, and why. Withdrawn is for good.

    Raises ``NotFound``, ``InvalidInput`` without a reason, ``WrongState`` when it stands so already.
    """
    row = record_row(session, index)
    words = reason.strip()
    if not words or len(words) > MAX_REASON or not words.isprintable():
        raise InvalidInput(
            "say why, in one line of 1 to {most} characters: the reason is public",
            "$.reason",
            most=MAX_REASON,
        )
    if not may_become(row.standing, event):
        raise WrongState(
            "record {record} is {state}: it cannot be {event}",
            record=index,
            state=row.standing,
            event=event,
        )
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
