"""What an organisation does on its pages beyond the first day, and the operator on those of others: a colleague's
roles and second factor, particulars, leaving, and what takes two people."""

import re
from collections.abc import Iterator

import pytest

from registry.members.members import named
from registry.registry import OPERATOR
from tests.end_to_end.alliance import declaration, new_gtin, statement
from tests.end_to_end.desks import Tab
from tests.end_to_end.people import CARL, LI, OPERA, PASSWORD, RITA, SECOND, WEI, People, people_at_work
from tests.end_to_end.test_desks import tab
from tests.world import CHECKER, MAKER, RIVAL


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, SECOND: OPERATOR, LI: MAKER.id, WEI: MAKER.id, RITA: RIVAL.id, CARL: CHECKER.id}
    with people_at_work(tmp_path_factory.mktemp("members") / "home", everybody) as people:
        yield people


def colleague(people: People, who: str) -> dict[str, object]:
    return next(one for one in people.good(LI, "GET", "/v1/people")["people"] if one["email"] == who)


def chosen(here: Tab) -> list[str | None]:
    return [one["value"] for one in here.document.all("input") if "checked" in one]


def test_a_colleague_has_other_roles_and_no_second_factor_any_more(people: People) -> None:
    people.enrol(WEI)
    wei = colleague(people, WEI)
    people.good(LI, "PUT", f"/v1/people/{wei['id']}/roles", {"roles": ["editor", "signer"]})
    path, here = f"/organisation/people/{wei['id']}", tab(people, LI)
    here.get("/organisation")
    assert path in {one["action"] for one in here.document.all("form")}
    here.get(path)
    assert chosen(here) == ["editor", "signer"]
    assert here.fill(f"{path}/roles", roles=[]).status_code == 400
    assert chosen(here) == []  # what was typed stays
    assert here.fill(f"{path}/roles", roles=["operator"]).status_code == 400
    here.fill(f"{path}/roles", roles=["editor"])
    assert here.answer.url.path == "/organisation"
    assert colleague(people, WEI)["roles"] == ["editor"]
    here.get(path)
    assert chosen(here) == ["editor"]
    here.fill(f"{path}/second-factor")
    assert colleague(people, WEI)["second_factor"] is False
    assert "second factor" in people.letter(WEI, "was changed")
    assert people.signed_in(WEI)["stage"] == "full"
    here.get(path)
    assert f"{path}/second-factor" not in here.forms()
    without = tab(people, WEI)
    assert without.get(path).status_code == 403
    foreign = tab(people, RITA)
    assert foreign.get(path).status_code == 404


def test_the_last_who_leads_keeps_the_role_and_is_told_why(people: People) -> None:
    wei, li = colleague(people, WEI), colleague(people, LI)
    people.good(LI, "PUT", f"/v1/people/{wei['id']}/roles", {"roles": ["editor"]})
    path, here = f"/organisation/people/{li['id']}", tab(people, LI)
    here.get(path)
    assert set(here.forms()) == {f"{path}/roles"}  # nobody removes oneself
    assert here.fill(f"{path}/roles", roles=["editor"]).status_code == 409
    assert "signer" in here.text


def test_particulars_are_changed_by_whom_the_rules_say(people: People) -> None:
    path, here = f"/members/{MAKER.id}", tab(people, LI)
    here.get("/organisation")
    assert {path, f"{path}/leave"} <= {one["href"] for one in here.document.all("a")}
    here.get(path)
    assert "accreditation" not in here.forms()[path]
    typed = {"name_en": "Maker & Works", "name_zh": "制造厂", "country": "cn", "plans": ["carbon-zero-space"]}
    ids = "urn:lei:529900T8BM49AURSDO55\nurn:gln:9521234500003\n"
    assert here.fill(path, **typed, ids=ids).status_code == 400
    assert here.forms()[path]["name_en"] == "Maker & Works"  # what was typed stays
    assert here.fill(path, **typed | {"country": "CN"}, ids="no urn").status_code == 400
    assert here.document.all("textarea")[0]["aria-invalid"] == "true"
    here.fill(path, **typed, ids=ids)
    assert "urn:gln:9521234500003" in here.html
    assert chosen(here) == ["carbon-zero-space"]
    wrong = next(one for one in here.document.all("input") if one.get("name") == "country")
    assert wrong["aria-invalid"] == "true"
    here.fill(path, **typed | {"country": "CN"}, ids=ids)
    assert here.answer.url.path == path
    now = people.good(None, "GET", f"/v1/members/{MAKER.id}")
    assert (now["name"], now["country"], now["ids"]) == (
        {"en": "Maker & Works", "zh": "制造厂"},
        "CN",
        ids.split(),
    )
    body = tab(people, CARL)
    body.get(f"/members/{CHECKER.id}")
    assert not {"accreditation", "part_of"} & set(body.forms()[f"/members/{CHECKER.id}"])
    told_anyway = {"name_en": "Checker", "accreditation": "Anything", "ids": ""}
    body.post(f"/members/{CHECKER.id}", body.forms()[f"/members/{CHECKER.id}"] | told_anyway)
    assert body.answer.status_code == 403
    assert tab(people, RITA).get(path).status_code == 403
    assert tab(people).get(path).url.path == "/sign-in"


def test_the_operator_finds_organisations_and_changes_an_accreditation(people: People) -> None:
    here = tab(people, OPERA)
    here.get("/members")
    paths = {one["href"] for one in here.document.all("a")}
    assert {f"/members/{MAKER.id}", f"/members/{CHECKER.id}", f"/members/{RIVAL.id}"} <= paths
    here.get("/members?q=CHECK")
    paths = {one["href"] for one in here.document.all("a")}
    assert f"/members/{CHECKER.id}" in paths
    assert f"/members/{MAKER.id}" not in paths
    assert "No organisation is called so" in here.get("/members?q=%3Cb%3E").text
    path = f"/members/{CHECKER.id}"
    here.get(path)
    typed = {"name_en": "Checker", "accreditation": "CNAS V001", "accreditation_until": "2099-12-31", "ids": ""}
    assert here.fill(path, **typed | {"accreditation_until": "soon"}).status_code == 400
    here.fill(path, **typed)
    now = people.good(None, "GET", f"/v1/members/{CHECKER.id}")
    assert (now["accreditation"], now["accreditation_until"]) == ("CNAS V001", "2099-12-31")
    here.get(path)
    assert here.fill(path, **typed | {"accreditation": ""}).status_code == 400  # it is there, and is not forgotten
    assert tab(people, LI).get("/members").status_code == 403


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_in_both_languages(people: People, language: str) -> None:
    here = tab(people, OPERA, language)
    for path in ("/organisation", "/members", f"/members/{CHECKER.id}", f"/members/{MAKER.id}/leave"):
        assert here.get(path).status_code == 200
        assert not re.search(r"[a-z]+_[a-z]+", here.text.replace("__Host", "")), here.text
        assert len(here.document.ids()) == len(set(here.document.ids()))
    word = {"en": "This is for good", "zh": "此操作不可撤销"}[language]
    assert word in here.text


def test_the_operator_asks_for_a_withdrawal_and_another_confirms_it(people: People) -> None:
    key = people.good(LI, "POST", "/v1/declarations", declaration(new_gtin()))["id"]
    people.good(LI, "POST", f"/v1/declarations/{key}/submit")
    people.good(CARL, "POST", f"/v1/declarations/{key}/verification", statement())
    record = people.good(OPERA, "POST", f"/v1/declarations/{key}/publish")["record"]
    here, path = tab(people, OPERA), "/organisation/withdrawals"
    here.get("/organisation")
    for wrong, status in (("x", 400), ("-1", 400), ("99999", 404)):
        assert here.fill(path, record=wrong, reason="The figure is wrong").status_code == status
        assert here.forms()[path]["reason"] == "The figure is wrong"
    assert here.fill(path, record=str(record), reason="").status_code == 400
    here.fill(path, record=str(record), reason="The figure is wrong")
    assert f"Record {record} is withdrawn once another person" in here.text
    assert here.forms()[path]["reason"] == ""
    assert not [action for action in here.forms() if action.endswith("/confirm")]
    other = tab(people, SECOND)
    other.get("/organisation")
    (confirming,) = [action for action in other.forms() if action.endswith("/confirm")]
    other.fill(confirming)
    steps = people.good(OPERA, "GET", f"/v1/audit?subject=record/{record}")["steps"]
    assert "withdrawn" in {step["action"] for step in steps}
    owner = tab(people, LI)
    owner.get("/organisation")
    assert path not in owner.forms()
    assert owner.post(path, {"form_token": owner.forms()["/sign-out"]["form_token"]}).status_code == 403


def test_leaving_takes_the_member_id_typed_and_shuts_everybody_out(people: People) -> None:
    path, here = f"/members/{RIVAL.id}/leave", tab(people, RITA)
    here.get(path)
    assert "This is for good" in here.text
    assert here.fill(path, typed_id="Rival").status_code == 400
    assert people.call(None, "GET", f"/v1/members/{RIVAL.id}").status_code == 200
    foreign = tab(people, LI)
    assert foreign.get(path).status_code == 403
    here.fill(path, typed_id=RIVAL.id)
    assert here.answer.url.path == "/sign-in"
    assert people.call(None, "GET", f"/v1/members/{RIVAL.id}").status_code == 409
    assert people.call(None, "POST", "/v1/session", {"email": RITA, "password": PASSWORD}).status_code == 401
    operator = tab(people, OPERA)
    assert operator.get(path).status_code == 409
    operator.get(f"/members/{OPERATOR}")
    assert f"/members/{OPERATOR}/leave" not in {one["href"] for one in operator.document.all("a")}


def test_names_are_found_in_any_language_and_case() -> None:
    found = [one.id for one in named((MAKER, RIVAL, CHECKER), " MAKER ")]
    assert found == [MAKER.id]
    assert named((MAKER, RIVAL), "") == [MAKER, RIVAL]
