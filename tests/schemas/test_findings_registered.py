"""Rules of components, owners and publication."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest

from schemas.declaration import Declaration, DeclaredUnit
from schemas.findings import ComponentFacts, component_standing, findings, publication_findings
from schemas.findings.components import units_of
from tests.schemas.test_findings_samples import (
    GLN,
    GTIN,
    OPERATOR,
    SHA256,
    TODAY,
    Register,
    checked,
    component,
    facts,
    place,
    seen,
    sound,
    stages,
)

# code, path and severity that a declaration must give
FOUND: list[tuple[str, str, str, Declaration]] = [
    ("component-key", "$.components[0]", "error", sound(components=(component(None),))),
    ("component-key", "$.components[0]", "error", sound(components=(component(7, urn="urn:gtin:1"),))),
    ("component-twice", "$.components[1].record", "error", sound(components=(component(), component()))),
    ("component-sum", "$.components", "warning", sound(components=(component(contribution=Decimal("1.81")),))),
    ("area-total", "$.gwp_total", "warning", place(components=(component(contribution=Decimal("0.5")),))),
]


@pytest.mark.parametrize(("code", "path", "severity", "declaration"), FOUND)
def test_a_broken_rule_is_found_at_its_path(code: str, path: str, severity: str, declaration: Declaration) -> None:
    assert (code, path, severity) in seen(findings(declaration))


# what must give no finding of that code
NOT_FOUND: list[tuple[str, Declaration]] = [
    ("component-sum", sound(components=(component(contribution=Decimal("1.7")),))),
    ("component-sum", place(components=(component(contribution=Decimal("99")),))),
    ("area-total", place(components=(component(contribution=Decimal("99")),))),
    ("area-total", place(components=(component(contribution=Decimal("0.5")), component(8)))),
    ("area-total", place(gwp_total=Decimal("NaN"), components=(component(contribution=Decimal("0.5")),))),
    ("area-total", sound(components=(component(contribution=Decimal("0.5")),))),
    ("component-sum", sound(components=(component(contribution=Decimal("99")), component(8, amount="NaN")))),
]


@pytest.mark.parametrize(("code", "declaration"), NOT_FOUND)
def test_what_a_rule_allows_is_not_found(code: str, declaration: Declaration) -> None:
    assert code not in {finding.code for finding in findings(declaration)}


REGISTERED: list[tuple[str, str, str, Declaration, Register]] = [
    ("gtin-owner", "$.gtin", "error", sound(gtin=GTIN[1:]), Register({GTIN: "other"})),
    ("gtin-owner", "$.gln", "error", place(), Register({GLN: "other"})),
    ("component-unknown", "$.components[0].record", "error", sound(components=(component(),)), Register()),
    *(
        (
            "component-stale",
            "$.components[0].record",
            "warning",
            sound(components=(component(),)),
            Register(records={7: facts(status=status)}),
        )
        for status in ("superseded", "suspended", "withdrawn")
    ),
    (
        "component-unit",
        "$.components[0].unit",
        "error",
        sound(components=(component(unit="liter"),)),
        Register(records={7: facts()}),
    ),
    (
        "component-unit",
        "$.components[0].unit",
        "error",
        sound(components=(component(),)),
        Register(records={7: facts(declared_unit=DeclaredUnit.PIECE)}),
    ),
    (
        "component-contribution",
        "$.components[0].contribution",
        "warning",
        sound(components=(component(contribution=Decimal("0.9")),)),
        Register(records={7: facts()}),
    ),
    (
        "component-sum",
        "$.components",
        "warning",
        sound(components=(component(amount="1"),), stages=stages(raw_material="1.0", production="0.7")),
        Register(records={7: facts()}),
    ),
    (
        "component-period",
        "$.components[0].record",
        "warning",
        place(components=(component(),)),
        Register(records={7: facts(reference_start=date(2019, 1, 1), reference_end=date(2019, 12, 31))}),
    ),
    (
        "component-cycle",
        "$.components[0].record",
        "error",
        sound(components=(component(),)),
        Register(records={7: facts(GTIN)}),
    ),
    (
        "component-cycle",
        "$.components[1].record",
        "error",
        sound(components=(component(5), component(7))),
        Register(records={5: facts(), 7: facts(components=(8,)), 8: facts(components=(7, 9)), 9: facts(GTIN)}),
    ),
]


@pytest.mark.parametrize(("code", "path", "severity", "declaration", "register"), REGISTERED)
def test_what_the_registry_knows_is_checked(
    code: str, path: str, severity: str, declaration: Declaration, register: Register
) -> None:
    assert (code, path, severity) in seen(findings(declaration, register))
    assert (code, path, severity) not in seen(findings(declaration))


STANDING: list[tuple[str, str, Declaration, Register]] = [
    ("component-unknown", "$.components[0].record", sound(components=(component(),)), Register()),
    *(
        (
            "component-revoked",
            "$.components[1].record",
            sound(components=(component(8), component())),
            Register(records={7: facts(status=status), 8: facts()}),
        )
        for status in ("suspended", "withdrawn")
    ),
]


@pytest.mark.parametrize(("code", "path", "declaration", "register"), STANDING)
def test_what_the_registry_knows_is_asked_again_at_publication(
    code: str, path: str, declaration: Declaration, register: Register
) -> None:
    assert (code, path, "error") in seen(component_standing(declaration, register))


def test_a_superseded_component_does_not_keep_from_publication() -> None:
    found = component_standing(sound(components=(component(),)), Register(records={7: facts(status="superseded")}))
    assert seen(found) == {("component-stale", "$.components[0].record", "warning")}


def test_every_component_that_closes_a_circle_is_named() -> None:
    records = {1: facts(components=(3,)), 2: facts(components=(3,)), 3: facts(components=(4,)), 4: facts(GTIN)}
    declaration = sound(components=(component(1), component(2)))
    cycles = [finding.path for finding in findings(declaration, Register(records=records)) if "cycle" in finding.code]
    assert cycles == ["$.components[0].record", "$.components[1].record"]


def test_the_search_for_a_circle_ends_after_ten_thousand_records() -> None:
    asked: list[int] = []

    class Endless(Register):
        def component(self, record: int) -> ComponentFacts | None:
            asked.append(record)
            return facts(components=(record + 1,))

    findings(sound(components=(component(),)), Endless())
    assert len(asked) == 10_000


@pytest.mark.parametrize(
    ("amount", "unit", "own", "mass", "expected"),
    [
        ("0.5", "kilogram", "kilogram", None, "0.5"),
        ("1", "kilowatt hour", "megajoule", None, "3.6"),
        ("7.2", "megajoule", "kilowatt hour", None, "2"),
        ("2", "cubic meter", "liter", None, "2000"),
        ("5", "liter", "cubic meter", None, "0.005"),
        ("6", "kilogram", "piece", "1.5", "4"),
        ("6", "kilogram", "piece", "0", None),
        ("6", "piece", "kilogram", "1", None),
        ("6", "megajoule", "liter", None, None),
    ],
)
def test_a_components_amount_converts_to_the_unit_of_its_record(
    amount: str, unit: str, own: str, mass: str | None, expected: str | None
) -> None:
    child = facts(declared_unit=DeclaredUnit(own), mass_per_unit=None if mass is None else Decimal(mass))
    converted = units_of(Decimal(amount), DeclaredUnit(unit), child)
    assert converted == (None if expected is None else Decimal(expected))


def test_the_sum_of_components_counts_each_per_its_own_declared_amount() -> None:
    child = facts(declared_amount=Decimal(1000), gwp_total=Decimal("2000"))
    enough = sound(components=(component(amount="0.8"),))  # 1.6 of 1.7
    assert findings(enough, Register(records={7: child})) == []


def test_the_message_of_a_component_sum_states_the_coverage() -> None:
    [finding] = findings(sound(components=(component(contribution=Decimal("3.4")),)))
    assert "200 %" in finding.message["en"]
    assert "200%" in finding.message["zh"]


TO_COME = msgspec.structs.replace(checked(date=TODAY + timedelta(1)), valid_until=date(2029, 1, 1))
PUBLICATION: list[tuple[str, str, Declaration]] = [
    ("verification-missing", "$.verification", sound(verification=None)),
    ("verification-body", "$.verification.body", checked(body="acme")),
    ("verification-body", "$.verification.body", checked(body=OPERATOR)),
    ("verification-report", "$.verification.report_sha256", checked(report_sha256="")),
    ("verification-report", "$.verification.report_sha256", checked(report_sha256="", report_url="https://a.org/r")),
    ("verification-report", "$.verification.report_sha256", checked(report_sha256=SHA256.upper())),
    ("verification-date", "$.verification.date", checked(date=date(2025, 12, 30))),
    ("verification-date", "$.verification.date", checked(date=date(2028, 3, 2))),
    ("verification-date", "$.verification.date", TO_COME),
]


@pytest.mark.parametrize(("code", "path", "declaration"), PUBLICATION)
def test_publishing_needs_a_verification_by_a_third_party(code: str, path: str, declaration: Declaration) -> None:
    assert seen(publication_findings(declaration, OPERATOR, TODAY)) == {(code, path, "error")}


def test_a_draft_needs_no_verification() -> None:
    assert findings(sound(verification=None)) == []
