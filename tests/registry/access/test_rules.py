"""Who may do what: every action, every kind of organisation, on its own and on another's, written out once more."""

import pytest

from registry.access.rules import RULES, Action, require
from registry.access.tokens import Caller
from registry.errors import NotAllowed
from schemas.member import MemberKind

EVERYBODY = {"manufacturer", "retailer", "research", "verification-body", "operator", "other"}
DECLARERS = {"manufacturer", "retailer", "research", "other"}
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    # action: who may on its own, who may on another's
    "declare": (DECLARERS, set()),
    "read a draft": (DECLARERS, set()),
    "read a declaration": (DECLARERS, {"verification-body", "operator"}),
    "revise": (DECLARERS, set()),
    "submit": (DECLARERS, set()),
    "state a verification": (set(), {"verification-body"}),
    "publish": (set(), {"operator"}),
    "suspend": (set(), {"operator"}),
    "reinstate": (set(), {"operator"}),
    "withdraw": (DECLARERS, {"operator"}),
    "verify any number of labels in one batch": (EVERYBODY, EVERYBODY),
}


def may(kind: MemberKind, action: Action, owner: str) -> bool:
    try:
        require(Caller("me", kind), action, owner)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("kind", MemberKind)
def test_as_the_table_says(kind: MemberKind, action: Action) -> None:
    own, others = ALLOWED[action]
    assert may(kind, action, "me") == (kind in own)
    assert may(kind, action, "another") == (kind in others)


def test_every_action_has_a_rule() -> None:
    assert set(RULES) == set(Action)
    assert set(ALLOWED) == set(Action)


def test_nobody_checks_or_publishes_its_own() -> None:
    for kind in MemberKind:
        assert not may(kind, Action.STATE_VERIFICATION, "me")
        assert not may(kind, Action.PUBLISH, "me")


def test_the_operator_neither_declares_nor_verifies() -> None:
    for action in (Action.DECLARE, Action.REVISE, Action.SUBMIT, Action.STATE_VERIFICATION):
        assert not may(MemberKind.OPERATOR, action, "me")
        assert not may(MemberKind.OPERATOR, action, "another")
