"""Experts score cases: first each says whether there is a conflict of interest, and only then sees the form.

Whoever is of the organisation whose case it is, or of one that belongs together with it or with who nominated it, has a
conflict whatever is said. Who scored what is for the operator to know, in the audit trail too, and for nobody else.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlmodel import Session, select

from registry.access.callers import Caller
from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.cases.calls import Phase, call_of, call_row, experts, require_phase
from registry.cases.nominations import CaseState, case_of, cases
from registry.cases.shortlist import Ranked, Scored, shortlist
from registry.database.cases_tables import CaseRow, ExpertRow, ScoreRow
from registry.errors import InvalidInput, NotAllowed, WrongState
from registry.registry import OPERATOR
from registry.reviews.impartiality import Ownership
from schemas.cases import SCORES, Call

MOST_WORDS = 300


class ToScore(Struct, frozen=True):
    """A case before an expert. ``bound``: of an organisation that is the expert's own, or belongs together with it.
    ``conflict`` None: nothing is declared yet, and there is no form."""

    row: CaseRow
    bound: bool
    conflict: bool | None
    scores: Mapping[str, int] | None


def is_appointed(session: Session, caller: Caller, year: int) -> bool:
    """Whether the operator asked the person who calls to score the cases of ``year``."""
    return caller.person is not None and session.get(ExpertRow, (year, caller.person)) is not None


def require_appointed(session: Session, caller: Caller, year: int) -> str:
    """The id of the person who calls. Raises ``NotAllowed`` unless the operator asked that person to score."""
    if caller.person is None or not is_appointed(session, caller, year):
        raise NotAllowed("the operator did not ask you to score the cases of {year}", year=year)
    return caller.person


def to_score(session: Session, caller: Caller, year: int) -> list[ToScore]:
    """The eligible cases of a year as they are before the expert who calls. Raises ``NotAllowed``."""
    person = require_appointed(session, caller, year)
    ownership = Ownership(session)
    found = []
    for row in cases(session, year):
        if row.state == CaseState.ELIGIBLE:
            given = session.get(ScoreRow, (row.id, person))
            bound = is_bound(ownership, caller.member, row)
            declared = None if given is None else given.conflict
            scores = None if given is None or given.scores is None else _scores_of(given)
            found.append(ToScore(row, bound, True if bound else declared, scores))
    return found


def is_bound(ownership: Ownership, member: str, row: CaseRow) -> bool:
    """Whether an expert of ``member`` has a conflict whatever is declared."""
    return ownership.related(member, row.member_id) or ownership.related(member, row.nominated_by)


def declare(session: Session, caller: Caller, row: CaseRow, conflict: bool, words: str, now: datetime) -> None:
    """The expert says whether there is a conflict of interest, before anything else; a conflict takes scores away.

    Raises ``NotAllowed``, ``InvalidInput``, and ``WrongState`` out of time, or for who has a conflict in any case.
    """
    person = _require_open(session, caller, row, now)
    told = words.strip()
    if len(told) > MOST_WORDS or (told and not told.isprintable()) or (conflict and not told):
        raise InvalidInput(
            "say in one line of at most {most} characters what the conflict is",
            "$.words",
            most=MOST_WORDS,
        )
    given = session.get(ScoreRow, (row.id, person))
    if given is None:
        given = ScoreRow(case_id=row.id, person_id=person, conflict=conflict, at=now)
    elif given.conflict and not conflict:
        raise WrongState("a conflict that was declared stays declared")
    given.conflict, given.words, given.at = conflict, told, now
    if conflict:
        given.scores = None
    session.add(given)
    noted(session, now, Step(Did.CHANGED, f"case/{row.id}", OPERATOR, changes({}, {"conflict": conflict})))


def score(session: Session, caller: Caller, row: CaseRow, scores: Mapping[str, int], now: datetime) -> None:
    """The expert's scores, which may be changed until scoring closes.

    Raises ``NotAllowed`` under a conflict, ``WrongState`` before it is declared whether there is one, ``InvalidInput``.
    """
    person = _require_open(session, caller, row, now)
    given = session.get(ScoreRow, (row.id, person))
    if given is None:
        raise WrongState("declare first whether you have a conflict of interest")
    if given.conflict:
        raise NotAllowed("you declared a conflict of interest: this case is not yours to score")
    criteria = call_of(call_row(session, row.year)).criteria
    for criterion in criteria:
        if scores.get(criterion.id) not in SCORES:
            raise InvalidInput(
                "a whole number from {least} to {most}",
                f"$.scores.{criterion.id}",
                least=SCORES[0],
                most=SCORES[-1],
            )
    if len(scores) != len(criteria):
        raise InvalidInput("a score for each criterion, and for nothing else", "$.scores")
    given.scores, given.at = msgspec.json.encode(dict(scores)), now
    session.add(given)
    noted(session, now, Step(Did.SCORED, f"case/{row.id}", OPERATOR))


def ranked(session: Session, year: int) -> list[Ranked]:
    """The shortlist of a year, as the scores are now: those of who is appointed, and has no conflict."""
    call: Call = call_of(call_row(session, year))
    appointed = {person.id for person in experts(session, year)}
    scored = []
    for row in cases(session, year):
        if row.state == CaseState.ELIGIBLE:
            given = session.exec(select(ScoreRow).where(ScoreRow.case_id == row.id).order_by(ScoreRow.person_id))
            counted = [one for one in given if one.scores and not one.conflict and one.person_id in appointed]
            scored.append(Scored(row.id, case_of(row).category, tuple(map(_scores_of, counted))))
    return shortlist(call.criteria, call.places, scored)


def _require_open(session: Session, caller: Caller, row: CaseRow, now: datetime) -> str:
    person = require_appointed(session, caller, row.year)
    require_phase(call_row(session, row.year), now.date(), Phase.SCORING)
    if row.state != CaseState.ELIGIBLE:
        raise WrongState("this case is {state}", state=row.state)
    if is_bound(Ownership(session), caller.member, row):
        raise NotAllowed("this case is of your own organisation, or of one that belongs together with it")
    return person


def _scores_of(row: ScoreRow) -> Mapping[str, int]:
    return msgspec.json.decode(row.scores or b"{}", type=dict[str, int])
