"""The form of every number: finite, below 10^15, at most nine decimals, no exponent, no negative zero.

Such a number has the same digits in the declaration, in JSON, in a spreadsheet and on the label, and arithmetic with
it cannot overflow, raise or take long.
"""

import re
from collections.abc import Iterator
from decimal import Context, Decimal

from msgspec.structs import replace

from schemas.declaration import Declaration
from schemas.findings.finding import Finding, error
from schemas.findings.naming import name_of, shown

EXACT = Context(prec=60)
"""Decimal arithmetic in which sums and products of well-formed numbers are exact."""

_PLAIN = re.compile(r"(?!-0(?:\.0+)?$)-?[0-9]{1,15}(?:\.[0-9]{1,9})?", re.ASCII)
LABEL_DIGITS = 19
"""A label carries a figure as an integer of at most 64 bits and a decimal place."""

_SINGLE = (
    "declared_amount",
    "mass_per_unit",
    "gwp_total",
    "gwp_fossil",
    "gwp_biogenic",
    "gwp_luluc",
    "biogenic_uptake",
    "removals",
    "primary_data_share",
    "exempted_share",
)
_HALF_DIGITS = [Decimal(5).scaleb(-decimals - 1) for decimals in range(10)]


def unfit_numbers(declaration: Declaration) -> list[Finding]:
    """Every number whose form is not allowed, code ``number-form``."""
    fits = _PLAIN.fullmatch
    return [_unfit(path, number) for path, number in _numbers(declaration) if not fits(str(number))]


def label_findings(declaration: Declaration) -> list[Finding]:
    """The figures of a label that have more digits than a label has room for, code ``label-digits``."""
    figures = (("$.gwp_total", declaration.gwp_total), ("$.declared_amount", declaration.declared_amount))
    return [
        error(
            "label-digits",
            path,
            f"{name_of(path).en} has more than {LABEL_DIGITS} digits, and a label has no room for them: round it.",
            f"{name_of(path).zh}超过{LABEL_DIGITS}位数字，标签无法容纳，请四舍五入。",
        )
        for path, figure in figures
        if figure is not None and len(figure.as_tuple().digits) > LABEL_DIGITS
    ]


def without(declaration: Declaration, unfit: set[str]) -> Declaration:
    """``declaration`` as the arithmetic rules may see it: numbers at the paths ``unfit`` are left out.

    Where a number has to be there, 1 stands in: it is in every range, and no sum is taken over it
    (``schemas.findings.components`` leaves a sum with an unfit number alone).
    """
    one = Decimal(1)
    stages = (
        replace(stage, gwp=None) if f"$.stages[{at}].gwp" in unfit else stage
        for at, stage in enumerate(declaration.stages)
    )
    offsets = (
        replace(offset, amount=one) if f"$.offsets[{at}].amount" in unfit else offset
        for at, offset in enumerate(declaration.offsets)
    )
    components = (
        replace(
            component,
            amount=one if f"$.components[{at}].amount" in unfit else component.amount,
            contribution=None if f"$.components[{at}].contribution" in unfit else component.contribution,
        )
        for at, component in enumerate(declaration.components)
    )
    dqi = None if any(path.startswith("$.dqi") for path in unfit) else declaration.dqi
    left_out = {name: None for name in _SINGLE if f"$.{name}" in unfit}
    return replace(
        declaration, stages=tuple(stages), offsets=tuple(offsets), components=tuple(components), dqi=dqi, **left_out
    )


def half_digit(number: Decimal) -> Decimal:
    """Half of the last digit that ``number`` prints, which rounding may have moved it by: 0.005 of 1.70, 0.5 of 12.

    For well-formed numbers only.
    """
    exponent = number.as_tuple().exponent
    return _HALF_DIGITS[-exponent] if isinstance(exponent, int) else _HALF_DIGITS[0]


def _numbers(declaration: Declaration) -> Iterator[tuple[str, Decimal]]:
    for name in _SINGLE:
        number = getattr(declaration, name)
        if number is not None:
            yield f"$.{name}", number
    for at, stage in enumerate(declaration.stages):
        if stage.gwp is not None:
            yield f"$.stages[{at}].gwp", stage.gwp
    for at, offset in enumerate(declaration.offsets):
        yield f"$.offsets[{at}].amount", offset.amount
    for at, component in enumerate(declaration.components):
        yield f"$.components[{at}].amount", component.amount
        if component.contribution is not None:
            yield f"$.components[{at}].contribution", component.contribution
    if declaration.dqi is not None:
        yield "$.dqi.technological", declaration.dqi.technological
        yield "$.dqi.temporal", declaration.dqi.temporal
        yield "$.dqi.geographical", declaration.dqi.geographical


def _unfit(path: str, number: Decimal) -> Finding:
    name = name_of(path)
    if not number.is_finite():
        en = ("is not a number", "give a decimal number, or leave it out if it is not known")
        zh = ("不是有限的数值", "请填写十进制数；如果未知，请留空")
    elif number.is_zero() and number.is_signed():
        en = ("is a negative zero", 'write "0"')
        zh = ("是负零", "请写成“0”")
    elif number.adjusted() >= 15:
        en = ("is 10^15 or more", "check the unit, or declare a smaller amount of the product")
        zh = ("达到或超过10^15", "请核对单位，或改用较小的声明数量")
    elif "E" in str(number) and number.as_tuple().exponent > 0:  # ty: ignore[unsupported-operator]
        en = ("is written with an exponent", f'write it in full, as "{number:f}"')
        zh = ("使用了指数写法", f"请写出全部数字，例如“{number:f}”")
    else:
        en = (
            "has more than nine decimals or is smaller than 0.000001",
            "round it to nine decimals, or declare a larger amount of the product",
        )
        zh = ("小数超过九位或小于0.000001", "请保留至多九位小数，或改用较大的声明数量")
    return error(
        "number-form",
        path,
        f"{name.en} {en[0]} ({shown(number)}): {en[1]}.",
        f"{name.zh}{zh[0]}（{shown(number)}），{zh[1]}。",
    )
