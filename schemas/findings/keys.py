"""The GS1 key: a GTIN or GLN that exists, a place declared as places are, a key that belongs to one member."""

from collections.abc import Iterator

from schemas.declaration import Declaration, DeclaredUnit
from schemas.findings.finding import Finding, error
from schemas.findings.naming import name_of, quoted, shown
from schemas.findings.registered import Registered
from schemas.gs1 import InvalidGs1, check_digit, parse_gln, parse_gtin

_YEAR_DAYS = range(350, 381)


def key_of(declaration: Declaration) -> str | None:
    """The GTIN-14, or else the GLN, of ``declaration``; ``None`` when there is no well-formed one."""
    try:
        if declaration.gtin is not None:
            return parse_gtin(declaration.gtin)
        return None if declaration.gln is None else parse_gln(declaration.gln)
    except InvalidGs1:
        return None


def key_findings(declaration: Declaration) -> Iterator[Finding]:
    """Codes ``gtin``, ``gln``, ``place-unit`` and ``place-period``."""
    if declaration.gtin is not None:
        try:
            if not parse_gtin(declaration.gtin).strip("0"):
                yield _key_error("gtin", declaration.gtin, "GTIN", (8, 12, 13, 14))
        except InvalidGs1:
            yield _key_error("gtin", declaration.gtin, "GTIN", (8, 12, 13, 14))
    if declaration.gln is not None:
        try:
            if not parse_gln(declaration.gln).strip("0"):
                yield _key_error("gln", declaration.gln, "GLN", (13,))
        except InvalidGs1:
            yield _key_error("gln", declaration.gln, "GLN", (13,))
        yield from _place(declaration)


def owner_findings(declaration: Declaration, registered: Registered) -> Iterator[Finding]:
    """Code ``gtin-owner``: a key belongs to one member at a time (GS1 General Specifications)."""
    key = key_of(declaration)
    owner = None if key is None else registered.owner_of(key)
    if owner is not None and owner != declaration.owner:
        path = "$.gtin" if declaration.gtin is not None else "$.gln"
        name = name_of(path)
        yield error(
            "gtin-owner",
            path,
            f"{name.en} {key} belongs to another member: give a key from your own GS1 prefix, or have the operator "
            "transfer this one.",
            f"{name.zh}{key}属于其他成员：请使用本企业GS1厂商识别代码下的编码，或请运营方办理转移。",
        )


def _place(declaration: Declaration) -> Iterator[Finding]:
    """A building, site or park declares per square meter and year (carbon zero spaces; ISO 21930 for buildings)."""
    unit = declaration.declared_unit
    if unit is not None and unit != DeclaredUnit.SQUARE_METER:
        name = name_of("$.declared_unit")
        yield error(
            "place-unit",
            "$.declared_unit",
            f"{name.en} is {unit}, but a place (gln) declares per square meter: choose square meter.",
            f"{name.zh}为{unit}，但场所（gln）按平方米申报，请选择square meter。",
        )
    start, end = declaration.reference_start, declaration.reference_end
    if start is not None and end is not None and start < end and (end - start).days not in _YEAR_DAYS:
        name = name_of("$.reference_end")
        days = (end - start).days
        yield error(
            "place-period",
            "$.reference_end",
            f"{name.en} is {days} days after the start, but a place (gln) declares one year: give a period of 350 to "
            "380 days.",
            f"{name.zh}距开始日期{days}天，但场所（gln）按一年申报，请填写350至380天的统计期。",
        )


def _key_error(field: str, value: str, kind: str, lengths: tuple[int, ...]) -> Finding:
    name = name_of(f"$.{field}")
    digits = value.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        en = f"is {quoted(value)}, not digits only: write the {kind} with the digits 0 to 9, in quotation marks"
        zh = f"为“{shown(value)}”，不全是数字：请只用数字0至9书写{kind}，并按文本填写"
    elif len(digits) not in lengths:
        allowed = ", ".join(map(str, lengths[:-1])) + (" or " if lengths[1:] else "") + str(lengths[-1])
        permitted = "、".join(map(str, lengths))
        en = f"has {len(digits)} digits, but a {kind} has {allowed}: write all of them, leading zeros too"
        zh = f"有{len(digits)}位，而{kind}应为{permitted}位：请写全，包括开头的零"
    elif not digits.strip("0"):
        en, zh = (f"is all zeros: give the {kind} that GS1 assigned", f"全为零：请填写GS1分配的{kind}")
    else:
        right = check_digit(digits[:-1])
        en = f"is {digits}, whose check digit should be {right}: compare it with the barcode and correct it"
        zh = f"为{digits}，其校验码应为{right}：请对照条码更正"
    return error(field, f"$.{field}", f"{name.en} {en}.", f"{name.zh}{zh}。")
