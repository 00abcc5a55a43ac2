"""Waiting after failures, ever longer: for each account, whether it exists or not, and for each address, which of IPv6
is a /64.

An attempt counts as a failure before it is looked at, and is given back when it succeeds: so a hundred at once are a
hundred. What is kept of an account or an address is a hash.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct
from sqlmodel import Session, col, delete, update

from registry.database.people_tables import AttemptRow
from registry.errors import TooManyAttempts


class Limit(Struct, frozen=True):
    """How many failures are free; then a wait that doubles from ``first`` up to ``longest``. After ``forgotten``
    without a failure, all is forgotten."""

    what: str
    free: int
    first: timedelta
    longest: timedelta
    forgotten: timedelta


PASSWORD = Limit("password", 5, timedelta(seconds=1), timedelta(minutes=15), timedelta(days=1))
CODE = Limit("code", 5, timedelta(seconds=1), timedelta(minutes=15), timedelta(days=1))
ADDRESS = Limit("address", 30, timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1))
RESET = Limit("reset", 3, timedelta(minutes=5), timedelta(hours=1), timedelta(days=1))
APPLICATION_FROM = Limit("application-from", 10, timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
OBJECTION_FROM = Limit("objection-from", 5, timedelta(minutes=1), timedelta(hours=6), timedelta(days=1))
OBJECTION_IN_FLOOD = Limit("objection-in-flood", 1, timedelta(days=1), timedelta(days=1), timedelta(days=1))
RESET_FROM = Limit("reset-from", 20, timedelta(seconds=10), timedelta(minutes=5), timedelta(hours=1))


def count(session: Session, limit: Limit, whose: str, now: datetime) -> bool:
    """Counts an attempt; whether the next one has to wait, if this one fails.

    Raises ``TooManyAttempts``, and counts nothing, while one has to wait.
    """
    key = _key(limit, whose)
    row = session.get(AttemptRow, key)
    if row is None:
        _forget_old(session, now)
        row = AttemptRow(key=key, failures=0, last_at=now)
    if row.locked_until is not None and row.locked_until > now:
        raise TooManyAttempts(row.locked_until - now)
    row.failures = 1 if row.last_at <= now - limit.forgotten else row.failures + 1
    over = row.failures - limit.free
    wait = min(limit.first * 2 ** min(max(over, 0), 30), limit.longest)
    row.locked_until = now + wait if over >= 0 else None
    row.last_at = now
    session.add(row)
    return over >= 0


def stand(session: Session, limit: Limit, whose: str, now: datetime) -> None:
    """The last attempt failed: it stays counted. What is written says nothing new, and takes the same time whether
    there is such an account or not, whatever else is written of one that there is."""
    session.exec(update(AttemptRow).where(col(AttemptRow.key) == _key(limit, whose)).values(last_at=now))


def give_back(session: Session, limit: Limit, whose: str) -> None:
    """The last attempt succeeded: it was no failure, and does not make the next one wait."""
    row = session.get(AttemptRow, _key(limit, whose))
    if row is not None:
        row.failures = max(row.failures - 1, 0)
        row.locked_until = None
        session.add(row)


def forget(session: Session, limit: Limit, whose: str) -> None:
    """Starts anew."""
    row = session.get(AttemptRow, _key(limit, whose))
    if row is not None:
        session.delete(row)


def _key(limit: Limit, whose: str) -> bytes:
    return sha256(f"{limit.what}\0{whose}".encode("utf-8", "replace")).digest()


def _forget_old(session: Session, now: datetime) -> None:
    """Whoever can name new accounts could otherwise fill the table."""
    oldest = now - timedelta(days=1)
    session.exec(delete(AttemptRow).where(col(AttemptRow.last_at) < oldest))
