"""An area statement over HTTP: a park's products over a year, as JSON, and as a page that the park's page links to."""

from datetime import UTC, datetime
from itertools import count
from urllib.parse import urlsplit

import pytest

from schemas.gs1 import check_digit
from tests.end_to_end.alliance import MAKER, RIVAL, Alliance, declaration, new_gtin
from tests.registry.pages.document import Document

PAGE = {"accept": "text/html"}
YEAR = datetime.now(UTC).year - 1
_numbers = count(700)


def new_gln() -> str:
    digits = f"952{next(_numbers):09d}"
    return digits + check_digit(digits)


def part(record: int, amount: str) -> dict[str, object]:
    return {"record": record, "amount": amount, "unit": "kilogram"}


@pytest.fixture(scope="module")
def park(alliance: Alliance) -> dict:
    """A park of 1,000 square meters, where RIVAL makes steel, and ACME beams of it."""
    gln = new_gln()
    steel = alliance.publish(declaration(new_gtin(), plant=gln, product_name={"en": "Steel", "zh": "钢材"}), RIVAL)
    beam = alliance.publish(declaration(new_gtin(), plant=gln, components=[part(steel["record"], "0.5")]), MAKER)
    place = declaration(
        new_gtin(),
        gln=gln,
        product_name={"en": "River park", "zh": "河畔园区"},
        declared_unit="square meter",
        declared_amount="1000",
        mass_per_unit=None,
        stages=[],
        gwp_total="1700",
        components=[part(steel["record"], "600"), part(beam["record"], "400")],
    )
    del place["gtin"]
    return alliance.publish(place) | {"gln": gln}


def test_what_one_maker_supplies_to_another_in_the_park_is_counted_once(alliance: Alliance, park: dict) -> None:
    found = alliance.good(None, "GET", f"/v1/places/{park['gln']}/statement?year={YEAR}")
    assert (found["gross"], found["internal"], found["total"]) == ("1960", "392", "1568")
    assert (found["own"], found["external"], found["per_unit"]) == ("1568", "0", "1.568")
    assert [one["supplied"] for one in found["products"]] == ["392", "0"]
    assert found["complete"]
    assert found == alliance.good(None, "GET", f"/v1/places/{park['gln']}/statement")


def test_the_page_of_the_park_links_to_its_statement_in_the_readers_language(alliance: Alliance, park: dict) -> None:
    parts = urlsplit(park["label"])
    scanned = alliance.http.get(f"{parts.path}?{parts.query}&lang=zh", headers=PAGE).text
    (link,) = [one["href"] for one in Document(scanned).all("a") if "/statement" in (one["href"] or "")]
    assert link == f"/places/{park['gln']}/statement?year={YEAR}&lang=zh"
    page = alliance.http.get(link, headers=PAGE)
    assert page.status_code == 200
    shown = Document(page.text).text
    for words in ("河畔园区", "1,568", "钢材", "减：内部供应 −392"):
        assert words in shown


@pytest.mark.parametrize("path", ["/v1/places/{}/statement", "/places/{}/statement"])
def test_what_is_no_place_or_not_of_that_year_has_no_statement(alliance: Alliance, park: dict, path: str) -> None:
    assert alliance.call(None, "GET", path.format(new_gln())).status_code == 404
    assert alliance.call(None, "GET", path.format(park["gln"]) + "?year=1999").status_code == 404
    assert alliance.call(None, "GET", path.format("9521234567890")).status_code == 400
    assert alliance.call(None, "GET", path.format(park["gln"]) + "?year=0").status_code == 400
