"""``carbonlabel verify-batch``: a night's scans, judged in seconds."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from verifier.bundle import BundleError
from verifier.verifier import Verifier

if TYPE_CHECKING:  # of the extra "bulk"
    pass


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
        float | None,
        typer.Option(min=0, max=1_000_000, metavar="HOURS", help="stop if it was signed longer ago"),
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, max=256, help="default: one for each core")] = None,
) -> None:
    """Judge every label of a file: one row of verdict for each line or row, in order.

    OUTPUT is there when it is whole, and not before. Exit code 0: all labels are valid; 1: some are not; 2: could not.
    """
    try:
        from verifier.bulk.files.form import FileProblem
        from verifier.bulk.files.verify import Job, verify_file
    except ModuleNotFoundError:
        _stop("judging whole files needs an extra: pip install 'carbonlabel[bulk]'")
    try:
        job = Job.of(scans, output, stated, stated_output, encoding, column)
        verifier = Verifier.open(bundle, None if max_age is None else timedelta(hours=max_age))
        tally = verify_file(verifier, job, threads)
    except (BundleError, FileProblem) as problem:
        _stop(str(problem))
    raise typer.Exit(0 if tally.all_valid else 1)


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
