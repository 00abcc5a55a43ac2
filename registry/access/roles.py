"""Roles: what somebody does for an organisation. A token acts in roles too; OAuth scopes have the same names."""

from collections.abc import Iterable
from enum import StrEnum

from schemas.member import MemberKind


class Role(StrEnum):
    """What somebody does for an organisation."""

    EDITOR = "editor"
    """Writes declarations, and submits them."""

    SIGNER = "signer"
    """Speaks for the organisation: its people, tokens and particulars, and the withdrawal of its records."""

    REVIEWER = "reviewer"
    """States, for a verification body, what was checked."""

    EXPERT = "expert"
    """Scores the cases of a year, where the operator asks for it."""

    OPERATOR = "operator"
    """Runs the registry."""


EVERY_ROLE = frozenset(Role)
_OF_OWNERS = frozenset({Role.EDITOR, Role.SIGNER})
ROLES_OF: dict[MemberKind, frozenset[Role]] = {
    MemberKind.MANUFACTURER: _OF_OWNERS,
    MemberKind.RETAILER: _OF_OWNERS,
    MemberKind.RESEARCH: _OF_OWNERS | {Role.EXPERT},
    MemberKind.OTHER: _OF_OWNERS | {Role.EXPERT},
    MemberKind.VERIFICATION_BODY: frozenset({Role.REVIEWER, Role.SIGNER}),
    MemberKind.OPERATOR: frozenset({Role.OPERATOR}),
}
"""The roles that an organisation of each kind has to give."""


def roles_text(roles: Iterable[Role]) -> str:
    """Roles as a column and an OAuth scope have them: sorted, with spaces between."""
    return " ".join(sorted(roles))


def parse_roles(text: str) -> frozenset[Role]:
    """The roles in such a text. Raises ``ValueError`` for what is no role."""
    return frozenset(Role(word) for word in text.split())
