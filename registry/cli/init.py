"""``carbonlabel init``: a home."""

import os
from typing import Annotated

import typer

from registry.bundle.roles import ensure_roles, root_keys_folder
from registry.cli.ceremony import moving_advice
from registry.cli.shell import DEFAULT_HOME, DatabaseOption, HomeArgument, console, sentences
from registry.home import Config
from registry.registry import Registry, utc_now


def init(
    home: HomeArgument = DEFAULT_HOME,
    name: Annotated[str, typer.Option(help="the registry's name")] = "carbonlabel registry",
    origin: Annotated[
        str, typer.Option(help="host that labels will name, for ever: id.example.org")
    ] = "id.example.org",
    database: DatabaseOption = "",
) -> None:
    """Make a registry home: configuration, database, keys, and the first entries of the log."""
    with sentences():
        registry = Registry.create(home, Config(name=name, origin=origin, database=database), os.environ)
        ensure_roles(registry, utc_now())
        root_keys = root_keys_folder(registry)
        registry.close()
    console.print(
        f"{home}: a registry called {name!r}; its labels will begin with https://{origin}/",
        markup=False,
        soft_wrap=True,
    )
    if not os.environ.get("CARBONLABEL_PASSPHRASE"):
        console.print(
            f"The passphrase of its private keys lies beside them, in {home / 'keys' / 'passphrase'}: whoever has that "
            "folder can sign. Before real use move it elsewhere, and set CARBONLABEL_PASSPHRASE instead.",
            markup=False,
            style="yellow",
            soft_wrap=True,
        )
    console.print(moving_advice(root_keys, home), markup=False, style="yellow", soft_wrap=True)
    console.print(
        f"Next: carbonlabel member add, carbonlabel token create, carbonlabel serve --home {home}",
        markup=False,
        soft_wrap=True,
    )
