"""openEPD documents: which figures of which method are the total, and what the format has no place for."""

import json
from pathlib import Path, PurePath
from typing import Any

import pytest

from registry.imports.files import rows_of
from registry.imports.gwp_basis import BASES
from registry.imports.openepd import METHODS, UNITS
from registry.imports.row import Maker, Row
from schemas.declaration import Declaration, DeclaredUnit
from schemas.findings import Finding, findings
from schemas.reading import read_declaration
from tests.registry.imports.tables import codes_of
from tests.world import NOW, gtin

DOCUMENT = Path(__file__).parents[3] / "docs/import.md"
SAMPLE = Path(__file__).resolve().parents[4] / "shared/data/openepd/openepd_sample.json"


def measured(**modules: str) -> dict[str, Any]:
    return {name: {"mean": float(mean), "unit": "kgCO2e", "rsd": 0.1} for name, mean in modules.items()}


GATE = measured(A1A2A3="305.25", A1="300", A2="5", A3="0.25", C1="1", C2="2", C3="0", C4="4", D="-7.5")
EPD: dict[str, Any] = {
    "doctype": "openEPD",
    "id": "EC3MADEUP",
    "language": "en",
    "product_name": "Made-up foam concrete",
    "product_description": "A concrete that nobody mixes",
    "product_sku": "X 111",
    "product_classes": {"io.cqd.ec3": ["ReadyMix"], "UNSPSC": "30 11 15 05", "Own": ["urn:eclass:28070000", "x"]},
    "manufacturer": {"web_domain": "maker.example.com", "name": "Maker Works, Inc."},
    "plants": [{"id": "865P2W3V+3W.example.com", "name": "Made-up plant", "location": {"country": "us"}}],
    "pcr": {"id": "EC3CS2K2", "issuer_doc_id": "c-PCR-003", "issuer": {"web_domain": "pcr.example.org"}},
    "date_of_issue": "2026-02-11T00:00:00Z",
    "valid_until": "2031-02-11T00:00:00Z",
    "declared_unit": {"qty": 2, "unit": "m3"},
    "kg_per_declared_unit": {"qty": 480, "unit": "kg"},
    "compliance": [{"short_name": "EN 15804+A2:2019"}, {"name": "ISO 21930:2017"}],
    "impacts": {
        "TRACI 2.1": {"gwp": measured(A1A2A3="1")},
        "EF 3.1": {"gwp": GATE, "gwp-fossil": measured(A1A2A3="304"), "gwp-luluc": measured(A1A2A3="0.25", C1="1")},
    },
    "ext": {"carbonlabel": {"gtin": gtin(1), "reference_start": "2025-01-01", "reference_end": "2025-12-31"}},
}
WHOLE = measured(
    A1="1.5", A2="0.5", A3="1", A4="0.25", A5="0.25", B2="0.125", C1="0.25", C2="0.25", C3="0.5", C4="0.375", D="-1"
)


def row_of(**changes: Any) -> Row:
    (row,) = rows_of(json.dumps(EPD | changes).encode(), PurePath("epd.json"), NOW.date())
    return row


def declared(row: Row) -> tuple[Declaration, list[Finding]]:
    declaration, found = read_declaration(row.raw | {"owner": "maker"})
    assert declaration is not None, found
    return declaration, findings(declaration)


def test_modules_beside_the_gate_are_declared_and_the_reason_is_said() -> None:
    row = row_of()
    declaration, found = declared(row)
    assert (row.reference, row.found) == ("EC3MADEUP", ())
    assert [(finding.code, finding.severity) for finding in found] == [("stage-sum", "warning")]
    assert (str(declaration.gwp_total), declaration.boundary, declaration.gwp_basis) == (
        "305.25",
        "cradle-to-gate",
        "AR6",
    )
    assert {stage.code: str(stage.gwp) for stage in declaration.stages} == {
        "A1-A3": "305.25", "C1": "1.0", "C2": "2.0", "C3": "0.0", "C4": "4.0", "D": "-7.5",
    }  # fmt: skip
    assert (str(declaration.gwp_fossil), declaration.gwp_biogenic, str(declaration.gwp_luluc)) == (
        "304.0",
        None,
        "0.25",
    )
    assert (declaration.declared_unit, str(declaration.declared_amount)) == ("cubic meter", "2")
    assert str(declaration.mass_per_unit) == "240"
    assert declaration.standards == ("EN 15804+A2", "ISO 21930")
    assert (declaration.product_name, declaration.plant) == ({"en": "Made-up foam concrete"}, "Made-up plant")
    assert (str(declaration.valid_from), str(declaration.valid_until)) == ("2026-02-11", "2031-02-11")
    assert declaration.verification is None
    assert declaration.country == "US"
    assert declaration.pcr == "urn:pact:pcr.example.org:pcr-id:c-PCR-003"
    assert declaration.product_ids == ("urn:pact:maker.example.com:supplier-id:X%20111",)
    assert declaration.classifications == (
        "urn:pact:ec3.cqd.io:category-id:ReadyMix", "urn:unspsc:30111505", "urn:eclass:28070000",
    )  # fmt: skip
    assert declaration.description == {"en": "A concrete that nobody mixes\n\nSource: openEPD EC3MADEUP."}
    assert row.maker == Maker("$.manufacturer.name", ("Maker Works, Inc.",), (), "maker.example.com")


def test_where_it_can_be_looked_up_is_said_and_each_version_is_a_declaration_of_its_own() -> None:
    row = row_of(
        version=3,
        program_operator={"name": "Made-up Operator"},
        program_operator_doc_id="123-4",
        declaration_url="https://epd.example.org/123-4",
        product_description=None,
    )
    assert row.reference == "EC3MADEUP version 3"
    told = "EC3MADEUP, version 3; 123-4; Made-up Operator; https://epd.example.org/123-4"
    assert row.raw["description"] == {
        "en": f"Source: openEPD {told}.",
        "zh": f"来源：openEPD {told.replace('; ', '；')}。",
    }
    assert declared(row_of(language="zh", version=3))[0].description == {
        "zh": "A concrete that nobody mixes\n\n来源：openEPD EC3MADEUP, version 3。"
    }


@pytest.mark.parametrize(
    ("rules", "urn"),
    [
        ({"id": "EC3CS2K2"}, "urn:pact:open-xpd-uuid.cqd.io:pcr-id:EC3CS2K2"),
        ({"id": "EC3CS2K2", "alt_ids": {"x": "urn:iso:std:iso:21930"}}, "urn:iso:std:iso:21930"),
        ({"name": "Concrete"}, None),
        (None, None),
    ],
)
def test_the_rules_are_a_urn_of_whoever_numbered_them(rules: Any, urn: str | None) -> None:
    assert row_of(pcr=rules).raw.get("pcr") == urn


def test_identifiers_of_the_manufacturer_and_the_product_are_taken_as_urns() -> None:
    maker = {
        "name": "",
        "alt_names": ["A", 5],
        "alt_ids": {"lei": "549300EXAMPLE0000001", "x": "urn:gln:9521111111110"},
    }
    row = row_of(manufacturer=maker, alt_ids={"gs1": f"urn:gtin:{gtin(1)}", "own": "urn:pact:a.example:product-id:1"})
    assert row.maker == Maker("$.manufacturer.name", ("A",), ("urn:gln:9521111111110", "urn:lei:549300EXAMPLE0000001"))
    assert row.raw["product_ids"] == ["urn:pact:a.example:product-id:1"]
    assert row_of(manufacturer=None).maker is None


def test_plants_in_two_countries_are_in_none() -> None:
    plants = [{"name": "A", "location": {"country": "US"}}, {"name": "B", "location": {"country": "CA"}}]
    assert {"plant", "country"} & row_of(plants=plants).raw.keys() == set()
    assert row_of(plants=[plants[0], plants[0]]).raw["country"] == "US"


def test_who_sends_a_private_document_is_told_that_it_becomes_public() -> None:
    (warned,) = row_of(private=True).warned
    assert (warned.code, warned.severity) == ("openepd-private", "warning")
    assert row_of(private=False).warned == ()


def test_a_whole_life_is_summed_to_the_grave_without_d() -> None:
    impacts = {"EF 3.0": {"gwp": WHOLE, "gwp-fossil": measured(A1="1")}}
    declaration, found = declared(row_of(impacts=impacts, kg_per_declared_unit=None))
    assert (str(declaration.gwp_total), declaration.boundary, declaration.gwp_basis) == (
        "5.000",
        "cradle-to-grave",
        "AR5",
    )
    assert declaration.gwp_fossil is None, "not declared for all modules"
    assert (declaration.stage_sum_reason, found) == ({}, [])


@pytest.mark.parametrize("method", METHODS)
def test_the_first_method_that_has_figures_is_taken(method: str) -> None:
    later = METHODS[METHODS.index(method) :]
    impacts = {name: {"gwp": measured(A1A2A3=str(2 + at))} for at, name in enumerate(later)} | {"LIME2": {"gwp": GATE}}
    declaration, _ = declared(row_of(impacts={name: impacts[name] for name in reversed(impacts)}))
    assert (str(declaration.gwp_total), declaration.gwp_basis) == ("2.0", BASES.get(method))


@pytest.mark.parametrize(
    ("changes", "path", "code", "place"),
    [
        ({"ext": None}, "$.gtin", "gtin-none", "$.ext.carbonlabel.gtin"),
        ({"gtin": gtin(2)}, "$.gtin", "gtin-several", "$.ext.carbonlabel.gtin"),
        ({"doctype": "openIndustryEpd"}, "$.product_name", "openepd-doctype", "$.doctype"),
        ({"declared_unit": {"qty": 1, "unit": "m"}}, "$.declared_unit", "unit-unknown", "$.declared_unit.unit"),
        ({"declared_unit": {"qty": "x", "unit": "kg"}}, "$.declared_amount", "foreign-number", "$.declared_unit.qty"),
        ({"impacts": {"LIME2": {"gwp": GATE}}}, "$.gwp_total", "method-none", "$.impacts"),
        ({"impacts": {"EF 3.1": {"gwp": measured(A1="1")}}}, "$.gwp_total", "modules-none", "$.impacts['EF 3.1'].gwp"),
        (
            {"impacts": {"EF 3.1": {"gwp": {"A1A2A3": {"mean": 1, "unit": "lbCO2e"}}}}},
            "$.gwp_total",
            "unit-unknown",
            "$.impacts['EF 3.1'].gwp.A1A2A3.unit",
        ),
        ({"valid_until": 2031}, "$.valid_until", "foreign-text", "$.valid_until"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_in_the_file(
    changes: dict[str, Any], path: str, code: str, place: str
) -> None:
    row = row_of(**changes)
    assert codes_of(row)[path] == code
    assert row.columns[path] == place
    assert len(row.found) == 1


def test_a_gtin_may_stand_in_the_documents_other_ids() -> None:
    for ids in ({"gtin": gtin(3)}, {"gs1": f"urn:gtin:{gtin(3)}"}):
        assert row_of(ext=None, alt_ids=ids).raw["gtin"] == gtin(3)


def test_every_unit_is_one_that_a_declaration_has() -> None:
    assert set(UNITS.values()) <= set(DeclaredUnit)


def test_anything_in_a_document_gives_a_row() -> None:
    for odd in (None, True, 5, -1.5, "", "x" * 20_000, [], {}, [None], [{"name": []}], {"EF 3.1": {"gwp": {"A1": 5}}}):
        for name in EPD:
            if name != "doctype":
                read_declaration(row_of(**{name: odd}).raw)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample of shared/data/openepd is not on this machine")
def test_the_formats_own_sample_lacks_what_a_declaration_needs() -> None:
    (row,) = rows_of(SAMPLE.read_bytes(), SAMPLE, NOW.date())
    assert codes_of(row) == {"$.gtin": "gtin-none"}
    declaration, found = declared(row)
    assert (str(declaration.gwp_total), str(declaration.mass_per_unit)) == ("123", "12500")
    lacking = {finding.path for finding in found if finding.severity == "error"}
    assert lacking == {"$.gtin", "$.standards", "$.reference_start", "$.reference_end"}
    assert declaration.pcr == "urn:pact:open-xpd-uuid.cqd.io:pcr-id:EC3CS2K2"
    assert declaration.product_ids == ("urn:pact:example_manufacturer.com:supplier-id:X111111",)
    assert declaration.classifications == ("urn:pact:ec3.cqd.io:category-id:ReadyMix",)
    assert [one.code for one in row.warned] == ["openepd-private"]
    assert row.maker == Maker("$.manufacturer.web_domain", domain="example_manufacturer.com")


def test_the_document_names_every_member_and_method() -> None:
    section = DOCUMENT.read_text(encoding="utf-8").partition("## openEPD")[2].partition("\n## ")[0]
    for place in row_of().columns.values():
        last = place.rpartition("['")[2].removesuffix("']") if place.endswith("]") else place.rpartition(".")[2]
        assert last in METHODS or f"`{last}`" in section or f".{last}`" in section, place
    assert ", ".join(METHODS) in section
