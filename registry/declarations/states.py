"""The states of a declaration, and which step leads from where to where: one table. Who may take a step is in
``registry.access.rules``."""

from enum import StrEnum

from msgspec import Struct

from registry.access.rules import Action
from registry.audit.steps import Did
from registry.errors import WrongState


class DeclarationState(StrEnum):
    """Where a declaration is on its way. Its content is frozen but in a draft."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    """Free of errors, and waits for a verification body: the one that it is assigned to, or else any."""

    UNDER_REVIEW = "under-review"
    """A verification body has taken it up."""

    VERIFIED = "verified"
    PUBLISHED = "published"
    """A record of the log; how that stands is told by the record."""


class Transition(Struct, frozen=True):
    """From which states a step can be taken, to which one it leads, and what the audit trail calls it."""

    sources: frozenset[DeclarationState]
    target: DeclarationState
    did: Did


_DRAFT, _SUBMITTED, _UNDER_REVIEW, _VERIFIED, _PUBLISHED = DeclarationState

TRANSITIONS: dict[Action, Transition] = {
    Action.REVISE: Transition(frozenset({_DRAFT, _SUBMITTED}), _DRAFT, Did.CHANGED),
    Action.SUBMIT: Transition(frozenset({_DRAFT}), _SUBMITTED, Did.SUBMITTED),
    Action.ASSIGN: Transition(frozenset({_SUBMITTED, _UNDER_REVIEW}), _SUBMITTED, Did.ASSIGNED),
    Action.TAKE_UP: Transition(frozenset({_SUBMITTED}), _UNDER_REVIEW, Did.TAKEN_UP),
    Action.HAND_BACK: Transition(frozenset({_SUBMITTED, _UNDER_REVIEW}), _SUBMITTED, Did.HANDED_BACK),
    Action.ASK: Transition(frozenset({_UNDER_REVIEW}), _UNDER_REVIEW, Did.ASKED),
    Action.ANSWER: Transition(frozenset({_UNDER_REVIEW}), _UNDER_REVIEW, Did.ANSWERED),
    Action.RETURN: Transition(frozenset({_UNDER_REVIEW, _VERIFIED}), _DRAFT, Did.RETURNED),
    Action.STATE_VERIFICATION: Transition(frozenset({_SUBMITTED, _UNDER_REVIEW}), _VERIFIED, Did.VERIFIED),
    Action.PUBLISH: Transition(frozenset({_VERIFIED}), _PUBLISHED, Did.PUBLISHED),
    Action.RENEW: Transition(frozenset({_PUBLISHED}), _PUBLISHED, Did.RENEWAL_BEGUN),
}
"""Every step of a declaration. A renewal leaves the published one as it is, and makes a new draft beside it."""


def after(action: Action, state: str, what: str) -> DeclarationState:
    """The state of declaration ``what`` after ``action``. Raises ``WrongState`` when it cannot be taken now."""
    transition = TRANSITIONS[action]
    if state not in transition.sources:
        needed = [source for source in DeclarationState if source in transition.sources]
        raise WrongState(
            "declaration {key} is {state}: one can {action} only when it is {needed}",
            key=what,
            state=state,
            action=action,
            needed=needed,
        )
    return transition.target


def transitions_table() -> str:
    """The table in Markdown, as the documents show it."""
    lines = ["| step | from | to |", "|---|---|---|"]
    for action, transition in TRANSITIONS.items():
        sources = ", ".join(state for state in DeclarationState if state in transition.sources)
        lines.append(f"| {action} | {sources} | {transition.target} |")
    return "\n".join(lines) + "\n"
