"""The table of the audit trail."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from registry.database.tables import SQLModel


class AuditRow(SQLModel, table=True):
    """A step that somebody took. Added and read, never changed, never deleted: the database refuses it.

    It refers to no other table, for it outlives what it tells of. People are ids, but what they wrote may name others.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_subject", "subject", "id"),
        Index("ix_audit_owner_id", "owner_id", "id"),
        Index("ix_audit_member_id", "member_id", "id"),
    )

    id: str = Field(primary_key=True)
    """A UUID of version 7 (RFC 9562, 5.7), so in the order of time; steps of one transaction in their order."""
    at: datetime
    who: str
    """``person/<id>``, ``token/<id>``, ``command line``, ``visitor`` or ``registry``."""
    member_id: str | None = None
    """The organisation that they acted for."""
    action: str
    """A ``registry.audit.steps.Did``."""
    subject: str
    """What it was done to: ``declaration/<id>``, ``record/<log index>``, ``member/<id>``, and so on."""
    owner_id: str | None = None
    """The member whose the subject is; None: the registry's own, or nobody's."""
    changed: bytes = Field(sa_type=LargeBinary)
    """A list of ``registry.audit.changes.Change`` as JSON."""
