"""A declaration's stages as a label shows them: few, each with its amount and its share of one scale.

A label has room for some rows only. So what was declared under one stage several times is one row, and so are the
information modules of one stage of EN 15804+A2 (6.2): A1-A3, A4-A5, B and C. Module D stands outside of the total, and
is left out. A row that is partly unknown is unknown, never a part of the sum.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from registry.labels import words
from schemas.declaration import Stage, StageCode


class Share(Struct, frozen=True):
    """A row: ``start`` and ``width`` of its bar are shares of the room for bars, ``zero`` where the line of zero is.

    Unknown, it has no amount.
    """

    name: str
    amount: str | None
    start: float = 0
    width: float = 0
    zero: float = 0


def shares_of(stages: Sequence[Stage], language: str) -> tuple[Share, ...]:
    """The rows of ``stages``, in the order in which they were declared."""
    amounts: dict[StageCode | str, Decimal | None] = {}
    for stage in stages:
        if stage.code is StageCode.D:
            continue
        row = words.MODULES.get(stage.code, stage.code)
        before = amounts.get(row, Decimal(0))
        amounts[row] = None if before is None or stage.gwp is None else before + stage.gwp
    known = [amount for amount in amounts.values() if amount is not None]
    low = min([Decimal(0), *known])
    span = max([Decimal(0), *known]) - low
    return tuple(_share(words.STAGES[row][language], amount, low, span) for row, amount in amounts.items())


def _share(name: str, amount: Decimal | None, low: Decimal, span: Decimal) -> Share:
    if amount is None:
        return Share(name, None)
    start, width, zero = min(amount, Decimal(0)) - low, abs(amount), -low
    scale = span or Decimal(1)
    return Share(name, words.number(amount), float(start / scale), float(width / scale), float(zero / scale))
