"""A bulk registration as a job: an uploaded file becomes declarations, a thousand rows a transaction.

What was written and how far the job is are committed together, so an attempt that takes over from one that was killed
goes on with the next row. A dry run judges every row in the same way and writes nothing but what it found.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath
from uuid import UUID

import msgspec
from msgspec import Struct, field
from sqlmodel import Session

from registry.errors import InvalidInput
from registry.imports.annotated import annotated
from registry.imports.batch import Batch, Judged, Outcome
from registry.imports.files import rows_of
from registry.imports.notes import RowOutcome
from registry.imports.report import Refusal, Report
from registry.jobs import files
from registry.jobs.working import Work
from schemas.findings import Finding

KIND = "import"
UPLOAD, FINDINGS, ANNOTATED = "upload", "findings", "annotated"
"""Names of the job's files: what was sent, what became of each row, and the first with the second in it."""

BATCH = 1_000
"""Rows of a transaction: under the write lock they are only written, which takes some hundredths of a second."""

MOST_SHOWN = 20
"""Refused rows that the job itself shows; the annotated copy has them all."""


class ImportRequest(Struct, frozen=True):
    """What was asked for."""

    file: str
    dry_run: bool = False
    sheet: str | None = None
    encoding: str | None = None


class ImportResult(Struct):
    """What came of it so far. ``errors`` and ``warnings`` count rows by code; ``unfit`` says why the file as a whole
    cannot be used."""

    counts: dict[Outcome, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    unfit: tuple[Finding, ...] = ()

    def added(self, judged: list[Judged]) -> "ImportResult":
        """This, and some rows more."""
        report = Report(errors=Counter(self.errors), warnings=Counter(self.warnings))
        counts = Counter(self.counts)
        for one in judged:
            counts[one.outcome] += 1
            report.add(one.row, one.outcome, one.findings)
        refusals = [*self.refusals, *report.refusals][:MOST_SHOWN]
        return ImportResult(dict(counts), dict(report.errors), dict(report.warnings), refusals)


def result_of(content: bytes) -> ImportResult:
    """What came of a job so far."""
    return msgspec.json.decode(content, type=ImportResult) if content else ImportResult()


def run(work: Work) -> None:
    """Does the rest of a job."""
    taken, database = work.taken, work.registry.database
    request = msgspec.json.decode(taken.request, type=ImportRequest)
    with database.reading() as session:
        content = files.read_file(session, taken.id, UPLOAD)
    created = taken.created.date()  # not today: an attempt that takes over must read the same rows
    try:
        rows = rows_of(content, PurePath(request.file), created, sheet=request.sheet, encoding=request.encoding)
    except InvalidInput as problem:
        with database.writing() as session:
            work.report(session, 0, None, msgspec.json.encode(ImportResult(unfit=problem.findings)))
        raise
    result, done = (ImportResult(), 0) if request.dry_run else (result_of(taken.result), taken.done)
    if request.dry_run:
        with database.writing() as session:
            work.report(session, 0, len(rows), b"")
            files.remove_file(session, taken.id, FINDINGS)
    earlier: dict[UUID, bytes] = {}
    while done < len(rows):
        work.go_on()
        some = rows[done : done + BATCH]
        batch = Batch(some, taken.author.member, False, work.clock(), earlier if request.dry_run else None)
        with database.reading() as session:
            judged = batch.judge(session)
        with database.writing(taken.author) as session, session.no_autoflush:
            if not request.dry_run:
                judged = batch.write(session)
            result = result.added(judged)
            work.report(session, done + len(some), len(rows), msgspec.json.encode(result))
            files.append_piece(session, taken.id, FINDINGS, done, msgspec.json.encode([*map(_row_outcome, judged)]))
        earlier |= _claimed(judged) if request.dry_run else {}
        done += len(some)
    work.go_on()
    with database.reading() as session:
        became = {outcome.row: outcome for outcome in outcomes(session, taken.id)}
    copy = annotated(content, PurePath(request.file), became, request.sheet, request.encoding)
    with database.writing(taken.author) as session:
        files.put_file(session, taken.id, ANNOTATED, copy)
        files.remove_file(session, taken.id, FINDINGS)  # the copy has them
        work.end(session)


def outcomes(session: Session, job: str) -> Iterator[RowOutcome]:
    """What became of each row so far."""
    for piece in files.pieces_of(session, job, FINDINGS):
        yield from msgspec.json.decode(piece, type=list[RowOutcome])


def _claimed(judged: list[Judged]) -> dict[UUID, bytes]:
    ready = (one.ready for one in judged if one.outcome is not Outcome.REFUSED)
    return {one.key: one.content for one in ready if one is not None}


def _row_outcome(one: Judged) -> RowOutcome:
    columns = one.row.columns if one.findings else {}
    return RowOutcome(one.row.number, one.outcome, tuple(one.findings), columns)
