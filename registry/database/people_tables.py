"""The tables of people: applications, accounts, sessions, links, mail on its way, and what two people must agree on.

Nothing here is public, and nothing of it goes into the log. Secrets are kept as hashes only. Times are UTC.
"""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field

from registry.database.tables import SQLModel


class ApplicationRow(SQLModel, table=True):
    """An organisation asks to join: ``content`` is a ``registry.members.applications.Application`` as JSON."""

    __tablename__ = "application"

    id: str = Field(primary_key=True)
    state: str = Field(index=True)
    content: bytes = Field(sa_type=LargeBinary)
    submitted_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    """The person of the operator, or its member id for a machine."""
    reason: str | None = None
    member_id: str | None = Field(default=None, foreign_key="member.id")


class PersonRow(SQLModel, table=True):
    """Somebody who can sign in. ``email`` is in the one form in which it is compared."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str
    password_hash: str
    """Argon2id, with its parameters (PHC string format)."""
    totp_secret: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Shared secret of the second factor, as ``registry.accounts.sealing`` seals it; None without one."""
    totp_step: int = Field(default=0, sa_type=BigInteger)
    """Time step of the last code that was accepted: none up to it is accepted again (RFC 6238, 5.2)."""
    created_at: datetime
    password_at: datetime


class MembershipRow(SQLModel, table=True):
    """A person is of an organisation, in some roles: their names with spaces between."""

    __tablename__ = "membership"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    member_id: str = Field(primary_key=True, foreign_key="member.id", index=True)
    roles: str
    created_at: datetime


class SessionRow(SQLModel, table=True):
    """Somebody is signed in: only the SHA-256 of the session's secret is kept."""

    __tablename__ = "session"

    secret_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: str = Field(foreign_key="person.id", index=True)
    member_id: str = Field(foreign_key="member.id")
    stage: str
    """What is still to come: ``code``, ``enrolment``, or nothing: ``full``."""
    totp_pending: bytes | None = Field(default=None, sa_type=LargeBinary)
    """A shared secret, sealed too, that this session was shown, and has not confirmed by a code yet: what another
    session was shown is no use in it, and none outlives its session."""
    created_at: datetime
    seen_at: datetime


class LinkRow(SQLModel, table=True):
    """A link sent by mail, good once: to choose a new password, or to accept an invitation."""

    __tablename__ = "link"

    secret_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    id: str = Field(unique=True)
    purpose: str
    email: str = Field(index=True)
    member_id: str | None = Field(default=None, foreign_key="member.id", index=True)
    roles: str = ""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class AttemptRow(SQLModel, table=True):
    """How often in a row something failed for an account or an address, known only by a hash."""

    __tablename__ = "attempt"

    key: bytes = Field(primary_key=True, sa_type=LargeBinary)
    failures: int
    last_at: datetime
    locked_until: datetime | None = None


class MessageRow(SQLModel, table=True):
    """A message to be sent. Once it is, or has been given up, recipient, subject and text are empty."""

    __tablename__ = "message"

    id: str = Field(primary_key=True)
    recipient: str
    subject: str
    body: str
    created_at: datetime
    due_at: datetime | None = Field(default=None, index=True)
    """When to try to send it next; None: sent, or given up."""
    tries: int = 0
    sent_at: datetime | None = Field(default=None, index=True)


class ApprovalRow(SQLModel, table=True):
    """What one person of the operator proposes and another must confirm before it is done."""

    __tablename__ = "approval"

    id: str = Field(primary_key=True)
    operation: str
    subject: str
    content: bytes | None = Field(default=None, sa_type=LargeBinary)
    """What a hash in ``subject`` stands for, so that it can be read before it is confirmed."""
    reason: str
    state: str = Field(index=True)
    proposed_by: str = Field(foreign_key="person.id")
    proposed_at: datetime
    expires_at: datetime
    decided_by: str | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = None
    used_at: datetime | None = None
