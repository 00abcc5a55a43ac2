"""What points outside the declaration: URNs, countries, standards, addresses, hashes, files."""

import difflib
import re
from collections.abc import Iterator

from schemas.codes import COUNTRIES, EU, MARKETS, STANDARDS, standard_named
from schemas.declaration import Declaration
from schemas.findings.finding import Finding, error, warning
from schemas.findings.naming import name_of, quoted, shown

# RFC 8141, 2: urn:NID:NSS with optional r-, q- and f-components. The scheme and NID are case-insensitive.
_PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_TAIL = rf"(?:{_PCHAR}|[/?])*"
_URN = re.compile(
    rf"[Uu][Rr][Nn]:[A-Za-z0-9][A-Za-z0-9-]{{0,30}}[A-Za-z0-9]:{_PCHAR}(?:{_PCHAR}|/)*"
    rf"(?:\?[+=]{_PCHAR}{_TAIL})?(?:#{_TAIL})?",
    re.ASCII,
)
_SUBDIVISION = re.compile(r"([A-Z]{2})(?:-[A-Z0-9]{1,3})?", re.ASCII)  # ISO 3166-2
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HTTPS = re.compile(r"https://[^\s/?#@\\<>\"^`{|}]+(?:[/?#][^\s\\<>\"^`{|}]*)?")  # RFC 3986, without user information
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}", re.ASCII | re.IGNORECASE)
_FILE_NAME = re.compile(r"(?!\.{1,2}$)(?! *$)[^/\\\0]{1,255}")

_NO_SHA256 = (
    "is not a SHA-256: give its 64 digits in lower-case hexadecimal, as sha256sum prints them",
    "不是SHA-256值：请填写64位小写十六进制数字，即sha256sum的输出",
)


def reference_findings(declaration: Declaration) -> Iterator[Finding]:
    """Codes ``urn``, ``market``, ``country``, ``geography`` and ``standard-unknown``, then those of documents."""
    yield from _urns(declaration)
    yield from _places(declaration)
    for at, standard in enumerate(declaration.standards):
        if standard and standard_named(standard) is None:
            yield _unknown_standard(f"$.standards[{at}]", standard)
    yield from _documents(declaration)


def is_sha256(text: str) -> bool:
    """Whether ``text`` is a SHA-256 in 64 lower-case hexadecimal digits."""
    return _SHA256.fullmatch(text) is not None


def _urns(declaration: Declaration) -> Iterator[Finding]:
    is_urn = _URN.fullmatch
    for field in ("product_ids", "classifications"):
        for at, urn in enumerate(getattr(declaration, field)):
            if not is_urn(urn):
                yield _not_a_urn(f"$.{field}[{at}]", urn)
    if declaration.pcr is not None and not is_urn(declaration.pcr):
        yield _not_a_urn("$.pcr", declaration.pcr)
    for at, component in enumerate(declaration.components):
        if component.urn is not None and not is_urn(component.urn):
            yield _not_a_urn(f"$.components[{at}].urn", component.urn)


def _places(declaration: Declaration) -> Iterator[Finding]:
    for at, market in enumerate(declaration.target_markets):
        if market not in MARKETS:
            fix_en = f'write the ISO 3166-1 code of two capital letters, for example CN, or "{EU}" for the whole Union'
            fix_zh = f"请填写ISO 3166-1两位大写字母代码，例如CN；整个欧盟写“{EU}”"
            yield _invalid(
                "market", f"$.target_markets[{at}]", market, "is not a country code", fix_en, "国家代码", fix_zh
            )
    country = declaration.country
    if country is not None:
        match = _SUBDIVISION.fullmatch(country)
        if match is None or match[1] not in COUNTRIES:
            fix_en = "write an ISO 3166-1 code of two capital letters, or an ISO 3166-2 code such as CN-GD"
            fix_zh = "请填写ISO 3166-1两位大写字母代码，或ISO 3166-2代码，例如CN-GD"
            yield _invalid("country", "$.country", country, "is not a country code", fix_en, "国家代码", fix_zh)
        if declaration.region is not None:
            yield error(
                "geography",
                "$.region",
                f"{name_of('$.region').en} is given beside a country: keep the one that the data are from.",
                f"{name_of('$.region').zh}与国家同时填写：请只保留数据所属的一项。",
            )


def _documents(declaration: Declaration) -> Iterator[Finding]:
    """Codes ``url``, ``sha256``, ``media-type`` and ``file-name``."""
    verification = declaration.verification
    if verification is not None:
        url, sha256 = verification.report_url, verification.report_sha256
        if url is not None and not (len(url) <= 2_000 and _HTTPS.fullmatch(url)):
            fix_en = "give a public address that begins with https://, at most 2,000 characters and no spaces"
            fix_zh = "请填写以https://开头、不超过2000个字符且不含空格的公开网址"
            yield _invalid("url", "$.verification.report_url", url, "is not a web address", fix_en, "有效网址", fix_zh)
        if sha256 and not is_sha256(sha256):
            yield _not_a_sha256("$.verification.report_sha256")
    for at, evidence in enumerate(declaration.evidence):
        path = f"$.evidence[{at}]"
        if not _FILE_NAME.fullmatch(evidence.file_name):
            fix_en = "give the name alone, 1 to 255 characters, without folders, / or \\"
            fix_zh = "请只填写1至255个字符的文件名，不含文件夹、/或\\"
            found = evidence.file_name
            yield _invalid("file-name", f"{path}.file_name", found, "is not a file name", fix_en, "文件名", fix_zh)
        if not _MEDIA_TYPE.fullmatch(evidence.media_type):
            fix_en = "write type/subtype, for example application/pdf"
            fix_zh = "请按“类型/子类型”填写，例如application/pdf"
            found = evidence.media_type
            yield _invalid("media-type", f"{path}.media_type", found, "is not a media type", fix_en, "媒体类型", fix_zh)
        if not is_sha256(evidence.sha256):
            yield _not_a_sha256(f"{path}.sha256")


def _not_a_urn(path: str, urn: str) -> Finding:
    fix_en = "write it as RFC 8141 says, for example urn:gtin:4712345060507"
    return _invalid("urn", path, urn, "is not a URN", fix_en, "URN", "请按RFC 8141书写，例如urn:gtin:4712345060507")


def _not_a_sha256(path: str) -> Finding:
    name = name_of(path)
    return error("sha256", path, f"{name.en} {_NO_SHA256[0]}.", f"{name.zh}{_NO_SHA256[1]}。")


def _invalid(code: str, path: str, found: str, wrong: str, fix_en: str, kind_zh: str, fix_zh: str) -> Finding:
    name = name_of(path)
    return error(
        code,
        path,
        f"{name.en} is {quoted(found)}, which {wrong}: {fix_en}.",
        f"{name.zh}“{shown(found)}”不是{kind_zh}：{fix_zh}。",
    )


def _unknown_standard(path: str, standard: str) -> Finding:
    name = name_of(path)
    near = (*difflib.get_close_matches(standard[:60], STANDARDS, 1, 0.6), "ISO 14067")[0]
    return warning(
        "standard-unknown",
        path,
        f"{name.en} is {quoted(standard)}, which this registry does not know: write the usual name, for example "
        f'"{near}", or have the reviewer confirm it.',
        f"{name.zh}“{shown(standard)}”不在本登记处的标准名录中：请使用通行名称，例如“{near}”，或请审核人确认。",
    )
