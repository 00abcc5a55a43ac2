"""Who belongs together: an owner and what it owns, and what the same owner owns, over any number of steps."""

from itertools import permutations

import pytest

from registry.reviews.impartiality import related

OWNERS = {
    "maker": "group",
    "own-body": "maker",
    "sister-body": "group",
    "daughter": "sister-body",
    "other-body": "other-group",
    "ring-a": "ring-b",
    "ring-b": "ring-a",
    "gone": "nobody-any-more",
}
TOGETHER = {"group", "maker", "own-body", "sister-body", "daughter"}
APART = {"other-body", "ring-a", "gone", "alone"}


@pytest.mark.parametrize(("one", "other"), list(permutations(sorted(TOGETHER | APART), 2)))
def test_they_are_related_only_by_an_owner(one: str, other: str) -> None:
    assert related(one, other, OWNERS.get) == ({one, other} <= TOGETHER)


@pytest.mark.parametrize("one", sorted(TOGETHER | APART))
def test_everybody_belongs_to_itself(one: str) -> None:
    assert related(one, one, OWNERS.get)


def test_two_who_name_one_another_do_not_go_round_for_ever() -> None:
    assert related("ring-a", "ring-b", OWNERS.get)
    assert not related("ring-a", "maker", OWNERS.get)
