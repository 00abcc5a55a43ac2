"""The whole story over HTTP, as the different people who live it: a mill joins, declares a paper made of another
member's pulp, is asked, verified and published, prints a label; a shopper scans it; somebody objects; the record is
suspended, reinstated and superseded; its trace is opened; and the year's cases are released."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import pytest

from registry.registry import OPERATOR
from tests.end_to_end.alliance import declaration, new_gtin, statement, today
from tests.end_to_end.commands import done_here
from tests.end_to_end.people import CARL, OPERA, RITA, SECOND, People, people_at_work, problem
from tests.registry.labels.artwork_samples import open_png, read
from tests.registry.pages.document import Document
from tests.world import CHECKER, RIVAL

MEI = "mei@mill.example"
MILL = {
    "name": {"en": "Valley Mill", "zh": "山谷造纸厂"},
    "kind": "manufacturer",
    "ids": ["urn:uscc:91350211M000100Y43"],
    "country": "CN",
    "plans": ["low-carbon-products"],
    "contact": {"name": "Mei Lin", "email": MEI},
}


EXPERTS = {f"expert@{name}.example": name for name in ("uni-one", "uni-two", "uni-three")}
CALL = {
    "year": 2026,
    "title": {"en": "Low-carbon cases 2026", "zh": "2026年度低碳优秀案例"},
    "categories": ["low-carbon-products"],
    "criteria": [{"id": "effect", "name": {"en": "Effect", "zh": "减排成效"}, "weight": 1}],
    "places": 3,
}
CASES = "/v1/cases/2026"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, SECOND: OPERATOR, RITA: RIVAL.id, CARL: CHECKER.id}
    with people_at_work(tmp_path_factory.mktemp("story") / "home", everybody) as people:
        at_home = ("--home", people.home)
        for who, name in EXPERTS.items():
            done_here("member", "add", name, "--name", name.title(), "--kind", "research", *at_home)
            link = done_here("person", "invite", who, "--member", name, "--role", "expert", *at_home)
            people.come_in(who, link.strip().rpartition("/")[2])
        yield people


class Story:
    """What has come of it so far."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.gtin = new_gtin()

    def join(self) -> None:
        """The mill applies, the operator approves, and its contact comes in by the invitation."""
        applied = self.people.good(None, "POST", "/v1/applications", MILL)
        self.people.good(OPERA, "POST", f"/v1/applications/{applied['id']}/approve", {"member": "mill"})
        self.people.come_in(MEI, self.people.link(MEI, "Valley Mill"))
        assert self.people.good(None, "GET", "/v1/members/mill")["plans"] == ["low-carbon-products"]

    def published(self, who: str, content: dict[str, Any], path: str | None = None) -> dict[str, Any]:
        """A declaration that nobody asks anything about, published; ``path``: of the draft that takes this content."""
        if path is None:
            path = f"/v1/declarations/{self.people.good(who, 'POST', '/v1/declarations', content)['id']}"
        else:
            self.people.good(who, "PUT", path, content)
        self.people.good(who, "POST", f"{path}/submit", {"body": CHECKER.id})
        self.people.good(CARL, "POST", f"{path}/verification", statement())
        return self.people.good(OPERA, "POST", f"{path}/publish")

    def paper(self, pulp: int, **changes: object) -> dict[str, Any]:
        """What the mill declares."""
        parts = [{"record": pulp, "amount": "0.5", "unit": "kilogram"}]
        return declaration(self.gtin, product_name={"en": "Paper", "zh": "纸"}, components=parts, **changes)

    def declare_and_be_asked(self, content: dict[str, Any]) -> str:
        """Declared, questioned, answered, verified; the path of the declaration."""
        path = f"/v1/declarations/{self.people.good(MEI, 'POST', '/v1/declarations', content)['id']}"
        self.people.good(MEI, "POST", f"{path}/submit", {"body": CHECKER.id})
        self.people.good(CARL, "POST", f"{path}/review/take-up")
        question = {"question": "Which electricity mix?", "path": "$.stages[1].gwp"}
        asked = self.people.good(CARL, "POST", f"{path}/questions", question)["questions"][0]["id"]
        problem(self.people.call(CARL, "POST", f"{path}/verification", statement()), 409)  # before the answer
        self.people.good(MEI, "POST", f"{path}/questions/{asked}/answer", {"answer": "East China grid, 2025"})
        problem(self.people.call(OPERA, "POST", f"{path}/publish"), 409)  # before the verification
        assert self.people.good(CARL, "POST", f"{path}/verification", statement())["state"] == "verified"
        return path

    def scan(self, label: str) -> tuple[str, str]:
        """What a program and a person are told: the verdict, and the page's text."""
        said = self.people.good(None, "POST", "/v1/verify", {"label": label, "expect": self.gtin})
        parts = urlsplit(label)
        page = self.people.http.get(f"{parts.path}?{parts.query}", headers={"accept": "text/html"})
        return said["verdict"], Document(page.text).text

    def object(self, record: int) -> str:
        """Anybody objects; the operator admits it, and both sides are heard. The objection's id."""
        said = {"category": "figure", "words": "The mill burns coal, which the figure leaves out"}
        objection = self.people.good(None, "POST", f"/v1/records/{record}/objections", said)["id"]
        path = f"/v1/objections/{objection}"
        self.people.good(OPERA, "POST", f"{path}/decision", {"decision": "admitted"})
        for who, words in ((MEI, "The boiler is electric"), (CARL, "We look again")):
            self.people.good(who, "POST", f"{path}/view", {"words": words})
        return objection

    def release(self, record: int) -> dict[str, Any]:
        """A call, a nomination, three experts' scores, and two people who release; the dataset."""
        good = self.people.good

        def dates(*days: int) -> dict[str, str]:
            return dict(zip(("nominations_from", "nominations_until", "scoring_until"), map(today, days), strict=True))

        good(OPERA, "POST", "/v1/cases", CALL | {"dates": dates(0, 1, 2)})
        case = {"organisation": "mill", "category": "low-carbon-products", "records": [record]}
        told = {"title": {"en": "Paper without coal"}, "description": {"en": "An electric boiler."}}
        nomination = f"/v1/nominations/{good(MEI, 'POST', f'{CASES}/nominations', case | told)['id']}"
        good(OPERA, "POST", f"{nomination}/eligibility", {"eligible": True})
        for who in EXPERTS:
            good(OPERA, "POST", f"{CASES}/experts", {"email": who})
        good(OPERA, "PUT", f"{CASES}/dates", dates(-2, -1, 0))
        for who in EXPERTS:
            good(who, "PUT", f"{nomination}/interest", {"conflict": False})
            good(who, "PUT", f"{nomination}/scores", {"scores": {"effect": 8}})
        good(OPERA, "PUT", f"{CASES}/dates", dates(-3, -2, -1))
        proposed = good(OPERA, "POST", f"{CASES}/release", {"reason": "The experts' result"})
        assert self.people.call(OPERA, "POST", f"/v1/approvals/{proposed['id']}/confirm").status_code == 403
        good(SECOND, "POST", f"/v1/approvals/{proposed['id']}/confirm")
        served = self.people.http.get(CASES)
        assert sha256(served.content).hexdigest() in str(proposed)
        return served.json()

    def printed(self, record: int) -> str:
        """What the QR code on the record's printed label says."""
        art = self.people.http.get(f"/v1/records/{record}/label.png")
        found = read(open_png(art.content))
        assert found is not None
        return found


def test_the_whole_story(people: People) -> None:
    story = Story(people)
    story.join()
    pulp = story.published(RITA, declaration(new_gtin(), product_name={"en": "Pulp", "zh": "纸浆"}))["record"]

    declared = story.declare_and_be_asked(story.paper(pulp))
    first = people.good(OPERA, "POST", f"{declared}/publish")
    label = story.printed(first["record"])
    assert label == first["label"]
    verdict, page = story.scan(label)
    assert verdict == "valid"
    assert "Genuine and current" in page
    assert "Valley Mill" in page

    objection = story.object(first["record"])
    upheld = {"decision": "upheld", "words": "The boiler's fuel is not in the figure"}
    people.good(OPERA, "POST", f"/v1/objections/{objection}/decision", upheld)
    verdict, page = story.scan(label)
    assert verdict == "suspended"
    assert "Do not rely on this label" in page
    assert objection in page
    people.good(OPERA, "POST", f"/v1/records/{first['record']}/reinstate", {"reason": "The objection was mistaken"})
    assert story.scan(label)[0] == "valid"

    renewal = people.good(MEI, "POST", f"/v1/records/{first['record']}/renew")
    newer = story.published(MEI, story.paper(pulp, gwp_total="1.80", stages=[]), f"/v1/declarations/{renewal['id']}")
    verdict, page = story.scan(label)
    assert verdict == "superseded"
    assert "A newer declaration exists" in page
    assert story.scan(newer["label"])[0] == "valid"

    trace = people.good(None, "GET", f"/v1/records/{newer['record']}/trace")
    assert [part["owner"]["id"] for part in trace["product"]["parts"]] == [RIVAL.id]
    assert trace["members"] == 2

    (case,) = story.release(newer["record"])["cases"]
    assert (case["organisation"]["id"], case["records"]) == ("mill", [newer["record"]])
    assert "Paper without coal" in people.http.get("/cases/2026", headers={"accept": "text/html"}).text
    assert story.scan(newer["label"])[0] == "valid"
