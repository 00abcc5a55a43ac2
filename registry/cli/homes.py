"""``carbonlabel init``, ``demo`` and ``serve``: a home, a demonstration, a running service."""

import multiprocessing
import os
import socket
from pathlib import Path
from typing import Annotated

import typer
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from rich.table import Table

from registry.bundle.roles import ensure_roles, root_keys_folder
from registry.cli.ceremony import moving_advice
from registry.cli.report import save_report, show_report
from registry.cli.shell import DEFAULT_HOME, HomeArgument, HomeOption, console, opened, progress, sentences, stop
from registry.demo.demo import demonstrate
from registry.demo.samples import sample_scans
from registry.errors import HomeError
from registry.home import HOME_VARIABLE, Config, Home
from registry.log.sequencer import LogFault
from registry.log.service import sequence
from registry.registry import Registry, utc_now
from registry.store import StoreError
from registry.verification.online import OnlineVerifier
from verifier.cli.show import figure, sign

Host = Annotated[str, typer.Option(help="address to listen on")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="port to listen on")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="processes")]


def init(
    home: HomeArgument = DEFAULT_HOME,
    name: Annotated[str, typer.Option(help="the registry's name")] = "carbonlabel registry",
    origin: Annotated[
        str, typer.Option(help="host that labels will name, for ever: id.example.org")
    ] = "id.example.org",
) -> None:
    """Make a registry home: configuration, database, keys, and the first entries of the log."""
    with sentences():
        registry = Registry.create(home, Config(name=name, origin=origin), os.environ)
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


def demo(
    home: HomeArgument = DEFAULT_HOME,
    serve_it: Annotated[bool, typer.Option("--serve", help="then serve it")] = False,
    host: Host = "localhost",
    port: Port = 8000,
) -> None:
    """Load the demonstration: historic product footprints as companies reported them to CDP, published and labelled."""
    if serve_it:
        _check_port(host, port)
    with sentences(), progress("Loading the demonstration") as show:
        demonstration = demonstrate(home, os.environ, utc_now(), show)
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
        _serve(home, host, port, 1)


def serve(home: HomeOption = DEFAULT_HOME, host: Host = "localhost", port: Port = 8000, workers: Workers = 1) -> None:
    """Run the registry: API, resolver and pages."""
    _check_port(host, port)
    with opened(home) as registry:  # migrates, tries the passphrase, and says what is wrong before processes start
        registry.trust()
        _check_log(registry)
    console.print(f"http://{host}:{port}/ - stop with Ctrl-C", markup=False)
    _serve(home, host, port, workers)


def _check_log(registry: Registry) -> None:
    """Ends with a sentence when the database and the public log contradict each other: to go on would fork the log."""
    with registry.database.elected("sequencer") as elected:
        try:
            if elected:
                sequence(registry)
        except LogFault as problem:
            stop(str(problem))
        except StoreError as problem:  # reading goes on; the sequencer tries again, and says so
            typer.echo(str(problem), err=True)


def _show_samples(registry: Registry) -> None:
    """Judges a sample of scans, some tampered with, and prints the verdicts."""
    verifier = OnlineVerifier(registry)
    table = Table("scan", "verdict", "what it says, or why not", title="Verdicts on a sample of scans")
    try:
        for sample in sample_scans(registry):
            verdict = verifier.verify(sample.text, utc_now(), sample.product)
            table.add_row(sample.note, sign(verdict.verdict), figure(verdict.footprint) or verdict.reason)
    finally:
        verifier.close()
    console.print(table)


def _check_port(host: str, port: int) -> None:
    """Ends with a sentence when something listens there already."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:1]:
            with socket.socket(family, kind, protocol) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
    except OSError as problem:
        stop(f"port {port} on {host} cannot be used ({problem.strerror}): choose another with --port")


def _serve(home: Path, host: str, port: int, workers: int) -> None:
    os.environ[HOME_VARIABLE] = str(home.absolute())
    address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
    if Home.open(home).store_url(os.environ):
        # Workers that start afresh: a forked one would wait for ever for the threads that a bucket's library had here.
        multiprocessing.set_start_method("spawn", force=True)
    try:
        Granian(
            "registry.web.app:app_from_environment",
            address=str(address),
            port=port,
            interface=Interfaces.ASGI,
            workers=workers,
            factory=True,
            websockets=False,
            log_level=LogLevels.warning,
            workers_kill_timeout=10,
            respawn_failed_workers=True,
        ).serve()
    except OSError as problem:
        raise HomeError(f"cannot serve at {host}:{port}: {problem}") from None
