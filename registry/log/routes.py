"""The public log and bundle over HTTP: C2SP tlog-tiles, proofs, and the TUF repository, as files of the store."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from registry.errors import NotFound
from registry.log.proof import record_proof
from registry.records.standing import record_row
from registry.web.problems import answer, responses
from registry.web.service import Service

_BYTES = "application/octet-stream"
_TEXT = "text/plain; charset=utf-8"
_UNCHANGING = {"cache-control": "public, max-age=31536000, immutable"}
_CHANGING = {"cache-control": "no-cache"}
_PROBLEMS = responses(400, 404)
RecordIndex = Annotated[int, PathParameter(ge=0, le=2**63 - 1, description="the record's log index")]
Rest = Annotated[str, PathParameter(description="the rest of the path")]


def _file(service: Service, path: str, media_type: str, headers: dict[str, str]) -> Response[Any]:
    data = service.file(path)
    if data is None:
        raise NotFound(f"there is no file {path[:200]!r}")
    return Response(data, media_type=media_type, headers=headers)


@get(
    "/log/checkpoint",
    responses={200: answer(str, "the signed checkpoint (C2SP tlog-checkpoint)", _TEXT)} | _PROBLEMS,
    tags=["log"],
    sync_to_thread=True,
)
def checkpoint(service: NamedDependency[Service]) -> Response[Any]:
    """The log's newest checkpoint: its size and root, signed."""
    return _file(service, "log/checkpoint", _TEXT, _CHANGING)


@get(
    "/log/tile/{rest:path}",
    responses={200: answer(bytes, "a tile or entry bundle (C2SP tlog-tiles)", _BYTES)} | _PROBLEMS,
    tags=["log"],
    sync_to_thread=True,
)
def tile(service: NamedDependency[Service], rest: Rest) -> Response[Any]:
    """A tile of the log's tree, or a bundle of its entries."""
    return _file(service, f"log/tile{rest}", _BYTES, _UNCHANGING)


@get(
    "/v1/records/{record:int}/proof",
    responses={200: answer(str, "the proof (C2SP tlog-proof)", _TEXT)} | responses(400, 404, 409),
    tags=["log"],
    sync_to_thread=True,
)
def read_proof(service: NamedDependency[Service], record: RecordIndex) -> Response[bytes]:
    """All that is needed, beside the record itself and the log's key, to prove for ever that the log has it."""
    registry = service.registry
    with registry.database.reading() as session:
        index = record_row(session, record).index
        proof = record_proof(session, registry.store(), registry.config.origin, index)
    return Response(proof, media_type=_TEXT, headers=_CHANGING)


@get(
    "/tuf/metadata/{rest:path}",
    responses={200: answer(bytes, "TUF metadata", _BYTES)} | _PROBLEMS,
    tags=["bundle"],
    sync_to_thread=True,
)
def tuf_metadata(service: NamedDependency[Service], rest: Rest) -> Response[Any]:
    """Metadata of the bundle (The Update Framework, 1.0)."""
    return _file(service, f"tuf/metadata{rest}", "application/json", _CHANGING)


@get(
    "/tuf/targets/{rest:path}",
    responses={200: answer(bytes, "a target file", _BYTES)} | _PROBLEMS,
    tags=["bundle"],
    sync_to_thread=True,
)
def tuf_target(service: NamedDependency[Service], rest: Rest) -> Response[Any]:
    """A file of the bundle, named by its hash."""
    return _file(service, f"tuf/targets{rest}", _BYTES, _UNCHANGING)


ROUTES = [checkpoint, tile, read_proof, tuf_metadata, tuf_target]
