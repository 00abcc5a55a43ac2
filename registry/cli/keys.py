"""``carbonlabel keys``: which keys there are, rotation, and what to do when one is stolen."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from keys import KeyUse
from registry.bundle.agreed import destroy
from registry.bundle.roles import read_roots
from registry.bundle.roots import ROLE_USES, named_for, root_of
from registry.bundle.rotation import retired
from registry.cli.shell import DEFAULT_HOME, HomeOption, console, opened, stop
from registry.log.keys import active_kid, key_entries
from registry.records.rekey import end_key
from registry.registry import Registry, utc_now
from registry.store import StoreError
from schemas.entry import KeyEntry

KeyId = Annotated[str, typer.Argument(help="16 hexadecimal digits, as in trust.json")]


def list_keys(
    in_force: Annotated[
        KeyUse | None, typer.Option(help="print only the id of the key that signs for this now; for scripts")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Show what the log says of each key, and what the newest root says of those of the bundle."""
    with opened(home) as registry:
        with registry.database.reading() as session:
            entries = key_entries(session)
        if in_force is None:
            console.print(_of_the_log(entries))
            console.print(_of_the_root(registry))
        elif in_force in (KeyUse.RECORD, KeyUse.LABEL, KeyUse.LOG):
            typer.echo(active_kid(entries, in_force))
        else:
            typer.echo("\n".join(_named(registry, in_force)))


def _of_the_log(entries: Sequence[KeyEntry]) -> Table:
    table = Table("key", "use", "event", "from index", "at")
    for entry in entries:
        table.add_row(entry.kid, entry.use, entry.event, str(entry.index), f"{entry.at:%Y-%m-%d %H:%M:%S} UTC")
    return table


def _of_the_root(registry: Registry) -> Table:
    """Every role with the keys that may sign for it, and those in the ring that may not, or no longer."""
    roots = read_roots(registry)
    until = f"{root_of(roots[-1]).expires:%Y-%m-%d}" if roots else ""
    table = Table("key", "role", "in this home", title=f"root {len(roots)}, good until {until}" if roots else None)
    for use in (KeyUse.ROOT, *ROLE_USES):
        named, held = _named(registry, use), registry.ring.kids(use)
        for kid in named:
            table.add_row(kid, use, "yes" if kid in held else "no")
        for kid in held:
            if kid not in named:
                table.add_row(kid, f"{use}, not named by this root", "yes")
    return table


def _named(registry: Registry, use: KeyUse) -> list[str]:
    """The ids of the keys that the newest root names for a role; none before the first ceremony."""
    roots = read_roots(registry)
    return named_for(root_of(roots[-1]), use) if roots else []


def rotate_key(kid: KeyId, home: HomeOption = DEFAULT_HOME) -> None:
    """Retire a key and put a new one in its place. Labels and records that it signed stay good.

    Once the operator has two people, two of them agree to it first, at /desk/keys.
    """
    with opened(home) as registry:
        successor, _ = end_key(registry, kid, None)
    console.print(f"key {kid} has retired; {successor} is in force", markup=False)


def compromise_key(
    kid: KeyId,
    first: Annotated[int, typer.Option("--from", min=0, help="the first log index for which it is no longer good")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """State that others may have a key: from that log index on nothing it signed counts.

    A new key takes its place. Labels of records from that index on are minted again: print them anew. Records that a
    record key signed from there on must be published again; of a log key's checkpoints, those of that size or more go.
    Once the operator has two people, two of them agree to it first, with the same index, at /desk/keys.
    """
    with opened(home) as registry:
        with registry.database.reading() as session:
            use = next((entry.use for entry in key_entries(session) if entry.kid == kid), None)
        successor, minted = end_key(registry, kid, first)
    counts = "checkpoints" if use == KeyUse.LOG else "records"
    console.print(f"key {kid} is good only for {counts} below {first}", markup=False)
    if successor is not None:
        console.print(f"{successor} is in force", markup=False)
    if minted:
        console.print(f"{minted} labels were minted again: print them anew", markup=False)
    if use == KeyUse.RECORD:
        console.print(f"records from {first} on that it signed count no more: publish their declarations again")


def destroy_key(
    kid: Annotated[
        str | None, typer.Argument(help="a key of the bundle; else all that neither root names, published or newest")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Destroy the private half of bundle keys that another root has replaced. Not while a root is being drafted.

    Without KID, after the new root is published. With KID, before it is: a stolen key then signs nothing more. Once the
    operator has two people, two of them agree to each key first, at /desk/keys.
    """
    with opened(home) as registry:
        try:
            kids = retired(registry, registry.store()) if kid is None else [kid]
        except StoreError as problem:
            stop(str(problem))
        if kids:
            destroy(registry, kids, utc_now())
    console.print(f"destroyed: {', '.join(kids) or 'nothing; every key here is named by a root'}", markup=False)
