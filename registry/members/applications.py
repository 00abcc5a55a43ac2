"""Applications to join: open to any enterprise or social organisation, decided by the operator.

    waiting --approve--> approved      the organisation is a member: a log entry, and its contact is invited
       \\----- refuse --> refused

The contact's particulars stay here: they are never public, and never in the log.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import func
from sqlmodel import Session, col, select

from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.people_tables import ApplicationRow
from registry.errors import InvalidInput, NotFound, WrongState
from registry.log.append import LogWriter
from registry.members.email import normal_email
from registry.members.members import UNREADABLE, join, require_part_of, require_particulars
from schemas.member import Member, MemberKind, Plan
from schemas.readable import is_readable
from schemas.text import Text

PAGE_SIZE = 50
MOST_WAITING = 10_000
MAX_REASON = 1_000
_MOST_NAME = 100
_MOST_PHONE = 40
_APPLYING = "applicant"  # stands in for the id that the operator gives


class ApplicationState(StrEnum):
    """Where an application is on its way."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class Contact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom the operator writes to, and who is invited first. Never public."""

    name: Annotated[str, Meta(max_length=_MOST_NAME)]
    email: Annotated[str, Meta(max_length=254)]
    phone: Annotated[str, Meta(max_length=_MOST_PHONE)] | None = None


class Application(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an organisation sends. All but ``contact`` becomes public once it is a member."""

    name: Text
    kind: MemberKind
    contact: Contact
    ids: tuple[str, ...] = ()
    country: str | None = None
    accreditation: str | None = None
    accreditation_until: date | None = None
    plans: tuple[Plan, ...] = ()
    part_of: str | None = None

    def as_member(self, member_id: str) -> Member:
        """The organisation as a member with this id."""
        return Member(
            id=member_id,
            name=self.name,
            kind=self.kind,
            ids=self.ids,
            country=self.country,
            accreditation=self.accreditation,
            accreditation_until=self.accreditation_until,
            plans=tuple(sorted(set(self.plans))),
            part_of=self.part_of,
        )


def apply(session: Session, application: Application, now: datetime) -> UUID:
    """Keeps an application, to be decided. Returns its id.

    Raises ``InvalidInput`` with the field's path, and ``WrongState`` while ever so many wait.
    """
    _require_sound(application, now.date())
    require_part_of(session, application.as_member(_APPLYING))
    waiting = select(func.count()).select_from(ApplicationRow).where(ApplicationRow.state == ApplicationState.WAITING)
    if session.exec(waiting).one() >= MOST_WAITING:
        raise WrongState("too many applications wait to be decided: try again in some days")
    key = uuid4()
    content = msgspec.json.encode(application)
    session.add(ApplicationRow(id=str(key), state=ApplicationState.WAITING, content=content, submitted_at=now))
    noted(session, now, Step(Did.APPLIED, f"application/{key}"))
    return key


def _require_sound(application: Application, today: date) -> None:
    if application.kind is MemberKind.OPERATOR:
        raise InvalidInput("the alliance has its operator", "$.kind")
    require_particulars(application.as_member(_APPLYING))
    if application.accreditation_until is not None and application.accreditation_until <= today:
        raise InvalidInput("say until when the accreditation holds: a day to come", "$.accreditation_until")
    if not application.plans:
        raise InvalidInput("choose at least one of the alliance's plans", "$.plans")
    contact = application.contact
    if not contact.name.strip() or not contact.name.isprintable():
        raise InvalidInput("say whom we write to, in one line", "$.contact.name")
    if not is_readable(contact.name):
        raise InvalidInput(UNREADABLE, "$.contact.name")
    if contact.phone is not None and not contact.phone.isprintable():
        raise InvalidInput("a telephone number is one line", "$.contact.phone")
    normal_email(contact.email, "$.contact.email")


def application_row(session: Session, key: UUID) -> ApplicationRow:
    """The row of application ``key``. Raises ``NotFound``."""
    row = session.get(ApplicationRow, str(key))
    if row is None:
        raise NotFound("there is no application {key}", key=key)
    return row


def content_of(row: ApplicationRow) -> Application:
    """The application in a row."""
    return msgspec.json.decode(row.content, type=Application)


def listed(session: Session, state: ApplicationState | None, page: int) -> tuple[list[ApplicationRow], int]:
    """A page of applications, the oldest first, and how many there are."""
    wanted = [] if state is None else [col(ApplicationRow.state) == state]
    total = session.exec(select(func.count()).select_from(ApplicationRow).where(*wanted)).one()
    query = select(ApplicationRow).where(*wanted).order_by(col(ApplicationRow.submitted_at), col(ApplicationRow.id))
    return list(session.exec(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE))), total


def approve(session: Session, writer: LogWriter, row: ApplicationRow, member_id: str, by: str, now: datetime) -> Member:
    """The organisation joins as ``member_id``: a log entry, as for any member. Raises ``WrongState``, ``InvalidInput``.

    Whoever calls this invites the contact, in the same transaction.
    """
    _require_waiting(row)
    member = content_of(row).as_member(member_id)
    join(session, writer, member, now)
    writer.flush()
    session.flush()
    row.member_id = member_id
    _decide(session, row, ApplicationState.APPROVED, by, None, now)
    return member


def refuse(session: Session, row: ApplicationRow, reason: str, by: str, now: datetime) -> None:
    """The operator says no, and why: the reason goes to the contact. Raises ``WrongState``, ``InvalidInput``."""
    _require_waiting(row)
    words = reason.strip()
    if not words or len(words) > MAX_REASON or not words.isprintable():
        raise InvalidInput("say why, in one line of 1 to {most} characters", "$.reason", most=MAX_REASON)
    _decide(session, row, ApplicationState.REFUSED, by, words, now)


def _require_waiting(row: ApplicationRow) -> None:
    if row.state != ApplicationState.WAITING:
        raise WrongState("application {key} is {state} already", key=row.id, state=row.state)


def _decide(
    session: Session, row: ApplicationRow, state: ApplicationState, by: str, reason: str | None, now: datetime
) -> None:
    row.state, row.decided_by, row.reason, row.decided_at = state, by, reason, now
    session.add(row)
    noted(session, now, Step(Did(state), f"application/{row.id}", row.member_id))
