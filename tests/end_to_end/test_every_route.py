"""Every operation that the API describes is public by intention, or closed: to who has no token, to what is none, to
who has no role, and, where it is for people of the operator, to everybody else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from registry.registry import OPERATOR
from tests.end_to_end.people import LI, OPERA, People, people_at_work
from tests.world import MAKER

PUBLIC = {
    *("GET /01/{rest}", "GET /414/{rest}", "POST /v1/verify", "POST /v1/verify/batch"),
    *("GET /v1/records/{record}", "GET /v1/records/{record}/label.svg", "GET /v1/records/{record}/label.png"),
    *("GET /v1/records/{record}/proof", "GET /v1/records/{record}/trace"),
    *("GET /v1/products", "GET /v1/products/{key}", "GET /v1/schemas", "GET /v1/schemas/{name}"),
    *("GET /trust.json", "GET /healthz", "GET /readyz"),
    *("GET /v1/members", "GET /v1/members/{member}", "GET /v1/members/{member}/keys", "POST /v1/applications"),
    *("POST /v1/session", "POST /v1/password-resets", "PUT /v1/password-resets", "POST /v1/invitations/accept"),
    *("POST /oauth/token", "GET /v1/places/{gln}/statement"),
}
"""Open to anybody. A new operation is closed, or is written down here by somebody who means it."""

FILES = ("GET /log/", "GET /tuf/")
OWN_ACCOUNT = {
    *("GET /v1/session", "DELETE /v1/session", "POST /v1/session/code", "PUT /v1/password"),
    *("POST /v1/session/second-factor", "PUT /v1/session/second-factor"),
}
"""For whoever is signed in, in whatever role."""

LISTS_OWN = {"GET /v1/declarations"}
"""Answers everybody with what is their own: of who has no role, nothing."""

FOR_THE_OPERATOR = re.compile(r" /v1/(applications|approvals)(?!$)|GET /v1/(applications|approvals)$")
_UUID = "00000000-0000-4000-8000-000000000000"
_PLACES = {"declaration": _UUID, "application": _UUID, "approval": _UUID, "question": _UUID, "record": "0"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, LI: MAKER.id}
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


def test_every_operation_is_closed_or_public_by_intention(operations: dict[str, dict[str, Any]]) -> None:
    open_to_all = set(operations) - set(closed(operations))
    assert {operation for operation in open_to_all if not operation.startswith(FILES)} <= PUBLIC
    assert not set(closed(operations)) & PUBLIC
    assert len(closed(operations)) > 30


def test_nobody_and_what_is_no_token_gets_nothing(people: People, operations: dict[str, dict[str, Any]]) -> None:
    for operation in closed(operations):
        for who in (None, "x", "carbonlabel_0123456789abcdef_" + "A" * 43, "carbonlabel-session_" + "A" * 43):
            assert called(people, operation, who) == 401, (operation, who)


def test_who_has_no_role_gets_nothing(people: People, operations: dict[str, dict[str, Any]]) -> None:
    token = people.good(LI, "POST", "/v1/tokens", {"name": "no role"})["token"]
    for operation in closed(operations):
        expected = 401 if operation in OWN_ACCOUNT else 200 if operation in LISTS_OWN else None
        status = called(people, operation, token)
        assert status == expected if expected else status in (403, 404), (operation, status)
    assert people.good(token, "GET", "/v1/declarations")["total"] == 0


def test_what_is_the_operator_s_is_nobody_else_s(people: People, operations: dict[str, dict[str, Any]]) -> None:
    its_own = [operation for operation in closed(operations) if FOR_THE_OPERATOR.search(operation)]
    assert len(its_own) >= 7
    for operation in [*its_own, "POST /v1/approvals"]:
        assert called(people, operation, LI) == 403, operation
        assert called(people, operation, OPERA) not in (401, 403), operation


def test_half_a_session_opens_only_the_second_step(people: People, operations: dict[str, dict[str, Any]]) -> None:
    half = people.good(None, "POST", "/v1/session", {"email": OPERA, "password": "correct horse battery staple"})
    assert half["stage"] == "code"
    for operation in set(closed(operations)) - OWN_ACCOUNT:
        assert called(people, operation, half["session"]) == 401, operation
    assert called(people, "PUT /v1/password", half["session"]) in (400, 401)
