"""Sound and broken declarations that the tests of the rules share."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from schemas.declaration import (
    AssuranceLevel,
    Boundary,
    Component,
    DataQuality,
    Declaration,
    DeclaredUnit,
    Evidence,
    Offset,
    Stage,
    StageCode,
    Verification,
)
from schemas.findings import ComponentFacts, Finding, findings, publication_findings

OPERATOR = "alliance"
TODAY = date(2028, 3, 2)
"""A day after all that the samples say."""
SHA256 = "0f" * 32
GTIN = "09521234543213"
GLN = "9521234567899"
OFFSET = Offset(amount=Decimal(5), registry="Verra", serial="VCS-1")
DOCUMENT = Evidence(file_name="report.pdf", media_type="application/pdf", sha256=SHA256)

SOUND = Declaration(
    owner="acme",
    product_name={"en": "Steel beam", "zh": "钢梁"},
    gtin=GTIN,
    declared_unit=DeclaredUnit.KILOGRAM,
    declared_amount=Decimal(1),
    boundary=Boundary.CRADLE_TO_GATE,
    gwp_total=Decimal("1.7"),
    reference_start=date(2025, 1, 1),
    reference_end=date(2025, 12, 31),
    valid_from=date(2026, 3, 1),
    valid_until=date(2028, 3, 1),
    standards=("ISO 14067",),
    verification=Verification(
        body="checker",
        standard="ISO 14064-3",
        level=AssuranceLevel.LIMITED,
        date=date(2026, 2, 1),
        report_sha256=SHA256,
    ),
)


class Register:
    """What is registered, as two dictionaries."""

    def __init__(self, owners: dict[str, str] | None = None, records: dict[int, ComponentFacts] | None = None) -> None:
        self.owners = owners or {}
        self.records = records or {}

    def owner_of(self, key: str) -> str | None:
        return self.owners.get(key)

    def component(self, record: int) -> ComponentFacts | None:
        return self.records.get(record)


def facts(key: str = "09521234500001", **changes: Any) -> ComponentFacts:
    child = ComponentFacts(key, DeclaredUnit.KILOGRAM, Decimal(1), Decimal("2.0"), None, "active")
    return msgspec.structs.replace(child, **changes)


def sound(**changes: Any) -> Declaration:
    return msgspec.structs.replace(SOUND, **changes)


def decimals(**numbers: str | None) -> dict[str, Decimal | None]:
    return {name: None if number is None else Decimal(number) for name, number in numbers.items()}


def stages(**values: str | None) -> tuple[Stage, ...]:
    return tuple(
        Stage(code=StageCode(code.replace("_", "-")), gwp=None if value is None else Decimal(value))
        for code, value in values.items()
    )


def component(record: int | None = 7, amount: str = "0.5", unit: str = "kilogram", **rest: Any) -> Component:
    return Component(record=record, amount=Decimal(amount), unit=DeclaredUnit(unit), **rest)


def place(**changes: Any) -> Declaration:
    return sound(**{"gtin": None, "gln": GLN, "declared_unit": DeclaredUnit.SQUARE_METER, **changes})


def checked(**changes: Any) -> Declaration:
    return sound(verification=msgspec.structs.replace(SOUND.verification, **changes))  # ty: ignore[invalid-argument-type]


def seen(found: list[Finding]) -> set[tuple[str, str, str]]:
    return {(finding.code, finding.path, finding.severity.value) for finding in found}


def quality(technological: str, worst: int = 3) -> DataQuality:
    return DataQuality(technological=Decimal(technological), temporal=Decimal(1), geographical=Decimal(1), worst=worst)


def test_a_sound_declaration_has_no_findings() -> None:
    assert findings(SOUND, Register({GTIN: "acme"})) == []
    assert findings(place()) == []
    assert publication_findings(SOUND, OPERATOR, TODAY) == []


def test_an_empty_draft_says_everything_that_is_required() -> None:
    found = findings(Declaration())
    assert {finding.code for finding in found} == {"required"}
    assert len(found) == 12
