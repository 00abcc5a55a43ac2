"""Rules of form: what is required, keys, texts, references and the form of numbers."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from schemas.declaration import Declaration, DeclaredUnit, Offset, Stage, StageCode
from schemas.findings import findings
from tests.schemas.test_findings_samples import (
    DOCUMENT,
    GLN,
    OFFSET,
    SHA256,
    checked,
    component,
    place,
    quality,
    seen,
    sound,
    stages,
)

# code, path and severity that a declaration must give
FOUND: list[tuple[str, str, str, Declaration]] = [
    ("required", "$.owner", "error", sound(owner="")),
    ("required", "$.owner", "error", sound(owner=" \u200b")),
    ("required", "$.product_name", "error", sound(product_name={})),
    ("required", "$.product_name.zh", "error", sound(product_name={"en": "Beam", "zh": " "})),
    ("required", "$.description.en", "error", sound(description={"en": ""})),
    ("required", "$.gtin", "error", sound(gtin=None)),
    ("required", "$.declared_unit", "error", sound(declared_unit=None)),
    ("required", "$.declared_amount", "error", sound(declared_amount=None)),
    ("required", "$.boundary", "error", sound(boundary=None)),
    ("required", "$.gwp_total", "error", sound(gwp_total=None)),
    ("required", "$.reference_start", "error", sound(reference_start=None)),
    ("required", "$.reference_end", "error", sound(reference_end=None)),
    ("required", "$.valid_from", "error", sound(valid_from=None)),
    ("required", "$.valid_until", "error", sound(valid_until=None)),
    ("required", "$.standards", "error", sound(standards=())),
    ("required", "$.standards[1]", "error", sound(standards=("PEF", ""))),
    (
        "required",
        "$.offsets[0].registry",
        "error",
        sound(offsets=(Offset(amount=Decimal(1), registry="", serial="1"),)),
    ),
    ("required", "$.offsets[0].serial", "error", sound(offsets=(Offset(amount=Decimal(1), registry="V", serial=" "),))),
    ("required", "$.verification.body", "error", checked(body="")),
    ("required", "$.verification.standard", "error", checked(standard="")),
    ("key-choice", "$.gln", "error", sound(gln=GLN)),
    ("order", "$.reference_end", "error", sound(reference_end=date(2025, 1, 1))),
    ("order", "$.valid_until", "error", sound(valid_until=date(2026, 3, 1))),
    ("gtin", "$.gtin", "error", sound(gtin="09521234543214")),
    ("gtin", "$.gtin", "error", sound(gtin="952123454321")),
    ("gtin", "$.gtin", "error", sound(gtin="9521234543213\u0660")),
    ("gtin", "$.gtin", "error", sound(gtin="=1+1")),
    ("gtin", "$.gtin", "error", sound(gtin="00000000000000")),
    ("gtin", "$.gtin", "error", sound(gtin="")),
    ("gln", "$.gln", "error", place(gln="9521234567890")),
    ("gln", "$.gln", "error", place(gln="95212345678")),
    ("gln", "$.gln", "error", place(gln="0000000000000")),
    ("place-unit", "$.declared_unit", "error", place(declared_unit=DeclaredUnit.PIECE)),
    ("place-period", "$.reference_end", "error", place(reference_start=date(2024, 1, 1))),
    ("place-period", "$.reference_end", "error", place(reference_end=date(2025, 12, 16))),
    ("number-form", "$.gwp_total", "error", sound(gwp_total=Decimal("NaN"))),
    ("number-form", "$.gwp_total", "error", sound(gwp_total=Decimal("sNaN"))),
    ("number-form", "$.gwp_total", "error", sound(gwp_total=Decimal("-Infinity"))),
    ("number-form", "$.gwp_total", "error", sound(gwp_total=Decimal("1E+999999999"))),
    ("number-form", "$.gwp_total", "error", sound(gwp_total=Decimal("1E-999999999"))),
    ("number-form", "$.gwp_total", "error", sound(gwp_total=Decimal("1000000000000000"))),
    ("number-form", "$.gwp_total", "error", sound(gwp_total=Decimal("1E+2"))),
    ("number-form", "$.gwp_total", "error", sound(gwp_total=Decimal("1.0000000001"))),
    ("number-form", "$.gwp_total", "error", sound(gwp_total=Decimal("0.0000001"))),
    ("label-digits", "$.gwp_total", "error", sound(gwp_total=Decimal("123456789012345.67891"))),
    ("number-form", "$.gwp_luluc", "error", sound(gwp_luluc=Decimal("-0.00"))),
    ("number-form", "$.stages[1].gwp", "error", sound(stages=stages(A1="1.7", A2="NaN"))),
    (
        "number-form",
        "$.offsets[0].amount",
        "error",
        sound(offsets=(Offset(amount=Decimal("NaN"), registry="V", serial="1"),)),
    ),
    ("number-form", "$.components[0].amount", "error", sound(components=(component(amount="Infinity"),))),
    (
        "number-form",
        "$.components[0].contribution",
        "error",
        sound(components=(component(contribution=Decimal("sNaN")),)),
    ),
    ("number-form", "$.dqi.technological", "error", sound(dqi=quality("NaN"))),
    ("text-control", "$.owner", "error", sound(owner="ac\x00me")),
    ("text-control", "$.product_name.en", "error", sound(product_name={"en": "Steel\nbeam"})),
    ("text-control", "$.product_name.en", "error", sound(product_name={"en": "Steel \u202emaeb"})),
    ("text-control", "$.product_name.en", "error", sound(product_name={"en": "\ud800"})),
    ("text-control", "$.description.zh", "error", sound(description={"zh": "钢\u2066梁"})),
    ("text-control", "$.claims.en", "error", sound(claims={"en": "a\x1bb"})),
    (
        "text-control",
        "$.stages[0].source_name",
        "error",
        sound(stages=(Stage(code=StageCode.USE, source_name="\x7f"),)),
    ),
    ("text-control", "$.plant", "error", sound(plant="\x85")),
    ("text-control", "$.standards[0]", "error", sound(standards=("ISO 14067\t",))),
    ("text-control", "$.verification.body", "error", checked(body="a\x01")),
    ("text-control", "$.offsets[0].serial", "error", sound(offsets=(msgspec.structs.replace(OFFSET, serial="\x02"),))),
    ("language", "$.product_name.English", "error", sound(product_name={"English": "Beam"})),
    ("language", "$.product_name['en\\u000a']", "error", sound(product_name={"en\n": "Beam"})),
    ("name-long", "$.product_name.en", "warning", sound(product_name={"en": "x" * 201})),
    ("name-long", "$.product_name.en", "error", sound(product_name={"en": "x" * 1_001})),
    ("urn", "$.product_ids[0]", "error", sound(product_ids=("4712345060507",))),
    ("urn", "$.classifications[0]", "error", sound(classifications=("urn:x:1",))),
    ("urn", "$.pcr", "error", sound(pcr="urn:pcr:a b")),
    ("urn", "$.components[0].urn", "error", sound(components=(component(None, urn="https://example.org"),))),
    ("market", "$.target_markets[1]", "error", sound(target_markets=("CN", "UK"))),
    ("market", "$.target_markets[0]", "error", sound(target_markets=("cn",))),
    ("country", "$.country", "error", sound(country="China")),
    ("country", "$.country", "error", sound(country="XX-GD")),
    ("country", "$.country", "error", sound(country="EU")),
    ("geography", "$.region", "error", sound(country="CN", region="Asia")),
    ("standard-unknown", "$.standards[1]", "warning", sound(standards=("PEF", "ISO 14068"))),
    ("url", "$.verification.report_url", "error", checked(report_url="http://example.org/report")),
    ("url", "$.verification.report_url", "error", checked(report_url="javascript:alert(1)")),
    ("url", "$.verification.report_url", "error", checked(report_url="https://trusted.org@example.org/")),
    ("sha256", "$.verification.report_sha256", "error", checked(report_sha256=SHA256.upper())),
    ("sha256", "$.evidence[0].sha256", "error", sound(evidence=(msgspec.structs.replace(DOCUMENT, sha256=""),))),
    (
        "media-type",
        "$.evidence[0].media_type",
        "error",
        sound(evidence=(msgspec.structs.replace(DOCUMENT, media_type="pdf"),)),
    ),
    (
        "file-name",
        "$.evidence[0].file_name",
        "error",
        sound(evidence=(msgspec.structs.replace(DOCUMENT, file_name="../a"),)),
    ),
    (
        "file-name",
        "$.evidence[0].file_name",
        "error",
        sound(evidence=(msgspec.structs.replace(DOCUMENT, file_name=".."),)),
    ),
    (
        "file-name",
        "$.evidence[0].file_name",
        "error",
        sound(evidence=(msgspec.structs.replace(DOCUMENT, file_name="a\\b"),)),
    ),
    ("record-index", "$.supersedes", "error", sound(supersedes=-1)),
    ("record-index", "$.components[0].record", "error", sound(components=(component(2**53),))),
]


@pytest.mark.parametrize(("code", "path", "severity", "declaration"), FOUND)
def test_a_broken_rule_is_found_at_its_path(code: str, path: str, severity: str, declaration: Declaration) -> None:
    assert (code, path, severity) in seen(findings(declaration))


# what must give no finding of that code
NOT_FOUND: list[tuple[str, Declaration]] = [
    ("gtin", sound(gtin="9521234543213")),
    ("gtin", sound(gtin="40170725")),
    ("gtin", sound(gtin="0 9521234-54321 3")),
    ("place-period", place(reference_start=date(2024, 1, 1), reference_end=date(2024, 12, 31))),
    ("place-unit", place(declared_unit=None)),
    ("number-form", sound(gwp_total=Decimal("999999999999999.123456789"))),
    ("number-form", sound(gwp_total=Decimal("0.000001"))),
    ("number-form", sound(gwp_total=Decimal("0.00"))),
    (
        "text-control",
        sound(description={"en": "Steel\n\tbeam"}, claims={"en": "a\nb"}, stage_sum_reason={"en": "a\nb"}),
    ),
    ("text-control", sound(product_name={"en": "<b>Beam</b>", "ar": "عارضة\u200f", "hi": "क्\u200dष"})),
    ("language", sound(product_name={"zh-Hant-TW": "鋼樑", "en": "Beam", "gsw": "Träger"})),
    ("name-long", sound(product_name={"en": "x" * 200})),
    ("urn", sound(product_ids=("urn:gtin:4712345060507", "URN:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"))),
    ("urn", sound(classifications=("urn:pact:productclassification:un-cpc:3342",), pcr="urn:a-b:x/y%20z?+r=1?=q#f")),
    ("market", sound(target_markets=("CN", "DE", "EU", "GB"))),
    ("country", sound(country="CN-GD")),
    ("geography", sound(region="Asia")),
    ("standard-unknown", sound(standards=("iso 14067:2018", " EN 15804+A2:2019", "GB/T 24067-2024", "pact  V3.0"))),
    ("url", checked(report_url="https://example.org/report?id=1#page=2")),
    ("sha256", checked(report_sha256="")),
    ("file-name", sound(evidence=(msgspec.structs.replace(DOCUMENT, file_name="核查报告 v1.pdf"),))),
]


@pytest.mark.parametrize(("code", "declaration"), NOT_FOUND)
def test_what_a_rule_allows_is_not_found(code: str, declaration: Declaration) -> None:
    assert code not in {finding.code for finding in findings(declaration)}


def test_numbers_of_any_size_are_judged_at_once() -> None:
    declaration = sound(gwp_total=Decimal("1E+999999999"), gwp_fossil=Decimal("1E-999999999"))
    assert all(len(finding.message["en"]) < 300 for finding in findings(declaration))
