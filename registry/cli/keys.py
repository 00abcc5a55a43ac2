"""``carbonlabel keys``: which keys there are, rotation, and what to do when one is stolen."""

from typing import Annotated

import typer
from rich.table import Table

from registry.cli.shell import DEFAULT_HOME, HomeOption, console, opened
from registry.log.keys import key_entries
from registry.records.rekey import end_key

keys = typer.Typer(help="The registry's signing keys.", no_args_is_help=True)
KeyId = Annotated[str, typer.Argument(help="16 hexadecimal digits, as in trust.json")]


@keys.command("list")
def list_keys(home: HomeOption = DEFAULT_HOME) -> None:
    """Show what the log says of each key."""
    with opened(home) as registry, registry.database.reading() as session:
        entries = key_entries(session)
    table = Table("key", "use", "event", "from index", "at")
    for entry in entries:
        table.add_row(entry.kid, entry.use, entry.event, str(entry.index), f"{entry.at:%Y-%m-%d %H:%M:%S} UTC")
    console.print(table)


@keys.command("rotate")
def rotate_key(kid: KeyId, home: HomeOption = DEFAULT_HOME) -> None:
    """Retire a key and put a new one in its place. Labels and records that it signed stay good."""
    with opened(home) as registry:
        successor, _ = end_key(registry, kid, None)
    console.print(f"key {kid} has retired; {successor} is in force", markup=False)


@keys.command("compromise")
def compromise_key(
    kid: KeyId,
    first: Annotated[int, typer.Option("--from", min=0, help="the first log index for which it is no longer good")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """State that others may have a key: from that log index on nothing it signed counts.

    A new key takes its place, and labels of records from that index on are minted again: print them anew.
    """
    with opened(home) as registry:
        successor, minted = end_key(registry, kid, first)
    console.print(f"key {kid} is good only for records below {first}", markup=False)
    if successor is not None:
        console.print(
            f"{successor} is in force; {minted} labels were minted again and must be printed anew", markup=False
        )
