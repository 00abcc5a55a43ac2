"""The verdict on a label, for programs."""

from typing import Annotated, Any

from litestar import Request, post
from litestar.params import RawBody
from msgspec import Meta, Struct

from registry.access.admission import ANYBODY
from registry.errors import InvalidInput
from registry.registry import utc_now
from registry.verification.batch import verify_batch
from registry.web.counters import count_verdicts
from registry.web.openapi import json_operation
from registry.web.problems import responses
from registry.web.reading import struct_body
from registry.web.service import Service
from schemas.gs1 import InvalidGs1, parse_gln, parse_gtin
from schemas.verdict import Verdict


class VerifyRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A label as scanned, and the GTIN or GLN that it is expected to be for."""

    label: Annotated[str, Meta(description="the text of the QR code")]
    expect: Annotated[str | None, Meta(description="GTIN of 8, 12, 13 or 14 digits, or GLN")] = None


@post(
    "/v1/verify",
    admits=ANYBODY,
    status_code=200,
    operation_class=json_operation(VerifyRequest),
    responses=responses(400, 413, 415, 429),
    tags=["verification"],
    sync_to_thread=False,
)
def verify_label(request: Request[Any, Any, Any], body: RawBody) -> Verdict:
    """The verdict on one label, against the registry's log as it is now. Any text gets a verdict."""
    asked = struct_body(request, body, VerifyRequest)
    if asked.expect is not None:
        check_expectation(asked.expect)
    service: Service = request.app.state.service  # no dependency to resolve: this is the route that scanners call
    verdict = service.verifier.verify(asked.label, utc_now(), asked.expect)
    count_verdicts("single", {verdict.verdict: 1})
    return verdict


def check_expectation(expect: str) -> None:
    """Raises ``InvalidInput`` unless ``expect`` is a GTIN or a GLN."""
    try:
        parse_gtin(expect)
    except InvalidGs1 as problem:
        try:
            parse_gln(expect)
        except InvalidGs1:
            raise InvalidInput("expect: {problem}", "$.expect", problem=problem) from None


ROUTES = [verify_label]
BATCH_ROUTES = [verify_batch]
