"""What one person of the operator proposes and another confirms counts while both are of the operator."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import Session, select

from registry.access import approvals
from registry.access.approvals import ApprovalState, Operation
from registry.accounts.people import remove
from registry.database.audit_tables import AuditRow
from registry.database.people_tables import ApprovalRow, MembershipRow
from registry.errors import NotAllowed, WrongState
from registry.registry import OPERATOR, Registry
from tests.operators import ANN, BO, two_people
from tests.world import NOW, new_registry

CY = "cy"


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    """The operator has three people: Ann, Bo and Cy."""
    with closing(new_registry(tmp_path / "home")) as registry:
        two_people(registry, CY)
        yield registry


def proposed(session: Session, by: str, key: str = "1") -> UUID:
    return UUID(approvals.propose(session, Operation.RETIRE_KEY, key, "it is old", by, NOW).id)


def states(registry: Registry) -> dict[str, str]:
    with registry.database.reading() as session:
        return {row.subject: row.state for row in session.exec(select(ApprovalRow))}


def is_done(registry: Registry, key: str = "1") -> bool:
    try:
        with registry.database.writing() as session:
            approvals.use_confirmed(session, OPERATOR, Operation.RETIRE_KEY, key, NOW)
    except NotAllowed:
        return False
    return True


def test_removing_somebody_refuses_what_they_proposed_or_confirmed_and_is_not_done(registry: Registry) -> None:
    with registry.database.writing() as session:
        proposed(session, CY, "open")
        for key, by, other in (("theirs", CY, BO.name), ("by-them", ANN.name, CY), ("others", ANN.name, BO.name)):
            approvals.decide(session, proposed(session, by, key), other, True, NOW)
        approvals.decide(session, proposed(session, CY, "done"), BO.name, True, NOW)
        approvals.use_confirmed(session, OPERATOR, Operation.RETIRE_KEY, "done", NOW)
        proposed(session, BO.name, "waiting")
    with registry.database.writing() as session:
        remove(session, OPERATOR, CY, NOW)
    assert states(registry) == {
        **dict.fromkeys(("open", "theirs", "by-them"), ApprovalState.REFUSED),
        "others": ApprovalState.CONFIRMED,
        "done": ApprovalState.USED,
        "waiting": ApprovalState.PROPOSED,
    }
    assert {key: is_done(registry, key) for key in ("theirs", "by-them", "others")} == {
        **dict.fromkeys(("theirs", "by-them"), False),
        "others": True,
    }
    with registry.database.reading() as session:
        refused = select(AuditRow).where(AuditRow.action == "refused")
        assert len(session.exec(refused).all()) == 3


def gone(registry: Registry, person: str) -> None:
    """Somebody is of the operator no more, and nobody refused what they proposed."""
    with registry.database.writing() as session:
        session.delete(session.get(MembershipRow, (person, OPERATOR)))


def test_nobody_confirms_what_somebody_proposed_who_left(registry: Registry) -> None:
    with registry.database.writing() as session:
        key = proposed(session, CY)
    gone(registry, CY)
    with pytest.raises(WrongState, match="is of the operator no more"), registry.database.writing() as session:
        approvals.decide(session, key, BO.name, True, NOW)
    with registry.database.writing() as session:
        anew = proposed(session, ANN.name)  # which theirs does not stand in the way of
        approvals.decide(session, anew, BO.name, True, NOW)
        approvals.decide(session, key, BO.name, False, NOW)
    assert is_done(registry)


@pytest.mark.parametrize("who", [ANN.name, BO.name])
def test_what_was_confirmed_is_not_done_once_one_of_the_two_has_left(registry: Registry, who: str) -> None:
    with registry.database.writing() as session:
        approvals.decide(session, proposed(session, ANN.name), BO.name, True, NOW)
    gone(registry, who)
    assert not is_done(registry)


def test_the_trail_does_not_tell_whom_one_proposes_to_invite(registry: Registry) -> None:
    with registry.database.writing() as session:
        approvals.propose(session, Operation.BRING_IN, "dee@operator.example", "we are few", ANN.name, NOW)
    with registry.database.reading() as session:
        (row,) = session.exec(select(AuditRow).where(AuditRow.action == "proposed"))
        assert b"bring a person into the operator" in row.changed
        assert b"dee" not in row.changed
