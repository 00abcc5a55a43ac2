"""The tables of reviews: to which verification body a declaration is assigned, questions, and what was returned.

Nothing here is public. Times are UTC.
"""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field

from registry.database.tables import SQLModel


class ReviewRow(SQLModel, table=True):
    """A declaration is assigned to a verification body. Gone once it is given back, or is a draft again."""

    __tablename__ = "review"

    declaration_id: str = Field(primary_key=True, foreign_key="declaration.id")
    body_id: str = Field(foreign_key="member.id", index=True)
    assigned_by: str
    """Who did it, as the audit trail names an author; as in every ``_by`` here."""
    assigned_at: datetime
    taken_up_by: str | None = None
    taken_up_at: datetime | None = None
    accepted: bytes = Field(default=b"[]", sa_type=LargeBinary)
    """The warnings that the reviewer gave a word on: ``registry.reviews.acceptance.Accepted`` as JSON."""


class QuestionRow(SQLModel, table=True):
    """A question of a verification body about a declaration, and the owner's answer."""

    __tablename__ = "question"

    id: str = Field(primary_key=True)
    declaration_id: str = Field(foreign_key="declaration.id", index=True)
    body_id: str = Field(foreign_key="member.id")
    path: str | None = None
    """JSON path of the field that it is about; None: the whole declaration."""
    question: str
    asked_by: str
    asked_at: datetime
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    """When the review ended before there was an answer."""


class ReturnRow(SQLModel, table=True):
    """A declaration was given back to its owner: ``findings`` are some ``registry.reviews.reviews.ReviewFinding``."""

    __tablename__ = "returned"

    id: str = Field(primary_key=True)
    declaration_id: str = Field(foreign_key="declaration.id", index=True)
    member_id: str = Field(foreign_key="member.id")
    """Who gave it back: a verification body or the operator."""
    findings: bytes = Field(sa_type=LargeBinary)
    returned_by: str
    returned_at: datetime
