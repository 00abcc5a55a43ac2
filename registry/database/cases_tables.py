"""The tables of the yearly release: calls, nominated cases, experts and their scores. Times are UTC.

What was released is public; who scored what never is.
"""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field

from registry.database.tables import SQLModel


class CallRow(SQLModel, table=True):
    """A call for cases: ``content`` is a ``schemas.cases.Call`` as JSON."""

    __tablename__ = "case_call"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content: bytes = Field(sa_type=LargeBinary)
    opened_at: datetime
    dataset: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The exact bytes that were released; their SHA-256 is in the log."""
    entry: int | None = Field(default=None, sa_type=BigInteger)
    """Log index of the release."""
    released_at: datetime | None = None


class CaseRow(SQLModel, table=True):
    """A nominated case: ``content`` is a ``registry.cases.nominations.Case`` as JSON."""

    __tablename__ = "case_nominated"

    id: str = Field(primary_key=True)
    year: int = Field(foreign_key="case_call.year", index=True)
    category: str
    member_id: str = Field(foreign_key="member.id", index=True)
    """The organisation whose case it is."""
    nominated_by: str = Field(foreign_key="member.id", index=True)
    content: bytes = Field(sa_type=LargeBinary)
    state: str
    reason: str = ""
    """What the operator said when it decided."""
    against: str = ""
    """What spoke against it then, and the operator let it take part nevertheless: reasons, with spaces between."""
    nominated_at: datetime


class ExpertRow(SQLModel, table=True):
    """Somebody whom the operator asked to score a year's cases."""

    __tablename__ = "case_expert"

    year: int = Field(primary_key=True, foreign_key="case_call.year", sa_column_kwargs={"autoincrement": False})
    person_id: str = Field(primary_key=True, foreign_key="person.id")


class ScoreRow(SQLModel, table=True):
    """What an expert declared about a case, and gave it: ``scores`` is an object of integers by criterion, as JSON."""

    __tablename__ = "case_score"

    case_id: str = Field(primary_key=True, foreign_key="case_nominated.id")
    person_id: str = Field(primary_key=True, foreign_key="person.id")
    conflict: bool
    words: str = ""
    scores: bytes | None = Field(default=None, sa_type=LargeBinary)
    at: datetime
