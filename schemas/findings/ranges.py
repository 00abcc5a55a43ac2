"""Each number alone: its sign, its range, and whether it is plausible."""

from collections.abc import Iterator
from decimal import Decimal

from schemas.declaration import END_OF_LIFE_STAGES, UPSTREAM_STAGES, Declaration, DeclaredUnit, StageCode
from schemas.findings.finding import Finding, error, warning
from schemas.findings.naming import name_of, plain, shown

LEAST_PER_KG = Decimal("0.14")
MOST_PER_KG = Decimal(416)
"""kgCO2e per kg: 1st and 99th percentile of the Carbon Catalogue (Meinrenken et al. 2022)."""

LARGEST_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exact (RFC 8259, 6)."""

_MAY_BE_NEGATIVE = END_OF_LIFE_STAGES | {StageCode.D}
_HOLDS_UPTAKE = UPSTREAM_STAGES | {StageCode.A3}
_SCALES = (3, 5)
_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)


def range_findings(declaration: Declaration) -> Iterator[Finding]:
    """Codes ``positive``, ``sign``, ``mass``, ``range``, ``record-index`` and ``plausibility``."""
    yield from _amounts(declaration)
    yield from _signs(declaration)
    yield from _stage_signs(declaration)
    yield from _mass(declaration)
    yield from _shares_and_scores(declaration)
    yield from _integers(declaration)
    yield from _plausibility(declaration)


def _amounts(declaration: Declaration) -> Iterator[Finding]:
    if declaration.declared_amount is not None and declaration.declared_amount <= 0:
        yield _not_positive("$.declared_amount", declaration.declared_amount)
    for at, offset in enumerate(declaration.offsets):
        if offset.amount <= 0:
            yield _not_positive(f"$.offsets[{at}].amount", offset.amount)
    for at, component in enumerate(declaration.components):
        if component.amount <= 0:
            yield _not_positive(f"$.components[{at}].amount", component.amount)


def _signs(declaration: Declaration) -> Iterator[Finding]:
    """Rule 5. A total below zero needs a biogenic footprint below zero."""
    for field in ("biogenic_uptake", "removals"):
        number = getattr(declaration, field)
        if number is not None and number > 0:
            fix = ("write what is taken up as a negative number, or 0", "吸收或清除的量请写成负数，没有则写0")
            yield _wrong_sign(f"$.{field}", number, fix)
    for field in ("gwp_fossil", "gwp_luluc"):
        number = getattr(declaration, field)
        if number is not None and number < 0:
            fix = (
                "give an emission of 0 or more, and put what is taken up in biogenic_uptake or removals",
                "请填写不小于0的排放量，吸收或清除的量请填入biogenic_uptake或removals",
            )
            yield _wrong_sign(f"$.{field}", number, fix)
    total = declaration.gwp_total
    if total is not None and total < 0 and not _is_below_zero(declaration.gwp_biogenic):
        fix = (
            "correct it, or give the negative gwp_biogenic that it comes from",
            "请更正，或填写造成负值的gwp_biogenic（负数）",
        )
        yield _wrong_sign("$.gwp_total", total, fix)


def _stage_signs(declaration: Declaration) -> Iterator[Finding]:
    """End of life and module D may be negative; where materials come from, only if they took carbon up."""
    is_bio_based = _is_below_zero(declaration.gwp_biogenic) or _is_below_zero(declaration.biogenic_uptake)
    for at, stage in enumerate(declaration.stages):
        if stage.gwp is None or stage.gwp >= 0 or stage.code in _MAY_BE_NEGATIVE:
            continue
        if stage.code not in _HOLDS_UPTAKE:
            fix = (
                f"only end of life and module D can be negative, so correct the number of {stage.code}",
                f"只有生命末期阶段和模块D可以为负，请更正{stage.code}的数值",
            )
            yield _wrong_sign(f"$.stages[{at}].gwp", stage.gwp, fix)
        elif not is_bio_based:
            fix = (
                "correct it, or for a bio-based product give the negative gwp_biogenic or biogenic_uptake behind it",
                "请更正；若为生物基产品，请填写对应的负值gwp_biogenic或biogenic_uptake",
            )
            yield _wrong_sign(f"$.stages[{at}].gwp", stage.gwp, fix)


def _mass(declaration: Declaration) -> Iterator[Finding]:
    mass = declaration.mass_per_unit
    if mass is None:
        return
    if mass < 0:
        fix = ("give the mass in kg, 0 for a service", "请填写以千克计的质量，服务类产品填0")
        yield _wrong_sign("$.mass_per_unit", mass, fix)
    elif declaration.declared_unit == DeclaredUnit.KILOGRAM and mass != _ONE:
        name = name_of("$.mass_per_unit")
        yield error(
            "mass",
            "$.mass_per_unit",
            f"{name.en} is {plain(mass)}, but one kilogram weighs 1 kg: write 1, or choose another declared unit.",
            f"{name.zh}为{plain(mass)}，但声明单位为千克时应为1：请填写1，或改选其他声明单位。",
        )


def _shares_and_scores(declaration: Declaration) -> Iterator[Finding]:
    for field in ("primary_data_share", "exempted_share"):
        share = getattr(declaration, field)
        if share is not None and not _ZERO <= share <= _HUNDRED:
            yield _outside(f"$.{field}", share, "0", "100")
    dqi = declaration.dqi
    if dqi is None:
        return
    if dqi.worst not in _SCALES:
        name = name_of("$.dqi.worst")
        yield error(
            "range",
            "$.dqi.worst",
            f"{name.en} is {shown(dqi.worst)}: write 3 for the scale 1 to 3, or 5 for the scale 1 to 5.",
            f"{name.zh}为{shown(dqi.worst)}：1至3分制请填写3，1至5分制请填写5。",
        )
        return
    for field in ("technological", "temporal", "geographical"):
        score = getattr(dqi, field)
        if not _ONE <= score <= dqi.worst:
            yield _outside(f"$.dqi.{field}", score, "1", str(dqi.worst))


def _integers(declaration: Declaration) -> Iterator[Finding]:
    if not 1 <= declaration.version <= LARGEST_INTEGER:
        yield _outside("$.version", declaration.version, "1", str(LARGEST_INTEGER))
    if declaration.supersedes is not None and not is_index(declaration.supersedes):
        yield _not_an_index("$.supersedes", declaration.supersedes)
    for at, component in enumerate(declaration.components):
        if component.record is not None and not is_index(component.record):
            yield _not_an_index(f"$.components[{at}].record", component.record)


def is_index(number: int) -> bool:
    """Whether ``number`` can be the index of a log entry."""
    return 0 <= number <= LARGEST_INTEGER


def _plausibility(declaration: Declaration) -> Iterator[Finding]:
    """Rule 6. Without a mass (services, energy, a place) there is nothing to compare."""
    total, amount = declaration.gwp_total, declaration.declared_amount
    mass = _ONE if declaration.declared_unit == DeclaredUnit.KILOGRAM else declaration.mass_per_unit
    if total is None or amount is None or mass is None or amount <= 0 or mass <= 0:
        return
    per_kg = total / (amount * mass)
    if not LEAST_PER_KG <= per_kg <= MOST_PER_KG:
        name = name_of("$.gwp_total")
        yield warning(
            "plausibility",
            "$.gwp_total",
            f"{name.en} is {_brief(per_kg)} kgCO2e per kg, outside the usual {LEAST_PER_KG} to {MOST_PER_KG} "
            "(98 % of the products in Meinrenken et al. 2022, doi 10.1038/s41597-022-01178-9): check the number, "
            "its unit and the mass.",
            f"{name.zh}折合每千克产品{_brief(per_kg)}千克二氧化碳当量，超出常见范围{LEAST_PER_KG}至{MOST_PER_KG}"
            "（Meinrenken等2022年研究中98%的产品，doi 10.1038/s41597-022-01178-9）：请核对数值、单位和质量。",
        )


def _is_below_zero(number: Decimal | None) -> bool:
    return number is not None and number < 0


def _brief(number: Decimal) -> str:
    """Three significant digits, for reading; in full rather than with an exponent where that is short."""
    rounded = f"{number:.3g}"
    return plain(Decimal(rounded)) if "e" in rounded and -9 <= number.adjusted() <= 15 else rounded


def _not_positive(path: str, number: Decimal) -> Finding:
    name = name_of(path)
    return error(
        "positive",
        path,
        f"{name.en} is {plain(number)}: give a number above 0.",
        f"{name.zh}为{plain(number)}，请填写大于0的数值。",
    )


def _wrong_sign(path: str, number: Decimal, fix: tuple[str, str]) -> Finding:
    name = name_of(path)
    above = number > 0
    return error(
        "sign",
        path,
        f"{name.en} is {plain(number)}, which is {'above' if above else 'below'} zero: {fix[0]}.",
        f"{name.zh}为{plain(number)}，{'大于' if above else '小于'}零：{fix[1]}。",
    )


def _outside(path: str, number: Decimal | int, least: str, most: str) -> Finding:
    name = name_of(path)
    return error(
        "range",
        path,
        f"{name.en} is {shown(number)}: give a number from {least} to {most}.",
        f"{name.zh}为{shown(number)}，请填写{least}至{most}之间的数值。",
    )


def _not_an_index(path: str, number: int) -> Finding:
    name = name_of(path)
    return error(
        "record-index",
        path,
        f"{name.en} is {shown(number)}, which is not the index of a record: give the whole number, from 0, that the "
        "registry shows for it.",
        f"{name.zh}为{shown(number)}，不是记录的序号：请填写登记处显示的序号，即从0开始的整数。",
    )
