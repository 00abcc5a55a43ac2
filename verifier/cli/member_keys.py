"""``carbonlabel member-key enrol``, ``list``, ``end``: a member's keys at the registry, from the member's machine."""

import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from keys import KeysError, KeyState
from schemas.entry import KeyEntry
from verifier.cli.calling import CallFailed, Calling, place
from verifier.cli.signing import KEY_FILE, KeyOption, MemberOption, RegistryOption, enrolment, signer_in, stop
from verifier.cli.signing_in import SessionOption, signed_in
from verifier.member_keys import KeyShown, MemberKeys

_KID = re.compile(r"[0-9a-f]{16}", re.ASCII)
UrlOption = Annotated[
    str | None, typer.Option(help="where the registry answers, if that is not https:// and its origin")
]
JsonOption = Annotated[bool, typer.Option("--json", help="what the registry answered, as one JSON object")]


def enrol_key(
    key: KeyOption,
    member: MemberOption,
    registry: RegistryOption,
    url: UrlOption = None,
    session_file: SessionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enrol a key of yours: sign the request with it, sign in as somebody who signs for the organisation, hand it in.

    It asks for e-mail, password and, with a second factor, a code. Exit code 0: enrolled; 2: not.
    """
    with _calling(url, registry) as calling:
        signer = signer_in(key)
        with signed_in(calling, member, session_file) as session:
            told = {"request": enrolment(signer, member, registry)}
            entry = calling.post(place("members", member, "keys"), told, KeyEntry, session)
        if (entry.kid, entry.owner) != (signer.kid, member):
            raise CallFailed(f"{calling.url} answered about another key: look at carbonlabel member-key list")
    if as_json:
        _write(entry)
    else:
        typer.echo(f"key {entry.kid} is enrolled for {member}: it signs records from log index {entry.index} on")


def list_keys(
    member: MemberOption,
    registry: RegistryOption,
    mine: Annotated[
        list[Path] | None, typer.Option(help="folder with keys of yours (repeat for more): all in force must be there")
    ] = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the keys that a member has enrolled, as everybody sees them. You need not sign in.

    Exit code 0: there they are; 1: with --mine, one in force is none of yours; 2: could not look.
    """
    own = None if mine is None else {kid for folder in mine for kid in _kids_in(folder)}
    with _calling(url, registry) as calling:
        found = calling.get(place("members", member, "keys"), MemberKeys)
    foreign = [one for one in found.keys if own is not None and one.state is KeyState.ACTIVE and one.kid not in own]
    if as_json:
        _write(found)
    else:
        _show(found, member)
    for one in foreign:
        typer.echo(f"key {one.kid} is in force, and is none of yours: end it, and ask who enrolled it", err=True)
    raise typer.Exit(1 if foreign else 0)


def end_key(
    kid: Annotated[str, typer.Argument(help="the key's id: 16 hexadecimal digits")],
    member: MemberOption,
    registry: RegistryOption,
    compromised_from: Annotated[
        int | None, typer.Option(min=0, metavar="INDEX", help="it was stolen: the first record that it is not good for")
    ] = None,
    url: UrlOption = None,
    session_file: SessionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Retire a key of yours, or state from which record on it is compromised. For good: a key is enrolled once.

    It asks for e-mail, password and, with a second factor, a code. Exit code 0: ended; 2: not.
    """
    if _KID.fullmatch(kid) is None:
        stop(f"{kid!r} is no key's id: it has 16 hexadecimal digits, as carbonlabel member-key list shows them")
    with _calling(url, registry) as calling, signed_in(calling, member, session_file) as session:
        told = {"compromised_from": compromised_from}
        entry = calling.post(place("members", member, "keys", kid, "end"), told, KeyEntry, session)
    if as_json:
        _write(entry)
    elif compromised_from is None:
        typer.echo(f"key {kid} has retired: it signs no record from log index {entry.index} on")
    else:
        typer.echo(f"key {kid} is compromised: it is good only for records below {entry.index}")


@contextmanager
def _calling(url: str | None, registry: str) -> Generator[Calling]:
    try:
        with Calling(f"https://{registry}" if url is None else url) as calling:
            yield calling
    except (CallFailed, KeysError) as problem:
        stop(str(problem))


def _kids_in(folder: Path) -> list[str]:
    return [match[1] for path in folder.iterdir() if (match := KEY_FILE.fullmatch(path.name))]


def _show(found: MemberKeys, member: str) -> None:
    for one in found.keys:
        typer.echo(f"{one.kid}  {one.state:<11}  {_records(one)}, enrolled {one.enrolled:%Y-%m-%d %H:%M} UTC")
    if not found.keys:
        typer.echo(f"{member} has enrolled no key")
    typer.echo("all that it declares must be signed" if found.signs_all else "what it declares may be unsigned")


def _records(one: KeyShown) -> str:
    return f"records from {one.from_} on" if one.until is None else f"records {one.from_} to below {one.until}"


def _write(told: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.buffer.flush()
