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
from registry.imports.row import Maker, Row
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
OLD_TOTAL, OLD_FOSSIL = "6a37f984-a4b3-458a-a20a-64418c145fa2", "5f635281-343e-44fb-83df-1971b155e6b6"
PUBLICATION = "administrativeInformation/publicationAndOwnership"
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
    owner: str = "Maker Works GmbH",
    more: str = "",
    expires: str = "",
    method: str = "",
    publication: str = "",
) -> bytes:
    return f"""{head}
<processDataSet xmlns="http://lca.jrc.it/ILCD/Process" xmlns:common="http://lca.jrc.it/ILCD/Common"
 xmlns:epd="http://www.iai.kit.edu/EPD/2013" xmlns:epd2="http://www.indata.network/EPD/2019"
 xmlns:epd24="http://www.indata.network/EPD/2024"><processInformation>
<dataSetInformation><common:UUID>99999999-2222-3333-4444-555555555555</common:UUID>
<name><baseName xml:lang="de">Erfundenes Parkett</baseName><baseName xml:lang="en">Made-up parquet</baseName></name>
<common:synonyms xml:lang="en">{synonyms}</common:synonyms>
<common:other><epd:scenarios>{scenarios}</epd:scenarios>{more}</common:other></dataSetInformation>
<quantitativeReference><referenceToReferenceFlow>0</referenceToReferenceFlow></quantitativeReference>
<time><common:referenceYear>2025</common:referenceYear><common:dataSetValidUntil>{until}</common:dataSetValidUntil>
<common:other><epd2:publicationDateOfEPD>2026-03-10</epd2:publicationDateOfEPD>{expires}</common:other></time>
<geography><locationOfOperationSupplyOrProduction location="DE"/></geography></processInformation>
<modellingAndValidation><LCIMethodAndAllocation>{method}</LCIMethodAndAllocation><complianceDeclarations><compliance><common:referenceToComplianceSystem>
<common:shortDescription xml:lang="de">DIN EN 15804+A2</common:shortDescription></common:referenceToComplianceSystem>
</compliance></complianceDeclarations></modellingAndValidation>
<administrativeInformation><publicationAndOwnership>{publication}<common:referenceToOwnershipOfDataSet>
<common:shortDescription xml:lang="de">{owner}</common:shortDescription></common:referenceToOwnershipOfDataSet>
</publicationAndOwnership></administrativeInformation>
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
    assert row.maker == Maker(f"{PUBLICATION}/referenceToOwnershipOfDataSet", ("Maker Works GmbH",))
    assert row.raw == {
        "product_name": {"de": "Erfundenes Parkett", "en": "Made-up parquet"},
        "description": {
            "en": "Source: ILCD+EPD 99999999-2222-3333-4444-555555555555.",
            "zh": "来源：ILCD+EPD 99999999-2222-3333-4444-555555555555。",
        },
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


PUBLISHED = """<common:dataSetVersion>00.02.000</common:dataSetVersion>
<common:referenceToRegistrationAuthority>
<common:shortDescription xml:lang="en">Made-up Institute</common:shortDescription>
</common:referenceToRegistrationAuthority><common:registrationNumber>EPD-MAD-1</common:registrationNumber>"""
CLASSES = """<classificationInformation><common:classification name="OEKOBAU.DAT">
<common:class level="0" classId="3">Holz
</common:class><common:class level="1" classId="3.3">Boden</common:class></common:classification><common:classification
 name="Own"><common:class level="0" classId="7">x</common:class></common:classification></classificationInformation>"""
RULES = '<referenceToLCAMethodDetails refObjectId="AAAAAAAA-2222-3333-4444-555555555555"/>'


def test_rules_classes_and_registration_are_taken_and_the_version_is_another_declaration() -> None:
    content = process(publication=PUBLISHED, method=RULES).replace(b"</name>", b"</name>" + CLASSES.encode())
    (row,) = rows(archive(content))
    assert row.reference == "99999999-2222-3333-4444-555555555555 version 00.02.000"
    assert row.raw["pcr"] == "urn:uuid:aaaaaaaa-2222-3333-4444-555555555555"
    assert row.raw["classifications"] == ["urn:pact:oekobaudat.de:category-id:3.3"]
    assert declared(row)[0].description == {
        "en": f"Source: ILCD+EPD {row.reference}; registration number EPD-MAD-1 (Made-up Institute).",
        "zh": f"来源：ILCD+EPD {row.reference}；登记号EPD-MAD-1 (Made-up Institute)。",
    }
    assert [finding.code for finding in declared(row)[1]] == ["stage-sum"]
    (row,) = rows(archive(process(method=RULES * 2)))
    assert "pcr" not in row.raw, "which of them are the product's rules is not said"


def test_what_version_1_3_adds_is_taken() -> None:
    ids = "".join(f'<epd24:productId epd24:type="{kind}">{key}</epd24:productId>' for kind, key in (
        ("GTIN", gtin(5)[1:]), ("GMN", "445922"), ("own", "urn:pact:maker.example:supplier-id:7"))
    )  # fmt: skip
    more = f"<epd24:productIds>{ids}</epd24:productIds>"
    expires = "<epd24:expirationDateOfEPD>2030-12-31</epd24:expirationDateOfEPD>"
    (row,) = rows(archive(process(synonyms=f"urn:gtin:{gtin(5)}", more=more, expires=expires)))
    assert row.found == ()
    assert (row.raw["gtin"], row.raw["product_ids"]) == (gtin(5), ["urn:pact:maker.example:supplier-id:7"])
    assert row.raw["valid_until"] == "2030-12-31"


def test_figures_of_two_methods_are_never_mixed() -> None:
    results = result(OLD_FOSSIL, amounts({"A1-A3": "1"})) + result(OLD_TOTAL, amounts({"A1-A3": "2"}))
    (row,) = rows(archive(process(results + result(TOTAL, amounts({"A1-A3": "3"})))))
    assert (row.raw["gwp_total"], row.raw.get("gwp_fossil"), row.raw["gwp_basis"]) == ("3", None, "AR6")
    (row,) = rows(archive(process(results)))
    assert (row.raw["gwp_total"], row.raw["gwp_fossil"], row.raw["gwp_basis"]) == ("2", "1", "AR5")


@pytest.mark.parametrize(
    ("content", "path", "code"),
    [
        (
            archive(process(method="<common:other><epd:subType>generic dataset</epd:subType></common:other>")),
            "$.product_name",
            "ilcd-subtype",
        ),
        (
            archive(process(expires="<epd24:expirationDateOfEPD>x</epd24:expirationDateOfEPD>")),
            "$.valid_until",
            "foreign-date",
        ),
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
    assert row.reference == "2eb43850-0ab2-4068-afe5-218d69a096f8 version 00.01.000"
    assert row.maker is not None
    assert row.maker.names == ("Hamberger Flooring GmbH & Co. KG",)
    assert row.raw["pcr"] == "urn:uuid:9b225c07-042e-4e6e-8965-37b45bf26a64"
    assert row.raw["classifications"] == ["urn:pact:oekobaudat.de:category-id:3.3.02"]
    description = row.raw["description"]
    assert isinstance(description, dict)
    assert description["de"].endswith("registration number EPD-HAM-20220202-ICD1-DE (Institut Bauen und Umwelt e. V.).")
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
