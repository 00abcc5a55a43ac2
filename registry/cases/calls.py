"""The call for cases of a year: opened by the operator, and where it stands on a day.

open --day after nominations_until--> scoring --day after scoring_until--> closed --two people--> released
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

import msgspec
from sqlmodel import Session, col, select

from registry.access.roles import Role, parse_roles
from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.cases_tables import CallRow, ExpertRow
from registry.database.people_tables import MembershipRow, PersonRow
from registry.errors import InvalidInput, NotFound, WrongState
from registry.registry import OPERATOR
from schemas.cases import Call, Dates
from schemas.text import Text

MOST_TITLE, MOST_CRITERIA = 200, 10


class Phase(StrEnum):
    """Where a call stands."""

    ANNOUNCED = "announced"
    NOMINATIONS = "nominations"
    SCORING = "scoring"
    CLOSED = "closed"
    RELEASED = "released"


def phase(call: Call, released: bool, today: date) -> Phase:
    """Where ``call`` stands on day ``today``."""
    if released:
        return Phase.RELEASED
    if today < call.dates.nominations_from:
        return Phase.ANNOUNCED
    if today <= call.dates.nominations_until:
        return Phase.NOMINATIONS
    return Phase.SCORING if today <= call.dates.scoring_until else Phase.CLOSED


def open_call(session: Session, call: Call, now: datetime) -> None:
    """Opens a call. Raises ``InvalidInput``, and ``WrongState`` when that year has one."""
    require_texts(call.title, "$.title", MOST_TITLE)
    if not call.categories or len(set(call.categories)) != len(call.categories):
        raise InvalidInput("at least one category, none twice", "$.categories")
    if not 1 <= len(call.criteria) <= MOST_CRITERIA or len({one.id for one in call.criteria}) != len(call.criteria):
        raise InvalidInput("1 to {most} criteria, none twice", "$.criteria", most=MOST_CRITERIA)
    for at, criterion in enumerate(call.criteria):
        require_texts(criterion.name, f"$.criteria[{at}].name", MOST_TITLE)
    _require_order(call.dates)
    if session.get(CallRow, call.year) is not None:
        raise WrongState("there is a call for {year} already", year=call.year)
    session.add(CallRow(year=call.year, content=msgspec.json.encode(call), opened_at=now))
    session.flush()
    noted(session, now, Step(Did.CREATED, f"call/{call.year}", OPERATOR))


def move_dates(session: Session, year: int, dates: Dates, now: datetime) -> Call:
    """Gives a call other dates. Raises ``NotFound``, ``InvalidInput``, and ``WrongState`` once it is released."""
    row = call_row(session, year)
    before = call_of(row)
    if row.dataset is not None:
        raise WrongState("the cases of {year} are released", year=year)
    _require_order(dates)
    after = msgspec.structs.replace(before, dates=dates)
    row.content = msgspec.json.encode(after)
    session.add(row)
    noted(session, now, Step(Did.CHANGED, f"call/{year}", OPERATOR, changes(before.dates, dates)))
    return after


def _require_order(dates: Dates) -> None:
    if not dates.nominations_from <= dates.nominations_until < dates.scoring_until:
        raise InvalidInput("nominations begin, end, and then scoring ends, in this order", "$.dates")


def require_texts(texts: Text, path: str, most: int) -> None:
    """Raises ``InvalidInput`` unless there is a text in English or Chinese, each of at most ``most`` characters."""
    if not texts or not set(texts) <= {"en", "zh"} or not any(words.strip() for words in texts.values()):
        raise InvalidInput("a text in English (en), Chinese (zh) or both", path)
    for language, words in texts.items():
        shown = words.replace("\n", " ").replace("\r", " ")
        if len(words) > most or (words and not shown.isprintable()):
            raise InvalidInput("at most {most} printable characters", f"{path}.{language}", most=most)


def call_row(session: Session, year: int) -> CallRow:
    """The row of the call for ``year``. Raises ``NotFound``."""
    row = session.get(CallRow, year)
    if row is None:
        raise NotFound("there is no call for cases of {year}", year=year)
    return row


def call_of(row: CallRow) -> Call:
    """The call in a row."""
    return msgspec.json.decode(row.content, type=Call)


def all_calls(session: Session) -> Sequence[CallRow]:
    """All calls, the newest first."""
    return session.exec(select(CallRow).order_by(col(CallRow.year).desc())).all()


def require_phase(row: CallRow, today: date, *phases: Phase) -> None:
    """Raises ``WrongState`` unless the call stands at one of ``phases``."""
    now = phase(call_of(row), row.dataset is not None, today)
    if now not in phases:
        raise WrongState(
            "the call for {year} is at {phase}, and this is for {phases}",
            year=row.year,
            phase=now,
            phases=phases,
        )


def appoint(session: Session, year: int, email: str, now: datetime) -> PersonRow:
    """Asks somebody with the role of an expert to score the cases of ``year``. ``email`` is in its normal form.

    Raises ``NotFound`` for who has no account or not that role, and ``WrongState`` who is appointed already.
    """
    call_row(session, year)
    person = session.exec(select(PersonRow).where(PersonRow.email == email)).one_or_none()
    if person is None or expert_of(session, person.id) is None:
        raise NotFound("nobody with this address is an expert: their organisation gives them that role")
    if session.get(ExpertRow, (year, person.id)) is not None:
        raise WrongState("this expert is appointed already")
    session.add(ExpertRow(year=year, person_id=person.id))
    session.flush()
    noted(session, now, Step(Did.INVITED, f"call/{year}", OPERATOR, changes({}, {"expert": person.id})))
    return person


def dismiss(session: Session, year: int, person_id: str, now: datetime) -> None:
    """Asks somebody no more. What that expert scored counts no more either. Raises ``NotFound``."""
    row = session.get(ExpertRow, (year, person_id))
    if row is None:
        raise NotFound("there is no such expert")
    session.delete(row)
    noted(session, now, Step(Did.REMOVED, f"call/{year}", OPERATOR, changes({"expert": person_id}, {})))


def expert_of(session: Session, person_id: str) -> str | None:
    """The organisation for which somebody is an expert; None for who is none."""
    rows = session.exec(select(MembershipRow).where(MembershipRow.person_id == person_id))
    return next((row.member_id for row in rows if Role.EXPERT in parse_roles(row.roles)), None)


def experts(session: Session, year: int) -> Sequence[PersonRow]:
    """Who was asked to score the cases of ``year``."""
    query = select(PersonRow).join(ExpertRow, col(ExpertRow.person_id) == PersonRow.id)
    return session.exec(query.where(ExpertRow.year == year).order_by(PersonRow.name)).all()
