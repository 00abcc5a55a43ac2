"""What OpenAPI says of ``POST /v1/verify/batch``: a route that is not made of functions must be described by hand."""

from litestar.openapi.spec import (
    OpenAPI,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    PathItem,
    Reference,
    RequestBody,
    Schema,
)
from litestar.openapi.spec.enums import OpenAPIType

from registry.verification.batch import LINES_WITHOUT_TOKEN
from registry.verification.forms import CSV, NDJSON, TEXT
from registry.web.problems import PROBLEM_JSON, responses
from verifier.bulk import OUTPUT_COLUMNS

PATH = "/v1/verify/batch"
_STATUSES = (400, 401, 403, 413, 415, 429, 503)
_DESCRIPTION = f"""The verdicts on many labels, in order, each as soon as it is known.

One label a line (`text/plain`), `{{"label": "...", "expect": "..."}}` a line (`application/x-ndjson`), or CSV whose
header names the columns `label` and perhaps `expect`; UTF-8, also with `Content-Encoding: gzip`. One verdict a line
comes back, with the members or columns `{", ".join(OUTPUT_COLUMNS.names)}`: NDJSON, or CSV with `Accept: text/csv`.

The first verdicts leave before the last labels have arrived, and little is kept: read while you send. A line that is
too long or malformed is `unreadable`, and the stream goes on. Without a token at most {LINES_WITHOUT_TOKEN:,} lines are
judged. If not all could be judged, the last line is a problem document, in CSV a row without a verdict.
"""


def describe(document: OpenAPI) -> None:
    """Adds the operation."""
    texts = {TEXT: "a label a line", NDJSON: "an object with label and expect a line", CSV: "label and expect, named"}
    operation = Operation(
        tags=["verification"],
        operation_id="verify_batch",
        description=_DESCRIPTION,
        security=[{}, {"bearer": []}],
        request_body=RequestBody(content={form: _text(said) for form, said in texts.items()}, required=True),
        responses={"200": OpenAPIResponse(description="a verdict a line", content=_answers())} | _problems(),
    )
    document.paths = (document.paths or {}) | {PATH: PathItem(post=operation)}


def _answers() -> dict[str, OpenAPIMediaType]:
    return {NDJSON: _text("an object a line"), CSV: _text("a row a line, behind a header")}


def _problems() -> dict[str, OpenAPIResponse]:
    problem = OpenAPIMediaType(schema=Reference(ref="#/components/schemas/Problem"))
    return {
        str(status): OpenAPIResponse(description=spec.description, content={PROBLEM_JSON: problem})
        for status, spec in responses(*_STATUSES).items()
    }


def _text(said: str) -> OpenAPIMediaType:
    return OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, description=said))
