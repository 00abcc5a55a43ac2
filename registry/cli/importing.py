"""``carbonlabel import``: many declarations from a file."""

from pathlib import Path
from typing import Annotated

import typer

from registry.cli.report import save_report, show_report
from registry.cli.shell import DEFAULT_HOME, HomeOption, opened, progress, sentences, stop
from registry.imports.files import read_rows
from registry.imports.load import load
from registry.imports.template import template_csv
from registry.registry import utc_now


def import_file(
    file: Annotated[
        Path | None,
        typer.Argument(help="xlsx, csv, ndjson; json of PACT, openEPD or ILCD+EPD; its xml or zip"),
    ] = None,
    member: Annotated[str | None, typer.Option(help="member id of the owner; else each row names its own")] = None,
    publish: Annotated[bool, typer.Option(help="as the operator: publish rows with a complete verification")] = False,
    sheet: Annotated[str | None, typer.Option(help="sheet of an xlsx file; else its first")] = None,
    encoding: Annotated[str | None, typer.Option(help="of a csv file that is neither UTF-8 nor GB18030")] = None,
    report: Annotated[Path | None, typer.Option(help="csv file for every problem, a line each")] = None,
    template: Annotated[bool, typer.Option(help="print a csv file with all columns and an example, and stop")] = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Register declarations from a file. Rows that break a rule are reported, and the rest goes on.

    Run it again after an interruption: what is registered already is recognised. Exit code 1 when rows were refused.
    """
    if template:
        typer.echo(template_csv(utc_now().date()).decode(), nl=False)
        return
    if file is None:
        stop("name a file to import, or --template for an example")
    now = utc_now()
    with sentences():
        rows = read_rows(file, now.date(), sheet=sheet, encoding=encoding)
    with opened(home) as registry, progress("Importing") as show:
        done = load(registry, rows, member=member, publish=publish, now=now, progress=show)
    show_report(done)
    if report is not None:
        save_report(done, report)
    raise typer.Exit(1 if done.refused else 0)
