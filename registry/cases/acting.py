"""What API and pages both do with cases, each in one transaction, for who may."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from registry.access.approvals import ApprovalShown, Operation, approval_shown, propose
from registry.access.callers import Caller
from registry.access.rules import Action, may, may_others, require
from registry.cases import nominations
from registry.cases.nominations import Case
from registry.cases.release import release, to_agree_on
from registry.database.cases_tables import CaseRow
from registry.errors import NotFound
from registry.registry import OPERATOR
from registry.web.service import Service
from schemas.entry import CasesEntry


def nominate(service: Service, caller: Caller, year: int, case: Case, now: datetime) -> UUID:
    """Nominates a case; its id. Raises ``NotAllowed`` and what ``nominations.nominate`` raises."""
    require(caller, Action.NOMINATE, case.organisation)
    with service.registry.database.writing(caller.author) as session:
        return nominations.nominate(session, year, case, caller.member, now)


def cases_before(session: Session, caller: Caller, year: int) -> Sequence[CaseRow]:
    """The caller's own cases and those it nominated; for people of the operator, all."""
    if may(caller, Action.RUN_CASES, OPERATOR):
        return nominations.cases(session, year)
    return nominations.cases(session, year, caller.member) if may_others(caller, Action.NOMINATE) else ()


def require_own_case(caller: Caller, row: CaseRow) -> None:
    """Raises ``NotFound`` or ``NotAllowed`` unless the caller may act for whose case it is, or for who nominated it."""
    if caller.member not in (row.member_id, row.nominated_by):
        raise NotFound("there is no case {key}", key=row.id)
    require(caller, Action.NOMINATE, row.member_id)


def propose_release(
    service: Service, caller: Caller, year: int, reason: str, now: datetime
) -> CasesEntry | ApprovalShown:
    """Releases the cases of a year, or, where it takes two people, proposes it.

    Raises ``NotAllowed``, ``NotFound``, ``InvalidInput`` without a reason, and ``WrongState``.
    """
    require(caller, Action.RELEASE_CASES, OPERATOR)
    registry = service.registry
    with registry.database.writing(caller.author) as session:
        subject, in_two = to_agree_on(session, year, registry.config.origin, now)
        if in_two:
            return approval_shown(propose(session, Operation.RELEASE_CASES, subject, reason, caller.name, now))
        return release(session, registry.log_writer(session, now), subject, registry.config.origin, now)
