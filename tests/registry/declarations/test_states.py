"""Every state and every step: where it leads, or that it is refused; written out once more."""

from pathlib import Path

import pytest

from registry.access.rules import RULES, Action
from registry.declarations.states import TRANSITIONS, DeclarationState, after, transitions_table
from registry.errors import WrongState

ROOT = Path(__file__).resolve().parents[3]
LEADS = {
    # state: step, and where it leads
    "draft": {"revise": "draft", "submit": "submitted"},
    "submitted": {
        "revise": "draft",
        "assign a verification body": "submitted",
        "take up a review": "under-review",
        "decline or hand back a review": "submitted",
        "state a verification": "verified",
    },
    "under-review": {
        "assign a verification body": "submitted",
        "decline or hand back a review": "submitted",
        "ask a question": "under-review",
        "answer a question": "under-review",
        "return with findings": "draft",
        "state a verification": "verified",
    },
    "verified": {"return with findings": "draft", "publish": "published"},
    "published": {"renew": "published"},
}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", DeclarationState)
def test_each_step_leads_where_it_should_or_nowhere(state: DeclarationState, action: Action) -> None:
    expected = LEADS[state].get(action)
    if action not in TRANSITIONS:
        assert expected is None
    elif expected is not None:
        assert after(action, state, "it") == expected
    else:
        with pytest.raises(WrongState, match=f"^declaration it is {state}: one can {action} only when it is "):
            after(action, state, "it")


def test_what_is_published_stays_so_and_every_state_can_be_reached_and_left() -> None:
    reached = {transition.target for transition in TRANSITIONS.values()}
    assert reached == set(DeclarationState) == set(LEADS)
    (last,) = [transition for transition in TRANSITIONS.values() if DeclarationState.PUBLISHED in transition.sources]
    assert last.target is DeclarationState.PUBLISHED


def test_no_content_changes_while_it_is_reviewed_or_verified() -> None:
    assert TRANSITIONS[Action.REVISE].sources == {DeclarationState.DRAFT, DeclarationState.SUBMITTED}


def test_who_reviews_neither_writes_nor_publishes() -> None:
    """Separate hands: no grant of one of these is a grant of another."""
    writing, stating, publishing = (
        RULES[action].own | RULES[action].others
        for action in (Action.REVISE, Action.STATE_VERIFICATION, Action.PUBLISH)
    )
    assert not writing & stating
    assert not stating & publishing
    assert not writing & publishing


def test_the_documents_show_this_table() -> None:
    assert transitions_table() in (ROOT / "docs" / "declarations.md").read_text(encoding="utf-8")
