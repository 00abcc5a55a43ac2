"""The command's root. Other parts join through the entry point group ``carbonlabel.commands``.

They are loaded only when the command asked for is not one of ours, so that a verification starts fast and this package
needs none of theirs. Exit codes: 0 done and good, 1 done and something is not good, 2 could not.
"""

import sys
from importlib.metadata import EntryPoint, entry_points

import typer

from verifier.cli.fsck import fsck
from verifier.cli.schemas import export_schemas
from verifier.cli.sync import sync_bundle
from verifier.cli.verify import verify
from verifier.cli.verify_batch import verify_batch
from verifier.cli.witness import witness

GROUP = "carbonlabel.commands"
_OURS = {
    "verify": verify,
    "verify-batch": verify_batch,
    "fsck": fsck,
    "sync": sync_bundle,
    "schemas": export_schemas,
    "witness": witness,
}
_PARTS = ("registry", "verifier", "keys", "schemas")


def build(command: str | None) -> typer.Typer:
    """The command line for a call of ``command``; with None, or one that is not ours, with all installed parts."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Low-carbon product labels: verify them; run the registry that issues them.",
        epilog="Commands of the registry need the extra: pip install 'carbonlabel\\[registry]'",
    )
    for name, function in _OURS.items():
        app.command(name)(function)
    if command not in _OURS:
        for entry in entry_points(group=GROUP):
            _join(app, entry)
    return app


def _join(app: typer.Typer, entry: EntryPoint) -> None:
    """Lets a part add its commands, unless what it needs is not installed."""
    try:
        entry.load()(app)
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] in _PARTS:
            raise


def main() -> None:
    """Runs the command line."""
    try:
        build(sys.argv[1] if len(sys.argv) > 1 else None)()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as problem:  # a file or folder that cannot be read or written, a full disk
        typer.echo(f"{problem.filename or 'carbonlabel'}: {problem.strerror or problem}", err=True)
        sys.exit(2)
