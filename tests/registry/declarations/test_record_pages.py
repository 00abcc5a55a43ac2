"""What becomes of a published record, on pages: who may change how it stands, what that does, and what became of it."""

from collections.abc import Iterator

import pytest

from registry.registry import OPERATOR
from tests.end_to_end.alliance import declaration, new_gtin, statement
from tests.end_to_end.desks import Tab
from tests.end_to_end.people import CARL, LI, OPERA, RITA, SECOND, People
from tests.end_to_end.test_declaration_pages import opened, sound
from tests.end_to_end.test_desks import tab
from tests.registry.pages.people import people_at_desks
from tests.world import CHECKER, MAKER, RIVAL

STEPS = ("suspend", "reinstate", "withdraw")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, SECOND: OPERATOR, LI: MAKER.id, RITA: RIVAL.id, CARL: CHECKER.id}
    with people_at_desks(tmp_path_factory.mktemp("records") / "home", everybody) as people:
        yield people


def published(people: People, gtin: str = "", **changes: object) -> tuple[str, int, str]:
    """A new record: its declaration's page, its index, and where its public page is."""
    content = declaration(gtin or new_gtin(), **changes)
    path = f"/declarations/{people.good(LI, 'POST', '/v1/declarations', content)['id']}"
    people.good(LI, "POST", f"/v1{path}/submit")
    people.good(CARL, "POST", f"/v1{path}/verification", statement())
    return path, people.good(OPERA, "POST", f"/v1{path}/publish")["record"], f"/01/{content['gtin']}"


def changes_of(here: Tab, path: str) -> set[str]:
    """How the record's standing can be changed on this page."""
    return {step for step in STEPS if f"{path}/{step}" in here.forms()}


def said(here: Tab) -> str:
    return " ".join(here.text.split())


def test_the_operator_suspends_and_reinstates_and_the_page_tells_the_history(people: People) -> None:
    path, record, public = published(people)
    opera = opened(people, OPERA, path)
    sound(opera)
    assert f"Record in the public log {record}" in said(opera)
    assert any(str(link["href"]) == public for link in opera.document.all("a"))
    assert changes_of(opera, path) == {"suspend", "withdraw"}
    assert "every scan of its labels says: suspended" in said(opera)
    assert "labels in shops have to be taken down" in said(opera)
    assert opera.fill(f"{path}/suspend", reason=" ").status_code == 400
    assert "Why, in one line" in opera.text
    opera.fill(f"{path}/suspend", reason="The meter <b>broke</b>")
    sound(opera)
    assert changes_of(opera, path) == {"reinstate", "withdraw"}
    assert "Suspended: not to be relied on for now. The meter <b>broke</b>" in said(opera)
    assert "says again what it said before" in said(opera)
    assert "Suspended" in tab(people).get(public).text
    opera.fill(f"{path}/reinstate", reason="It was mended")
    assert changes_of(opera, path) == {"suspend", "withdraw"}

    for who in (LI, CARL, RITA):
        here = tab(people, who)
        if who == RITA:
            assert here.get(path).status_code == 403
            continue
        here.get(path)
        sound(here)
        told = said(here).partition("History")[2]
        assert told.index("reinstated") < told.index("suspended") < told.index("published")  # the newest first
        assert "The meter <b>broke</b>" in told
        assert "It was mended" in told
        assert changes_of(here, path) == ({"withdraw"} if who == LI else set())


def test_two_people_of_the_operator_withdraw_and_until_then_nothing_changes(people: People) -> None:
    path, record, public = published(people)
    opera = opened(people, OPERA, path)
    assert "another one has to confirm it within a week" in said(opera)
    wrong = opera.fill(f"{path}/withdraw", reason="A forged report", record=str(record + 1))
    assert wrong.status_code == 400
    assert opera.forms()[f"{path}/withdraw"]["reason"] == "A forged report"  # what was typed stays
    opera.fill(f"{path}/withdraw", reason="A forged report", record=str(record))
    sound(opera)
    assert "another person of the operator confirms it" in said(opera)
    assert changes_of(opera, path) == {"suspend"}
    assert "A forged report" not in opened(people, LI, path).text  # it is no more than proposed
    assert "Withdrawn" not in tab(people).get(public).text
    second = opened(people, SECOND, "/organisation")
    (confirming,) = [action for action in second.forms() if action.endswith("/confirm")]
    second.fill(confirming)
    second.get(path)
    sound(second)
    assert changes_of(second, path) == set()
    assert "Withdrawn, for good. A forged report" in said(second)
    assert "Withdrawn" in tab(people).get(public).text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_owner_s_signer_withdraws_what_is_its_own(people: People, language: str) -> None:
    path, record, _ = published(people)
    li = opened(people, LI, f"{path}?lang={language}")
    sound(li)
    action = f"{path}/withdraw?lang={language}"
    assert li.fill(action, reason="停产", record="").status_code == 400
    li.fill(action, reason="停产", record=str(record))
    sound(li)
    assert {"en": "Withdrawn, for good. 停产", "zh": "已永久撤销。停产"}[language] in said(li)
    assert action not in li.forms()


def test_a_record_with_a_newer_one_leads_to_its_declaration(people: People) -> None:
    gtin = new_gtin()
    older, _, _ = published(people, gtin)
    newer, record, _ = published(people, gtin, gwp_total="1.95", stages=[{"code": "production", "gwp": "1.95"}])
    for who in (LI, OPERA):
        here = opened(people, who, older)
        assert any(str(link["href"]) == newer for link in here.document.all("a")), here.text
        assert f"a newer declaration took its place (record {record})" in said(here)


def test_what_is_no_record_cannot_be_suspended(people: People) -> None:
    key = people.good(LI, "POST", "/v1/declarations", declaration(new_gtin()))["id"]
    people.good(LI, "POST", f"/v1/declarations/{key}/submit")
    opera = opened(people, OPERA, f"/declarations/{key}")
    token = opera.forms()[f"/declarations/{key}/assign"]["form_token"]
    for step in STEPS:
        assert opera.post(f"/declarations/{key}/{step}", {"form_token": token, "reason": "x"}).status_code == 409
