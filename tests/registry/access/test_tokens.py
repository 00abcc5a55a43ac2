"""Bearer tokens: shown once, kept as a hash, and refused in the same words whatever is wrong with one."""

from collections.abc import Generator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.access.callers import Caller
from registry.access.tokens import authenticate, issue, revoke
from registry.errors import NotAuthenticated, NotFound
from registry.registry import OPERATOR, Registry
from schemas.member import MemberKind
from tests.world import CHECKER, MAKER, NOW, new_registry

REFUSED = "this token is not known, or has ended: ask the operator for a new one (carbonlabel token create)"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Generator[Registry]:
    with closing(new_registry(tmp_path_factory.mktemp("access") / "home")) as registry:
        yield registry


def a_token(registry: Registry, member: str = MAKER.id, expires_at: datetime | None = None) -> str:
    with registry.database.writing() as session:
        return issue(session, member, NOW, expires_at)


def caller(registry: Registry, token: str, now: datetime = NOW) -> Caller:
    with registry.database.reading() as session:
        return authenticate(session, token, now)


def refused(registry: Registry, token: str, now: datetime = NOW) -> None:
    with pytest.raises(NotAuthenticated) as problem:
        caller(registry, token, now)
    assert str(problem.value) == REFUSED


@pytest.mark.parametrize(
    ("member", "kind"),
    [
        (MAKER.id, MemberKind.MANUFACTURER),
        (CHECKER.id, MemberKind.VERIFICATION_BODY),
        (OPERATOR, MemberKind.OPERATOR),
    ],
)
def test_a_token_stands_for_its_member(registry: Registry, member: str, kind: MemberKind) -> None:
    token = a_token(registry, member)
    assert caller(registry, token) == Caller(member, kind, token=token.split("_")[1])


def test_no_token_for_who_is_no_member(registry: Registry) -> None:
    with pytest.raises(NotFound):
        a_token(registry, "nobody")


def test_the_secret_is_nowhere_in_the_home(registry: Registry) -> None:
    secrets = [a_token(registry).split("_", 2)[2].encode() for _ in range(5)]
    files: list[Path] = [path for path in registry.home.path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        assert not any(secret in content for secret in secrets), path


def test_no_two_tokens_are_alike_and_each_has_256_bits(registry: Registry) -> None:
    tokens = {a_token(registry) for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token.split("_", 2)[2]) == 43 for token in tokens)


def test_it_ends_at_its_time(registry: Registry) -> None:
    end = NOW + timedelta(days=1)
    token = a_token(registry, expires_at=end)
    assert caller(registry, token, end - timedelta(seconds=1)).member == MAKER.id
    refused(registry, token, end)
    refused(registry, token, end + timedelta(days=400))


def test_it_ends_when_revoked_and_no_other_does(registry: Registry) -> None:
    token, other = a_token(registry), a_token(registry)
    with registry.database.writing() as session:
        revoke(session, token.split("_")[1], NOW)
        revoke(session, token.split("_")[1], NOW + timedelta(days=1))
    refused(registry, token)
    assert caller(registry, other).member == MAKER.id
    with registry.database.writing() as session, pytest.raises(NotFound):
        revoke(session, "0" * 16, NOW)


def test_no_character_of_it_can_be_another(registry: Registry) -> None:
    token = a_token(registry)
    for at, character in enumerate(token):
        refused(registry, token[:at] + ("A" if character != "A" else "B") + token[at + 1 :])
    for changed in (token[:-1], f"{token}A", token.upper(), f" {token}", f"{token}\n", token.replace("_", "-")):
        refused(registry, changed)


def test_one_token_s_secret_does_not_open_another(registry: Registry) -> None:
    one, two = (a_token(registry).split("_", 2) for _ in range(2))
    refused(registry, "_".join((one[0], one[1], two[2])))


@given(st.text() | st.from_regex(r"carbonlabel_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", fullmatch=True))
def test_no_drawn_text_is_a_token(registry: Registry, text: str) -> None:
    refused(registry, text)
