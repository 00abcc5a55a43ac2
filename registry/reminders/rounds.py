"""A round of reminders: reads what stands, decides what is due, and leaves one letter for each of an owner's people.

What was sent is kept in the transaction that leaves the letters: nobody is told twice, also when two processes take the
round of a day, or one is killed within it.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from registry.access.roles import Role
from registry.accounts.letters import Letters
from registry.accounts.outbox import StoredOutbox
from registry.accounts.people import people_of
from registry.database.author import REGISTRY
from registry.database.database import Database
from registry.database.reminder_tables import ReminderRow
from registry.database.review_tables import ReviewRow
from registry.database.tables import DeclarationRow, MemberRow, RecordRow
from registry.declarations.states import DeclarationState
from registry.members.members import all_members
from registry.objections.letters import tell_operator
from registry.products.products import standing_verdict
from registry.registry import OPERATOR
from registry.reminders.due import (
    Current,
    Fate,
    Occasion,
    Reminder,
    Waiting,
    of_accreditation,
    of_record,
    of_waiting,
    unsent,
)
from registry.reminders.words import INTRO, MORE, SUBJECT, sentence
from registry.trace.trace import MOST_DEPTH
from schemas.member import Member, MemberKind
from schemas.text import Text

AT_ONCE = 500
"""Records of one reading: short, so that no writer waits for a round."""

MOST_LINES = 40
_MOST_TO_DO = 100
_ROUND = "round"
_TOLD = {
    Occasion.EXPIRY: (Role.EDITOR, Role.SIGNER),
    Occasion.PART: (Role.EDITOR, Role.SIGNER),
    Occasion.DEEPER: (Role.EDITOR, Role.SIGNER),
    Occasion.WAITING: (Role.EDITOR, Role.SIGNER, Role.REVIEWER, Role.OPERATOR),
    Occasion.ACCREDITATION: (Role.SIGNER, Role.OPERATOR),
}


class _Part(Struct):
    record: int | None = None


class _Verification(Struct):
    body: str


class _Declared(Struct):
    """As much of a declaration as a round needs: the rest is not decoded."""

    product_name: Text = {}
    verification: _Verification | None = None
    components: tuple[_Part, ...] = ()

    @property
    def pinned(self) -> tuple[int, ...]:
        """The records that its parts name."""
        return tuple(part.record for part in self.components if part.record is not None)


def is_done(database: Database, today: date) -> bool:
    """Whether the round of this day has been taken."""
    with database.reading() as session:
        return session.get(ReminderRow, (_ROUND, "", str(today))) is not None


def take_round(
    database: Database, letters: Letters, now: datetime, is_stopping: Callable[[], bool] = lambda: False
) -> int:
    """Reminds everybody of what is due, and says that it was done. Returns how many reminders were sent.

    The operator's people are told of objections that wait, too: these do not count. Given up between two records or
    owners when ``is_stopping``: then it is still to be done.
    """
    today = now.astimezone(UTC).date()
    by_owner: dict[str, list[Reminder]] = {}
    sent = 0
    for reminder in due(database, today):
        by_owner.setdefault(reminder.owner, []).append(reminder)
        if is_stopping():
            return sent
    for owner, waiting in by_owner.items():
        sent += _remind(database, letters, owner, waiting, now)
        if is_stopping():
            return sent
    with database.writing(REGISTRY) as session:
        tell_operator(session, letters, now)
        if session.get(ReminderRow, (_ROUND, "", str(today))) is None:
            session.add(ReminderRow(occasion=_ROUND, subject="", stage=str(today), sent_at=now))
    return sent


def due(database: Database, today: date) -> Iterator[Reminder]:
    """All that is due today, whether it was sent or not."""
    with database.reading() as session:
        bodies = all_members(session, MemberKind.VERIFICATION_BODY)
    for body in bodies:
        yield from of_accreditation(body.id, body.name, body.accreditation_until, today)
    after = -1
    while True:
        with database.reading() as session:
            records = _current(session, col(RecordRow.index) > after)
            fates = _fates(session, records, today)
        for record in records:
            yield from of_record(record, fates, today)
        if len(records) < AT_ONCE:
            break
        after = records[-1].index
    yield from _due_of_waiting(database, today)


def _due_of_waiting(database: Database, today: date) -> Iterator[Reminder]:
    """What is due about the declarations that are on their way."""
    after = ""
    while True:
        with database.reading() as session:
            waiting = _waiting(session, col(DeclarationRow.id) > after)
            fates = _fates(session, waiting, today)
        for one in waiting:
            yield from of_waiting(one, fates)
        if len(waiting) < AT_ONCE:
            return
        after = waiting[-1].id


def _current(session: Session, *wanted: ColumnElement[bool]) -> list[Current]:
    """The first of the records that stand, are their products' newest, and whose owners have not left, with their
    parts and the parts of these."""
    query = (
        select(RecordRow, DeclarationRow.content)
        .join(DeclarationRow, col(DeclarationRow.id) == RecordRow.declaration_id)
        .join(MemberRow, col(MemberRow.id) == RecordRow.owner_id)
        .where(
            *wanted,
            RecordRow.standing == "active",
            col(RecordRow.superseded_by).is_(None),
            col(MemberRow.left_at).is_(None),
        )
        .order_by(col(RecordRow.index))
        .limit(AT_ONCE)
    )
    records = [
        Current(row.index, row.owner_id, msgspec.json.decode(row.name, type=Text), row.expires, _parts(content))
        for row, content in session.exec(query)
    ]
    below = _below(session, {part for record in records for part in record.parts})
    return [msgspec.structs.replace(record, deeper=_deeper(record, below)) for record in records]


def _below(session: Session, parts: set[int]) -> dict[int, tuple[int, ...]]:
    """The records that each of ``parts`` names as its parts, and each of those, as deep as a trace goes."""
    below: dict[int, tuple[int, ...]] = {}
    for _ in range(MOST_DEPTH - 1):
        wanted = sorted(parts - below.keys())
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            query = (
                select(RecordRow.index, DeclarationRow.content)
                .join(DeclarationRow, col(DeclarationRow.id) == RecordRow.declaration_id)
                .where(col(RecordRow.index).in_(some))
            )
            below |= {index: _parts(content) for index, content in session.exec(query)}
        parts = {part for index in wanted for part in below.get(index, ())}
    return below


def _deeper(record: Current, below: dict[int, tuple[int, ...]]) -> tuple[int, ...]:
    """What is below a record's parts, each once, without the parts themselves."""
    found: set[int] = set()
    waiting = list(record.parts)
    while waiting:
        new = set(below.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return tuple(sorted(found - {*record.parts}))


def _waiting(session: Session, *wanted: ColumnElement[bool]) -> list[Waiting]:
    """The first of the declarations that a body has taken up, or verified."""
    query = (
        select(DeclarationRow, ReviewRow.body_id)
        .outerjoin(ReviewRow, col(ReviewRow.declaration_id) == DeclarationRow.id)
        .where(*wanted, col(DeclarationRow.state).in_((DeclarationState.UNDER_REVIEW, DeclarationState.VERIFIED)))
        .order_by(col(DeclarationRow.id))
        .limit(AT_ONCE)
    )
    return [_waiting_in(row, body) for row, body in session.exec(query)]


def _waiting_in(row: DeclarationRow, assigned: str | None) -> Waiting:
    told = msgspec.json.decode(row.content, type=_Declared)
    stated = "" if told.verification is None else told.verification.body
    return Waiting(row.id, row.owner_id, assigned or stated, told.product_name, told.pinned)


def _parts(content: bytes) -> tuple[int, ...]:
    return msgspec.json.decode(content, type=_Declared).pinned


def _fates(session: Session, of: Iterable[Current | Waiting], today: date) -> dict[int, Fate]:
    wanted = sorted({part for one in of for part in one.below})
    found: dict[int, Fate] = {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = session.exec(select(RecordRow).where(col(RecordRow.index).in_(wanted[start : start + AT_ONCE])))
        found |= {row.index: Fate(standing_verdict(row, today), row.standing_at) for row in rows}
    return found


def _remind(database: Database, letters: Letters, owner: str, waiting: list[Reminder], now: datetime) -> int:
    with database.writing(REGISTRY) as session:
        rows = session.exec(select(ReminderRow).where(ReminderRow.owner_id == owner))
        new = unsent(waiting, {(row.occasion, row.subject, row.stage) for row in rows})
        for one in new:
            occasion, subject, stage = one.key
            session.add(ReminderRow(occasion=occasion, subject=subject, stage=stage, owner_id=owner, sent_at=now))
        outbox = StoredOutbox(session, now)
        for email, told in _told(session, owner, new).items():
            english, chinese = (_list(told, language, letters.address) for language in ("en", "zh"))
            subject = f"{SUBJECT.en} / {SUBJECT.zh}"
            address = f"{letters.address}/organisation"
            outbox.put(letters.letter(email, subject, f"{english}\n\n{address}", chinese))
    return len(new)


def _told(session: Session, owner: str, new: list[Reminder]) -> dict[str, list[Reminder]]:
    """Who is told what, each once: the owner's people; of a declaration on its way, the body's; and where the operator
    has something to do, its people too."""
    told: dict[str, list[Reminder]] = {}
    for one in new:
        concerns_operator = one.occasion in (Occasion.ACCREDITATION, Occasion.WAITING)
        members = {owner, one.body, OPERATOR if concerns_operator else ""} - {""}
        for member in sorted(members):
            for person, roles in people_of(session, member):
                if roles & {*_TOLD[one.occasion]}:
                    told.setdefault(person.email, []).append(one)
    return told


def _list(told: list[Reminder], language: str, address: str) -> str:
    lines = [f"- {sentence(one, language, address)}" for one in told[:MOST_LINES]]
    if len(told) > MOST_LINES:
        lines.append(f"- {MORE.text(language).format(more=len(told) - MOST_LINES)}")
    return "\n".join((INTRO.text(language), "", *lines))


def to_do(session: Session, owner: str, today: date) -> list[Reminder]:
    """What ``owner`` was reminded of lately and is still to be done, the most urgent first."""
    query = select(ReminderRow.subject).where(ReminderRow.owner_id == owner).order_by(col(ReminderRow.sent_at).desc())
    subjects = set(session.exec(query.limit(_MOST_TO_DO)))
    indexes = [int(one.removeprefix("record/")) for one in subjects if one.startswith("record/")]
    keys = [one.removeprefix("declaration/") for one in subjects if one.startswith("declaration/")]
    records = _current(session, col(RecordRow.index).in_(indexes))
    waiting = _waiting(session, col(DeclarationRow.id).in_(keys))
    fates = _fates(session, (*records, *waiting), today)
    still = [one for record in records for one in of_record(record, fates, today)]
    still += [one for declaration in waiting for one in of_waiting(declaration, fates)]
    row = session.get(MemberRow, owner)
    if row is not None and f"member/{owner}" in subjects:
        body = msgspec.json.decode(row.content, type=Member)
        still += of_accreditation(owner, body.name, body.accreditation_until, today)
    return unsent(still, ())
