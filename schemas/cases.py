"""The yearly release of outstanding cases: the call for them, and the dataset that is released. Public and bilingual.

A release says nothing of any declaration: it neither changes records nor verdicts.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from schemas.entry import Party
from schemas.member import Plan
from schemas.text import Text

SCORES = range(1, 11)
"""What an expert gives for a criterion."""


class Criterion(Struct, frozen=True, forbid_unknown_fields=True):
    """What experts score, from 1 to 10, and how much that counts beside the others."""

    id: Annotated[str, Meta(pattern="^[a-z0-9-]{1,32}$")]
    name: Text
    weight: Annotated[int, Meta(ge=1, le=100)]


class Dates(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days in UTC, each included: nominations, then scores until the last."""

    nominations_from: date
    nominations_until: date
    scoring_until: date


class Call(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The call for cases of a year. Of each category the ``places`` best are released, and what equals the last."""

    year: Annotated[int, Meta(ge=2000, le=9999)]
    title: Text
    categories: tuple[Plan, ...]
    dates: Dates
    criteria: tuple[Criterion, ...]
    places: Annotated[int, Meta(ge=1, le=100)] = 10


class ReleasedCase(Struct, frozen=True, kw_only=True):
    """An outstanding case. ``score`` is the mean of its experts' weighted means, rounded to hundredths; ``tied``:
    another case of its category has exactly the same. ``records`` are log indexes."""

    id: str
    category: Plan
    rank: int
    tied: bool
    score: str
    experts: int
    title: Text
    description: Text
    organisation: Party
    nominated_by: Party
    records: tuple[int, ...]


class ReleasedCases(Struct, frozen=True, kw_only=True):
    """The dataset of a year, whose SHA-256 is in the log. ``nominated`` and ``eligible`` count all that were."""

    registry: str
    year: int
    title: Text
    criteria: tuple[Criterion, ...]
    places: int
    nominated: int
    eligible: int
    cases: tuple[ReleasedCase, ...]
