"""From a file of scans to a file of verdicts."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Self

from msgspec import Struct

from verifier.bulk.bulk import Bulk, in_order, numbered
from verifier.bulk.files.blocks import BLOCK
from verifier.bulk.files.form import STANDARD, Form, Kind
from verifier.bulk.files.lines import text_parts
from verifier.bulk.files.rows import Rows
from verifier.bulk.files.sink import Encoded, Sink, WholeFile
from verifier.bulk.files.source import Source
from verifier.bulk.files.tally import Counts, Tally
from verifier.verifier import Verifier

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


def verify_parts(bulk: Bulk, parts: Iterator[Part], sink: Sink, tally: Tally, show: Callable[[int], None]) -> None:
    """Judges all rows and writes their verdicts, in order. ``show`` is told how many lines are written."""

    def done(turn: _Turn) -> _Done:
        try:
            rows = turn.part()
            first = turn.first.result()
        except BaseException as problem:
            turn.next.set_exception(problem)
            raise
        turn.next.set_result(first + len(rows))
        batch = numbered(bulk.verdicts(rows.labels, rows.expect), first)
        return _Done(sink.encode(batch), tally.counted(rows, batch), len(rows))

    for result in in_order(done, _turns(parts), bulk.threads):
        sink.write(result.encoded)
        tally.add(result.counts)
        show(tally.lines)


def _turns(parts: Iterator[Part]) -> Iterator[_Turn]:
    first: Future[int] = Future()
    first.set_result(1)
    for part in parts:
        turn = _Turn(part, first, Future())
        yield turn
        first = turn.next


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
        usual = Kind.CSV if target == STANDARD else None
        forms = Form.of(source, source_form), Form.of(target, target_form, usual)
        return cls(source, forms[0], target, forms[1], encoding, column)


def verify_file(verifier: Verifier, job: Job, threads: int | None = None) -> Tally:
    """Does the job. Raises ``BundleError``, ``FileProblem`` or ``OSError``; the target is then as it was."""
    tally = Tally()
    with verifier.bulk() as bulk, Source(job.source, job.source_form.compression, job.encoding) as source:
        bulk.threads = threads or bulk.threads
        with WholeFile(job.target) as file, Sink(file, job.target_form) as sink:
            verify_parts(bulk, text_parts(source, BLOCK), sink, tally, lambda _: None)
    return tally
