"""An objection over HTTP: anybody files it, nobody but the operator knows of it before it is admitted, both sides are
heard, and what is upheld suspends the record. And what a hostile public can do: nothing."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest

from registry.database.objection_tables import ObjectionRow
from registry.labels.art import label_text
from registry.records.standing import record_row
from registry.registry import OPERATOR, utc_now
from tests.end_to_end.alliance import declaration, new_gtin, statement
from tests.end_to_end.people import CARL, LI, OPERA, RITA, People, people_at_work, problem, reopened
from tests.end_to_end.test_desks import tab
from tests.world import CHECKER, MAKER, RIVAL, assert_sound

SAID = {"category": "figure", "words": "The sum of the stages\nis wrong: https://x.example/proof"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, LI: MAKER.id, RITA: RIVAL.id, CARL: CHECKER.id}
    with people_at_work(tmp_path_factory.mktemp("objections") / "home", everybody) as people:
        yield people


@pytest.fixture
def record(people: People) -> int:
    key = people.good(LI, "POST", "/v1/declarations", declaration(new_gtin()))["id"]
    path = f"/v1/declarations/{key}"
    people.good(LI, "POST", f"{path}/submit")
    people.good(CARL, "POST", f"{path}/verification", statement())
    return people.good(OPERA, "POST", f"{path}/publish")["record"]


def filed(people: People, record: int, **more: object) -> str:
    """An objection, behind the registry's limits: from an address of its own."""
    return people.good(None, "POST", f"/v1/records/{record}/objections", SAID | more)["id"]


def decided(people: People, key: str, decision: str, words: str = "") -> dict[str, Any]:
    return people.good(OPERA, "POST", f"/v1/objections/{key}/decision", {"decision": decision, "words": words})


def seen_by(people: People, who: str) -> set[str]:
    return {one["id"] for one in people.good(who, "GET", "/v1/objections")["objections"]}


def test_an_objection_is_admitted_heard_and_upheld_and_the_suspension_names_it(people: People, record: int) -> None:
    public = f"/v1/records/{record}/objections"
    key = filed(people, record, email="ann@public.example")
    assert people.good(None, "GET", public) == {"open": 0, "upheld": 0, "objections": []}
    assert "wait to be read: 1" in people.letter(OPERA, "待查阅的异议")
    assert key in seen_by(people, OPERA)
    assert key not in seen_by(people, LI) | seen_by(people, CARL)
    view = f"/v1/objections/{key}/view"
    problem(people.call(LI, "POST", view, {"words": "It is right"}), 409)
    for who in (LI, CARL, RITA):
        problem(people.call(who, "POST", f"/v1/objections/{key}/decision", {"decision": "dismissed"}), 403)
    problem(people.call(OPERA, "POST", f"/v1/objections/{key}/decision", {"decision": "upheld", "words": "x"}), 409)

    decided(people, key, "admitted")
    for who in (LI, CARL):
        assert "somebody objects" in people.letter(who, "对记录").lower()
        assert key in seen_by(people, who)
    assert key not in seen_by(people, RITA)
    problem(people.call(RITA, "POST", view, {"words": "x"}), 403)
    people.good(LI, "POST", view, {"words": "It is right"})
    heard = people.good(CARL, "POST", view, {"words": "We look again"})
    assert (heard["owner_says"], heard["body_says"], heard["overdue"]) == ("It is right", "We look again", False)
    assert "ann@" not in str(people.good(OPERA, "GET", "/v1/objections"))
    known = people.good(None, "GET", public)
    assert (known["open"], known["upheld"]) == (1, 0)
    assert "The sum" not in str(known)

    problem(people.call(OPERA, "POST", f"/v1/objections/{key}/decision", {"decision": "upheld"}), 400)
    decided(people, key, "upheld", "The stages do not add up")
    assert "was upheld" in people.letter("ann@public.example", "异议成立")
    assert people.good(None, "GET", public)["upheld"] == 1
    with closing(reopened(people)) as registry, registry.database.reading() as session:
        assert_sound(registry)
        row = record_row(session, record)
        assert row.standing_reason == f"Objection {key} upheld: The stages do not add up"
        assert row.standing == "suspended"
        scanned = label_text(session, record).partition("id.example.org")[2]
    assert "Objections to this record: 0 open, 1 upheld" in tab(people).get(scanned).text
    page = tab(people).get(f"/records/{record}/object").text
    assert "The stages do not add up" in page
    steps = people.good(OPERA, "GET", f"/v1/audit?subject=record/{record}")["steps"]
    (suspended,) = (step for step in steps if step["action"] == "suspended")
    assert f"Objection {key} upheld: The stages do not add up" in str(suspended["changed"])
    problem(people.call(OPERA, "POST", f"/v1/objections/{key}/decision", {"decision": "dismissed", "words": "x"}), 409)


def test_what_is_dismissed_unread_by_others_stays_unknown(people: People, record: int) -> None:
    key = filed(people, record)
    decided(people, key, "dismissed", "Spam")
    assert key not in seen_by(people, LI)
    assert people.good(None, "GET", f"/v1/records/{record}/objections")["objections"] == []
    assert not any("Spam" in letter for letter in people.letters(LI))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_are_in_both_languages_and_say_nothing_as_markup(people: People, record: int, language: str) -> None:
    visitor = tab(people, language=language)
    assert visitor.get(f"/records/{record}/object").status_code == 200
    action = f"/records/{record}/object"
    assert visitor.fill(action, category="claim", words="", email="").status_code == 400
    visitor.fill(action, category="claim", words="<script>alert(1)</script>", email="not an address")
    assert visitor.answer.status_code == 400
    assert "&lt;script&gt;" in visitor.html
    visitor.fill(action, category="claim", words="<script>alert(1)</script>", email="")
    assert visitor.answer.status_code == 200
    assert {"en": "Thank you", "zh": "感谢反馈"}[language] in visitor.text
    desk = tab(people, OPERA, language)
    desk.get("/objections")
    assert "<script>" not in desk.html
    assert {"en": "filed, to be read", "zh": "待查阅"}[language] in desk.text
    assert tab(people).get("/objections").url.path == "/sign-in"
    assert tab(people).get("/records/99999/object").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_flood_is_looked_through_on_a_page_of_its_own_and_dismissed_at_once(
    people: People, record: int, language: str
) -> None:
    keys = [str(uuid4()) for _ in range(7)]
    with closing(reopened(people)) as registry, registry.database.writing() as session:
        for key in keys:
            told: dict[str, Any] = {"record": record, "owner_id": MAKER.id, "category": "other"}
            told["words"] = f"Spam <b>{key}</b>"
            session.add(ObjectionRow(id=key, **told, state="filed", filed_at=utc_now(), due_at=utc_now()))
    desk, page = tab(people, OPERA, language), f"/objections?record={record}"
    desk.get("/objections")
    assert page in {link["href"] for link in desk.document.all("a")}
    ticks = [one for one in desk.document.all("input") if one.get("name") == "objections"]
    assert not any("checked" in one for one in ticks)
    desk.get(page)
    ticks = [one for one in desk.document.all("input") if one.get("name") == "objections"]
    assert {one["value"] for one in ticks if "checked" in one} == set(keys)
    action = "/objections/dismissals"
    assert desk.fill(action, objections=keys[:6], words="").status_code == 400
    assert desk.fill(action, objections=["x"], words="Spam").status_code == 400
    desk.get(page)
    assert desk.fill(action, objections=keys[:6], words="Not about this record").status_code == 200
    left = people.good(OPERA, "GET", f"/v1/objections?record={record}&state=filed")["objections"]
    assert [one["id"] for one in left] == keys[6:]


def test_a_program_that_fills_in_everything_leaves_nothing(people: People, record: int) -> None:
    before = len(seen_by(people, OPERA))
    visitor = tab(people)
    visitor.get(f"/records/{record}/object")
    answer = visitor.fill(f"/records/{record}/object", category="other", words="Buy this", website="https://x.example")
    assert answer.status_code == 200
    assert len(seen_by(people, OPERA)) == before


def test_a_flood_from_one_address_is_stopped_and_what_is_no_objection_refused(people: People, record: int) -> None:
    path = f"/v1/records/{record}/objections"
    for wrong in (
        {"words": ""},
        {"words": "x" * 2_001},
        {"words": "a\0b"},
        {"email": "x"},
        {"category": "y"},
        {"z": 1},
    ):
        assert people.call(None, "POST", path, SAID | wrong).status_code in (400, 429)
    answers = [people.call(None, "POST", path, SAID).status_code for _ in range(8)]
    assert set(answers) <= {202, 429}
    assert answers[-1] == 429
    assert people.call(None, "POST", "/v1/records/99999/objections", SAID).status_code in (404, 429)
