"""The life of an objection.

    filed --admit--> admitted --answer--> answered     it stands, and here is why
      |                 |------uphold--> upheld        the record is suspended, which names the objection
      \\---- dismiss ----\\-----dismiss-> dismissed     it is no objection, and here is why

What is only filed is seen by the operator alone: nobody is told, nothing is counted, so that an objection harms nobody
before somebody has read it. Nobody is written to at an address that was given before the operator decides.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct
from sqlalchemy import case, false, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.objection_tables import ObjectionRow
from registry.database.tables import DeclarationRow
from registry.declarations.life import content_of
from registry.errors import InvalidInput, NotFound, WrongState
from registry.members.email import normal_email
from registry.records.standing import record_row
from schemas.text import Text

DUE = timedelta(days=30)
"""So long the operator may take."""

MOST_WORDS = 2_000
MOST_ANSWER = 800
PAGE_SIZE = 50
MOST_AT_ONCE = 200
_MANY_WAITING, _MANY_OF_A_RECORD = 10_000, 100
_MOST_WAITING = 100_000
_IN_TURN = 5
"""So many of one record that wait to be read come before those of others, by the day they are due; the rest after."""
_MOST_CROWDED = 10


class ObjectionState(StrEnum):
    """Where an objection is on its way."""

    FILED = "filed"
    ADMITTED = "admitted"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    UPHELD = "upheld"


KNOWN = (ObjectionState.ADMITTED, ObjectionState.ANSWERED, ObjectionState.UPHELD)
"""The objections that others than the operator know of: it has read them, and took them seriously."""

OPEN = (ObjectionState.FILED, ObjectionState.ADMITTED)
_FROM = {
    ObjectionState.ADMITTED: (ObjectionState.FILED,),
    ObjectionState.ANSWERED: (ObjectionState.ADMITTED,),
    ObjectionState.UPHELD: (ObjectionState.ADMITTED,),
    ObjectionState.DISMISSED: OPEN,
}


class Category(StrEnum):
    """What is wrong."""

    FIGURE = "figure"
    PRODUCT = "product"
    VERIFICATION = "verification"
    CLAIM = "claim"
    OTHER = "other"


class Objection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody sends: plain text. ``email`` is for the decision, and is never public."""

    category: Category
    words: str
    email: str | None = None


def file(session: Session, record: int, objection: Objection, now: datetime) -> ObjectionRow:
    """Keeps an objection for the operator to read. Raises ``NotFound``, ``InvalidInput``, and ``WrongState`` when more
    wait than anybody can read."""
    row = record_row(session, record)
    words = sound_words(objection.words, MOST_WORDS, "$.words")
    email = None if objection.email is None else normal_email(objection.email, "$.email")
    if session.exec(_waiting()).one() >= _MOST_WAITING:
        raise WrongState("too many objections wait to be read: try again in some days")
    declared = session.get(DeclarationRow, row.declaration_id)
    verification = None if declared is None else content_of(declared).verification
    filed = ObjectionRow(
        id=str(uuid4()),
        record=record,
        owner_id=row.owner_id,
        body_id=None if verification is None else verification.body,
        category=objection.category,
        words=words,
        email=email,
        state=ObjectionState.FILED,
        filed_at=now,
        due_at=now + DUE,
    )
    session.add(filed)
    _note(session, filed, Did.FILED, now, False)
    return filed


def is_flooded(session: Session, record: int) -> bool:
    """Whether so many objections to a record, or in all, wait to be read that somebody seems to want the door shut.

    It is not: whoever sent none yet may send one, and others wait.
    """
    of_it = _waiting().where(ObjectionRow.record == record)
    return session.exec(of_it).one() >= _MANY_OF_A_RECORD or session.exec(_waiting()).one() >= _MANY_WAITING


def _waiting() -> SelectOfScalar[int]:
    return select(func.count()).select_from(ObjectionRow).where(ObjectionRow.state == ObjectionState.FILED)


def objection_row(session: Session, key: UUID) -> ObjectionRow:
    """The row of an objection. Raises ``NotFound``."""
    row = session.get(ObjectionRow, str(key))
    if row is None:
        raise NotFound("there is no objection {key}", key=key)
    return row


def decide(
    session: Session, row: ObjectionRow, state: ObjectionState, answer: str, by: str, now: datetime
) -> str | None:
    """The operator admits it, or answers, dismisses or upholds it, and says why in public, in one line.

    Returns the objector's address, if the decision is to go there: it is kept no longer. Whoever upholds an objection
    suspends the record, in the same transaction. Raises ``WrongState`` and ``InvalidInput``.
    """
    if row.state not in _FROM.get(state, ()):
        raise WrongState(
            "objection {key} is {state}: it cannot be {decision}",
            key=row.id,
            state=row.state,
            decision=state,
        )
    words = answer.strip()
    told = None
    if state is not ObjectionState.ADMITTED:
        if not words or len(words) > MOST_ANSWER or not words.isprintable():
            raise InvalidInput(
                "say why, in one line of 1 to {most} characters: it is public",
                "$.words",
                most=MOST_ANSWER,
            )
        row.answer, row.decided_at, row.decided_by = words, now, by
        told, row.email = row.email, None
    is_known = ObjectionState(row.state) in KNOWN or state in KNOWN
    row.state = state
    session.add(row)
    _note(session, row, Did(state), now, is_known)
    return told


def dismiss_unread(session: Session, row: ObjectionRow, answer: str, by: str, now: datetime) -> str | None:
    """As ``decide``, of one that is only filed: what was admitted is decided by itself. Raises ``WrongState``."""
    if row.state != ObjectionState.FILED:
        raise WrongState("objection {objection} is {state}: decide it by itself", objection=row.id, state=row.state)
    return decide(session, row, ObjectionState.DISMISSED, answer, by, now)


def suspension_reason(row: ObjectionRow) -> str:
    """The public reason of the suspension that upholding it brings about: it names the objection."""
    return f"Objection {row.id} upheld: {row.answer}"


def state_view(session: Session, row: ObjectionRow, member: str, words: str, now: datetime) -> None:
    """The owner, or the body, says what it has to say, while it is open. Raises ``WrongState`` and ``InvalidInput``."""
    if row.state != ObjectionState.ADMITTED:
        raise WrongState(
            "objection {key} is {state}: views are heard while it is admitted",
            key=row.id,
            state=row.state,
        )
    said = sound_words(words, MOST_WORDS, "$.words")
    if member == row.owner_id:
        row.owner_says = said
    else:
        row.body_says = said
    session.add(row)
    _note(session, row, Did.STATED, now, True)


def sound_words(words: str, most: int, path: str) -> str:
    """Plain text of several lines. Raises ``InvalidInput``."""
    said = words.replace("\r\n", "\n").strip()
    if not said or len(said) > most or not all(one.isprintable() or one == "\n" for one in said):
        raise InvalidInput("plain text of 1 to {most} characters", path, most=most)
    return said


def listed(
    session: Session, member: str | None, state: ObjectionState | None, page: int, record: int | None = None
) -> list[ObjectionRow]:
    """A page of objections, those that are due first: all, or those admitted that concern ``member``.

    A flood on one record waits behind the first objections to every other.
    """
    query = select(ObjectionRow)
    if member is not None:
        concerned = (col(ObjectionRow.owner_id) == member) | (col(ObjectionRow.body_id) == member)
        query = query.where(concerned, col(ObjectionRow.state).in_(KNOWN))
    if state is not None:
        query = query.where(ObjectionRow.state == state)
    if record is not None:
        query = query.where(ObjectionRow.record == record)
    alike = (col(ObjectionRow.record), col(ObjectionRow.state))
    turn = func.row_number().over(partition_by=alike, order_by=(col(ObjectionRow.due_at), col(ObjectionRow.id)))
    waits = case((col(ObjectionRow.state) == ObjectionState.FILED, turn > _IN_TURN), else_=false())
    is_decided = col(ObjectionRow.decided_at).is_not(None)
    query = query.order_by(is_decided, waits, col(ObjectionRow.due_at), col(ObjectionRow.id))
    return list(session.exec(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)))


def crowded(session: Session) -> list[tuple[int, int]]:
    """The records to which the most objections wait to be read, and how many: those with more than a few."""
    count = func.count()
    query = (
        select(ObjectionRow.record, count)
        .where(ObjectionRow.state == ObjectionState.FILED)
        .group_by(col(ObjectionRow.record))
        .having(count > _IN_TURN)
        .order_by(count.desc(), col(ObjectionRow.record))
    )
    return list(session.exec(query.limit(_MOST_CROWDED)))


def public(session: Session, record: int) -> list[ObjectionRow]:
    """The objections to a record that the public may know of."""
    query = select(ObjectionRow).where(ObjectionRow.record == record, col(ObjectionRow.state).in_(KNOWN))
    return list(session.exec(query.order_by(col(ObjectionRow.filed_at).desc(), col(ObjectionRow.id)).limit(PAGE_SIZE)))


def counts(session: Session, record: int) -> tuple[int, int]:
    """How many objections to a record are admitted and open, and how many were upheld."""
    query = select(ObjectionRow.state, func.count()).where(ObjectionRow.record == record).group_by(ObjectionRow.state)
    by_state = dict(session.exec(query).all())
    return by_state.get(ObjectionState.ADMITTED, 0), by_state.get(ObjectionState.UPHELD, 0)


def product_of(session: Session, row: ObjectionRow) -> Text:
    """The name of the product whose record it is about."""
    return msgspec.json.decode(record_row(session, row.record).name, type=Text)


def _note(session: Session, row: ObjectionRow, did: Did, now: datetime, is_known: bool) -> None:
    """``is_known``: whether the owner has been told of it, and so may read of it in the trail."""
    about = changes({}, {"record": row.record, "category": row.category})
    noted(session, now, Step(did, f"objection/{row.id}", row.owner_id if is_known else None, about))
