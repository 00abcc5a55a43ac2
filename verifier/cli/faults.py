"""How the faults of a log look in a terminal, or a line each for a program."""

import msgspec
import typer

from verifier.cli.show import printable
from verifier.fsck import Report


def show_report(report: Report, as_json: bool) -> None:
    """Every fault a line; for people a count behind them."""
    for fault in report.faults:
        if as_json:
            typer.echo(msgspec.json.encode(fault))
        else:
            typer.echo(printable(f"{fault.code}  {fault.place}: {fault.sentence}"))
    if as_json:
        return
    if (bundle := report.bundle) is not None:
        typer.echo(
            f"bundle of {bundle.size} entries, signed at {bundle.signed_at:%Y-%m-%d %H:%M} UTC, "
            f"good until {bundle.expires:%Y-%m-%d %H:%M} UTC, root {bundle.root}"
        )
        if bundle.trusted_root is not None:
            typer.echo(
                "its first root was taken as it came. Compare its SHA-256 with what the operator states elsewhere, or "
                f"pin it with --root: {bundle.trusted_root}"
            )
    elif not any(fault.code.startswith("bundle-") or fault.place.startswith("tuf/") for fault in report.faults):
        typer.echo("no bundle is published yet")
    if report.disowned:
        typer.echo(
            f"{report.disowned} entries were signed by keys that the log later declared compromised from before them: "
            "no verdict counts on them"
        )
    count = len(report.faults)
    found = "no faults" if not count else "1 fault" if count == 1 else f"{count} faults"
    typer.echo(f"{report.entries} entries, {report.records} records: {found}")
