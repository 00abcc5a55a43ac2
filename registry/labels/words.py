"""Every word that a label prints, in English and Chinese.

Short enough for a column 15 mm wide, plain enough for a shopper, and no claim: a label says "carbon footprint" and
what it covers, never that something is good for the climate.
"""

from collections.abc import Mapping
from decimal import Decimal

from schemas.declaration import Boundary, DeclaredUnit, StageCode

LANGUAGES = ("en", "zh")
SCAN = ("Scan to verify", "扫码核验")
"""The call to scan, in both languages on every label: whoever holds the pack must understand it."""

LABEL = {"en": "Carbon footprint label", "zh": "碳足迹标签"}
CARBON_FOOTPRINT = {"en": "Carbon footprint", "zh": "碳足迹"}
YEAR = {"en": "data {year}", "zh": "数据年份 {year}"}
VERIFIER = {"en": "checked by {name}", "zh": "核查：{name}"}
PER = {"en": "per {amount} {unit}", "zh": "每 {amount} {unit}"}
PER_YEAR = {"en": "per {amount} {unit} and year", "zh": "每 {amount} {unit}每年"}
"""Of a place."""
LOT = {"en": "Lot {value}", "zh": "批号 {value}"}
SERIAL = {"en": "Serial {value}", "zh": "序列号 {value}"}

BOUNDARIES: Mapping[Boundary, Mapping[str, str]] = {
    Boundary.CRADLE_TO_GATE: {"en": "raw material to factory gate", "zh": "从原料到出厂"},
    Boundary.CRADLE_TO_GRAVE: {"en": "raw material to end of life", "zh": "从原料到废弃处置"},
    Boundary.CRADLE_TO_CONSUMPTION: {"en": "raw material to use", "zh": "从原料到使用"},
}

BY_STAGE = {"en": ("By stage,", ""), "zh": ("各阶段（", "）")}
"""What stands before and behind the unit of the stages' amounts."""
UNKNOWN = {"en": "unknown", "zh": "未知"}

MODULES: Mapping[StageCode, str] = {
    **dict.fromkeys((StageCode.A1_A3, StageCode.A1, StageCode.A2, StageCode.A3), "A1-A3"),
    **dict.fromkeys((StageCode.A4, StageCode.A5), "A4-A5"),
    **{code: "B" for code in StageCode if code.startswith("B")},
    **{code: "C" for code in StageCode if code.startswith("C")},
}
"""The stage of EN 15804+A2 (6.2) of each information module that is in the total."""

STAGES: Mapping[StageCode | str, Mapping[str, str]] = {
    StageCode.RAW_MATERIAL: {"en": "Raw materials", "zh": "原材料获取"},
    StageCode.PRODUCTION: {"en": "Production", "zh": "生产制造"},
    StageCode.DISTRIBUTION: {"en": "Transport and sale", "zh": "运输与销售"},
    StageCode.USE: {"en": "Use", "zh": "使用"},
    StageCode.END_OF_LIFE: {"en": "End of life", "zh": "废弃处置"},
    StageCode.UPSTREAM: {"en": "Suppliers", "zh": "上游供应链"},
    StageCode.OPERATIONS: {"en": "Own operations", "zh": "企业自身运营"},
    StageCode.DOWNSTREAM: {"en": "Later in its life", "zh": "下游环节"},
    "A1-A3": {"en": "Making (A1-A3)", "zh": "产品阶段 (A1-A3)"},
    "A4-A5": {"en": "Building (A4-A5)", "zh": "施工阶段 (A4-A5)"},
    "B": {"en": "Use (B)", "zh": "使用阶段 (B)"},
    "C": {"en": "End of life (C)", "zh": "废弃处置 (C)"},
}

# The English plural is given where it differs; symbols of SI units have none.
_UNITS: Mapping[DeclaredUnit, tuple[str, str, str]] = {
    DeclaredUnit.KILOGRAM: ("kg", "kg", "千克"),
    DeclaredUnit.LITER: ("litre", "litres", "升"),
    DeclaredUnit.CUBIC_METER: ("m³", "m³", "立方米"),
    DeclaredUnit.KILOWATT_HOUR: ("kWh", "kWh", "千瓦时"),
    DeclaredUnit.MEGAJOULE: ("MJ", "MJ", "兆焦"),
    DeclaredUnit.TON_KILOMETER: ("tonne-km", "tonne-km", "吨公里"),
    DeclaredUnit.SQUARE_METER: ("m²", "m²", "平方米"),
    DeclaredUnit.PIECE: ("piece", "pieces", "件"),
    DeclaredUnit.HOUR: ("hour", "hours", "小时"),
    DeclaredUnit.MEGABIT_SECOND: ("megabit second", "megabit seconds", "兆比特秒"),
}


def number(value: Decimal) -> str:
    """A decimal with every digit it was given, thousands in groups and a true minus: ``3,718,044``, ``−1.20``."""
    return f"{value:,f}".replace("-", "\N{MINUS SIGN}")


def unit(declared: DeclaredUnit, amount: Decimal, language: str) -> str:
    """The declared unit in words, in the number that ``amount`` asks for."""
    one, many, chinese = _UNITS[declared]
    if language == "zh":
        return chinese
    return one if amount == 1 else many
