"""``carbonlabel person``: how the first people come in, and what only whoever has the home can mend."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from registry.access.roles import ROLES_OF, Role
from registry.accounts import people
from registry.accounts.letters import Letters, address_of
from registry.accounts.outbox import StoredOutbox
from registry.cli.shell import DEFAULT_HOME, HomeOption, console, opened
from registry.errors import NotFound
from registry.members.email import normal_email
from registry.members.members import member as member_of
from registry.registry import OPERATOR, utc_now
from verifier.cli.show import printable

Email = Annotated[str, typer.Argument(help="the person's e-mail address")]


def invite_person(
    email: Email,
    member: Annotated[str, typer.Option(help="the member's id")] = OPERATOR,
    role: Annotated[list[Role] | None, typer.Option(help="may be repeated; else every role it has")] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Invite somebody to act for a member; the first person of the operator comes in this way.

    Prints the link, which also goes by mail: whoever has it can accept, within a week, once.
    """
    now = utc_now()
    with opened(home) as registry, registry.database.writing() as session:
        letters = Letters(registry.config.name, address_of(registry.config.origin))
        roles = role or ROLES_OF[member_of(session, member).kind]
        secret = people.invite(session, StoredOutbox(session, now), letters, member, email, roles, now)
    typer.echo(f"{letters.address}/invitation/{secret}")


def list_people(
    member: Annotated[str, typer.Option(help="the member's id")] = OPERATOR, home: HomeOption = DEFAULT_HOME
) -> None:
    """Show the people of a member."""
    with opened(home) as registry, registry.database.reading() as session:
        member_of(session, member)
        found = people.people_of(session, member)
    table = Table("id", "e-mail", "name", "roles", "second factor")
    for person, roles in found:
        shown = (Text(printable(words)) for words in (person.email, person.name))
        table.add_row(person.id, *shown, ", ".join(sorted(roles)), "yes" if person.totp_secret else "no")
    console.print(table)


def remove_second_factor(
    email: Email,
    member: Annotated[str, typer.Option(help="the id of a member that the person is of")] = OPERATOR,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Remove the second factor of somebody who lost it, and sign that person out."""
    with opened(home) as registry, registry.database.writing() as session:
        person = people.person_with(session, normal_email(email, "$.email"))
        if person is None:
            raise NotFound("nobody has the address {email}", email=email[:80])
        people.remove_second_factor(session, member, person.id, utc_now())
    console.print("the second factor is removed", markup=False)
