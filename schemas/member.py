"""Organisations of the alliance, as far as they are public."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from schemas.text import Text


class MemberKind(StrEnum):
    """What an organisation is in the alliance. The operator runs the registry and neither declares nor verifies."""

    MANUFACTURER = "manufacturer"
    RETAILER = "retailer"
    VERIFICATION_BODY = "verification-body"
    RESEARCH = "research"
    OPERATOR = "operator"
    OTHER = "other"


class Plan(StrEnum):
    """The four plans of the alliance."""

    LOW_CARBON_PRODUCTS = "low-carbon-products"
    CARBON_ZERO_SPACE = "carbon-zero-space"
    LOW_CARBON_INDUSTRY = "low-carbon-industry"
    LOW_CARBON_EDUCATION = "low-carbon-education"


class Member(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One organisation. ``id`` is a short lower-case name for ever; ``ids`` are URNs (LEI, GLN, USCC, VAT).

    ``accreditation`` of a verification body holds through the day ``accreditation_until``; without both it has none.
    ``signs_all``: each of its declarations must carry its own signature (``schemas.signed``), or none is published.
    ``part_of`` is what owns it, by member id, or a URN or name of who is no member: no body verifies what belongs to
    the same owner.
    """

    id: str
    name: Text
    kind: MemberKind
    ids: tuple[str, ...] = ()
    country: str | None = None
    accreditation: str | None = None
    accreditation_until: date | None = None
    plans: tuple[Plan, ...] = ()
    signs_all: bool = False
    part_of: str | None = None
