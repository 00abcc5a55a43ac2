"""The shortlist and what makes a case eligible: pure decisions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.cases.eligibility import Reason, RecordSeen, reasons_against
from registry.cases.shortlist import Scored, shortlist, weighted
from schemas.cases import Criterion
from schemas.member import Member, MemberKind, Plan
from schemas.verdict import VerdictCode

CRITERIA = (Criterion("effect", {"en": "Effect"}, 3), Criterion("novelty", {"en": "Novelty"}, 1))
PRODUCTS, SPACES, EDUCATION = Plan.LOW_CARBON_PRODUCTS, Plan.CARBON_ZERO_SPACE, Plan.LOW_CARBON_EDUCATION


def scored(case: str, *scores: tuple[int, int], category: Plan = PRODUCTS) -> Scored:
    return Scored(case, category, tuple({"effect": effect, "novelty": novelty} for effect, novelty in scores))


def told(places: int, *cases: Scored) -> list[tuple[str, int, bool, str]]:
    return [(one.case, one.rank, one.tied, one.shown) for one in shortlist(CRITERIA, places, cases)]


def test_a_score_is_weighted_and_the_mean_is_exact() -> None:
    assert weighted(CRITERIA, {"effect": 10, "novelty": 2}) == 8
    assert told(1, scored("a", (10, 2), (8, 8), (9, 9))) == [("a", 1, False, "8.33")]
    (one,) = shortlist(CRITERIA, 1, [scored("a", (10, 2), (8, 8), (9, 9))])
    assert one.score == Fraction(25, 3)


def test_fewer_than_three_scores_are_no_rank() -> None:
    assert told(5, scored("a", (10, 10), (10, 10)), scored("b", (1, 1), (1, 1), (1, 1))) == [("b", 1, False, "1.00")]


def test_equal_to_the_last_is_in_too_and_said() -> None:
    same = ((7, 7), (7, 7), (7, 7))
    found = told(2, scored("c", *same), scored("a", (9, 9), (9, 9), (9, 9)), scored("b", *same), scored("d", *same))
    assert found == [("a", 1, False, "9.00"), ("b", 2, True, "7.00"), ("c", 2, True, "7.00"), ("d", 2, True, "7.00")]
    first = told(1, scored("b", *same), scored("a", *same))
    assert first == [("a", 1, True, "7.00"), ("b", 1, True, "7.00")]


def test_what_only_looks_equal_when_rounded_is_not() -> None:
    near = [scored("a", *[(5, 5)] * 99, (5, 6)), scored("b", *[(5, 5)] * 100)]
    assert [(one.case, one.rank, one.tied) for one in shortlist(CRITERIA, 2, near)] == [
        ("a", 1, False),
        ("b", 2, False),
    ]


def test_each_category_has_its_own_places() -> None:
    same = ((7, 7), (7, 7), (7, 7))
    found = told(1, scored("b", *same, category=SPACES), scored("a", *same))
    assert found == [("a", 1, False, "7.00"), ("b", 1, False, "7.00")]


@given(
    st.lists(st.lists(st.tuples(st.integers(1, 10), st.integers(1, 10)), min_size=3, max_size=4), max_size=8),
    st.integers(1, 4),
)
def test_whoever_is_out_is_worse_than_the_last_who_is_in(
    given_scores: list[list[tuple[int, int]]], places: int
) -> None:
    cases = [scored(str(at), *scores) for at, scores in enumerate(given_scores)]
    inside = shortlist(CRITERIA, places, cases)
    everybody = {one.case: one.score for one in shortlist(CRITERIA, len(cases) + 1, cases)}
    assert shortlist(CRITERIA, places, cases[::-1]) == inside
    assert len(inside) >= min(places, len(cases))
    last = min((one.score for one in inside), default=None)
    left = set(everybody) - {one.case for one in inside}
    assert all(last is not None and everybody[case] < last for case in left)


MAKER = Member(id="maker", name={"en": "M"}, kind=MemberKind.MANUFACTURER, plans=(PRODUCTS, SPACES, EDUCATION))
GOOD = RecordSeen(7, "maker", False, VerdictCode.VALID)
PLACE = RecordSeen(8, "maker", True, VerdictCode.VALID)


@pytest.mark.parametrize(
    ("category", "member", "records", "reasons"),
    [
        (PRODUCTS, MAKER, [GOOD], []),
        (SPACES, MAKER, [GOOD, PLACE], []),
        (EDUCATION, MAKER, [], []),
        (PRODUCTS, None, [GOOD], [Reason.MEMBER_LEFT]),
        (Plan.LOW_CARBON_INDUSTRY, MAKER, [GOOD], [Reason.NOT_IN_PLAN]),
        (PRODUCTS, MAKER, [], [Reason.NO_RECORD]),
        (SPACES, MAKER, [GOOD], [Reason.NO_PLACE]),
        (PRODUCTS, MAKER, [RecordSeen(9)], [Reason.RECORD_UNKNOWN]),
        (PRODUCTS, MAKER, [RecordSeen(9, "rival", False, VerdictCode.VALID)], [Reason.RECORD_NOT_OWN]),
        *(
            (PRODUCTS, MAKER, [GOOD, RecordSeen(9, "maker", False, verdict)], [Reason.RECORD_NOT_VALID])
            for verdict in (
                *(VerdictCode.WITHDRAWN, VerdictCode.SUSPENDED),
                *(VerdictCode.EXPIRED, VerdictCode.SUPERSEDED),
            )
        ),
    ],
)
def test_what_speaks_against_a_case(
    category: Plan, member: Member | None, records: list[RecordSeen], reasons: list[Reason]
) -> None:
    assert list(reasons_against(category, member, records)) == reasons
