"""Sessions: a secret of 256 random bits in a cookie or a header, of which only the SHA-256 is kept.

A session ends after 30 minutes without a call, after 12 hours in any case, when the password changes, when its person
is no more of the organisation, and when that leaves. It begins anew, with another secret, at every step of signing in.
"""

import re
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct
from sqlalchemy import and_
from sqlmodel import Session, col, delete, select

from registry.access.callers import Caller
from registry.access.roles import Role, parse_roles
from registry.database.people_tables import MembershipRow, PersonRow, SessionRow
from registry.database.tables import MemberRow
from schemas.member import MemberKind

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
UNFINISHED = timedelta(minutes=10)
"""For how long one may take over the second step of signing in."""

_SEEN_EVERY = timedelta(minutes=1)
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_WITH_ITS_PERSON = (
    select(SessionRow, PersonRow, MembershipRow, MemberRow)
    .join(PersonRow, col(PersonRow.id) == col(SessionRow.person_id))
    .join(
        MembershipRow,
        and_(
            col(MembershipRow.person_id) == col(SessionRow.person_id),
            col(MembershipRow.member_id) == col(SessionRow.member_id),
        ),
    )
    .join(MemberRow, col(MemberRow.id) == col(SessionRow.member_id))
)
"""Sessions of people who are of the organisation still."""


class Stage(StrEnum):
    """How far signing in has come."""

    CODE = "code"
    """The password was right; a code of the second factor is due."""

    ENROLMENT = "enrolment"
    """The password was right; the organisation needs a second factor, and there is none yet."""

    FULL = "full"


class SignedIn(Struct, frozen=True):
    """Somebody is signed in, as far as ``stage`` says. ``form_token`` is what this session's forms carry."""

    person: str
    email: str
    name: str
    member: str
    kind: MemberKind
    roles: frozenset[Role]
    stage: Stage
    has_second_factor: bool
    form_token: str
    is_seen_long_ago: bool

    @property
    def caller(self) -> Caller:
        """The caller that this person is, once fully signed in."""
        assert self.stage is Stage.FULL
        return Caller(self.member, self.kind, self.roles, self.person)


def begin(
    session: Session, person: str, member: str, stage: Stage, now: datetime, since: datetime | None = None
) -> str:
    """A new session, of somebody who has been signed in ``since``. Returns its secret."""
    session.exec(delete(SessionRow).where(col(SessionRow.created_at) <= now - ABSOLUTE))
    secret = secrets.token_urlsafe(32)
    session.add(
        SessionRow(
            secret_hash=_hash(secret),
            person_id=person,
            member_id=member,
            stage=stage,
            created_at=since or now,
            seen_at=now,
        )
    )
    return secret


def begin_for(session: Session, secret: str, member: str, stage: Stage, now: datetime) -> str:
    """Another session in place of that of ``secret``, for another organisation: it ends when that would have ended."""
    row = session.get(SessionRow, _hash(secret))
    assert row is not None
    begun = begin(session, row.person_id, member, stage, now, row.created_at)
    session.delete(row)
    return begun


def find(session: Session, secret: str, now: datetime) -> SignedIn | None:
    """Who is signed in with ``secret``; None when nobody is, or no more."""
    if not _SECRET.fullmatch(secret):
        return None
    found = session.exec(_WITH_ITS_PERSON.where(col(SessionRow.secret_hash) == _hash(secret))).one_or_none()
    if found is None:
        return None
    row, person, membership, member = found
    if now >= row.created_at + ABSOLUTE or now >= row.seen_at + IDLE or member.left_at is not None:
        return None
    stage = Stage(row.stage)
    if stage is not Stage.FULL and now >= row.created_at + UNFINISHED:
        return None
    return SignedIn(
        person=person.id,
        email=person.email,
        name=person.name,
        member=member.id,
        kind=MemberKind(member.kind),
        roles=parse_roles(membership.roles),
        stage=stage,
        has_second_factor=person.totp_secret is not None,
        form_token=form_token(secret),
        is_seen_long_ago=now - row.seen_at > _SEEN_EVERY,
    )


def touch(session: Session, secret: str, now: datetime) -> None:
    """The session was used."""
    row = session.get(SessionRow, _hash(secret))
    if row is not None:
        row.seen_at = now
        session.add(row)


def pending(session: Session, secret: str) -> bytes | None:
    """The sealed shared secret that the session was shown last."""
    row = session.get(SessionRow, _hash(secret))
    return None if row is None else row.totp_pending


def keep_pending(session: Session, secret: str, sealed: bytes) -> None:
    """Keeps a sealed shared secret that the session is shown, in place of another."""
    row = session.get(SessionRow, _hash(secret))
    if row is not None:
        row.totp_pending = sealed
        session.add(row)


def end(session: Session, secret: str) -> None:
    """Ends a session; one that has ended stays so."""
    row = session.get(SessionRow, _hash(secret))
    if row is not None:
        session.delete(row)


def end_all(session: Session, person: str, member: str | None = None) -> None:
    """Ends all sessions of a person, or those for one organisation."""
    of = col(SessionRow.person_id) == person
    session.exec(delete(SessionRow).where(of if member is None else of & (col(SessionRow.member_id) == member)))


def form_token(secret: str) -> str:
    """What a form of this session carries, so that no other page can send it (synchroniser token): derived from the
    session's secret, which it does not tell."""
    return urlsafe_b64encode(sha256(b"form of session " + secret.encode()).digest()).decode().rstrip("=")


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "replace")).digest()
