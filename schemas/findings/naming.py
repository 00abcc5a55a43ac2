"""How a message names a field and shows a value: in English and Chinese, short, and safe to print anywhere."""

import re
from decimal import Decimal
from typing import NamedTuple

SHOWN = 40
"""Characters of a value that a message shows at most."""

TEXT_FIELDS = ("product_name", "description", "stage_sum_reason", "claims")
"""Fields that hold one text in several languages."""

_STEP = re.compile(r"\[([0-9]+)\]")
_SHORTHAND = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}", re.ASCII)

_LABELS = {
    "id": ("identifier", "标识"),
    "version": ("version", "版本号"),
    "supersedes": ("superseded record", "被取代的记录"),
    "owner": ("owner", "所有者"),
    "product_name": ("product name", "产品名称"),
    "description": ("description", "产品说明"),
    "gtin": ("GTIN", "全球贸易项目代码"),
    "gln": ("GLN", "全球位置码"),
    "product_ids": ("list of product identifiers", "产品标识列表"),
    "product_ids[]": ("Product identifier {}", "第{}个产品标识"),
    "classifications": ("list of classifications", "分类代码列表"),
    "classifications[]": ("Classification {}", "第{}个分类代码"),
    "declared_unit": ("declared unit", "声明单位"),
    "declared_amount": ("declared amount", "声明数量"),
    "mass_per_unit": ("mass per declared unit", "单位质量"),
    "boundary": ("system boundary", "系统边界"),
    "stages": ("list of stages", "阶段列表"),
    "stages[]": ("Stage {}", "第{}个阶段"),
    "stages[].code": ("code of stage {}", "第{}个阶段的代码"),
    "stages[].gwp": ("footprint of stage {}", "第{}个阶段的碳足迹"),
    "stages[].source_name": ("source name of stage {}", "第{}个阶段的原始名称"),
    "stage_sum_reason": ("reason for the stage difference", "阶段差异的原因说明"),
    "gwp_total": ("total footprint", "碳足迹总量"),
    "gwp_fossil": ("fossil footprint", "化石源碳足迹"),
    "gwp_biogenic": ("biogenic footprint", "生物源碳足迹"),
    "gwp_luluc": ("land use footprint", "土地利用和土地利用变化碳足迹"),
    "biogenic_uptake": ("biogenic uptake", "生物源碳吸收量"),
    "removals": ("removal", "温室气体清除量"),
    "offsets": ("list of offsets", "碳抵消列表"),
    "offsets[]": ("Offset {}", "第{}项碳抵消"),
    "offsets[].amount": ("amount of offset {}", "第{}项碳抵消的数量"),
    "offsets[].registry": ("registry of offset {}", "第{}项碳抵消的登记机构"),
    "offsets[].serial": ("serial number of offset {}", "第{}项碳抵消的序列号"),
    "reference_start": ("start of the reference period", "数据统计期的开始日期"),
    "reference_end": ("end of the reference period", "数据统计期的结束日期"),
    "valid_from": ("first day of validity", "有效期起始日"),
    "valid_until": ("last day of validity", "有效期截止日"),
    "country": ("country of production", "生产国家"),
    "region": ("region of production", "生产地区"),
    "plant": ("plant", "生产工厂"),
    "target_markets": ("list of target markets", "目标市场列表"),
    "target_markets[]": ("Target market {}", "第{}个目标市场"),
    "standards": ("list of standards", "标准列表"),
    "standards[]": ("Standard {}", "第{}项标准"),
    "pcr": ("product category rule", "产品种类规则"),
    "gwp_basis": ("basis of the global warming potentials", "全球变暖潜势依据"),
    "primary_data_share": ("primary data share", "初级数据占比"),
    "dqi": ("data quality rating", "数据质量评分"),
    "dqi.technological": ("technological data quality score", "技术代表性评分"),
    "dqi.temporal": ("temporal data quality score", "时间代表性评分"),
    "dqi.geographical": ("geographical data quality score", "地理代表性评分"),
    "dqi.worst": ("worst score of the data quality scale", "数据质量评分的最差分值"),
    "exempted_share": ("exempted share", "排除排放占比"),
    "verification": ("verification", "核查声明"),
    "verification.body": ("verification body", "核查机构"),
    "verification.standard": ("standard of the verification", "核查依据的标准"),
    "verification.level": ("level of assurance", "保证等级"),
    "verification.date": ("date of the verification", "核查日期"),
    "verification.accreditation": ("accreditation of the verification body", "核查机构的认可编号"),
    "verification.report_sha256": ("SHA-256 of the verification report", "核查报告的SHA-256"),
    "verification.report_url": ("address of the verification report", "核查报告的网址"),
    "claims": ("claim", "环境声明"),
    "components": ("list of components", "组成部分列表"),
    "components[]": ("Component {}", "第{}个组成部分"),
    "components[].record": ("record of component {}", "第{}个组成部分的记录"),
    "components[].urn": ("URN of component {}", "第{}个组成部分的URN"),
    "components[].amount": ("amount of component {}", "第{}个组成部分的数量"),
    "components[].unit": ("unit of component {}", "第{}个组成部分的单位"),
    "components[].contribution": ("contribution of component {}", "第{}个组成部分的贡献量"),
    "evidence": ("list of evidence", "证明文件列表"),
    "evidence[]": ("Evidence {}", "第{}份证明文件"),
    "evidence[].file_name": ("file name of evidence {}", "第{}份证明文件的文件名"),
    "evidence[].media_type": ("media type of evidence {}", "第{}份证明文件的媒体类型"),
    "evidence[].sha256": ("SHA-256 of evidence {}", "第{}份证明文件的SHA-256"),
}


class Name(NamedTuple):
    """A field's name to begin a sentence with, its path behind it in brackets."""

    en: str
    zh: str


def name_of(path: str) -> Name:
    """The name of the field at a JSON path: ``$.stages[2].gwp`` is "The footprint of stage 3 (stages[2].gwp)"."""
    bare = path.removeprefix("$").removeprefix(".")
    root = re.split(r"[.\[]", bare, maxsplit=1)[0]
    if not bare:
        return Name("The declaration", "声明")
    if root in TEXT_FIELDS and bare != root:
        language = bare[len(root) :].strip("[].'")
        en, zh = _LABELS[root]
        return Name(f'The {en} in "{language}" ({bare})', f"“{language}”语言的{zh}（{bare}）")
    numbers = [int(step) + 1 for step in _STEP.findall(bare)]
    en, zh = _LABELS.get(_STEP.sub("[]", bare), ("field", "字段"))
    the = "The " if en[0].islower() or en.startswith(("GTIN", "GLN", "URN", "SHA")) else ""
    return Name(f"{the}{en.format(*numbers)} ({bare})", f"{zh.format(*numbers)}（{bare}）")


def label_of(path: str, language: str) -> str:
    """The name of the field at a JSON path, as a form or a table has it: "Footprint of stage 3", without its path."""
    bare = path.removeprefix("$").removeprefix(".")
    numbers = [int(step) + 1 for step in _STEP.findall(bare)]
    en, zh = _LABELS.get(_STEP.sub("[]", bare), ("declaration", "声明"))
    words = (zh.removesuffix("列表") if language == "zh" else en.removeprefix("list of ")).format(*numbers)
    return words[:1].upper() + words[1:]


def member(path: str, key: object) -> str:
    """The JSON path of member ``key`` of the object at ``path``, in bracket notation where RFC 9535, 2.5.1 needs it."""
    if isinstance(key, str) and _SHORTHAND.fullmatch(key):
        return f"{path}.{key}"
    bare = shown(key).replace("'", "")
    return f"{path}['{bare}']"


def shown(value: object) -> str:
    """``value`` in at most 40 characters, whatever it is; characters that do not print are escaped."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, dict):
        return "{...}"
    elif isinstance(value, list | tuple):
        return "[...]"
    elif isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    elif isinstance(value, int) and value.bit_length() > 200:
        return f"{'-' if value < 0 else ''}10^{value.bit_length() * 3 // 10}"
    elif isinstance(value, int | float | Decimal):
        text = str(value)
    else:
        return type(value).__name__[:SHOWN]
    escaped = "".join(_printable(character) for character in text[: SHOWN + 1])
    return escaped if len(escaped) <= SHOWN else escaped[: SHOWN - 3] + "..."


def quoted(value: object) -> str:
    """``value`` as ``shown``; in quotation marks when it is text."""
    return f'"{shown(value)}"' if isinstance(value, str) else shown(value)


def plain(number: Decimal) -> str:
    """A number of a declaration without exponent or needless zeros, to at most nine decimals."""
    text = f"{number:f}"
    if "." in text:
        whole, _, decimals = text.partition(".")
        text = f"{whole}.{decimals[:9]}".rstrip("0").rstrip(".")
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
