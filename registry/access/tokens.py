"""Tokens of an organisation's machines: ``carbonlabel_<id>_<secret>``, shown once, kept as the SHA-256 of 256 random
bits.

A secret that is drawn, not chosen, needs no slow hash: there is nothing to guess (OWASP ASVS 2.9.2).
"""

import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlmodel import Session, col, delete, select, update

from registry.access.callers import Caller
from registry.access.roles import EVERY_ROLE, Role, parse_roles, roles_text
from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.tables import MemberRow, TokenRow
from registry.errors import InvalidInput, NotAuthenticated, NotFound
from registry.members.members import member
from registry.sentences import sentence
from schemas.member import MemberKind

MOST_DAYS = 365
"""For so many days a token is good at the most, wherever it is made."""

MAX_NAME = 100
_TOKEN = re.compile(r"carbonlabel_([0-9a-f]{16})_([A-Za-z0-9_-]{43})", re.ASCII)


class TokenUse(StrEnum):
    """What a secret is good for."""

    BEARER = "bearer"
    """Calls the API (RFC 6750)."""

    CLIENT = "client"
    """Only gets short-lived access tokens at /oauth/token (RFC 6749, 4.4)."""

    ACCESS = "access"
    """Such a short-lived token: it calls the API as a bearer token does."""


def sound_name(name: str) -> str:
    """What a token is for, as lists show it. Raises ``InvalidInput`` unless it is one line."""
    words = name.strip()
    if not words or len(words) > MAX_NAME or not words.isprintable():
        raise InvalidInput("say in one line of 1 to {most} characters what it is for", "$.name", most=MAX_NAME)
    return words


def issue(
    session: Session,
    member_id: str,
    now: datetime,
    expires_at: datetime | None = None,
    *,
    use: TokenUse = TokenUse.BEARER,
    name: str = "",
    roles: Iterable[Role] | None = None,
    issued_by: str | None = None,
    client_id: str | None = None,
) -> str:
    """A new token of a member: the only time its secret is seen. ``roles`` are those in which it acts; None: all.

    Raises ``NotFound``, and ``WrongState`` when the member has left.
    """
    member(session, member_id)
    key, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    session.add(
        TokenRow(
            id=key,
            secret_hash=_hash(secret),
            member_id=member_id,
            created_at=now,
            expires_at=expires_at,
            use=use,
            name=name,
            roles=None if roles is None else roles_text(roles),
            issued_by=issued_by,
            client_id=client_id,
        )
    )
    if use is not TokenUse.ACCESS:
        changed = changes(
            {}, {"use": use, "roles": None if roles is None else roles_text(roles), "expires": expires_at}
        )
        noted(session, now, Step(Did.CREATED, f"token/{key}", member_id, changed))
    return f"carbonlabel_{key}_{secret}"


def listed(session: Session, member_id: str) -> list[TokenRow]:
    """The tokens and clients of a member that have not been ended, newest first; no short-lived ones."""
    query = select(TokenRow).where(
        TokenRow.member_id == member_id, col(TokenRow.revoked_at).is_(None), TokenRow.use != TokenUse.ACCESS
    )
    return list(session.exec(query.order_by(col(TokenRow.created_at).desc(), col(TokenRow.id))))


def made_by(session: Session, member_id: str, person: str) -> list[TokenRow]:
    """Those of them that a person made."""
    return [row for row in listed(session, member_id) if row.issued_by == person]


def revoke(session: Session, key: str, now: datetime, member_id: str | None = None) -> None:
    """Ends the token with the id ``key``, if it is of ``member_id``, and all that it got as a client.

    Raises ``NotFound``.
    """
    row = session.get(TokenRow, key)
    if row is None or (member_id is not None and row.member_id != member_id):
        raise NotFound("there is no token {key}", key=key)
    row.revoked_at = row.revoked_at or now
    session.add(row)
    noted(session, now, Step(Did.ENDED, f"token/{key}", row.member_id))
    session.exec(update(TokenRow).where(col(TokenRow.client_id) == key).values(revoked_at=now))


def forget_ended(session: Session, client_id: str, now: datetime) -> None:
    """Removes the short-lived tokens of a client that have ended: they would only pile up."""
    ended = (col(TokenRow.client_id) == client_id) & (col(TokenRow.expires_at) <= now)
    session.exec(delete(TokenRow).where(ended))


def holder(session: Session, token: str, now: datetime, *uses: TokenUse) -> tuple[TokenRow, MemberRow]:
    """The rows of a token that is good for one of ``uses``, and of its member.

    Raises ``NotAuthenticated``, in the same words whatever is wrong.
    """
    parts = _TOKEN.fullmatch(token)
    row = None if parts is None else session.get(TokenRow, parts[1])
    if parts is None or row is None or not hmac.compare_digest(row.secret_hash, _hash(parts[2])):
        raise NotAuthenticated(_REFUSED)
    if row.use not in uses or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        raise NotAuthenticated(_REFUSED)
    of = session.get(MemberRow, row.member_id)
    if of is None or of.left_at is not None:
        raise NotAuthenticated(_REFUSED)
    return row, of


def authenticate(session: Session, token: str, now: datetime) -> Caller:
    """Who holds ``token``. Raises ``NotAuthenticated``, in the same words whatever is wrong."""
    row, of = holder(session, token, now, TokenUse.BEARER, TokenUse.ACCESS)
    roles = EVERY_ROLE if row.roles is None else parse_roles(row.roles)
    return Caller(of.id, MemberKind(of.kind), roles, token=row.client_id or row.id)


_REFUSED = sentence("this token is not known, or has ended: ask the operator for a new one (carbonlabel token create)")


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
