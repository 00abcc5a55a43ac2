"""``carbonlabel witness``: watch logs, and cosign what only grows."""

import logging
import os
import signal
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated, NoReturn

import typer

from keys import KeysError, MalformedNoteKey, NoteKey, parse_vkey
from verifier.witness.key import WitnessKey
from verifier.witness.request import PATH
from verifier.witness.server import WitnessServer
from verifier.witness.state import SeenCheckpoints, WitnessFault
from verifier.witness.witness import Witness


def witness(
    folder: Annotated[Path, typer.Option(help="the witness's own folder: its key, and what it has seen")],
    log: Annotated[list[str], typer.Option(help="verifier key of a log to watch (repeat for more)")],
    name: Annotated[str | None, typer.Option(help="name of a new key, as host\\[/path]; default: this host's")] = None,
    host: Annotated[str, typer.Option(help="address to listen at")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen at; 0: a free one", min=0, max=65_535)] = 8090,
) -> None:
    """Run a witness (C2SP tlog-witness): cosign each checkpoint that its log has proved to have grown from the last.

    The first run draws the key. Its verifier key is printed: give it, with the URL, to the log's operator, and to those
    who rely on this witness. Never restore the folder from a backup: make a new witness instead.
    """
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    logs = [_log_key(vkey) for vkey in log]
    try:
        key = WitnessKey.open(folder, name or socket.gethostname(), os.environ)
        with (
            _stopping() as stopping,
            SeenCheckpoints(key.seen) as seen,
            WitnessServer(Witness(key.name, key.signer, logs, seen), host, port) as server,
        ):
            typer.echo(f"verifier key: {key.vkey}")
            typer.echo(f"listening at: {server.url}{PATH}")
            sys.stdout.flush()
            stopping.wait()
    except (KeysError, WitnessFault) as problem:
        _stop(str(problem))


@contextmanager
def _stopping() -> Generator[Event]:
    """Set by SIGTERM and SIGINT: both end a witness well."""
    stopping = Event()
    before = {number: signal.signal(number, lambda *_: stopping.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _log_key(vkey: str) -> NoteKey:
    try:
        return parse_vkey(vkey)
    except MalformedNoteKey as problem:
        _stop(f"--log: {problem}")


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
