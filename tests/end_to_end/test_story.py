"""One story over HTTP: declared, verified, published, labelled, scanned, suspended, replaced, withdrawn. And at every
step, those who may not are refused, and nothing changes."""

from typing import Any, NamedTuple

import httpx
import pytest

from tests.end_to_end.alliance import (
    BODY,
    MAKER,
    OPERATOR,
    RIVAL,
    SHOP,
    Alliance,
    declaration,
    new_gtin,
    statement,
    today,
)
from tests.end_to_end.commands import done_here
from tests.registry.labels.artwork_samples import open_png, rasterise, read

REASON = {"reason": "A laboratory has withdrawn its result"}


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document that an answer is, of this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"].startswith("urn:carbonlabel:problem:")
    assert told["title"]
    assert told["detail"]
    return told


# The story


def test_a_draft_is_told_all_that_is_wrong_at_once_in_two_languages(alliance: Alliance) -> None:
    wrong = declaration(
        new_gtin(), product_name={}, gwp_total="-3", declared_amount="0", valid_until=today(-1), standards=[]
    )
    status = alliance.good(MAKER, "POST", "/v1/declarations", wrong)
    assert status["state"] == "draft"
    paths = {finding["path"] for finding in status["findings"] if finding["severity"] == "error"}
    assert {"$.product_name", "$.gwp_total", "$.declared_amount", "$.valid_until", "$.standards"} <= paths
    for finding in status["findings"]:
        assert finding["message"]["en"].isascii() or finding["message"]["en"]
        assert any("\u4e00" <= character <= "\u9fff" for character in finding["message"]["zh"]), finding
    refused = problem(alliance.call(MAKER, "POST", f"/v1/declarations/{status['id']}/submit"), 422)
    assert {finding["path"] for finding in refused["findings"] if finding["severity"] == "error"} == paths


def test_malformed_fields_are_all_named_and_nothing_is_kept(alliance: Alliance) -> None:
    before = alliance.everything()
    malformed = declaration(
        new_gtin(), gwp_total=1.96, declared_unit="tonne", reference_start="last year", colour="red", stages={}
    )
    told = problem(alliance.call(MAKER, "POST", "/v1/declarations", malformed), 422)
    paths = {finding["path"] for finding in told["findings"]}
    assert paths == {"$.gwp_total", "$.declared_unit", "$.reference_start", "$.colour", "$.stages"}
    assert alliance.everything() == before


def test_the_life_of_a_declaration(alliance: Alliance) -> None:
    gtin = new_gtin()

    # Acme drafts, with a mistake; mends it; submits.
    path = alliance.draft(declaration(gtin, gwp_total="0.196"))
    problem(alliance.call(MAKER, "POST", f"{path}/submit"), 422)
    revised = alliance.good(MAKER, "PUT", path, declaration(gtin))
    assert (revised["state"], revised.get("findings", [])) == ("draft", [])
    assert alliance.good(MAKER, "POST", f"{path}/submit")["state"] == "submitted"

    # A body verifies; the operator publishes.
    verified = alliance.good(BODY, "POST", f"{path}/verification", statement())
    assert verified["state"] == "verified"
    assert verified["declaration"]["verification"]["body"] == BODY
    published = alliance.good(OPERATOR, "POST", f"{path}/publish")
    record, label = published["record"], published["label"]
    assert label.startswith(f"https://id.test.example/01/{gtin}?c=")

    # The label is drawn, and a phone reads it.
    for language in ("en", "zh"):
        for variant in ("standard", "code"):
            query = {"lang": language, "variant": variant}
            png = alliance.http.get(f"/v1/records/{record}/label.png", params=query)
            assert png.headers["content-type"] == "image/png"
            assert read(open_png(png.content)) == label
            svg = alliance.http.get(f"/v1/records/{record}/label.svg", params=query)
            assert svg.headers["content-type"].startswith("image/svg+xml")
            assert read(rasterise(svg.text)) == label

    # It is genuine, for this product and no other.
    verdict = alliance.verdict(label, gtin)
    assert (verdict["verdict"], verdict["reason"], verdict["record"]) == ("valid", "active", record)
    assert verdict["product"] == {"name": {"en": "Steel beam", "zh": "钢梁"}, "owner": "Acme Steel"}
    per = {"amount": "1", "unit": "kilogram"}
    assert verdict["footprint"] == {"value": "1.96", "per": per, "unit": "kgCO2e"}
    assert (verdict["boundary"], verdict["gtin"], verdict["freshness"]) == ("cradle-to-gate", gtin, "online")
    other = alliance.verdict(label, new_gtin())
    assert (other["verdict"], other["footprint"] and other["reason"]) == ("mismatch", "other-product")
    forged = label[:-1] + str((int(label[-1]) + 1) % 10)
    assert alliance.verdict(forged)["verdict"] == "forged"
    assert alliance.verdict(forged)["footprint"] is None

    # Suspended, it says so at once and why; reinstated, it stands again.
    alliance.good(OPERATOR, "POST", f"/v1/records/{record}/suspend", REASON)
    suspended = alliance.verdict(label)
    assert (suspended["verdict"], suspended["change"]["reason"]) == ("suspended", REASON["reason"])
    alliance.good(OPERATOR, "POST", f"/v1/records/{record}/reinstate", {"reason": "The result was confirmed"})
    assert alliance.verdict(label)["verdict"] == "valid"

    # A newer declaration takes its place.
    newer = alliance.publish(declaration(gtin, gwp_total="1.50", stages=[]))
    assert newer["declaration"]["gwp_total"] == "1.50"
    superseded = alliance.verdict(label)
    assert (superseded["verdict"], superseded["superseded_by"]) == ("superseded", newer["record"])
    assert alliance.verdict(newer["label"])["verdict"] == "valid"
    versions = alliance.good(None, "GET", f"/v1/products/{gtin}")["versions"]
    assert [(one["version"], one["verdict"]) for one in versions] == [(2, "valid"), (1, "superseded")]

    # Its owner withdraws it, for good.
    alliance.good(MAKER, "POST", f"/v1/records/{newer['record']}/withdraw", REASON)
    assert alliance.verdict(newer["label"])["verdict"] == "withdrawn"
    problem(alliance.call(OPERATOR, "POST", f"/v1/records/{newer['record']}/reinstate", REASON), 409)


def test_one_address_answers_people_and_programs(alliance: Alliance) -> None:
    gtin = new_gtin()
    published = alliance.publish(declaration(gtin))
    scanned = published["label"].removeprefix("https://id.test.example")

    page = alliance.http.get(scanned, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["vary"] == "accept, accept-language"
    assert "Genuine and current" in page.text
    assert "Steel beam" in page.text
    chinese = alliance.http.get(scanned, headers={"accept": "text/html", "accept-language": "zh-CN,zh;q=0.9"})
    assert chinese.headers["content-language"] == "zh-Hans"
    assert "真实有效" in chinese.text

    verdict = alliance.http.get(scanned, headers={"accept": "application/json"})
    assert verdict.headers["content-type"] == "application/json"
    told, asked = verdict.json(), alliance.verdict(published["label"])
    assert {**told, "log": None} == {**asked, "log": None}

    for query, accept in (("", "application/linkset+json"), ("&linkType=linkset", "*/*"), ("&linkType=all", "*/*")):
        links = alliance.http.get(scanned + query, headers={"accept": accept})
        assert links.headers["content-type"] == "application/linkset+json"
        (linkset,) = links.json()["linkset"]
        assert linkset["anchor"] == f"https://id.test.example/01/{gtin}"
        kinds = {link["type"] for link in linkset["https://gs1.org/voc/sustainabilityInfo"]}
        assert kinds == {"text/html", "application/vc+jwt", "application/json"}
    nothing = alliance.http.get(f"/01/{new_gtin()}", headers={"accept": "application/linkset+json"})
    problem(nothing, 404)

    record = published["record"]
    jws = alliance.http.get(f"/v1/records/{record}")
    assert jws.headers["content-type"] == "application/vc+jwt"
    assert jws.text.count(".") == 2
    payload = alliance.http.get(f"/v1/records/{record}", headers={"accept": "application/json"})
    assert payload.json()["credentialSubject"]["declaration"]["gtin"] == gtin
    assert alliance.http.head(scanned).status_code == 200
    assert alliance.http.head(scanned).content == b""


# Who may not


class Step(NamedTuple):
    """A step of the life of a declaration: who alone may take it, and the state in which it can be taken."""

    name: str
    state: str
    method: str
    body: object
    may: frozenset[str]


EVERYBODY = frozenset({MAKER, RIVAL, BODY, SHOP, OPERATOR})
GTIN = "09520000000004"
STEPS = [
    Step("", "draft", "GET", None, frozenset({MAKER})),
    Step("", "submitted", "GET", None, frozenset({MAKER, BODY, OPERATOR})),
    Step("", "draft", "PUT", declaration(GTIN), frozenset({MAKER})),
    Step("/submit", "draft", "POST", None, frozenset({MAKER})),
    Step("/verification", "submitted", "POST", statement(), frozenset({BODY})),
    Step("/publish", "verified", "POST", None, frozenset({OPERATOR})),
    Step("/suspend", "published", "POST", REASON, frozenset({OPERATOR})),
    Step("/reinstate", "suspended", "POST", REASON, frozenset({OPERATOR})),
    Step("/withdraw", "published", "POST", REASON, frozenset({MAKER, OPERATOR})),
]
each_step = pytest.mark.parametrize("step", STEPS, ids=[f"{step.method}{step.name} {step.state}" for step in STEPS])


def address(alliance: Alliance, state: str) -> tuple[str, str]:
    """The paths of a new declaration brought to ``state``, and of its record (of none, before it is published)."""
    wanted = "published" if state in ("suspended", "withdrawn") else state
    path = alliance.bring_to(wanted, declaration(new_gtin()))
    record = alliance.good(MAKER, "GET", path).get("record", 999_999)
    if wanted != state:
        step = {"suspended": "suspend", "withdrawn": "withdraw"}[state]
        alliance.good(OPERATOR, "POST", f"/v1/records/{record}/{step}", REASON)
    return path, f"/v1/records/{record}"


def of_step(step: Step, paths: tuple[str, str]) -> str:
    """The address of a step."""
    return (paths[1] if step.name in ("/suspend", "/reinstate", "/withdraw") else paths[0]) + step.name


@each_step
def test_whoever_may_not_take_a_step_is_refused_and_nothing_changes(alliance: Alliance, step: Step) -> None:
    path = of_step(step, address(alliance, step.state))
    before = alliance.everything()
    for who in sorted(EVERYBODY - step.may):
        told = problem(alliance.call(who, step.method, path, step.body), 403)
        assert told["type"] == "urn:carbonlabel:problem:not-allowed"
        assert who in told["detail"]
    wrong_tokens = [None, "", "Bearer", "Basic Zm9vOmJhcg==", "Bearer x", "Bearer " + "a" * 5000]
    good = alliance.tokens[sorted(step.may)[0]]
    wrong_tokens += [good, f"Bearer {good}x", f"Bearer {good[:-1]}", f"Bearer {good.upper()}", f"Token {good}"]
    wrong_tokens += [f"Bearer {good[:-43]}{'A' * 43}", f"Bearer carbonlabel_{'0' * 16}_{'A' * 43}"]
    for token in wrong_tokens:
        headers = {} if token is None else {"authorization": token}
        answer = alliance.http.request(step.method, path, json=step.body, headers=headers)
        told = problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert good not in answer.text
    assert alliance.everything() == before


@each_step
def test_a_step_in_the_wrong_state_is_refused_and_nothing_changes(alliance: Alliance, step: Step) -> None:
    wrong = {
        "PUT": ("verified", "published"),
        "/submit": ("submitted", "verified", "published"),
        "/verification": ("draft", "verified", "published"),
        "/publish": ("draft", "submitted", "published"),
        "/suspend": ("suspended", "withdrawn"),
        "/reinstate": ("published", "withdrawn"),
        "/withdraw": ("withdrawn",),
    }
    who = OPERATOR if OPERATOR in step.may else next(iter(step.may))
    for state in wrong.get(step.name or step.method, ()):
        path = of_step(step, address(alliance, state))
        before = alliance.everything()
        told = problem(alliance.call(who, step.method, path, step.body), 409)
        assert told["type"] == "urn:carbonlabel:problem:wrong-state"
        assert alliance.everything() == before


@each_step
def test_a_step_of_what_is_not_there_is_not_found(alliance: Alliance, step: Step) -> None:
    nothing = ("/v1/declarations/00000000-0000-4000-8000-000000000000", "/v1/records/999999")
    for who in sorted(step.may):
        problem(alliance.call(who, step.method, of_step(step, nothing), step.body), 404)


def test_only_those_who_own_products_declare(alliance: Alliance) -> None:
    before = alliance.everything()
    for who in (BODY, OPERATOR):
        problem(alliance.call(who, "POST", "/v1/declarations", declaration(new_gtin())), 403)
    problem(alliance.call(None, "POST", "/v1/declarations", declaration(new_gtin())), 401)
    assert alliance.everything() == before
    alliance.draft(declaration(new_gtin()), SHOP)


def test_nobody_sets_what_is_the_registrys_to_set(alliance: Alliance) -> None:
    forged = declaration(new_gtin(), owner=RIVAL, version=7, supersedes=1, verification=statement(body=BODY))
    path = alliance.draft(forged)
    kept = alliance.good(MAKER, "GET", path)["declaration"]
    assert kept["owner"] == MAKER
    assert not {"version", "supersedes", "verification"} & set(kept)
    stated = statement(body=RIVAL)
    alliance.good(MAKER, "POST", f"{path}/submit")
    problem(alliance.call(BODY, "POST", f"{path}/verification", stated), 400)


def test_a_product_of_another_member_is_refused(alliance: Alliance) -> None:
    gtin = new_gtin()
    alliance.publish(declaration(gtin))
    path = alliance.draft(declaration(gtin), RIVAL)
    told = problem(alliance.call(RIVAL, "POST", f"{path}/submit"), 422)
    assert "gtin-owner" in {finding["code"] for finding in told["findings"]}


def test_a_token_that_was_revoked_is_refused_at_once(alliance: Alliance) -> None:
    token = done_here("token", "create", "--member", SHOP, "--home", alliance.home).strip()
    headers = {"authorization": f"Bearer {token}"}
    draft = declaration(new_gtin())
    assert alliance.http.post("/v1/declarations", json=draft, headers=headers).status_code == 201
    done_here("token", "revoke", token.split("_")[1], "--home", alliance.home)
    problem(alliance.http.post("/v1/declarations", json=draft, headers=headers), 401)
