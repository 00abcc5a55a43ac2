"""The registry's part of the command ``carbonlabel``."""

import typer

from verifier.cli.later import Later, add_later

_COMMANDS = {
    "init": Later(
        "registry.cli.init:init",
        "Make a registry home: configuration, database, keys, and the first entries of the log.",
    ),
    "demo": Later(
        "registry.cli.demo:demo",
        "Load the demonstration: historic product footprints as companies reported them to CDP, published "
        "and labelled.",
    ),
    "serve": Later(
        "registry.cli.serving:serve",
        "Run the registry: API, resolver and pages.",
    ),
    "import": Later(
        "registry.cli.importing:import_file",
        "Register declarations from a file. Rows that break a rule are reported, and the rest goes on.",
    ),
    "label": Later(
        "registry.cli.labels:label",
        "Draw the label of a product's newest record, or write the texts of a set of labels.",
    ),
    "labels": Later(
        "registry.cli.label_sheets:label_sheets",
        "Draw many labels of a member's records: sheets to print, as PDF, or a zip of SVG files.",
    ),
    "sequence": Later(
        "registry.cli.sequencing:sequence_once",
        "Integrate new entries into the log, and publish its checkpoint and the bundle.",
    ),
    "audit": Later(
        "registry.cli.audit:audit",
        "Print the audit trail: who did what to what, when, and what changed.",
    ),
    "backup": Later(
        "registry.cli.databases:backup",
        "Write the database, as it is at this moment, into a file.",
    ),
    "restore": Later(
        "registry.cli.databases:restore",
        "Fill the home's database, which must be empty, from a backup; then check the home as fsck does.",
    ),
    "move-database": Later(
        "registry.cli.databases:move_database",
        "Copy the home's database into an empty one, check the copy as fsck does, and make it the home's.",
    ),
}
_HANDED_OVER = {
    "fsck-home": Later(
        "registry.cli.fsck:fsck_home",
        "Check a home: database, log and public files. Changes nothing, and needs no passphrase.",
    ),
}
_MEMBER = {
    "add": Later(
        "registry.cli.members:add_member",
        "Let an organisation join. Its joining is an entry of the log.",
    ),
    "list": Later(
        "registry.cli.members:list_members",
        "Show all members.",
    ),
}
_PERSON = {
    "invite": Later(
        "registry.cli.people:invite_person",
        "Invite somebody to act for a member; the first person of the operator comes in this way.",
    ),
    "list": Later(
        "registry.cli.people:list_people",
        "Show the people of a member.",
    ),
    "remove-second-factor": Later(
        "registry.cli.people:remove_second_factor",
        "Remove the second factor of somebody who lost it, and sign that person out.",
    ),
}
_TOKEN = {
    "create": Later(
        "registry.cli.members:create_token",
        "Make a token of a member. It is shown this once; the registry keeps only its hash.",
    ),
    "revoke": Later(
        "registry.cli.members:revoke_token",
        "End a token.",
    ),
}
_KEYS = {
    "list": Later(
        "registry.cli.keys:list_keys",
        "Show what the log says of each key, and what the newest root says of those of the bundle.",
    ),
    "rotate": Later(
        "registry.cli.keys:rotate_key",
        "Retire a key and put a new one in its place. Labels and records that it signed stay good.",
    ),
    "compromise": Later(
        "registry.cli.keys:compromise_key",
        "State that others may have a key: from that log index on nothing it signed counts.",
    ),
    "destroy": Later(
        "registry.cli.keys:destroy_key",
        "Destroy the private half of bundle keys that another root has replaced. Not while a root is being drafted.",
    ),
    "ceremony": Later(
        "registry.cli.ceremony:ceremony",
        "Draw the three root keys, two of which must sign, and sign the first root with them. Once for each registry.",
    ),
    "draft-root": Later(
        "registry.cli.ceremony:draft",
        "Draft the next root: with new keys, other witnesses, or, without options, only with a later expiry.",
    ),
    "sign-root": Later(
        "registry.cli.ceremony:sign",
        "Sign a drafted root with the root keys in a folder. Look at the draft first: it is JSON.",
    ),
    "install-root": Later(
        "registry.cli.ceremony:install",
        "Put a signed root in force. The next publication of the bundle takes it to verifiers.",
    ),
    "rebuild-bundle": Later(
        "registry.cli.ceremony:rebuild",
        "Publish the bundle anew after its timestamp was lost or damaged, with versions above all that verifiers saw.",
    ),
}
_GROUPS = (
    ("member", "Organisations of the alliance.", _MEMBER),
    ("person", "People who can sign in.", _PERSON),
    ("token", "Bearer tokens, with which members call the API.", _TOKEN),
    ("keys", "The registry's signing keys.", _KEYS),
)


def add_commands(app: typer.Typer) -> None:
    """Adds the registry's commands; called through the entry point group ``carbonlabel.commands``."""
    add_later(app, _COMMANDS)
    add_later(app, _HANDED_OVER, hidden=True)
    for name, title, commands in _GROUPS:
        group = typer.Typer(help=title, no_args_is_help=True)
        add_later(group, commands)
        app.add_typer(group, name=name)
