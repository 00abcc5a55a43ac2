"""``carbonlabel sync``: a retailer's copy of the registry, brought up to date."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from verifier.bundle import BundleError, Fetcher, FolderFetcher, sync
from verifier.bundle.consistency import GrowthCheck
from verifier.bundle.http import HttpFetcher
from verifier.bundle.sync import Progress as Show
from verifier.bundle.sync import Synced
from verifier.cli.relying import ThresholdOption, WitnessOption, asked_for


def sync_bundle(
    registry: Annotated[str, typer.Argument(metavar="URL", help="the registry's URL, or a folder with a copy of it")],
    bundle: Annotated[Path, typer.Option(help="folder of the bundle; made if it is not there")],
    root: Annotated[
        Path | None, typer.Option(help="the registry's root file, got from its operator: needed the first time")
    ] = None,
    trust_first_root: Annotated[
        bool, typer.Option("--trust-first-root", help="the first time, believe whoever answers at that address")
    ] = False,
    witness: WitnessOption = None,
    witness_threshold: ThresholdOption = None,
) -> None:
    """Bring a bundle up to date, so that labels can be verified without a network.

    Everything is verified before it counts; an interrupted sync leaves the old bundle whole. Exit code 0: up to date;
    2: not, and the bundle is as it was.
    """
    console = Console(highlight=False, stderr=True)
    witnesses = asked_for(witness, witness_threshold)
    try:
        pinned = None if root is None else root.read_bytes()
        with _fetcher(registry) as fetcher, _progress(console) as show:
            done = sync(
                fetcher,
                bundle,
                now=datetime.now(UTC),
                root=pinned,
                trust_first_root=trust_first_root,
                progress=show,
                consistency=GrowthCheck(fetcher),
                witnesses=witnesses,
            )
    except BundleError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None
    if done.trusted_root is not None:
        console.print(_trusted(done.trusted_root), style="bold yellow", markup=False, soft_wrap=True)
    typer.echo(_summary(done, bundle))


@contextmanager
def _fetcher(registry: str) -> Generator[Fetcher]:
    if "://" not in registry and Path(registry).is_dir():
        yield FolderFetcher(Path(registry))
    else:
        with HttpFetcher(registry) as fetcher:
            yield fetcher


@contextmanager
def _progress(console: Console) -> Generator[Show]:
    """A bar on a terminal, nothing in a pipe."""
    if not console.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("Syncing"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _trusted(sha256: str) -> str:
    return (
        "WARNING: the registry's root was believed because it was the first to answer. Compare its SHA-256 with what "
        f"the operator states elsewhere, in a letter or on a telephone: {sha256}"
    )


def _summary(done: Synced, folder: Path) -> str:
    bundle = done.bundle
    what = f"{done.fetched:,} of {done.total:,} bytes fetched" if done.changed else "nothing new"
    return (
        f"{folder}: {bundle.trust.registry.name}, {bundle.checkpoint.size:,} log entries, signed at "
        f"{bundle.signed_at:%Y-%m-%d %H:%M} UTC, good until {bundle.expires:%Y-%m-%d %H:%M} UTC; {what}"
    )
