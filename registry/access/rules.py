"""Who may do what, in one table. ``own`` and ``others`` are about whose the thing concerned is.

The operator runs the registry: it neither declares nor verifies. A verification body never checks its own product.
"""

from enum import StrEnum

from msgspec import Struct

from registry.access.callers import Caller
from registry.access.roles import ROLES_OF, Role
from registry.errors import NotAllowed
from registry.sentences import Sentence, sentence
from schemas.member import MemberKind


class Action(StrEnum):
    """What can be done."""

    DECLARE = "declare"
    READ_DRAFT = "read a draft"
    READ_DECLARATION = "read a declaration"
    REVISE = "revise"
    REGISTER_MANY = "register many from a file"
    SUBMIT = "submit"
    ASSIGN = "assign a verification body"
    TAKE_UP = "take up a review"
    HAND_BACK = "decline or hand back a review"
    ASK = "ask a question"
    ANSWER = "answer a question"
    RETURN = "return with findings"
    STATE_VERIFICATION = "state a verification"
    PUBLISH = "publish"
    RENEW = "renew"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    WITHDRAW = "withdraw"
    PRINT_LABELS = "print labels, and mint those of lots and serial numbers"
    VERIFY_MANY = "verify any number of labels in one batch"
    READ_APPLICATIONS = "read applications to join"
    DECIDE_APPLICATION = "decide on an application to join"
    CHANGE_MEMBER = "change an organisation's particulars"
    CHANGE_ACCREDITATION = "change a body's accreditation"
    CHANGE_PART_OF = "change what an organisation is part of"
    LEAVE = "end a membership"
    READ_PEOPLE = "read people and tokens"
    MANAGE_PEOPLE = "invite people, change their roles, remove them"
    MANAGE_TOKENS = "make and end tokens"
    DECIDE_IN_TWO = "propose and confirm what takes two people"
    MANAGE_SIGNING = "enrol and end keys that sign declarations, and ask that all be signed"
    READ_OBJECTIONS = "read objections"
    DECIDE_OBJECTION = "admit, answer, dismiss or uphold an objection"
    STATE_VIEW = "state a view on an objection"
    READ_AUDIT = "read the audit trail"
    NOMINATE = "nominate a case, or take one back"
    SCORE = "score a case"
    RUN_CASES = "run the call for cases of a year"
    RELEASE_CASES = "release the cases of a year"
    CHANGE_KEYS = "retire or destroy a key, state that it is compromised, put a root in force"


class Rule(Struct, frozen=True):
    """Who may: pairs of a kind of organisation and a role in it; without a role, whoever calls for the organisation.

    ``person``: only somebody who is signed in, no machine. ``two_people``: on what is another's, or the registry's own,
    it is done only when a second person of the operator confirms it. ``assigned``: of verification bodies, only the one
    that the declaration is assigned to, once there is one.
    """

    own: frozenset[tuple[MemberKind, Role | None]]
    others: frozenset[tuple[MemberKind, Role | None]]
    person: bool = False
    two_people: bool = False
    assigned: bool = False


_OWNERS = (MemberKind.MANUFACTURER, MemberKind.RETAILER, MemberKind.RESEARCH, MemberKind.OTHER)
_EDITORS = frozenset((kind, Role.EDITOR) for kind in _OWNERS)
_OWNERS_SIGNERS = frozenset((kind, Role.SIGNER) for kind in _OWNERS)
_BODYS_SIGNERS = frozenset({(MemberKind.VERIFICATION_BODY, Role.SIGNER)})
_REVIEWERS = frozenset({(MemberKind.VERIFICATION_BODY, Role.REVIEWER)})
_EXPERTS = frozenset((kind, Role.EXPERT) for kind in (MemberKind.RESEARCH, MemberKind.OTHER))
_OPERATORS = frozenset({(MemberKind.OPERATOR, Role.OPERATOR)})
_SIGNERS = _OWNERS_SIGNERS | _BODYS_SIGNERS
_WITH_A_ROLE = frozenset((kind, role) for kind, roles in ROLES_OF.items() for role in roles)
_EVERYBODY: frozenset[tuple[MemberKind, Role | None]] = frozenset((kind, None) for kind in MemberKind)
_NOBODY: frozenset[tuple[MemberKind, Role | None]] = frozenset()

RULES: dict[Action, Rule] = {
    Action.DECLARE: Rule(_EDITORS, _NOBODY),
    Action.READ_DRAFT: Rule(_EDITORS | _OWNERS_SIGNERS, _NOBODY),
    Action.READ_DECLARATION: Rule(_EDITORS | _OWNERS_SIGNERS, _REVIEWERS | _BODYS_SIGNERS | _OPERATORS, assigned=True),
    Action.REVISE: Rule(_EDITORS, _NOBODY),
    Action.REGISTER_MANY: Rule(_EDITORS, _NOBODY),
    Action.SUBMIT: Rule(_EDITORS, _NOBODY),
    Action.ASSIGN: Rule(_NOBODY, _OPERATORS),
    Action.TAKE_UP: Rule(_NOBODY, _REVIEWERS, assigned=True),
    Action.HAND_BACK: Rule(_NOBODY, _REVIEWERS, assigned=True),
    Action.ASK: Rule(_NOBODY, _REVIEWERS, assigned=True),
    Action.ANSWER: Rule(_EDITORS, _NOBODY),
    Action.RETURN: Rule(_NOBODY, _REVIEWERS | _OPERATORS, assigned=True),
    Action.STATE_VERIFICATION: Rule(_NOBODY, _REVIEWERS, assigned=True),
    Action.PUBLISH: Rule(_NOBODY, _OPERATORS),
    Action.RENEW: Rule(_EDITORS, _NOBODY),
    Action.SUSPEND: Rule(_NOBODY, _OPERATORS),
    Action.REINSTATE: Rule(_NOBODY, _OPERATORS),
    Action.WITHDRAW: Rule(_OWNERS_SIGNERS, _OPERATORS, two_people=True),
    Action.PRINT_LABELS: Rule(_EDITORS | _OWNERS_SIGNERS, _NOBODY),
    Action.VERIFY_MANY: Rule(_EVERYBODY, _EVERYBODY),
    Action.READ_APPLICATIONS: Rule(_NOBODY, _OPERATORS),
    Action.DECIDE_APPLICATION: Rule(_NOBODY, _OPERATORS, person=True),
    Action.CHANGE_MEMBER: Rule(_SIGNERS | _OPERATORS, _OPERATORS),
    Action.CHANGE_ACCREDITATION: Rule(_NOBODY, _OPERATORS, person=True),
    Action.CHANGE_PART_OF: Rule(_NOBODY, _OPERATORS, person=True),
    Action.LEAVE: Rule(_SIGNERS, _OPERATORS, person=True),
    Action.READ_PEOPLE: Rule(_WITH_A_ROLE, _NOBODY, person=True),
    Action.MANAGE_PEOPLE: Rule(_SIGNERS | _OPERATORS, _NOBODY, person=True),
    Action.MANAGE_TOKENS: Rule(_SIGNERS | _OPERATORS, _NOBODY, person=True),
    Action.MANAGE_SIGNING: Rule(_OWNERS_SIGNERS, _NOBODY, person=True),
    Action.DECIDE_IN_TWO: Rule(_OPERATORS, _NOBODY, person=True),
    Action.READ_OBJECTIONS: Rule(_WITH_A_ROLE, _OPERATORS),
    Action.DECIDE_OBJECTION: Rule(_NOBODY, _OPERATORS, person=True),
    Action.STATE_VIEW: Rule(_OWNERS_SIGNERS, _BODYS_SIGNERS, assigned=True),
    Action.READ_AUDIT: Rule(_SIGNERS | _OPERATORS, _OPERATORS),
    Action.NOMINATE: Rule(_EDITORS | _OWNERS_SIGNERS, _EDITORS | _SIGNERS),
    Action.SCORE: Rule(_NOBODY, _EXPERTS, person=True),
    Action.RUN_CASES: Rule(_OPERATORS, _NOBODY, person=True),
    Action.RELEASE_CASES: Rule(_OPERATORS, _NOBODY, person=True, two_people=True),
    Action.CHANGE_KEYS: Rule(_OPERATORS, _NOBODY, person=True, two_people=True),
}


def may(caller: Caller, action: Action, owner: str, body: str | None = None) -> bool:
    """Whether ``caller`` may do ``action`` on what member ``owner`` owns, and is assigned to ``body``, if to any."""
    rule = RULES[action]
    if rule.assigned and caller.kind is MemberKind.VERIFICATION_BODY and body not in (None, caller.member):
        return False
    return _granted(caller, rule, rule.own if caller.member == owner else rule.others)


def may_others(caller: Caller, action: Action) -> bool:
    """Whether ``caller`` may do ``action`` on what other members own."""
    rule = RULES[action]
    return _granted(caller, rule, rule.others)


def _granted(caller: Caller, rule: Rule, grants: frozenset[tuple[MemberKind, Role | None]]) -> bool:
    if rule.person and caller.person is None:
        return False
    return any((caller.kind, role) in grants for role in (None, *caller.roles))


def require(caller: Caller, action: Action, owner: str, body: str | None = None) -> None:
    """Raises ``NotAllowed`` unless ``caller`` may do ``action`` on what is ``owner``'s, and assigned to ``body``."""
    if not may(caller, action, owner):
        raise NotAllowed(
            "{member} ({kind}) may not {action} of {owner}{why}",
            member=caller.member,
            kind=caller.kind,
            action=action,
            owner=owner,
            why=_why(caller, action),
        )
    if not may(caller, action, owner, body):
        raise NotAllowed(
            "{member} may not {action} of {owner}: another verification body is assigned to it",
            member=caller.member,
            action=action,
            owner=owner,
        )


def require_others(caller: Caller, action: Action) -> None:
    """Raises ``NotAllowed`` unless ``caller`` may do ``action`` on what is others'."""
    if not may_others(caller, action):
        raise NotAllowed(
            "{member} ({kind}) may not {action}{why}",
            member=caller.member,
            kind=caller.kind,
            action=action,
            why=_why(caller, action),
        )


def _why(caller: Caller, action: Action) -> Sentence:
    if RULES[action].person and caller.person is None:
        return sentence(" with a token: somebody has to sign in")
    if len(caller.roles) == len(Role):
        return sentence("")
    return sentence(" as {roles}", roles=sorted(caller.roles)) if caller.roles else sentence(" as one without a role")


def rules_table() -> str:
    """The table in Markdown, as the documents show it."""
    lines = ["| action | on what is one's own | on what is another's | |", "|---|---|---|---|"]
    for action, rule in RULES.items():
        said = ((rule.person, "a person"), (rule.two_people, "two people of the operator"))
        notes = [words for holds, words in (*said, (rule.assigned, "the body assigned")) if holds]
        lines.append(f"| {action} | {_who(rule.own)} | {_who(rule.others)} | {'; '.join(notes)} |")
    return "\n".join(lines) + "\n"


def _who(grants: frozenset[tuple[MemberKind, Role | None]]) -> str:
    """Grants in words: every role of an organisation together, and manufacturers and the like as owners."""
    if grants == _EVERYBODY:
        return "everybody"
    by_kind = {kind: sorted(role for held, role in grants if held is kind and role) for kind in MemberKind}
    owners = by_kind[MemberKind.MANUFACTURER]
    experts = [role for role in by_kind[MemberKind.RESEARCH] if role not in owners]
    named = [("owner", owners), ("verification body", by_kind[MemberKind.VERIFICATION_BODY])]
    named.append(("research, other", experts))
    words = [f"{who}: {', '.join(roles)}" for who, roles in named if roles]
    return "; ".join([*words, *(["operator"] if by_kind[MemberKind.OPERATOR] else [])]) or "-"
