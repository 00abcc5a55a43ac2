"""Who may do what, in one table. ``OWN`` and ``OTHERS`` are about the declaration or record concerned.

The operator runs the registry: it neither declares nor verifies. A verification body never checks its own product.
"""

from enum import StrEnum

from registry.access.tokens import Caller
from registry.errors import NotAllowed
from schemas.member import MemberKind


class Action(StrEnum):
    """What can be done with a token."""

    DECLARE = "declare"
    READ_DRAFT = "read a draft"
    READ_DECLARATION = "read a declaration"
    REVISE = "revise"
    SUBMIT = "submit"
    STATE_VERIFICATION = "state a verification"
    PUBLISH = "publish"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    WITHDRAW = "withdraw"
    VERIFY_MANY = "verify any number of labels in one batch"


_OWNERS = frozenset({MemberKind.MANUFACTURER, MemberKind.RETAILER, MemberKind.RESEARCH, MemberKind.OTHER})
_BODY = frozenset({MemberKind.VERIFICATION_BODY})
_OPERATOR = frozenset({MemberKind.OPERATOR})
_EVERYBODY = frozenset(MemberKind)
_NOBODY: frozenset[MemberKind] = frozenset()

# action: (kinds that may on what is their own, kinds that may on what is another's)
RULES: dict[Action, tuple[frozenset[MemberKind], frozenset[MemberKind]]] = {
    Action.DECLARE: (_OWNERS, _NOBODY),
    Action.READ_DRAFT: (_OWNERS, _NOBODY),
    Action.READ_DECLARATION: (_OWNERS, _BODY | _OPERATOR),
    Action.REVISE: (_OWNERS, _NOBODY),
    Action.SUBMIT: (_OWNERS, _NOBODY),
    Action.STATE_VERIFICATION: (_NOBODY, _BODY),
    Action.PUBLISH: (_NOBODY, _OPERATOR),
    Action.SUSPEND: (_NOBODY, _OPERATOR),
    Action.REINSTATE: (_NOBODY, _OPERATOR),
    Action.WITHDRAW: (_OWNERS, _OPERATOR),
    Action.VERIFY_MANY: (_EVERYBODY, _EVERYBODY),
}


def may(caller: Caller, action: Action, owner: str) -> bool:
    """Whether ``caller`` may do ``action`` on what member ``owner`` owns."""
    own, others = RULES[action]
    return caller.kind in (own if caller.member == owner else others)


def may_others(caller: Caller, action: Action) -> bool:
    """Whether ``caller`` may do ``action`` on what other members own."""
    return caller.kind in RULES[action][1]


def require(caller: Caller, action: Action, owner: str) -> None:
    """Raises ``NotAllowed`` unless ``caller`` may do ``action`` on what member ``owner`` owns."""
    if not may(caller, action, owner):
        raise NotAllowed(f"{caller.member} ({caller.kind}) may not {action} of {owner}")
