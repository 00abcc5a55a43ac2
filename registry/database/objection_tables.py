"""The table of objections."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from registry.database.tables import SQLModel


class ObjectionRow(SQLModel, table=True):
    """Somebody objects to a record. Their words are read by the operator and, once admitted, by owner and body only."""

    __tablename__ = "objection"

    id: str = Field(primary_key=True)
    record: int = Field(sa_type=BigInteger, index=True)
    owner_id: str = Field(index=True)
    body_id: str | None = Field(default=None, index=True)
    """The verification body that checked the record."""
    category: str
    words: str
    email: str | None = None
    """Where the objector is told of the decision; emptied with it."""
    state: str = Field(index=True)
    filed_at: datetime
    due_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    answer: str = ""
    """What the operator says in public."""
    owner_says: str = ""
    body_says: str = ""
