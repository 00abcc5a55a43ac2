"""Nominated cases: what they say, whether they may take part, and taking them back."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from msgspec import Meta, Struct
from sqlmodel import Session, col, or_, select

from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.cases.calls import Phase, call_of, call_row, require_phase, require_texts
from registry.cases.eligibility import Reason, RecordSeen, reasons_against
from registry.database.cases_tables import CaseRow
from registry.database.tables import MemberRow, RecordRow
from registry.errors import InvalidInput, NotFound, WrongState
from registry.members.members import row_in
from registry.products.products import standing_verdict
from schemas.member import Member, MemberKind, Plan
from schemas.text import Text

MOST_TITLE, MOST_DESCRIPTION, MOST_RECORDS, MOST_REASON = 200, 2_000, 20, 1_000
_MOST_OF_ONE = 20
_CASE_OWNERS = frozenset({MemberKind.MANUFACTURER, MemberKind.RETAILER, MemberKind.RESEARCH, MemberKind.OTHER})
LogIndex = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class CaseState(StrEnum):
    """Where a case is on its way."""

    NOMINATED = "nominated"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    TAKEN_BACK = "taken-back"


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a nomination says: whose case, in which category, what it is, and the records that it rests on."""

    organisation: Annotated[str, Meta(max_length=64, description="member id")]
    category: Plan
    title: Text
    description: Text
    records: tuple[LogIndex, ...] = ()


def nominate(session: Session, year: int, case: Case, nominated_by: str, now: datetime) -> UUID:
    """A new nomination; its id. Raises ``NotFound``, ``InvalidInput``, and ``WrongState`` out of time."""
    call = call_row(session, year)
    require_phase(call, now.date(), Phase.NOMINATIONS)
    if case.category not in call_of(call).categories:
        raise InvalidInput("this category is not in the call", "$.category")
    if row_in(session, case.organisation).kind not in _CASE_OWNERS:
        raise InvalidInput("neither the operator nor a verification body has cases", "$.organisation")
    require_texts(case.title, "$.title", MOST_TITLE)
    require_texts(case.description, "$.description", MOST_DESCRIPTION)
    if len(case.records) > MOST_RECORDS or len(set(case.records)) != len(case.records):
        raise InvalidInput("at most {most} records, none twice", "$.records", most=MOST_RECORDS)
    mine = [row for row in cases(session, year, nominated_by) if row.nominated_by == nominated_by]
    if len(mine) >= _MOST_OF_ONE:
        raise WrongState(
            "{member} has nominated {count} cases: that is all for one year",
            member=nominated_by,
            count=len(mine),
        )
    key = uuid4()
    session.add(
        CaseRow(
            id=str(key),
            year=year,
            category=case.category,
            member_id=case.organisation,
            nominated_by=nominated_by,
            content=msgspec.json.encode(case),
            state=CaseState.NOMINATED,
            nominated_at=now,
        )
    )
    session.flush()
    noted(session, now, Step(Did.CREATED, f"case/{key}", case.organisation))
    return key


def take_back(session: Session, row: CaseRow, now: datetime) -> None:
    """Whose case it is, or who nominated it, takes it back: for good. Raises ``WrongState`` once all is closed."""
    require_phase(call_row(session, row.year), now.date(), Phase.NOMINATIONS, Phase.SCORING)
    if row.state == CaseState.TAKEN_BACK:
        raise WrongState("this case is taken back already")
    _move(session, row, CaseState.TAKEN_BACK, now)


def decide(session: Session, row: CaseRow, eligible: bool, reason: str, now: datetime) -> None:
    """The operator's word on whether a case may take part, until the release; against what was found, it needs a
    reason, and holds for that only: what comes up later takes another word.

    Raises ``InvalidInput``, and ``WrongState`` for one taken back, or out of time.
    """
    require_phase(call_row(session, row.year), now.date(), Phase.NOMINATIONS, Phase.SCORING, Phase.CLOSED)
    if row.state == CaseState.TAKEN_BACK:
        raise WrongState("this case is taken back")
    words = reason.strip()
    found = reasons_of(session, row, now.date())
    if len(words) > MOST_REASON or (words and not words.isprintable()):
        raise InvalidInput("one line of at most {most} characters", "$.reason", most=MOST_REASON)
    if not words and eligible == bool(found):
        raise InvalidInput("say why, against what was found", "$.reason")
    row.reason, row.against = words, " ".join(found) if eligible else ""
    _move(session, row, CaseState.ELIGIBLE if eligible else CaseState.INELIGIBLE, now)


def reasons_of(session: Session, row: CaseRow, today: date) -> tuple[Reason, ...]:
    """Why a case may not take part, as things stand; empty if it may."""
    case = case_of(row)
    member = session.get(MemberRow, row.member_id)
    content = None
    if member is not None and member.left_at is None:
        content = msgspec.json.decode(member.content, type=Member)
    return reasons_against(case.category, content, records_seen(session, case.records, today))


def new_reasons(session: Session, row: CaseRow, today: date) -> tuple[Reason, ...]:
    """What speaks against an eligible case of which the operator did not know when it decided."""
    return tuple(reason for reason in reasons_of(session, row, today) if reason not in row.against.split())


def records_seen(session: Session, records: Sequence[int], today: date) -> tuple[RecordSeen, ...]:
    """The records at these log indexes as they stand."""
    rows = {row.index: row for row in session.exec(select(RecordRow).where(col(RecordRow.index).in_(records)))}
    return tuple(
        RecordSeen(index, row.owner_id, row.key_path.startswith("/414/"), standing_verdict(row, today))
        if (row := rows.get(index)) is not None
        else RecordSeen(index)
        for index in records
    )


def case_row(session: Session, key: UUID) -> CaseRow:
    """The row of case ``key``. Raises ``NotFound``."""
    row = session.get(CaseRow, str(key))
    if row is None:
        raise NotFound("there is no case {key}", key=key)
    return row


def case_of_year(session: Session, year: int, key: UUID) -> CaseRow:
    """The row of case ``key``, if it is of that year. Raises ``NotFound``."""
    row = case_row(session, key)
    if row.year != year:
        raise NotFound("there is no case {key} of {year}", key=key, year=year)
    return row


def case_of(row: CaseRow) -> Case:
    """What a nomination says."""
    return msgspec.json.decode(row.content, type=Case)


def cases(session: Session, year: int, member: str | None = None) -> Sequence[CaseRow]:
    """The cases of a year; of ``member``, those that are its own or that it nominated."""
    wanted = [CaseRow.year == year]
    if member is not None:
        wanted.append(or_(CaseRow.member_id == member, CaseRow.nominated_by == member))
    return session.exec(select(CaseRow).where(*wanted).order_by(CaseRow.category, CaseRow.id)).all()


def _move(session: Session, row: CaseRow, state: CaseState, now: datetime) -> None:
    before, row.state = row.state, state
    session.add(row)
    noted(
        session, now, Step(Did.CHANGED, f"case/{row.id}", row.member_id, changes({"state": before}, {"state": state}))
    )
