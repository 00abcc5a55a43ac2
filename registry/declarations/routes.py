"""The life of a declaration over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RawBody
from msgspec import Meta, Struct

from registry.access.admission import EVERY_CALLER, on_named, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.declarations import life
from registry.declarations.readable import PAGE_SIZE, listed, readable
from registry.declarations.signed import take_signed
from registry.declarations.status import DeclarationStatus, status_of
from registry.registry import utc_now
from registry.reviews.acceptance import Accepted
from registry.reviews.turn import publish_one, turn
from registry.web.openapi import json_operation
from registry.web.problems import responses
from registry.web.reading import JOSE, is_jose, json_body, struct_body
from registry.web.service import Service
from schemas.declaration import AssuranceLevel, Declaration, Verification
from schemas.reading import read_declaration
from schemas.text import Text

MAX_PAGE = 10_000
_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415, 422)
DeclarationId = Annotated[UUID, PathParameter(description="the declaration's id")]


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
    accepted: Annotated[
        tuple[Accepted, ...], Meta(max_length=200, description="the reviewer's word on each warning")
    ] = ()


class Submission(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which verification body the owner has chosen; null: any takes it up."""

    body: Annotated[str | None, Meta(description="member id of the verification body")] = None


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
        return status_of(session, life.row_of(session, key))


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
    """The caller's own declarations; for the operator all that were submitted, for verification bodies those of them
    that are assigned to no other."""
    with service.registry.database.reading() as session:
        rows, total = listed(session, caller, wanted, page)
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
    return Declarations(found, total, page, max(1, -(-total // PAGE_SIZE)))


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
        return status_of(session, readable(session, caller, declaration))


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
    with turn(service, caller, declaration, Action.REVISE, utc_now()) as taken:
        if is_jose(request):
            told = take_signed(taken.session, service.registry, body.strip(), taken.row.owner_id)
            taken.revise(told, body.strip())
        else:
            taken.revise(_declaration(request, body))
        return taken.status()


@post(
    "/v1/declarations/{declaration:uuid}/submit",
    admits=on_named(Action.SUBMIT),
    status_code=200,
    operation_class=json_operation(Submission, required=False),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["declarations"],
    sync_to_thread=True,
)
def submit_declaration(
    request: Request[Any, Any, Any],
    declaration: DeclarationId,
    body: RawBody,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> DeclarationStatus:
    """Hand a draft to a verification body, or to whichever takes it up. Errors block; warnings travel with it."""
    with turn(service, caller, declaration, Action.SUBMIT, utc_now()) as taken:
        wanted = struct_body(request, body, Submission) if body else Submission()
        return taken.status(taken.submit(wanted.body))


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
    """State, as a verification body, what was checked. Never for one's own product, nor for one's owner's.

    A declaration that is assigned to no body is taken up by this. Each warning needs a word in `accepted`.
    """
    with turn(service, caller, declaration, Action.STATE_VERIFICATION, utc_now()) as taken:
        statement = struct_body(request, body, VerificationStatement)
        told = msgspec.structs.asdict(statement) | {"body": caller.member}
        del told["accepted"]
        verification = struct_body(request, msgspec.json.encode(told), Verification)
        taken.state_verification(verification, statement.accepted)
        return taken.status(())


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
    outcome = publish_one(service, caller, declaration, utc_now())
    with service.registry.database.reading() as session:
        return status_of(session, life.row_of(session, declaration), (), outcome.label)


def _declaration(request: Request[Any, Any, Any], body: bytes) -> Declaration:
    declaration, found = read_declaration(json_body(request, body))
    if declaration is None:
        raise life.unread(found)
    return declaration


ROUTES = [
    create_declaration,
    list_declarations,
    read_declaration_status,
    revise_declaration,
    submit_declaration,
    verify_declaration,
    publish_declaration,
]
