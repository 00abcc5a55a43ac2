"""The parts of a product: pinned to records, without cycles, in units that convert, and not above what is upstream."""

from collections import deque
from collections.abc import Iterator
from decimal import Decimal, localcontext

import msgspec

from schemas.declaration import UPSTREAM_STAGES, Component, Declaration, DeclaredUnit, StageCode
from schemas.findings.finding import Finding, error, warning
from schemas.findings.keys import key_of
from schemas.findings.naming import name_of, plain
from schemas.findings.numbers import EXACT, half_digit
from schemas.findings.ranges import is_index
from schemas.findings.registered import ComponentFacts, Registered

REVOKED = "component-revoked"
CHAIN_LIMIT = 10_000
"""Records that the search for a cycle looks at, at most."""

_IN_MEGAJOULES = {DeclaredUnit.MEGAJOULE: Decimal(1), DeclaredUnit.KILOWATT_HOUR: Decimal("3.6")}
_IN_LITERS = {DeclaredUnit.LITER: Decimal(1), DeclaredUnit.CUBIC_METER: Decimal(1000)}
_STATUS_ZH = {"superseded": "被取代", "suspended": "暂停", "withdrawn": "撤销"}


def component_findings(declaration: Declaration, registered: Registered | None, unfit: set[str]) -> Iterator[Finding]:
    """Rule 8. ``unfit`` holds the paths of numbers that arithmetic leaves out.

    Codes ``component-key``, ``component-twice``, ``component-sum`` and ``area-total``; with ``registered``, also
    ``component-unknown``, ``component-stale``, ``component-unit``, ``component-contribution``, ``component-cycle`` and
    ``component-period``.
    """
    if not declaration.components:
        return
    seen: set[int] = set()
    for at, component in enumerate(declaration.components):
        if (component.record is None) == (component.urn is None):
            yield _without_one_key(at)
        if component.record in seen:
            yield _twice(at, component.record)
        if component.record is not None:
            seen.add(component.record)
    facts: dict[int, ComponentFacts] = {}
    if registered is not None:
        facts = _facts_of(declaration, registered)
        for at, component in enumerate(declaration.components):
            yield from _pinned(at, component, facts)
            if not any(path.startswith(f"$.components[{at}]") for path in unfit):
                yield from _contribution(at, component, facts)
        yield from _cycles(declaration, facts, registered)
        if declaration.gln is not None:
            yield from _periods(declaration, facts)
    if not any(path.startswith(("$.components", "$.gwp_total")) for path in unfit):
        yield from (_sum if declaration.gln is None else _area_total)(declaration, facts)


def component_standing(declaration: Declaration, registered: Registered) -> list[Finding]:
    """What the records that ``declaration`` pins are worth now: to be asked again when it is published, and later.

    Codes ``component-unknown``, ``component-stale`` and ``component-unit`` as ``findings`` gives them, and
    ``component-revoked``: nothing new may rest on a record that nobody may rely on. Never raises.
    """
    facts = _facts_of(declaration, registered)
    found: list[Finding] = []
    with localcontext(EXACT):
        for at, component in enumerate(declaration.components):
            found += _pinned(at, component, facts)
            child = None if component.record is None else facts.get(component.record)
            if child is not None and child.status in ("suspended", "withdrawn"):
                found.append(_revoked(at, component.record, child.status))
    return found


def _facts_of(declaration: Declaration, registered: Registered) -> dict[int, ComponentFacts]:
    """The facts of every record that ``declaration`` pins and that there is."""
    pinned = {part.record for part in declaration.components if part.record is not None and is_index(part.record)}
    return {record: child for record in pinned if (child := registered.component(record)) is not None}


def units_of(amount: Decimal, unit: DeclaredUnit, child: ComponentFacts) -> Decimal | None:
    """``amount`` in the declared unit of ``child``; ``None`` when the units do not convert.

    Energy converts at 3.6 MJ per kWh, volume at 1,000 l per cubic meter, kilograms through the mass of one unit.
    """
    own = child.declared_unit
    if unit == own:
        return amount
    for scale in (_IN_MEGAJOULES, _IN_LITERS):
        if unit in scale and own in scale:
            return amount * scale[unit] / scale[own]
    if unit == DeclaredUnit.KILOGRAM and child.mass_per_unit is not None and child.mass_per_unit > 0:
        return amount / child.mass_per_unit
    return None


def _pinned(at: int, component: Component, facts: dict[int, ComponentFacts]) -> Iterator[Finding]:
    if component.record is None or not is_index(component.record):
        return
    path = f"$.components[{at}].record"
    name = name_of(path)
    child = facts.get(component.record)
    if child is None:
        yield error(
            "component-unknown",
            path,
            f"{name.en} is {component.record}, which the registry does not have: give the index of a published record.",
            f"{name.zh}为{component.record}，登记处没有该记录：请填写已发布记录的序号。",
        )
        return
    if child.status != "active":
        yield warning(
            "component-stale",
            path,
            f"{name.en} is {component.record}, which is {child.status}: pin the record that holds now, or have the "
            "reviewer accept it.",
            f"{name.zh}为{component.record}，该记录已{_STATUS_ZH.get(child.status)}：请改用现行记录，或请审核人确认。",
        )
    if units_of(component.amount, component.unit, child) is None:
        unit = name_of(f"$.components[{at}].unit")
        yield error(
            "component-unit",
            f"$.components[{at}].unit",
            f"{unit.en} is {component.unit}, which does not convert to the {child.declared_unit} that record "
            f"{component.record} declares: give the amount in {child.declared_unit}.",
            f"{unit.zh}为{component.unit}，无法换算为记录{component.record}的声明单位{child.declared_unit}："
            f"请以{child.declared_unit}填写数量。",
        )


def _contribution(at: int, component: Component, facts: dict[int, ComponentFacts]) -> Iterator[Finding]:
    """What the product says that a part contributes is what the part's record says, but for rounding."""
    stated = component.contribution
    recorded = _part(msgspec.structs.replace(component, contribution=None), facts)
    if stated is None or recorded is None or abs(stated - recorded[0]) <= half_digit(stated) + recorded[1]:
        return
    path = f"$.components[{at}].contribution"
    name = name_of(path)
    figure = plain(round(recorded[0], 9).normalize())
    yield warning(
        "component-contribution",
        path,
        f"{name.en} is {plain(stated)} kgCO2e, but record {component.record} gives {figure} for that amount: correct "
        "the amount or the contribution, or leave the contribution out.",
        f"{name.zh}为{plain(stated)}千克二氧化碳当量，而按记录{component.record}折算该数量为{figure}："
        "请更正数量或贡献量，或不填贡献量。",
    )


def _cycles(declaration: Declaration, facts: dict[int, ComponentFacts], registered: Registered) -> Iterator[Finding]:
    """A product cannot contain itself, at any depth."""
    key = key_of(declaration)
    closing = set() if key is None else _closing(key, facts, registered)
    for at, component in enumerate(declaration.components):
        if component.record in closing:
            path = f"$.components[{at}].record"
            name = name_of(path)
            yield error(
                "component-cycle",
                path,
                f"{name.en} is or contains the declared product itself ({key}): remove the component that closes the "
                "circle.",
                f"{name.zh}就是或包含所申报的产品本身（{key}）：请删除造成循环的组成部分。",
            )


def _closing(key: str, facts: dict[int, ComponentFacts], registered: Registered) -> set[int]:
    """The records that are the product with ``key`` or contain it; each record is looked at once, nearest first."""
    containers: dict[int, list[int]] = {}
    found: list[int] = []
    known = set(facts)
    waiting = deque(facts)
    looked_at = 0
    while waiting and looked_at < CHAIN_LIMIT:
        looked_at += 1
        index = waiting.popleft()
        child = facts.get(index) or registered.component(index)
        if child is None:
            continue
        if child.key == key:
            found.append(index)
            continue
        for part in child.components:
            containers.setdefault(part, []).append(index)
            if part not in known:
                known.add(part)
                waiting.append(part)
    closing: set[int] = set()
    while found:
        index = found.pop()
        if index not in closing:
            closing.add(index)
            found += containers.get(index, ())
    return closing


def _sum(declaration: Declaration, facts: dict[int, ComponentFacts]) -> Iterator[Finding]:
    """What the components emit cannot exceed what is upstream of the product. Unknown components only add to it."""
    upstream = _upstream(declaration)
    if upstream is None:
        return
    parts = [part for component in declaration.components if (part := _part(component, facts)) is not None]
    total = sum((emitted for emitted, _ in parts), Decimal(0))
    slack = sum((rounding for _, rounding in parts), upstream[1])
    if parts and total - upstream[0] > slack:
        name = name_of("$.components")
        coverage = f"{total / upstream[0] * 100:.0f} %" if upstream[0] > 0 else "more than 100 %"
        coverage_zh = coverage.replace(" ", "").replace("morethan", "超过")
        yield warning(
            "component-sum",
            "$.components",
            f"{name.en} adds up to {plain(total)} kgCO2e, {coverage} of the {plain(upstream[0])} that are upstream of "
            "the product: check amounts, units and contributions.",
            f"{name.zh}合计{plain(total)}千克二氧化碳当量，为产品上游{plain(upstream[0])}的{coverage_zh}："
            "请核对数量、单位和贡献量。",
        )


def _area_total(declaration: Declaration, facts: dict[int, ComponentFacts]) -> Iterator[Finding]:
    """What a place's products add up to bounds its total, once all of them are known: they may supply one another,
    which its area statement takes off, and nothing else of it is listed."""
    parts = [_part(component, facts) for component in declaration.components]
    known = [part for part in parts if part is not None]
    total = declaration.gwp_total
    if total is None or len(known) < len(parts):
        return
    listed = sum((emitted for emitted, _ in known), Decimal(0))
    if total - listed > sum((rounding for _, rounding in known), half_digit(total)):
        name, what = name_of("$.gwp_total"), name_of("$.components")
        yield warning(
            "area-total",
            "$.gwp_total",
            f"{name.en} is {plain(total)} kgCO2e, but {what.en} adds up to {plain(listed)} only: list what else the "
            "place emits or buys, or have the reviewer accept it.",
            f"{name.zh}为{plain(total)}千克二氧化碳当量，而{what.zh}合计仅{plain(listed)}："
            "请列出该场所的其他排放或采购，或请审核人确认。",
        )


def _periods(declaration: Declaration, facts: dict[int, ComponentFacts]) -> Iterator[Finding]:
    """The products of a place's reference period are counted by figures of that period."""
    start, end = declaration.reference_start, declaration.reference_end
    if start is None or end is None:
        return
    for at, component in enumerate(declaration.components):
        child = None if component.record is None else facts.get(component.record)
        if child is None or child.reference_start is None or child.reference_end is None:
            continue
        if child.reference_end < start or child.reference_start > end:
            path = f"$.components[{at}].record"
            name = name_of(path)
            yield warning(
                "component-period",
                path,
                f"{name.en} is {component.record}, whose figure is of {child.reference_start} to "
                f"{child.reference_end}, outside {start} to {end}: pin a record of that time, or have the reviewer "
                "accept it.",
                f"{name.zh}为{component.record}，其数据期为{child.reference_start}至{child.reference_end}，"
                f"不在{start}至{end}之内：请改用该时期的记录，或请审核人确认。",
            )


def _upstream(declaration: Declaration) -> tuple[Decimal, Decimal] | None:
    """Emissions of the upstream stages with their rounding; the total, when a stage or all of them are unknown."""
    stages = [stage for stage in declaration.stages if stage.code in UPSTREAM_STAGES]
    whole = [stage for stage in stages if stage.code == StageCode.A1_A3]
    known = [stage.gwp for stage in whole or stages if stage.gwp is not None]
    if known and len(known) == len(whole or stages):
        return sum(known, Decimal(0)), sum(map(half_digit, known), Decimal(0))
    if declaration.gwp_total is None:
        return None
    return declaration.gwp_total, half_digit(declaration.gwp_total)


def _part(component: Component, facts: dict[int, ComponentFacts]) -> tuple[Decimal, Decimal] | None:
    """kgCO2e of a component in one declared amount of the product, with its rounding; ``None`` when unknown."""
    if component.contribution is not None:
        return component.contribution, half_digit(component.contribution)
    child = None if component.record is None else facts.get(component.record)
    amount = None if child is None else units_of(component.amount, component.unit, child)
    if child is None or amount is None or child.declared_amount <= 0:
        return None
    share = amount / child.declared_amount
    return child.gwp_total * share, half_digit(child.gwp_total) * share


def _without_one_key(at: int) -> Finding:
    name = name_of(f"$.components[{at}]")
    return error(
        "component-key",
        f"$.components[{at}]",
        f"{name.en} needs either a record or a urn: give exactly one of them.",
        f"{name.zh}须填写record或urn：请填写且只填写其中一项。",
    )


def _revoked(at: int, record: int | None, status: str) -> Finding:
    path = f"$.components[{at}].record"
    name = name_of(path)
    wait = ("Wait until it is reinstated, or ", "请等待其恢复，或") if status == "suspended" else ("", "请")
    fix = f"{wait[0]}declare anew with a record that stands"
    return error(
        REVOKED,
        path,
        f"{name.en} is {record}, which is {status}: nothing is published that rests on it. {fix[0].upper()}{fix[1:]}.",
        f"{name.zh}为{record}，该记录已{_STATUS_ZH.get(status)}：不能据此发布。{wait[1]}改用现行记录重新申报。",
    )


def _twice(at: int, record: int | None) -> Finding:
    name = name_of(f"$.components[{at}].record")
    return error(
        "component-twice",
        f"$.components[{at}].record",
        f"{name.en} is {record} once more: list a record once, with the whole amount.",
        f"{name.zh}为{record}，与前面重复：同一记录只列一次，并填写合计数量。",
    )
