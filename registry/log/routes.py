"""The public log and bundle over HTTP: C2SP tlog-tiles, proofs, and the TUF repository, as files of the store."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import ServiceUnavailableException
from litestar.params import PathParameter

from registry.access.admission import ANYBODY
from registry.errors import NotFound
from registry.log.proof import entry_proof
from registry.records.standing import record_row
from registry.store import StoreUnavailable
from registry.store.served import BYTES, CHANGING, TEXT, Served, served_as
from registry.web.problems import answer, responses
from registry.web.service import Service

_LOG = logging.getLogger("carbonlabel")
_PROBLEMS = responses(400, 404, 503)
RecordIndex = Annotated[int, PathParameter(ge=0, le=2**63 - 1, description="the record's log index")]
Rest = Annotated[str, PathParameter(description="the rest of the path")]


def _file(service: Service, path: str) -> Response[Any]:
    with _available():
        data = service.file(path)
    if data is None:
        raise NotFound("there is no file {path}", path=f"{path[:200]!r}")
    return _answer(data, served_as(path))


def _answer(data: bytes, served: Served) -> Response[Any]:
    media_type = served.media_type.partition(";")[0]  # to a text Litestar adds the charset by itself
    return Response(data, media_type=media_type, headers={"cache-control": served.cache_control})


@contextmanager
def _available() -> Generator[None]:
    """A store that cannot say whether it has a file is no 404, which a cache in between might keep."""
    try:
        yield
    except StoreUnavailable as problem:
        _LOG.error("the public store is unavailable: %s", problem)
        raise ServiceUnavailableException("the public files cannot be read now: try again later") from None


@get(
    "/log/checkpoint",
    admits=ANYBODY,
    responses={200: answer(str, "the signed checkpoint (C2SP tlog-checkpoint)", TEXT)} | _PROBLEMS,
    tags=["log"],
    sync_to_thread=True,
)
def checkpoint(service: NamedDependency[Service]) -> Response[Any]:
    """The log's newest checkpoint: its size and root, signed."""
    return _file(service, "log/checkpoint")


@get(
    "/log/tile/{rest:path}",
    admits=ANYBODY,
    responses={200: answer(bytes, "a tile or entry bundle (C2SP tlog-tiles)", BYTES)} | _PROBLEMS,
    tags=["log"],
    sync_to_thread=True,
)
def tile(service: NamedDependency[Service], rest: Rest) -> Response[Any]:
    """A tile of the log's tree, or a bundle of its entries."""
    return _file(service, f"log/tile{rest}")


@get(
    "/v1/records/{record:int}/proof",
    admits=ANYBODY,
    responses={200: answer(str, "the proof (C2SP tlog-proof)", TEXT)} | responses(400, 404, 409, 503),
    tags=["log"],
    sync_to_thread=True,
)
def read_proof(service: NamedDependency[Service], record: RecordIndex) -> Response[bytes]:
    """All that is needed, beside the record itself and the log's key, to prove for ever that the log has it."""
    with service.registry.database.reading() as session:
        index = record_row(session, record).index
    return proof_of(service, index)


def proof_of(service: Service, index: int) -> Response[bytes]:
    """The proof that the log has entry ``index``. Raises ``WrongState`` while it waits to be integrated."""
    registry = service.registry
    with _available(), registry.database.reading() as session:
        proof = entry_proof(session, registry.store(), registry.config.origin, index)
    return _answer(proof, Served(TEXT, CHANGING))


@get(
    "/tuf/metadata/{rest:path}",
    admits=ANYBODY,
    responses={200: answer(bytes, "TUF metadata", BYTES)} | _PROBLEMS,
    tags=["bundle"],
    sync_to_thread=True,
)
def tuf_metadata(service: NamedDependency[Service], rest: Rest) -> Response[Any]:
    """Metadata of the bundle (The Update Framework, 1.0)."""
    return _file(service, f"tuf/metadata{rest}")


@get(
    "/tuf/targets/{rest:path}",
    admits=ANYBODY,
    responses={200: answer(bytes, "a target file", BYTES)} | _PROBLEMS,
    tags=["bundle"],
    sync_to_thread=True,
)
def tuf_target(service: NamedDependency[Service], rest: Rest) -> Response[Any]:
    """A file of the bundle, named by its hash."""
    return _file(service, f"tuf/targets{rest}")


ROUTES = [checkpoint, tile, read_proof, tuf_metadata, tuf_target]
