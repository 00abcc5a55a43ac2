"""The files of jobs, in pieces, so that neither a row nor a copy of the database ever holds a large one at once."""

from collections.abc import Iterator

from sqlalchemy import delete, func, insert
from sqlmodel import Session, col, select

from registry.database.job_tables import JobPartRow

PIECE = 65_536
_AT_ONCE = 64


def put_file(session: Session, job: str, file: str, data: bytes) -> None:
    """Writes a file of a job, in the place of the one of that name."""
    connection = session.connection()
    connection.execute(delete(JobPartRow).where(col(JobPartRow.job_id) == job, col(JobPartRow.file) == file))
    pieces = [data[start : start + PIECE] for start in range(0, len(data), PIECE)]
    for start in range(0, len(pieces), _AT_ONCE):
        some = enumerate(pieces[start : start + _AT_ONCE], start)
        rows = [{"job_id": job, "file": file, "number": number, "data": piece} for number, piece in some]
        connection.execute(insert(JobPartRow), rows)


def append_piece(session: Session, job: str, file: str, number: int, data: bytes) -> None:
    """Writes one more piece of a file: ``number`` is larger than those of the pieces before it."""
    session.connection().execute(insert(JobPartRow), [{"job_id": job, "file": file, "number": number, "data": data}])


def pieces_of(session: Session, job: str, file: str) -> Iterator[bytes]:
    """The pieces of a file in their order; none when there is no such file."""
    wanted = (JobPartRow.job_id == job, JobPartRow.file == file)
    query = select(JobPartRow.data).where(*wanted).order_by(col(JobPartRow.number))
    yield from session.exec(query.execution_options(yield_per=_AT_ONCE))


def read_file(session: Session, job: str, file: str) -> bytes:
    """A whole file."""
    return b"".join(pieces_of(session, job, file))


def has_file(session: Session, job: str, file: str) -> bool:
    """Whether the job has such a file."""
    query = select(func.count()).select_from(JobPartRow).where(JobPartRow.job_id == job, JobPartRow.file == file)
    return session.exec(query).one() > 0


def remove_file(session: Session, job: str, file: str | None = None) -> None:
    """Removes one file of a job, or all."""
    which = [] if file is None else [col(JobPartRow.file) == file]
    session.connection().execute(delete(JobPartRow).where(col(JobPartRow.job_id) == job, *which))
