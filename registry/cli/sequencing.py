"""``carbonlabel sequence``: integrate what waits, publish checkpoint and bundle, without a serving process."""

from typing import Annotated

import typer

from registry.bundle import BundleFault
from registry.cli.shell import DEFAULT_HOME, HomeOption, console, opened, stop
from registry.log.sequencer import LogFault
from registry.log.service import publish, sequence
from registry.store import StoreError


def sequence_once(
    once: Annotated[bool, typer.Option("--once", help="one round, then end; a serving process does this by itself")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Integrate new entries into the log, and publish its checkpoint and the bundle."""
    if not once:
        stop("give --once; `carbonlabel serve` sequences for as long as it runs")
    with opened(home) as registry, registry.database.elected("sequencer") as elected:
        if not elected:
            stop("a serving process sequences this home already")
        try:
            done = sequence(registry)
            is_bundled = done.committed is not None and publish(registry, done.committed)
        except (LogFault, BundleFault, StoreError) as problem:
            stop(str(problem))
    size = 0 if done.committed is None else done.committed.checkpoint.size
    what = "checkpoint and bundle are published" if is_bundled else "its checkpoint is published, the bundle not yet"
    console.print(f"the log has {size} entries, {size - done.before} of them new; {what}")
