"""Organisations and people over HTTP, as different people: apply, approve, accept, sign in, invite, make tokens, agree
in two, leave. And those who may not are refused."""

import base64
from collections.abc import Iterator
from contextlib import closing

import pytest

from registry.errors import NotAllowed
from registry.records.rekey import end_key
from registry.registry import OPERATOR
from schemas.entry import EntryType
from tests.end_to_end.alliance import declaration, new_gtin, statement
from tests.end_to_end.people import (
    CARL,
    LI,
    OPERA,
    PASSWORD,
    RITA,
    SECOND,
    WEI,
    People,
    people_at_work,
    problem,
    reopened,
)
from tests.world import CHECKER, MAKER, RIVAL, entries_of, label_key, payload_of

MILL = {
    "name": {"en": "Valley Mill", "zh": "山谷造纸厂"},
    "kind": "manufacturer",
    "ids": ["urn:uscc:91350211M000100Y43"],
    "country": "CN",
    "plans": ["low-carbon-products", "low-carbon-education"],
    "contact": {"name": "Mei Lin", "email": "mei@mill.example", "phone": "+86 10 5555 0199"},
}
MEI = "mei@mill.example"
NOWHERE = "00000000-0000-4000-8000-000000000000"
THIRD = "third@operator.example"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with people_at_work(tmp_path_factory.mktemp("people") / "home") as people:
        yield people


def test_an_organisation_applies_is_approved_and_its_contact_comes_in(people: People) -> None:
    received = people.good(None, "POST", "/v1/applications", MILL)
    assert received["state"] == "waiting"
    path = f"/v1/applications/{received['id']}"
    seen = people.good(OPERA, "GET", path)
    assert seen["application"]["contact"]["email"] == MEI
    for who in (LI, CARL, RITA):
        problem(people.call(who, "GET", path), 403, "not-allowed")
        problem(people.call(who, "GET", "/v1/applications"), 403, "not-allowed")
        problem(people.call(who, "POST", f"{path}/approve", {"member": "mill"}), 403, "not-allowed")
    problem(people.call(None, "GET", path), 401)

    problem(people.call(OPERA, "POST", f"{path}/approve", {"member": MAKER.id}), 409)
    problem(people.call(OPERA, "POST", f"{path}/approve", {"member": "Not An Id"}), 400)
    approved = people.good(OPERA, "POST", f"{path}/approve", {"member": "mill"})
    assert (approved["state"], approved["member"]) == ("approved", "mill")
    problem(people.call(OPERA, "POST", f"{path}/approve", {"member": "mill-two"}), 409)

    member = people.good(None, "GET", "/v1/members/mill")
    assert member["plans"] == ["low-carbon-education", "low-carbon-products"]
    assert "contact" not in member
    people.come_in(MEI, people.link(MEI, "Valley Mill"))
    me = people.good(MEI, "GET", "/v1/session")
    assert (me["member"], me["roles"], me["stage"]) == ("mill", ["editor", "signer"], "full")
    draft = people.good(MEI, "POST", "/v1/declarations", declaration(new_gtin()))
    assert draft["declaration"]["owner"] == "mill"
    with closing(reopened(people)) as registry:
        said = str([payload_of(entry) for entry in entries_of(registry, EntryType.MEMBER)])
    assert "mill" in said
    assert "mei@" not in said
    assert "Mei Lin" not in said


def test_an_application_is_refused_with_a_reason_that_goes_to_its_contact(people: People) -> None:
    contact = {"name": "Bo", "email": "bo@shop.example"}
    key = people.good(None, "POST", "/v1/applications", MILL | {"kind": "retailer", "contact": contact})["id"]
    told = people.good(OPERA, "POST", f"/v1/applications/{key}/refuse", {"reason": "It is a member already"})
    assert told["state"] == "refused"
    assert "It is a member already" in people.letter("bo@shop.example", "was not accepted")
    waiting = people.good(OPERA, "GET", "/v1/applications?state=waiting")["applications"]
    assert key not in {one["id"] for one in waiting}


def test_a_mistake_in_an_application_is_named_and_a_flood_of_them_is_stopped(people: People) -> None:
    for change, path in (
        ({"plans": []}, "$.plans"),
        ({"plans": ["world-peace"]}, "$.plans[0]"),
        ({"kind": "operator"}, "$.kind"),
        ({"kind": "verification-body"}, "$.accreditation"),
        ({"contact": {"name": "X", "email": "x"}}, "$.contact.email"),
        ({"colour": "red"}, "$"),
    ):
        assert problem(people.call(None, "POST", "/v1/applications", MILL | change), 400)["path"] == path
    answers = [people.call(None, "POST", "/v1/applications", MILL).status_code for _ in range(12)]
    assert set(answers) == {201, 429}


def test_colleagues_are_invited_get_roles_and_go(people: People) -> None:
    assert people.call(LI, "POST", "/v1/invitations", {"email": WEI, "roles": ["editor"]}).status_code == 202
    (waiting,) = people.good(LI, "GET", "/v1/people")["invitations"]
    assert (waiting["email"], waiting["roles"]) == (WEI, ["editor"])
    people.come_in(WEI, people.link(WEI, "Maker Works"))
    wei = people.good(WEI, "GET", "/v1/session")
    assert wei["roles"] == ["editor"]

    # An editor writes, and manages nobody; another organisation reaches nobody here.
    path = f"/v1/people/{wei['person']}"
    problem(people.call(WEI, "PUT", f"{path}/roles", {"roles": ["editor", "signer"]}), 403)
    problem(people.call(WEI, "POST", "/v1/invitations", {"email": "x@maker.example", "roles": ["signer"]}), 403)
    problem(people.call(WEI, "POST", "/v1/tokens", {"name": "mine"}), 403)
    problem(people.call(RITA, "PUT", f"{path}/roles", {"roles": ["editor"]}), 404)
    problem(people.call(RITA, "DELETE", path), 404)
    problem(people.call(RITA, "DELETE", f"{path}/second-factor"), 404)
    problem(people.call(LI, "PUT", f"{path}/roles", {"roles": ["operator"]}), 400)
    people.good(WEI, "POST", "/v1/declarations", declaration(new_gtin()))

    people.good(LI, "PUT", f"{path}/roles", {"roles": ["signer"]})
    problem(people.call(WEI, "POST", "/v1/declarations", declaration(new_gtin())), 403)
    assert {one["email"] for one in people.good(WEI, "GET", "/v1/people")["people"]} == {LI, WEI}
    token = people.good(WEI, "POST", "/v1/tokens", {"name": "scanner", "roles": ["editor"]})["token"]
    people.good(LI, "DELETE", f"{path}?end_tokens=true")
    problem(people.call(WEI, "GET", "/v1/session"), 401)
    problem(people.call(token, "GET", "/v1/declarations"), 401)
    problem(people.call(None, "POST", "/v1/session", {"email": WEI, "password": PASSWORD}), 401, "sign-in-refused")


def test_no_other_organisation_takes_the_second_factor_of_a_reviewer(people: People) -> None:
    carl = people.good(CARL, "GET", "/v1/session")["person"]
    people.good(LI, "POST", "/v1/invitations", {"email": CARL, "roles": ["editor"]})
    accepted = {"link": people.link(CARL, "Maker Works")}
    assert people.call(None, "POST", "/v1/invitations/accept", accepted).status_code == 204
    refused = problem(people.call(LI, "DELETE", f"/v1/people/{carl}/second-factor"), 403, "not-allowed")
    assert "carbonlabel person remove-second-factor" in refused["detail"]
    assert people.good(CARL, "GET", "/v1/session")["second_factor"]  # nor is anybody signed out
    people.good(LI, "DELETE", f"/v1/people/{carl}")


def test_who_acts_for_two_organisations_says_for_which(people: People) -> None:
    for who, organisation in ((LI, "Maker Works"), (RITA, RIVAL.name["en"])):
        people.good(who, "POST", "/v1/invitations", {"email": "two@both.example", "roles": ["editor"]})
        people.come_in("two@both.example", people.link("two@both.example", organisation))
    me = people.good("two@both.example", "GET", "/v1/session")
    assert me["member"] == MAKER.id
    assert [(one["member"], one["roles"]) for one in me["organisations"]] == [
        (MAKER.id, ["editor"]),
        (RIVAL.id, ["editor"]),
    ]
    before = people.sessions["two@both.example"]
    problem(people.call("two@both.example", "PUT", "/v1/session/member", {"member": CHECKER.id}), 400)
    told = people.good("two@both.example", "PUT", "/v1/session/member", {"member": RIVAL.id})
    assert told["stage"] == "full"
    people.sessions["two@both.example"] = told["session"]
    assert people.good("two@both.example", "GET", "/v1/session")["member"] == RIVAL.id
    problem(people.call(before, "GET", "/v1/session"), 401)
    key = people.good("two@both.example", "POST", "/v1/declarations", declaration(new_gtin()))["id"]
    problem(people.call(LI, "GET", f"/v1/declarations/{key}"), 403)


def test_an_invitation_is_taken_back(people: People) -> None:
    people.good(LI, "POST", "/v1/invitations", {"email": "late@maker.example", "roles": ["editor"]})
    link = people.link("late@maker.example", "Maker Works")
    (waiting,) = people.good(LI, "GET", "/v1/people")["invitations"]
    problem(people.call(RITA, "DELETE", f"/v1/invitations/{waiting['id']}"), 404)
    people.good(LI, "DELETE", f"/v1/invitations/{waiting['id']}")
    accepted = {"link": link, "name": "Late", "password": PASSWORD}
    problem(people.call(None, "POST", "/v1/invitations/accept", accepted), 410, "link-ended")


def test_a_token_acts_in_its_roles_and_is_shown_once(people: People) -> None:
    made = people.call(LI, "POST", "/v1/tokens", {"name": "our ERP", "roles": ["editor"], "days": 30})
    assert made.headers["cache-control"] == "no-store"
    token = made.json()["token"]
    people.good(token, "POST", "/v1/declarations", declaration(new_gtin()))
    for path in ("/v1/tokens", "/v1/people"):  # no machine makes tokens, or reads of people
        problem(people.call(token, "GET", path), 403)
    problem(people.call(token, "POST", "/v1/tokens", {"name": "more", "roles": ["signer"]}), 403)
    problem(people.call(LI, "POST", "/v1/tokens", {"name": "x", "roles": ["operator"]}), 400)
    (listed,) = people.good(LI, "GET", "/v1/tokens")["tokens"]
    assert (listed["name"], listed["roles"], listed["use"]) == ("our ERP", ["editor"], "bearer")
    assert token.split("_", 2)[2] not in str(listed)
    problem(people.call(RITA, "DELETE", f"/v1/tokens/{listed['id']}"), 404)
    people.good(LI, "DELETE", f"/v1/tokens/{listed['id']}")
    problem(people.call(token, "GET", "/v1/declarations"), 401)


def test_a_token_without_a_role_may_only_verify(people: People) -> None:
    token = people.good(LI, "POST", "/v1/tokens", {"name": "handhelds"})["token"]
    problem(people.call(token, "POST", "/v1/declarations", declaration(new_gtin())), 403)
    headers = {"authorization": f"Bearer {token}", "content-type": "text/plain"}
    answer = people.http.post("/v1/verify/batch", content="https://id.example.org/01/0952\n" * 1_500, headers=headers)
    assert answer.text.count("\n") == 1_500


def test_a_client_gets_short_lived_tokens(people: People) -> None:
    wanted = {"name": "pipeline", "roles": ["editor"], "is_client": True}
    client = people.good(LI, "POST", "/v1/tokens", wanted)
    assert client["token"] is None
    key, secret = client["client_id"], client["client_secret"]
    problem(people.call(f"carbonlabel_{key}_{secret}", "GET", "/v1/declarations"), 401)
    grant = {"grant_type": "client_credentials"}
    basic = {"authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}
    for form, headers in ((grant, basic), (grant | {"client_id": key, "client_secret": secret}, {})):
        answer = people.http.post("/oauth/token", data=form, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        told = answer.json()
        assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 900, "editor")
        people.good(told["access_token"], "POST", "/v1/declarations", declaration(new_gtin()))
    for form, headers, status, error in (
        ({}, basic, 400, "invalid_request"),
        ({"grant_type": "password"}, basic, 400, "unsupported_grant_type"),
        (grant | {"scope": "signer"}, basic, 400, "invalid_scope"),
        (grant | {"client_id": key, "client_secret": "A" * 43}, {}, 401, "invalid_client"),
        (grant | {"client_id": key, "client_secret": secret}, basic, 400, "invalid_request"),
        (grant, {"authorization": "Basic !!"}, 401, "invalid_client"),
        (grant, {"authorization": "Bearer " + secret}, 401, "invalid_client"),
        (grant, {}, 401, "invalid_client"),
    ):
        refused = people.http.post("/oauth/token", data=form, headers=headers)
        assert (refused.status_code, refused.json()["error"]) == (status, error)
    people.good(LI, "DELETE", f"/v1/tokens/{key}")
    problem(people.call(told["access_token"], "GET", "/v1/declarations"), 401)


def published(people: People, owner: str = LI) -> int:
    path = f"/v1/declarations/{people.good(owner, 'POST', '/v1/declarations', declaration(new_gtin()))['id']}"
    people.good(owner, "POST", f"{path}/submit")
    people.good(CARL, "POST", f"{path}/verification", statement())
    return people.good(OPERA, "POST", f"{path}/publish")["record"]


def test_two_people_of_the_operator_withdraw_what_is_another_s(people: People) -> None:
    record = published(people)
    path, reason = f"/v1/records/{record}/withdraw", {"reason": "The report was forged"}
    problem(people.call(RITA, "POST", path, reason), 403)
    asked = people.call(OPERA, "POST", path, reason)
    assert asked.status_code == 202
    proposal = asked.json()
    problem(people.call(SECOND, "POST", path, reason), 409)  # proposed already
    decide = f"/v1/approvals/{proposal['id']}"
    problem(people.call(OPERA, "POST", f"{decide}/confirm"), 403)
    problem(people.call(LI, "POST", f"{decide}/confirm"), 403)
    assert [one["state"] for one in people.good(SECOND, "GET", "/v1/approvals?state=proposed")["approvals"]] == [
        "proposed"
    ]
    assert people.good(SECOND, "POST", f"{decide}/confirm")["state"] == "used"
    problem(people.call(SECOND, "POST", f"{decide}/confirm"), 409)
    with closing(reopened(people)) as registry:
        (entry,) = [
            payload
            for payload in map(payload_of, entries_of(registry, EntryType.STATUS))
            if payload["record"] == record
        ]
    assert (entry["status"], entry["reason"], entry["by"]) == ("withdrawn", "The report was forged", OPERATOR)


def test_a_proposal_is_refused_and_an_owner_withdraws_alone(people: People) -> None:
    record = published(people)
    path, reason = f"/v1/records/{record}/withdraw", {"reason": "We changed the recipe"}
    proposal = people.call(OPERA, "POST", path, reason).json()
    assert people.good(SECOND, "POST", f"/v1/approvals/{proposal['id']}/refuse")["state"] == "refused"
    problem(people.call(SECOND, "POST", f"/v1/approvals/{proposal['id']}/confirm"), 409)
    problem(people.call(SECOND, "POST", f"/v1/approvals/{NOWHERE}/confirm"), 404)
    assert people.good(LI, "POST", path, reason)["status"] == "withdrawn"


def test_it_takes_two_to_bring_another_person_into_the_operator_and_what_they_proposed_ends_with_them(
    people: People,
) -> None:
    invitation = {"email": "Third@Operator.example", "roles": ["operator"], "reason": "We are two only"}
    for field, wrong in (("reason", ""), ("email", "x"), ("roles", ["editor"])):
        refused = problem(people.call(OPERA, "POST", "/v1/invitations", invitation | {field: wrong}), 400)
        assert refused["path"] == f"$.{field}"
    answer = people.call(OPERA, "POST", "/v1/invitations", invitation)
    assert answer.status_code == 201
    proposal = answer.json()
    assert (proposal["operation"], proposal["subject"]) == ("bring a person into the operator", THIRD)
    problem(people.call(SECOND, "POST", "/v1/invitations", invitation), 409)  # proposed already
    problem(people.call(OPERA, "POST", f"/v1/approvals/{proposal['id']}/confirm"), 403)
    assert people.good(OPERA, "GET", "/v1/people")["invitations"] == []
    assert people.good(SECOND, "POST", f"/v1/approvals/{proposal['id']}/confirm")["state"] == "used"
    people.come_in(THIRD, people.link(THIRD, "invited to act"))
    third = people.good(THIRD, "GET", "/v1/session")["person"]
    assert len(people.good(OPERA, "GET", "/v1/people")["people"]) == 3

    path = f"/v1/records/{published(people)}/withdraw"
    asked = people.call(THIRD, "POST", path, {"reason": "It is wrong"}).json()
    people.good(OPERA, "DELETE", f"/v1/people/{third}")
    problem(people.call(SECOND, "POST", f"/v1/approvals/{asked['id']}/confirm"), 409)
    (refused,) = [
        one for one in people.good(OPERA, "GET", "/v1/approvals?state=refused")["approvals"] if one["id"] == asked["id"]
    ]
    assert (refused["proposed_by"], refused["decided_by"]) == (third, None)


def test_no_machine_of_the_operator_withdraws_alone_once_there_are_two_people(people: People) -> None:
    record = published(people)
    token = people.good(OPERA, "POST", "/v1/tokens", {"name": "night", "roles": ["operator"]})["token"]
    problem(people.call(token, "POST", f"/v1/records/{record}/withdraw", {"reason": "At night"}), 403)
    problem(people.call(token, "GET", "/v1/approvals"), 403)
    people.good(token, "POST", f"/v1/records/{record}/suspend", {"reason": "Under question"})


def test_two_people_of_the_operator_retire_a_key(people: People) -> None:
    with closing(reopened(people)) as registry:
        kid = label_key(registry).kid
        with pytest.raises(NotAllowed, match="two people of the operator"):
            end_key(registry, kid, None)
        wanted = {"operation": "retire a key", "subject": kid, "reason": "It is two years old"}
        problem(people.call(LI, "POST", "/v1/approvals", wanted), 403)
        problem(people.call(OPERA, "POST", "/v1/approvals", wanted | {"operation": "withdraw a record"}), 400)
        nowhere = problem(people.call(OPERA, "POST", "/v1/approvals", wanted | {"subject": "no such key"}), 400)
        assert nowhere["path"] == "$.subject"
        proposal = people.good(OPERA, "POST", "/v1/approvals", wanted)
        with pytest.raises(NotAllowed):
            end_key(registry, kid, None)
        people.good(SECOND, "POST", f"/v1/approvals/{proposal['id']}/confirm")
        with pytest.raises(NotAllowed):
            end_key(registry, kid, 0)  # what was agreed is another operation
        successor, _ = end_key(registry, kid, None)
        assert successor is not None
        with pytest.raises(NotAllowed):  # and it was agreed once
            end_key(registry, successor, None)


def test_a_member_changes_its_particulars_and_a_body_not_its_accreditation(people: People) -> None:
    particulars = {"name": {"en": "Maker Works Ltd"}, "country": "CN", "plans": ["low-carbon-industry"]}
    changed = people.good(LI, "PUT", f"/v1/members/{MAKER.id}", particulars)
    assert (changed["name"], changed["kind"]) == ({"en": "Maker Works Ltd"}, "manufacturer")
    problem(people.call(RITA, "PUT", f"/v1/members/{MAKER.id}", particulars), 403)
    accredited = {"name": dict(CHECKER.name), "accreditation": "CNAS C1", "accreditation_until": "2027-01-01"}
    problem(people.call(CARL, "PUT", f"/v1/members/{CHECKER.id}", accredited), 403)
    problem(people.call(OPERA, "PUT", f"/v1/members/{MAKER.id}", particulars | {"accreditation": "CNAS C1"}), 400)
    assert people.good(OPERA, "PUT", f"/v1/members/{CHECKER.id}", accredited)["accreditation_until"] == "2027-01-01"
    del accredited["accreditation_until"]
    refused = problem(people.call(OPERA, "PUT", f"/v1/members/{CHECKER.id}", accredited), 400)
    assert refused["path"] == "$.accreditation_until"
    renamed = people.good(CARL, "PUT", f"/v1/members/{CHECKER.id}", {"name": {"en": "Checkers"}})
    assert renamed["accreditation"] == "CNAS C1"


def test_a_body_whose_accreditation_has_ended_verifies_no_more(people: People) -> None:
    path = f"/v1/declarations/{people.good(LI, 'POST', '/v1/declarations', declaration(new_gtin()))['id']}"
    people.good(LI, "POST", f"{path}/submit")
    ended = {"name": dict(CHECKER.name), "accreditation": "CNAS C1", "accreditation_until": "2020-01-01"}
    people.good(OPERA, "PUT", f"/v1/members/{CHECKER.id}", ended)
    refused = problem(people.call(CARL, "POST", f"{path}/verification", statement()), 403)
    assert "2020-01-01" in refused["detail"]
    people.good(OPERA, "PUT", f"/v1/members/{CHECKER.id}", ended | {"accreditation_until": "2099-01-01"})
    people.good(CARL, "POST", f"{path}/verification", statement())


def test_a_member_leaves_and_its_people_and_tokens_are_shut_out(people: People) -> None:
    token = people.good(RITA, "POST", "/v1/tokens", {"name": "robot", "roles": ["editor"]})["token"]
    problem(people.call(LI, "POST", f"/v1/members/{RIVAL.id}/leave"), 403)
    problem(people.call(token, "POST", f"/v1/members/{RIVAL.id}/leave"), 403)
    problem(people.call(OPERA, "POST", f"/v1/members/{OPERATOR}/leave"), 403)
    people.good(RITA, "POST", f"/v1/members/{RIVAL.id}/leave")
    problem(people.call(RITA, "GET", "/v1/session"), 401)
    problem(people.call(token, "GET", "/v1/declarations"), 401)
    problem(people.call(None, "POST", "/v1/session", {"email": RITA, "password": PASSWORD}), 401, "sign-in-refused")
    problem(people.call(None, "GET", f"/v1/members/{RIVAL.id}"), 409)
    assert RIVAL.id not in {one["id"] for one in people.good(None, "GET", "/v1/members")["members"]}
