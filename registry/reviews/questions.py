"""Questions of a verification body on a declaration under review, and the owner's answers."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import func
from sqlmodel import Session, col, select, update

from registry.access.rules import Action
from registry.audit.changes import changes
from registry.database.review_tables import QuestionRow
from registry.database.tables import DeclarationRow
from registry.declarations.life import move
from registry.errors import NotFound, WrongState
from registry.reviews.reviewers import require_no_part
from registry.reviews.words import sound_path, sound_words
from registry.sentences import counted

MAX_WORDS = 2_000
MOST = 200


class QuestionShown(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question and its answer. ``closed``: the review ended before there was one."""

    id: UUID
    state: Literal["open", "answered", "closed"]
    question: str
    asked: datetime
    body: str
    path: str | None = None
    answer: str | None = None
    answered: datetime | None = None


def ask(
    session: Session, row: DeclarationRow, question: str, path: str | None, body: str, by: str, now: datetime
) -> QuestionRow:
    """``body`` asks the owner, about the field at ``path`` if there is one.

    Raises ``NotAllowed`` for a reviewer who has a part in it, ``InvalidInput`` and ``WrongState``.
    """
    require_no_part(session, row, body, by)
    words = sound_words(question, "$.question", MAX_WORDS)
    about = None if path is None else sound_path(path, "$.path")
    move(session, row, Action.ASK, now, changes({}, {"question": words, "path": about}))
    count = select(func.count()).select_from(QuestionRow).where(QuestionRow.declaration_id == row.id)
    if session.exec(count).one() >= MOST:
        raise WrongState("{count} questions were asked of this declaration: return it with findings", count=MOST)
    asked = QuestionRow(
        id=str(uuid4()), declaration_id=row.id, body_id=body, path=about, question=words, asked_by=by, asked_at=now
    )
    session.add(asked)
    return asked


def answer(session: Session, row: DeclarationRow, key: UUID, words: str, by: str, now: datetime) -> QuestionRow:
    """The owner answers. Raises ``NotFound``, ``InvalidInput``, and ``WrongState`` when there is an answer already."""
    asked = session.get(QuestionRow, str(key))
    if asked is None or asked.declaration_id != row.id:
        raise NotFound("there is no question {key} on this declaration", key=key)
    given = sound_words(words, "$.answer", MAX_WORDS)
    move(session, row, Action.ANSWER, now, changes({}, {"question": str(key), "answer": given}))
    if asked.answer is not None or asked.closed_at is not None:
        raise WrongState("this question is answered, or its review has ended")
    asked.answer, asked.answered_by, asked.answered_at = given, by, now
    session.add(asked)
    return asked


def listed(session: Session, row: DeclarationRow) -> list[QuestionShown]:
    """The questions on a declaration, the oldest first."""
    query = select(QuestionRow).where(QuestionRow.declaration_id == row.id)
    return list(map(question_shown, session.exec(query.order_by(col(QuestionRow.asked_at), col(QuestionRow.id)))))


def require_none_open(session: Session, row: DeclarationRow) -> None:
    """Raises ``WrongState`` while a question waits for its answer."""
    waiting = sum(question.state == "open" for question in listed(session, row))
    if waiting:
        words = counted(
            "1 question waits for an answer of the owner", "{count} questions wait for an answer of the owner", waiting
        )
        raise WrongState(words)


def close_open(session: Session, row: DeclarationRow, now: datetime) -> None:
    """The review has ended: what was not answered need not be any more."""
    unanswered = (
        col(QuestionRow.declaration_id) == row.id,
        col(QuestionRow.answer).is_(None),
        col(QuestionRow.closed_at).is_(None),
    )
    session.exec(update(QuestionRow).where(*unanswered).values(closed_at=now))


def question_shown(row: QuestionRow) -> QuestionShown:
    """A question as it is shown to whoever may read the declaration."""
    is_open = row.answer is None and row.closed_at is None
    return QuestionShown(
        id=UUID(row.id),
        state="open" if is_open else "closed" if row.answer is None else "answered",
        question=row.question,
        asked=row.asked_at,
        body=row.body_id,
        path=row.path,
        answer=row.answer,
        answered=row.answered_at,
    )
