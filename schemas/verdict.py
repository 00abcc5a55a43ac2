"""The verdict: what a verifier says of a label. A value, never an exception: a forged label is an ordinary answer."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from schemas.declaration import Boundary, DeclaredUnit
from schemas.text import Text


class VerdictCode(StrEnum):
    """The eleven verdicts, best first. Where several hold, the one furthest down this list is given."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    MISMATCH = "mismatch"
    UNLOGGED = "unlogged"
    FORGED = "forged"
    UNKNOWN_KEY = "unknown-key"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"


GENUINE = frozenset(
    {
        VerdictCode.VALID,
        VerdictCode.SUPERSEDED,
        VerdictCode.EXPIRED,
        VerdictCode.SUSPENDED,
        VerdictCode.WITHDRAWN,
    }
)
"""Verdicts under which the label's figure may be shown as the product's own."""


class Freshness(StrEnum):
    """How old the facts are that a verdict rests on."""

    ONLINE = "online"
    FRESH = "fresh"
    STALE = "stale"
    EXPIRED = "expired"


class Product(Struct, frozen=True, gc=False):
    """The product as its record names it."""

    name: Text
    owner: str


class Amount(Struct, frozen=True, gc=False):
    """A declared amount with its unit."""

    amount: Decimal
    unit: DeclaredUnit


class Footprint(Struct, frozen=True, gc=False):
    """A figure, always with its unit and what it is per."""

    value: Decimal
    per: Amount
    unit: str = "kgCO2e"


class LogPosition(Struct, frozen=True, gc=False):
    """The log that a verdict was judged against: entries it held, and when that was."""

    size: int
    time: datetime


class StatusChange(Struct, frozen=True, gc=False):
    """Why and when the registry took a record back."""

    reason: str
    at: datetime


class Verdict(Struct, frozen=True, kw_only=True, gc=False):
    """The answer for one label. What is not known is null.

    ``verdict`` says what; ``reason`` says why, as a stable machine-readable code (``verifier.judge`` lists them).
    ``superseded_by`` is the log index of the newer record, ``change`` what the operator said on suspending or
    withdrawing, ``key`` the id of the key that the label names. ``signed_by_member``: whether the record carries its
    owner's own signature, by a key that is good for it.
    """

    verdict: VerdictCode
    reason: str
    gtin: str | None = None
    gln: str | None = None
    lot: str | None = None
    serial: str | None = None
    record: int | None = None
    product: Product | None = None
    footprint: Footprint | None = None
    boundary: Boundary | None = None
    year: int | None = None
    issued: date | None = None
    expires: date | None = None
    superseded_by: int | None = None
    change: StatusChange | None = None
    key: str | None = None
    signed_by_member: bool | None = None
    log: LogPosition | None = None
    freshness: Freshness | None = None


class RecordSummary(Struct, frozen=True, kw_only=True):
    """One published record in a list: enough to recognise the product and to see at once whether it stands.

    ``label`` is the exact text of its label, so that a list leads to what a scan would show.
    """

    record: int
    verdict: VerdictCode
    gtin: str | None
    gln: str | None
    name: Text
    owner: str
    version: int
    footprint: Footprint
    boundary: Boundary
    year: int
    issued: date
    expires: date
    label: str
