"""``carbonlabel audit``: the audit trail, for whoever has the home."""

import sys
from datetime import datetime
from typing import Annotated

import typer

from registry.audit.reading import Form, Wanted, export
from registry.cli.shell import DEFAULT_HOME, HomeOption, opened


def audit(
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="the first day, in UTC")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="the last day, in UTC")] = None,
    subject: Annotated[
        str | None, typer.Option(help="such as declaration/<id>, record/<index>, member/<id>, person/<id>")
    ] = None,
    member: Annotated[str | None, typer.Option(help="what a member did, and what was done to its own")] = None,
    form: Annotated[Form, typer.Option("--format", help="how to write it down")] = Form.NDJSON,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Print the audit trail: who did what to what, when, and what changed."""
    wanted = Wanted(
        subject=subject,
        member=member,
        first=None if first is None else first.date(),
        last=None if last is None else last.date(),
    )
    with opened(home) as registry:
        for some in export(registry.database, wanted, form):
            sys.stdout.buffer.write(some)
    sys.stdout.flush()
