"""The tables of jobs: work that takes longer than a request, and the files that it reads and leaves.

Nothing here is public. Files are kept here, in pieces, because every host has the database, and the public store is for
anyone to read; and so a file is there exactly when its job is.
"""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from registry.database.tables import SQLModel


class JobRow(SQLModel, table=True):
    """A job: ``request`` is what was asked for and ``result`` what came of it so far, as JSON of its kind's own."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_created_at", "state", "created_at"),)

    id: str = Field(primary_key=True)
    kind: str
    member_id: str = Field(foreign_key="member.id", index=True)
    who: str
    """Who asked for it, as ``registry.database.author`` names them."""
    state: str
    request: bytes = Field(sa_type=LargeBinary)
    result: bytes = Field(default=b"", sa_type=LargeBinary)
    done: int = 0
    total: int | None = None
    """How much there is to do; None: not known yet."""
    attempts: int = 0
    holder: str | None = None
    """Who is at work on it, a name drawn for each attempt."""
    lease_until: datetime | None = None
    """When another may take it, unless the holder says before then that it is still there."""
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    error: str | None = None


class JobPartRow(SQLModel, table=True):
    """A piece of one of a job's files: ``number`` from 0."""

    __tablename__ = "job_part"

    job_id: str = Field(primary_key=True, foreign_key="job.id")
    file: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    data: bytes = Field(sa_type=LargeBinary)
