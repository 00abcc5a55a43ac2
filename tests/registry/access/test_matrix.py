"""Every route, as every caller, on what is its own and on what is another's: as the rules say, from the route table.

A failure here says which route lets in whom it should not, or shuts out whom it should let in. Whoever adds a route
declares on it whom it admits (``registry.access.admission``), and for a new place in an address a thing (``things``).
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from litestar import Litestar
from msgspec import Struct

from registry.access.admission import ANYBODY, EVERY_CALLER, SCRAPER, Declared, Whose, declared
from registry.access.rules import RULES, Action, may, may_others
from registry.accounts.browser import COOKIE
from registry.accounts.sessions import form_token
from registry.registry import OPERATOR
from registry.web.app import create_app
from registry.web.service import SESSION_PREFIX
from tests.registry.access.things import OTHER, SECOND_BODY, TAKEN, Alliance, Known

SITE = "https://id.example.org"
ELSEWHERE = {"rest", "path", "link", "key", "name", "gln"}
"""Places in the addresses of what is open to anybody: nothing needs to be there."""

TAKES_PASSWORDS = {"/sign-in"}
"""Open to anybody, and answers an empty form as a wrong password."""

REFUSED = (HTTPStatus.FORBIDDEN,)
HIDDEN = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
UNKNOWN = (HTTPStatus.UNAUTHORIZED,)


class Call(Struct, frozen=True):
    """A route called by somebody, and how it has to be answered: None is anything but a refusal."""

    route: Declared
    path: str
    who: Known | None
    what: str
    refused: tuple[int, ...] | None

    def __str__(self) -> str:
        return f"{self.route.method} {self.path} as {self.who or 'nobody'}{self.what}"


@pytest.fixture(scope="module")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    alliance = Alliance(tmp_path_factory.mktemp("matrix") / "home")
    with closing(alliance.registry):
        yield alliance


def is_page(route: Declared) -> bool:
    """Whether people call it with a cookie, and not programs with a header."""
    return not route.path.startswith(("/v1/", "/oauth/"))


def calls(alliance: Alliance, routes: list[Declared]) -> Iterator[Call]:
    """Each route as each caller."""
    for route in routes:
        admits = route.admission
        if admits == SCRAPER:
            continue  # by the token for figures, or nothing: tests/end_to_end/test_operation.py
        nobody = None if admits == ANYBODY else UNKNOWN
        for action in admits.actions or (None,):
            path = address(alliance, route, OTHER, action)
            yield Call(route, path, None, "", nobody)
            for who in alliance.callers if nobody else ():
                if who.is_person or not is_page(route):
                    yield from as_caller(alliance, route, action, who)


def as_caller(alliance: Alliance, route: Declared, action: Action | None, who: Known) -> Iterator[Call]:
    """A route as one caller: on what is its own, and on what is another's, if the address names a thing."""
    own = Call(route, address(alliance, route, who.caller.member, action), who, "", None)
    if action is None:
        is_let_in = route.admission == EVERY_CALLER or who.is_person
        yield own if is_let_in else Call(route, own.path, who, "", UNKNOWN)
        return
    caller, whose = who.caller, route.admission.whose
    if whose is Whose.OTHERS:
        yield Call(route, own.path, who, "", None if may_others(caller, action) else REFUSED)
    elif whose is Whose.REGISTRY:
        yield Call(route, own.path, who, "", None if may(caller, action, OPERATOR) else REFUSED)
    else:
        yield Call(route, own.path, who, ", its own", None if may(caller, action, caller.member) else REFUSED)
        if "{" not in route.path:
            return
        path = address(alliance, route, OTHER, action)
        takes_a_person = RULES[action].two_people and not who.is_person
        is_allowed = whose is Whose.NAMED and may(caller, action, OTHER) and not takes_a_person
        refused = HIDDEN if whose is Whose.OWN else REFUSED
        yield Call(route, path, who, ", another's", None if is_allowed else refused)
        if RULES[action].assigned:
            path = address(alliance, route, TAKEN, action)
            is_allowed = may(caller, action, OTHER, SECOND_BODY.id)
            yield Call(route, path, who, ", assigned to another body", None if is_allowed else REFUSED)


def address(alliance: Alliance, route: Declared, owner: str, action: Action | None) -> str:
    """The route's address, with things of ``owner`` in its places."""

    def thing(place: re.Match[str]) -> str:
        named = place[1]
        if named in ELSEWHERE and route.admission == ANYBODY:
            return "x"
        found = alliance.things.get((named, action)) if action else None
        found = found or alliance.things.get(named)
        assert found, f"{route.path}: put a thing for {{{named}}} into tests/registry/access/things.py"
        return found[owner]

    return re.sub(r"\{(\w+)\}", thing, route.path)


async def answered(app: Litestar, wanted: list[Call]) -> list[str]:
    """Makes the calls; what was wrong."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(application)) as http:
        told = [(call, await http.send(sent(call))) for call in wanted]
    return [wrong for call, answer in told if (wrong := what_is_wrong(call, answer))]


def sent(call: Call) -> httpx.Request:
    """The request: with an empty form, or an empty object, which no route can take for anything."""
    method, url, who = call.route.method, f"{SITE}{call.path}", call.who
    has_body = method in ("POST", "PUT")
    if is_page(call.route):
        headers = {"origin": SITE, "accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
        headers |= {} if who is None else {"cookie": f"{COOKIE}={who.secret}"}
        form = {} if who is None else {"form_token": form_token(who.secret)}
        return httpx.Request(method, url, headers=headers, data=form if has_body else None)
    bearer = "" if who is None else f"{SESSION_PREFIX if who.is_person else ''}{who.secret}"
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    return httpx.Request(method, url, headers=headers, json={} if has_body else None)


def what_is_wrong(call: Call, answer: httpx.Response) -> str:
    """Why the answer is not the one that is due; empty when it is."""
    status = answer.status_code
    is_asked_to_sign_in = status == HTTPStatus.SEE_OTHER and answer.headers["location"].startswith("/sign-in")
    if call.refused is None:
        # The thing is there: a caller who is let in finds it, though it may not be in a state for this.
        missing = () if call.route.admission == ANYBODY else (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
        unknown = () if call.path in TAKES_PASSWORDS else UNKNOWN
        is_right = status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in (*REFUSED, *unknown, *missing)
        is_right = is_right and not (call.route.admission.actions and is_asked_to_sign_in)
    else:
        is_right = status in call.refused or (call.refused == UNKNOWN and is_page(call.route) and is_asked_to_sign_in)
    due = "any but a refusal" if call.refused is None else " or ".join(map(str, map(int, call.refused)))
    return "" if is_right else f"{call}: {status}, due is {due}"


def test_the_document_says_where_a_token_is_needed(alliance: Alliance) -> None:
    with alliance.undoing() as registry:
        routes = declared(create_app(registry))
    described = [route for route in routes if getattr(route.handler, "include_in_schema", False) is not False]
    wrong = [
        f"{route.method} {route.path}"
        for route in described
        if bool(getattr(route.handler, "security", None)) == (route.admission == ANYBODY)
    ]
    assert not wrong, f"security=_BEARER where not ANYBODY is admitted, and only there: {', '.join(wrong)}"


def test_every_route_as_everybody(alliance: Alliance) -> None:
    with alliance.undoing() as registry:
        app = create_app(registry)
        wanted = list(calls(alliance, declared(app)))
        assert len(wanted) > 800
        wrong = asyncio.run(answered(app, wanted))
    assert not wrong, "\n" + "\n".join(wrong)
