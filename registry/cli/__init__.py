"""The registry's part of the command ``carbonlabel``."""

import typer

from registry.cli import fsck, homes, importing, keys, labels, members


def add_commands(app: typer.Typer) -> None:
    """Adds the registry's commands; called through the entry point group ``carbonlabel.commands``."""
    app.command("init")(homes.init)
    app.command("demo")(homes.demo)
    app.command("serve")(homes.serve)
    app.command("fsck-home", hidden=True)(fsck.fsck_home)
    app.command("import")(importing.import_file)
    app.command("label")(labels.label)
    app.add_typer(members.members, name="member")
    app.add_typer(members.tokens, name="token")
    app.add_typer(keys.keys, name="keys")
