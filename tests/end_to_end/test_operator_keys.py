"""The registry's keys at their desk: one person of the operator proposes, another confirms, then a command goes on."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from registry.accounts import sessions
from registry.accounts.browser import COOKIE
from registry.accounts.sessions import Stage
from registry.database.people_tables import MembershipRow, PersonRow
from registry.pages.desk_words import WORDS
from registry.registry import OPERATOR, utc_now
from registry.web.app import create_app
from tests.end_to_end.commands import carbonlabel_here, done_here
from tests.end_to_end.desks import Tab
from tests.end_to_end.people import LI, OPERA, SECOND, People, people_at_work, problem
from tests.end_to_end.test_desks import tab
from tests.world import MAKER, new_registry

DESK = "/desk/keys"
WHY = {"reason": "It is two years old"}
THIRD = "third@operator.example"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, SECOND: OPERATOR, LI: MAKER.id}
    with people_at_work(tmp_path_factory.mktemp("keys") / "home", everybody) as people:
        until = time.monotonic() + 60
        while not (people.home / "root" / "published").exists():  # the first publication holds the ceremony
            assert time.monotonic() < until
            time.sleep(0.1)
        yield people


def in_force(people: People, use: str) -> str:
    return done_here("keys", "list", "--in-force", use, "--home", people.home).strip()


def refused(people: People, *words: object) -> str:
    """What the command says that does not go on."""
    ended = carbonlabel_here("keys", *words, "--home", people.home)
    assert ended.code == 2, ended
    return ended.err


def proposed(people: People, path: str, **typed: object) -> Tab:
    """The desk of who proposed, by the form at ``path``."""
    here = tab(people, OPERA)
    here.get(path.rpartition("/")[0])
    assert here.fill(path, **(WHY | typed)).status_code == 200
    assert "Another person of the operator confirms it here" in here.text
    return here


def deciding(here: Tab, word: str) -> list[str]:
    """Where the forms lead that confirm or refuse."""
    return [action for action in here.forms() if action.endswith(f"/{word}")]


def decided(people: People, word: str, who: str = SECOND) -> Tab:
    """The desk of a second person who has confirmed or refused the one thing that waits."""
    here = tab(people, who)
    here.get(DESK)
    (action,) = deciding(here, word)
    assert here.fill(action).status_code == 200
    assert not deciding(here, word)
    return here


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_desk_shows_every_key_and_opens_it(people: People, language: str) -> None:
    here = tab(people, OPERA, language)
    here.get(DESK)
    assert not here.document.all("script")
    for use in ("record", "label", "log", "targets", "snapshot", "timestamp"):
        kid = in_force(people, use)
        assert kid in here.text
        assert WORDS[f"key_use_{use}"].text(language) in here.text
        with_it = tab(people, OPERA, language)
        assert with_it.get(f"{DESK}/{kid}").status_code == 200
        word = "destroy_bundle" if use in ("targets", "snapshot", "timestamp") else f"retire_{use}"
        assert WORDS[f"key_{word}"].text(language) in with_it.text
        assert f"carbonlabel keys {'destroy' if 'bundle' in word else 'rotate'} {kid} --home HOME" in with_it.text
    for root in in_force(people, "root").split():
        assert root in here.text
    assert tab(people, OPERA, language).get(f"{DESK}/{'0' * 16}").status_code == 404


def test_a_key_is_retired_by_two_people_and_a_command(people: People) -> None:
    kid = in_force(people, "label")
    own = proposed(people, f"{DESK}/{kid}/retire")
    assert not deciding(own, "confirm")
    assert deciding(own, "refuse")  # to take it back
    assert "two people of the operator" in refused(people, "rotate", kid)
    second = tab(people, SECOND)
    second.get("/organisation")
    assert f"Retire key {kid}" in second.text
    assert not deciding(second, "confirm")  # only where it is told what it does
    second = decided(people, "confirm")
    assert "Labels in shops stay valid. A new key signs new labels" not in second.text
    assert f"carbonlabel keys rotate {kid} --home HOME" in second.text
    assert "has retired" in done_here("keys", "rotate", kid, "--home", people.home)
    second.get(DESK)
    assert f"carbonlabel keys rotate {kid}" not in second.text
    assert "retired" in second.text
    assert "two people of the operator" in refused(people, "rotate", in_force(people, "label"))


def test_what_is_agreed_on_is_compromised_from_that_index_and_no_other(people: People) -> None:
    kid = in_force(people, "record")
    proposed(people, f"{DESK}/{kid}/compromise", compromised_from=7)
    second = tab(people, SECOND)
    second.get(DESK)
    assert f"State that key {kid} is compromised from index 7 on" in second.text
    assert "Records from that index on: 0" in second.text
    decided(people, "confirm")
    assert f"{kid} 0" in refused(people, "compromise", kid, "--from", 0)
    assert "two people of the operator" in refused(people, "rotate", kid)
    assert "good only for records below 7" in done_here("keys", "compromise", kid, "--from", 7, "--home", people.home)


def test_a_root_is_read_before_it_is_confirmed_and_a_key_destroyed_after_it(people: People, tmp_path: Path) -> None:
    old, draft, where = in_force(people, "timestamp"), tmp_path / "next.json", ("--home", people.home)
    said = done_here("keys", "draft-root", "--role", "timestamp", "--out", draft, *where)
    digest = said.partition("SHA-256 ")[2].partition(":")[0]
    here = tab(people, OPERA)
    here.get(f"{DESK}/root")
    assert here.upload(f"{DESK}/root", (draft.name, b"no root"), **WHY).status_code == 400
    assert WHY["reason"] in here.html  # what was typed stays
    here.upload(f"{DESK}/root", (draft.name, draft.read_bytes()), **WHY)
    for who in (OPERA, SECOND):
        shown = tab(people, who)
        shown.get(DESK)
        assert f"SHA-256 {digest}" in shown.text
        assert "(new)" in shown.text
        assert f"no more: {old}" in shown.text
    (new,) = (path for path in (people.home / "keys").glob("timestamp-*.pem") if old not in path.name)
    new.rename(new.with_suffix(".away"))
    shown.get(DESK)
    assert "This home holds no key of those for the bundle: timestamp" in shown.text
    new.with_suffix(".away").rename(new)
    decided(people, "confirm")
    assert "This home holds no key" not in shown.get(DESK).text
    for _ in range(2):
        done_here("keys", "sign-root", draft, "--root-keys", people.home / "keys" / "root")
    assert "root 2 is in force" in done_here("keys", "install-root", draft, *where)

    assert f"destroy a key of the bundle, {old}" in refused(people, "destroy", old)
    proposed(people, f"{DESK}/{old}/destroy")
    decided(people, "confirm")
    assert f"destroyed: {old}" in done_here("keys", "destroy", old, *where)
    here.get(DESK)
    assert old not in here.text
    assert "Root 2, good until" in here.text


def test_it_is_refused_and_taken_back(people: People) -> None:
    kid = in_force(people, "log")
    proposed(people, f"{DESK}/{kid}/retire")
    decided(people, "refuse")
    assert "two people of the operator" in refused(people, "rotate", kid)
    proposed(people, f"{DESK}/{kid}/retire")
    decided(people, "refuse", OPERA)
    assert "two people of the operator" in refused(people, "rotate", kid)


def test_who_proposed_does_not_confirm_with_a_stolen_address(people: People) -> None:
    own = proposed(people, f"{DESK}/{in_force(people, 'log')}/retire")
    (taking_back,) = deciding(own, "refuse")
    assert own.post(taking_back.replace("/refuse", "/confirm"), own.forms()[taking_back]).status_code == 403
    decided(people, "refuse")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"compromised_from": "all"}, "compromised_from"),
        ({"compromised_from": "99999"}, "compromised_from"),
        ({"compromised_from": "0", "reason": " "}, "reason"),
    ],
)
def test_what_is_wrong_with_a_proposal_is_said_where_it_was_typed(
    people: People, typed: dict[str, str], field: str
) -> None:
    here, path = tab(people, OPERA), f"{DESK}/{in_force(people, 'label')}"
    here.get(path)
    assert here.fill(f"{path}/compromise", **(WHY | typed)).status_code == 400
    (wrong,) = (one for one in here.document.all("input") if "aria-invalid" in one)
    assert wrong["name"] == field
    assert wrong["value"] == (WHY | typed)[field]


def test_keys_are_proposed_over_the_api(people: People) -> None:
    told = {
        "operation": "state that a key is compromised",
        "subject": in_force(people, "label"),
        "reason": "a laptop is gone",
    }
    for wrong in (
        told,
        told | {"compromised_from": -1},
        told | {"compromised_from": 99_999},
        told | {"compromised_from": 0, "subject": "0" * 16},
        told | {"operation": "destroy a key of the bundle"},
        told | {"operation": "put a root in force"},
        told | {"operation": "put a root in force", "root": "{}"},
        told | {"operation": "withdraw a record", "subject": "7"},
        told | {"operation": "release the cases of a year", "subject": "2026"},
    ):
        problem(people.call(OPERA, "POST", "/v1/approvals", wrong), 400)
    proposal = people.good(OPERA, "POST", "/v1/approvals", told | {"compromised_from": 5})
    assert proposal["subject"] == f"{told['subject']} 5"
    problem(people.call(OPERA, "POST", "/v1/approvals", told | {"compromised_from": 5}), 409)
    people.good(SECOND, "POST", f"/v1/approvals/{proposal['id']}/refuse")


def test_a_third_person_confirms_whom_the_home_invites(people: People) -> None:
    """What the runbooks advise where the second cannot be reached."""
    kid = in_force(people, "log")
    proposed(people, f"{DESK}/{kid}/retire")
    people.come_in(THIRD, done_here("person", "invite", THIRD, "--home", people.home).strip().rpartition("/")[2])
    decided(people, "confirm", THIRD)
    assert "has retired" in done_here("keys", "rotate", kid, "--home", people.home)


@pytest.mark.parametrize(("language", "words"), [("en", "one person so far"), ("zh", "目前只有一人")])
def test_one_person_alone_is_told_that_nobody_could_confirm(tmp_path: Path, language: str, words: str) -> None:
    with closing(new_registry(tmp_path / "home")) as registry:
        now = utc_now()
        with registry.database.writing() as session:
            told = {"id": "ann", "email": "ann@operator.example", "name": "Ann", "password_hash": ""}
            session.add(PersonRow(**told, created_at=now, password_at=now))
            session.flush()
            session.add(MembershipRow(person_id="ann", member_id=OPERATOR, roles="operator", created_at=now))
            secret = sessions.begin(session, "ann", OPERATOR, Stage.FULL, now)
        app = create_app(registry)

        async def read() -> str:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:  # ty: ignore[invalid-argument-type]
                headers = {"cookie": f"{COOKIE}={secret}", "accept-language": language}
                return (await http.get(f"https://id.example.org{DESK}", headers=headers)).text

        page = asyncio.run(read())
        assert words in page
        assert WORDS["keys_no_root"].text(language) in page
