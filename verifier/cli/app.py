"""The command's root. Other parts join through the entry point group ``carbonlabel.commands``.

They are asked only when the command is not one of ours, so that a verification depends on nothing of theirs. Exit
codes: 0 done and good, 1 done and something is not good, 2 could not.
"""

import sys
from importlib.metadata import entry_points

import typer

from verifier.cli.later import Later, add_later

GROUP = "carbonlabel.commands"
_OURS = {
    "verify": Later(
        "verifier.cli.verify:verify",
        "Say of each label whether it is genuine, what it declares and whether it still stands.",
    ),
    "verify-batch": Later(
        "verifier.cli.verify_batch:verify_batch",
        "Judge every label of a file: one row of verdict for each line or row, in order.",
        extra="bulk",
    ),
    "fsck": Later(
        "verifier.cli.fsck:fsck",
        "Derive everything that is published from the log's entries again, and report all faults.",
    ),
    "sync": Later(
        "verifier.cli.sync:sync_bundle",
        "Bring a bundle up to date, so that labels can be verified without a network.",
    ),
    "schemas": Later(
        "verifier.cli.schemas:export_schemas",
        "Write the JSON Schema of every form: declaration, member, log entries, label claims, verdict.",
    ),
    "sign": Later(
        "verifier.cli.signing:sign",
        "Sign a declaration with your own key, on this machine, without a network.",
    ),
    "witness": Later(
        "verifier.cli.witness:witness",
        "Run a witness (C2SP tlog-witness): cosign each checkpoint that its log has proved to have grown from "
        "the last.",
    ),
}
_MEMBER_KEY = {
    "create": Later(
        "verifier.cli.signing:create_key",
        "Draw a key to sign your declarations with. Its private half never leaves the folder.",
    ),
    "request": Later(
        "verifier.cli.signing:request_enrolment",
        "Write the request to enrol a key, signed by that key. It is good for a day.",
    ),
    "enrol": Later(
        "verifier.cli.member_keys:enrol_key",
        "Enrol a key of yours: sign the request with it, sign in as somebody who signs for the organisation, hand it "
        "in.",
    ),
    "list": Later(
        "verifier.cli.member_keys:list_keys",
        "Show the keys that a member has enrolled, as everybody sees them. You need not sign in.",
    ),
    "end": Later(
        "verifier.cli.member_keys:end_key",
        "Retire a key of yours, or state from which record on it is compromised. For good: a key is enrolled once.",
    ),
}


def build(command: str | None) -> typer.Typer:
    """The command line for a call of ``command``; with None, or one that is not ours, with all installed parts."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Low-carbon product labels: verify them; run the registry that issues them.",
        epilog="Commands of the registry need the extra: pip install 'carbonlabel\\[registry]'",
    )
    add_later(app, _OURS)
    group = typer.Typer(help="A member's own keys, which sign its declarations.", no_args_is_help=True)
    add_later(group, _MEMBER_KEY)
    app.add_typer(group, name="member-key")
    if command not in (*_OURS, "member-key"):
        for entry in entry_points(group=GROUP):
            entry.load()(app)
    return app


def main() -> None:
    """Runs the command line."""
    try:
        build(sys.argv[1] if len(sys.argv) > 1 else None)()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as problem:  # a file or folder that cannot be read or written, a full disk
        typer.echo(f"{problem.filename or 'carbonlabel'}: {problem.strerror or problem}", err=True)
        sys.exit(2)
