"""The information modules of a construction product's declaration (EN 15804+A2, 6.2) as stages, total and boundary.

A declaration by modules states no total. Where it declares the whole life, the total is the sum of all modules but D,
from cradle to grave; else it is that of A1-A3, from cradle to gate, the other modules stand beside it, and the reason
for the difference says so. Sums are exact.
"""

from collections.abc import Mapping
from decimal import Decimal

from registry.imports.taking import Taking, written
from schemas.declaration import StageCode
from schemas.findings.numbers import EXACT

PARTS = ("A1", "A2", "A3")
MODULES = (*(code.value for code in StageCode if code.value[1:2].isdigit()), "D")
"""Every module of a total or outside it, A1-A3 first."""

_TO_THE_GRAVE = frozenset({"A4", "A5", "C1", "C2", "C3", "C4"})
_GATE = {
    "en": "The total is that of modules A1-A3, from cradle to gate; the other modules are declared beside it.",
    "zh": "总量为A1-A3模块（摇篮到大门）之和；其他模块另行列出。",
}

Modules = Mapping[str, Decimal]
"""Figures by module, kgCO2e."""


def take_modules(taking: Taking, figures: Mapping[str, Modules], places: Mapping[str, str], nowhere: str) -> None:
    """Sets stages, boundary, total and its parts.

    ``figures`` has the modules of ``gwp_total`` and maybe ``gwp_fossil``, ``gwp_biogenic`` and ``gwp_luluc``,
    ``places`` where each of these is from; ``nowhere`` is the place in which there would be one.
    """
    totals = without_parts(figures.get("gwp_total", {}))
    at = places.get("gwp_total", nowhere)
    counted = _counted(totals)
    whole_life = counted is not None and _is_whole_life(totals)
    scope = [code for code in totals if code != "D"] if whole_life else counted or []
    taking.put("stages", [{"code": code, "gwp": written(totals[code])} for code in MODULES if code in totals], at)
    taking.put("boundary", "cradle-to-grave" if whole_life else "cradle-to-gate", at)
    if counted is None:
        en = "has no module A1-A3: give it, or A1, A2 and A3"
        taking.problem("modules-none", "gwp_total", at, en, "没有A1-A3模块：请填写该模块，或分别填写A1、A2和A3")
        return
    if not whole_life and set(totals) - set(scope) - {"D"}:
        taking.put("stage_sum_reason", _GATE, at)
    for field, modules in figures.items():
        there = without_parts(modules)
        total = _sum(there, scope) if set(scope) <= set(there) else None
        taking.put(field, None if total is None else written(total), places[field])


def without_parts(modules: Modules) -> dict[str, Decimal]:
    """The modules, without A1, A2 and A3 where A1-A3 has them already."""
    return {code: figure for code, figure in modules.items() if "A1-A3" not in modules or code not in PARTS}


def _counted(totals: Modules) -> list[str] | None:
    """The modules that are A1 to A3; None if not all of them are there."""
    if "A1-A3" in totals:
        return ["A1-A3"]
    return list(PARTS) if set(PARTS) <= set(totals) else None


def _is_whole_life(totals: Modules) -> bool:
    """Installation, use and end of life, too: at least one module of use (EN 15804+A2, 5.2, type c)."""
    return set(totals) >= _TO_THE_GRAVE and any(code.startswith("B") for code in totals)


def _sum(modules: Modules, scope: list[str]) -> Decimal:
    total = Decimal(0)
    for code in scope:
        total = EXACT.add(total, modules[code])
    return total
