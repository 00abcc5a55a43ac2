"""``carbonlabel fsck``: catch a log that lies or is damaged. For a home, the installed registry has its own check."""

from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, NoReturn

import typer

_GROUP = "carbonlabel.commands"
_CONFIG = "config.toml"
_HOME_COMMAND = "fsck-home"


def fsck(
    target: Annotated[str, typer.Argument(metavar="HOME|URL", help="home, or URL of a registry")] = ".carbonlabel",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line: a fault each")] = False,
) -> None:
    """Derive everything from the log's entries again, and report all faults.

    Exit code 0: none; 1: some; 2: could not look.
    """
    if not (Path(target) / _CONFIG).exists():
        _stop(f"{target} is not a registry home: give the folder that holds {_CONFIG}")
    _check_home(Path(target), as_json)


def _check_home(home: Path, as_json: bool) -> None:
    """Runs the command that the registry's part adds for this."""
    part = typer.Typer()
    for entry in entry_points(group=_GROUP):
        try:
            entry.load()(part)
        except ModuleNotFoundError:
            continue
    for command in part.registered_commands:
        if command.name == _HOME_COMMAND and command.callback is not None:
            command.callback(home, as_json)
            return
    _stop(f"{home} is a registry home: to check its database, pip install 'carbonlabel[registry]'")


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
