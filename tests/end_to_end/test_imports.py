"""Bulk registration over HTTP: uploaded, registered by a process beside the server's, looked at, and downloaded."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from registry.registry import OPERATOR
from tests.end_to_end.desks import Tab
from tests.end_to_end.people import CARL, LI, OPERA, RITA, People, people_at_work
from tests.end_to_end.test_desks import tab
from tests.registry.imports.tables import csv_of, good
from tests.world import CHECKER, MAKER, RIVAL

_PATIENCE = 30.0
CSV = {"content-type": "text/csv"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, LI: MAKER.id, RITA: RIVAL.id, CARL: CHECKER.id}
    with people_at_work(tmp_path_factory.mktemp("imports") / "home", everybody) as people:
        yield people


def upload(people: People, who: str, content: bytes, query: str = "", **sent: Any) -> httpx.Response:
    bearer = {"authorization": f"Bearer {people.sessions[who]}"}
    headers = {**bearer, **sent.pop("headers", {})}
    return people.http.post(f"/v1/imports{query}", content=content or None, headers=headers, **sent)


def ended(people: People, who: str, address: str) -> dict[str, Any]:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        job = people.good(who, "GET", address)
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.1)
    raise AssertionError(job)


def test_a_file_is_registered_and_comes_back_annotated_to_the_editors_of_its_member(people: People) -> None:
    rows = [good(1), good(2, gwp_total="1,5")]
    answer = upload(people, LI, csv_of(rows).encode(), "?file=../beams.csv", headers=CSV)
    assert answer.status_code == 202, answer.text
    address = answer.headers["location"]
    job = ended(people, LI, address)
    assert (job["state"], job["file"], job["done"], job["total"]) == ("done", "beams.csv", 2, 2)
    assert job["counts"] == {"submitted": 1, "revised": 0, "unchanged": 0, "refused": 1}
    assert [(row["row"], row["findings"][0]["code"]) for row in job["refused"]] == [(3, "cell-number")]
    assert people.good(LI, "GET", "/v1/declarations?state=submitted")["total"] == 1
    copy = people.call(LI, "GET", job["annotated"])
    assert "beams-annotated.csv" in copy.headers["content-disposition"]
    assert "refused,Cell G3" in copy.text.replace('"', "")
    assert people.good(LI, "GET", "/v1/imports")["total"] == 1
    assert people.good(RITA, "GET", "/v1/imports")["total"] == 0
    for who in (RITA, CARL, OPERA):
        for method, path in (("GET", address), ("DELETE", address), ("GET", job["annotated"])):
            assert people.call(who, method, path).status_code == 403, (who, path)
    for who in (CARL, OPERA):
        assert upload(people, who, csv_of(rows).encode(), headers=CSV).status_code == 403
    assert people.call(LI, "DELETE", address).status_code == 409


def test_a_form_will_do_too_and_a_dry_run_registers_nothing(people: People) -> None:
    part = {"file": ("more.csv", csv_of([good(7)]).encode(), "application/vnd.ms-excel")}
    answer = upload(people, RITA, b"", "?dry_run=true", files=part)
    assert answer.status_code == 202, answer.text
    job = ended(people, RITA, answer.headers["location"])
    assert (job["dry_run"], job["counts"]["submitted"]) == (True, 1)
    assert people.good(RITA, "GET", "/v1/declarations")["total"] == 0


@pytest.mark.parametrize(
    ("content", "query", "headers", "status", "said"),
    [
        (b"%PDF-1.7", "?file=a.csv", CSV, 400, "a.csv is a PDF"),
        (b"gtin\n1", "?file=a.xlsx", CSV, 415, "a.xlsx is sent as text/csv"),
        (b"gtin\n1", "?file=a.csv", {"content-type": "application/pdf"}, 415, "application/pdf is not read here"),
        (b"gtin\n1", "?file=a.exe", {}, 400, "a.exe is not an .xlsx"),
        (b"  \n", "?file=a.csv", CSV, 400, "a.csv is empty"),
        (b"gtin\n1", "", {}, 400, "name the file"),
        (b"--x\r\n", "", {"content-type": "multipart/form-data; boundary=x"}, 400, ""),
    ],
)
def test_what_is_no_table_is_refused_at_once(
    people: People, content: bytes, query: str, headers: dict[str, str], status: int, said: str
) -> None:
    answer = upload(people, LI, content, query, headers=headers)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text


def test_a_file_that_is_too_large_is_refused(people: People) -> None:
    answer = upload(people, LI, b"x" * 50_020_000, "?file=a.csv", headers=CSV)
    assert answer.status_code == 413, answer.text


def sent_by_form(people: People, desk: Tab, content: bytes, name: str = "page.csv", **changes: str) -> httpx.Response:
    """The form of the page, with a file, as a browser sends it."""
    fields = {"form_token": desk.forms()["/imports"]["form_token"]} | changes
    headers = {"origin": people.url, "accept": "text/html", "cookie": f"__Host-session={desk.cookie}"}
    return people.http.post("/imports", data=fields, files={"file": (name, content, "text/csv")}, headers=headers)


@pytest.mark.parametrize(("language", "words"), [("en", "Cell G2 (gwp_total)"), ("zh", "单元格G2（gwp_total）")])
def test_the_page_takes_a_file_shows_its_job_and_gives_the_copy(people: People, language: str, words: str) -> None:
    desk = tab(people, LI, language)
    desk.get("/imports")
    assert sent_by_form(people, desk, b"", form_token="x").status_code == 403
    refused = sent_by_form(people, desk, b"%PDF-")
    assert refused.status_code == 400
    assert "page.csv is a PDF" in refused.text
    answer = sent_by_form(people, desk, csv_of([good(5, gwp_total="1,5")]).encode(), dry_run="yes")
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    ended(people, LI, f"/v1{place}")
    page = desk.get(place)
    assert "refresh" not in page.headers
    assert words in desk.text
    copy = people.http.get(f"{place}/annotated", headers={"cookie": f"__Host-session={desk.cookie}"})
    assert "refused" in copy.text
    assert tab(people, RITA, language).get(place).status_code == 403
    desk.get("/imports")
    assert "page.csv" in desk.text


def test_a_job_is_stopped_on_its_page(people: People) -> None:
    desk = tab(people, RITA)
    rows = csv_of([good(number, reference=f"r{number}") for number in range(100, 3_100)]).encode()
    desk.get("/imports")
    place = sent_by_form(people, desk, rows).headers["location"]
    assert desk.get(place).headers.get("refresh") == "3"
    assert desk.fill(f"{place}/cancel").status_code == 200
    assert ended(people, RITA, f"/v1{place}")["state"] == "cancelled"


def test_templates_are_open_to_anybody(people: People) -> None:
    assert people.call(None, "GET", "/v1/imports/template.xlsx?lang=zh").content.startswith(b"PK")
    assert people.call(None, "GET", "/v1/imports/template.csv").text.startswith("reference,")
    assert people.call(None, "GET", "/v1/imports/template.csv?lang=de").status_code == 400
