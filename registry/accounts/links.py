"""Links sent by mail: a secret of 256 random bits, good once and for a while, of which only the SHA-256 is kept."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlmodel import Session, col, delete, select, update

from registry.access.roles import Role, roles_text
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.people_tables import LinkRow
from registry.errors import LinkEnded, NotFound

KEPT = timedelta(days=90)


class Purpose(StrEnum):
    """What a link is for."""

    RESET = "reset"
    INVITATION = "invitation"


LIFETIME = {Purpose.RESET: timedelta(minutes=30), Purpose.INVITATION: timedelta(days=7)}
"""For how long a link is good."""


def new_link(
    session: Session,
    purpose: Purpose,
    email: str,
    now: datetime,
    member: str | None = None,
    roles: Iterable[Role] = (),
) -> str:
    """A link's secret. Earlier links for the same address and purpose, and the same organisation, end."""
    _end(session, purpose, email, now, member)
    session.exec(delete(LinkRow).where(col(LinkRow.expires_at) < now - KEPT))
    secret = secrets.token_urlsafe(32)
    session.add(
        LinkRow(
            secret_hash=_hash(secret),
            id=secrets.token_hex(8),
            purpose=purpose,
            email=email,
            member_id=member,
            roles=roles_text(roles),
            created_at=now,
            expires_at=now + LIFETIME[purpose],
        )
    )
    return secret


def open_link(session: Session, secret: str, purpose: Purpose, now: datetime) -> LinkRow:
    """The row of a link that is good now. Raises ``LinkEnded``, in the same words whatever is wrong."""
    row = session.get(LinkRow, _hash(secret))
    if row is None or row.purpose != purpose or row.used_at is not None or row.expires_at <= now:
        raise LinkEnded("this link is not known, was used, or has ended: ask for a new one")
    return row


def use_link(session: Session, row: LinkRow, now: datetime) -> None:
    """The link has done what it was for, and so have others of its purpose for the same address."""
    row.used_at = now
    session.add(row)
    _end(session, Purpose(row.purpose), row.email, now, row.member_id)


def invitations(session: Session, member: str, now: datetime) -> list[LinkRow]:
    """The invitations of an organisation that wait to be accepted, newest first."""
    query = select(LinkRow).where(
        LinkRow.purpose == Purpose.INVITATION,
        LinkRow.member_id == member,
        col(LinkRow.used_at).is_(None),
        col(LinkRow.expires_at) > now,
    )
    return list(session.exec(query.order_by(col(LinkRow.created_at).desc(), col(LinkRow.id))))


def take_back(session: Session, link_id: str, member: str, now: datetime) -> None:
    """Ends an invitation of an organisation. Raises ``NotFound``."""
    row = next((row for row in invitations(session, member, now) if row.id == link_id), None)
    if row is None:
        raise NotFound("no invitation {invitation} waits", invitation=link_id[:40])
    row.used_at = now
    session.add(row)
    noted(session, now, Step(Did.ENDED, f"invitation/{row.id}", member))


def _end(session: Session, purpose: Purpose, email: str, now: datetime, member: str | None) -> None:
    same = (col(LinkRow.purpose) == purpose) & (col(LinkRow.email) == email) & col(LinkRow.used_at).is_(None)
    of = col(LinkRow.member_id).is_(None) if member is None else col(LinkRow.member_id) == member
    session.exec(update(LinkRow).where(same & of).values(used_at=now))


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "replace")).digest()
