"""The outbox: a message is written in the transaction that it tells of, and sent after it, as often as it takes.

So nothing is told of what did not happen, and nobody waits for a mail server. A message may be sent twice when a
process dies in between. Once sent, or given up after three days, it is emptied: there may be a link in its text, and
nobody's address is kept for a letter that has left.
"""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

from msgspec import Struct
from sqlalchemy import func
from sqlmodel import Session, col, select

from registry.database.people_tables import MessageRow

_FIRST_AGAIN = timedelta(minutes=1)
_LONGEST_AGAIN = timedelta(hours=6)
_GIVEN_UP = timedelta(days=3)
_OVERDUE = timedelta(minutes=5)
_NONE_TAKEN = timedelta(hours=1)


class Letter(Struct, frozen=True):
    """A message: plain text, to one address."""

    recipient: str
    subject: str
    body: str


class Outbox(Protocol):
    """Where letters are left to be sent."""

    def put(self, letter: Letter) -> None:
        """Takes a letter. It is sent only if the transaction under way commits."""
        ...


class StoredOutbox:
    """The outbox in the database, in the write transaction of ``session``."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def put(self, letter: Letter) -> None:
        """Takes a letter."""
        self._session.add(
            MessageRow(
                id=str(uuid4()),
                recipient=letter.recipient,
                subject=letter.subject,
                body=letter.body,
                created_at=self._now,
                due_at=self._now,
            )
        )


def next_due(session: Session, now: datetime) -> tuple[str, Letter] | None:
    """The id and the text of the message that has been due the longest."""
    query = select(MessageRow).where(col(MessageRow.due_at) <= now).order_by(col(MessageRow.due_at)).limit(1)
    row = session.exec(query).one_or_none()
    return None if row is None else (row.id, Letter(row.recipient, row.subject, row.body))


def was_sent(session: Session, key: str, now: datetime) -> None:
    """The message has left."""
    row = session.get(MessageRow, key)
    if row is not None:
        row.sent_at = now
        _settle(session, row)


def was_not_sent(session: Session, key: str, now: datetime) -> None:
    """The message could not be sent: it is due again later, ever more rarely, or is given up."""
    row = session.get(MessageRow, key)
    if row is None:
        return
    row.tries += 1
    row.due_at = now + min(_FIRST_AGAIN * 2 ** min(row.tries - 1, 20), _LONGEST_AGAIN)
    session.add(row)
    if now - row.created_at > _GIVEN_UP:
        _settle(session, row)


def _settle(session: Session, row: MessageRow) -> None:
    """Nothing more is done with the message, and nothing is kept of it but when it was."""
    row.due_at = None
    row.recipient = row.subject = row.body = ""
    session.add(row)


class Waiting(Struct, frozen=True):
    """What has not left yet: how many messages, how many of them were tried in vain, since when the first waits, and
    since when it, or another, has been due."""

    count: int
    tried: int
    since: datetime | None
    due: datetime | None


def waiting(session: Session) -> Waiting:
    """What has not left yet."""
    tried = func.count().filter(col(MessageRow.tries) > 0)
    query = select(func.count(), tried, func.min(MessageRow.created_at), func.min(MessageRow.due_at))
    return Waiting(*session.exec(query.where(col(MessageRow.due_at).is_not(None))).one())


def wrong_with_mail(session: Session, now: datetime) -> str | None:
    """In a sentence, how it shows that mail does not leave; None where it does not show."""
    found = waiting(session)
    if found.due is not None and found.due < now - _OVERDUE:
        return "messages are due that nobody sends: see the program's log"
    if found.tried and found.since is not None and found.since < now - _NONE_TAKEN:
        last = session.exec(select(func.max(MessageRow.sent_at))).one()
        if last is None or last < found.since:
            return "messages were tried for an hour, and none has left: see the program's log"
    return None
