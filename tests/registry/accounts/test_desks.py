"""The ways between the desks: to those that have something to do for whoever is signed in."""

from registry.access.callers import Caller
from registry.access.roles import Role
from registry.accounts.desks import desks_of
from registry.registry import OPERATOR
from schemas.member import MemberKind


def test_everybody_sees_the_desks_that_are_theirs() -> None:
    editor = Caller("maker", MemberKind.MANUFACTURER, frozenset({Role.EDITOR}), "ed")
    operator = Caller(OPERATOR, MemberKind.OPERATOR, frozenset({Role.OPERATOR}), "op")
    assert "/applications" in {desk.path for desk in desks_of(operator)}
    assert "/applications" not in {desk.path for desk in desks_of(editor)}
    assert desks_of(editor)[0].path == desks_of(operator)[0].path == "/organisation"
