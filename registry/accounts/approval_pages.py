"""What takes two people of the operator, by forms: to ask for it, to confirm it, to refuse it."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody

from registry.access.admission import on_others, on_registrys
from registry.access.approval_routes import decide
from registry.access.approvals import ApprovalShown
from registry.access.rules import Action, require_others
from registry.accounts.browser import Sent
from registry.accounts.organisation_pages import Desk, do
from registry.errors import InvalidInput
from registry.records.routes import withdraw
from registry.web.service import Service

ApprovalId = Annotated[UUID, PathParameter(description="the proposal's id")]


@post("/organisation/withdrawals", admits=on_others(Action.WITHDRAW), include_in_schema=False, sync_to_thread=True)
def withdraw_by_form(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]
) -> Response[str]:
    """Asks that another's record be withdrawn: a second person has to confirm it, where there are two."""

    def act(desk: Desk, sent: Sent) -> Response[str]:
        require_others(desk.caller, Action.WITHDRAW)
        record = sent.one("record").strip()
        if not record.isascii() or not record.isdigit() or len(record) > 18:
            raise InvalidInput("the log index of a record", "$.record")
        done = withdraw(service, desk.caller, int(record), lambda: sent.one("reason"), desk.browser.now)
        word = "withdrawal_asked" if isinstance(done, ApprovalShown) else "withdrawal_done"
        return desk.page(notice=desk.browser.t(word, record=record))

    return do(request, service, body, act)


@post(
    "/organisation/approvals/{approval:uuid}/confirm",
    admits=on_registrys(Action.DECIDE_IN_TWO),
    include_in_schema=False,
    sync_to_thread=True,
)
def confirm_by_form(
    request: Request[Any, Any, Any], body: RawBody, approval: ApprovalId, service: NamedDependency[Service]
) -> Response[str]:
    """Confirms what another proposed."""
    return _decide(request, service, body, approval, True)


@post(
    "/organisation/approvals/{approval:uuid}/refuse",
    admits=on_registrys(Action.DECIDE_IN_TWO),
    include_in_schema=False,
    sync_to_thread=True,
)
def refuse_proposal_by_form(
    request: Request[Any, Any, Any], body: RawBody, approval: ApprovalId, service: NamedDependency[Service]
) -> Response[str]:
    """Refuses it."""
    return _decide(request, service, body, approval, False)


def _decide(
    request: Request[Any, Any, Any], service: Service, body: bytes, approval: UUID, confirmed: bool
) -> Response[str]:
    def act(desk: Desk, _: Sent) -> None:
        decide(service, desk.caller, approval, confirmed, desk.browser.now)

    return do(request, service, body, act)


ROUTES = [withdraw_by_form, confirm_by_form, refuse_proposal_by_form]
