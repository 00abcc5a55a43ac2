"""``carbonlabel verify-batch``: a night's scans, judged in seconds."""

import signal
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from verifier.bulk.files.form import STANDARD, FileProblem
from verifier.bulk.files.report import LANGUAGES, Report, report_page
from verifier.bulk.files.sink import WholeFile
from verifier.bulk.files.tally import Tally
from verifier.bulk.files.verify import Job, verify_file
from verifier.bulk.process import settle
from verifier.bundle import BundleError
from verifier.cli.batch_summary import show_summary, summary_json
from verifier.verifier import Verifier

Show = Callable[[int, int, int | None], None]


class Language(StrEnum):
    """Of a report."""

    EN = "en"
    ZH = "zh"


def verify_batch(
    scans: Annotated[str, typer.Argument(metavar="INPUT", help="file of labels; - reads standard input")],
    output: Annotated[str, typer.Argument(metavar="OUTPUT", help="file of verdicts; - writes standard output")],
    bundle: Annotated[Path, typer.Option(help="folder of the registry's bundle")],
    stated: Annotated[
        str | None, typer.Option("--format", help="of INPUT: text, csv, ndjson or parquet; also as in csv.gz")
    ] = None,
    stated_output: Annotated[
        str | None, typer.Option("--output-format", help="of OUTPUT: csv, ndjson or parquet; also as in csv.gz")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="of INPUT's characters, such as gb18030; default UTF-8")] = None,
    column: Annotated[str | None, typer.Option(help="name of the column that holds the labels")] = None,
    max_age: Annotated[
        float | None, typer.Option(min=0, max=1_000_000, metavar="HOURS", help="stop if it was signed longer ago")
    ] = None,
    report: Annotated[str | None, typer.Option(metavar="FILE.html", help="also write a page for people")] = None,
    language: Annotated[Language | None, typer.Option(help="of the report; default: both")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the summary as one JSON object")] = False,
    threads: Annotated[int | None, typer.Option(min=1, max=256, help="default: one for each core")] = None,
) -> None:
    """Judge every label of a file: one row of verdict for each line or row, in order.

    OUTPUT is there when it is whole, and not before. Exit code 0: all labels are valid; 1: some are not; 2: could not.
    """
    if as_json and output == STANDARD:
        _stop("--json and OUTPUT - both write to standard output: give OUTPUT a name")
    if report is not None and Path(report).resolve() in (Path(scans).resolve(), Path(output).resolve()):
        _stop("the report would take the place of another file: give it a name of its own")
    settle()
    signal.signal(signal.SIGTERM, _ended)
    age = None if max_age is None else timedelta(hours=max_age)
    try:
        job = Job.of(scans, output, stated, stated_output, encoding, column)
        tally, seconds = _judged(job, bundle, age, threads, report, LANGUAGES if language is None else (language,))
    except (BundleError, FileProblem) as problem:
        _stop(str(problem))
    if as_json:
        sys.stdout.buffer.write(summary_json(tally, seconds) + b"\n")
    else:
        show_summary(tally, seconds, Console(highlight=False, stderr=output == STANDARD))
    raise typer.Exit(0 if tally.all_valid else 1)


def _judged(
    job: Job, bundle: Path, max_age: timedelta | None, threads: int | None, report: str | None, languages: Sequence[str]
) -> tuple[Tally, float]:
    """Does the job, and writes the report if one is wanted; the counts, and seconds."""
    began, at = perf_counter(), datetime.now(UTC)
    verifier = Verifier.open(bundle, max_age)
    with nullcontext() if report is None else WholeFile(report) as file:
        with _progress() as show:
            tally = verify_file(verifier, job, threads, show, with_faults=file is not None)
        seconds = perf_counter() - began
        if file is not None:
            said = Report(tally, verifier.bundle, verifier.trust.registry.name, job.source, at, seconds)
            file.write(report_page(said, languages).encode())
    return tally, seconds


@contextmanager
def _progress() -> Generator[Show]:
    """A bar on a terminal, with the rate and the time that remains; nothing in a pipe."""
    console = Console(highlight=False, stderr=True)
    if not console.is_terminal:
        yield lambda _lines, _done, _of: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task, began = bar.add_task("Judging", total=None), perf_counter()

        def show(lines: int, done: int, of: int | None) -> None:
            rate = lines / max(perf_counter() - began, 1e-9)
            bar.update(task, description=f"{lines:,} labels, {rate:,.0f} a second", completed=done, total=of)

        yield show


def _ended(*_: object) -> NoReturn:
    """Leaves no half file behind."""
    raise SystemExit(128 + signal.SIGTERM)


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
