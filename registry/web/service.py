"""What every route works with: the registry, the online verifier, and who is calling."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency

from registry.access.callers import Caller
from registry.access.tokens import authenticate
from registry.errors import NotAuthenticated
from registry.pages import Site
from registry.registry import Registry, utc_now
from registry.store import StoreError, StoreUnavailable
from registry.verification.live_snapshot import LiveSnapshot
from registry.verification.online import OnlineVerifier
from registry.web.stopping import Stopping


class Service:
    """One process's registry at work."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.verifier = OnlineVerifier(registry)
        self.labels = LiveSnapshot(registry, self.verifier)
        self.stopping = Stopping()
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
    """Who is calling, by bearer token (RFC 6750, 2.1). Raises ``NotAuthenticated``."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("send the header `Authorization: Bearer <token>`")
    with service.registry.database.reading() as session:
        return authenticate(session, token.strip(), utc_now())
