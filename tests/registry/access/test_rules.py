"""Who may do what: every action, every kind of organisation in every role, on its own and on another's, written out
once more."""

from pathlib import Path

import pytest

from registry.access.callers import Caller
from registry.access.roles import ROLES_OF, Role
from registry.access.rules import RULES, Action, may, require, require_others, rules_table
from registry.errors import NotAllowed
from schemas.member import MemberKind

ROOT = Path(__file__).resolve().parents[3]
DECLARERS = ("manufacturer", "retailer", "research", "other")
EDITORS = {f"{kind} editor" for kind in DECLARERS}
OWNERS_SIGNERS = {f"{kind} signer" for kind in DECLARERS}
SIGNERS = {*OWNERS_SIGNERS, "verification-body signer"}
REVIEWERS, OPERATORS = {"verification-body reviewer"}, {"operator operator"}
ALL = {f"{kind} {role}" for kind, roles in ROLES_OF.items() for role in roles}
NOBODY: set[str] = set()
CHANGE_KEYS = "retire or destroy a key, state that it is compromised, put a root in force"
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    # action: who may on its own, who may on another's
    "declare": (EDITORS, NOBODY),
    "read a draft": (EDITORS | OWNERS_SIGNERS, NOBODY),
    "read a declaration": (EDITORS | OWNERS_SIGNERS, REVIEWERS | {"verification-body signer"} | OPERATORS),
    "revise": (EDITORS, NOBODY),
    "print labels, and mint those of lots and serial numbers": (EDITORS | OWNERS_SIGNERS, NOBODY),
    "register many from a file": (EDITORS, NOBODY),
    "submit": (EDITORS, NOBODY),
    "assign a verification body": (NOBODY, OPERATORS),
    "take up a review": (NOBODY, REVIEWERS),
    "decline or hand back a review": (NOBODY, REVIEWERS),
    "ask a question": (NOBODY, REVIEWERS),
    "answer a question": (EDITORS, NOBODY),
    "return with findings": (NOBODY, REVIEWERS | OPERATORS),
    "state a verification": (NOBODY, REVIEWERS),
    "publish": (NOBODY, OPERATORS),
    "renew": (EDITORS, NOBODY),
    "suspend": (NOBODY, OPERATORS),
    "reinstate": (NOBODY, OPERATORS),
    "withdraw": (OWNERS_SIGNERS, OPERATORS),
    "verify any number of labels in one batch": (ALL, ALL),
    "read applications to join": (NOBODY, OPERATORS),
    "decide on an application to join": (NOBODY, OPERATORS),
    "change an organisation's particulars": (SIGNERS | OPERATORS, OPERATORS),
    "change a body's accreditation": (NOBODY, OPERATORS),
    "change what an organisation is part of": (NOBODY, OPERATORS),
    "end a membership": (SIGNERS, OPERATORS),
    "read people and tokens": (ALL, NOBODY),
    "invite people, change their roles, remove them": (SIGNERS | OPERATORS, NOBODY),
    "make and end tokens": (SIGNERS | OPERATORS, NOBODY),
    "enrol and end keys that sign declarations, and ask that all be signed": (OWNERS_SIGNERS, NOBODY),
    "nominate a case, or take one back": (EDITORS | OWNERS_SIGNERS, EDITORS | SIGNERS),
    "score a case": (NOBODY, {"research expert", "other expert"}),
    "run the call for cases of a year": (OPERATORS, NOBODY),
    "release the cases of a year": (OPERATORS, NOBODY),
    "propose and confirm what takes two people": (OPERATORS, NOBODY),
    "read objections": (ALL, OPERATORS),
    "admit, answer, dismiss or uphold an objection": (NOBODY, OPERATORS),
    "state a view on an objection": (OWNERS_SIGNERS, {"verification-body signer"}),
    "read the audit trail": (SIGNERS | OPERATORS, OPERATORS),
    CHANGE_KEYS: (OPERATORS, NOBODY),
}
FOR_PEOPLE = {
    *("decide on an application to join", "change a body's accreditation", "end a membership"),
    "change what an organisation is part of",
    *("read people and tokens", "invite people, change their roles, remove them", "make and end tokens"),
    "enrol and end keys that sign declarations, and ask that all be signed",
    *("score a case", "run the call for cases of a year", "release the cases of a year"),
    *("propose and confirm what takes two people", CHANGE_KEYS),
    "admit, answer, dismiss or uphold an objection",
}
ASSIGNED = {
    *("read a declaration", "take up a review", "decline or hand back a review", "ask a question"),
    *("return with findings", "state a verification", "state a view on an objection"),
}
TWO_PEOPLE = {"withdraw", "release the cases of a year", CHANGE_KEYS}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", MemberKind)
def test_as_the_table_says(kind: MemberKind, role: Role, action: Action) -> None:
    own, others = ALLOWED[action]
    everybody = action is Action.VERIFY_MANY
    person, machine = Caller("me", kind, frozenset({role}), "somebody"), Caller("me", kind, frozenset({role}))
    assert may(person, action, "me") == (f"{kind} {role}" in own or everybody)
    assert may(person, action, "another") == (f"{kind} {role}" in others or everybody)
    for owner in ("me", "another"):
        assert may(machine, action, owner) == (may(person, action, owner) and action not in FOR_PEOPLE)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_of_bodies_only_the_one_assigned_reviews(role: Role, action: Action) -> None:
    for kind in MemberKind:
        caller = Caller("me", kind, frozenset({role}), "somebody")
        without = may(caller, action, "another")
        assert may(caller, action, "another", "me") == without
        is_shut_out = kind is MemberKind.VERIFICATION_BODY and action in ASSIGNED
        assert may(caller, action, "another", "checkers") == (without and not is_shut_out)
    with pytest.raises(NotAllowed, match="another verification body is assigned"):
        require(Caller("me", MemberKind.VERIFICATION_BODY), Action.TAKE_UP, "another", "checkers")


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("kind", MemberKind)
def test_who_has_no_role_may_only_verify_labels(kind: MemberKind, action: Action) -> None:
    roleless = Caller("me", kind, frozenset(), "somebody")
    for owner in ("me", "another"):
        assert may(roleless, action, owner) == (action is Action.VERIFY_MANY)


@pytest.mark.parametrize("action", Action)
def test_what_may_not_be_is_refused_in_words(action: Action) -> None:
    outsider = Caller("me", MemberKind.OTHER, frozenset())
    if action is Action.VERIFY_MANY:
        require(outsider, action, "another")
        return
    for refusing in (lambda: require(outsider, action, "another"), lambda: require_others(outsider, action)):
        with pytest.raises(NotAllowed, match=rf"^me \(other\) may not {action}"):
            refusing()


def test_every_action_has_a_rule() -> None:
    assert set(RULES) == set(Action)
    assert set(ALLOWED) == set(Action)
    assert {action for action, rule in RULES.items() if rule.person} == FOR_PEOPLE
    assert {action for action, rule in RULES.items() if rule.two_people} == TWO_PEOPLE
    assert {action for action, rule in RULES.items() if rule.assigned} == ASSIGNED


@pytest.mark.parametrize("kind", MemberKind)
def test_a_role_that_an_organisation_has_not_to_give_opens_nothing(kind: MemberKind) -> None:
    for role in set(Role) - ROLES_OF[kind]:
        foreign = Caller("me", kind, frozenset({role}), "somebody")
        allowed = {action for action in Action for owner in ("me", "another") if may(foreign, action, owner)}
        assert allowed == {Action.VERIFY_MANY}


def test_nobody_checks_or_publishes_its_own() -> None:
    for kind in MemberKind:
        for action in (Action.STATE_VERIFICATION, Action.PUBLISH):
            assert not may(Caller("me", kind, person="somebody"), action, "me")


def test_the_operator_neither_declares_nor_verifies() -> None:
    for action in (Action.DECLARE, Action.REVISE, Action.SUBMIT, Action.STATE_VERIFICATION):
        for owner in ("me", "another"):
            assert not may(Caller("me", MemberKind.OPERATOR, person="somebody"), action, owner)


def test_the_documents_show_this_table() -> None:
    assert rules_table() in (ROOT / "docs" / "people.md").read_text(encoding="utf-8")
