"""What proves a year's release to an outsider: its signed entry of the log, and the proof that the log has it."""

from litestar import Response, get
from litestar.di import NamedDependency

from registry.access.admission import ANYBODY
from registry.cases import calls
from registry.cases.nomination_routes import Year
from registry.database.tables import LogEntryRow
from registry.errors import NotFound
from registry.log.routes import proof_of
from registry.store.served import TEXT
from registry.web.problems import answer, responses
from registry.web.service import Service

_JWT = "application/jwt"


@get(
    "/v1/cases/{year:int}/entry",
    admits=ANYBODY,
    responses={200: answer(str, "a compact JWS whose payload names the SHA-256 of the dataset", _JWT)}
    | responses(400, 404),
    tags=["cases"],
    sync_to_thread=True,
)
def read_release_entry(year: Year, service: NamedDependency[Service]) -> Response[bytes]:
    """The entry of a year's release: the exact JWS as stored and logged, signed by the record key of `/trust.json`."""
    index = _entry_of(service, year)
    with service.registry.database.reading() as session:
        jws = session.get_one(LogEntryRow, index).jws
    return Response(jws, media_type=_JWT, headers={"cache-control": "public, max-age=31536000, immutable"})


@get(
    "/v1/cases/{year:int}/proof",
    admits=ANYBODY,
    responses={200: answer(str, "the proof (C2SP tlog-proof)", TEXT)} | responses(400, 404, 409, 503),
    tags=["cases"],
    sync_to_thread=True,
)
def read_release_proof(year: Year, service: NamedDependency[Service]) -> Response[bytes]:
    """All that is needed, beside the entry itself and the log's key, to prove for ever that the log has it."""
    return proof_of(service, _entry_of(service, year))


def _entry_of(service: Service, year: int) -> int:
    """The log index of a year's release. Raises ``NotFound``."""
    with service.registry.database.reading() as session:
        index = calls.call_row(session, year).entry
    if index is None:
        raise NotFound("the cases of {year} are not released yet", year=year)
    return index


ROUTES = [read_release_entry, read_release_proof]
