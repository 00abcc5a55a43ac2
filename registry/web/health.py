"""Whether the process answers, and whether it can do its work: for whoever restarts it, or sends it requests."""

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from registry.access.admission import ANYBODY
from registry.web.problems import answer
from registry.web.readiness import Readiness, readiness
from registry.web.service import Service


class Health(Struct, frozen=True):
    """The process answers."""

    status: str = "ok"


_NO_STORE = {"cache-control": "no-store"}


@get("/healthz", admits=ANYBODY, tags=["operation"], sync_to_thread=False, response_headers=_NO_STORE)
def healthz() -> Health:
    """Whether the process answers; of its database it says nothing: see `/readyz`."""
    return Health()


@get(
    "/readyz",
    admits=ANYBODY,
    responses={
        200: answer(Readiness, "all that it needs is there"),
        503: answer(Readiness, "something is wrong: `checks` says what"),
    },
    tags=["operation"],
    sync_to_thread=True,
)
def readyz(service: NamedDependency[Service]) -> Response[Readiness]:
    """Whether the process can do its work: database, migrations, signing keys, and the log's position."""
    found = readiness(service.registry)
    return Response(found, status_code=200 if found.ready else 503, headers=_NO_STORE)


ROUTES = [healthz, readyz]
