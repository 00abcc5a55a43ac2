"""No verification body checks what is its own, or its owner's (ISO 14065:2020, 5.4: impartiality)."""

from collections.abc import Callable, Iterator
from datetime import date

import msgspec
from sqlmodel import Session

from registry.database.tables import MemberRow
from registry.errors import NotAllowed
from registry.members.members import require_accredited
from schemas.findings import Finding, Severity
from schemas.member import Member, MemberKind

PartOf = Callable[[str], str | None]
"""Of which organisation an organisation is a part, by member ids."""


def related(one: str, other: str, part_of: PartOf) -> bool:
    """Whether two organisations are the same, one is a part of the other, or both are parts of a third."""
    return not set(_itself_and_above(one, part_of)).isdisjoint(_itself_and_above(other, part_of))


def _itself_and_above(member: str, part_of: PartOf) -> Iterator[str]:
    """An organisation, the one that it is part of, and so on; each once, for two might name one another."""
    seen: set[str] = set()
    at: str | None = member
    while at is not None and at not in seen:
        seen.add(at)
        yield at
        at = part_of(at)


class Ownership:
    """Who is a part of whom, as the members' particulars say now, each read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._part_of: dict[str, str | None] = {}

    def part_of(self, member_id: str) -> str | None:
        """The organisation that a member, also one that has left, is a part of; None without one, or for nobody."""
        if member_id not in self._part_of:
            row = self._session.get(MemberRow, member_id)
            self._part_of[member_id] = None if row is None else msgspec.json.decode(row.content, type=Member).part_of
        return self._part_of[member_id]

    def related(self, one: str, other: str) -> bool:
        """Whether two members are related, as ``related`` has it."""
        return related(one, other, self.part_of)


def require_eligible(session: Session, body: Member, owner: str, today: date) -> None:
    """Raises ``NotAllowed`` unless ``body`` may check the products of ``owner``: accredited, and not related to it."""
    if body.kind is not MemberKind.VERIFICATION_BODY:
        raise NotAllowed(f"{body.id} is no verification body")
    require_accredited(body, today)
    if Ownership(session).related(body.id, owner):
        raise NotAllowed(
            f"{body.id} and {owner} belong together: a body checks neither its own nor its owner's product"
        )


def is_eligible(session: Session, body: Member, owner: str, today: date) -> bool:
    """Whether ``body`` may check the products of ``owner``, as ``require_eligible`` has it."""
    try:
        require_eligible(session, body, owner, today)
    except NotAllowed:
        return False
    return True


RELATED_BODY = Finding(
    "verification-body",
    "$.verification.body",
    Severity.ERROR,
    {
        "en": "The verification body and the owner belong together: have an independent body verify.",
        "zh": "核查机构与声明所有者存在隶属关系，请由独立的核查机构核查。",
    },
)
