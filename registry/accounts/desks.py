"""The desks that somebody who is signed in goes to, each shown to whom its rules let in."""

from msgspec import Struct

from registry.access.callers import Caller
from registry.access.rules import Action, may, may_others


class Desk(Struct, frozen=True):
    """A page of its own: its path, its name among the words of the desks, and what is done there, if not everybody
    has something to do."""

    path: str
    word: str
    actions: tuple[Action, ...] = ()


DESKS = (
    Desk("/organisation", "my_organisation"),
    Desk("/declarations", "declarations", (Action.READ_DECLARATION,)),
    Desk("/imports", "imports", (Action.REGISTER_MANY,)),
    Desk("/labels", "labels", (Action.PRINT_LABELS,)),
    Desk("/organisation/signing", "signing", (Action.MANAGE_SIGNING,)),
    Desk("/applications", "applications", (Action.READ_APPLICATIONS,)),
    Desk("/members", "members", (Action.CHANGE_ACCREDITATION,)),
    Desk("/objections", "objections", (Action.READ_OBJECTIONS,)),
    Desk("/desk/cases", "cases_desk", (Action.NOMINATE, Action.SCORE, Action.RUN_CASES)),
    Desk("/desk/keys", "registry_keys", (Action.CHANGE_KEYS,)),
    Desk("/audit", "audit", (Action.READ_AUDIT,)),
)
"""In the order in which they are shown."""


def desks_of(caller: Caller) -> tuple[Desk, ...]:
    """The desks of ``caller``."""
    return tuple(desk for desk in DESKS if not desk.actions or any(_may(caller, action) for action in desk.actions))


def _may(caller: Caller, action: Action) -> bool:
    return may(caller, action, caller.member) or may_others(caller, action)
