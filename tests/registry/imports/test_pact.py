"""PACT footprints, versions 3 and 2: what is taken, digit by digit, where from, and what is refused with a sentence."""

import json
from pathlib import Path, PurePath
from typing import Any

import pytest

from registry.errors import InvalidInput
from registry.imports.annotated import annotated
from registry.imports.batch import Outcome
from registry.imports.files import rows_of
from registry.imports.notes import RowOutcome
from registry.imports.row import Maker, Row
from schemas.declaration import Declaration
from schemas.findings import Finding, findings
from schemas.reading import read_declaration
from tests.registry.imports.tables import codes_of
from tests.world import NOW, gtin

DOCUMENT = Path(__file__).parents[3] / "docs/import.md"
PCF: dict[str, Any] = {
    "declaredUnitOfMeasurement": "liter",
    "declaredUnitAmount": "12",
    "productMassPerDeclaredUnit": "9.480",
    "referencePeriodStart": "2025-01-01T00:00:00Z",
    "referencePeriodEnd": "2026-01-01T00:00:00Z",
    "geographyCountry": "CN",
    "geographyCountrySubdivision": "CN-GD",
    "geographyRegionOrSubregion": "Eastern Asia",
    "pcfExcludingBiogenicUptake": "7.310",
    "pcfIncludingBiogenicUptake": "2.1",
    "fossilGhgEmissions": "7.1",
    "landUseChangeGhgEmissions": "0.2",
    "landManagementBiogenicCO2Removals": "0",
    "biogenicCO2Uptake": "-5.21",
    "ipccCharacterizationFactors": ["AR6"],
    "crossSectoralStandards": ["ISO14067", "PACT-3.0"],
    "exemptedEmissionsPercent": "1.5",
    "primaryDataShare": "12.9",
    "dqi": {"technologicalDQR": "1.5", "geographicalDQR": "3.2", "temporalDQR": "2.4"},
    "verification": {"completedAt": "2026-02-01T00:00:00Z", "providerName": "Made-up Verifiers"},
}
FOOTPRINT: dict[str, Any] = {
    "id": "6f4e1b9a-0d0c-4f0a-9d6b-6a1f2f1d7c11",
    "specVersion": "3.0.0",
    "created": "2026-02-01T00:00:00Z",
    "status": "Active",
    "companyName": "Maker Works Ltd.",
    "companyIds": ["urn:company:example:solvents"],
    "productDescription": "Made-up solvent in a bottle",
    "productIds": [f"urn:gtin:{gtin(1)}", "urn:pact:example.com:product-id:S-12"],
    "productClassifications": ["urn:pact:productclassification:un-cpc:3413"],
    "productNameCompany": "Solvent 12 L",
    "pcf": PCF,
}
OLD: dict[str, Any] = FOOTPRINT | {
    "specVersion": "2.2.0",
    "productClassifications": None,
    "productCategoryCpc": "3413",
    "pcf": {
        "declaredUnit": "liter",
        "unitaryProductAmount": "12",
        "productMassPerDeclaredUnit": "0.79",
        "pCfExcludingBiogenic": "0.61",
        "fossilGhgEmissions": "0.6",
        "referencePeriodStart": "2025-01-01T00:00:00Z",
        "referencePeriodEnd": "2026-01-01T00:00:00Z",
        "characterizationFactors": "AR5",
        "crossSectoralStandardsUsed": ["GHG Protocol Product standard"],
    },
}


def changed(**changes: Any) -> dict[str, Any]:
    """The footprint with changes in it, or in its ``pcf`` where the name begins so: None takes a property away."""
    pcf = PCF | {name.removeprefix("pcf_"): value for name, value in changes.items() if name.startswith("pcf_")}
    outer = {name: value for name, value in changes.items() if not name.startswith("pcf_")}
    return FOOTPRINT | {"pcf": {name: value for name, value in pcf.items() if value is not None}} | outer


def rows(*footprints: Any, name: str = "pact.json") -> list[Row]:
    return rows_of(json.dumps(list(footprints)).encode(), PurePath(name), NOW.date())


def declared(row: Row) -> tuple[Declaration, list[Finding]]:
    declaration, found = read_declaration(row.raw | {"owner": "maker"})
    assert declaration is not None, found
    return declaration, findings(declaration)


def test_a_footprint_becomes_a_declaration_without_a_finding() -> None:
    (row,) = rows(FOOTPRINT)
    assert (row.number, row.reference, row.found) == (1, FOOTPRINT["id"], ())
    assert declared(row)[1] == []
    assert row.maker == Maker("$[0].companyName", ("Maker Works Ltd.",), ("urn:company:example:solvents",))
    assert row.raw == {
        "product_name": {"und": "Solvent 12 L"},
        "description": {"und": "Made-up solvent in a bottle"},
        "gtin": gtin(1),
        "product_ids": ["urn:pact:example.com:product-id:S-12"],
        "classifications": ["urn:pact:productclassification:un-cpc:3413"],
        "declared_unit": "liter",
        "declared_amount": "12",
        "mass_per_unit": "0.790",
        "boundary": "cradle-to-gate",
        "gwp_total": "7.310",
        "gwp_fossil": "7.1",
        "gwp_luluc": "0.2",
        "biogenic_uptake": "-5.21",
        "primary_data_share": "12.9",
        "exempted_share": "1.5",
        "reference_start": "2025-01-01",
        "reference_end": "2025-12-31",
        "valid_from": "2026-01-01",
        "valid_until": "2028-12-31",
        "country": "CN-GD",
        "standards": ["ISO 14067", "PACT v3"],
        "gwp_basis": "AR6",
        "dqi": {"technological": "1.5", "temporal": "2.4", "geographical": "3.2", "worst": 5},
    }


def test_version_2_speaks_of_one_declared_unit() -> None:
    (row,) = rows(OLD)
    declaration, found = declared(row)
    assert (str(declaration.declared_amount), str(declaration.mass_per_unit)) == ("1", "0.79")
    assert (str(declaration.gwp_total), declaration.gwp_basis, found) == ("0.61", "AR5", [])
    assert declaration.standards == ("GHG Protocol Product Standard",)
    assert declaration.classifications == ("urn:pact:productclassification:un-cpc:3413",)


def test_rules_are_taken_where_they_are_one_urn() -> None:
    for rules, taken in (
        (["urn:iso:std:iso:21930"], "urn:iso:std:iso:21930"),
        (["urn:iso:std:iso:21930", "urn:iso:std:iso:14025"], None),
        ([{"operator": "PEF", "ruleNames": ["Paints"]}], None),
    ):
        (row,) = rows(changed(pcf_productOrSectorSpecificRules=rules))
        assert row.raw.get("pcr") == taken
        assert declared(row)[1] == []


def test_a_changed_footprint_of_version_2_is_another_declaration() -> None:
    for footprint, reference in ((OLD, OLD["id"]), (OLD | {"version": 2}, f"{OLD['id']} version 2")):
        assert rows(footprint)[0].reference == reference
    assert rows(FOOTPRINT | {"version": 1})[0].reference == FOOTPRINT["id"], "version 3 has a new id for every change"


def test_its_own_sum_formula_blocks_nothing() -> None:
    (row,) = rows(changed(pcf_pcfIncludingBiogenicUptake="99", pcf_biogenicNonCO2Emissions="50"))
    assert declared(row)[1] == []


def test_one_object_a_list_and_an_answers_data_are_the_same() -> None:
    texts = (json.dumps(held).encode() for held in (FOOTPRINT, [FOOTPRINT], {"data": [FOOTPRINT]}, {"data": FOOTPRINT}))
    read = [rows_of(text, PurePath("a.json"), NOW.date()) for text in texts]
    assert all([row.raw for row in each] == [read[0][0].raw] for each in read)
    assert [each[0].columns["$.gwp_total"] for each in read] == [
        f"{root}.pcf.pcfExcludingBiogenicUptake" for root in ("$", "$[0]", "$.data[0]", "$.data")
    ]


def test_what_a_period_ends_before_is_not_in_it() -> None:
    validity = {"validityPeriodStart": "2026-03-01T00:00:00+08:00", "validityPeriodEnd": "2027-12-31T23:59:59Z"}
    declaration = declared(rows(changed(**validity))[0])[0]
    assert str(declaration.valid_from) == "2026-02-28", "in UTC"
    assert str(declaration.valid_until) == "2027-12-31"


def test_a_mass_that_does_not_divide_is_left_out() -> None:
    declaration = declared(rows(changed(pcf_declaredUnitAmount="7"))[0])[0]
    assert declaration.mass_per_unit is None


@pytest.mark.parametrize(
    ("change", "path", "code", "place"),
    [
        ({"productIds": ["urn:pact:a.b:product-id:1"]}, "$.gtin", "gtin-none", "$[0].productIds"),
        ({"productIds": ["urn:gtin:1", "urn:gtin:2"]}, "$.gtin", "gtin-several", "$[0].productIds"),
        ({"status": "Deprecated"}, "$.supersedes", "pact-deprecated", "$[0].status"),
        ({"pcf_pcfExcludingBiogenicUptake": "1,5"}, "$.gwp_total", "foreign-number", "pcfExcludingBiogenicUptake"),
        ({"pcf_pcfExcludingBiogenicUptake": "1e999999999"}, "$.gwp_total", "foreign-number", "BiogenicUptake"),
        ({"pcf_pcfExcludingBiogenicUptake": "NaN"}, "$.gwp_total", "foreign-number", "BiogenicUptake"),
        ({"pcf_fossilGhgEmissions": {"a": 1}}, "$.gwp_fossil", "foreign-number", "fossilGhgEmissions"),
        ({"pcf_technologicalCO2Removals": "-0.5"}, "$.removals", "pact-removals", "technologicalCO2Removals"),
        ({"pcf_referencePeriodEnd": "soon"}, "$.reference_end", "foreign-date", "referencePeriodEnd"),
        ({"validityPeriodEnd": "0001-01-01T00:00:00+14:00"}, "$.valid_until", "foreign-date", "validityPeriodEnd"),
        ({"productNameCompany": ["x"]}, "$.product_name", "foreign-text", "productNameCompany"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_in_the_file(
    change: dict[str, Any], path: str, code: str, place: str
) -> None:
    (row,) = rows(changed(**change))
    assert codes_of(row) == {path: code}
    assert row.columns[path].endswith(place)
    assert all(row.columns[path] in words for words in row.found[0].message.values())


def test_a_rule_that_is_broken_names_the_place_too() -> None:
    row = rows(changed(productIds=["urn:gtin:123"], pcf_declaredUnitOfMeasurement="bottle"))[0]
    declaration, found = read_declaration(row.raw)
    assert declaration is None
    assert [row.columns[finding.path] for finding in found] == ["$[0].pcf.declaredUnitOfMeasurement"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "is not JSON"),
        (b'{"pcf": {"x": NaN}}', "without NaN"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"pcf": {"x": "\xff"}}', "is not JSON in UTF-8"),
        (json.dumps(FOOTPRINT).encode("utf-16"), "is not JSON in UTF-8"),
        (b'{"pcf":1e99999999999999999999}', "is not JSON"),
        (b'{"doctype":' + b"[" * 900 + b"]" * 900 + b"}", "not all of it is PACT"),
        (b"[]", "has 0 objects"),
        (b"[{}]", "not all of it is PACT"),
        (b'[{"pcf": {}}, {"doctype": "openEPD"}]', "not all of it is PACT"),
        (b"[" + b"{}," * 10_000 + b"{}]", "has 10,001 objects"),
        (b" " * 20_000_001 + b"{}", "is over 20 MB"),
    ],
)
def test_a_document_that_is_none_is_refused_whole(content: bytes, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        rows_of(content, PurePath("a.json"), NOW.date())


def test_anything_in_a_footprint_gives_a_row() -> None:
    deep: Any = "x"
    for _ in range(300):
        deep = [deep]
    for odd in (None, True, 5, -1.5, "", "x" * 20_000, [], {}, [None], deep, "\0", "٣"):
        for name in FOOTPRINT:
            if name != "pcf":
                assert len(rows(FOOTPRINT | {name: odd})) == 1
                read_declaration(rows(FOOTPRINT | {name: odd})[0].raw)
        for name in PCF:
            read_declaration(rows(changed(**{f"pcf_{name}": odd}))[0].raw)


def test_the_copy_has_what_became_of_each_and_reads_as_before() -> None:
    content = b'{"data":[' + json.dumps(FOOTPRINT).encode() + b',{"pcf":{"x":1.10}}],"next":5}'
    path = PurePath("a.json")
    became = {
        row.number: RowOutcome(row.number, Outcome.REFUSED, row.found) for row in rows_of(content, path, NOW.date())
    }
    copy = annotated(content, path, became, None, None)
    told = json.loads(copy)
    assert [one["result"] for one in told["data"]] == ["refused", "refused"]
    assert [one["code"] for one in told["data"][1]["findings"]] == ["gtin-none"]
    assert b'{"x":1.10}' in copy
    assert told["next"] == 5
    again = rows_of(copy, path, NOW.date())
    assert [row.raw for row in again] == [row.raw for row in rows_of(content, path, NOW.date())]
    assert annotated(copy, path, became, None, None) == copy


def test_the_document_names_every_property_that_is_taken() -> None:
    section = DOCUMENT.read_text(encoding="utf-8").partition("## PACT")[2].partition("\n## ")[0]
    for row in rows(FOOTPRINT, OLD):
        for path, place in row.columns.items():
            assert f"`{place.rpartition('.')[2]}`" in section or path == "$.boundary", place
