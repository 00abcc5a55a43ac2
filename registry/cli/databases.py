"""``carbonlabel backup``, ``restore`` and ``move-database``: the database in a file, back from it, and elsewhere."""

import os
from pathlib import Path
from typing import Annotated

import typer

from registry.cli.shell import DEFAULT_HOME, HomeOption, console, opened, progress, sentences, stop
from registry.database.backup import back_up, move
from registry.database.backup import restore as restored_from
from registry.database.database import Database
from registry.fsck import check_home
from registry.fsck.entries import Progress
from registry.home import DATABASE_VARIABLE, Home
from registry.store import FolderStore, open_bucket
from verifier.cli.faults import show_report
from verifier.fsck import Report


def backup(
    file: Annotated[Path, typer.Argument(help="a file that is not there yet")], home: HomeOption = DEFAULT_HOME
) -> None:
    """Write the database, as it is at this moment, into a file.

    The home's keys, configuration and roots are not in it: keep a copy of them elsewhere.
    """
    with opened(home) as registry, progress("Backing up") as show:
        rows = back_up(registry.database, file, show)
    console.print(f"{file}: {rows} rows", markup=False, soft_wrap=True)


def restore(
    file: Annotated[Path, typer.Argument(help="what `carbonlabel backup` wrote")], home: HomeOption = DEFAULT_HOME
) -> None:
    """Fill the home's database, which must be empty, from a backup; then check the home as fsck does."""
    with sentences():
        held = Home.open(home)
        with Database(held.database_url(os.environ)) as database:
            with progress("Restoring") as show:
                rows = restored_from(file, database, show)
            console.print(f"{rows} rows are restored", markup=False)
            with progress("Checking") as show:
                report = _check(held, database, show)
    show_report(report, False)
    raise typer.Exit(1 if report.faults else 0)


def move_database(
    url: Annotated[str, typer.Argument(help="an empty one, postgresql://USER@HOST/NAME")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Copy the home's database into an empty one, check the copy as fsck does, and make it the home's."""
    if os.environ.get(DATABASE_VARIABLE):
        stop(f"{DATABASE_VARIABLE} goes before what the home says: unset it, and name its database in config.toml")
    with opened(home) as registry, progress("Moving") as show:

        def is_sound(copy: Database) -> bool:
            report = _check(registry.home, copy, show)
            show_report(report, False)
            return not report.faults

        rows = move(registry.home, registry.database, url, is_sound, show)
    if rows is None:
        stop("the copy is not sound, so the home stays with the database it has: empty the other one, and mend these")
    console.print(
        f"{rows} rows are moved, and {home / 'config.toml'} names the new database. The old one takes no entry any "
        "more: keep it until the new one has a backup.",
        markup=False,
        soft_wrap=True,
    )


def _check(home: Home, database: Database, show: Progress) -> Report:
    store = open_bucket(home.store_url(os.environ)) or FolderStore(home.public)
    return check_home(home.config, database, store, show, roots=home.path / "root")
