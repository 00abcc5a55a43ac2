"""OAuth client credentials: a lasting secret opens nothing itself; what it gets ends soon, and with it."""

from collections.abc import Generator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, func, select

from registry.access.callers import Caller
from registry.access.clients import LIFETIME, AccessToken, OAuthFault, OAuthRefused, grant
from registry.access.roles import Role
from registry.access.tokens import TokenUse, authenticate, issue, revoke
from registry.database.tables import TokenRow
from registry.errors import NotAuthenticated
from registry.registry import Registry
from schemas.member import MemberKind
from tests.world import MAKER, NOW, new_registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Generator[Registry]:
    with closing(new_registry(tmp_path_factory.mktemp("clients") / "home")) as registry:
        yield registry


def a_client(registry: Registry, *roles: Role, ends: datetime | None = None) -> tuple[str, str]:
    with registry.database.writing() as session:
        token = issue(session, MAKER.id, NOW, ends, use=TokenUse.CLIENT, roles=roles)
    _, key, secret = token.split("_", 2)
    return key, secret


def granted(registry: Registry, client: tuple[str, str], scope: str | None = None, now: datetime = NOW) -> AccessToken:
    with registry.database.writing() as session:
        return grant(session, *client, scope, now)


def caller(registry: Registry, token: str, now: datetime = NOW) -> Caller:
    with registry.database.reading() as session:
        return authenticate(session, token, now)


def test_a_client_gets_a_token_in_its_roles_that_ends_after_minutes(registry: Registry) -> None:
    client = a_client(registry, Role.EDITOR, Role.SIGNER)
    got = granted(registry, client)
    assert (got.token_type, got.expires_in, got.scope) == ("Bearer", LIFETIME.total_seconds(), "editor signer")
    due = Caller(MAKER.id, MemberKind.MANUFACTURER, frozenset({Role.EDITOR, Role.SIGNER}), token=client[0])
    assert caller(registry, got.access_token, NOW + LIFETIME - timedelta(seconds=1)) == due
    with pytest.raises(NotAuthenticated):
        caller(registry, got.access_token, NOW + LIFETIME)


def test_it_may_ask_for_less_and_never_for_more(registry: Registry) -> None:
    client = a_client(registry, Role.EDITOR)
    assert caller(registry, granted(registry, client, "editor").access_token).roles == {Role.EDITOR}
    assert caller(registry, granted(registry, client, "").access_token).roles == frozenset()
    for scope in ("signer", "editor signer", "operator", "everything", "EDITOR"):
        with pytest.raises(OAuthRefused) as refused:
            granted(registry, client, scope)
        assert refused.value.code is OAuthFault.INVALID_SCOPE


def test_the_lasting_secret_itself_opens_nothing_and_a_short_lived_one_gets_no_other(registry: Registry) -> None:
    key, secret = client = a_client(registry, Role.EDITOR)
    with pytest.raises(NotAuthenticated):
        caller(registry, f"carbonlabel_{key}_{secret}")
    _, short, its_secret = granted(registry, client).access_token.split("_", 2)
    for wrong in ((short, its_secret), (key, its_secret), (short, secret), (key, secret[:-1]), (key, ""), ("", "")):
        with pytest.raises(OAuthRefused) as refused:
            granted(registry, wrong)
        assert refused.value.code is OAuthFault.INVALID_CLIENT


def test_ending_the_client_ends_what_it_got(registry: Registry) -> None:
    client = a_client(registry, Role.EDITOR)
    token = granted(registry, client).access_token
    with registry.database.writing() as session:
        revoke(session, client[0], NOW)
    with pytest.raises(NotAuthenticated):
        caller(registry, token)
    with pytest.raises(OAuthRefused):
        granted(registry, client)


def test_no_token_outlives_its_client(registry: Registry) -> None:
    client = a_client(registry, ends=NOW + timedelta(minutes=1))
    assert granted(registry, client).expires_in == 60
    with pytest.raises(OAuthRefused):
        granted(registry, client, now=NOW + timedelta(minutes=1))


def test_what_has_ended_does_not_pile_up(registry: Registry) -> None:
    client = a_client(registry)
    for minutes in range(0, 100, 20):
        granted(registry, client, now=NOW + timedelta(minutes=minutes))
    with registry.database.reading() as session:
        of_client = select(func.count()).select_from(TokenRow).where(col(TokenRow.client_id) == client[0])
        assert session.exec(of_client).one() == 1
