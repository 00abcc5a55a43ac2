"""A member's own key from the first day to the last, over HTTP and on the command line, as different people."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from registry.registry import OPERATOR
from tests.end_to_end.alliance import declaration, statement
from tests.end_to_end.commands import carbonlabel_here, done_here
from tests.end_to_end.people import CARL, LI, OPERA, RITA, People, people_at_work, problem
from tests.world import CHECKER, MAKER, ORIGIN, RIVAL, gtin

KEYS = f"/v1/members/{MAKER.id}/keys"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, LI: MAKER.id, RITA: RIVAL.id, CARL: CHECKER.id}
    with people_at_work(tmp_path_factory.mktemp("signing") / "home", everybody) as people:
        yield people


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("machine")


def a_key(folder: Path, name: str) -> Path:
    return Path(done_here("member-key", "create", folder / name).strip())


def request(key: Path, member: str = MAKER.id) -> str:
    return done_here("member-key", "request", "--key", key, "--member", member, "--registry", ORIGIN).strip()


@pytest.fixture(scope="module")
def key(people: People, folder: Path) -> Path:
    """A key of the maker's, enrolled by one of its signers."""
    made = a_key(folder, "ours")
    entry = people.good(LI, "POST", KEYS, {"request": request(made)})
    assert (entry["kid"], entry["member"], entry["use"]) == (made.stem.removeprefix("member-"), MAKER.id, "member")
    return made


def signed(key: Path, content: dict[str, Any], *more: object) -> bytes:
    file = key.parent / "declaration.json"
    file.write_text(json.dumps(content))
    out = key.parent / "declaration.jws"
    told = ("--key", key, "--member", MAKER.id, "--registry", ORIGIN, *more)
    done_here("sign", file, *told, "--out", out)
    return out.read_bytes()


def hand_in(people: People, who: str, jws: bytes, path: str = "/v1/declarations") -> httpx.Response:
    headers = {"authorization": f"Bearer {people.sessions[who]}", "content-type": "application/jose"}
    method = "POST" if path == "/v1/declarations" else "PUT"
    return people.http.request(method, path, content=jws, headers=headers)


def publish(people: People, key: str) -> dict[str, Any]:
    path = f"/v1/declarations/{key}"
    people.good(LI, "POST", f"{path}/submit")
    people.good(CARL, "POST", f"{path}/verification", statement())
    return people.good(OPERA, "POST", f"{path}/publish")


def test_from_the_member_s_machine_to_a_verdict(people: People, key: Path) -> None:
    jws = signed(key, declaration(gtin(1)))
    answer = hand_in(people, LI, jws)
    assert answer.status_code == 201, answer.text
    published = publish(people, answer.json()["id"])
    record = people.http.get(f"/v1/records/{published['record']}", headers={"accept": "application/json"}).json()
    assert record["credentialSubject"]["ownerSignature"].encode() == jws
    verdict = people.good(None, "POST", "/v1/verify", {"label": published["label"]})
    assert (verdict["verdict"], verdict["signed_by_member"]) == ("valid", True)
    path = published["label"].removeprefix(f"https://{ORIGIN}")
    for language, words in (("en", "Signed by the manufacturer itself"), ("zh", "由企业自行签名")):
        page = people.http.get(path, headers={"accept": "text/html", "accept-language": language}).text
        assert words in page
    assert done_here("fsck", people.home)

    again = problem(hand_in(people, LI, jws), 422, "findings")
    assert [finding["code"] for finding in again["findings"]] == ["signature"]
    newer = signed(key, declaration(gtin(1), gwp_total="1.96"), "--supersedes", published["record"])
    assert publish(people, hand_in(people, LI, newer).json()["id"])["record"] > published["record"]


def test_another_member_cannot_hand_it_in_as_its_own(people: People, key: Path) -> None:
    refused = problem(hand_in(people, RITA, signed(key, declaration(gtin(2)))), 422, "findings")
    assert "signed for 'maker'" in refused["findings"][0]["message"]["en"]


def test_a_revision_drops_it_and_signing_again_brings_it_back(people: People, key: Path) -> None:
    content = declaration(gtin(3))
    drafted = hand_in(people, LI, signed(key, content)).json()["id"]
    path = f"/v1/declarations/{drafted}"
    changed = declaration(gtin(3), plant="Works 2")
    people.good(LI, "PUT", path, changed)
    unsigned = publish(people, drafted)
    assert people.good(None, "POST", "/v1/verify", {"label": unsigned["label"]})["signed_by_member"] is False

    drafted = people.good(LI, "POST", "/v1/declarations", declaration(gtin(4)))["id"]
    as_answered = people.good(LI, "GET", f"/v1/declarations/{drafted}")
    assert hand_in(people, LI, signed(key, as_answered), f"/v1/declarations/{drafted}").status_code == 200
    told = people.good(None, "POST", "/v1/verify", {"label": publish(people, drafted)["label"]})
    assert told["signed_by_member"] is True


def test_only_a_person_who_signs_for_the_member_enrols_and_ends(people: People, key: Path, folder: Path) -> None:
    other = a_key(folder, "other")
    asked = {"request": request(other)}
    token = people.good(LI, "POST", "/v1/tokens", {"name": "machine", "roles": ["editor", "signer"]})["token"]
    end = f"{KEYS}/{key.stem.removeprefix('member-')}/end"
    for who in (OPERA, RITA, CARL, token):
        problem(people.call(who, "POST", KEYS, asked), 403, "not-allowed")
        problem(people.call(who, "POST", end, {}), 403, "not-allowed")
        problem(people.call(who, "PUT", f"/v1/members/{MAKER.id}/signing", {"signs_all": True}), 403, "not-allowed")
    problem(people.call(LI, "POST", KEYS, {"request": request(other, RIVAL.id)}), 400, "invalid-input")
    problem(people.call(RITA, "POST", f"/v1/members/{RIVAL.id}/keys", asked), 400, "invalid-input")


def test_who_asks_that_all_be_signed_hands_in_nothing_else(people: People, key: Path) -> None:
    policy = f"/v1/members/{MAKER.id}/signing"
    problem(people.call(RITA, "PUT", f"/v1/members/{RIVAL.id}/signing", {"signs_all": True}), 409, "wrong-state")
    drafted = people.good(LI, "POST", "/v1/declarations", declaration(gtin(5)))["id"]
    people.good(LI, "PUT", policy, {"signs_all": True})
    refused = problem(people.call(LI, "POST", f"/v1/declarations/{drafted}/submit"), 422, "findings")
    assert [finding["code"] for finding in refused["findings"]] == ["unsigned"]
    particulars = {"name": {"en": "Maker Works"}, "plans": []}
    assert people.good(OPERA, "PUT", f"/v1/members/{MAKER.id}", particulars)["signs_all"] is True  # not the operator's
    assert not people.good(LI, "PUT", policy, {"signs_all": False}).get("signs_all", False)


def test_a_stolen_key_ends_at_a_record(people: People, folder: Path) -> None:
    stolen = a_key(folder, "stolen")
    kid = people.good(LI, "POST", KEYS, {"request": request(stolen)})["kid"]
    published = publish(people, hand_in(people, LI, signed(stolen, declaration(gtin(6)))).json()["id"])
    label = {"label": published["label"]}
    assert people.good(None, "POST", "/v1/verify", label)["signed_by_member"] is True
    people.good(LI, "POST", f"{KEYS}/{kid}/end", {"compromised_from": published["record"]})
    assert people.good(None, "POST", "/v1/verify", label)["signed_by_member"] is False
    problem(hand_in(people, LI, signed(stolen, declaration(gtin(7)))), 422, "findings")
    shown = {one["kid"]: one["state"] for one in people.good(None, "GET", KEYS)["keys"]}
    assert shown[kid] == "compromised"


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "is not JSON"), ('{"gtin": 1}', "cannot be read as a declaration"), ('{"owner": "rival"}', "is of rival")],
)
def test_what_cannot_be_signed_is_said(folder: Path, key: Path, text: str, words: str) -> None:
    file = folder / "wrong.json"
    file.write_text(text)
    ended = carbonlabel_here("sign", file, "--key", key, "--member", MAKER.id, "--registry", ORIGIN)
    assert ended.code == 2
    assert words in ended.words


def test_a_key_is_named_by_its_file(folder: Path, key: Path) -> None:
    file = folder / "right.json"
    file.write_text("{}")
    ended = carbonlabel_here("sign", file, "--key", folder / "key.pem", "--member", "x", "--registry", "y")
    assert ended.code == 2
    assert "member-<16 hexadecimal digits>.pem" in ended.words
