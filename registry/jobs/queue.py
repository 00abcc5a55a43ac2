"""Jobs from their beginning to their end.

::

    queued --take--> running --end--> done | failed
      ^  \\             |  \\
      |   \\            |   `--cancel--> cancelled
      |    `--cancel---|--------------> cancelled
      `---hand back----'    (stopped, or its lease ran out: another takes it)

Every function but the looks is called in a write transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, delete, func, or_
from sqlmodel import Session, and_, col, select
from sqlmodel.sql.expression import SelectOfScalar

from registry.audit.changes import Change
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.author import Author
from registry.database.database import author_of
from registry.database.job_tables import JobPartRow, JobRow
from registry.errors import NotFound, WrongState
from registry.jobs.files import put_file
from registry.sentences import Sentence, sentence

LEASE = timedelta(seconds=60)
"""For how long a job is its holder's without a word from it."""

MOST_ATTEMPTS = 5
"""A job whose process died so often would kill the next one too."""

MOST_WAITING = 20
"""Jobs of one member that may wait or run at the same time."""

PAGE_SIZE = 50


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Lost(Exception):
    """The job is somebody else's by now, or was cancelled: what was about to be written must not be."""


class Taken(Struct, frozen=True):
    """A job as its holder took it. What it does is done by its ``author``; ``result`` and ``done`` are what earlier
    attempts left."""

    id: str
    kind: str
    author: Author
    holder: str
    request: bytes
    result: bytes
    done: int
    created: datetime


def put(session: Session, kind: str, member: str, request: bytes, files: Mapping[str, bytes], now: datetime) -> JobRow:
    """A new job of ``member`` with its files, which the transaction's author asks for.

    Raises ``WrongState`` when the member has too many under way.
    """
    under_way = select(func.count()).select_from(JobRow)
    open_states = (JobState.QUEUED, JobState.RUNNING)
    waiting = session.exec(under_way.where(JobRow.member_id == member, col(JobRow.state).in_(open_states))).one()
    if waiting >= MOST_WAITING:
        raise WrongState(
            "{waiting} jobs of {member} are under way: wait until one has ended",
            waiting=waiting,
            member=member,
        )
    row = JobRow(
        id=str(uuid4()),
        kind=kind,
        member_id=member,
        who=author_of(session).who,
        state=JobState.QUEUED,
        request=request,
        created_at=now,
    )
    session.add(row)
    session.flush()
    for name, data in files.items():
        put_file(session, row.id, name, data)
    noted(session, now, Step(Did.CREATED, f"job/{row.id}", member, (Change("/kind", None, kind),)))
    return row


def take(session: Session, now: datetime) -> Taken | None:
    """The job that has waited the longest, now running and on lease; None when none waits.

    Those that were taken too often and never ended are ended here, as failed.
    """
    while True:
        # PostgreSQL passes over what others are just writing to; SQLite has one writer at a time.
        query = _takeable(now).order_by(col(JobRow.created_at), col(JobRow.id)).limit(1)
        row = session.exec(query.with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        if row.attempts < MOST_ATTEMPTS:
            break
        _end(session, row, JobState.FAILED, now, sentence("it was broken off again and again, and is given up"))
        session.flush()
    row.state, row.holder, row.lease_until = JobState.RUNNING, str(uuid4()), now + LEASE
    row.attempts += 1
    row.started_at = row.started_at or now
    session.add(row)
    return Taken(
        row.id, row.kind, Author(row.who, row.member_id), row.holder, row.request, row.result, row.done, row.created_at
    )


def is_waiting(session: Session, now: datetime) -> bool:
    """Whether there is a job to take."""
    return session.exec(_takeable(now).limit(1)).first() is not None


def renew(session: Session, taken: Taken, now: datetime) -> None:
    """The holder is still there. Raises ``Lost``."""
    row = _held(session, taken)
    row.lease_until = now + LEASE
    session.add(row)


def report(session: Session, taken: Taken, done: int, total: int | None, result: bytes, now: datetime) -> None:
    """How far the job is: to be written with what was done. Raises ``Lost``: then nothing of it may be."""
    row = _held(session, taken)
    row.done, row.total, row.result, row.lease_until = done, total, result, now + LEASE
    session.add(row)


def hand_back(session: Session, taken: Taken) -> None:
    """The holder stops, and did nothing wrong: another goes on. Raises ``Lost``."""
    row = _held(session, taken)
    row.state, row.holder, row.lease_until = JobState.QUEUED, None, None
    row.attempts -= 1
    session.add(row)


def why(row: JobRow) -> Sentence | None:
    """Why a job failed; None for one that did not."""
    if row.error is None:
        return None
    try:
        return msgspec.json.decode(row.error, type=Sentence)
    except msgspec.DecodeError:  # it was kept as English words, once
        return sentence(row.error)


def end(session: Session, taken: Taken, state: JobState, now: datetime, error: Sentence | None = None) -> None:
    """The job has ended. Raises ``Lost``."""
    _end(session, _held(session, taken), state, now, error)


def cancel(session: Session, row: JobRow, now: datetime) -> None:
    """Stops a job: what it has done stays. Raises ``WrongState`` when it has ended."""
    if row.state in ENDED:
        raise WrongState("job {job} is {state}: it cannot be cancelled any more", job=row.id, state=row.state)
    _end(session, row, JobState.CANCELLED, now, None)


def job(session: Session, key: UUID, kind: str) -> JobRow:
    """A job of that kind. Raises ``NotFound``."""
    row = session.get(JobRow, str(key))
    if row is None or row.kind != kind:
        raise NotFound("there is no job {job}, or it was so long ago that it was removed", job=key)
    return row


def listed(session: Session, member: str, kind: str, page: int) -> tuple[Sequence[JobRow], int]:
    """A page of a member's jobs of one kind, the newest first; and how many there are."""
    wanted = (JobRow.member_id == member, JobRow.kind == kind)
    total = session.exec(select(func.count()).select_from(JobRow).where(*wanted)).one()
    query = select(JobRow).where(*wanted).order_by(col(JobRow.created_at).desc(), col(JobRow.id))
    return session.exec(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all(), total


def remove_ended(session: Session, before: datetime) -> int:
    """Removes the jobs that ended before then, with their files; how many."""
    query = select(JobRow.id).where(col(JobRow.state).in_(ENDED), col(JobRow.ended_at) < before).limit(100)
    old = session.exec(query).all()
    connection = session.connection()
    connection.execute(delete(JobPartRow).where(col(JobPartRow.job_id).in_(old)))
    connection.execute(delete(JobRow).where(col(JobRow.id).in_(old)))
    return len(old)


def has_ended(session: Session, before: datetime) -> bool:
    """Whether some job ended before then."""
    query = select(JobRow.id).where(col(JobRow.state).in_(ENDED), col(JobRow.ended_at) < before).limit(1)
    return session.exec(query).first() is not None


def _takeable(now: datetime) -> SelectOfScalar[JobRow]:
    abandoned: ColumnElement[bool] = and_(col(JobRow.state) == JobState.RUNNING, col(JobRow.lease_until) < now)
    return select(JobRow).where(or_(col(JobRow.state) == JobState.QUEUED, abandoned))


def _held(session: Session, taken: Taken) -> JobRow:
    row = session.get(JobRow, taken.id, populate_existing=True)
    if row is None or row.state != JobState.RUNNING or row.holder != taken.holder:
        raise Lost(taken.id)
    return row


def _end(session: Session, row: JobRow, state: JobState, now: datetime, error: Sentence | None) -> None:
    noted(session, now, Step(Did.ENDED, f"job/{row.id}", row.member_id, (Change("/state", row.state, state),)))
    row.state, row.ended_at = state, now
    row.error = None if error is None else msgspec.json.encode(error).decode()
    row.holder = row.lease_until = None
    session.add(row)
