"""What every route works with: the registry, the online verifier, and who is calling."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from msgspec import Struct

from registry.access.callers import Caller
from registry.access.tokens import authenticate
from registry.accounts.accounts import Accounts
from registry.accounts.sealing import Seal
from registry.accounts.sessions import SignedIn, Stage
from registry.errors import NotAuthenticated
from registry.pages import Site
from registry.registry import Registry, utc_now
from registry.store import StoreError, StoreUnavailable
from registry.verification.live_snapshot import LiveSnapshot
from registry.verification.online import OnlineVerifier
from registry.web.stopping import Stopping

SESSION_PREFIX = "carbonlabel-session_"
"""What tells a person's session from a machine's token, where the API is called with it."""


class Service:
    """One process's registry at work."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.verifier = OnlineVerifier(registry)
        self.labels = LiveSnapshot(registry, self.verifier)
        self.stopping = Stopping()
        self.accounts = Accounts(registry.database, registry.config, Seal(registry.ring))
        config = registry.config
        self._store = registry.store()
        self.site = Site(config.name, config.demonstration, config.origin)

    def file(self, path: str) -> bytes | None:
        """The public file at ``path``; None when there is none, or ``path`` cannot be one.

        Raises ``StoreUnavailable`` when the store cannot say.
        """
        try:
            return self._store.get(path)
        except StoreUnavailable:
            raise
        except StoreError:
            return None

    def close(self) -> None:
        """Closes everything."""
        self.labels.close()
        self.verifier.close()
        self.registry.close()


def provide_service(state: State) -> Service:
    """The service, for route handlers."""
    return state.service


def provide_caller(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Caller:
    """Who is calling: a machine by its token, a person by a session. Raises ``NotAuthenticated``."""
    token = _bearer(request)
    if token.startswith(SESSION_PREFIX):
        signed_in = _signed_in(service, token)
        if signed_in.stage is not Stage.FULL:
            raise NotAuthenticated("the second step of signing in is still to come: POST /v1/session/code")
        return signed_in.caller
    with service.registry.database.reading() as session:
        return authenticate(session, token, utc_now())


class Visitor(Struct, frozen=True):
    """Somebody who is signed in at any stage, and the session's secret."""

    signed_in: SignedIn
    secret: str


def provide_visitor(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Visitor:
    """Who is signed in, also if the second step is still to come. Raises ``NotAuthenticated``."""
    token = _bearer(request)
    return Visitor(_signed_in(service, token), token.removeprefix(SESSION_PREFIX))


def _bearer(request: Request[Any, Any, Any]) -> str:
    """What the caller bears (RFC 6750, 2.1). Never a cookie: so no other site's page can call the API for anybody."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("send the header `Authorization: Bearer <token>`")
    return token.strip()


def _signed_in(service: Service, token: str) -> SignedIn:
    is_session = token.startswith(SESSION_PREFIX)
    found = service.accounts.signed_in(token.removeprefix(SESSION_PREFIX), utc_now()) if is_session else None
    if found is None:
        raise NotAuthenticated("nobody is signed in with this, or no more: POST /v1/session")
    return found
