"""The pages of declarations in a browser without a script, as owner, reviewer and operator, in both languages."""

import re
from collections.abc import Iterator
from itertools import product

import httpx
import pytest

from registry.access.callers import Caller
from registry.declarations.next_step import next_step
from registry.declarations.record_life import RecordLife
from registry.declarations.states import DeclarationState
from registry.pages.desk_words import WORDS
from registry.registry import OPERATOR
from schemas.member import MemberKind
from tests.end_to_end.alliance import declaration, new_gtin, statement
from tests.end_to_end.desks import Tab
from tests.end_to_end.people import CARL, LI, OPERA, RITA, People, people_at_work
from tests.end_to_end.test_desks import tab
from tests.end_to_end.test_reviews import WEAK
from tests.world import CHECKER, MAKER, RIVAL

STATED = {"standard": "ISO 14064-3:2019", "level": "limited", "report_sha256": "ab" * 32, "report_url": ""}
HOSTILE = "Beam <b>bold</b>"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, LI: MAKER.id, RITA: RIVAL.id, CARL: CHECKER.id}
    with people_at_work(tmp_path_factory.mktemp("declarations") / "home", everybody) as people:
        yield people


def draft(people: People, **changes: object) -> str:
    content = declaration(new_gtin(), **changes)
    return f"/declarations/{people.good(LI, 'POST', '/v1/declarations', content)['id']}"


def opened(people: People, who: str, path: str, language: str = "en") -> Tab:
    here = tab(people, who, language)
    assert here.get(path).status_code == 200, here.text
    return here


def sound(here: Tab) -> None:
    """What holds of every page: no script, unique ids, a label for each field, no wording forgotten."""
    document = here.document
    assert not document.all("script")
    assert len(document.ids()) == len(set(document.ids()))
    tags = ("input", "select", "textarea")
    fields = [one for tag in tags for one in document.all(tag) if one.get("type") != "hidden"]
    assert {one["id"] for one in fields} == {label["for"] for label in document.all("label")}
    assert all("style" not in attributes for _, attributes in document.elements)
    assert not document.all("b")
    assert not re.search(r"\b(next|state|question)_\w+", here.text), here.text


def test_a_declaration_from_draft_to_renewal(people: People) -> None:
    path = draft(people, product_name={"en": HOSTILE, "zh": "钢梁"}, **WEAK)
    li = opened(people, LI, "/declarations")
    assert HOSTILE in li.text
    assert "Complete it, then submit it" in li.text
    li.get(path)
    sound(li)
    assert "1.96 kg CO₂e per kilogram" in li.text
    assert "needs the reviewer's word" in li.text
    li.fill(f"{path}/submit", body=CHECKER.id)
    assert "Submitted. Waits for a verification body" in li.text

    carl = opened(people, CARL, "/declarations?state=submitted")
    assert "Assigned to you: take it up, or decline." in carl.text
    carl.get(path)
    sound(carl)
    carl.fill(f"{path}/take-up")
    assert carl.answer.url.path == path
    sound(carl)
    assert carl.fill(f"{path}/questions", path="$.gwp_total", question=" ").status_code == 400
    carl.fill(f"{path}/questions", path="$.gwp_total", question="Which <b>grid</b>?\nAnd which year?")
    assert "Which <b>grid</b>?" in carl.text
    assert "About: Total footprint" in carl.text
    assert f"{path}/verification" not in carl.forms()  # a question is open
    li.get(path)
    sound(li)
    assert "Answer what the verification body asks." in li.text
    (answering,) = [action for action in li.forms() if action.endswith("/answer")]
    li.fill(answering, answer="East China, 2025")
    assert "Answer: East China, 2025" in li.text

    carl.get(path)
    refused = carl.fill(f"{path}/verification", **STATED | {"standard": "My own standard"})
    assert refused.status_code == 422  # the warning has no word yet
    assert "see what is listed under findings" in carl.text
    assert carl.forms()[f"{path}/verification"]["standard"] == "My own standard"  # what was typed stays
    (word,) = [name for name in carl.forms()[f"{path}/verification"] if name.startswith("accepted ")]
    assert carl.fill(f"{path}/verification", **STATED, **{word: "Rounded"}, date="soon").status_code == 400
    assert "Day on which all was checked" in carl.text
    carl.fill(f"{path}/verification", **STATED, **{word: "Rounded"}, date=f"{declaration('')['valid_from']}")
    assert "Accepted: Rounded" in carl.text
    sound(carl)

    opera = opened(people, OPERA, path)
    sound(opera)
    opera.fill(f"{path}/publish")
    assert "In the public log, with its label." in opera.text
    li.get(path)
    sound(li)
    assert any(str(one["href"]).startswith("/01/") for one in li.document.all("a"))
    li.fill(f"{path}/renew")
    assert li.answer.url.path != path
    assert "has to be mended" in li.text
    assert li.answer.url.path.startswith("/declarations/")


@pytest.mark.parametrize(("language", "said"), [("en", "is suspended or withdrawn"), ("zh", "已暂停或撤销")])
def test_a_part_that_was_withdrawn_since_is_said_to_owner_body_and_operator(
    people: People, language: str, said: str
) -> None:
    part = draft(people)
    people.good(LI, "POST", f"/v1{part}/submit")
    people.good(CARL, "POST", f"/v1{part}/verification", statement())
    record = people.good(OPERA, "POST", f"/v1{part}/publish")["record"]
    path = draft(people, components=[{"record": record, "amount": "0.5", "unit": "kilogram"}])
    people.good(LI, "POST", f"/v1{path}/submit")
    carl = opened(people, CARL, path, language)
    carl.fill(f"{path}/take-up")
    assert said not in carl.text
    people.good(LI, "POST", f"/v1/records/{record}/withdraw", {"reason": "Out of production"})
    for verified in (False, True):
        for who in (LI, CARL, OPERA):
            here = opened(people, who, path, language)
            sound(here)
            assert said in here.text
            assert f"{path}/publish" not in here.forms()
            assert said in opened(people, who, "/declarations", language).text
        if not verified:
            accepted = [{"code": "component-stale", "path": "$.components[0].record", "sentence": "Not used any more"}]
            people.good(CARL, "POST", f"/v1{path}/verification", statement() | {"accepted": accepted})
    opera = opened(people, OPERA, path, language)
    returning = opera.forms()[f"{path}/return"]
    assert returning["path-1"] == "$.components"
    assert str(record) in returning["sentence-1"]
    opera.fill(f"{path}/return")
    assert str(record) in opened(people, LI, path, language).text
    assert people.good(LI, "GET", f"/v1{path}")["state"] == "draft"


def test_returned_and_sent_again_in_chinese(people: People) -> None:
    path = draft(people)
    li = opened(people, LI, f"{path}?lang=zh")
    assert "草稿。请完善内容" in li.text
    sound(li)
    li.fill(f"{path}/submit?lang=zh", body="")
    li.fill(f"{path}/take-back?lang=zh")
    assert "草稿" in li.text
    li.fill(f"{path}/submit?lang=zh", body="")
    carl = opened(people, CARL, path, "zh")
    carl.fill(f"{path}/take-up")
    sound(carl)
    assert carl.fill(f"{path}/return").status_code == 400
    found = {"sentence-1": "缺少电网数据", "path-1": "$.stages[1].gwp", "sentence-2": "请补充", "path-2": "$"}
    carl.fill(f"{path}/return", **found)
    assert carl.answer.url.path == "/declarations"
    assert carl.get(path).status_code == 403
    li.get(f"{path}?lang=zh")
    assert "缺少电网数据" in li.text
    assert "第2个阶段的碳足迹" in li.text
    sound(li)
    chosen = [option for option in li.document.all("option") if "selected" in option]
    assert [option["value"] for option in chosen] == [
        CHECKER.id
    ]  # the same body again, unless the owner says otherwise


def test_the_operator_assigns_and_a_body_hands_back(people: People) -> None:
    path = draft(people)
    li = opened(people, LI, path)
    li.fill(f"{path}/submit", body="")
    opera = opened(people, OPERA, path)
    assert opera.fill(f"{path}/assign", body="nobody").status_code == 400
    opera.fill(f"{path}/assign", body=CHECKER.id)
    assert "Waits for the body that it is assigned to." in opera.text
    carl = opened(people, CARL, path)
    carl.fill(f"{path}/hand-back")
    assert carl.answer.url.path == "/declarations"


def test_a_draft_is_begun_and_changed_on_a_page(people: People) -> None:
    li = opened(people, LI, "/declarations/new")
    sound(li)
    told = declaration(new_gtin())
    typed = {
        name: told[name] for name in ("gtin", "declared_unit", "declared_amount", "boundary", "gwp_total", "country")
    }
    typed |= {
        name: told[name] for name in ("reference_start", "reference_end", "valid_from", "valid_until", "gwp_basis")
    }
    typed |= {"product_name.en": HOSTILE, "product_name.zh": "钢梁", "standards": "ISO 14067:2018，PAS 2050"}
    typed |= {"stages[0].gwp": "1.20", "stages[1].gwp": "0.76"}
    assert li.fill("/declarations/new", **typed | {"gwp_total": "two"}).status_code == 422
    sound(li)
    assert "has to be mended" in li.text
    assert li.forms()["/declarations/new"]["product_name.en"] == HOSTILE  # what was typed stays
    li.fill("/declarations/new", **typed)
    sound(li)
    assert "Nothing was found to be wrong." in li.text
    assert "ISO 14067:2018, PAS 2050" in li.text
    path = li.answer.url.path
    content = people.good(LI, "GET", f"/v1{path}")["declaration"]
    assert content["stages"] == [{"code": "raw-material", "gwp": "1.20"}, {"code": "production", "gwp": "0.76"}]

    for language in ("en", "zh"):
        li.get(f"{path}/edit?lang={language}")
        sound(li)
    li.get(f"{path}/edit")
    li.fill(f"{path}/edit", gwp_total="1.97", country="")
    changed = people.good(LI, "GET", f"/v1{path}")["declaration"]
    assert changed["gwp_total"] == "1.97"
    assert "country" not in changed
    people.good(LI, "POST", f"/v1{path}/submit")
    people.good(CARL, "POST", f"/v1{path}/review/take-up")
    assert li.get(f"{path}/edit").status_code == 409
    for who in (RITA, CARL, OPERA):
        assert answer_to(people, who, f"{path}/edit").status_code == 403
    assert answer_to(people, CARL, "/declarations/new").status_code == 403


def answer_to(people: People, who: str, path: str) -> httpx.Response:
    return tab(people, who).get(path)


def test_nobody_else_sees_it(people: People) -> None:
    path = draft(people)
    for who in (RITA, CARL, OPERA):
        assert answer_to(people, who, path).status_code == 403
    assert tab(people).get(path).url.path == "/sign-in"
    assert tab(people).get("/declarations").url.path == "/sign-in"
    rita = opened(people, RITA, "/declarations")
    assert "There is none yet." in rita.text
    sound(rita)
    assert answer_to(people, LI, "/declarations/00000000-0000-4000-8000-000000000000").status_code == 404
    token = opened(people, RITA, "/organisation").forms()["/sign-out"]["form_token"]
    for step in ("submit", "take-back", "take-up", "questions", "return", "verification", "assign", "publish", "renew"):
        assert tab(people, RITA).post(f"{path}/{step}", {"form_token": token}).status_code == 403


def test_the_list_is_by_state_and_page(people: People) -> None:
    for state in DeclarationState:
        for who, language in product((LI, CARL, OPERA), ("en", "zh")):
            sound(opened(people, who, f"/declarations?state={state}&page=2", language))
    assert answer_to(people, LI, "/declarations?state=lost").status_code == 400
    assert answer_to(people, LI, "/declarations?page=0").status_code == 400


@pytest.mark.parametrize("state", DeclarationState)
def test_there_is_a_sentence_for_whatever_comes_next(state: DeclarationState) -> None:
    kinds = (MemberKind.MANUFACTURER, MemberKind.VERIFICATION_BODY, MemberKind.OPERATOR)
    for kind, body, asked in product(kinds, (None, "me"), (False, True)):
        caller = Caller("me", kind)
        owner = "me" if kind is MemberKind.MANUFACTURER else "another"
        stands = RecordLife.ACTIVE if state is DeclarationState.PUBLISHED else None
        assert next_step(caller, state, owner, body, asked, stands) in WORDS
        assert next_step(caller, state, owner, body, asked, stands, is_part_revoked=True) in WORDS
    assert f"state_{state}" in WORDS
    assert {f"stands_{stands}" for stands in RecordLife} <= set(WORDS)
