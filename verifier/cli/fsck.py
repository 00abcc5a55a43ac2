"""``carbonlabel fsck``: catch a registry that lies or is damaged. A home is checked by the registry's part."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from keys import TrustError, TrustList
from verifier.bundle import BundleError, Fetcher, FolderFetcher, NotPublished
from verifier.bundle.fetch import read
from verifier.bundle.http import HttpFetcher
from verifier.cli.faults import show_report
from verifier.fsck import check_public

_GROUP = "carbonlabel.commands"
_CONFIG = "config.toml"
_HOME_COMMAND = "fsck-home"
_TRUST = "trust.json"
_MAX_TRUST = 1_000_000


def fsck(
    target: Annotated[
        str, typer.Argument(metavar="HOME|URL", help="home; or a registry's URL, or a folder with a copy of its files")
    ] = ".carbonlabel",
    checkpoint: Annotated[
        Path | None, typer.Option(help="a checkpoint of this log that you kept: the log must have grown from it")
    ] = None,
    trust: Annotated[
        Path | None, typer.Option(help="the registry's trust.json that you kept; else the one that is there")
    ] = None,
    root: Annotated[
        Path | None, typer.Option(help="the registry's root file, got from its operator: the bundle must go back to it")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line: a fault each")] = False,
) -> None:
    """Derive everything that is published from the log's entries again, and report all faults.

    Exit code 0: none; 1: some; 2: could not look.
    """
    if "://" not in target and (Path(target) / _CONFIG).exists():
        if checkpoint is not None or trust is not None or root is not None:
            _stop("--checkpoint, --trust and --root are for a URL or a folder of public files, such as HOME/public")
        _check_home(Path(target), as_json)
        return
    try:
        kept, pinned = (None if path is None else path.read_bytes() for path in (checkpoint, root))
        with _fetcher(target) as fetcher, _progress() as show:
            listed = _trust_list(fetcher, trust)
            report = check_public(fetcher, listed, datetime.now(UTC), kept=kept, root=pinned, progress=show)
    except (BundleError, TrustError) as problem:
        _stop(str(problem))
    show_report(report, as_json)
    raise typer.Exit(1 if report.faults else 0)


def _trust_list(fetcher: Fetcher, kept: Path | None) -> TrustList | None:
    """The trust list that was kept, or the one that is there; None for a folder without: its bundle has one."""
    if kept is not None:
        return TrustList.parse(kept.read_bytes())
    try:
        return TrustList.parse(read(fetcher, _TRUST, _MAX_TRUST))
    except NotPublished:
        if isinstance(fetcher, FolderFetcher):
            return None
        raise


@contextmanager
def _fetcher(target: str) -> Generator[Fetcher]:
    if "://" in target:
        with HttpFetcher(target) as fetcher:
            yield fetcher
    elif not Path(target).is_dir():
        _stop(f"{target} is neither a URL nor a folder: give a home, a registry's URL, or a copy of its public files")
    else:
        yield FolderFetcher(Path(target))


@contextmanager
def _progress() -> Generator[Callable[[int, int], None]]:
    """A function that shows (done, of how many): a bar on a terminal, nothing in a pipe."""
    console = Console(highlight=False, stderr=True)
    if not console.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Checking", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _check_home(home: Path, as_json: bool) -> None:
    """Runs the command that the registry's part adds for this."""
    parts = typer.Typer()
    for entry in entry_points(group=_GROUP):
        entry.load()(parts)
    for command in parts.registered_commands:
        if command.name == _HOME_COMMAND and command.callback is not None:
            try:
                check = command.callback()
            except ModuleNotFoundError:
                break
            check(home, as_json)
            return
    _stop(f"{home} is a registry home: to check its database, pip install 'carbonlabel[registry]'")


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
