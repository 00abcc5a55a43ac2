"""What every command of the registry shares: the home option, opening a home, and errors as sentences."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from keys import KeysError
from registry.errors import Refused, RegistryError
from registry.registry import Registry

DEFAULT_HOME = Path(".carbonlabel")
HomeOption = Annotated[Path, typer.Option("--home", help="the registry's home folder")]
HomeArgument = Annotated[Path, typer.Argument(help="the registry's home folder")]
DatabaseOption = Annotated[
    str, typer.Option("--database", help="an empty one, postgresql://USER@HOST/NAME; else a file in the home")
]

console = Console(highlight=False)


def stop(sentence: str) -> NoReturn:
    """Ends the command: it could not do what was asked."""
    typer.echo(sentence, err=True)
    raise typer.Exit(2)


@contextmanager
def sentences() -> Generator[None]:
    """Turns the registry's errors, and the database's, into a sentence and exit code 2."""
    try:
        yield
    except Refused as problem:
        lines = [str(problem), *(f"  {found.path}: {found.message['en']}" for found in problem.findings)]
        stop("\n".join(lines))
    except (RegistryError, KeysError) as problem:
        stop(str(problem))
    except SQLAlchemyError as problem:
        said = problem.orig if isinstance(problem, DBAPIError) else problem  # without the statement
        stop(
            f"the database did not do what was asked: {said}. Look at its disk or server; then look whether it "
            "was done after all, before you ask again"
        )


@contextmanager
def opened(home: Path) -> Generator[Registry]:
    """The registry at ``home``, closed afterwards; errors become sentences."""
    with sentences():
        registry = Registry.open(home, os.environ)
        try:
            yield registry
        finally:
            registry.close()


@contextmanager
def progress(what: str) -> Generator[Callable[[int, int], None]]:
    """A function that shows (done, of how many): a bar on a terminal, nothing in a pipe."""
    if not console.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
