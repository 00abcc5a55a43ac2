"""What the OpenAPI document says beyond what signatures tell: JSON bodies that a route reads itself, answers in several
forms, and security."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import msgspec
from litestar import Router
from litestar.connection import ASGIConnection
from litestar.datastructures import ResponseHeader
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    Components,
    License,
    OpenAPI,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    RequestBody,
    Schema,
    SecurityScheme,
)
from litestar.openapi.spec.enums import OpenAPIType
from litestar.types import Method
from litestar.types.internal_types import PathParameterDefinition

from registry.access.admission import ADMITS, ANYBODY
from registry.errors import NotFound
from registry.web.reference import REFERENCE_POLICY, ReferencePage


def json_operation(form: type[Any], *texts: str, required: bool = True) -> type[Operation]:
    """An operation with a JSON body of the given form, which the route reads itself to say all that is wrong; or with
    one of these media types, as text.

    Parts of the form are referred to by name: they are in the document because some answer has them too.
    """

    _, components = msgspec.json.schema_components((form,), ref_template="#/components/schemas/{name}")
    schema: Any = components[form.__name__]

    @dataclass
    class JsonOperation(Operation):
        def __post_init__(self) -> None:
            text = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
            forms = {"application/json": OpenAPIMediaType(schema=schema)} | dict.fromkeys(texts, text)
            self.request_body = RequestBody(content=forms, required=required)

    return JsonOperation


def file_operation(description: str) -> type[Operation]:
    """An operation whose body is a file, or a form with the file as its part ``file``."""

    @dataclass
    class FileOperation(Operation):
        def __post_init__(self) -> None:
            file = Schema(
                type=OpenAPIType.STRING, content_media_type="application/octet-stream", description=description
            )
            form = Schema(type=OpenAPIType.OBJECT, properties={"file": file}, required=["file"])
            content = {
                "application/octet-stream": OpenAPIMediaType(schema=file),
                "multipart/form-data": OpenAPIMediaType(schema=form),
            }
            self.request_body = RequestBody(content=content, required=True)

    return FileOperation


def other_forms(*media_types: str) -> type[Operation]:
    """An operation whose good answer comes in these forms too, as the caller asks."""

    @dataclass
    class FormsOperation(Operation):
        def __post_init__(self) -> None:
            answer = (self.responses or {}).get("200")
            if isinstance(answer, OpenAPIResponse) and answer.content is not None:
                text = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
                answer.content |= dict.fromkeys(media_types, text)

    return FormsOperation


def operation_id(handler: HTTPRouteHandler, _method: Method, _path: list[str | PathParameterDefinition]) -> str:
    """The name of the handler's function, which is unique, also behind what runs it in a thread."""
    function: Any = handler.fn
    while not hasattr(function, "__name__"):
        function = function.func
    return str(function.__name__)


def openapi_config(version: str, *described: Callable[[OpenAPI], None]) -> OpenAPIConfig:
    """The document: at /schema/openapi.json for programs, at /schema for people.

    It is made when it is first asked for, which takes most of a second that no start of a server has to wait.
    ``described`` add what it does not say by itself.
    """

    class Document(OpenAPI):
        def to_schema(self) -> dict[str, Any]:
            for complete in (*described, _summarise):
                complete(self)
            return super().to_schema()

    class Config(OpenAPIConfig):
        def to_openapi_schema(self) -> OpenAPI:
            plain = super().to_openapi_schema()
            return Document(**{field.name: getattr(plain, field.name) for field in fields(plain)})

    return Config(
        title="carbonlabel registry",
        version=version,
        description=(
            "A low-carbon product registry: signed declarations, labels, verdicts. Numbers that matter are decimal "
            "strings. Mistakes are answered with application/problem+json (RFC 9457)."
        ),
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        components=Components(security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}),
        use_handler_docstrings=True,
        operation_id_creator=operation_id,
        openapi_router=Router(
            path="/schema",
            route_handlers=[],
            guards=[_nothing_else],
            include_in_schema=False,
            opt={ADMITS: ANYBODY},
            response_headers=[ResponseHeader(name="content-security-policy", value=REFERENCE_POLICY)],
        ),
        render_plugins=[ReferencePage(path="/"), JsonRenderPlugin(path="/openapi.json")],
    )


def _nothing_else(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """In place of the framework's own page for what is not there below /schema."""
    if "path" in connection.path_params:
        raise NotFound("the API is described at /schema, and for programs at /schema/openapi.json")


def _summarise(document: OpenAPI) -> None:
    """Gives each operation its first sentence as summary, in place of what the framework makes of its name."""
    for item in (document.paths or {}).values():
        for operation in (item.get, item.put, item.post, item.delete):
            if operation is not None and operation.description:
                operation.summary = operation.description.partition(". ")[0].partition(": ")[0].rstrip(".")
