"""``carbonlabel member`` and ``carbonlabel token``: organisations, and the tokens they call with."""

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from registry.access.tokens import MOST_DAYS, issue, revoke, sound_name
from registry.cli.shell import DEFAULT_HOME, HomeOption, console, opened
from registry.members.members import all_members, join
from registry.registry import utc_now
from schemas.member import Member, MemberKind
from schemas.text import in_language
from verifier.cli.show import printable


def add_member(
    member_id: Annotated[str, typer.Argument(help="short name for ever: lower-case letters, digits, hyphens")],
    name: Annotated[str, typer.Option(help="name in English")] = "",
    name_zh: Annotated[str, typer.Option(help="name in Chinese")] = "",
    kind: Annotated[MemberKind, typer.Option(help="what the organisation is")] = MemberKind.MANUFACTURER,
    identifier: Annotated[
        list[str] | None, typer.Option("--id", help="URN: LEI, GLN, USCC, VAT; may be repeated")
    ] = None,
    accreditation: Annotated[str | None, typer.Option(help="of a verification body: by whom, and for what")] = None,
    accreditation_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the last day on which that holds")
    ] = None,
    part_of: Annotated[
        str | None, typer.Option(help="what owns it: a member's id, or the URN or full name of who is none")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Let an organisation join. Its joining is an entry of the log."""
    texts = {language: text for language, text in (("en", name), ("zh", name_zh)) if text}
    now = utc_now()
    with opened(home) as registry, registry.database.writing() as session:
        ids = tuple(identifier or ())
        member = Member(
            id=member_id,
            name=texts,
            kind=kind,
            ids=ids,
            accreditation=accreditation,
            accreditation_until=None if accreditation_until is None else accreditation_until.date(),
            part_of=part_of,
        )
        writer = registry.log_writer(session, now)
        join(session, writer, member, now)
        writer.flush()
    console.print(f"{member_id} joined as {kind}", markup=False)


def list_members(home: HomeOption = DEFAULT_HOME) -> None:
    """Show all members."""
    with opened(home) as registry, registry.database.reading() as session:
        found = all_members(session)
    table = Table("id", "kind", "name")
    for member in found:
        table.add_row(member.id, member.kind, Text(printable(in_language(member.name, "en"))))
    console.print(table)


def create_token(
    member: Annotated[str, typer.Option(help="the member's id; its kind decides what the token may do")],
    name: Annotated[str, typer.Option(help="what it is for, for the list of tokens")] = "",
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="how long it is good for")] = MOST_DAYS,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Make a token of a member. It is shown this once; the registry keeps only its hash."""
    now = utc_now()
    with opened(home) as registry, registry.database.writing() as session:
        token = issue(session, member, now, now + timedelta(days=days), name=sound_name(name) if name else "")
    typer.echo(token)


def revoke_token(
    token_id: Annotated[str, typer.Argument(help="the 16 hexadecimal digits in the middle of the token")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """End a token."""
    with opened(home) as registry, registry.database.writing() as session:
        revoke(session, token_id, utc_now())
    console.print(f"token {token_id} has ended", markup=False)
