"""``carbonlabel fsck`` of a home: ``verifier.cli.fsck`` hands it over to this."""

import os
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from registry.cli.shell import DEFAULT_HOME, HomeArgument, progress, sentences
from registry.database.database import Database
from registry.errors import HomeError
from registry.fsck import check_home
from registry.fsck.entries import Progress
from registry.home import Home
from registry.store import FolderStore, open_bucket
from verifier.cli.faults import show_report
from verifier.fsck import Report


def fsck_home(
    home: HomeArgument = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line: a fault each")] = False,
) -> None:
    """Check a home: database, log and public files. Changes nothing, and needs no passphrase."""
    with sentences(), progress("Checking") as show:
        report = _checked(home, show)
    show_report(report, as_json)
    raise typer.Exit(1 if report.faults else 0)


def _checked(path: Path, show: Progress) -> Report:
    home = Home.open(path)
    database = Database(home.database_url(os.environ))
    database.refuse_missing()
    store = open_bucket(home.store_url(os.environ)) or FolderStore(home.public)
    try:
        return check_home(home.config, database, store, show, roots=home.path / "root")
    except SQLAlchemyError as problem:
        first = str(problem).partition("\n")[0]
        raise HomeError(f"the log in the database cannot be read: {first}") from None
    finally:
        database.dispose()
