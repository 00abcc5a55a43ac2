"""The desks in a browser without a script, in both languages: apply, accept, sign in, run an organisation. And what a
hostile page, a stolen form or another organisation can do there: nothing."""

import re
from base64 import b32decode
from collections.abc import Iterator

import pytest

from registry.pages.desk_words import WORDS
from registry.registry import OPERATOR
from schemas.member import MemberKind
from schemas.text import in_language
from tests.end_to_end.commands import done_here
from tests.end_to_end.desks import Tab
from tests.end_to_end.people import CARL, LI, OPERA, PASSWORD, PEOPLE, RITA, SECOND, People, people_at_work
from tests.end_to_end.test_joining import published
from tests.world import CHECKER, MAKER, RIVAL

JOINING = {
    "name_en": "Lime & <b>Kiln</b>",
    "name_zh": "石灰窑",
    "kind": "research",
    "ids": "urn:lei:529900T8BM49AURSDO55",
    "country": "CN",
    "plans": ["carbon-zero-space", "low-carbon-products"],
    "contact_name": "Kim",
    "email": "kim@kiln.example",
}
PAGES = ["/join", "/sign-in", "/reset"]
WITHIN = ["/organisation", "/applications", "/sign-in/code", "/sign-in/second-factor", "/sign-in/organisation"]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with people_at_work(tmp_path_factory.mktemp("desks") / "home") as people:
        yield people


def tab(people: People, who: str | None = None, language: str = "en") -> Tab:
    """A browser; signed in with the session of ``who``."""
    opened = Tab(people.http, language)
    if who is not None:
        opened.cookie = people.sessions[who].removeprefix("carbonlabel-session_")
    return opened


@pytest.mark.parametrize("who", [LI, CARL, OPERA])
def test_every_desk_that_is_shown_opens_and_says_where_one_is(people: People, who: str) -> None:
    here = tab(people, who)
    here.get("/organisation")
    ways = here.ways()
    assert ways[0] == ("/organisation", True)
    for path, _ in ways:
        assert here.get(path).status_code == 200
        assert [way for way, is_here in here.ways() if is_here] == [path]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_private_and_without_a_script(people: People, path: str, language: str) -> None:
    here = tab(people, language=language)
    answer = here.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    document = here.document
    assert not document.all("script")
    assert all("style" not in attributes for _, attributes in document.elements)
    ids = set(document.ids())
    assert len(ids) == len(document.ids())
    assert {label["for"] for label in document.all("label")} <= ids
    named = [one for tag in ("input", "select") for one in document.all(tag) if one.get("type") != "hidden"]
    assert {one["id"] for one in named} == {label["for"] for label in document.all("label")}
    assert document.all("html") == [{"lang": "zh-CN" if language == "zh" else "en"}]
    assert len(document.all("h1")) == 1
    assert len(here.html.encode()) < 30_000


@pytest.mark.parametrize("path", WITHIN)
def test_whoever_is_not_signed_in_is_sent_to_do_so(people: People, path: str) -> None:
    for cookie in ("", "A" * 43, "x", "%00; lang=zh"):
        here = tab(people)
        here.cookie = cookie
        assert here.get(path).url.path == "/sign-in"


def test_an_organisation_applies_on_the_page_and_the_operator_approves_on_its_own(people: People) -> None:
    here = tab(people)
    here.get("/join")
    assert here.fill("/join", **JOINING | {"ids": "no urn"}).status_code == 400
    assert here.forms()["/join"]["name_en"] == JOINING["name_en"]  # what was typed stays
    assert "Identifier" in here.text
    assert {"aria-invalid": "true"}.items() <= next(
        one.items() for one in here.document.all("input") if one["name"] == "ids"
    )
    assert here.fill("/join", **JOINING).status_code == 200
    assert "kim@kiln.example" in here.text

    operator = tab(people, OPERA)
    operator.get("/applications")
    assert "Lime & <b>Kiln</b>" in operator.text  # as text: no element of theirs
    assert not operator.document.all("b")
    (approving,) = [action for action in operator.forms() if action.endswith("/approve")]
    assert operator.fill(approving, member_id="Not an id").status_code == 400
    operator.fill(approving, member_id="kiln")
    assert "No application waits" in operator.text

    invited = tab(people)
    invited.get(f"/invitation/{people.link('kim@kiln.example', 'Kiln')}")
    (accepting,) = invited.forms()
    assert invited.fill(accepting, name="Kim", password="short").status_code == 400
    assert invited.fill(accepting, name="Kim", password=PASSWORD).url.path == "/sign-in"
    invited.fill("/sign-in", email="kim@kiln.example", password=PASSWORD)
    assert invited.answer.url.path == "/organisation"
    assert "Editor, Expert, Signer" in invited.text


def test_an_application_is_refused_on_the_page(people: People) -> None:
    here = tab(people, language="zh")
    here.get("/join")
    here.fill("/join", **JOINING | {"name_en": "Second Kiln", "email": "two@kiln.example"})
    assert "two@kiln.example" in here.text
    operator = tab(people, OPERA, "zh")
    operator.get("/applications")
    (refusing,) = [action for action in operator.forms() if action.endswith("/refuse")]
    operator.fill(refusing, reason="Known already")
    assert "没有待审核的申请" in operator.text
    assert "Known already" in people.letter("two@kiln.example", "was not accepted")


def test_every_desk_is_in_both_languages(people: People) -> None:
    for who in (OPERA, LI, CARL):
        for language, word in (("en", "Change the password"), ("zh", "更改密码")):
            here = tab(people, who, language)
            assert here.get("/organisation").status_code == 200
            assert word in here.text
            assert not re.search(r"[a-z]+_[a-z]+", here.text.replace("__Host", "")), here.text
    here = tab(people, LI, "en")
    here.get("/organisation?lang=zh")
    assert "更改密码" in here.text
    assert all(action.endswith("?lang=zh") for action in here.forms())


def test_colleagues_are_invited_and_removed_on_the_page(people: People) -> None:
    here = tab(people, LI)
    here.get("/organisation")
    assert here.fill("/organisation/invitations", email="nobody", roles="editor").status_code == 400
    assert here.fill("/organisation/invitations", email="ann@maker.example", roles=[]).status_code == 400
    here.fill("/organisation/invitations", email="ann@maker.example", roles=["editor"])
    assert "ann@maker.example" in here.text
    ann = tab(people)
    ann.get(f"/invitation/{people.link('ann@maker.example', 'Maker Works')}")
    (accepting,) = ann.forms()
    ann.fill(accepting, name="Ann <script>", password=PASSWORD)
    ann.fill("/sign-in", email="ANN@maker.example", password=PASSWORD)
    assert "/organisation/invitations" not in ann.forms()
    assert "/organisation/tokens" not in ann.forms()
    here.get("/organisation")
    assert "Ann <script>" in here.text
    assert not here.document.all("script")
    (one,) = [one for one in people.good(LI, "GET", "/v1/people")["people"] if one["email"] == "ann@maker.example"]
    page = f"/organisation/people/{one['id']}"
    foreign = tab(people, RITA)
    foreign.get("/organisation")
    token = {"form_token": foreign.forms()["/sign-out"]["form_token"]}
    assert foreign.post(f"{page}/remove", token).status_code == 404
    here.get(page)
    here.fill(f"{page}/remove")
    assert "Ann" not in here.text
    assert ann.get("/organisation").url.path == "/sign-in"


def test_who_made_a_token_is_said_and_it_can_end_with_their_going(people: People) -> None:
    people.good(LI, "POST", "/v1/invitations", {"email": "tom@maker.example", "roles": ["signer"]})
    people.come_in("tom@maker.example", people.link("tom@maker.example", "Maker Works"))
    tom = people.good("tom@maker.example", "GET", "/v1/session")["person"]
    wanted = {"roles": ["editor"], "days": 365}
    made = [
        people.good("tom@maker.example", "POST", "/v1/tokens", wanted | {"name": name})["token"]
        for name in ("scales", "lorry")
    ]
    here, page = tab(people, LI), f"/organisation/people/{tom}"
    here.get("/organisation")
    assert here.html.count('data-label="Made by"><bdi>Tom</bdi>') == 2
    here.get(page)
    assert "End them too: lorry, scales" in here.text
    here.fill(f"{page}/remove", tokens=[])
    assert here.html.count('data-label="Made by"><bdi>Tom, here no more</bdi>') == 2
    assert [people.call(token, "GET", "/v1/declarations").status_code for token in made] == [200, 200]
    people.good(LI, "POST", "/v1/invitations", {"email": "tom@maker.example", "roles": ["editor"]})
    people.come_in("tom@maker.example", people.link("tom@maker.example", "Maker Works", 2))
    here.get(page)
    here.fill(f"{page}/remove", tokens="end")
    assert "Tom" not in here.text
    assert [people.call(token, "GET", "/v1/declarations").status_code for token in made] == [401, 401]


def test_a_token_of_the_command_line_has_its_name_and_the_operator_s_roles(people: People) -> None:
    for name in ("nightly batch", ""):
        done_here("token", "create", "--member", OPERATOR, "--name", name, "--home", people.home)
    here = tab(people, OPERA)
    here.get("/organisation")
    rows = [row for row in re.findall(r"<tr.*?</tr>", here.html, re.DOTALL) if "on the command line" in row]
    assert sorted("nightly batch" in row for row in rows) == [False, True]
    for row in rows:
        assert "Operator" in row
        assert not any(role in row for role in ("Editor", "Signer", "Reviewer", "Expert"))


def test_a_token_is_made_shown_once_and_ended(people: People) -> None:
    here = tab(people, LI)
    here.get("/organisation")
    assert here.fill("/organisation/tokens", name="ERP", use="bearer", days="many").status_code == 400
    assert here.fill("/organisation/tokens", name="ERP", use="bearer", days="999").status_code == 400
    assert here.fill("/organisation/tokens", name="ERP", use="bearer", days="9", roles="operator").status_code == 400
    assert here.fill("/organisation/tokens", name="ERP", use="bearer", days="9", roles="editor").status_code == 200
    found = re.search(r"carbonlabel_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", here.text)
    assert found is not None
    assert people.call(found[0], "GET", "/v1/declarations").status_code == 200
    here.get("/organisation")
    assert found[0] not in here.html
    (ending,) = [action for action in here.forms() if f"/tokens/{found[0].split('_')[1]}" in action]
    here.fill(ending)
    assert people.call(found[0], "GET", "/v1/declarations").status_code == 401
    here.fill("/organisation/tokens", name="pipeline", use="client", days="9", roles="editor")
    assert "client_secret=" in here.text


def test_a_second_person_confirms_on_the_page(people: People) -> None:
    record = published(people)
    reason = {"reason": "The report was forged"}
    people.good(OPERA, "POST", f"/v1/records/{record}/withdraw", reason)
    own, other = tab(people, OPERA), tab(people, SECOND)
    own.get("/organisation")
    other.get("/organisation")
    assert not [action for action in own.forms() if action.endswith("/confirm")]
    (confirming,) = [action for action in other.forms() if action.endswith("/confirm")]
    assert f"Withdraw record {record}" in other.text
    stolen = {"form_token": own.forms()["/sign-out"]["form_token"]}
    assert own.post(confirming, stolen).status_code == 403
    other.fill(confirming)
    assert people.good(OPERA, "GET", "/v1/approvals?state=used")["approvals"][0]["subject"] == str(record)


def test_the_operator_s_page_proposes_an_invitation_which_a_second_person_confirms(people: People) -> None:
    own, other = tab(people, OPERA), tab(people, SECOND)
    own.get("/organisation")
    assert "another one has to confirm the invitation" in own.text
    third = {"email": "third@operator.example", "roles": ["operator"]}
    assert own.fill("/organisation/invitations", **third, reason="").status_code == 400
    own.fill("/organisation/invitations", **third, reason="We are two only")
    assert "Proposed: third@operator.example is invited once" in own.text
    other.get("/organisation?lang=zh")
    assert "邀请 third@operator.example 加入运营方" in other.text
    (confirming,) = [action for action in other.forms() if "/confirm" in action]
    other.fill(confirming)
    (waiting,) = people.good(OPERA, "GET", "/v1/people")["invitations"]
    assert people.link(third["email"], "invited to act")
    people.good(OPERA, "DELETE", f"/v1/invitations/{waiting['id']}")
    maker = tab(people, LI)
    maker.get("/organisation")
    assert "reason" not in maker.forms()["/organisation/invitations"]


# Signing in


def test_signing_in_takes_two_steps_with_a_second_factor(people: People) -> None:
    here = tab(people)
    here.get("/sign-in")
    here.fill("/sign-in", email=CARL, password=PASSWORD)
    assert here.answer.url.path == "/sign-in/code"
    half = here.cookie
    assert here.get("/organisation").url.path == "/sign-in"
    here.get("/sign-in/code")
    assert here.fill("/sign-in/code", code="000000").status_code == 401
    here.fill("/sign-in/code", code=people.code(CARL, 1))
    assert here.answer.url.path == "/organisation"
    assert here.cookie not in ("", half)
    replay = tab(people)
    replay.cookie = half
    assert replay.get("/sign-in/code").url.path == "/sign-in"  # the session of before has ended
    again = tab(people)
    again.get("/sign-in")
    again.fill("/sign-in", email=CARL, password=PASSWORD)
    assert again.fill("/sign-in/code", code=people.code(CARL, 1)).status_code == 401  # no code is good twice


def test_who_needs_a_second_factor_sets_it_up_first(people: People) -> None:
    people.good(CARL, "POST", "/v1/invitations", {"email": "dora@checker.example", "roles": ["reviewer"]})
    here = tab(people)
    here.get(f"/invitation/{people.link('dora@checker.example', CHECKER.name['en'])}")
    (accepting,) = here.forms()
    here.fill(accepting, name="Dora", password=PASSWORD)
    here.fill("/sign-in", email="dora@checker.example", password=PASSWORD)
    assert here.answer.url.path == "/sign-in/second-factor"
    assert here.document.all("svg")[0]["role"] == "img"
    assert here.get("/organisation").url.path == "/sign-in"
    here.get("/sign-in/second-factor")
    assert here.fill("/sign-in/second-factor", code="12345").status_code == 400
    secret = re.search(r"\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b", here.text)
    assert secret is not None
    people.secrets["dora"] = _base32(secret[0])
    here.fill("/sign-in/second-factor", code=people.code("dora"))
    assert here.answer.url.path == "/organisation"


def _base32(text: str) -> bytes:
    return b32decode(text.replace(" ", ""))


def test_the_answer_tells_nobody_whether_there_is_such_an_account(people: People) -> None:
    heard = set()
    for email in (LI, "nobody@maker.example", "nobody at all"):
        here = tab(people)
        here.get("/sign-in")
        answer = here.fill("/sign-in", email=email, password="not the right password")
        said = answer.text.replace(email, "")
        heard.add((answer.status_code, re.sub(r'nonce="[^"]*"', "", said), answer.headers.get("set-cookie")))
    assert len(heard) == 1
    heard = set()
    for email in (RITA, "nobody@rival.example"):
        here = tab(people)
        here.get("/reset")
        answer = here.fill("/reset", email=email)
        heard.add((answer.status_code, re.sub(r'nonce="[^"]*"', "", answer.text)))
    assert len(heard) == 1


def test_a_password_is_reset_by_a_link_that_is_good_once(people: People) -> None:
    here = tab(people)
    here.get("/reset")
    here.fill("/reset", email=SECOND)
    link = people.link(SECOND, "asked for a new password")
    for _ in range(3):  # to look at the page does not use it up
        assert here.get(f"/reset/{link}").status_code == 200
    assert here.fill(f"/reset/{link}", password="short").status_code == 400
    here.fill(f"/reset/{link}", password="another horse, another staple")
    assert here.answer.url.path == "/sign-in"
    assert "Your password is changed" in here.text
    assert here.get(f"/reset/{link}").status_code == 410
    assert tab(people).post(f"/reset/{link}", {"password": "a third horse and staple"}).status_code == 410
    assert people.call(SECOND, "GET", "/v1/session").status_code == 401
    assert people.http.get(f"/reset/{link[:-1]}", headers={"accept": "text/html"}).status_code == 410


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_acts_for_two_organisations_chooses_and_changes_on_the_page(people: People, language: str) -> None:
    both = f"{language}@both.example"
    for who, organisation in ((LI, "Maker Works"), (RITA, RIVAL.name["en"])):
        people.good(who, "POST", "/v1/invitations", {"email": both, "roles": ["editor"]})
        people.come_in(both, people.link(both, organisation))
    here = tab(people, language=language)
    here.get("/sign-in")
    here.fill("/sign-in", email=both, password=PASSWORD)
    assert here.answer.url.path == "/sign-in/organisation"
    assert {"en": "For which organisation", "zh": "代表哪个组织"}[language] in here.text
    assert both in here.text
    assert here.fill("/sign-in/organisation", member=CHECKER.id).status_code == 400
    here.get("/sign-in/organisation")
    here.fill("/sign-in/organisation", member=RIVAL.id)
    assert here.answer.url.path == "/organisation"
    name = in_language(RIVAL.name, language)
    assert name in here.document.text
    before = here.cookie
    here.fill("/sign-in/organisation", member=MAKER.id)
    assert here.answer.url.path == "/organisation"
    assert here.html.count("<h1>") == 1
    assert in_language(MAKER.name, language) in here.html.partition("<h1>")[2].partition("</h1>")[0]
    assert here.cookie != before
    alone = tab(people, LI, language)
    alone.get("/organisation")
    assert "/sign-in/organisation" not in alone.forms()


def test_setting_up_a_second_factor_says_for_whom_and_can_be_left(people: People) -> None:
    here = tab(people, LI)
    here.get("/sign-in/second-factor")
    assert LI in here.text
    assert "/organisation" in {link["href"] for link in here.document.all("a")}
    people.good(CARL, "POST", "/v1/invitations", {"email": "eve@checker.example", "roles": ["reviewer"]})
    link = people.link("eve@checker.example", CHECKER.name["en"])
    accepted = {"link": link, "name": "Eve", "password": PASSWORD}
    assert people.call(None, "POST", "/v1/invitations/accept", accepted).status_code == 204
    here = tab(people)
    here.get("/sign-in")
    here.fill("/sign-in", email="eve@checker.example", password=PASSWORD)
    assert here.answer.url.path == "/sign-in/second-factor"
    assert "eve@checker.example" in here.text
    here.fill("/sign-out")
    assert (here.answer.url.path, here.cookie) == ("/sign-in", "")


# Hostile


def test_a_session_that_somebody_else_handed_out_is_never_signed_in(people: People) -> None:
    here = tab(people)
    here.cookie = "B" * 43
    here.get("/sign-in")
    here.fill("/sign-in", email=LI, password=PASSWORD)
    assert here.answer.url.path == "/organisation"
    assert here.cookie != "B" * 43
    victim = tab(people)
    victim.cookie = here.cookie  # somebody signs in as another in a browser that is signed in
    victim.get("/sign-in")
    victim.fill("/sign-in", email=RITA, password=PASSWORD)
    assert victim.cookie != here.cookie
    assert here.get("/organisation").url.path == "/sign-in"  # the session of before has ended


FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "", "sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "none"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_that_another_site_sends_does_nothing(people: People, headers: dict[str, str]) -> None:
    here = tab(people, LI)
    here.get("/organisation")
    token = here.forms()["/sign-out"]["form_token"]
    for path, data in (
        ("/sign-out", {}),
        ("/organisation/invitations", {"email": "spy@evil.example", "roles": "signer"}),
        ("/organisation/tokens", {"name": "spy", "use": "bearer", "days": "9", "roles": "signer"}),
    ):
        assert here.send(path, data | {"form_token": token}, **headers).status_code == 403
    nobody = tab(people)
    assert nobody.send("/sign-in", {"email": LI, "password": PASSWORD}, **headers).status_code == 403
    assert "spy" not in str(people.good(LI, "GET", "/v1/people")) + str(people.good(LI, "GET", "/v1/tokens"))


def test_a_form_without_this_session_s_token_does_nothing(people: People) -> None:
    here, other = tab(people, LI), tab(people, OPERA)
    here.get("/organisation")
    other.get("/organisation")
    foreign = other.forms()["/sign-out"]["form_token"]
    own = here.forms()["/sign-out"]["form_token"]
    assert own != foreign
    for token in ({}, {"form_token": ""}, {"form_token": foreign}, {"form_token": own[:-1]}, {"form_token": "é"}):
        invited = {"email": "x@y.example", "roles": "editor", **token}
        assert here.send("/organisation/invitations", invited).status_code == 403
        assert here.send("/sign-out", {"sent": "", **token}).status_code == 403
    assert people.call(LI, "GET", "/v1/session").status_code == 200


def test_a_cookie_alone_does_not_call_the_api(people: People) -> None:
    here = tab(people, LI)
    headers = {"cookie": f"__Host-session={here.cookie}", "origin": people.url}
    for method, path in (("GET", "/v1/people"), ("POST", "/v1/tokens"), ("POST", "/v1/invitations")):
        assert people.http.request(method, path, headers=headers, json={}).status_code == 401


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_what_is_no_form_is_refused(people: People, kind: str) -> None:
    headers = {"origin": people.url, "content-type": kind}
    for path in ("/sign-in", "/join", "/reset"):
        assert people.http.post(path, content=b"email=x", headers=headers).status_code == 415


def test_a_form_of_a_thousand_fields_or_of_other_bytes_is_refused(people: People) -> None:
    headers = {"origin": people.url, "content-type": "application/x-www-form-urlencoded"}
    for body in (b"a=1&" * 1_000, b"email=\xff\xfe", b"email=%ff"):
        assert people.http.post("/sign-in", content=body, headers=headers).status_code == 400


def test_a_colleague_without_the_role_does_nothing_by_a_form(people: People) -> None:
    here = tab(people, LI)
    here.get("/organisation")
    token = {"form_token": here.forms()["/sign-out"]["form_token"]}
    for path in ("/applications/00000000-0000-4000-8000-000000000000/approve",):
        assert here.post(path, token | {"member_id": "x"}).status_code == 403
        assert "Not for you to do" in here.text
    nowhere = "00000000-0000-4000-8000-000000000000"
    assert here.post(f"/organisation/approvals/{nowhere}/confirm", dict(token)).status_code == 403


def test_signing_out_ends_the_session(people: People) -> None:
    here = tab(people)
    here.get("/sign-in")
    here.fill("/sign-in", email=RITA, password=PASSWORD)
    kept = here.cookie
    here.fill("/sign-out")
    assert here.cookie == ""
    here.cookie = kept
    assert here.get("/organisation").url.path == "/sign-in"


def test_changing_the_password_on_the_page(people: People) -> None:
    here = tab(people)
    here.get("/sign-in")
    here.fill("/sign-in", email=RITA, password=PASSWORD)
    assert here.fill("/organisation/password", old="wrong", new="another horse, another staple").status_code == 400
    before = here.cookie
    here.fill("/organisation/password", old=PASSWORD, new="another horse, another staple")
    assert here.answer.url.path == "/organisation"
    assert here.cookie != before
    assert "password was changed" in people.letter(RITA, "password was changed")


def test_every_kind_has_its_word_and_everybody_here_a_member() -> None:
    assert {f"kind_{kind}" for kind in MemberKind} <= set(WORDS)
    assert set(PEOPLE) >= {OPERA, SECOND, LI, RITA, CARL}
    for key, both in WORDS.items():
        assert both.en, key
        assert both.zh, key
        values = set(re.findall(r"\{(\w+)\}", both.en))
        assert set(re.findall(r"\{(\w+)\}", both.zh)) <= values, key
