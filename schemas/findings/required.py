"""What a declaration cannot do without, and what may be given once only."""

from collections.abc import Iterator

from schemas.declaration import Declaration
from schemas.findings.finding import Finding, error
from schemas.findings.naming import TEXT_FIELDS, member, name_of
from schemas.text import Text

_FIXES = {
    "owner": ("give the member id of the company that declares", "请填写申报企业的成员编号"),
    "product_name": ("give the name in at least one language", "请至少用一种语言填写名称"),
    "declared_unit": (
        "choose one of the ten declared units, for example kilogram",
        "请从十种声明单位中选择，例如kilogram",
    ),
    "declared_amount": (
        "say how many declared units the footprint is for, for example 1",
        "请填写碳足迹对应的声明单位数量，例如1",
    ),
    "boundary": (
        "choose cradle-to-gate, cradle-to-grave or cradle-to-consumption",
        "请选择cradle-to-gate（摇篮到大门）、cradle-to-grave（摇篮到坟墓）或cradle-to-consumption（摇篮到消费）",
    ),
    "gwp_total": ("give the kgCO2e per declared amount", "请填写每声明数量的千克二氧化碳当量"),
    "reference_start": ("give the first day that the data are from", "请填写数据所属期间的第一天"),
    "reference_end": ("give the last day that the data are from", "请填写数据所属期间的最后一天"),
    "valid_from": ("give the day from which the declaration holds", "请填写声明开始生效的日期"),
    "valid_until": ("give the last day on which the declaration holds", "请填写声明有效的最后一天"),
    "standards": ("name at least one standard, for example ISO 14067", "请至少填写一项标准，例如ISO 14067"),
}
_SINGLE = tuple(name for name in _FIXES if name not in ("owner", "product_name", "standards"))


def required_findings(declaration: Declaration) -> Iterator[Finding]:
    """Codes ``required``, ``key-choice`` and ``order``."""
    for name in _SINGLE:
        if getattr(declaration, name) is None:
            yield _missing(f"$.{name}", *_FIXES[name])
    if is_blank(declaration.owner):
        yield _missing("$.owner", *_FIXES["owner"])
    if not declaration.product_name:
        yield _missing("$.product_name", *_FIXES["product_name"])
    if not declaration.standards:
        yield _missing("$.standards", *_FIXES["standards"])
    yield from _key(declaration)
    yield from _blanks(declaration)
    yield from _order(declaration, "reference_start", "reference_end")
    yield from _order(declaration, "valid_from", "valid_until")


def is_blank(text: str) -> bool:
    """Whether ``text`` shows nothing: empty, or only spaces and characters that do not print."""
    if text.isprintable():
        return not text.strip()
    return not any(character.isprintable() and character != " " for character in text)


def has_words(text: Text) -> bool:
    """Whether ``text`` says something in at least one language."""
    return any(not is_blank(words) for words in text.values())


def _key(declaration: Declaration) -> Iterator[Finding]:
    if declaration.gtin is None and declaration.gln is None:
        yield _missing(
            "$.gtin", "give the GTIN of the product, or the GLN of the place", "请填写产品的GTIN，或场所的GLN"
        )
    elif declaration.gtin is not None and declaration.gln is not None:
        yield error(
            "key-choice",
            "$.gln",
            f"{name_of('$.gln').en} is given beside a GTIN: keep the GTIN for a product, or the GLN for a place.",
            f"{name_of('$.gln').zh}与GTIN同时填写：产品请只保留GTIN，场所请只保留GLN。",
        )


def _blanks(declaration: Declaration) -> Iterator[Finding]:
    for field in TEXT_FIELDS:
        for language, words in getattr(declaration, field).items():
            if is_blank(words):
                yield _missing(
                    member(f"$.{field}", language), "write it, or leave this language out", "请填写，或删去该语言"
                )
    for at, standard in enumerate(declaration.standards):
        if is_blank(standard):
            yield _missing(f"$.standards[{at}]", "name the standard, or leave it out", "请填写标准名称，或删去该项")
    for at, offset in enumerate(declaration.offsets):
        if is_blank(offset.registry):
            yield _missing(f"$.offsets[{at}].registry", "name the registry of the credits", "请填写碳信用的登记机构")
        if is_blank(offset.serial):
            yield _missing(f"$.offsets[{at}].serial", "give the serial number of the credits", "请填写碳信用的序列号")
    if declaration.verification is not None:
        if is_blank(declaration.verification.body):
            yield _missing("$.verification.body", "give the member id of the body", "请填写核查机构的成员编号")
        if is_blank(declaration.verification.standard):
            yield _missing("$.verification.standard", "name it, for example ISO 14064-3", "请填写，例如ISO 14064-3")


def _order(declaration: Declaration, first: str, last: str) -> Iterator[Finding]:
    start, end = getattr(declaration, first), getattr(declaration, last)
    if start is not None and end is not None and start >= end:
        name, other = name_of(f"$.{last}"), name_of(f"$.{first}")
        yield error(
            "order",
            f"$.{last}",
            f"{name.en} is {end}, not after {start} ({first}): give a day after it.",
            f"{name.zh}为{end}，没有晚于{other.zh}{start}，请填写其后的日期。",
        )


def _missing(path: str, fix_en: str, fix_zh: str) -> Finding:
    name = name_of(path)
    return error("required", path, f"{name.en} is missing: {fix_en}.", f"缺少{name.zh}，{fix_zh}。")
