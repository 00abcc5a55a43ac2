"""The demonstration: all 866 rows end published or in the report with a reason, and a second run changes nothing."""

from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.demo.convert import convert
from registry.demo.demo import BODY, CONFIG, DATA, SUSPENDED_FOR, WITHDRAWN_FOR, demonstrate, open_or_create, shipped
from registry.errors import HomeError
from registry.imports.carbon_catalogue import (
    PCF_ID,
    TOTAL,
    boundary_of,
    companies,
    demonstration_gtin,
    parse_pcf_id,
    stage_code,
)
from registry.imports.files import read_rows
from registry.registry import Registry
from schemas.entry import EntryType
from schemas.gs1 import has_check_digit
from schemas.verdict import VerdictCode
from tests.databases import database_for
from tests.registry.demo.conftest import Shown
from tests.world import ENVIRON, NOW, assert_sound, entries_of, log_of, new_registry, payload_of, verdict_on

SOURCE = Path(__file__).parents[4] / "shared/data/carbon_catalogue/carbon_catalogue_v30Oct2021.xlsx"
needs_source = pytest.mark.skipif(not SOURCE.exists(), reason="the Carbon Catalogue's own xlsx is not here")


@pytest.mark.soak
def test_every_row_is_published_or_refused_with_a_reason(tmp_path: Path) -> None:
    report = demonstrate(tmp_path / "home", ENVIRON, NOW, database=database_for(tmp_path / "home")).report
    assert report.rows == len(shipped().products) == 866
    assert (report.published, report.submitted, report.already, report.refused) == (674, 0, 0, 192)
    assert report.errors == {"required": 179, "stage-sum": 9, "sign": 8, "number-form": 7}
    assert len(report.refusals) == 192
    assert all(any(finding.severity == "error" for finding in refusal.findings) for refusal in report.refusals)
    with closing(Registry.open(tmp_path / "home", ENVIRON)) as registry:
        assert len(entries_of(registry, EntryType.DECLARATION)) == 674
    assert report.warnings["reference-old"] == 674  # the age of the data is a warning, shown


def test_the_registry_is_whole(shown: Shown) -> None:
    assert_sound(shown.registry)


def test_the_years_of_a_product_are_versions_that_supersede_each_other(shown: Shown) -> None:
    by_gtin: dict[str, list[int]] = {}
    for entry in entries_of(shown.registry, EntryType.DECLARATION):
        declared = payload_of(entry)["credentialSubject"]["declaration"]
        by_gtin.setdefault(declared["gtin"], []).append(int(declared["reference_end"][:4]))
    chains = [years for years in by_gtin.values() if len(years) > 1]
    assert len(chains) > 100
    assert max(map(len, chains)) == 4
    assert all(years == sorted(set(years)) for years in by_gtin.values())


def test_figures_are_those_of_the_source(shown: Shown) -> None:
    printed = {product.record[PCF_ID]: product.record[TOTAL] for product in shipped().products}
    for entry in entries_of(shown.registry, EntryType.DECLARATION):
        declared = payload_of(entry)["credentialSubject"]["declaration"]
        reference = declared["description"]["en"].rsplit("(Carbon Catalogue, ", 1)[1].removesuffix(").")
        assert declared["gwp_total"] == printed[reference]
        assert str(Decimal(printed[reference])) == printed[reference]
        assert declared["valid_until"] == "2028-05-01"
        assert "country" not in declared


def test_gtins_are_of_the_demonstration_prefix_and_one_a_product() -> None:
    pcfs = [parse_pcf_id(product.record[PCF_ID]) for product in shipped().products]
    products = {(pcf.company, pcf.product): demonstration_gtin(pcf) for pcf in pcfs if pcf}
    assert None not in pcfs
    assert len(set(products.values())) == len(products)
    assert all(gtin.startswith("952") and len(gtin) == 13 and has_check_digit(gtin) for gtin in products.values())
    assert products[(12942, 2)] == "9521294200026"


def test_the_145_companies_are_members_under_demonstration_ids(shown: Shown) -> None:
    joined = [payload_of(entry)["member"] for entry in entries_of(shown.registry, EntryType.MEMBER)]
    found = {member["id"]: member for member in joined if member["id"].startswith("cdp-")}
    assert len(found) == 145
    nestle = found["cdp-12942-nestle"]
    assert nestle["name"] == {"en": "Nestlé"}
    assert (nestle["country"], nestle["ids"]) == ("CH", ["urn:carbonlabel:demonstration:cdp:12942"])
    assert all(member["country"] for member in found.values())
    assert len(companies(shipped().products)) == 145


def test_nobody_takes_the_verification_for_a_real_one(shown: Shown) -> None:
    assert shown.registry.config.demonstration
    subject = payload_of(entries_of(shown.registry, EntryType.DECLARATION)[0])["credentialSubject"]
    assert subject["verifier"]["name"]["en"] == "Demonstration body - nothing was verified"
    assert subject["declaration"]["verification"]["standard"] == "none: demonstration"
    assert "report_url" not in subject["declaration"]["verification"]


def test_examples_stand_as_they_say(shown: Shown) -> None:
    verdicts = {example.standing: verdict_on(shown.registry, example.text) for example in shown.demonstration.examples}
    assert {standing: verdict.verdict for standing, verdict in verdicts.items()} == {
        "active": VerdictCode.VALID,
        "superseded": VerdictCode.SUPERSEDED,
        "suspended": VerdictCode.SUSPENDED,
        "withdrawn": VerdictCode.WITHDRAWN,
    }
    changes = {standing: verdict.change.reason for standing, verdict in verdicts.items() if verdict.change}
    assert changes == {"suspended": SUSPENDED_FOR, "withdrawn": WITHDRAWN_FOR}


def test_a_second_run_on_another_day_changes_nothing(shown: Shown) -> None:
    before = log_of(shown.registry)
    again = demonstrate(shown.path, ENVIRON, NOW + timedelta(days=40))
    assert log_of(shown.registry) == before
    assert again.day == shown.demonstration.day == date(2026, 5, 1)
    assert again.examples == shown.demonstration.examples
    assert (again.report.published, again.report.already, again.report.refused) == (0, 674, 192)


def test_a_registry_at_work_is_not_made_a_demonstration(tmp_path: Path) -> None:
    registry = new_registry(tmp_path / "home")
    before = log_of(registry)
    with pytest.raises(HomeError, match="stays as it is"):
        demonstrate(tmp_path / "home", ENVIRON, NOW)
    assert log_of(registry) == before
    registry.close()


def test_a_demonstration_stays_in_its_database(tmp_path: Path) -> None:
    open_or_create(tmp_path / "home", ENVIRON).close()
    with pytest.raises(HomeError, match="move-database"):
        demonstrate(tmp_path / "home", ENVIRON, NOW, database="postgresql://nobody@db.example.org/another")


def test_the_body_and_the_day_are_found_again(shown: Shown) -> None:
    with shown.registry.database.reading() as session:
        query = text('select at from log_entry join member on joined = "index" where id = :body')
        joined = session.connection().execute(query, {"body": BODY.id}).scalar()
    assert str(joined).startswith("2026-05-01")
    assert CONFIG.origin == "id.example.org"


@pytest.mark.parametrize(
    ("name", "portion", "transport", "end", "code"),
    [
        ("Consumer use", "Downstream", "No", "No", "use"),
        ("Other: Use - Washing & Refrigeration", "Downstream", "No", "No", "use"),
        ("Utilization", "Downstream", "No", "No", "use"),
        ("Other: Consumable Use (toner)", "Downstream", "No", "No", "use"),
        ("Use and End-of-Life : For more", "Downstream", "No", "No", "downstream"),
        ("Other: Fuel used in remote properties", "Downstream", "No", "No", "downstream"),
        ("Recycling", "Downstream", "No", "Yes", "end-of-life"),
        ("Transportation", "Downstream", "Yes", "No", "distribution"),
        ("Transport Feedstock", "Upstream", "Yes", "No", "distribution"),
        ("Material acquisition", "Upstream", "No", "No", "upstream"),
        ("Production", "Operations", "No", "No", "operations"),
    ],
)
def test_a_stage_gets_its_code(name: str, portion: str, transport: str, end: str, code: str) -> None:
    assert stage_code(a_stage(name, portion, transport, end)) == code


@pytest.mark.parametrize(
    ("name", "stages", "boundary"),
    [
        ("Tile, cradle to gate", (), "cradle-to-gate"),
        ("Tile (Cradle-to-Grave)", (("Packaging", "Upstream", "No", "No"),), "cradle-to-grave"),
        ("Tile", (), "cradle-to-grave"),
        ("Tile", (("Production", "Operations", "No", "No"),), "cradle-to-gate"),
        ("Tile", (("Production", "Operations", "No", "No"), ("Lorry", "Downstream", "Yes", "No")), "cradle-to-gate"),
        ("Tile", (("Lorry", "Downstream", "Yes", "No"), ("Shop", "Downstream", "No", "No")), "cradle-to-consumption"),
        ("Tile", (("Use", "Downstream", "No", "No"), ("Waste", "Downstream", "No", "Yes")), "cradle-to-grave"),
    ],
)
def test_a_boundary_is_named_or_inferred(
    name: str, stages: tuple[tuple[str, str, str, str], ...], boundary: str
) -> None:
    record = {"Product name (and functional unit)": name, "Product detail": "BLANK"}
    assert boundary_of(record, [a_stage(*stage) for stage in stages])[0] == boundary


def a_stage(name: str, portion: str, transport: str, end: str) -> dict[str, str]:
    return {
        "Description of LCA stage": name,
        "*Assigned value chain portion": portion,
        "*Emissions at this stage are exclusively transport": transport,
        "*Emissions at this stage are exclusively EndOfLife": end,
    }


@needs_source
def test_the_shipped_files_are_the_source_converted(tmp_path: Path) -> None:
    convert(SOURCE, tmp_path)
    for name in ("products.csv", "stages.csv"):
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes()


@needs_source
def test_the_authors_spreadsheet_and_the_shipped_files_give_the_same_rows() -> None:
    assert read_rows(SOURCE, date(2026, 5, 1)) == read_rows(DATA / "products.csv", date(2026, 5, 1))
