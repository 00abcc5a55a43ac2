"""``carbonlabel sign``, ``member-key create`` and ``request``: what a member does with its own key, on its own machine,
without a network."""

import json
import os
import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer

from keys import KeyRing, KeysError, KeyUse, Signer, make_passphrase, passphrase_for, sign_compact
from keys.base64url import encode
from keys.durable import write_durable
from keys.passphrase import FILE_NAME, VARIABLE
from schemas.reading import read_declaration
from schemas.signed import ENROLMENT, SIGNED_DECLARATION, Enrolment, SignedDeclaration, stated

KEY_FILE = re.compile(r"member-([0-9a-f]{16})\.pem")
"""The file of a member's key, and its id."""

KeyOption = Annotated[
    Path, typer.Option("--key", help="the private key: member-....pem, as `member-key create` wrote it")
]
MemberOption = Annotated[str, typer.Option(help="your organisation's member id")]
RegistryOption = Annotated[str, typer.Option(help="origin of the registry's labels, such as id.example.org")]


def create_key(
    folder: Annotated[Path, typer.Argument(help="folder to keep it in; made if it is missing")],
) -> None:
    """Draw a key to sign your declarations with. Its private half never leaves the folder.

    It is encrypted with the passphrase in CARBONLABEL_PASSPHRASE, else in FOLDER/passphrase, which is drawn if it is
    missing: keep that on another disk.
    """
    with _sentences():
        if not os.environ.get(VARIABLE) and not (folder / FILE_NAME).exists():
            make_passphrase(folder)
        passphrase = passphrase_for(folder, os.environ)
        ring = KeyRing.open(folder, passphrase) if folder.exists() else KeyRing.create(folder, passphrase)
        signer = ring.generate(KeyUse.MEMBER)
    typer.echo(folder / f"{KeyUse.MEMBER}-{signer.kid}.pem")


def request_enrolment(key: KeyOption, member: MemberOption, registry: RegistryOption) -> None:
    """Write the request to enrol a key, signed by that key. It is good for a day.

    Somebody who signs for the organisation hands it in, signed in at the registry: at /organisation/signing, or at once
    with member-key enrol.
    """
    with _sentences():
        typer.echo(enrolment(signer_in(key), member, registry))


def enrolment(signer: Signer, member: str, registry: str) -> str:
    """The request to enrol the key of ``signer``, made now."""
    asked = Enrolment(member, registry, encode(signer.public).decode(), datetime.now(UTC).replace(microsecond=0))
    return sign_compact(signer, ENROLMENT, msgspec.json.encode(asked)).decode()


def sign(
    declaration: Annotated[Path, typer.Argument(help="the declaration as JSON, or as the registry's API answered it")],
    key: KeyOption,
    member: MemberOption,
    registry: RegistryOption,
    supersedes: Annotated[
        int | None, typer.Option(min=0, help="log index of the product's newest record; none for its first")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="file to write to; else standard output")] = None,
) -> None:
    """Sign a declaration with your own key, on this machine, without a network.

    What it writes is sent in place of the declaration, as application/jose. It is good for the one next version of this
    product, in this registry.
    """
    content, found = read_declaration(_content(declaration))
    if content is None:
        stop(
            "\n".join([f"{declaration} cannot be read as a declaration:", *(f"  {one.message['en']}" for one in found)])
        )
    if content.owner not in ("", member):
        stop(f"{declaration} is of {content.owner}, not of {member}")
    to_sign = msgspec.structs.replace(stated(content), owner=member, supersedes=supersedes)
    with _sentences():
        payload = msgspec.json.encode(SignedDeclaration(registry, to_sign))
        token = sign_compact(signer_in(key), SIGNED_DECLARATION, payload)
    if out is None:
        sys.stdout.buffer.write(token + b"\n")
    else:
        write_durable(out, token, replace=True, mode=0o644)


def _content(file: Path) -> object:
    """The declaration in a file: by itself, or within what the API answered of it."""
    try:
        told = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as problem:
        stop(f"{file} is not JSON: {problem}")
    within = isinstance(told, dict) and "declaration" in told and "state" in told
    return told["declaration"] if within else told


def signer_in(key: Path) -> Signer:
    """The key in a file, with the passphrase beside it or in the environment. Raises ``KeysError``."""
    match = KEY_FILE.fullmatch(key.name)
    if match is None:
        stop(f"{key} is not named as `carbonlabel member-key create` named it: member-<16 hexadecimal digits>.pem")
    return KeyRing.open(key.parent, passphrase_for(key.parent, os.environ)).signer(match[1])


@contextmanager
def _sentences() -> Generator[None]:
    try:
        yield
    except KeysError as problem:
        stop(str(problem))


def stop(sentence: str) -> NoReturn:
    """Ends the command: it could not do what was asked."""
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
