"""Who is calling: an organisation, in some roles; a person of it, or one of its machines."""

from msgspec import Struct

from registry.access.roles import EVERY_ROLE, Role
from registry.database.author import Author
from schemas.member import MemberKind


class Caller(Struct, frozen=True):
    """Who is calling: a member, what kind of organisation it is, and in which roles.

    ``person`` is the id of whoever is signed in; None: a machine with the token, or the client, ``token``.
    """

    member: str
    kind: MemberKind
    roles: frozenset[Role] = EVERY_ROLE
    person: str | None = None
    token: str | None = None

    @property
    def name(self) -> str:
        """Who it was, for what is kept of a decision: the person, else the member."""
        return self.person or self.member

    @property
    def author(self) -> Author:
        """The author of what the caller writes."""
        return Author(f"token/{self.token}" if self.person is None else f"person/{self.person}", self.member)
