"""No verification body checks what is its own, or its owner's (ISO 14065:2020, 5.4: impartiality)."""

from collections.abc import Callable
from datetime import date

from msgspec import Struct
from sqlmodel import Session

from registry.database.tables import MemberRow
from registry.errors import NotAllowed
from registry.members.members import all_members, is_accredited, particulars, require_accredited
from registry.members.owners import called, is_member_id, is_urn, known_as
from schemas.findings import Finding, Severity
from schemas.member import Member, MemberKind

Particulars = Callable[[str], Member | None]
"""What a member says of itself, by its id."""


class _Known(Struct, frozen=True):
    """What an organisation is, and what it is a part of: ids, URNs, and owners that are no members. Beside that, what
    the members among these are called: a name is looked for only where somebody named an owner by it."""

    as_itself: set[str]
    by_name: set[str]

    def meets(self, other: "_Known") -> bool:
        """Whether the two have something in common; two of one name are not one organisation."""
        mine, theirs = self.as_itself, other.as_itself
        apart = mine.isdisjoint(theirs) and mine.isdisjoint(other.by_name) and theirs.isdisjoint(self.by_name)
        return not apart


def related(one: str, other: str, told: Particulars) -> bool:
    """Whether two organisations are the same, one is a part of the other, or both are parts of a third.

    Only what they say themselves counts, and what their owners do: nobody else can have them be related.
    """
    return _known(one, told).meets(_known(other, told))


def _known(member: str, told: Particulars) -> _Known:
    """What ``member`` is, what that is a part of, and so on; each once, for two might name one another."""
    known = _Known(set(), set())
    at: str | None = member
    while at is not None and at not in known.as_itself:
        known.as_itself.add(at)
        said = told(at)
        if said is None:
            break
        known.as_itself.update(known_as(one) for one in said.ids if is_urn(one))
        known.by_name.update(map(called, said.name.values()))
        at = None if said.part_of is None else known_as(said.part_of)
    return known


class Ownership:
    """Who is a part of whom, as the members' particulars say now, each read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._members: dict[str, _Known] = {}

    def related(self, one: str, other: str) -> bool:
        """Whether two members, also such as have left, are related, as ``related`` has it."""
        return self._of(one).meets(self._of(other))

    def _of(self, member: str) -> _Known:
        if member not in self._members:
            self._members[member] = _known(member, self._particulars)
        return self._members[member]

    def _particulars(self, named: str) -> Member | None:
        row = self._session.get(MemberRow, named) if is_member_id(named) else None
        return None if row is None else particulars(row)


def require_eligible(session: Session, body: Member, owner: str, today: date) -> None:
    """Raises ``NotAllowed`` unless ``body`` may check the products of ``owner``: accredited, and not related to it."""
    if body.kind is not MemberKind.VERIFICATION_BODY:
        raise NotAllowed("{body} is no verification body", body=body.id)
    require_accredited(body, today)
    if Ownership(session).related(body.id, owner):
        raise NotAllowed(
            "{body} and {owner} belong together: a body checks neither its own nor its owner's product",
            body=body.id,
            owner=owner,
        )


def eligible_bodies(session: Session, owner: str, today: date) -> list[Member]:
    """The bodies that may check the products of ``owner``, as ``require_eligible`` has it."""
    ownership = Ownership(session)
    bodies = all_members(session, MemberKind.VERIFICATION_BODY)
    return [body for body in bodies if is_accredited(body, today) and not ownership.related(body.id, owner)]


RELATED_BODY = Finding(
    "verification-body",
    "$.verification.body",
    Severity.ERROR,
    {
        "en": "The verification body and the owner belong together: have an independent body verify.",
        "zh": "核查机构与声明所有者存在隶属关系，请由独立的核查机构核查。",
    },
)

UNACCREDITED_BODY = Finding(
    "verification-body",
    "$.verification.body",
    Severity.ERROR,
    {
        "en": "The verification body was not accredited on the day of its statement: have an accredited body verify, "
        "or the operator enter the accreditation that it had.",
        "zh": "核查机构出具声明当日不具备有效的认可资质：请由具备资质的机构核查，或由运营方补录其当时的资质。",
    },
)
