"""Who belongs together: an owner and what it owns, and what the same owner owns, over any number of steps."""

from itertools import permutations

import pytest

from registry.reviews.impartiality import related
from schemas.member import Member, MemberKind


def a_member(key: str, part_of: str | None = None, *ids: str, name: str = "") -> Member:
    return Member(id=key, name={"en": name or f"{key} Ltd"}, kind=MemberKind.OTHER, ids=ids, part_of=part_of)


LEI, GLN = "urn:lei:529900T8BM49AURSDO55", "urn:gln:9521111111110"
MEMBERS = {
    one.id: one
    for one in (
        a_member("group"),
        a_member("maker", "group"),
        a_member("own-body", "maker"),
        a_member("sister-body", "group"),
        a_member("daughter", "sister-body"),
        a_member("other-body", "other-group"),
        a_member("ring-a", "ring-b"),
        a_member("ring-b", "ring-a"),
        a_member("gone", "nobody-any-more"),
        a_member("alone"),
    )
}
TOGETHER = {"group", "maker", "own-body", "sister-body", "daughter"}
APART = {"other-body", "ring-a", "gone", "alone"}


@pytest.mark.parametrize(("one", "other"), list(permutations(sorted(TOGETHER | APART), 2)))
def test_they_are_related_only_by_an_owner(one: str, other: str) -> None:
    assert related(one, other, MEMBERS.get) == ({one, other} <= TOGETHER)


@pytest.mark.parametrize("one", sorted(TOGETHER | APART))
def test_everybody_belongs_to_itself(one: str) -> None:
    assert related(one, one, MEMBERS.get)


def test_two_who_name_one_another_do_not_go_round_for_ever() -> None:
    assert related("ring-a", "ring-b", MEMBERS.get)
    assert not related("ring-a", "maker", MEMBERS.get)


def are_related(one: Member, other: Member, *more: Member) -> bool:
    told = {member.id: member for member in (one, other, *more)}
    answers = {related(one.id, other.id, told.get), related(other.id, one.id, told.get)}
    assert len(answers) == 1
    return answers.pop()


@pytest.mark.parametrize(
    ("named", "named_otherwise"),
    [
        (LEI, LEI),
        (LEI, "URN:LEI:529900t8bm49aursdo55"),
        (LEI, f"{LEI}?=from=gleif#entry"),
        ("Big Holding Ltd", "BIG  HOLDING, Ltd."),
        ("Große Werke AG", "GROSSE WERKE AG"),
        ("大型控股（集团）有限公司", "大型控股(集团)有限公司"),
        ("Ｂｉｇ Holding", "Big Holding"),
    ],
)
def test_two_parts_of_one_owner_that_is_no_member_belong_together(named: str, named_otherwise: str) -> None:
    maker, body = a_member("maker", named), a_member("body", named_otherwise)
    assert are_related(maker, body)
    assert are_related(a_member("works", "maker"), body, maker)


@pytest.mark.parametrize(
    ("named", "another"),
    [
        (LEI, "urn:lei:529900W18LQJJN6SJ336"),
        (LEI, "urn:uscc:529900T8BM49AURSDO55"),
        ("Big Holding Ltd", "Small Holding Ltd"),
        (LEI, "529900T8BM49AURSDO55 Ltd"),
    ],
)
def test_parts_of_two_owners_do_not(named: str, another: str) -> None:
    assert not are_related(a_member("maker", named), a_member("body", another))


def test_an_owner_that_is_a_member_may_be_named_by_its_urn_or_name_too() -> None:
    holding = a_member("holding", None, GLN, LEI, name="Big Holding Ltd")
    for named in ("holding", LEI, "Big Holding Ltd", GLN.upper()):
        assert are_related(a_member("maker", named), holding)
        assert are_related(a_member("maker", named), a_member("body", "holding"), holding)


def test_two_with_one_urn_are_one_organisation_and_two_of_one_name_are_not() -> None:
    assert are_related(a_member("maker", None, LEI), a_member("body", None, GLN, LEI.lower()))
    assert not are_related(a_member("maker", name="Great Works"), a_member("body", name="Great Works"))


def test_nobody_else_has_two_belong_together() -> None:
    maker, body = a_member("maker", "Big Holding Ltd", LEI), a_member("body", None, GLN)
    meddling = a_member("rival", "body", LEI, GLN, name="Big Holding Ltd")
    assert not are_related(maker, body, meddling)


def test_a_name_or_an_identifier_in_the_form_of_an_id_is_not_that_member() -> None:
    assert not are_related(a_member("maker", None, "body", name="body"), a_member("body"))
