"""Reading request bodies: JSON only, and what is wrong with it said by field."""

from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.exceptions import HTTPException

from registry.errors import InvalidInput
from registry.sentences import malformed

Content = TypeVar("Content")

JOSE = "application/jose"
"""Media type of a compact JWS (RFC 7515, 9.2.1)."""


def is_jose(request: Request[Any, Any, Any]) -> bool:
    """Whether the body is a compact JWS."""
    return _media_type(request) == JOSE


def json_body(request: Request[Any, Any, Any], body: bytes) -> object:
    """The JSON value of the body. Raises ``InvalidInput``, or 415 for another media type."""
    return struct_body(request, body, object)


def struct_body(request: Request[Any, Any, Any], body: bytes, form: type[Content]) -> Content:
    """The body as a ``form``. Raises ``InvalidInput`` with the field's path, or 415 for another media type."""
    try:
        return _decoded(request, body, form)
    except msgspec.ValidationError as problem:
        raise _by_field(problem) from None


def struct_of_form(told: object, form: type[Content]) -> Content:
    """What a page's form sent, numbers still as text, as a ``form``. Raises ``InvalidInput`` with the field's path."""
    try:
        return msgspec.convert(told, form, strict=False)
    except msgspec.ValidationError as problem:
        wrong = _by_field(problem)
        missing = wrong.sentence.values.get("field")
        raise wrong if missing is None else InvalidInput(wrong.sentence, f"{wrong.path}.{missing}") from None


def _by_field(problem: msgspec.ValidationError) -> InvalidInput:
    path = str(problem).partition(" - at `")[2].rstrip("`")
    return InvalidInput(malformed(problem), path or "$")


def _decoded(request: Request[Any, Any, Any], body: bytes, form: type[Content]) -> Content:
    media_type = _media_type(request)
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise HTTPException(status_code=415, detail=f"send application/json, not {media_type[:80]}")
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise InvalidInput("the body is not JSON: {problem}", "$", problem=problem) from None


def _media_type(request: Request[Any, Any, Any]) -> str:
    """The body's media type; JSON where none is named. Read from the raw headers: scanners' route is in a hurry."""
    for name, value in request.scope["headers"]:
        if name == b"content-type":
            return value.decode("latin-1").partition(";")[0].strip().lower()
    return "application/json"
