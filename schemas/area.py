"""What the products of a site or park emit over a year, without counting twice what one supplies to another."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from schemas.entry import Party
from schemas.text import Text
from schemas.verdict import Amount, VerdictCode


class AreaProduct(Struct, frozen=True, kw_only=True):
    """A product in the statement: ``made_here`` by its own declaration, or bought by the area as a whole.

    What is not known is None. ``supplied`` is the part of ``footprint`` that other products of the area contain.
    """

    record: int | None
    urn: str | None
    gtin: str | None
    gln: str | None
    name: Text
    owner: Party | None
    verdict: VerdictCode | None
    made_here: bool
    amount: Amount
    footprint: Annotated[Decimal | None, Meta(description="kgCO2e of the whole amount")]
    supplied: Annotated[Decimal, Meta(description="kgCO2e of it that is inside other products of the area")]


class AreaStatement(Struct, frozen=True, kw_only=True):
    """A place's products over its reference period, added up: ``total`` = ``gross`` - ``internal`` = ``own`` +
    ``external``. Figures are kgCO2e for ``area``, the declared amount of the place's record.

    ``own``: what the makers in the area emit themselves, and supplies that no product names. ``external``: what comes
    from outside, in products of the area or bought by it. ``declared`` is what the place's own record says.
    ``complete``: every product has a figure, all records behind them were looked at, and every one listed stands.
    """

    record: int
    gln: str
    name: Text
    owner: Party
    verdict: VerdictCode
    start: date | None
    end: date | None
    area: Amount
    unit: str
    products: tuple[AreaProduct, ...]
    gross: Decimal
    internal: Decimal
    own: Decimal
    external: Decimal
    total: Decimal
    per_unit: Annotated[Decimal, Meta(description="kgCO2e per square meter, or other declared unit, of the area")]
    declared: Decimal
    complete: bool
