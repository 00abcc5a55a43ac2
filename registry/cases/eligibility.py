"""Whether a case may take part: found from what is registered, with reasons; the operator has the last word. Pure."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from schemas.member import Member, Plan
from schemas.verdict import VerdictCode

_WITHOUT_RECORD = frozenset({Plan.LOW_CARBON_EDUCATION})
"""Plans in which a case need not rest on a record: teaching has no footprint."""


class Reason(StrEnum):
    """Why a case may not take part."""

    MEMBER_LEFT = "member-left"
    NOT_IN_PLAN = "not-in-plan"
    NO_RECORD = "no-record"
    NO_PLACE = "no-place"
    RECORD_UNKNOWN = "record-unknown"
    RECORD_NOT_OWN = "record-not-own"
    RECORD_NOT_VALID = "record-not-valid"


class RecordSeen(Struct, frozen=True):
    """A record that a case refers to, as it stands; ``verdict`` None: there is no such record."""

    index: int
    owner: str = ""
    is_place: bool = False
    verdict: VerdictCode | None = None


def reasons_against(category: Plan, organisation: Member | None, records: Sequence[RecordSeen]) -> tuple[Reason, ...]:
    """Why the case of ``organisation`` may not take part in ``category``; empty if it may. None: it has left.

    It is in good standing, takes part in the plan, and refers to records: each its own, verified and in force. In the
    plan of carbon zero spaces, one of them is a place's.
    """
    found = []
    if organisation is None:
        found.append(Reason.MEMBER_LEFT)
    elif category not in organisation.plans:
        found.append(Reason.NOT_IN_PLAN)
    if not records and category not in _WITHOUT_RECORD:
        found.append(Reason.NO_RECORD)
    if records and category is Plan.CARBON_ZERO_SPACE and not any(record.is_place for record in records):
        found.append(Reason.NO_PLACE)
    owner = None if organisation is None else organisation.id
    for record in records:
        if record.verdict is None:
            found.append(Reason.RECORD_UNKNOWN)
        elif owner is not None and record.owner != owner:
            found.append(Reason.RECORD_NOT_OWN)
        elif record.verdict is not VerdictCode.VALID:
            found.append(Reason.RECORD_NOT_VALID)
    return tuple(dict.fromkeys(found))
