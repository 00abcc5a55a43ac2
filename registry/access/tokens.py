"""Bearer tokens: ``carbonlabel_<id>_<secret>``, shown once, kept as the SHA-256 of a secret of 256 random bits.

A secret that is drawn, not chosen, needs no slow hash: there is nothing to guess (OWASP ASVS 2.9.2).
"""

import hmac
import re
import secrets
from datetime import datetime
from hashlib import sha256

from msgspec import Struct
from sqlmodel import Session

from registry.database.tables import MemberRow, TokenRow
from registry.errors import NotAuthenticated, NotFound
from registry.members.members import member
from schemas.member import MemberKind

_TOKEN = re.compile(r"carbonlabel_([0-9a-f]{16})_([A-Za-z0-9_-]{43})", re.ASCII)


class Caller(Struct, frozen=True):
    """Who is calling: a member, and what kind of organisation it is."""

    member: str
    kind: MemberKind


def issue(session: Session, member_id: str, now: datetime, expires_at: datetime | None = None) -> str:
    """A new token of a member: the only time its secret is seen. Raises ``NotFound``."""
    member(session, member_id)
    key, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    session.add(TokenRow(id=key, secret_hash=_hash(secret), member_id=member_id, created_at=now, expires_at=expires_at))
    return f"carbonlabel_{key}_{secret}"


def revoke(session: Session, key: str, now: datetime) -> None:
    """Ends the token with the id ``key``. Raises ``NotFound``."""
    row = session.get(TokenRow, key)
    if row is None:
        raise NotFound(f"there is no token {key}")
    row.revoked_at = row.revoked_at or now
    session.add(row)


def authenticate(session: Session, token: str, now: datetime) -> Caller:
    """Who holds ``token``. Raises ``NotAuthenticated``, in the same words whatever is wrong."""
    parts = _TOKEN.fullmatch(token)
    row = None if parts is None else session.get(TokenRow, parts[1])
    if parts is None or row is None or not hmac.compare_digest(row.secret_hash, _hash(parts[2])):
        raise NotAuthenticated(_REFUSED)
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        raise NotAuthenticated(_REFUSED)
    holder = session.get(MemberRow, row.member_id)
    if holder is None:
        raise NotAuthenticated(_REFUSED)
    return Caller(holder.id, MemberKind(holder.kind))


_REFUSED = "this token is not known, or has ended: ask the operator for a new one (carbonlabel token create)"


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
