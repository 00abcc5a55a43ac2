"""What takes two people of the operator, over HTTP: to propose it, to confirm it, to refuse it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RawBody
from msgspec import Meta, Struct

from registry.access import approvals
from registry.access.admission import on_registrys
from registry.access.approvals import ApprovalShown, ApprovalState, Operation, approval_shown
from registry.access.callers import Caller
from registry.access.roles import ROLES_OF
from registry.access.rules import Action, require
from registry.accounts import people
from registry.accounts.outbox import StoredOutbox
from registry.cases.release import release
from registry.errors import InvalidInput
from registry.operator_keys.proposals import MAX_DRAFT, propose_destruction, propose_end, propose_root
from registry.records.standing import change_standing
from registry.registry import OPERATOR, utc_now
from registry.web.openapi import json_operation
from registry.web.problems import responses
from registry.web.reading import struct_body
from registry.web.service import Service
from schemas.entry import StatusEvent
from schemas.member import MemberKind

_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415)
_ELSEWHERE = {
    Operation.WITHDRAW_RECORD: "ask for the withdrawal itself: POST /v1/records/{index}/withdraw",
    Operation.RELEASE_CASES: "ask for the release itself: POST /v1/cases/{year}/release",
    Operation.BRING_IN: "invite that person: POST /v1/invitations",
}


class Proposal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An operation on a key that two people must agree on; withdrawals, releases and invitations are proposed where
    they are asked for. A root is proposed as it was drafted, signed or not: what is agreed on is its version and what
    its keys sign.
    """

    operation: Operation
    subject: Annotated[str, Meta(max_length=64, description="the key's id; none for a root")] = ""
    compromised_from: (
        Annotated[int, Meta(ge=0, description="the first log index for which a compromised key is no longer good")]
        | None
    ) = None
    root: Annotated[str, Meta(max_length=MAX_DRAFT, description="the text of the drafted root's file")] = ""
    reason: Annotated[str, Meta(max_length=approvals.MAX_REASON)]


class Approvals(Struct, frozen=True):
    """What was proposed, newest first."""

    approvals: tuple[ApprovalShown, ...]


@get(
    "/v1/approvals",
    admits=on_registrys(Action.DECIDE_IN_TWO),
    responses=responses(400, 401, 403),
    security=_BEARER,
    tags=["approvals"],
    sync_to_thread=True,
)
def list_approvals(
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
    wanted: Annotated[
        ApprovalState | None, QueryParameter(name="state", description="only those in this state")
    ] = None,
) -> Approvals:
    """What takes two people and was proposed. For people of the operator."""
    require(caller, Action.DECIDE_IN_TWO, OPERATOR)
    with service.registry.database.reading() as session:
        return Approvals(tuple(map(approval_shown, approvals.listed(session, wanted))))


@post(
    "/v1/approvals",
    admits=on_registrys(Action.CHANGE_KEYS),
    operation_class=json_operation(Proposal),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["approvals"],
    sync_to_thread=True,
)
def propose_key_operation(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> ApprovalShown:
    """Propose to retire a key, to state that it is compromised, to destroy one of the bundle, to put a root in force.

    Once another person has confirmed it, `carbonlabel keys` does it.
    """
    require(caller, Action.CHANGE_KEYS, OPERATOR)
    wanted, registry, now = struct_body(request, body, Proposal), service.registry, utc_now()
    match wanted.operation:
        case Operation.RETIRE_KEY:
            return propose_end(registry, caller, wanted.subject, None, wanted.reason, now)
        case Operation.COMPROMISE_KEY:
            if wanted.compromised_from is None:
                raise InvalidInput("the first log index for which the key is no longer good", "$.compromised_from")
            return propose_end(registry, caller, wanted.subject, wanted.compromised_from, wanted.reason, now)
        case Operation.DESTROY_KEY:
            return propose_destruction(registry, caller, wanted.subject, wanted.reason, now)
        case Operation.INSTALL_ROOT:
            return propose_root(registry, caller, wanted.root.encode(), wanted.reason, now)
    raise InvalidInput(_ELSEWHERE[wanted.operation], "$.operation")


ApprovalId = Annotated[UUID, PathParameter(description="the proposal's id")]


@post(
    "/v1/approvals/{approval:uuid}/confirm",
    admits=on_registrys(Action.DECIDE_IN_TWO),
    status_code=200,
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["approvals"],
    sync_to_thread=True,
)
def confirm_approval(
    approval: ApprovalId, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> ApprovalShown:
    """Confirm what another person of the operator proposed. A withdrawal, release or invitation is done at once."""
    return decide(service, caller, approval, True, utc_now())


@post(
    "/v1/approvals/{approval:uuid}/refuse",
    admits=on_registrys(Action.DECIDE_IN_TWO),
    status_code=200,
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["approvals"],
    sync_to_thread=True,
)
def refuse_approval(
    approval: ApprovalId, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> ApprovalShown:
    """Refuse what was proposed, or take an own proposal back."""
    return decide(service, caller, approval, False, utc_now())


def decide(service: Service, caller: Caller, approval: UUID, confirmed: bool, now: datetime) -> ApprovalShown:
    """Confirms or refuses; a withdrawal, release or invitation that is confirmed is done in the same transaction."""
    require(caller, Action.DECIDE_IN_TWO, OPERATOR)
    with service.registry.database.writing(caller.author) as session:
        row = approvals.decide(session, approval, caller.name, confirmed, now)
        if confirmed and row.operation == Operation.WITHDRAW_RECORD:
            writer = service.registry.log_writer(session, now)
            event = StatusEvent.WITHDRAWN
            change_standing(session, writer, int(row.subject), event, row.reason, caller.member, now)
            approvals.use(session, row, now)
        if confirmed and row.operation == Operation.RELEASE_CASES:
            writer = service.registry.log_writer(session, now)
            release(session, writer, row.subject, service.registry.config.origin, now)
            approvals.use(session, row, now)
        if confirmed and row.operation == Operation.BRING_IN:
            roles = ROLES_OF[MemberKind.OPERATOR]
            outbox, letters = StoredOutbox(session, now), service.accounts.letters
            people.invite(session, outbox, letters, OPERATOR, row.subject, roles, now)
            approvals.use(session, row, now)
        return approval_shown(row)


ROUTES = [list_approvals, propose_key_operation, confirm_approval, refuse_approval]
