"""The registry's part of the command ``carbonlabel``."""

import typer

from registry.cli import ceremony, fsck, homes, importing, keys, labels, members, sequencing


def add_commands(app: typer.Typer) -> None:
    """Adds the registry's commands; called through the entry point group ``carbonlabel.commands``."""
    app.command("init")(homes.init)
    app.command("demo")(homes.demo)
    app.command("serve")(homes.serve)
    app.command("fsck-home", hidden=True)(fsck.fsck_home)
    app.command("import")(importing.import_file)
    app.command("label")(labels.label)
    app.command("sequence")(sequencing.sequence_once)
    app.add_typer(members.members, name="member")
    app.add_typer(members.tokens, name="token")
    app.add_typer(keys.keys, name="keys")
    keys.keys.command("ceremony")(ceremony.ceremony)
    keys.keys.command("draft-root")(ceremony.draft)
    keys.keys.command("sign-root")(ceremony.sign)
    keys.keys.command("install-root")(ceremony.install)
    keys.keys.command("rebuild-bundle")(ceremony.rebuild)
