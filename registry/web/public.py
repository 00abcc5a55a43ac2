"""Public facts of the registry: its keys, and the JSON Schemas of its vocabulary."""

from typing import Annotated

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter
from msgspec import Struct

from keys import TrustList
from registry.access.admission import ANYBODY
from registry.errors import NotFound
from registry.web.problems import answer, responses
from registry.web.service import Service
from schemas.json_schema import SCHEMAS, schema_json


class SchemaNames(Struct, frozen=True):
    """The names under which schemas are served."""

    schemas: tuple[str, ...]


@get(
    "/trust.json",
    admits=ANYBODY,
    responses={200: answer(TrustList, description="the registry's public keys")},
    tags=["trust"],
    sync_to_thread=True,
)
def trust(service: NamedDependency[Service]) -> Response[bytes]:
    """The registry's public keys, each with its state and the log indexes it is good for."""
    return Response(service.registry.trust().encode(), media_type=MediaType.JSON, headers={"cache-control": "no-cache"})


@get("/v1/schemas", admits=ANYBODY, tags=["schemas"], sync_to_thread=False)
def schema_names() -> SchemaNames:
    """The JSON Schemas of the vocabulary."""
    return SchemaNames(tuple(SCHEMAS))


@get(
    "/v1/schemas/{name:str}",
    admits=ANYBODY,
    responses={
        200: answer(
            dict[str, object],
            description="JSON Schema 2020-12",
            media_type="application/schema+json",
        )
    }
    | responses(400, 404),
    tags=["schemas"],
    sync_to_thread=False,
)
def schema(name: Annotated[str, PathParameter(description="one of /v1/schemas")]) -> Response[bytes]:
    """One JSON Schema."""
    if name not in SCHEMAS:
        raise NotFound("there is no schema {name}; /v1/schemas names them", name=f"{name[:80]!r}")
    return Response(schema_json(name), media_type="application/schema+json")


ROUTES = [trust, schema_names, schema]
