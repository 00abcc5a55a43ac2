"""What a product is made of, record by record, down to raw material: the answer of a trace."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from schemas.declaration import Boundary
from schemas.entry import Party
from schemas.text import Text
from schemas.verdict import Amount, VerdictCode


class Basis(StrEnum):
    """Where a part's footprint is from: its own record, the word of whoever contains it, or nowhere."""

    RECORD = "record"
    STATED = "stated"
    UNKNOWN = "unknown"


class TraceEnd(StrEnum):
    """Why a part is not opened, though it may have parts.

    ``cycle``: it is what contains it; nothing rests on it. ``depth``, ``size``: the trace has a bound, and begins anew
    at its record. ``unknown``: no such record, or an amount that does not convert to what the record declares.
    """

    CYCLE = "cycle"
    DEPTH = "depth"
    SIZE = "size"
    UNKNOWN = "unknown"


class TraceNode(Struct, frozen=True, kw_only=True):
    """A product with its parts. What is not known is None; figures are per declared amount of the product at the top.

    ``amount`` is what of it is in one declared amount of what contains it; of the product at the top, its declared
    amount. ``own`` is the footprint less its parts: the maker's own emissions, and all that it names no part for.
    ``verdict`` is what the record's label would say today; None without a record.
    """

    record: int | None
    urn: str | None
    gtin: str | None
    gln: str | None
    name: Text
    owner: Party | None
    verdict: VerdictCode | None
    boundary: Boundary | None
    year: int | None
    amount: Amount
    basis: Basis
    footprint: Annotated[Decimal | None, Meta(description="kgCO2e in one declared amount of the product at the top")]
    share: Annotated[Decimal | None, Meta(description="% of the footprint of the product at the top")]
    own: Annotated[Decimal | None, Meta(description="kgCO2e that no part accounts for; null when it is not opened")]
    coverage: Annotated[
        Decimal | None,
        Meta(description="% of its footprint that records of its parts account for, which stand; null if not opened"),
    ]
    end: TraceEnd | None
    parts: tuple["TraceNode", ...]


class Trace(Struct, frozen=True, kw_only=True):
    """The tree of a product, opened level by level. ``complete`` unless a bound kept something from being opened.

    ``nodes`` counts the products in it, ``members`` the organisations that declared them; ``stale`` are the records of
    parts that no longer hold, or not as they are: superseded, expired, suspended, withdrawn.
    """

    unit: str
    product: TraceNode
    nodes: int
    members: int
    stale: tuple[int, ...]
    complete: bool
