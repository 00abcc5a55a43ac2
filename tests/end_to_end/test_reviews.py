"""The review of a declaration over HTTP, as different people: assigned, taken up, asked, answered, returned, verified,
published, renewed. And at every step: who may not, and what has to come first."""

from collections.abc import Iterator
from typing import Any

import pytest

from registry.registry import OPERATOR
from tests.end_to_end.alliance import ACCREDITED_BODY, declaration, new_gtin, statement
from tests.end_to_end.commands import done_here
from tests.end_to_end.people import CARL, LI, OPERA, RITA, People, people_at_work, problem
from tests.end_to_end.test_desks import tab
from tests.world import CHECKER, MAKER, RIVAL

OTHER, OWN, SISTER = "other-body", "own-body", "sister-body"
WEAK = {"stages": [{"code": "raw-material", "gwp": "1.20"}, {"code": "production", "gwp": "0.73"}]}
"""Stages that add up to 1.93 of 1.96: a warning."""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, LI: MAKER.id, RITA: RIVAL.id, CARL: CHECKER.id}
    with people_at_work(tmp_path_factory.mktemp("reviews") / "home", everybody) as people:
        yield people


@pytest.fixture(scope="module")
def bodies(people: People) -> dict[str, str]:
    """Tokens of more verification bodies: one that is nobody's, one of the maker, one of the maker's owner."""
    kind = (*ACCREDITED_BODY, "--home", people.home)
    done_here("member", "add", "group", "--name", "Group", "--home", people.home)
    for name, told in ((OTHER, ()), (OWN, ("--part-of", MAKER.id)), (SISTER, ("--part-of", "group"))):
        done_here("member", "add", name, "--name", name.title(), *told, *kind)
    return {
        name: done_here("token", "create", "--member", name, "--home", people.home).strip()
        for name in (OTHER, OWN, SISTER)
    }


def draft(people: People, **changes: object) -> str:
    content = declaration(new_gtin(), **changes)
    return f"/v1/declarations/{people.good(LI, 'POST', '/v1/declarations', content)['id']}"


def submitted(people: People, body: str | None = None, **changes: object) -> str:
    path = draft(people, **changes)
    assert people.good(LI, "POST", f"{path}/submit", {"body": body})["state"] == "submitted"
    return path


def under_review(people: People, **changes: Any) -> str:
    path = submitted(people, **changes)
    assert people.good(CARL, "POST", f"{path}/review/take-up")["state"] == "under-review"
    return path


def state(people: People, path: str) -> str:
    return people.good(LI, "GET", path)["state"]


def test_the_whole_review(people: People, bodies: dict[str, str]) -> None:
    path = submitted(people, CHECKER.id)
    assert "is assigned to you" in people.letter(CARL, "已分配给贵机构")
    assert people.good(OPERA, "GET", path)["review"]["body"] == CHECKER.id
    problem(people.call(bodies[OTHER], "GET", path), 403)  # of bodies, only the one assigned reads it
    assert path.split("/")[-1] not in [
        one["id"] for one in people.good(bodies[OTHER], "GET", "/v1/declarations")["declarations"]
    ]
    problem(people.call(bodies[OTHER], "POST", f"{path}/review/take-up"), 403)
    problem(people.call(CARL, "POST", f"{path}/questions", {"question": "Why?"}), 409)  # not before it took it up
    people.good(CARL, "POST", f"{path}/review/take-up")
    problem(people.call(LI, "PUT", path, declaration(new_gtin())), 409)  # its content is frozen

    asked = people.good(CARL, "POST", f"{path}/questions", {"question": "Which grid?", "path": "$.stages[1].gwp"})
    (question,) = asked["questions"]
    assert (question["state"], question["path"]) == ("open", "$.stages[1].gwp")
    assert "has a question" in people.letter(LI, "提出了问题")
    assert "Which grid?" not in people.letter(LI, "提出了问题")
    waiting = problem(people.call(CARL, "POST", f"{path}/verification", statement()), 409)
    assert "1 question waits" in waiting["detail"]
    answer = f"{path}/questions/{question['id']}/answer"
    problem(people.call(CARL, "POST", answer, {"answer": "East China"}), 403)
    problem(people.call(RITA, "POST", answer, {"answer": "East China"}), 403)
    answered = people.good(LI, "POST", answer, {"answer": "East China,\n2025"})
    assert (answered["questions"][0]["state"], answered["questions"][0]["answer"]) == ("answered", "East China,\n2025")
    assert "is answered" in people.letter(CARL, "已有答复")
    problem(people.call(LI, "POST", answer, {"answer": "No, West China"}), 409)

    found = [{"path": "$.gwp_total", "sentence": "The mass balance does not close"}]
    problem(people.call(LI, "POST", f"{path}/return", {"findings": found}), 403)
    problem(people.call(bodies[OTHER], "POST", f"{path}/return", {"findings": found}), 403)
    assert people.call(CARL, "POST", f"{path}/return", {"findings": found}).status_code == 204
    problem(people.call(CARL, "GET", path), 403)  # a draft again
    returned = people.good(LI, "GET", path)
    assert returned["state"] == "draft"
    assert "review" not in returned
    assert (returned["returned"][0]["by"], returned["returned"][0]["findings"]) == (CHECKER.id, found)
    assert "returned with findings" in people.letter(LI, "已恢复为草稿")

    people.good(LI, "POST", f"{path}/submit")
    assert people.good(CARL, "POST", f"{path}/verification", statement())["state"] == "verified"
    assert "waits to be published" in people.letter(OPERA, "等待发布")
    published = people.good(OPERA, "POST", f"{path}/publish")
    assert published["state"] == "published"
    assert published["review"]["body"] == CHECKER.id
    assert "is published" in people.letter(LI, "标签已发布")
    problem(people.call(OPERA, "POST", f"{path}/return", {"findings": found}), 409)


def test_a_body_is_assigned_declines_and_hands_back(people: People, bodies: dict[str, str]) -> None:
    path = submitted(people)
    problem(people.call(LI, "POST", f"{path}/review", {"body": OTHER}), 403)
    problem(people.call(CARL, "POST", f"{path}/review/hand-back"), 409)  # assigned to nobody
    people.good(OPERA, "POST", f"{path}/review", {"body": OTHER})
    problem(people.call(CARL, "POST", f"{path}/verification", statement()), 403)
    people.good(bodies[OTHER], "POST", f"{path}/review/hand-back")
    assert "does not review" in people.letter(OPERA, "不再核查")
    people.good(CARL, "POST", f"{path}/review/take-up")
    people.good(CARL, "POST", f"{path}/questions", {"question": "Why?"})
    people.good(OPERA, "POST", f"{path}/review", {"body": OTHER})  # the operator gives it to another
    assert state(people, path) == "submitted"
    problem(people.call(CARL, "POST", f"{path}/verification", statement()), 403)
    verified = people.good(bodies[OTHER], "POST", f"{path}/verification", statement())
    assert verified["questions"][0]["state"] == "closed"  # what another body asked blocks nobody


@pytest.mark.parametrize("body", ["", "nobody", RIVAL.id, MAKER.id, OPERATOR, OWN])
def test_only_an_eligible_body_is_chosen(people: People, bodies: dict[str, str], body: str) -> None:
    assert OWN in bodies
    path = draft(people)
    assert problem(people.call(LI, "POST", f"{path}/submit", {"body": body}), 400)["path"] == "$.body"
    assert state(people, path) == "draft"


def test_a_body_never_checks_its_own_or_its_owner_s_product(people: People, bodies: dict[str, str]) -> None:
    path = submitted(people)
    for step, told in (("review/take-up", None), ("verification", statement())):
        refused = problem(people.call(bodies[OWN], "POST", f"{path}/{step}", told), 403)
        assert "belong together" in refused["detail"]
    people.good(bodies[SISTER], "POST", f"{path}/verification", statement())

    maker = {"name": dict(MAKER.name), "ids": list(MAKER.ids)}
    assert (
        problem(people.call(LI, "PUT", f"/v1/members/{MAKER.id}", maker | {"part_of": "nobody"}), 400)["path"]
        == "$.part_of"
    )
    assert people.good(LI, "PUT", f"/v1/members/{MAKER.id}", maker | {"part_of": "group"})["part_of"] == "group"
    refused = problem(people.call(OPERA, "POST", f"{path}/publish"), 422)  # they were not related when it was verified
    assert refused["findings"][0]["code"] == "verification-body"
    problem(people.call(LI, "PUT", f"/v1/members/{MAKER.id}", maker | {"part_of": ""}), 403)
    assert people.good(LI, "PUT", f"/v1/members/{MAKER.id}", maker)["part_of"] == "group"  # unsaid, it stays
    people.good(OPERA, "POST", f"{path}/return", {"findings": [{"sentence": "Have another body verify"}]})
    assert state(people, path) == "draft"
    assert "part_of" not in people.good(OPERA, "PUT", f"/v1/members/{MAKER.id}", maker | {"part_of": ""})
    body = {"name": dict(CHECKER.name), "part_of": "group"}
    problem(people.call(CARL, "PUT", f"/v1/members/{CHECKER.id}", body), 403)


def test_a_warning_needs_the_reviewer_s_word(people: People) -> None:
    path = under_review(people, **WEAK)
    refused = problem(people.call(CARL, "POST", f"{path}/verification", statement()), 422)
    (warning,) = refused["findings"]
    assert (warning["code"], warning["severity"]) == ("stage-sum", "warning")
    word = {"code": warning["code"], "path": warning["path"], "sentence": "Rounded by the supplier; report, page 12"}
    for wrong, at in (
        (word | {"code": "claim"}, "$.accepted[0]"),
        (word | {"path": "$"}, "$.accepted[0]"),
        (word | {"sentence": "  "}, "$.accepted[0].sentence"),
    ):
        answer = problem(people.call(CARL, "POST", f"{path}/verification", statement(accepted=[wrong])), 400)
        assert answer["path"] == at
    verified = people.good(CARL, "POST", f"{path}/verification", statement(accepted=[word]))
    assert verified["review"]["accepted"] == [word]


@pytest.mark.parametrize(
    ("step", "body", "path"),
    [
        ("questions", {"question": ""}, "$.question"),
        ("questions", {"question": "a\x00b"}, "$.question"),
        ("questions", {"question": "x" * 2_001}, "$.question"),
        ("questions", {"question": "Why?", "path": "$.colour"}, "$.path"),
        ("questions", {"question": "Why?", "path": "$..*"}, "$.path"),
        ("return", {"findings": []}, "$.findings"),
        ("return", {"findings": [{"sentence": "\u202e"}]}, "$.findings[0].sentence"),
        ("return", {"findings": [{"sentence": "x", "path": "gwp"}]}, "$.findings[0].path"),
    ],
)
def test_what_is_no_question_or_finding_is_refused(people: People, step: str, body: Any, path: str) -> None:
    declared = under_review(people)
    assert problem(people.call(CARL, "POST", f"{declared}/{step}", body), 400)["path"] == path
    assert state(people, declared) == "under-review"


def test_a_published_declaration_is_renewed(people: People) -> None:
    gtin = new_gtin()
    path = f"/v1/declarations/{people.good(LI, 'POST', '/v1/declarations', declaration(gtin))['id']}"
    people.good(LI, "POST", f"{path}/submit")
    people.good(CARL, "POST", f"{path}/verification", statement())
    record = people.good(OPERA, "POST", f"{path}/publish")["record"]
    for who in (RITA, CARL, OPERA):
        problem(people.call(who, "POST", f"/v1/records/{record}/renew"), 403)
    renewal = people.good(LI, "POST", f"/v1/records/{record}/renew")
    assert renewal["state"] == "draft"
    assert renewal["declaration"]["gtin"] == gtin
    wanted = {finding["path"] for finding in renewal["findings"] if finding["severity"] == "error"}
    assert wanted == {"$.reference_start", "$.reference_end", "$.valid_from", "$.valid_until"}
    again = f"/v1/declarations/{renewal['id']}"
    problem(people.call(LI, "POST", f"{again}/submit"), 422)
    people.good(LI, "PUT", again, declaration(gtin, gwp_total="1.80", stages=[]))
    people.good(LI, "POST", f"{again}/submit", {"body": CHECKER.id})
    people.good(CARL, "POST", f"{again}/verification", statement())
    newer = people.good(OPERA, "POST", f"{again}/publish")
    payload = people.http.get(f"/v1/records/{newer['record']}", headers={"accept": "application/json"}).json()
    assert payload["credentialSubject"]["declaration"]["supersedes"] == record
    problem(people.call(LI, "POST", f"/v1/records/{record}/renew"), 409)
    people.good(LI, "POST", f"/v1/records/{newer['record']}/withdraw", {"reason": "Out of production"})
    problem(people.call(LI, "POST", f"/v1/records/{newer['record']}/renew"), 409)


def test_a_token_without_the_role_takes_no_step(people: People) -> None:
    path = submitted(people)
    signer = people.good(CARL, "POST", "/v1/tokens", {"name": "night", "roles": ["signer"]})["token"]
    for step in ("review/take-up", "review/hand-back", "questions", "return", "verification"):
        problem(people.call(signer, "POST", f"{path}/{step}", {}), 403)
    assert people.call(signer, "GET", path).status_code == 200


def test_a_reviewer_who_came_to_the_owner_reviews_nothing_of_it(people: People) -> None:
    before = submitted(people)
    people.good(LI, "POST", "/v1/invitations", {"email": CARL, "roles": ["editor"]})
    accepted = {"link": people.link(CARL, "act for Maker Works"), "name": "", "password": ""}
    assert people.call(None, "POST", "/v1/invitations/accept", accepted).status_code == 204
    for step, told in (
        ("review/take-up", None),
        ("verification", statement()),
        ("return", {"findings": [{"sentence": "x"}]}),
    ):
        refused = problem(people.call(CARL, "POST", f"{before}/{step}", told), 403)
        assert "another reviewer of checker" in refused["detail"]
    page = tab(people, CARL).get(before.removeprefix("/v1"))
    assert "a colleague has to review it" in page.text
    assert "/take-up" not in page.text
    robot = people.good(CARL, "POST", "/v1/tokens", {"name": "robot", "roles": ["reviewer"]})["token"]
    problem(people.call(robot, "POST", f"{before}/review/take-up"), 403)
    (carl,) = [one["id"] for one in people.good(LI, "GET", "/v1/people")["people"] if one["email"] == CARL]
    people.good(LI, "DELETE", f"/v1/people/{carl}")
    people.good(CARL, "POST", f"{before}/review/take-up")
