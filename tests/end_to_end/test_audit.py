"""Whatever is written over HTTP, by the API or on a page, is noted: who did it, for whom, to what. Every route that
writes is tried here, or is named below with the reason why it leaves no note."""

import re
from base64 import b32decode
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlmodel import col, select

from registry.access.admission import declared
from registry.database.audit_tables import AuditRow
from registry.registry import OPERATOR
from registry.web.app import create_app
from tests.databases import database_of
from tests.end_to_end.alliance import declaration, new_gtin, statement
from tests.end_to_end.cases_desk import FORM, NEXT, at_desk, dates, in_form
from tests.end_to_end.commands import done_here
from tests.end_to_end.desks import Tab
from tests.end_to_end.people import CARL, LI, OPERA, PASSWORD, SECOND, WEI, People, people_at_work, reopened
from tests.end_to_end.test_cases import CALL, case
from tests.end_to_end.test_desks import JOINING, tab
from tests.end_to_end.test_joining import MILL
from tests.signing import a_key, asked
from tests.world import CHECKER, MAKER

LEAVES_NO_NOTE = {
    "POST /v1/verify": "judges a label, and writes nothing",
    "POST /v1/verify/batch": "judges labels, and writes nothing",
    "POST /v1/session/second-factor": "shows a secret that is not in force before a code of it has come back",
    "POST /oauth/token": "a client's token of some minutes: that there is the client was noted",
}
NINA, OLE = "nina@maker.example", "ole@maker.example"
NEW_PASSWORD = "another horse, another staple"
_SECRET = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")


class Watched:
    """A registry at work, and what has been noted of each operation."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.database = database_of(people.home)
        self.noted: dict[str, list[AuditRow]] = {}
        self.ids = {who: people.good(who, "GET", "/v1/session")["person"] for who in (OPERA, SECOND, LI, CARL)}

    def trail(self) -> list[AuditRow]:
        """All that has been noted."""
        with self.database.reading() as session:
            return list(session.exec(select(AuditRow).order_by(col(AuditRow.id))))

    @contextmanager
    def step(self, operation: str, who: str | None = None) -> Generator[None]:
        """What is done within is ``operation``: a note of it is made, by ``who`` if somebody is named."""
        before = {row.id for row in self.trail()}
        yield
        new = [row for row in self.trail() if row.id not in before]
        assert new, f"{operation} leaves no note: have what it calls note what it did"
        if who is not None:  # a job under way may note what it does meanwhile
            new = [row for row in new if row.who == f"person/{self.ids[who]}"]
            assert new, f"{operation} leaves no note by {who}"
        self.noted.setdefault(operation, []).extend(new)

    def call(self, who: str | None, method: str, path: str, json: object = None, **at: str) -> Any:
        """A call of the API that must succeed; ``at`` fills in the path's places."""
        with self.step(f"{method} {path}", who):
            return self.people.good(who, method, path.format(**at), json)

    def send(self, browser: Tab, who: str | None, path: str, typed: Mapping[str, object], **at: str) -> httpx.Response:
        """A form of a page that must succeed, sent as the page has it."""
        with self.step(f"POST {path}", who):
            answer = browser.fill(path.format(**at), **typed)
            assert answer.status_code == 200, browser.text
            return answer


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    everybody = {OPERA: OPERATOR, SECOND: OPERATOR, LI: MAKER.id, CARL: CHECKER.id}
    with people_at_work(tmp_path_factory.mktemp("audit") / "home", everybody) as people:
        watched = Watched(people)
        first = (_declarations, _reviews, _pages_of_declarations, _members, _member_keys, _cases)
        for area in (*first, _tokens_and_approvals, _operator_keys, _colleagues, _accounts):
            area(watched)
        yield watched
        watched.database.dispose()


def _declarations(w: Watched) -> None:
    key = w.call(LI, "POST", "/v1/declarations", declaration(new_gtin()))["id"]
    content = declaration(new_gtin(), product_name={"en": "Another beam"})
    w.call(LI, "PUT", "/v1/declarations/{declaration}", content, declaration=key)
    w.call(LI, "POST", "/v1/declarations/{declaration}/submit", declaration=key)
    w.call(CARL, "POST", "/v1/declarations/{declaration}/verification", statement(), declaration=key)
    record = w.call(OPERA, "POST", "/v1/declarations/{declaration}/publish", declaration=key)["record"]
    w.call(LI, "POST", "/v1/records/{record}/renew", record=str(record))
    w.call(LI, "POST", "/v1/labels/sheets", {"sheet": "roll-60x30"})
    with w.step("POST /v1/imports", LI):
        bearer = {"authorization": f"Bearer {w.people.sessions[LI]}", "content-type": "text/csv"}
        told = w.people.http.post("/v1/imports", content=b"gtin\n1\n", headers=bearer).json()
    desk = tab(w.people, LI)
    desk.get("/imports")
    headers = {"origin": w.people.url, "cookie": f"__Host-session={desk.cookie}"}
    with w.step("POST /imports", LI):
        many = {"file": ("a.csv", b"gtin\n" + b"1\n" * 50_000)}
        form = {"form_token": desk.forms()["/imports"]["form_token"]}
        place = w.people.http.post("/imports", data=form, files=many, headers=headers).headers["location"]
    desk.get(place)
    with w.step("POST /imports/{job}/cancel"):
        desk.fill(f"{place}/cancel")
    with w.step("DELETE /v1/imports/{job}"):
        w.people.call(LI, "DELETE", f"/v1/imports/{told['id']}")  # it may have ended by then, which is noted too
    _labels(w, content["gtin"])
    _objections(w, str(record))
    desk = tab(w.people, OPERA)
    desk.get("/organisation")
    w.send(desk, OPERA, "/organisation/withdrawals", {"record": str(record), "reason": "It is wrong"})
    for word, who in (("suspend", OPERA), ("reinstate", OPERA), ("withdraw", LI)):
        w.call(who, "POST", f"/v1/records/{{record}}/{word}", {"reason": f"to {word}"}, record=str(record))


def _labels(w: Watched, gtin: str) -> None:
    desk = tab(w.people, LI)
    desk.get("/labels")
    with w.step("POST /labels", LI):
        many = "".join(f"{gtin},,{serial}\n" for serial in range(5_000))
        sheet = {"which": "named", "sheet": "avery-l7160", "skip": "0", "language": "en", "variant": "standard"}
        answer = desk.upload("/labels", ("many.csv", f"gtin,lot,serial\n{many}".encode()), lines="", **sheet)
    with w.step("POST /labels/{job}/cancel"):  # it may have ended by then, which is noted too
        desk.fill(f"{answer.url.path}/cancel")


def _objections(w: Watched, record: str) -> None:
    said = {"category": "figure", "words": "The sum is wrong", "email": NINA}
    first = w.call(None, "POST", "/v1/records/{record}/objections", said, record=record)["id"]
    path = "/v1/objections/{objection}"
    w.call(OPERA, "POST", f"{path}/decision", {"decision": "admitted"}, objection=first)
    w.call(LI, "POST", f"{path}/view", {"words": "It is right"}, objection=first)
    visitor = tab(w.people)
    visitor.get(f"/records/{record}/object")
    w.send(visitor, None, "/records/{record}/object", {"category": "claim", "words": "No proof"}, record=record)
    (second,) = (row.subject.partition("/")[2] for row in w.noted["POST /records/{record}/object"])
    desk = tab(w.people, OPERA)
    desk.get("/objections")
    told = {"decision": "admitted"}
    w.send(desk, OPERA, "/objections/{objection}/decision", told, objection=second)
    desk = tab(w.people, LI)
    desk.get("/objections")
    w.send(desk, LI, "/objections/{objection}/view", {"words": "Here it is"}, objection=second)
    desk = tab(w.people, OPERA)
    desk.get("/objections")
    told = {"decision": "upheld", "words": "There is none"}
    w.send(desk, OPERA, "/objections/{objection}/decision", told, objection=second)
    w.send(desk, OPERA, "/objections/{objection}/reinstate", {"reason": "Here it is"}, objection=second)
    ids = [w.people.good(None, "POST", f"/v1/records/{record}/objections", said)["id"] for _ in range(3)]
    w.call(OPERA, "POST", "/v1/objections/dismissals", {"objections": ids[:1], "words": "Spam"})
    desk.get("/objections")
    w.send(desk, OPERA, "/objections/dismissals", {"objections": ids[1:], "words": "Spam"})


def _reviews(w: Watched) -> None:
    path = "/v1/declarations/{declaration}"
    key = w.people.good(LI, "POST", "/v1/declarations", declaration(new_gtin()))["id"]
    w.people.good(LI, "POST", f"/v1/declarations/{key}/submit")
    w.call(OPERA, "POST", f"{path}/review", {"body": CHECKER.id}, declaration=key)
    w.call(CARL, "POST", f"{path}/review/take-up", declaration=key)
    asked = w.call(CARL, "POST", f"{path}/questions", {"question": "Which grid?"}, declaration=key)
    (question,) = asked["questions"]
    answer = f"{path}/questions/{{question}}/answer"
    w.call(LI, "POST", answer, {"answer": "East China"}, declaration=key, question=question["id"])
    w.call(CARL, "POST", f"{path}/review/hand-back", declaration=key)
    w.people.good(CARL, "POST", f"/v1/declarations/{key}/review/take-up")
    w.call(CARL, "POST", f"{path}/return", {"findings": [{"sentence": "The sums are wrong"}]}, declaration=key)


def _pages_of_declarations(w: Watched) -> None:
    path = "/declarations/{declaration}"
    key = w.people.good(LI, "POST", "/v1/declarations", declaration(new_gtin()))["id"]

    def step(who: str, name: str, **typed: str) -> None:
        desk = tab(w.people, who)
        desk.get(f"/declarations/{key}")
        w.send(desk, who, f"{path}/{name}", typed, declaration=key)

    step(LI, "submit", body="")
    step(LI, "take-back")
    w.people.good(LI, "POST", f"/v1/declarations/{key}/submit")
    step(OPERA, "assign", body=CHECKER.id)
    step(CARL, "hand-back")
    step(CARL, "take-up")
    step(CARL, "questions", question="Which grid?", path="$")
    desk = tab(w.people, LI)
    desk.get(f"/declarations/{key}")
    (answering,) = (action for action in desk.forms() if action.endswith("/answer"))
    question = answering.split("/")[-2]
    at = {"declaration": key, "question": question}
    w.send(desk, LI, f"{path}/questions/{{question}}/answer", {"answer": "East China"}, **at)
    step(CARL, "return", **{"sentence-1": "The sums are wrong", "path-1": "$"})
    w.people.good(LI, "POST", f"/v1/declarations/{key}/submit")
    step(CARL, "verification", report_sha256="ab" * 32, level="limited")
    step(OPERA, "publish")
    step(LI, "renew")
    step(OPERA, "suspend", reason="The meter broke")
    step(OPERA, "reinstate", reason="It was mended")
    record = w.people.good(LI, "GET", f"/v1/declarations/{key}")["record"]
    step(LI, "withdraw", reason="It is made no more", record=str(record))
    desk = tab(w.people, LI)
    desk.get("/declarations/new")
    w.send(desk, LI, "/declarations/new", {"name_en": "Beam"})
    (begun,) = (row.subject.partition("/")[2] for row in w.noted["POST /declarations/new"])
    desk.get(f"/declarations/{begun}/edit")
    w.send(desk, LI, f"{path}/edit", {"name_en": "Steel beam"}, declaration=begun)


def _members(w: Watched) -> None:
    first, second, third, fourth = (
        w.call(None, "POST", "/v1/applications", MILL | {"name": {"en": f"Mill {at}"}})["id"] for at in range(4)
    )
    w.call(OPERA, "POST", "/v1/applications/{application}/approve", {"member": "mill"}, application=first)
    w.call(OPERA, "POST", "/v1/applications/{application}/refuse", {"reason": "no"}, application=second)
    visitor = tab(w.people)
    visitor.get("/join")
    w.send(visitor, None, "/join", JOINING)
    desk = tab(w.people, OPERA)
    desk.get("/applications")
    w.send(desk, OPERA, "/applications/{application}/approve", {"member_id": "mill-2"}, application=third)
    w.send(desk, OPERA, "/applications/{application}/refuse", {"reason": "no"}, application=fourth)
    w.call(LI, "PUT", "/v1/members/{member}", {"name": {"en": "Maker Works Ltd"}}, member=MAKER.id)
    desk.get("/members/maker")
    changed = {"name_en": "Maker Works Ltd", "country": "CN", "ids": ""}
    w.send(desk, OPERA, "/members/{member}", changed, member=MAKER.id)
    desk.get("/members/mill-2/leave")
    w.send(desk, OPERA, "/members/{member}/leave", {"typed_id": "mill-2"}, member="mill-2")
    w.call(OPERA, "POST", "/v1/members/{member}/leave", member="mill")


def _member_keys(w: Watched) -> None:
    signer = a_key(1)
    request = asked(signer, at=datetime.now(UTC)).decode()
    w.call(LI, "POST", "/v1/members/{member}/keys", {"request": request}, member=MAKER.id)
    w.call(LI, "PUT", "/v1/members/{member}/signing", {"signs_all": True}, member=MAKER.id)
    w.people.good(LI, "PUT", f"/v1/members/{MAKER.id}/signing", {"signs_all": False})
    w.call(LI, "POST", "/v1/members/{member}/keys/{kid}/end", {}, member=MAKER.id, kid=signer.kid)
    second = a_key(2)
    desk, path = tab(w.people, LI), "/organisation/signing"
    desk.get(path)
    w.send(desk, LI, path, {"request": asked(second, at=datetime.now(UTC)).decode()})
    w.send(desk, LI, f"{path}/policy/all", {})
    w.send(desk, LI, f"{path}/policy/some", {})
    w.send(desk, LI, f"{path}/{{kid}}/retire", {}, kid=second.kid)
    w.send(desk, LI, f"{path}/{{kid}}/compromise", {"from": "0"}, kid=second.kid)


def _cases(w: Watched) -> None:
    """With experts of the mill, who come in by the command line."""
    people, year = w.people, {"year": "2026"}
    told = w.people.good(None, "POST", "/v1/applications", MILL | {"name": {"en": "Uni"}, "kind": "research"})
    people.good(OPERA, "POST", f"/v1/applications/{told['id']}/approve", {"member": "uni"})
    experts = [f"expert{number}@uni.example" for number in range(3)]
    for who in experts:
        said = done_here("person", "invite", who, "--member", "uni", "--role", "expert", "--home", people.home)
        people.come_in(who, said.strip().rpartition("/")[2])
        w.ids[who] = people.good(who, "GET", "/v1/session")["person"]
    w.call(OPERA, "POST", "/v1/cases", CALL | {"categories": ["low-carbon-education"], "dates": dates(0, 1, 2)})
    school = case(None, category="low-carbon-education")
    first, second = (w.call(LI, "POST", "/v1/cases/{year}/nominations", school, **year)["id"] for _ in range(2))
    w.call(LI, "POST", "/v1/nominations/{case}/take-back", case=second)
    fit = {"eligible": True, "reason": "it may"}
    w.call(OPERA, "POST", "/v1/nominations/{case}/eligibility", fit, case=first)
    for who in experts:
        w.call(OPERA, "POST", "/v1/cases/{year}/experts", {"email": who}, **year)
    w.call(OPERA, "DELETE", "/v1/cases/{year}/experts/{person}", person=w.ids[experts[0]], **year)
    people.good(OPERA, "POST", "/v1/cases/2026/experts", {"email": experts[0]})
    w.call(OPERA, "PUT", "/v1/cases/{year}/dates", dates(-2, -1, 1), **year)
    for who in experts:
        w.call(who, "PUT", "/v1/nominations/{case}/interest", {"conflict": False}, case=first)
        w.call(who, "PUT", "/v1/nominations/{case}/scores", {"scores": {"effect": 5, "novelty": 5}}, case=first)
    people.good(OPERA, "PUT", "/v1/cases/2026/dates", dates(-3, -2, -1))
    w.call(OPERA, "POST", "/v1/cases/{year}/release", {"reason": "the jury's result"}, **year)
    _cases_by_forms(w, experts)


def _cases_by_forms(w: Watched, experts: list[str]) -> None:
    """The next year's."""
    desks = {who: at_desk(w.people, who, "/desk/cases") for who in (OPERA, LI, *experts)}

    def send(who: str, page: str, path: str, typed: dict[str, Any], **at: str) -> str:
        desks[who].get(page)
        return w.send(desks[who], who, f"/desk/cases{path}", typed, year="2027", **at).url.path

    send(OPERA, "/desk/cases", "", FORM | {"categories": ["low-carbon-education"]} | in_form(0, 1, 2))
    school = {"category": "low-carbon-education", "title_en": "A school", "description_en": "Less"}
    first, second = (send(LI, NEXT, "/{year}/nominations", school) for _ in range(2))
    key = first.rpartition("/")[2]
    send(LI, second, "/{year}/{case}/take-back", {}, case=second.rpartition("/")[2])
    send(OPERA, first, "/{year}/{case}/eligibility", {"eligible": "yes", "reason": "it may"}, case=key)
    send(OPERA, NEXT, "/{year}/experts", {"email": experts[0]})
    send(OPERA, NEXT, "/{year}/experts/{person}/dismiss", {}, person=w.ids[experts[0]])
    for who in experts:
        send(OPERA, NEXT, "/{year}/experts", {"email": who})
    send(OPERA, NEXT, "/{year}/dates", in_form(-2, -1, 1))
    for who in experts:
        send(who, first, "/{year}/{case}/interest", {"conflict": "no"}, case=key)
        send(who, first, "/{year}/{case}/scores", {"scores_effect": 5, "scores_novelty": 5}, case=key)
    send(OPERA, NEXT, "/{year}/dates", in_form(-3, -2, -1))
    send(OPERA, NEXT, "/{year}/release", {"reason": "the jury's result"})


def _tokens_and_approvals(w: Watched) -> None:
    made = w.call(LI, "POST", "/v1/tokens", {"name": "for the mill", "roles": ["editor"]})
    w.call(LI, "DELETE", "/v1/tokens/{token}", token=made["id"])
    desk = tab(w.people, LI)
    desk.get("/organisation")
    w.send(desk, LI, "/organisation/tokens", {"name": "for a page", "use": "bearer", "roles": ["editor"], "days": "9"})
    (token,) = (row.subject for row in w.noted["POST /organisation/tokens"])
    desk.get("/organisation")
    w.send(desk, LI, "/organisation/tokens/{token}/end", {}, token=token.partition("/")[2])

    waiting = w.people.good(SECOND, "GET", "/v1/approvals?state=proposed")["approvals"]
    known = {one["operation"]: one["id"] for one in waiting}
    desk = tab(w.people, SECOND)
    desk.get("/organisation")
    confirm, refuse = ("/organisation/approvals/{approval}/" + word for word in ("confirm", "refuse"))
    w.send(desk, SECOND, confirm, {}, approval=known["release the cases of a year"])
    w.send(desk, SECOND, refuse, {}, approval=known["withdraw a record"])


def _operator_keys(w: Watched) -> None:
    where = ("--home", w.people.home)
    label, record, targets = (
        done_here("keys", "list", "--in-force", use, *where).strip() for use in ("label", "record", "targets")
    )
    told = {"operation": "retire a key", "subject": record, "reason": "old"}
    for word in ("refuse", "confirm"):
        approval = w.call(OPERA, "POST", "/v1/approvals", told)["id"]
        w.call(SECOND, "POST", f"/v1/approvals/{{approval}}/{word}", approval=approval)

    desk, why = tab(w.people, OPERA), {"reason": "old"}
    for kid, word, typed in (
        (label, "retire", {}),
        (label, "compromise", {"compromised_from": 3}),
        (targets, "destroy", {}),
    ):
        desk.get(f"/desk/keys/{kid}")
        w.send(desk, OPERA, f"/desk/keys/{{kid}}/{word}", why | typed, kid=kid)
    draft = w.people.home.with_name("next.json")
    done_here("keys", "draft-root", "--out", draft, *where)
    desk.get("/desk/keys/root")
    with w.step("POST /desk/keys/root", OPERA):
        desk.upload("/desk/keys/root", ("next.json", draft.read_bytes()), **why)
    desk = tab(w.people, SECOND)
    desk.get("/desk/keys")
    for word in ("confirm", "refuse"):
        approval = next(action for action in desk.forms() if action.endswith(f"/{word}")).split("/")[-2]
        w.send(desk, SECOND, f"/desk/keys/approvals/{{approval}}/{word}", {}, approval=approval)


def _colleagues(w: Watched) -> None:
    people = w.people
    w.call(LI, "POST", "/v1/invitations", {"email": WEI, "roles": ["editor"]})
    accepted = {"link": people.link(WEI, "invited to act"), "name": "Wei", "password": PASSWORD}
    w.call(None, "POST", "/v1/invitations/accept", accepted)
    people.signed_in(WEI)
    wei = w.ids[WEI] = people.good(WEI, "GET", "/v1/session")["person"]
    with w.step("PUT /v1/session/second-factor", WEI):
        people.enrol(WEI)
    w.call(LI, "PUT", "/v1/people/{person}/roles", {"roles": ["editor", "signer"]}, person=wei)
    w.call(LI, "DELETE", "/v1/people/{person}/second-factor", person=wei)
    w.call(LI, "DELETE", "/v1/people/{person}", person=wei)

    desk = tab(people, LI)
    for email in (NINA, OLE):
        desk.get("/organisation")
        w.send(desk, LI, "/organisation/invitations", {"email": email, "roles": ["editor"]})
    visitor = tab(people)
    link = people.link(NINA, "invited to act")
    visitor.get(f"/invitation/{link}")
    w.send(visitor, None, "/invitation/{link}", {"name": "Nina", "password": PASSWORD}, link=link)
    (nina,) = (row.subject.partition("/")[2] for row in w.noted["POST /invitation/{link}"])
    w.ids[NINA] = nina
    path = "/organisation/people/{person}"
    desk.get(path.format(person=nina))
    w.send(desk, LI, f"{path}/roles", {"roles": ["editor", "signer"]}, person=nina)
    (waiting,) = people.good(LI, "GET", "/v1/people")["invitations"]
    desk.get("/organisation")
    w.send(desk, LI, "/organisation/invitations/{invitation}/end", {}, invitation=waiting["id"])
    w.call(LI, "POST", "/v1/invitations", {"email": OLE, "roles": ["editor"]})
    (waiting,) = people.good(LI, "GET", "/v1/people")["invitations"]
    w.call(LI, "DELETE", "/v1/invitations/{invitation}", invitation=waiting["id"])


def _accounts(w: Watched) -> None:
    people = w.people
    browser = tab(people)
    browser.get("/sign-in")
    w.send(browser, NINA, "/sign-in", {"email": NINA, "password": PASSWORD})
    w.send(browser, NINA, "/organisation/password", {"old": PASSWORD, "new": NEW_PASSWORD})
    browser.get("/sign-in/second-factor")
    people.secrets[NINA] = _secret_on(browser)
    w.send(browser, NINA, "/sign-in/second-factor", {"code": people.code(NINA)})
    w.send(browser, NINA, "/sign-out", {})
    browser.fill("/sign-in", email=NINA, password=NEW_PASSWORD)
    w.send(browser, NINA, "/sign-in/code", {"code": people.code(NINA, 1)})
    desk, path = tab(people, LI), "/organisation/people/{person}"
    desk.get(path.format(person=w.ids[NINA]))
    w.send(desk, LI, f"{path}/second-factor", {}, person=w.ids[NINA])
    desk.get("/organisation")
    desk.get(f"/organisation/people/{w.ids[NINA]}")
    w.send(desk, LI, f"{path}/remove", {}, person=w.ids[NINA])

    _organisations(w)
    told = w.call(None, "POST", "/v1/session", {"email": LI, "password": PASSWORD})
    people.sessions[LI] = told["session"]
    told = w.call(LI, "PUT", "/v1/password", {"old": PASSWORD, "new": NEW_PASSWORD})
    people.sessions[LI] = told["session"]
    w.call(LI, "DELETE", "/v1/session")
    people.signed_in(OPERA)
    told = w.call(OPERA, "POST", "/v1/session/code", {"code": people.code(OPERA, 1)})
    people.sessions[OPERA] = told["session"]
    w.call(None, "POST", "/v1/password-resets", {"email": LI})
    reset = {"link": people.link(LI, "within 30 minutes"), "password": PASSWORD}
    w.call(None, "PUT", "/v1/password-resets", reset)
    browser = tab(people)
    browser.get("/reset")
    w.send(browser, None, "/reset", {"email": CARL})
    link = people.link(CARL, "within 30 minutes")
    browser.get(f"/reset/{link}")
    w.send(browser, CARL, "/reset/{link}", {"password": NEW_PASSWORD}, link=link)


def _organisations(w: Watched) -> None:
    """Carl comes to act for the maker too, and goes from one to the other."""
    people = w.people
    people.good(LI, "POST", "/v1/invitations", {"email": CARL, "roles": ["editor"]})
    accepted = {"link": people.link(CARL, "Maker Works")}
    assert people.call(None, "POST", "/v1/invitations/accept", accepted).status_code == 204
    told = w.call(CARL, "PUT", "/v1/session/member", {"member": MAKER.id})
    people.sessions[CARL] = told["session"]
    desk = tab(people, CARL)
    desk.get("/sign-in/organisation")
    w.send(desk, CARL, "/sign-in/organisation", {"member": CHECKER.id})
    people.sessions[CARL] = f"carbonlabel-session_{desk.cookie}"


def _secret_on(browser: Tab) -> bytes:
    shown = _SECRET.search(browser.html)
    assert shown is not None
    return b32decode(shown[0].replace(" ", ""))


def test_every_route_that_writes_leaves_a_note(watched: Watched) -> None:
    with closing(reopened(watched.people)) as registry:
        routes = declared(create_app(registry))
    writing = {f"{route.method} {route.path}" for route in routes if route.method not in ("GET", "HEAD")}
    assert writing - watched.noted.keys() == LEAVES_NO_NOTE.keys(), "try the new route above, or say why it need not"
    assert watched.noted.keys() <= writing


def test_the_trail_has_no_secret_and_nothing_of_a_person_but_an_id(watched: Watched) -> None:
    people = watched.people
    secrets = [*people.sessions.values(), PASSWORD, NEW_PASSWORD, *(quote(who) for who in people.sessions)]
    said = "".join(repr(row) for row in watched.trail())
    for word in (*secrets, "@", "Wei", "Nina", "Mei Lin", "555 0199", "carbonlabel_"):
        assert word.removeprefix("carbonlabel-session_") not in said, word


def test_it_says_what_changed(watched: Watched) -> None:
    (row,) = watched.noted["PUT /v1/declarations/{declaration}"]
    assert (row.action, row.owner_id, row.member_id) == ("changed", MAKER.id, MAKER.id)
    assert b'{"path":"/product_name/en","before":"Steel beam","after":"Another beam"}' in row.changed
    (row,) = watched.noted["PUT /v1/members/{member}"]
    assert b'{"path":"/name/en","before":"Maker Works","after":"Maker Works Ltd"}' in row.changed
    (row,) = watched.noted["PUT /v1/people/{person}/roles"]
    assert row.changed == b'[{"path":"/roles","before":"editor","after":"editor signer"}]'
    (row,) = watched.noted["POST /v1/declarations/{declaration}/publish"]
    assert (row.who, row.member_id, row.owner_id) == (f"person/{watched.ids[OPERA]}", OPERATOR, MAKER.id)


def test_the_trail_is_read_over_http_by_whom_it_concerns(watched: Watched) -> None:
    people = watched.people
    for who in (CARL, LI):
        people.signed_in(who, NEW_PASSWORD if who == CARL else PASSWORD)
    people.sessions[CARL] = people.good(CARL, "POST", "/v1/session/code", {"code": people.code(CARL, 1)})["session"]
    everything = people.good(OPERA, "GET", "/v1/audit")
    assert everything["next"] is None
    assert [step["id"] for step in everything["steps"]] == [row.id for row in watched.trail()]
    for who, member in ((LI, MAKER.id), (CARL, CHECKER.id)):
        mine = people.good(who, "GET", "/v1/audit")["steps"]
        assert mine
        assert all(member in (step["owner"], step["member"]) for step in mine)
        assert people.call(who, "GET", "/v1/audit?member=operator").status_code == 403
    lines = people.call(OPERA, "GET", f"/v1/audit?format=ndjson&member={MAKER.id}")
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    makers = people.good(OPERA, "GET", f"/v1/audit?member={MAKER.id}")["steps"]
    assert len(lines.text.splitlines()) == len(makers) > 20
    assert people.call(OPERA, "GET", "/v1/audit?format=csv").text.startswith("id,at,who,member,")
    assert people.call(OPERA, "GET", "/v1/audit?from=yesterday").status_code == 400


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_trail_has_a_page_in_both_languages(watched: Watched, language: str) -> None:
    desk = tab(watched.people, OPERA, language)
    desk.get("/organisation")
    assert "/audit" in {link["href"] for link in desk.document.all("a")}
    assert desk.get("/audit").status_code == 200
    word = {"en": ("submitted", "organisation maker", "Older"), "zh": ("提交", "组织 maker", "更早")}[language]
    (row,) = watched.noted["PUT /v1/members/{member}"]
    assert row.subject == "member/maker"
    desk.get("/audit?subject=member/maker")
    assert "Maker Works → Maker Works Ltd" in desk.text
    assert word[1] in desk.text
    assert desk.get("/audit?from=x").status_code == 400
    csv = desk.get("/audit.csv?subject=member/maker")
    assert "attachment" in csv.headers["content-disposition"]
    mine = [row for row in watched.trail() if row.subject == "member/maker"]
    assert len(csv.text.splitlines()) == 1 + len(mine)
    assert tab(watched.people).get("/audit").url.path == "/sign-in"
