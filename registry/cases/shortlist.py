"""The shortlist: which cases are the best of their category. Pure, and exact: nothing is rounded before it is shown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from msgspec import Struct

from schemas.cases import Criterion
from schemas.member import Plan

LEAST_EXPERTS = 3
"""Scores that a case needs to be ranked."""

_SHOWN = Decimal("0.01")


class Scored(Struct, frozen=True):
    """A case with its experts' scores: of each expert, a score for every criterion."""

    case: str
    category: Plan
    scores: tuple[Mapping[str, int], ...]


class Ranked(Struct, frozen=True):
    """A case that is among the best. ``tied``: another of its category has exactly the same score."""

    case: str
    category: Plan
    rank: int
    tied: bool
    score: Fraction
    experts: int

    @property
    def shown(self) -> str:
        """The score in hundredths."""
        exact = Decimal(self.score.numerator) / Decimal(self.score.denominator)
        return str(exact.quantize(_SHOWN, ROUND_HALF_EVEN))


def weighted(criteria: Sequence[Criterion], scores: Mapping[str, int]) -> Fraction:
    """The weighted mean of one expert's scores."""
    weights = sum(criterion.weight for criterion in criteria)
    return Fraction(sum(criterion.weight * scores[criterion.id] for criterion in criteria), weights)


def shortlist(criteria: Sequence[Criterion], places: int, cases: Sequence[Scored]) -> list[Ranked]:
    """The ``places`` best of each category, and whoever is equal to the last of them: by category, rank and id.

    A case with fewer than ``LEAST_EXPERTS`` scores is not ranked. A rank is one more than there are better cases.
    """
    means = {
        case.case: sum((weighted(criteria, one) for one in case.scores), Fraction(0)) / len(case.scores)
        for case in cases
        if len(case.scores) >= LEAST_EXPERTS
    }
    ranked = []
    for category in Plan:
        inside = [case for case in cases if case.category is category and case.case in means]
        equal = Counter(means[case.case] for case in inside)
        for case in inside:
            mean = means[case.case]
            rank = 1 + sum(count for other, count in equal.items() if other > mean)
            if rank <= places:
                ranked.append(Ranked(case.case, category, rank, equal[mean] > 1, mean, len(case.scores)))
    order = list(Plan)
    return sorted(ranked, key=lambda one: (order.index(one.category), one.rank, one.case))
