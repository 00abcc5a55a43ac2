"""From a file of scans to a file of verdicts."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from msgspec import Struct

from verifier.bulk.bulk import Bulk, in_order
from verifier.bulk.files.blocks import BLOCK
from verifier.bulk.files.csv_rows import csv_parts
from verifier.bulk.files.form import STANDARD, FileProblem, Form, Kind
from verifier.bulk.files.lines import text_parts
from verifier.bulk.files.ndjson import ndjson_parts
from verifier.bulk.files.parquet import ParquetSource
from verifier.bulk.files.rows import Rows
from verifier.bulk.files.sink import Encoded, Sink, WholeFile
from verifier.bulk.files.source import Source
from verifier.bulk.files.tally import Counts, Tally
from verifier.verifier import Verifier

Show = Callable[[int, int, int | None], None]
Part = Callable[[], Rows]
"""Some rows of the input that are yet to be read."""


class _Turn(Struct, frozen=True):
    """A part, with the number of its first line, known when the part before was read, and of the next part's."""

    part: Part
    first: Future[int]
    next: Future[int]


class _Done(Struct, frozen=True):
    encoded: Encoded
    counts: Counts
    lines: int


def verified(bulk: Bulk, parts: Iterator[Part], sink: Sink, tally: Tally) -> Iterator[None]:
    """Judges all rows and writes their verdicts, in order; comes back after each part."""

    def done(turn: _Turn) -> _Done:
        try:
            rows = turn.part()
            first = turn.first.result()
        except BaseException as problem:
            turn.next.set_exception(problem)
            raise
        turn.next.set_result(first + len(rows))
        judged = bulk.judge.judged(rows.labels, rows.expect)
        return _Done(sink.encode(judged, first), tally.counted(rows, judged, first), len(rows))

    for result in in_order(done, _turns(parts), bulk.threads):
        sink.write(result.encoded)
        tally.add(result.counts)
        yield


def _turns(parts: Iterator[Part]) -> Iterator[_Turn]:
    first: Future[int] = Future()
    first.set_result(1)
    for part in parts:
        turn = _Turn(part, first, Future())
        yield turn
        first = turn.next


def _not_shown(_lines: int, _done: int, _of: int | None) -> None:
    pass


class Job(Struct, frozen=True):
    """What is read, and what is written."""

    source: str
    source_form: Form
    target: str
    target_form: Form
    encoding: str | None = None
    column: str | None = None

    @classmethod
    def of(
        cls,
        source: str,
        target: str,
        source_form: str | None = None,
        target_form: str | None = None,
        encoding: str | None = None,
        column: str | None = None,
    ) -> Self:
        """From file to file, in the forms that their names or the stated formats tell. Raises ``FileProblem``."""
        if STANDARD not in (source, target) and Path(source).resolve() == Path(target).resolve():
            raise FileProblem("the verdicts would take the place of the labels: give them a file of their own")
        usual = Kind.CSV if target == STANDARD else None
        forms = Form.of(source, source_form), Form.of(target, target_form, usual)
        return cls(source, forms[0], target, forms[1], encoding, column)


def verify_file(
    verifier: Verifier, job: Job, threads: int | None = None, show: Show = _not_shown, *, with_faults: bool = False
) -> Tally:
    """Does the job. Raises ``BundleError``, ``FileProblem`` or ``OSError``; the target is then as it was.

    ``show`` is told how many lines are done, and how much of the input, out of how much, if that is known.
    ``with_faults``: look also at each label that is not valid.
    """
    tally = Tally(with_faults=with_faults)
    with verifier.bulk() as bulk, _opened(job) as (source, parts), WholeFile(job.target) as file:
        bulk.threads = threads or bulk.threads
        with Sink(file, job.target_form, bulk.judge.snapshot) as sink:
            for _ in verified(bulk, parts, sink, tally):
                show(tally.lines, source.position, source.size)
    return tally


@contextmanager
def _opened(job: Job) -> Generator[tuple[Source | ParquetSource, Iterator[Part]]]:
    if job.source_form.kind is Kind.PARQUET:
        with ParquetSource(job.source, job.column) as table:
            yield table, table.parts()
        return
    with Source(job.source, job.source_form.compression, job.encoding) as source:
        match job.source_form.kind:
            case Kind.CSV:
                yield source, csv_parts(source, BLOCK, job.column)
            case Kind.NDJSON:
                yield source, ndjson_parts(source, BLOCK, job.column)
            case _:
                yield source, text_parts(source, BLOCK)
