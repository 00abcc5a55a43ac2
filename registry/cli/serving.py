"""``carbonlabel serve``: a running service."""

import multiprocessing
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from registry.cli.counters_folder import counters_folder
from registry.cli.shell import DEFAULT_HOME, HomeOption, console, opened, sentences, stop
from registry.errors import HomeError
from registry.home import COUNTERS_VARIABLE, HOME_VARIABLE, Home
from registry.log.sequencer import LogFault
from registry.log.service import sequence
from registry.registry import Registry
from registry.store import StoreError
from registry.web.logs import logging_config

Host = Annotated[str, typer.Option(help="address to listen on")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="port to listen on")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="processes")]

_LONGEST_STOP = 25
"""Seconds in which a worker ends what is under way, and is killed after: whoever runs us should allow some more."""


def serve(home: HomeOption = DEFAULT_HOME, host: Host = "localhost", port: Port = 8000, workers: Workers = 1) -> None:
    """Run the registry: API, resolver and pages."""
    check_port(host, port)
    with opened(home) as registry:  # migrates, tries the passphrase, and says what is wrong before processes start
        registry.trust()
        _check_log(registry)
    console.print(f"http://{host}:{port}/ - stop with Ctrl-C", markup=False)
    serve_home(home, host, port, workers)


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


def check_port(host: str, port: int) -> None:
    """Ends with a sentence when something listens there already."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:1]:
            with socket.socket(family, kind, protocol) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
    except OSError as problem:
        stop(f"port {port} on {host} cannot be used ({problem.strerror}): choose another with --port")


def serve_home(home: Path, host: str, port: int, workers: int) -> None:
    """Serves until it is stopped; errors become sentences."""
    with sentences(), counters_folder(Path(tempfile.gettempdir())) as counters:
        os.environ |= {HOME_VARIABLE: str(home.absolute()), COUNTERS_VARIABLE: str(counters)}
        _serve(Home.open(home), host, port, workers)


def _serve(home: Home, host: str, port: int, workers: int) -> None:
    if home.store_url(os.environ):
        # Workers that start afresh: a forked one would wait for ever for the threads that a bucket's library had here.
        multiprocessing.set_start_method("spawn", force=True)
    home.metrics_token(os.environ)  # to refuse a bad one here, not at each request
    log = logging_config(home.log_level(os.environ), terminal=sys.stderr.isatty())
    try:
        Granian(
            "registry.web.app:app_from_environment",
            address=str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]),
            port=port,
            interface=Interfaces.ASGI,
            workers=workers,
            factory=True,
            websockets=False,
            log_level=LogLevels.warning,
            log_dictconfig=log,
            workers_kill_timeout=_LONGEST_STOP,
            respawn_failed_workers=True,
        ).serve()
    except (OSError, RuntimeError) as problem:  # the server's own errors are of the latter kind, and bring their trace
        raise HomeError(f"cannot serve at {host}:{port}: {str(problem).partition(chr(10))[0]}") from None
