"""Parts against the total: fossil, biogenic and land use (EN 15804+A2, core impact indicators) and life-cycle stages.

A sum is judged by the digits that are printed: each number may be off by half of its last digit, and these halves add
up. A relative tolerance would be wrong: it refuses 1.7 against 1.6521, which a valid declaration states.

PACT's own formula (total including uptake = total excluding uptake + uptake) is no rule here: three of the four
examples that PACT publishes break it, and imports are not to be refused for what their standard's own examples do.
"""

from collections.abc import Iterator
from decimal import Decimal

from schemas.codes import standard_named
from schemas.declaration import Declaration, Stage, StageCode
from schemas.findings.finding import Finding, Severity, error, warning
from schemas.findings.naming import name_of, plain
from schemas.findings.numbers import half_digit
from schemas.findings.required import has_words

LARGE_SHARE = Decimal("0.05")
"""Share of the total above which a stage difference needs a reason."""

LIFE_CYCLE_STAGES = frozenset(
    {
        StageCode.RAW_MATERIAL,
        StageCode.PRODUCTION,
        StageCode.DISTRIBUTION,
        StageCode.USE,
        StageCode.END_OF_LIFE,
        StageCode.UPSTREAM,
        StageCode.OPERATIONS,
        StageCode.DOWNSTREAM,
    }
)
"""Stages that are not information modules of EN 15804. Sources name several stages under one of these codes."""

EN_15804 = "EN 15804+A2"
MODULES_OF_A_PRODUCT = (StageCode.C1, StageCode.C2, StageCode.C3, StageCode.C4, StageCode.D)
"""What every construction product declares beside A1-A3 (EN 15804+A2, 5.2), but for a few that the reviewer knows."""

_PARTS_OF_A1_A3 = frozenset({StageCode.A1, StageCode.A2, StageCode.A3})


def sum_findings(declaration: Declaration) -> Iterator[Finding]:
    """Codes ``gwp-sum``, ``stage-modules``, ``stage-mixed``, ``stage-twice`` and ``stage-sum``."""
    yield from _gwp_sum(declaration)
    yield from _modules(declaration)
    if declaration.stages:
        codes = [stage.code for stage in declaration.stages]
        known = set(codes)
        modules = known - LIFE_CYCLE_STAGES
        if modules:
            yield from _twice(codes, known)
        if modules and known & LIFE_CYCLE_STAGES:
            yield _mixed(codes)
        else:
            yield from _stage_sum(declaration, StageCode.A1_A3 in known)


def _gwp_sum(declaration: Declaration) -> Iterator[Finding]:
    """Rule 1. A part that is not known is not zero, so the rule speaks only when all three are given."""
    total, fossil = declaration.gwp_total, declaration.gwp_fossil
    biogenic, luluc = declaration.gwp_biogenic, declaration.gwp_luluc
    if total is None or fossil is None or biogenic is None or luluc is None:
        return
    parts = fossil + biogenic + luluc
    allowed = half_digit(total) + half_digit(fossil) + half_digit(biogenic) + half_digit(luluc)
    if abs(total - parts) > allowed:
        name = name_of("$.gwp_total")
        yield error(
            "gwp-sum",
            "$.gwp_total",
            f"{name.en} is {plain(total)}, but fossil, biogenic and land use footprint add up to {plain(parts)}, and "
            f"rounding explains no more than {plain(allowed)}: correct the number that is wrong.",
            f"{name.zh}为{plain(total)}，而化石源、生物源、土地利用三项之和为{plain(parts)}，"
            f"修约误差至多为{plain(allowed)}：请更正有误的数值。",
        )


def _modules(declaration: Declaration) -> Iterator[Finding]:
    """A construction product is declared in modules: at least A1-A3, C1-C4 and D. A place is declared by the year."""
    if declaration.gtin is None or not any(standard_named(name) == EN_15804 for name in declaration.standards):
        return
    known = {stage.code for stage in declaration.stages}
    lacking = [code.value for code in MODULES_OF_A_PRODUCT if code not in known]
    if StageCode.A1_A3 not in known and not known >= _PARTS_OF_A1_A3:
        lacking.insert(0, StageCode.A1_A3.value)
    if lacking:
        name = name_of("$.stages")
        yield warning(
            "stage-modules",
            "$.stages",
            f"{name.en} lacks {', '.join(lacking)}, which {EN_15804} asks of a construction product: add the modules, "
            "or have the reviewer confirm that the product is exempt.",
            f"{name.zh}缺少{'、'.join(lacking)}，{EN_15804}要求建筑产品予以声明：请补充这些模块，或请审核人确认可以豁免。",
        )


def _twice(codes: list[StageCode], known: set[StageCode]) -> Iterator[Finding]:
    """A module counted twice: given twice, or as A1, A2 or A3 beside A1-A3 (EN 15804+A2, 6.2.2)."""
    seen: set[StageCode] = set()
    for at, code in enumerate(codes):
        inside = code in _PARTS_OF_A1_A3 and StageCode.A1_A3 in known
        if inside or (code in seen and code not in LIFE_CYCLE_STAGES):
            name = name_of(f"$.stages[{at}].code")
            other = StageCode.A1_A3 if inside else code
            yield error(
                "stage-twice",
                f"$.stages[{at}].code",
                f"{name.en} is {code}, which {other} in this list counts already: give each module once.",
                f"{name.zh}为{code}，已计入列表中的{other}：每个信息模块只能填写一次。",
            )
        seen.add(code)


def _mixed(codes: list[StageCode]) -> Finding:
    at = next(at for at, code in enumerate(codes) if (code in LIFE_CYCLE_STAGES) != (codes[0] in LIFE_CYCLE_STAGES))
    name = name_of(f"$.stages[{at}].code")
    return error(
        "stage-mixed",
        f"$.stages[{at}].code",
        f"{name.en} is {codes[at]} beside {codes[0]}: use life-cycle stages, or EN 15804 modules, not both.",
        f"{name.zh}为{codes[at]}，与{codes[0]}混用：请统一使用生命周期阶段，或统一使用EN 15804的A1至D模块。",
    )


def _stage_sum(declaration: Declaration, has_a1_a3: bool) -> Iterator[Finding]:
    """Rule 2. Module D lies outside the total (EN 15804+A2, 6.2.7); an unknown stage leaves nothing to compare."""
    total = declaration.gwp_total
    if total is None:
        return
    counted: list[Decimal] = []
    for stage in declaration.stages:
        if _is_counted(stage, has_a1_a3):
            if stage.gwp is None:
                return
            counted.append(stage.gwp)
    if not counted:
        return
    parts = sum(counted, Decimal(0))
    difference = abs(total - parts)
    if difference > sum(map(half_digit, counted), half_digit(total)):
        yield _differs(declaration, total, parts, difference)


def _is_counted(stage: Stage, has_a1_a3: bool) -> bool:
    return stage.code != StageCode.D and not (has_a1_a3 and stage.code in _PARTS_OF_A1_A3)


def _differs(declaration: Declaration, total: Decimal, parts: Decimal, difference: Decimal) -> Finding:
    name = name_of("$.stages")
    has_d = any(stage.code == StageCode.D for stage in declaration.stages)
    apart_en, apart_zh = (" without module D", "（不含模块D）") if has_d else ("", "")
    share_en = f"{difference / abs(total) * 100:.1f} % of it" if total else "which has no share of it"
    share_zh = f"占总量的{difference / abs(total) * 100:.1f}%" if total else "总量为零，无法计算占比"
    large = difference > LARGE_SHARE * abs(total)
    blocks = large and not has_words(declaration.stage_sum_reason)
    fix_en = "correct the numbers, or give the reason in stage_sum_reason" if blocks else "check the numbers"
    fix_zh = "请更正数值，或在stage_sum_reason中说明原因" if blocks else "请核对数值"
    message = {
        "en": f"{name.en} adds up to {plain(parts)}{apart_en}, but the total footprint (gwp_total) is "
        f"{plain(total)}; they differ by {plain(difference)}, {share_en}: {fix_en}.",
        "zh": f"{name.zh}合计{apart_zh}为{plain(parts)}，而碳足迹总量（gwp_total）为{plain(total)}，"
        f"相差{plain(difference)}，{share_zh}：{fix_zh}。",
    }
    return Finding("stage-sum", "$.stages", Severity.ERROR if blocks else Severity.WARNING, message)
