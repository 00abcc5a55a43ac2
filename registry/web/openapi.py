"""What the OpenAPI document says beyond what signatures tell: JSON bodies that a route reads itself, and security."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Router
from litestar.datastructures import ResponseHeader
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    Components,
    License,
    OpenAPI,
    OpenAPIMediaType,
    Operation,
    RequestBody,
    SecurityScheme,
)

from registry.web.reference import REFERENCE_POLICY, ReferencePage


def json_operation(form: type[Any]) -> type[Operation]:
    """An operation with a JSON body of the given form, which the route reads itself to say all that is wrong.

    Parts of the form are referred to by name: they are in the document because some answer has them too.
    """

    _, components = msgspec.json.schema_components((form,), ref_template="#/components/schemas/{name}")
    schema: Any = components[form.__name__]

    @dataclass
    class JsonOperation(Operation):
        def __post_init__(self) -> None:
            self.request_body = RequestBody(
                content={"application/json": OpenAPIMediaType(schema=schema)}, required=True
            )

    return JsonOperation


def openapi_config(version: str) -> OpenAPIConfig:
    """The document: at /schema/openapi.json for programs, at /schema for people."""
    return OpenAPIConfig(
        title="carbonlabel registry",
        version=version,
        description=(
            "A low-carbon product registry: signed declarations, labels, verdicts. Numbers that matter are decimal "
            "strings. Mistakes are answered with application/problem+json (RFC 9457)."
        ),
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        components=Components(security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}),
        openapi_router=Router(
            path="/schema",
            route_handlers=[],
            response_headers=[ResponseHeader(name="content-security-policy", value=REFERENCE_POLICY)],
        ),
        render_plugins=[ReferencePage(path="/"), JsonRenderPlugin(path="/openapi.json")],
    )


def summarise(document: OpenAPI) -> None:
    """Gives each operation its first sentence as summary, in place of what the framework makes of its name."""
    for item in (document.paths or {}).values():
        for operation in (item.get, item.put, item.post, item.delete):
            if operation is not None and operation.description:
                operation.summary = operation.description.partition(". ")[0].partition(": ")[0].rstrip(".")
