"""Every closed operation of the API is closed to what is no token, and to half a session.

Who may call what, route by route: tests/registry/access/test_matrix.py.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from registry.registry import OPERATOR
from tests.end_to_end.people import OPERA, People, people_at_work

OWN_ACCOUNT = {
    *("GET /v1/session", "DELETE /v1/session", "POST /v1/session/code", "PUT /v1/password"),
    *("POST /v1/session/second-factor", "PUT /v1/session/second-factor", "PUT /v1/session/member"),
}
"""For whoever is signed in, in whatever role."""

_UUID = "00000000-0000-4000-8000-000000000000"
_PLACES = {
    "declaration": _UUID,
    "application": _UUID,
    "approval": _UUID,
    "objection": _UUID,
    "question": _UUID,
    "job": _UUID,
}
_PLACES |= {"record": "0", "year": "2026", "case": _UUID}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR}
    with people_at_work(tmp_path_factory.mktemp("routes") / "home", everybody) as people:
        yield people


@pytest.fixture(scope="module")
def operations(people: People) -> dict[str, dict[str, Any]]:
    """Each operation of the document by its method and path."""
    paths = people.good(None, "GET", "/schema/openapi.json")["paths"]
    return {
        f"{method.upper()} {path}": told
        for path, item in paths.items()
        for method, told in item.items()
        if method in ("get", "put", "post", "delete")
    }


def called(people: People, operation: str, who: str | None) -> int:
    method, path = operation.split(" ")
    filled = re.sub(r"\{(\w+)\}", lambda match: _PLACES.get(match[1], "x"), path)
    return people.call(who, method, filled, {} if method in ("POST", "PUT") else None).status_code


def closed(operations: dict[str, dict[str, Any]]) -> list[str]:
    return [operation for operation, told in operations.items() if told.get("security") and {} not in told["security"]]


def test_nobody_and_what_is_no_token_gets_nothing(people: People, operations: dict[str, dict[str, Any]]) -> None:
    assert len(closed(operations)) > 30
    for operation in closed(operations):
        for who in (None, "x", "carbonlabel_0123456789abcdef_" + "A" * 43, "carbonlabel-session_" + "A" * 43):
            assert called(people, operation, who) == 401, (operation, who)


def test_half_a_session_opens_only_the_second_step(people: People, operations: dict[str, dict[str, Any]]) -> None:
    half = people.good(None, "POST", "/v1/session", {"email": OPERA, "password": "correct horse battery staple"})
    assert half["stage"] == "code"
    for operation in set(closed(operations)) - OWN_ACCOUNT:
        assert called(people, operation, half["session"]) == 401, operation
    assert called(people, "PUT /v1/session/member", half["session"]) in (400, 401)
    assert called(people, "PUT /v1/password", half["session"]) in (400, 401)
