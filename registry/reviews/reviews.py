"""A declaration in review: assigned to a body, taken up, handed back, returned, verified.

Who may take a step is asked by the caller (``registry.reviews.turn``); the states are those of
``registry.declarations.states``. Everything happens in the write transaction of the session.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import uuid4

import msgspec
from msgspec import Meta, Struct
from sqlmodel import Session, col, select

from registry.access.rules import Action
from registry.audit.changes import Change, changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.review_tables import ReturnRow, ReviewRow
from registry.database.tables import DeclarationRow
from registry.declarations import life
from registry.declarations.known import KnownProducts
from registry.declarations.states import after
from registry.errors import InvalidInput, NotAllowed, NotFound, WrongState
from registry.members.members import member
from registry.registry import OPERATOR
from registry.reviews import questions
from registry.reviews.acceptance import Accepted, require_accepted
from registry.reviews.impartiality import require_eligible
from registry.reviews.reviewers import require_no_part
from registry.reviews.words import sound_path, sound_words
from schemas.declaration import Declaration, Verification
from schemas.findings import Finding, findings

MAX_SENTENCE = 1_000
MOST_FINDINGS = 100


class ReviewFinding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person found wrong with a declaration."""

    sentence: Annotated[str, Meta(max_length=MAX_SENTENCE, description="what is wrong, and how to mend it")]
    path: Annotated[str, Meta(max_length=200, description="JSON path of the field; $ for the whole")] = "$"


def review_of(session: Session, row: DeclarationRow) -> ReviewRow | None:
    """The review that a declaration is assigned to; None without one."""
    return session.get(ReviewRow, row.id)


def body_of(session: Session, row: DeclarationRow) -> str | None:
    """The body that a declaration is assigned to, or that verified it; None without one."""
    review = review_of(session, row)
    if review is not None:
        return review.body_id
    verification = life.content_of(row).verification
    return None if verification is None else verification.body


def submit(session: Session, row: DeclarationRow, body: str | None, by: str, now: datetime) -> list[Finding]:
    """The owner submits, to ``body`` or else to any. Raises what ``life.submit`` does, and ``InvalidInput``."""
    found = life.submit(session, row, now)
    if body is not None:
        _assign(session, row, body, by, now)
        noted(session, now, Step(Did.ASSIGNED, f"declaration/{row.id}", row.owner_id, _to(body)))
    return found


def assign(session: Session, row: DeclarationRow, body: str, by: str, now: datetime) -> None:
    """The operator assigns ``body``, in place of any other. Raises ``WrongState``, ``InvalidInput``."""
    after(Action.ASSIGN, row.state, row.id)
    _end(session, row, now)
    _assign(session, row, body, by, now)
    life.move(session, row, Action.ASSIGN, now, _to(body))


def revise(
    session: Session, row: DeclarationRow, declaration: Declaration, now: datetime, signature: bytes | None = None
) -> None:
    """The owner writes other content: assigned to nobody any more. Raises ``WrongState``."""
    life.revise(session, row, declaration, now, signature)
    _end(session, row, now)


def take_up(session: Session, row: DeclarationRow, body: str, by: str, now: datetime) -> ReviewRow:
    """``body`` begins its review: nobody else does. Raises ``NotAllowed`` for one not eligible, or for a reviewer who
    has a part in it, and ``WrongState``."""
    after(Action.TAKE_UP, row.state, row.id)
    require_eligible(session, member(session, body), row.owner_id, now.date())
    require_no_part(session, row, body, by)
    review = review_of(session, row) or _review(row, body, by, now)
    review.taken_up_by, review.taken_up_at = by, now
    session.add(review)
    life.move(session, row, Action.TAKE_UP, now)
    return review


def hand_back(session: Session, row: DeclarationRow, now: datetime) -> None:
    """The body does not review it, or no more: it waits for another. Raises ``WrongState``."""
    after(Action.HAND_BACK, row.state, row.id)
    if review_of(session, row) is None:
        raise WrongState("declaration {key} is assigned to nobody: there is nothing to hand back", key=row.id)
    _end(session, row, now)
    life.move(session, row, Action.HAND_BACK, now)


def give_back(
    session: Session, row: DeclarationRow, found: Sequence[ReviewFinding], member_id: str, by: str, now: datetime
) -> ReturnRow:
    """A body, or the operator, gives it back to its owner with what was found: nothing is stated of it any more.

    Raises ``NotAllowed`` for a reviewer who has a part in it, ``InvalidInput`` and ``WrongState``.
    """
    if member_id != OPERATOR:
        require_no_part(session, row, member_id, by)
    if not 1 <= len(found) <= MOST_FINDINGS:
        raise InvalidInput("say what was found: 1 to {most} findings", "$.findings", most=MOST_FINDINGS)
    sound = [
        ReviewFinding(
            sentence=sound_words(one.sentence, f"$.findings[{at}].sentence", MAX_SENTENCE),
            path=sound_path(one.path, f"$.findings[{at}].path"),
        )
        for at, one in enumerate(found)
    ]
    life.give_back(session, row, now, changes({}, {"findings": sound}))
    _end(session, row, now)
    returned = ReturnRow(
        id=str(uuid4()),
        declaration_id=row.id,
        member_id=member_id,
        findings=msgspec.json.encode(sound),
        returned_by=by,
        returned_at=now,
    )
    session.add(returned)
    return returned


def state_verification(
    session: Session,
    row: DeclarationRow,
    verification: Verification,
    accepted: Sequence[Accepted],
    by: str,
    now: datetime,
) -> None:
    """The body states what it checked, of a submitted declaration or one that it has taken up.

    Raises ``NotAllowed`` for a body that is not eligible, or a reviewer who has a part in it, ``WrongState`` while a
    question is open, ``Refused`` with errors, or with warnings that the reviewer gave no word on, and ``InvalidInput``.
    """
    after(Action.STATE_VERIFICATION, row.state, row.id)
    require_eligible(session, member(session, verification.body), row.owner_id, now.date())
    require_no_part(session, row, verification.body, by)
    questions.require_none_open(session, row)
    found = findings(life.content_of(row), KnownProducts(session))
    life.refuse_errors(found)
    life.state_verification(session, row, verification, OPERATOR, now)
    require_accepted(found, accepted)
    review = review_of(session, row) or _review(row, verification.body, by, now)
    review.taken_up_by, review.taken_up_at = review.taken_up_by or by, review.taken_up_at or now
    review.accepted = msgspec.json.encode(accepted)
    session.add(review)


def accepted_in(review: ReviewRow | None) -> tuple[Accepted, ...]:
    """The warnings that the reviewer gave a word on."""
    return () if review is None else msgspec.json.decode(review.accepted, type=tuple[Accepted, ...])


def returns(session: Session, row: DeclarationRow) -> list[ReturnRow]:
    """How often a declaration was given back, the newest first."""
    query = select(ReturnRow).where(ReturnRow.declaration_id == row.id)
    return list(session.exec(query.order_by(col(ReturnRow.returned_at).desc(), col(ReturnRow.id))))


def findings_in(returned: ReturnRow) -> tuple[ReviewFinding, ...]:
    """What was found."""
    return msgspec.json.decode(returned.findings, type=tuple[ReviewFinding, ...])


def _assign(session: Session, row: DeclarationRow, body: str, by: str, now: datetime) -> None:
    try:
        require_eligible(session, member(session, body), row.owner_id, now.date())
    except (NotAllowed, NotFound, WrongState) as problem:
        raise InvalidInput(problem.sentence, "$.body") from None
    session.add(_review(row, body, by, now))


def _to(body: str) -> tuple[Change, ...]:
    return changes({}, {"body": body})


def _review(row: DeclarationRow, body: str, by: str, now: datetime) -> ReviewRow:
    return ReviewRow(declaration_id=row.id, body_id=body, assigned_by=by, assigned_at=now)


def _end(session: Session, row: DeclarationRow, now: datetime) -> None:
    """The declaration is assigned to nobody."""
    questions.close_open(session, row, now)
    review = review_of(session, row)
    if review is not None:
        session.delete(review)
        session.flush()
