"""The columns of our template: what each is called in English and Chinese, and where in a declaration it goes.

This is the one list: the template, the reading of a sheet, the names in reports and the table in ``docs/import.md``
follow from it. Case, spaces, underscores and full-width forms do not matter in a column's name.
"""

import difflib
import unicodedata
from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from msgspec import Struct

from registry.imports.explained import SAYS_ZH, STAGE_ZH_SAYS
from schemas.declaration import AssuranceLevel, Boundary, DeclaredUnit, GwpBasis, StageCode

STAGE = "stage"
STAGE_ZH = "阶段"


class Form(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    KEY = "digits"
    NUMBER = "number"
    DATE = "date"
    LIST = "list, separated by ;"
    CHOICE = "one of the values"


FORMS = {
    Form.TEXT: "text 文本",
    Form.KEY: "digits 数字，文本格式",
    Form.NUMBER: "number 数值，例如1234.5",
    Form.DATE: "date 日期，例如2026-01-31",
    Form.LIST: "list, separated by ; 列表，以分号分隔",
}
"""Forms in both languages; a choice is told by its values."""


class Column(Struct, frozen=True):
    """A column: its two names, the JSON path that it fills, and how its cells are read.

    ``values`` maps what may be written, folded, to what the declaration says.
    """

    name: str
    chinese: str
    path: str
    form: Form
    example: str
    says: str
    values: dict[str, str] = {}

    @property
    def says_zh(self) -> str:
        """The same in Chinese."""
        return SAYS_ZH.get(self.name, STAGE_ZH_SAYS)


def folded(text: str) -> str:
    """A column name or value as it is compared."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(plain.replace("_", "").replace("*", "").split())


def _values(codes: type[StrEnum], chinese: tuple[str, ...]) -> dict[str, str]:
    names = {folded(code.value): code.value for code in codes}
    return names | {folded(name): code.value for name, code in zip(chinese, codes, strict=True)}


_UNITS = _values(
    DeclaredUnit,
    ("千克", "升", "立方米", "千瓦时", "兆焦", "吨公里", "平方米", "件", "小时", "兆比特秒"),
)
_BOUNDARIES = _values(Boundary, ("摇篮到大门", "摇篮到坟墓", "摇篮到消费"))
_LEVELS = _values(AssuranceLevel, ("有限", "合理"))
_BASES = _values(GwpBasis, ("第五次评估报告", "第六次评估报告"))
_STAGES_ZH = ("原材料", "生产", "分销", "使用", "生命末期", "上游", "运营", "下游")
_STAGE_NAMES_ZH = {code.value: name for code, name in zip(StageCode, _STAGES_ZH, strict=False)}
STAGES = {folded(code.value): code.value for code in StageCode} | {
    folded(name): code for code, name in _STAGE_NAMES_ZH.items()
}
"""Stage codes by what may be written behind ``stage:``."""

REFERENCE = Column(
    "reference", "编号", "$.reference", Form.TEXT, "LAMP-2026-01",
    "your own number of this declaration, at most 200 characters: a row that is loaded again under it changes nothing",
)  # fmt: skip
MEMBER = Column(
    "member", "成员", "$.owner", Form.TEXT, "",
    "member id of the company that declares; only where the file is not loaded for one member",
)  # fmt: skip

COLUMNS: tuple[Column, ...] = (
    REFERENCE,
    MEMBER,
    Column("gtin", "商品条码", "$.gtin", Form.KEY, "09521234567899", "GTIN of 8, 12, 13 or 14 digits, as text"),
    Column("gln", "位置码", "$.gln", Form.KEY, "", "GLN of 13 digits, for a place instead of a product"),
    Column("name_en", "英文名称", "$.product_name.en", Form.TEXT, "LED lamp 9 W", "name of the product in English"),
    Column("name_zh", "中文名称", "$.product_name.zh", Form.TEXT, "9瓦LED灯", "name of the product in Chinese"),
    Column("description_en", "英文说明", "$.description.en", Form.TEXT, "E27, 806 lm", "description in English"),
    Column("description_zh", "中文说明", "$.description.zh", Form.TEXT, "E27灯头，806流明", "description in Chinese"),
    Column("declared_unit", "声明单位", "$.declared_unit", Form.CHOICE, "piece", "what is counted", _UNITS),
    Column("declared_amount", "声明数量", "$.declared_amount", Form.NUMBER, "1", "how many units the figures are for"),
    Column("mass_per_unit", "单位质量", "$.mass_per_unit", Form.NUMBER, "0.06", "kg of one declared unit"),
    Column("boundary", "系统边界", "$.boundary", Form.CHOICE, "cradle-to-grave", "what is covered", _BOUNDARIES),
    Column("gwp_total", "碳足迹总量", "$.gwp_total", Form.NUMBER, "21.4", "kgCO2e per declared amount"),
    Column("gwp_fossil", "化石源碳足迹", "$.gwp_fossil", Form.NUMBER, "", "fossil part, kgCO2e"),
    Column("gwp_biogenic", "生物源碳足迹", "$.gwp_biogenic", Form.NUMBER, "", "biogenic part, kgCO2e"),
    Column("gwp_luluc", "土地利用碳足迹", "$.gwp_luluc", Form.NUMBER, "", "part of land use and its change, kgCO2e"),
    Column("biogenic_uptake", "生物源吸收", "$.biogenic_uptake", Form.NUMBER, "", "0 or less, kept apart, kgCO2e"),
    Column("removals", "清除量", "$.removals", Form.NUMBER, "", "0 or less, kept apart, kgCO2e"),
    Column("reference_start", "统计期开始", "$.reference_start", Form.DATE, "2025-01-01", "first day of the data"),
    Column("reference_end", "统计期结束", "$.reference_end", Form.DATE, "2025-12-31", "last day of the data"),
    Column("valid_from", "有效期开始", "$.valid_from", Form.DATE, "2026-05-01", "first day of validity"),
    Column("valid_until", "有效期截止", "$.valid_until", Form.DATE, "2028-05-01", "last day of validity"),
    Column("country", "国家", "$.country", Form.TEXT, "CN", "country of production, ISO 3166; or region"),
    Column("region", "地区", "$.region", Form.TEXT, "", "region of production; or country"),
    Column("plant", "工厂", "$.plant", Form.TEXT, "Ningbo 2", "plant of production"),
    Column("target_markets", "目标市场", "$.target_markets", Form.LIST, "CN;EU", "ISO 3166 codes; empty: any"),
    Column("standards", "标准", "$.standards", Form.LIST, "ISO 14067", "at least one"),
    Column("pcr", "产品种类规则", "$.pcr", Form.TEXT, "", "URN of the product category rules"),
    Column("gwp_basis", "暖化潜势依据", "$.gwp_basis", Form.CHOICE, "AR6", "IPCC report of the potentials", _BASES),
    Column("primary_data_share", "初级数据占比", "$.primary_data_share", Form.NUMBER, "62", "% of the total"),
    Column("exempted_share", "排除排放占比", "$.exempted_share", Form.NUMBER, "3", "% of the total left out"),
    Column(
        "stage_sum_reason_en", "阶段差异英文原因", "$.stage_sum_reason.en", Form.TEXT, "",
        "why stages and total differ by more than 5 %",
    ),
    Column(
        "stage_sum_reason_zh", "阶段差异中文原因", "$.stage_sum_reason.zh", Form.TEXT, "", "the same in Chinese",
    ),
    Column("claims_en", "英文环境声明", "$.claims.en", Form.TEXT, "", "environmental claim in English"),
    Column("claims_zh", "中文环境声明", "$.claims.zh", Form.TEXT, "", "environmental claim in Chinese"),
    Column(
        "verification_body", "核查机构", "$.verification.body", Form.TEXT, "",
        "member id; the verification columns count only where the operator publishes",
    ),
    Column("verification_standard", "核查标准", "$.verification.standard", Form.TEXT, "", "such as ISO 14064-3"),
    Column("verification_level", "保证等级", "$.verification.level", Form.CHOICE, "", "level of assurance", _LEVELS),
    Column("verification_date", "核查日期", "$.verification.date", Form.DATE, "", "day on which all was checked"),
    Column("verification_accreditation", "认可编号", "$.verification.accreditation", Form.TEXT, "", "if accredited"),
    Column(
        "verification_report_sha256", "核查报告SHA256", "$.verification.report_sha256", Form.TEXT, "",
        "SHA-256 of the report, 64 digits",
    ),
    Column("verification_report_url", "核查报告网址", "$.verification.report_url", Form.TEXT, "", "public address"),
)  # fmt: skip

EXAMPLE_REFERENCES = {
    "en": "EXAMPLE: write over it, or delete this row",
    "zh": "示例：请覆盖或删除本行",
}
"""What stands in the place of a reference in the template's example row, so that nobody registers it."""

STAGE_EXAMPLES = {StageCode.RAW_MATERIAL: "1.9", StageCode.PRODUCTION: "0.8", StageCode.USE: "18.7"}
"""Stages of the template's example row, which add up to its total."""

_BY_NAME = {folded(name): column for column in COLUMNS for name in (column.name, column.chinese)}


def column_named(name: str) -> Column | None:
    """The column that a header's cell means; None for an unknown one."""
    plain = folded(name)
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    start, colon, code = plain.partition(":")
    if colon and start in (STAGE, STAGE_ZH) and code in STAGES:
        return stage_column(STAGES[code])
    return None


def stage_column(code: str) -> Column:
    """The column of a life-cycle stage or module."""
    name = _STAGE_NAMES_ZH.get(code, code)
    return Column(f"{STAGE}:{code}", f"{STAGE_ZH}:{name}", f"$.stages.{code}", Form.NUMBER, "", "kgCO2e of this stage")


def nearest(name: str) -> str | None:
    """The known column whose name is nearest to ``name``, in the language that it is in; None when none is near."""
    known = {folded(each): each for each in _all_names()}
    found = difflib.get_close_matches(folded(name)[:60], known, 1, 0.5)
    return known[found[0]] if found else None


def _all_names() -> Iterator[str]:
    for column in COLUMNS:
        yield column.name
        yield column.chinese
    for code in StageCode:
        yield f"{STAGE}:{code}"
    for name in _STAGES_ZH:
        yield f"{STAGE_ZH}:{name}"


def table() -> str:
    """The table of columns for the documentation, in Markdown."""
    lines = ["| column | 列名 | form | means | example |", "|---|---|---|---|---|"]
    for column in COLUMNS:
        form = " / ".join(dict.fromkeys(column.values.values())) or column.form.value
        example = f"`{column.example}`" if column.example else ""
        lines.append(f"| `{column.name}` | {column.chinese} | {form} | {column.says} | {example} |")
    codes = ", ".join(f"`{code}`" for code in StageCode)
    lines.append(f"| `{STAGE}:`code | {STAGE_ZH}: | number | kgCO2e of a stage; code is one of {codes} | `1.9` |")
    return "\n".join(lines) + "\n"


def is_example(reference: str | None) -> bool:
    """Whether a row with this reference is the template's example, in whichever language."""
    return reference is not None and folded(reference).startswith(("example:", "示例:"))


def example_of(column: Column, today: date) -> str:
    """A column's cell in the example, which is about the year before ``today``, and holds from ``today`` for two."""
    dates = {
        "reference_start": f"{today.year - 1}-01-01",
        "reference_end": f"{today.year - 1}-12-31",
        "valid_from": today.isoformat(),
        "valid_until": f"{today.year + 2}-{today.month:02}-{min(today.day, 28):02}",
    }
    stages = {f"{STAGE}:{code}": example for code, example in STAGE_EXAMPLES.items()}
    return dates.get(column.name) or stages.get(column.name) or column.example
