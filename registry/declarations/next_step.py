"""What comes next for a declaration, as one of those concerned sees it: a word that the pages have a sentence for."""

from registry.access.callers import Caller
from registry.declarations.record_life import RecordLife
from registry.declarations.states import DeclarationState
from schemas.member import MemberKind


def next_step(
    caller: Caller,
    state: DeclarationState,
    owner: str,
    body: str | None,
    has_open_questions: bool,
    stands: RecordLife | None,
    is_part_revoked: bool = False,
) -> str:
    """The key of a wording: ``next_<who>_<what>``, or ``stands_<how>`` for what is published.

    ``body`` is the verification body that it is assigned to; ``is_part_revoked``, whether the record of one of its
    parts is suspended or withdrawn.
    """
    if stands is not None:
        return f"stands_{stands}"
    who = _who(caller, owner)
    if is_part_revoked and state in (DeclarationState.UNDER_REVIEW, DeclarationState.VERIFIED):
        return f"next_{who}_revoked"
    if has_open_questions and state is DeclarationState.UNDER_REVIEW:
        return f"next_{who}_asked"
    if state is DeclarationState.SUBMITTED and body is not None and who != "owner":
        return f"next_{who}_assigned"
    if state is DeclarationState.DRAFT:
        return "next_owner_draft"
    return f"next_{who}_{state}"


def _who(caller: Caller, owner: str) -> str:
    if caller.member == owner:
        return "owner"
    return "body" if caller.kind is MemberKind.VERIFICATION_BODY else "operator"
