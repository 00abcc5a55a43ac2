"""A trace over HTTP: as JSON, and as a page that the page of a scan links to."""

from urllib.parse import urlsplit

import pytest

from tests.end_to_end.alliance import MAKER, OPERATOR, RIVAL, Alliance, declaration, new_gtin
from tests.registry.pages.document import Document

PAGE = {"accept": "text/html"}


def part(record: int, amount: str = "0.5") -> dict[str, object]:
    return {"record": record, "amount": amount, "unit": "kilogram"}


@pytest.fixture(scope="module")
def beam(alliance: Alliance) -> dict:
    """A published product of ACME made of one of RIVAL."""
    ore = alliance.publish(declaration(new_gtin(), product_name={"en": "Iron ore", "zh": "铁矿石"}), RIVAL)
    return alliance.publish(declaration(new_gtin(), components=[part(ore["record"])]), MAKER)


def test_a_trace_leads_from_a_product_to_another_members_part(alliance: Alliance, beam: dict) -> None:
    found = alliance.good(None, "GET", f"/v1/records/{beam['record']}/trace")
    (ore,) = found["product"]["parts"]
    assert (ore["owner"]["id"], ore["footprint"], ore["share"], ore["verdict"]) == (RIVAL, "0.98", "50.00", "valid")
    assert (found["product"]["coverage"], found["members"], found["complete"]) == ("50.00", 2, True)


def test_the_page_of_a_scan_links_to_the_trace_in_the_readers_language(alliance: Alliance, beam: dict) -> None:
    parts = urlsplit(beam["label"])
    scanned = alliance.http.get(f"{parts.path}?{parts.query}&lang=zh", headers=PAGE).text
    (link,) = [one["href"] for one in Document(scanned).all("a") if "/trace" in (one["href"] or "")]
    assert link == f"/records/{beam['record']}/trace?lang=zh"
    page = alliance.http.get(link, headers=PAGE)
    assert page.status_code == 200
    assert page.headers["content-language"] == "zh-Hans"
    shown = Document(page.text).text
    assert "铁矿石" in shown
    assert "50%" in shown
    back = [link for one in Document(page.text).all("a") if (link := one["href"] or "").startswith("/01/")]
    assert alliance.http.get(back[0], headers=PAGE).status_code == 200


def test_a_product_without_parts_has_no_link_and_an_honest_trace(alliance: Alliance) -> None:
    alone = alliance.publish(declaration(new_gtin()))
    parts = urlsplit(alone["label"])
    assert "/trace" not in alliance.http.get(f"{parts.path}?{parts.query}", headers=PAGE).text
    page = alliance.http.get(f"/records/{alone['record']}/trace", headers=PAGE).text
    assert "rests on its own declaration alone" in page


def test_once_a_part_is_withdrawn_scan_and_trace_say_so(alliance: Alliance) -> None:
    ore = alliance.publish(declaration(new_gtin()), RIVAL)
    beam = alliance.publish(declaration(new_gtin(), components=[part(ore["record"])]))
    alliance.good(OPERATOR, "POST", f"/v1/records/{ore['record']}/suspend", {"reason": "the report was mistaken"})
    found = alliance.good(None, "GET", f"/v1/records/{beam['record']}/trace")
    assert (found["stale"], found["product"]["coverage"]) == ([ore["record"]], "0.00")
    parts = urlsplit(beam["label"])
    scanned = alliance.http.get(f"{parts.path}?{parts.query}", headers=PAGE).text
    assert "has a declaration that no longer holds" in scanned


@pytest.mark.parametrize("path", ["/v1/records/0/trace", "/v1/records/99999999/trace", "/records/99999999/trace"])
def test_there_is_no_trace_of_what_is_no_record(alliance: Alliance, path: str) -> None:
    assert alliance.call(None, "GET", path).status_code == 404


@pytest.mark.parametrize("query", ["depth=0", "depth=13", "depth=x"])
def test_a_depth_beyond_the_bound_is_refused(alliance: Alliance, beam: dict, query: str) -> None:
    refused = alliance.call(None, "GET", f"/v1/records/{beam['record']}/trace?{query}")
    assert (refused.status_code, refused.json()["path"]) == (400, "$.depth")
