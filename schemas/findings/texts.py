"""Texts: no characters that hide or reorder what a reader sees, well-formed language tags, names of a sane length.

HTML needs no rule: a text is shown as text.
"""

import re
from collections.abc import Iterator

from schemas.declaration import Declaration
from schemas.findings.finding import Finding, Severity, error
from schemas.findings.naming import TEXT_FIELDS, member, name_of, shown

NAME_LONG = 200
NAME_LIMIT = 1_000

# C0 and C1 controls and DEL; line and paragraph separator; bidirectional embeddings, overrides and isolates
# (Unicode Standard Annex 9, 2); lone surrogates, which no encoding of Unicode can carry; noncharacters.
_HARMFUL = "\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_IN_LINE = re.compile(f"[\x00-\x1f{_HARMFUL}]")
_IN_LINES = re.compile(f"[\x00-\x08\x0b-\x1f{_HARMFUL}]")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_SINGLE = ("owner", "gtin", "gln", "country", "region", "plant", "pcr")
_LISTS = ("product_ids", "classifications", "target_markets", "standards")


def text_findings(declaration: Declaration) -> Iterator[Finding]:
    """Codes ``text-control``, ``language`` and ``name-long``."""
    in_line, in_lines = _IN_LINE.search, _IN_LINES.search
    for path, text in _lines(declaration):
        if in_line(text):
            yield _control(path, text, _IN_LINE)
    for field in TEXT_FIELDS:
        for language, words in getattr(declaration, field).items():
            if not _TAG.fullmatch(language):
                yield _language(member(f"$.{field}", language), language)
            if field == "product_name":
                if in_line(words):
                    yield _control(member("$.product_name", language), words, _IN_LINE)
                if len(words) > NAME_LONG:
                    yield _long(member("$.product_name", language), len(words))
            elif in_lines(words):
                yield _control(member(f"$.{field}", language), words, _IN_LINES)


def _lines(declaration: Declaration) -> Iterator[tuple[str, str]]:
    """Every text of one line, with its path."""
    for name in _SINGLE:
        text = getattr(declaration, name)
        if text:
            yield f"$.{name}", text
    for name in _LISTS:
        for at, text in enumerate(getattr(declaration, name)):
            yield f"$.{name}[{at}]", text
    for at, stage in enumerate(declaration.stages):
        if stage.source_name:
            yield f"$.stages[{at}].source_name", stage.source_name
    for at, offset in enumerate(declaration.offsets):
        yield f"$.offsets[{at}].registry", offset.registry
        yield f"$.offsets[{at}].serial", offset.serial
    for at, component in enumerate(declaration.components):
        if component.urn:
            yield f"$.components[{at}].urn", component.urn
    for at, evidence in enumerate(declaration.evidence):
        yield f"$.evidence[{at}].file_name", evidence.file_name
        yield f"$.evidence[{at}].media_type", evidence.media_type
        yield f"$.evidence[{at}].sha256", evidence.sha256
    if declaration.verification is not None:
        for name in ("body", "standard", "accreditation", "report_sha256", "report_url"):
            text = getattr(declaration.verification, name)
            if text:
                yield f"$.verification.{name}", text


def _control(path: str, text: str, pattern: re.Pattern[str]) -> Finding:
    name = name_of(path)
    codes = ", ".join(f"U+{ord(found):04X}" for found in list(dict.fromkeys(pattern.findall(text)))[:5])
    breaks = "; line breaks and tabs are allowed" if pattern is _IN_LINES else ""
    allowed = "（允许换行符和制表符）" if pattern is _IN_LINES else ""
    return error(
        "text-control",
        path,
        f"{name.en} contains characters that do not print or that turn the direction of writing ({codes}): remove "
        f"them{breaks}.",
        f"{name.zh}含有控制字符、无效字符或改变书写方向的字符（{codes}），请删除{allowed}。",
    )


def _language(path: str, language: str) -> Finding:
    name = name_of(path)
    return error(
        "language",
        path,
        f'{name.en} has "{shown(language)}" for a language tag: write a BCP 47 tag such as "en", "zh" or "zh-Hant".',
        f"{name.zh}的语言标签“{shown(language)}”无效，请使用BCP 47标签，例如“en”“zh”或“zh-Hant”。",
    )


def _long(path: str, length: int) -> Finding:
    name = name_of(path)
    severity = Severity.ERROR if length > NAME_LIMIT else Severity.WARNING
    limit = NAME_LIMIT if severity is Severity.ERROR else NAME_LONG
    message = {
        "en": f"{name.en} has {length} characters, more than {limit}: shorten it and put the rest in the description.",
        "zh": f"{name.zh}共{length}个字符，超过{limit}个：请缩短，其余内容写入产品说明。",
    }
    return Finding("name-long", path, severity, message)
