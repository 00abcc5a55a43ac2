"""A declaration as it stands: its content, what was found, and its review."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from registry.database.tables import DeclarationRow
from registry.declarations.known import KnownProducts
from registry.declarations.life import content_of
from registry.declarations.states import DeclarationState
from registry.reviews import questions, reviews
from registry.reviews.acceptance import Accepted
from registry.reviews.questions import QuestionShown
from registry.reviews.reviews import ReviewFinding
from schemas.declaration import Declaration
from schemas.findings import REVOKED, Finding, component_standing, findings


class ReviewShown(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """To which body a declaration is assigned, and since when; ``accepted`` are the warnings it gave its word on."""

    body: str
    assigned: datetime
    taken_up: datetime | None = None
    accepted: tuple[Accepted, ...] = ()


class Returned(Struct, frozen=True, kw_only=True):
    """A declaration was given back to its owner: by whom, when, and with what findings."""

    by: str
    at: datetime
    findings: tuple[ReviewFinding, ...]


class DeclarationStatus(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a declaration is on its way, what it says, and what was found. ``record`` and ``label`` once published.

    ``returned`` has the newest first.
    """

    id: UUID
    state: DeclarationState
    declaration: Declaration
    findings: tuple[Finding, ...] = ()
    record: int | None = None
    label: str | None = None
    review: ReviewShown | None = None
    questions: tuple[QuestionShown, ...] = ()
    returned: tuple[Returned, ...] = ()

    @property
    def revoked(self) -> tuple[Finding, ...]:
        """The findings on parts whose record is suspended or withdrawn: it is not published while there is one."""
        return tuple(one for one in self.findings if one.code == REVOKED)


def found_in(session: Session, row: DeclarationRow) -> tuple[Finding, ...]:
    """What the registry finds now. Once it was submitted, also what would keep it from being published: a part whose
    record was suspended or withdrawn since."""
    declaration, known = content_of(row), KnownProducts(session)
    found = findings(declaration, known)
    if row.state not in (DeclarationState.DRAFT, DeclarationState.PUBLISHED):
        told = {(one.code, one.path) for one in found}
        found += (one for one in component_standing(declaration, known) if (one.code, one.path) not in told)
    return tuple(found)


def status_of(
    session: Session, row: DeclarationRow, found: Sequence[Finding] | None = None, label: str | None = None
) -> DeclarationStatus:
    """The declaration in ``row``; without ``found``, with what the registry finds now."""
    declaration, review = content_of(row), reviews.review_of(session, row)
    return DeclarationStatus(
        id=UUID(row.id),
        state=DeclarationState(row.state),
        declaration=declaration,
        findings=found_in(session, row) if found is None else tuple(found),
        record=row.record,
        label=label,
        review=None
        if review is None
        else ReviewShown(
            body=review.body_id,
            assigned=review.assigned_at,
            taken_up=review.taken_up_at,
            accepted=reviews.accepted_in(review),
        ),
        questions=tuple(questions.listed(session, row)),
        returned=tuple(
            Returned(by=one.member_id, at=one.returned_at, findings=reviews.findings_in(one))
            for one in reviews.returns(session, row)
        ),
    )
