"""The life of a declaration over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RawBody
from msgspec import Struct

from registry.access.admission import EVERY_CALLER, on_named, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, may_others, require
from registry.database.tables import DeclarationRow
from registry.declarations import life
from registry.declarations.known import KnownProducts
from registry.declarations.signed import take_signed
from registry.errors import Refused
from registry.members.members import member, require_accredited
from registry.records.publish import NotPublished, publish
from registry.registry import OPERATOR, utc_now
from registry.web.openapi import json_operation
from registry.web.problems import responses
from registry.web.reading import JOSE, is_jose, json_body, struct_body
from registry.web.service import Service
from schemas.declaration import AssuranceLevel, Declaration, Verification
from schemas.findings import Finding, Severity, findings
from schemas.reading import read_declaration
from schemas.text import Text

MAX_PAGE = 10_000
_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415, 422)
DeclarationId = Annotated[UUID, PathParameter(description="the declaration's id")]


class DeclarationStatus(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a declaration is on its way, what it says, and what was found. ``record`` and ``label`` once published."""

    id: UUID
    state: life.DeclarationState
    declaration: Declaration
    findings: tuple[Finding, ...] = ()
    record: int | None = None
    label: str | None = None


class Waiting(Struct, frozen=True, kw_only=True):
    """A declaration in a list."""

    id: UUID
    state: life.DeclarationState
    owner: str
    product_name: Text
    updated: datetime
    record: int | None


class Declarations(Struct, frozen=True):
    """A page of declarations, those that changed last first; ``page`` from 1."""

    declarations: tuple[Waiting, ...]
    total: int
    page: int
    pages: int


class VerificationStatement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a verification body sends; the body itself is the one that the token belongs to."""

    standard: str
    level: AssuranceLevel
    date: str
    report_sha256: str
    accreditation: str | None = None
    report_url: str | None = None


@post(
    "/v1/declarations",
    admits=on_own(Action.DECLARE),
    operation_class=json_operation(Declaration, JOSE),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["declarations"],
    sync_to_thread=True,
)
def create_declaration(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> DeclarationStatus:
    """Start a declaration as a draft. The findings say what is still missing or wrong; they do not block a draft.

    As `application/jose`, the body is the owner's own signature over it, which `carbonlabel sign` writes.
    """
    require(caller, Action.DECLARE, caller.member)
    signed = is_jose(request)
    declaration = None if signed else _declaration(request, body)
    now = utc_now()
    with service.registry.database.writing(caller.author) as session:
        told = declaration or take_signed(session, service.registry, body.strip(), caller.member)
        key = life.create(session, told, caller.member, now, signature=body.strip() if signed else None)
        row = life.row_of(session, key)
        return _status(row, findings(life.content_of(row), KnownProducts(session)))


@get(
    "/v1/declarations",
    admits=EVERY_CALLER,
    responses=responses(400, 401),
    security=_BEARER,
    tags=["declarations"],
    sync_to_thread=True,
)
def list_declarations(
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
    wanted: Annotated[
        life.DeclarationState | None, QueryParameter(name="state", description="only those in this state")
    ] = None,
    page: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE, description="from 1")] = 1,
) -> Declarations:
    """The caller's own declarations; for verification bodies and the operator, all that were submitted."""
    everyone = may_others(caller, Action.READ_DECLARATION)
    with service.registry.database.reading() as session:
        rows, total = life.listed(session, None if everyone else caller.member, wanted, page)
        found = tuple(
            Waiting(
                id=UUID(row.id),
                state=life.DeclarationState(row.state),
                owner=row.owner_id,
                product_name=life.content_of(row).product_name,
                updated=row.updated_at,
                record=row.record,
            )
            for row in rows
        )
    return Declarations(found, total, page, max(1, -(-total // life.PAGE_SIZE)))


@get(
    "/v1/declarations/{declaration:uuid}",
    admits=on_named(Action.READ_DRAFT, Action.READ_DECLARATION),
    responses=responses(400, 401, 403, 404),
    security=_BEARER,
    tags=["declarations"],
    sync_to_thread=True,
)
def read_declaration_status(
    declaration: DeclarationId, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> DeclarationStatus:
    """A declaration as it stands: for its owner, and, once submitted, verification bodies and the operator."""
    with service.registry.database.reading() as session:
        row = life.row_of(session, declaration)
        is_draft = row.state == life.DeclarationState.DRAFT
        require(caller, Action.READ_DRAFT if is_draft else Action.READ_DECLARATION, row.owner_id)
        return _status(row, findings(life.content_of(row), KnownProducts(session)))


@put(
    "/v1/declarations/{declaration:uuid}",
    admits=on_named(Action.REVISE),
    operation_class=json_operation(Declaration, JOSE),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["declarations"],
    sync_to_thread=True,
)
def revise_declaration(
    request: Request[Any, Any, Any],
    declaration: DeclarationId,
    body: RawBody,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> DeclarationStatus:
    """Replace a draft's content. A submitted declaration is a draft again.

    As `application/jose`, the body is the owner's own signature over it; without, an earlier signature is dropped.
    """
    with service.registry.database.writing(caller.author) as session:
        row = life.row_of(session, declaration)
        require(caller, Action.REVISE, row.owner_id)
        if is_jose(request):
            told = take_signed(session, service.registry, body.strip(), row.owner_id)
            life.revise(session, row, told, utc_now(), signature=body.strip())
        else:
            life.revise(session, row, _declaration(request, body), utc_now())
        return _status(row, findings(life.content_of(row), KnownProducts(session)))


@post(
    "/v1/declarations/{declaration:uuid}/submit",
    admits=on_named(Action.SUBMIT),
    status_code=200,
    responses=responses(400, 401, 403, 404, 409, 422),
    security=_BEARER,
    tags=["declarations"],
    sync_to_thread=True,
)
def submit_declaration(
    declaration: DeclarationId, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> DeclarationStatus:
    """Hand a draft to the verification bodies. Findings of severity error block; warnings travel with it."""
    with service.registry.database.writing(caller.author) as session:
        row = life.row_of(session, declaration)
        require(caller, Action.SUBMIT, row.owner_id)
        return _status(row, life.submit(session, row, utc_now()))


@post(
    "/v1/declarations/{declaration:uuid}/verification",
    admits=on_named(Action.STATE_VERIFICATION),
    status_code=200,
    operation_class=json_operation(VerificationStatement),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["declarations"],
    sync_to_thread=True,
)
def verify_declaration(
    request: Request[Any, Any, Any],
    declaration: DeclarationId,
    body: RawBody,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> DeclarationStatus:
    """State, as a verification body, what was checked. Never for one's own product."""
    with service.registry.database.writing(caller.author) as session:
        row = life.row_of(session, declaration)
        require(caller, Action.STATE_VERIFICATION, row.owner_id)
        require_accredited(member(session, caller.member), utc_now().date())
        statement = struct_body(request, body, VerificationStatement)
        told = msgspec.structs.asdict(statement) | {"body": caller.member}
        verification = struct_body(request, msgspec.json.encode(told), Verification)
        life.state_verification(session, row, verification, OPERATOR, utc_now())
        return _status(row, ())


@post(
    "/v1/declarations/{declaration:uuid}/publish",
    admits=on_named(Action.PUBLISH),
    status_code=200,
    responses=responses(400, 401, 403, 404, 409, 422),
    security=_BEARER,
    tags=["declarations"],
    sync_to_thread=True,
)
def publish_declaration(
    declaration: DeclarationId, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> DeclarationStatus:
    """Publish a verified declaration: it becomes a signed record in the log, with a label. For the operator."""
    with service.registry.database.reading() as session:
        require(caller, Action.PUBLISH, life.row_of(session, declaration).owner_id)
    (outcome,) = publish(service.registry, [declaration], utc_now(), caller.author)
    if isinstance(outcome, NotPublished):
        raise outcome.error
    with service.registry.database.reading() as session:
        return _status(life.row_of(session, declaration), (), outcome.label)


def _declaration(request: Request[Any, Any, Any], body: bytes) -> Declaration:
    declaration, found = read_declaration(json_body(request, body))
    if declaration is None:
        errors = sum(finding.severity is Severity.ERROR for finding in found)
        raise Refused(f"{errors} field{'s' if errors > 1 else ''} cannot be read; nothing was changed", found)
    return declaration


def _status(
    row: DeclarationRow, found: list[Finding] | tuple[Finding, ...], label: str | None = None
) -> DeclarationStatus:
    return DeclarationStatus(
        id=UUID(row.id),
        state=life.DeclarationState(row.state),
        declaration=life.content_of(row),
        findings=tuple(found),
        record=row.record,
        label=label,
    )


ROUTES = [
    create_declaration,
    list_declarations,
    read_declaration_status,
    revise_declaration,
    submit_declaration,
    verify_declaration,
    publish_declaration,
]
