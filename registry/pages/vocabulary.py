"""The words for the values of the vocabulary: verdicts, units, boundaries, stages, levels. English, then Chinese."""

from enum import StrEnum
from typing import NamedTuple

from schemas.declaration import AssuranceLevel, Boundary, DeclaredUnit, StageCode
from schemas.verdict import Freshness, VerdictCode
from schemas.verdict_words import SENTENCES


class Both(NamedTuple):
    """One wording in both languages."""

    en: str
    zh: str

    def text(self, language: str) -> str:
        """The wording in ``language``."""
        return self.zh if language == "zh" else self.en


class Tone(StrEnum):
    """The colour of a verdict. Nothing but a valid label is ``GOOD``."""

    GOOD = "good"
    CAUTION = "caution"
    STOP = "stop"
    MUTE = "mute"


class VerdictWords(NamedTuple):
    """How a verdict is told: shape, colour, the sentence, one or two words for lists, and what to do."""

    shape: str
    tone: Tone
    sentence: Both
    short: Both
    advice: Both | None


def _sentence(code: VerdictCode) -> Both:
    return Both(SENTENCES[code]["en"], SENTENCES[code]["zh"])


VERDICTS: dict[VerdictCode, VerdictWords] = {
    VerdictCode.VALID: VerdictWords("tick", Tone.GOOD, _sentence(VerdictCode.VALID), Both("Current", "有效"), None),
    VerdictCode.SUPERSEDED: VerdictWords(
        "tick-arrow",
        Tone.CAUTION,
        _sentence(VerdictCode.SUPERSEDED),
        Both("Replaced by a newer one", "已有更新"),
        None,
    ),
    VerdictCode.EXPIRED: VerdictWords(
        "clock",
        Tone.CAUTION,
        _sentence(VerdictCode.EXPIRED),
        Both("Past its date", "已过期"),
        Both("The declaration has run out. Nobody vouches for the figure today.", "声明已到期，该数值现已无人担保。"),
    ),
    VerdictCode.SUSPENDED: VerdictWords(
        "pause",
        Tone.STOP,
        _sentence(VerdictCode.SUSPENDED),
        Both("Suspended", "已暂停"),
        None,
    ),
    VerdictCode.WITHDRAWN: VerdictWords(
        "cross",
        Tone.STOP,
        _sentence(VerdictCode.WITHDRAWN),
        Both("Withdrawn", "已撤销"),
        None,
    ),
    VerdictCode.MISMATCH: VerdictWords(
        "boxes",
        Tone.STOP,
        _sentence(VerdictCode.MISMATCH),
        Both("For another product", "商品不符"),
        Both(
            "The label is genuine, but it was made for the product named below. It says nothing about yours.",
            "标签本身是真实的，但它属于下面所列的商品，与您手中的商品无关。",
        ),
    ),
    VerdictCode.UNLOGGED: VerdictWords(
        "question",
        Tone.CAUTION,
        _sentence(VerdictCode.UNLOGGED),
        Both("Not confirmed", "未能确认"),
        Both(
            "Do not rely on it yet. Scan again later; if this stays, tell the shop.",
            "请暂勿采信。请稍后再扫；若结果不变，请告知商家。",
        ),
    ),
    VerdictCode.FORGED: VerdictWords(
        "cross",
        Tone.STOP,
        _sentence(VerdictCode.FORGED),
        Both("Not genuine", "伪造"),
        Both(
            "This registry never issued this label for this product. Ignore what it says, and tell the shop.",
            "本登记处从未为该商品签发此标签。请勿采信，并告知商家。",
        ),
    ),
    VerdictCode.UNKNOWN_KEY: VerdictWords(
        "question",
        Tone.CAUTION,
        _sentence(VerdictCode.UNKNOWN_KEY),
        Both("Unknown signer", "签发方未知"),
        Both(
            "This registry does not know who signed the label. Do not rely on it.",
            "本登记处不认识此标签的签发方。请勿采信。",
        ),
    ),
    VerdictCode.UNSIGNED: VerdictWords(
        "dash",
        Tone.MUTE,
        _sentence(VerdictCode.UNSIGNED),
        Both("No signature", "无签名"),
        Both(
            "Anyone can print a link like this one, so it proves nothing.", "任何人都能印出这样的链接，它不能证明什么。"
        ),
    ),
    VerdictCode.UNREADABLE: VerdictWords(
        "dash",
        Tone.MUTE,
        _sentence(VerdictCode.UNREADABLE),
        Both("Not a label", "无法识别"),
        Both(
            "Scan the whole code again: flat, in good light. Another kind of code is not read here.",
            "请将标签放平，在明亮处重新扫描整个二维码。此处无法读取其他类型的码。",
        ),
    ),
}
"""The table of verdicts: the sentences are fixed wording."""

UNIT_WORDS: dict[DeclaredUnit, Both] = {
    DeclaredUnit.KILOGRAM: Both("kilogram", "千克"),
    DeclaredUnit.LITER: Both("liter", "升"),
    DeclaredUnit.CUBIC_METER: Both("cubic meter", "立方米"),
    DeclaredUnit.KILOWATT_HOUR: Both("kilowatt hour", "千瓦时"),
    DeclaredUnit.MEGAJOULE: Both("megajoule", "兆焦"),
    DeclaredUnit.TON_KILOMETER: Both("ton kilometer", "吨公里"),
    DeclaredUnit.SQUARE_METER: Both("square meter", "平方米"),
    DeclaredUnit.PIECE: Both("piece", "件"),
    DeclaredUnit.HOUR: Both("hour", "小时"),
    DeclaredUnit.MEGABIT_SECOND: Both("megabit per second", "兆比特每秒"),
}

UNIT_SYMBOLS: dict[DeclaredUnit, Both] = {
    DeclaredUnit.KILOGRAM: Both("kg", "千克"),
    DeclaredUnit.LITER: Both("liters", "升"),
    DeclaredUnit.CUBIC_METER: Both("m³", "立方米"),
    DeclaredUnit.KILOWATT_HOUR: Both("kWh", "千瓦时"),
    DeclaredUnit.MEGAJOULE: Both("MJ", "兆焦"),
    DeclaredUnit.TON_KILOMETER: Both("ton kilometers", "吨公里"),
    DeclaredUnit.SQUARE_METER: Both("m²", "平方米"),
    DeclaredUnit.PIECE: Both("pieces", "件"),
    DeclaredUnit.HOUR: Both("hours", "小时"),
    DeclaredUnit.MEGABIT_SECOND: Both("Mbit/s", "兆比特每秒"),
}
"""Units behind an amount other than one."""

BOUNDARIES: dict[Boundary, tuple[Both, Both]] = {
    Boundary.CRADLE_TO_GATE: (
        Both("From raw material to the factory gate", "从原材料到产品出厂"),
        Both("Use and disposal are not counted.", "使用和废弃处置未计入。"),
    ),
    Boundary.CRADLE_TO_GRAVE: (
        Both("The whole life, from raw material to disposal", "全生命周期：从原材料到废弃处置"),
        Both("Making, transport, use and disposal are all counted.", "生产、运输、使用和废弃处置均已计入。"),
    ),
    Boundary.CRADLE_TO_CONSUMPTION: (
        Both("From raw material until it is consumed", "从原材料到消费使用"),
        Both("What comes after consumption is not counted.", "消费之后的环节未计入。"),
    ),
}
"""What a figure covers, in words, and what that means."""

PLACE_BOUNDARIES: dict[Boundary, tuple[Both, Both]] = {
    Boundary.CRADLE_TO_GATE: (
        Both("From raw material to what the place itself emits", "从原材料到该地点自身的排放"),
        Both("What comes after is not counted.", "此后的环节未计入。"),
    ),
    Boundary.CRADLE_TO_GRAVE: (
        Both("The whole life, from raw material to disposal", "全生命周期：从原材料到废弃处置"),
        Both("Supplies, running the place and disposal are all counted.", "供应、运行和废弃处置均已计入。"),
    ),
    Boundary.CRADLE_TO_CONSUMPTION: (
        Both("From raw material until it is consumed here", "从原材料到在此消费使用"),
        Both("What comes after consumption is not counted.", "消费之后的环节未计入。"),
    ),
}
"""The same of the figure of a place."""

STAGES: dict[StageCode, Both] = {
    StageCode.RAW_MATERIAL: Both("Raw materials", "原材料获取"),
    StageCode.PRODUCTION: Both("Production", "生产制造"),
    StageCode.DISTRIBUTION: Both("Transport and sale", "运输与销售"),
    StageCode.USE: Both("Use", "使用"),
    StageCode.END_OF_LIFE: Both("End of life", "废弃处置"),
    StageCode.UPSTREAM: Both("Suppliers", "上游供应链"),
    StageCode.OPERATIONS: Both("Own operations", "企业自身运营"),
    StageCode.DOWNSTREAM: Both("After leaving the company", "下游环节"),
    StageCode.A1_A3: Both("Making the product (A1-A3)", "产品阶段 (A1-A3)"),
    StageCode.A1: Both("Raw materials (A1)", "原材料供应 (A1)"),
    StageCode.A2: Both("Transport to the factory (A2)", "运至工厂 (A2)"),
    StageCode.A3: Both("Manufacturing (A3)", "生产制造 (A3)"),
    StageCode.A4: Both("Transport to the site (A4)", "运至工地 (A4)"),
    StageCode.A5: Both("Installation (A5)", "施工安装 (A5)"),
    StageCode.B1: Both("Use (B1)", "使用 (B1)"),
    StageCode.B2: Both("Maintenance (B2)", "维护 (B2)"),
    StageCode.B3: Both("Repair (B3)", "维修 (B3)"),
    StageCode.B4: Both("Replacement (B4)", "更换 (B4)"),
    StageCode.B5: Both("Refurbishment (B5)", "翻新 (B5)"),
    StageCode.B6: Both("Energy in use (B6)", "运行用能 (B6)"),
    StageCode.B7: Both("Water in use (B7)", "运行用水 (B7)"),
    StageCode.C1: Both("Demolition (C1)", "拆除 (C1)"),
    StageCode.C2: Both("Transport to disposal (C2)", "废弃物运输 (C2)"),
    StageCode.C3: Both("Waste processing (C3)", "废弃物处理 (C3)"),
    StageCode.C4: Both("Disposal (C4)", "最终处置 (C4)"),
    StageCode.D: Both("Beyond the life cycle (D)", "系统边界外 (D)"),
}

LEVELS: dict[AssuranceLevel, tuple[Both, Both]] = {
    AssuranceLevel.LIMITED: (
        Both("Limited assurance", "有限保证"),
        Both("the body found nothing that speaks against the figure", "核查中未发现与该数值相悖之处"),
    ),
    AssuranceLevel.REASONABLE: (
        Both("Reasonable assurance", "合理保证"),
        Both("the body examined the figure in depth", "核查机构对该数值作了深入审查"),
    ),
}
"""Levels of assurance, and what each means in plain words (ISO 14064-3)."""

FRESHNESS: dict[Freshness, Both] = {
    Freshness.ONLINE: Both("asked the registry just now", "刚刚在线查询"),
    Freshness.FRESH: Both("from an up-to-date copy", "来自最新的副本"),
    Freshness.STALE: Both("from a copy that is due for renewal", "来自待更新的副本"),
    Freshness.EXPIRED: Both("from a copy that is out of date", "来自已过期的副本"),
}

DEMONSTRATION = Both(
    "Demonstration: historic figures as companies reported them to CDP. "
    "These companies are not members, and these labels are not theirs.",
    "演示：数据为企业历史上向 CDP 报告的数值。这些企业并非成员，这些标签也不属于它们。",
)
