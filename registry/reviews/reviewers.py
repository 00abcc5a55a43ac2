"""Nobody reviews what is their own organisation's, or what they had a hand in (ISO 14065:2020, 5.4: impartiality).

A body is asked of in ``registry.reviews.impartiality``; here it is a person, who may be of several organisations.
"""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from registry.database.audit_tables import AuditRow
from registry.database.people_tables import MembershipRow
from registry.database.tables import DeclarationRow, TokenRow
from registry.errors import NotAllowed
from registry.reviews.impartiality import Ownership

_PERSON, _TOKEN = "person/", "token/"


def has_part_in(session: Session, row: DeclarationRow, body: str, by: str) -> bool:
    """Whether ``by``, who acts for ``body``, is also of the declaration's owner, or of an organisation that belongs
    together with it; or ever acted for the owner on this declaration, as the audit trail tells.

    ``by`` is an author as the trail names one. A token is whoever made it, and whoever made it is all their tokens.
    """
    person = _who_made(session, by)
    if person is None:
        return _acted(session, row, [by])
    ownership = Ownership(session)
    of = session.exec(select(MembershipRow.member_id).where(MembershipRow.person_id == person)).all()
    if any(ownership.related(one, row.owner_id) for one in of if one != body):
        return True
    made = session.exec(select(TokenRow.id).where(TokenRow.issued_by == person)).all()
    return _acted(session, row, [f"{_PERSON}{person}", *(f"{_TOKEN}{token}" for token in made)])


def require_no_part(session: Session, row: DeclarationRow, body: str, by: str) -> None:
    """Raises ``NotAllowed`` for who has a part in a declaration, as ``has_part_in`` has it."""
    if has_part_in(session, row, body, by):
        raise NotAllowed(
            "you are of {owner} as well, or acted for it on this declaration: another reviewer of {member} has to "
            "review it",
            owner=row.owner_id,
            member=body,
        )


def _who_made(session: Session, by: str) -> str | None:
    """The person that an author is, or who made the token that it is; None for another."""
    if by.startswith(_PERSON):
        return by.removeprefix(_PERSON)
    row = session.get(TokenRow, by.removeprefix(_TOKEN)) if by.startswith(_TOKEN) else None
    return None if row is None else row.issued_by


def _acted(session: Session, row: DeclarationRow, authors: Iterable[str]) -> bool:
    steps = select(AuditRow.id).where(
        AuditRow.subject == f"declaration/{row.id}",
        AuditRow.member_id == row.owner_id,
        col(AuditRow.who).in_(authors),
    )
    return session.exec(steps.limit(1)).first() is not None
