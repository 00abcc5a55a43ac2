"""ILCD+EPD: a process with its flow, one without, scenarios, and hostile XML and archives."""

import csv
import io
import zipfile
from pathlib import Path, PurePath

import pytest

from registry.errors import InvalidInput
from registry.imports.annotated import annotated
from registry.imports.batch import Outcome
from registry.imports.files import FileKind, kind_of, rows_of
from registry.imports.notes import RowOutcome
from registry.imports.row import Row
from schemas.declaration import Declaration
from schemas.findings import Finding, findings
from schemas.reading import read_declaration
from tests.registry.imports.tables import codes_of
from tests.world import NOW, gtin

DOCUMENT = Path(__file__).parents[3] / "docs/import.md"
SAMPLE = Path(__file__).resolve().parents[4] / "shared/data/epd/ibu_2-schicht-parkett.xml"
FLOW_ID, AREA, MASS = "11111111-2222-3333-4444-555555555555", "19da", "11da"
TOTAL, FOSSIL, LULUC = (
    "a7ea142a-9749-11ed-a8fc-0242ac120002",
    "a7ea19c0-9749-11ed-a8fc-0242ac120002",
    "a7ea1ae2-9749-11ed-a8fc-0242ac120002",
)
MODULES = {"A1-A3": "6.529", "C1": "0", "C2": "8.151E-02", "C3": "11.88", "C4": "0", "D": "-4.877"}


def amounts(modules: dict[str, str]) -> str:
    return "".join(f'<epd:amount epd:module="{code}">{figure}</epd:amount>' for code, figure in modules.items())


def result(uuid: str, inside: str) -> str:
    return (
        f'<LCIAResult><referenceToLCIAMethodDataSet refObjectId="{uuid}"/><common:other>{inside}</common:other>'
        "</LCIAResult>"
    )


def process(
    results: str = result(TOTAL, amounts(MODULES)) + result(FOSSIL, amounts({"A1-A3": "6.4"})),
    synonyms: str = f"made up; urn:gtin:{gtin(1)}",
    scenarios: str = "",
    head: str = '<?xml version="1.0" encoding="utf-8"?>',
    until: str = "2031",
) -> bytes:
    return f"""{head}
<processDataSet xmlns="http://lca.jrc.it/ILCD/Process" xmlns:common="http://lca.jrc.it/ILCD/Common"
 xmlns:epd="http://www.iai.kit.edu/EPD/2013" xmlns:epd2="http://www.indata.network/EPD/2019"><processInformation>
<dataSetInformation><common:UUID>99999999-2222-3333-4444-555555555555</common:UUID>
<name><baseName xml:lang="de">Erfundenes Parkett</baseName><baseName xml:lang="en">Made-up parquet</baseName></name>
<common:synonyms xml:lang="en">{synonyms}</common:synonyms>
<common:other><epd:scenarios>{scenarios}</epd:scenarios></common:other></dataSetInformation>
<quantitativeReference><referenceToReferenceFlow>0</referenceToReferenceFlow></quantitativeReference>
<time><common:referenceYear>2025</common:referenceYear><common:dataSetValidUntil>{until}</common:dataSetValidUntil>
<common:other><epd2:publicationDateOfEPD>2026-03-10</epd2:publicationDateOfEPD></common:other></time>
<geography><locationOfOperationSupplyOrProduction location="DE"/></geography></processInformation>
<modellingAndValidation><complianceDeclarations><compliance><common:referenceToComplianceSystem>
<common:shortDescription xml:lang="de">DIN EN 15804+A2</common:shortDescription></common:referenceToComplianceSystem>
</compliance></complianceDeclarations></modellingAndValidation>
<exchanges><exchange dataSetInternalID="0"><referenceToFlowDataSet refObjectId="{FLOW_ID}"/><meanAmount>2</meanAmount>
</exchange></exchanges><LCIAResults>{results}</LCIAResults></processDataSet>""".encode()


def flow(unit: str = AREA, mean: str = "1") -> bytes:
    properties = "".join(
        f'<flowProperty dataSetInternalID="{at}"><referenceToFlowPropertyDataSet '
        f'refObjectId="93a60a56-a3c8-{each}-a746-0800200{tail}9a66"/><meanValue>{value}</meanValue></flowProperty>'
        for at, (each, tail, value) in enumerate([(unit, "c", mean), (MASS, "b", "7.35")])
    )
    return f"""<flowDataSet xmlns="http://lca.jrc.it/ILCD/Flow" xmlns:common="http://lca.jrc.it/ILCD/Common">
<flowInformation><dataSetInformation><common:UUID>{FLOW_ID}</common:UUID></dataSetInformation><quantitativeReference>
<referenceToReferenceFlowProperty>0</referenceToReferenceFlowProperty></quantitativeReference></flowInformation>
<flowProperties>{properties}</flowProperties></flowDataSet>""".encode()


def archive(*processes: bytes, of: bytes | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for at, each in enumerate(processes):
            packed.writestr(f"ILCD/processes/{at}.xml", each)
        packed.writestr("ILCD/flows/flow.xml", flow() if of is None else of)
        packed.writestr("ILCD/contacts/owner.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><contactDataSet/>")
    return made.getvalue()


def rows(content: bytes, name: str = "epd.zip") -> list[Row]:
    return rows_of(content, PurePath(name), NOW.date())


def declared(row: Row) -> tuple[Declaration, list[Finding]]:
    declaration, found = read_declaration(row.raw | {"owner": "maker"})
    assert declaration is not None, found
    return declaration, findings(declaration)


def test_a_process_with_its_flow_becomes_a_declaration() -> None:
    (row,) = rows(archive(process()))
    declaration, found = declared(row)
    assert (row.found, row.reference) == ((), "99999999-2222-3333-4444-555555555555")
    assert [(one.code, one.severity) for one in found] == [("stage-sum", "warning")]
    assert row.raw == {
        "product_name": {"de": "Erfundenes Parkett", "en": "Made-up parquet"},
        "gtin": gtin(1),
        "declared_unit": "square meter",
        "declared_amount": "2",
        "mass_per_unit": "7.35",
        "boundary": "cradle-to-gate",
        "gwp_total": "6.529",
        "gwp_fossil": "6.4",
        "stages": [{"code": code, "gwp": {"C2": "0.08151"}.get(code, figure)} for code, figure in MODULES.items()],
        "stage_sum_reason": row.raw["stage_sum_reason"],
        "gwp_basis": "AR6",
        "reference_start": "2025-01-01",
        "reference_end": "2025-12-31",
        "valid_from": "2026-03-10",
        "valid_until": "2031-03-10",
        "country": "DE",
        "standards": ["EN 15804+A2"],
    }
    assert declaration.verification is None


SCENARIOS = amounts(MODULES | {"C3": "1"}) + '<epd:amount epd:module="C3" epd:scenario="S2">2</epd:amount>'


def test_the_default_of_several_scenarios_counts() -> None:
    given = SCENARIOS.replace('"C3">', '"C3" epd:scenario="S1">')
    marked = process(result(TOTAL, given), scenarios='<epd:scenario epd:name="S2" epd:default="true"/>')
    (row,) = rows(archive(marked))
    assert [str(stage.gwp) for stage in declared(row)[0].stages if stage.code == "C3"] == ["2"]
    (row,) = rows(archive(process(result(TOTAL, given))))
    assert codes_of(row) == {"$.gwp_total": "ilcd-scenario"}
    assert row.columns["$.gwp_total"] == f"LCIAResults/LCIAResult[{TOTAL}]/amount[@module='C3']"


@pytest.mark.parametrize(
    ("content", "path", "code"),
    [
        (archive(process(synonyms="parquet")), "$.gtin", "gtin-none"),
        (archive(process(synonyms="urn:gtin:1; URN:GTIN:2")), "$.gtin", "gtin-several"),
        (archive(process(), of=b"<x/>"), "$.declared_unit", "ilcd-flow"),
        (archive(process(), of=flow("33da")), "$.declared_unit", "unit-unknown"),
        (archive(process(), of=flow(mean="1000")), "$.declared_unit", "unit-unknown"),
        (archive(process(result(FOSSIL, amounts(MODULES)))), "$.gwp_total", "modules-none"),
        (archive(process(result(TOTAL, amounts({"A1": "1"})))), "$.gwp_total", "modules-none"),
        (archive(process(result(TOTAL, amounts({"A1-A3": "NaN"})))), "$.gwp_total", "foreign-number"),
        (archive(process(result(TOTAL, amounts({"A1-A3": "1E+999999"})))), "$.gwp_total", "foreign-number"),
        (archive(process(until="soon")), "$.valid_until", "foreign-date"),
    ],
)
def test_what_is_wrong_is_said(content: bytes, path: str, code: str) -> None:
    (row,) = rows(content)
    assert codes_of(row) == {path: code}
    assert all(row.columns[path] in words for words in row.found[0].message.values())


def test_a_process_alone_has_no_unit_and_is_told_to_bring_its_flow() -> None:
    utf_16 = process(head='<?xml version="1.0" encoding="utf-16"?>').decode().encode("utf-16")
    for content in (process(), utf_16):
        (row,) = rows(content, "epd.xml")
        assert codes_of(row) == {"$.declared_unit": "ilcd-flow"}


def test_a_file_is_told_by_what_it_holds() -> None:
    assert kind_of(process(), PurePath("table.txt")) is FileKind.ILCD
    assert kind_of(archive(process()), PurePath("table.xlsx")) is FileKind.ILCD
    assert len(rows(archive(process(), process()), "table.xlsx")) == 2


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (process(head=LAUGHS), "a.xml", "declares a document type"),
        (process(head='<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "a.xml", "declares a document type"),
        (archive(process(head=LAUGHS)), "a.zip", "ILCD/processes/0.xml: declares a document type"),
        (b"<processDataSet>" * 100, "a.xml", "over 60 deep"),
        (process()[:-9], "a.xml", "not well-formed"),
        (process(head='<?xml version="1.0" encoding="klingon"?>'), "a.xml", "not well-formed"),
        (process().replace(b"parquet", b"\xff\xfe"), "a.xml", "not well-formed"),
        (b"<html/>", "a.xml", "no process data set"),
        (b"nothing", "a.xml", "not well-formed"),
        (archive(), "a.zip", "no process data set"),
        (b"PK\x03\x04 and so on", "a.zip", "is damaged, or not a zip"),
        (archive(b" " * 60_000_000), "a.zip", "unpacks to more"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence(content: bytes, name: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        rows(content, name)


def test_the_copy_is_a_list_of_findings() -> None:
    content, path = archive(process(), process(synonyms="=1+1")), PurePath("epd.zip")
    became = {
        row.number: RowOutcome(row.number, Outcome.REFUSED if row.found else Outcome.SUBMITTED, row.found, row.columns)
        for row in rows(content)
    }
    copy = annotated(content, path, became, None, None).decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(copy, newline=""))
    assert (first["row"], first["result"], first["code"]) == ("1", "submitted", "")
    assert (second["code"], second["place"]) == ("gtin-none", "processInformation/dataSetInformation/synonyms")
    assert "urn:gtin:" in second["findings_en"]
    assert "urn:gtin:" in second["findings_zh"]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the EPD of shared/data/epd is not on this machine")
def test_a_real_data_set_alone_lacks_gtin_unit_and_default_scenario() -> None:
    (row,) = rows(SAMPLE.read_bytes(), SAMPLE.name)
    assert {one.code for one in row.found} == {"gtin-none", "ilcd-flow", "ilcd-scenario"}
    assert row.raw["product_name"] == {"de": "2-Schicht-Parkett", "en": "2-layer parquet"}
    assert (row.raw["valid_until"], row.raw["standards"]) == ("2027-10-10", ["EN 15804+A2", "ISO 14025"])
    marked = SAMPLE.read_bytes().replace(b'epd:name="S1"', b'epd:name="S1" epd:default="true"')
    (row,) = rows(marked, SAMPLE.name)
    assert (row.raw["gwp_total"], row.raw["gwp_fossil"], row.raw["boundary"]) == ("6.529", "18.61", "cradle-to-gate")
    assert (row.raw["gwp_biogenic"], row.raw["gwp_luluc"]) == ("-12.1", "0.02416")


def test_the_document_names_every_element_that_is_taken() -> None:
    section = DOCUMENT.read_text(encoding="utf-8").partition("## ILCD+EPD")[2].partition("\n## ")[0]
    for row in rows(archive(process())) + rows(process(), "epd.xml"):
        for place in row.columns.values():
            last = place.rpartition("/")[2].partition("[")[0].removeprefix("@")
            assert f"`{last}`" in section or last == "referenceToFlowDataSet", place
