"""Realistic values for pages: one product in three versions, and the verdicts that its labels can get."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from registry.pages import ScanView, Site
from schemas.declaration import (
    AssuranceLevel,
    Boundary,
    Declaration,
    DeclaredUnit,
    GwpBasis,
    Stage,
    StageCode,
    Verification,
)
from schemas.entry import CREDENTIALS_V2, Credential, Issuer, Party, Subject
from schemas.findings import Finding, Severity
from schemas.text import Text
from schemas.verdict import (
    GENUINE,
    Amount,
    Footprint,
    Freshness,
    LogPosition,
    Product,
    RecordSummary,
    StatusChange,
    Verdict,
    VerdictCode,
)

NONCE = "dGVzdC1ub25jZQ"
GTIN = "09521234567892"
PATH = f"/01/{GTIN}"
DIGITS = "2739" * 76
LABEL = f"https://id.example.org{PATH}?c={DIGITS}"
NAME: Text = {"en": "Frosted Flakes cereal, 23 oz carton", "zh": "糖霜玉米片 23 盎司盒装"}
OWNER: Text = {"en": "Kellogg Company", "zh": "家乐氏公司"}
BODY = "Demonstration body - nothing was verified"
SITE = Site("Low-carbon alliance registry", False, "id.example.org")
DEMONSTRATION = Site("Demonstration registry", True, "localhost:8000")
FIGURE = Decimal("1.96")
STAGES = (
    Stage(code=StageCode.UPSTREAM, gwp=Decimal("1.15"), source_name="Other: Raw Material"),
    Stage(code=StageCode.OPERATIONS, gwp=Decimal("0.42"), source_name="Production"),
    Stage(code=StageCode.DOWNSTREAM, gwp=Decimal("0.45"), source_name="Storage, transportation"),
    Stage(code=StageCode.END_OF_LIFE, gwp=Decimal("-0.06"), source_name="Recycling credit"),
    Stage(code=StageCode.USE, source_name="Consumer use"),
)
AGE = Finding(
    "reference-old",
    "$.reference_end",
    Severity.WARNING,
    {
        "en": "The data (reference_end) are from 2017, more than 5 years before the declaration: plan new ones.",
        "zh": "数据时段（reference_end）止于 2017 年，早于声明 5 年以上，请安排更新数据。",
    },
)


def declaration(name: Text = NAME, figure: Decimal = FIGURE, stages: tuple[Stage, ...] = STAGES) -> Declaration:
    """A complete declaration."""
    return Declaration(
        id=UUID("4f2d8f4e-3a3c-4f0e-9a48-0d8e1c2b3a4d"),
        version=3,
        supersedes=1101,
        owner="kellogg",
        product_name=name,
        description={"en": "Frosted Flakes(R), 23 oz., produced in Lancaster, PA (one carton)"},
        gtin=GTIN,
        declared_unit=DeclaredUnit.PIECE,
        declared_amount=Decimal(1),
        mass_per_unit=Decimal("0.75"),
        boundary=Boundary.CRADLE_TO_GATE,
        stages=stages,
        gwp_total=figure,
        gwp_fossil=Decimal("1.90"),
        reference_start=date(2017, 1, 1),
        reference_end=date(2017, 12, 31),
        valid_from=date(2026, 11, 22),
        valid_until=date(2028, 11, 21),
        country="US",
        standards=("ISO 14067", "GHG Protocol Product Standard"),
        gwp_basis=GwpBasis.AR5,
        primary_data_share=Decimal("42.5"),
        verification=Verification(
            body="demonstration-body",
            standard="ISO 14064-3",
            level=AssuranceLevel.LIMITED,
            date=date(2026, 11, 20),
            report_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            report_url="https://reports.example.net/epd/2026-0113.pdf",
        ),
    )


def credential(content: Declaration | None = None, body: str = "TÜV Example GmbH", owner: Text = OWNER) -> Credential:
    """The record of ``content``."""
    return Credential(
        context=(CREDENTIALS_V2,),
        id="https://id.example.org/v1/records/1234",
        type=("VerifiableCredential", "CarbonDeclaration"),
        issuer=Issuer("https://id.example.org", "Low-carbon alliance registry"),
        valid_from=datetime(2026, 11, 22, tzinfo=UTC),
        valid_until=datetime(2028, 11, 21, 23, 59, 59, tzinfo=UTC),
        credential_subject=Subject(
            f"https://id.example.org{PATH}",
            Party("kellogg", owner, ("urn:lei:254900EXAMPLE00000",)),
            Party("body", {"en": body}),
            declaration() if content is None else content,
        ),
        record=1234,
        nonce="00" * 16,
        issued=date(2026, 11, 22),
    )


def footprint(value: Decimal = FIGURE) -> Footprint:
    """A figure per piece."""
    return Footprint(value, Amount(Decimal(1), DeclaredUnit.PIECE))


def summary(record: int, verdict: VerdictCode, version: int, value: str, year: int, name: Text = NAME) -> RecordSummary:
    """One version in a list."""
    return RecordSummary(
        record=record,
        verdict=verdict,
        gtin=GTIN,
        gln=None,
        name=name,
        owner="Kellogg Company",
        version=version,
        footprint=footprint(Decimal(value)),
        boundary=Boundary.CRADLE_TO_GATE,
        year=year,
        issued=date(2026, 11, 22),
        expires=date(2028, 11, 21),
        label=f"https://id.example.org/01/{GTIN}?c={record}",
    )


VERSIONS = (
    summary(1301, VerdictCode.VALID, 4, "1.82", 2018),
    summary(1234, VerdictCode.SUPERSEDED, 3, "1.96", 2017),
    summary(1101, VerdictCode.SUPERSEDED, 2, "2.11", 2016),
    summary(1002, VerdictCode.WITHDRAWN, 1, "2.11", 2015),
)


def verdict(code: VerdictCode, value: Decimal = FIGURE, name: Text = NAME) -> Verdict:
    """The verdict ``code`` with whatever a verifier knows under it; a figure only where there can be one."""
    common = Verdict(
        verdict=code,
        reason=f"reason-of-{code}",
        gtin=GTIN,
        log=LogPosition(1302, datetime(2026, 11, 22, 10, 4, 31, tzinfo=UTC)),
        freshness=Freshness.ONLINE,
        key="b1946ac92492d234",
    )
    if code is VerdictCode.UNREADABLE:
        return Verdict(verdict=code, reason="not-a-gs1-digital-link")
    if code in (VerdictCode.FORGED, VerdictCode.UNKNOWN_KEY, VerdictCode.UNSIGNED):
        return common
    change = None
    if code in (VerdictCode.SUSPENDED, VerdictCode.WITHDRAWN):
        at = datetime(2026, 12, 3, 8, 30, tzinfo=UTC)
        change = StatusChange("The owner found an error in the electricity data of one plant.", at)
    return msgspec.structs.replace(
        common,
        record=1234,
        product=Product(name, "Kellogg Company"),
        footprint=footprint(value),
        boundary=Boundary.CRADLE_TO_GATE,
        year=2017,
        issued=date(2026, 11, 22),
        expires=date(2028, 11, 21),
        superseded_by=1301 if code is VerdictCode.SUPERSEDED else None,
        change=change,
    )


def scan(
    code: VerdictCode,
    site: Site = SITE,
    name: Text = NAME,
    value: Decimal = FIGURE,
    stages: tuple[Stage, ...] = STAGES,
    body: str = "TÜV Example GmbH",
) -> ScanView:
    """A scan that got verdict ``code``, with all that the routes could give."""
    genuine = code in GENUINE
    return ScanView(
        site=site,
        verdict=verdict(code, value, name),
        path=PATH,
        query=f"c={DIGITS}",
        label="HELLO, I AM A WIFI CODE" if code is VerdictCode.UNREADABLE else LABEL,
        credential=credential(declaration(name, value, stages), body),
        warnings=(AGE,),
        versions=VERSIONS if code is not VerdictCode.VALID else VERSIONS[1:],
        registered=None if genuine or code is VerdictCode.UNREADABLE else VERSIONS[0],
        objections=(2, 1),
        leaf_hash="5d" * 32,
        jws_url="/v1/records/1234",
        label_svg_url="/v1/records/1234/label.svg",
        key_id="b1946ac92492d234",
    )
