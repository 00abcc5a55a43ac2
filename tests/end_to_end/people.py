"""A registry whose people call it over HTTP: as programs, with a session in the header, and as browsers, with a
cookie."""

import base64
import email
import email.policy
import re
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from registry.accounts.second_factor import STEP, code_at
from registry.registry import OPERATOR, Registry
from tests.end_to_end.commands import Serving, done_here
from tests.registry.accounts.desk import CHEAP
from tests.world import CHECKER, MAKER, RIVAL, new_registry

PASSWORD = "correct horse battery staple"
OPERA, SECOND = "opera@operator.example", "second@operator.example"
LI, WEI = "li@maker.example", "wei@maker.example"
RITA, CARL = "rita@rival.example", "carl@checker.example"
PEOPLE = {OPERA: OPERATOR, SECOND: OPERATOR, LI: MAKER.id, RITA: RIVAL.id, CARL: CHECKER.id}
_LINK = re.compile(r"/(?:reset|invitation)/([A-Za-z0-9_-]{43})\b")
_PATIENCE = 20.0


class People:
    """The registry at work, and everybody's sessions."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=30)
        self.sessions: dict[str, str] = {}
        self.secrets: dict[str, bytes] = {}

    def call(self, who: str | None, method: str, path: str, json: object = None) -> httpx.Response:
        """A call by whoever is signed in as ``who``, or with a token; None: by nobody."""
        bearer = None if who is None else self.sessions.get(who, who)
        headers = {} if bearer is None else {"authorization": f"Bearer {bearer}"}
        return self.http.request(method, path, json=json, headers=headers)

    def good(self, who: str | None, method: str, path: str, json: object = None) -> Any:
        """A call that must succeed; the JSON of its answer, if there is any."""
        answer = self.call(who, method, path, json)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def signed_in(self, who: str, password: str = PASSWORD) -> dict[str, Any]:
        """The first step of signing in; the session takes the place of an earlier one."""
        told = self.good(None, "POST", "/v1/session", {"email": who, "password": password})
        self.sessions[who] = told["session"]
        return told

    def enrol(self, who: str) -> None:
        """Sets up a second factor."""
        told = self.good(who, "POST", "/v1/session/second-factor")
        self.secrets[who] = _from_base32(told["secret"])
        done = self.good(who, "PUT", "/v1/session/second-factor", {"code": self.code(who)})
        assert done["stage"] == "full"
        self.sessions[who] = done["session"]

    def code(self, who: str, steps: int = 0) -> str:
        """The code that the app of ``who`` shows, so many steps later."""
        return code_at(self.secrets[who], int(time.time()) // STEP + steps)

    def come_in(self, who: str, link: str) -> None:
        """Accepts an invitation and signs in, with a second factor where it is needed."""
        name = who.partition("@")[0].title()
        accepted = {"link": link, "name": name, "password": PASSWORD}
        assert self.call(None, "POST", "/v1/invitations/accept", accepted).status_code == 204
        if self.signed_in(who)["stage"] == "enrolment":
            self.enrol(who)

    def letters(self, to: str) -> list[str]:
        """The text of every letter to an address so far, oldest first."""
        found = []
        for file in sorted((self.home / "outbox").glob("*.eml")):
            content = file.read_bytes()
            if to.encode() not in content:  # reading a letter takes a hundred times as long
                continue
            letter = email.message_from_bytes(content, policy=email.policy.default)
            if letter["to"] == to:
                found.append(letter.get_content())
        return found

    def letter(self, to: str, containing: str, number: int = 1) -> str:
        """The newest letter to an address with these words, once so many have come."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            found = [text for text in self.letters(to) if containing in text]
            if len(found) >= number:
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(f"no letter to {to} says {containing!r}: {self.letters(to)}")

    def link(self, to: str, containing: str, number: int = 1) -> str:
        """The secret of the link in such a letter."""
        found = _LINK.search(self.letter(to, containing, number))
        assert found is not None
        return found[1]


@contextmanager
def people_at_work(home: Path, everybody: dict[str, str] | None = None) -> Generator[People]:
    """A registry that is served, with these people of these members signed in."""
    with closing(new_registry(home, {}, verify_per_minute=0, mail="folder:outbox", **CHEAP)):
        pass
    links = {
        who: done_here("person", "invite", who, "--member", member, "--home", home).strip().rpartition("/")[2]
        for who, member in (PEOPLE if everybody is None else everybody).items()
    }
    with Serving(home) as serving:
        people = People(home, serving.url)
        for who, link in links.items():
            people.come_in(who, link)
        yield people
        people.http.close()


def reopened(people: People) -> Registry:
    """The registry itself, beside the server."""
    return Registry.open(people.home, {})


def problem(answer: httpx.Response, status: int, slug: str | None = None) -> dict[str, Any]:
    """The problem document that an answer is, of this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert slug is None or told["type"] == f"urn:carbonlabel:problem:{slug}", told
    return told


def _from_base32(text: str) -> bytes:
    plain = text.replace(" ", "")
    return base64.b32decode(plain + "=" * (-len(plain) % 8))
