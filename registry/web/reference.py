"""The API reference for people: the OpenAPI document as one page, without a script or a third party."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "reference.css").read_text()
_METHODS = ("get", "put", "post", "delete")
REFERENCE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class ReferencePage(OpenAPIRenderPlugin):
    """Renders the document with a template."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        """The page, in HTML."""
        environment = Environment(
            loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        operations = [
            (method, path, item[method])
            for path, item in sorted(openapi_schema["paths"].items())
            for method in _METHODS
            if method in item
        ]
        tags = sorted({operation.get("tags", ["other"])[0] for _, _, operation in operations})
        page = environment.get_template("reference.html").render(
            info=openapi_schema["info"],
            style=_STYLE,
            groups={tag: [o for o in operations if o[2].get("tags", ["other"])[0] == tag] for tag in tags},
            schemas=openapi_schema.get("components", {}).get("schemas", {}),
            type_name=type_name,
        )
        return page.encode()


def type_name(schema: dict[str, Any]) -> str:
    """A schema in a few words: its name, or its types."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " or ".join(dict.fromkeys(type_name(part) for part in schema[union]))
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {type_name(schema.get('items', {}))}"
    kinds = schema.get("type", "any")
    name = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return f"{name} ({schema['format']})" if "format" in schema else name
