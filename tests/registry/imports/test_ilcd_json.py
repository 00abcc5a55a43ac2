"""ILCD+EPD as the JSON of a soda4LCA node: what the XML of the same data set says, with the unit in it."""

import json
from pathlib import PurePath
from typing import Any

import pytest

from registry.errors import InvalidInput
from registry.imports.files import rows_of
from registry.imports.row import Maker, Row
from schemas.findings import findings
from schemas.reading import read_declaration
from tests.registry.imports.tables import codes_of
from tests.registry.imports.test_ilcd import FOSSIL, MODULES, TOTAL, archive, process
from tests.world import NOW, gtin

AREA, MASS = "93a60a56-a3c8-19da-a746-0800200c9a66", "93a60a56-a3c8-11da-a746-0800200b9a66"


def told(**by_language: str) -> list[dict[str, str]]:
    """A text as a node gives it out."""
    return [{"value": words, "lang": language} for language, words in by_language.items()]


def reference(uuid: str, **by_language: str) -> dict[str, Any]:
    return {"shortDescription": told(**by_language), "refObjectId": uuid, "uri": f"../sources/{uuid}.xml"}


def result(uuid: str, modules: dict[str, str], **more: Any) -> dict[str, Any]:
    unit = {"name": "referenceToUnitGroupDataSet", "value": reference("1ebf3012", de="kg CO_(2)-Äq.")}
    figures = [{"value": figure, "module": code} for code, figure in modules.items()]
    anies = [unit, *figures, *([more] if more else [])]
    return {"referenceToLCIAMethodDataSet": reference(uuid), "other": {"anies": anies}}


def data_set(**changes: Any) -> dict[str, Any]:
    """The made-up parquet of the tests of XML, as JSON; ``changes`` are of ``dataSetInformation``, or as named here."""
    about = {
        "UUID": "99999999-2222-3333-4444-555555555555",
        "name": {"baseName": told(de="Erfundenes Parkett", en="Made-up parquet")},
        "synonyms": told(en=f"made up; urn:gtin:{gtin(1)}"),
    }
    exchange = {
        "referenceToFlowDataSet": reference("11111111-2222-3333-4444-555555555555"),
        "meanAmount": 2.0,
        "dataSetInternalID": 0,
        "referenceFlow": True,
        "flowProperties": changes.pop(
            "properties",
            [
                {"name": told(en="Area"), "uuid": AREA, "referenceFlowProperty": True, "meanValue": 1.0},
                {"name": told(en="Mass"), "uuid": MASS, "meanValue": 7.35},
            ],
        ),
    }
    time = {"referenceYear": 2025, "dataSetValidUntil": 2031}
    published = {"name": "publicationDateOfEPD", "value": changes.pop("published", 1773100800000)}  # 2026-03-10
    results = changes.pop("results", [result(TOTAL, MODULES), result(FOSSIL, {"A1-A3": "6.4"})])
    return {
        "processInformation": {
            "dataSetInformation": about | changes,
            "quantitativeReference": {"referenceToReferenceFlow": [0]},
            "time": time | {"other": {"anies": [published]}},
            "geography": {"locationOfOperationSupplyOrProduction": {"location": "DE"}},
        },
        "modellingAndValidation": {
            "LCIMethodAndAllocation": {
                "referenceToLCAMethodDetails": [reference("aaaaaaaa-2222-3333-4444-555555555555", de="Regeln.pdf")],
                "other": {"anies": [{"name": "subType", "value": "average dataset"}]},
            },
            "complianceDeclarations": {
                "compliance": [{"referenceToComplianceSystem": reference("c0016b33", de="DIN EN 15804+A2")}]
            },
        },
        "administrativeInformation": {
            "publicationAndOwnership": {"referenceToOwnershipOfDataSet": reference("d03e", de="Maker Works GmbH")}
        },
        "exchanges": {"exchange": [{"dataSetInternalID": 1}, exchange]},
        "LCIAResults": {"LCIAResult": results},
        "version": "1.1",
    }


def row_of(held: Any) -> Row:
    (row,) = rows_of(json.dumps(held).encode(), PurePath("epd.json"), NOW.date())
    return row


def test_json_says_what_the_xml_of_the_same_data_set_says() -> None:
    row, (xml,) = row_of(data_set()), rows_of(archive(process()), PurePath("epd.zip"), NOW.date())
    assert row.found == ()
    assert row.raw.pop("pcr") == "urn:uuid:aaaaaaaa-2222-3333-4444-555555555555"
    assert row.raw | {"declared_amount": "2"} == xml.raw
    assert row.reference == xml.reference
    assert row.maker == Maker(
        "$.administrativeInformation.publicationAndOwnership.referenceToOwnershipOfDataSet", ("Maker Works GmbH",)
    )
    declaration, found = read_declaration(row.raw | {"owner": "maker"})
    assert declaration is not None, found
    assert [(one.code, one.severity) for one in findings(declaration)] == [("stage-sum", "warning")]


@pytest.mark.parametrize(
    "published", ["2026-03-10", 1773097200000, 1773100800000, 1773129600000], ids=["text", "Berlin", "UTC", "west"]
)
def test_a_day_is_the_same_by_the_clock_of_any_node(published: Any) -> None:
    assert row_of(data_set(published=published)).raw["valid_from"] == "2026-03-10"


SEVERAL = [result(TOTAL, MODULES, value="-9", module="D", scenario="S2")]
MARKED = {"other": {"anies": [{"scenario": [{"name": "S1"}, {"name": "S2", "default": True}]}]}}


@pytest.mark.parametrize(
    ("changes", "codes", "place"),
    [
        ({"synonyms": []}, {"$.gtin": "gtin-none"}, "$.processInformation.dataSetInformation.synonyms"),
        ({"properties": []}, {"$.declared_unit": "ilcd-flow"}, "$.exchanges.exchange[1].flowProperties"),
        ({"results": SEVERAL}, {"$.gwp_total": "ilcd-scenario"}, "$.LCIAResults.LCIAResult[0].other.anies[6].value"),
        ({"results": [result(TOTAL, {"A1-A3": "x"})]}, {"$.gwp_total": "foreign-number"}, "anies[1].value"),
        ({"published": "soon"}, {"$.valid_from": "foreign-date"}, "$.processInformation.time.other.anies[0].value"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(changes: dict[str, Any], codes: dict[str, str], place: str) -> None:
    row = row_of(data_set(**changes))
    assert codes_of(row) == codes
    assert row.columns[next(iter(codes))].endswith(place)
    assert all(row.columns[next(iter(codes))] in words for words in row.found[0].message.values())


def test_the_default_of_several_scenarios_counts() -> None:
    row = row_of(data_set(results=[SEVERAL[0]], **MARKED))
    stages = row.raw["stages"]
    assert isinstance(stages, list)
    assert stages[-1] == {"code": "D", "gwp": "-9"}


def test_anything_in_a_data_set_gives_a_row() -> None:
    def replaced(held: Any, odd: Any) -> Any:
        """Every way to put ``odd`` in the place of one value."""
        if isinstance(held, dict):
            for name, value in held.items():
                yield held | {name: odd}
                yield from (held | {name: each} for each in replaced(value, odd))
        elif isinstance(held, list):
            for at, value in enumerate(held):
                yield from ([*held[:at], each, *held[at + 1 :]] for each in replaced(value, odd))

    whole = data_set(results=[result(TOTAL, {"A1-A3": "1"}, value="2", module="D", scenario="S2")], **MARKED)
    for odd in (None, True, 10**30, -1.5, "x", [], {}, [{"lang": {}, "value": 5}]):
        for held in replaced(whole, odd):
            if isinstance(held["processInformation"], dict):
                read_declaration(row_of(held).raw)


def test_another_data_set_of_ilcd_is_not_taken_for_an_epd() -> None:
    with pytest.raises(InvalidInput, match="not all of it is PACT"):
        row_of({"flowInformation": {}})
