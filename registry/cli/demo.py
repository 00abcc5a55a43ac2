"""``carbonlabel demo``: a demonstration in a home of its own."""

import os
from typing import Annotated

import typer
from rich.table import Table

from registry.cli.report import save_report, show_report
from registry.cli.serving import Host, Port, check_port, serve_home
from registry.cli.shell import DEFAULT_HOME, DatabaseOption, HomeArgument, console, opened, progress, sentences
from registry.demo.demo import demonstrate
from registry.demo.samples import sample_scans
from registry.registry import Registry, utc_now
from registry.verification.online import OnlineVerifier
from verifier.cli.show import figure, sign


def demo(
    home: HomeArgument = DEFAULT_HOME,
    serve_it: Annotated[bool, typer.Option("--serve", help="then serve it")] = False,
    host: Host = "localhost",
    port: Port = 8000,
    database: DatabaseOption = "",
) -> None:
    """Load the demonstration: historic product footprints as companies reported them to CDP, published and labelled."""
    if serve_it:
        check_port(host, port)
    with sentences(), progress("Loading the demonstration") as show:
        demonstration = demonstrate(home, os.environ, utc_now(), show, database=database)
    show_report(demonstration.report, shown=3)
    save_report(demonstration.report, home / "demonstration-report.csv")
    with opened(home) as registry:
        _show_samples(registry)
    if serve_it:
        scanned = demonstration.examples[0].text.split("/", 3)[3]
        base = f"http://{host}:{port}"
        console.print("\nOpen in a browser:", style="bold")
        for what, address in (
            ("A product, as a scan opens it", f"{base}/{scanned}"),
            ("Search", f"{base}/search"),
            ("The API", f"{base}/schema"),
        ):
            console.print(f"  {what}:\n    {address}", markup=False, soft_wrap=True)
        console.print("\nStop with Ctrl-C.")
        serve_home(home, host, port, 1)


def _show_samples(registry: Registry) -> None:
    """Judges a sample of scans, some tampered with, and prints the verdicts."""
    verifier = OnlineVerifier(registry)
    table = Table("scan", "verdict", "what it says, or why not", title="Verdicts on a sample of scans")
    try:
        for sample in sample_scans(registry):
            verdict = verifier.verify(sample.text, utc_now(), sample.product)
            table.add_row(
                sample.note,
                sign(verdict.verdict),
                figure(verdict.footprint, yearly=verdict.gln is not None) or verdict.reason,
            )
    finally:
        verifier.close()
    console.print(table)
