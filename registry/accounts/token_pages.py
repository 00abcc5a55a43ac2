"""Making and ending tokens and clients by forms, on the page of one's own organisation."""

from typing import Annotated, Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody

from registry.access.admission import on_own
from registry.access.routes import NewToken, end_token, make_token
from registry.access.rules import Action, require
from registry.accounts.browser import Sent
from registry.accounts.colleague_pages import roles_sent
from registry.accounts.organisation_pages import Desk, do
from registry.errors import InvalidInput
from registry.web.reading import struct_of_form
from registry.web.service import Service

Id = Annotated[str, PathParameter(max_length=64)]


@post("/organisation/tokens", admits=on_own(Action.MANAGE_TOKENS), include_in_schema=False, sync_to_thread=True)
def make_token_by_form(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]
) -> Response[str]:
    """Makes a token, and shows it this once."""

    def act(desk: Desk, sent: Sent) -> Response[str]:
        require(desk.caller, Action.MANAGE_TOKENS, desk.caller.member)
        made = make_token(service, desk.caller, _wanted(sent), desk.browser.now)
        secret = made.token or f"client_id={made.client_id}\nclient_secret={made.client_secret}"
        return desk.page(secret=secret)

    return do(request, service, body, act)


def _wanted(sent: Sent) -> NewToken:
    """The token that a form asks for. Raises ``InvalidInput``."""
    days = sent.one("days")
    if not days.isascii() or not days.isdigit() or len(days) > 3:
        raise InvalidInput("a number of days, from 1 to 365", "$.days")
    told = {"name": sent.one("name"), "roles": roles_sent(sent), "days": int(days)}
    return struct_of_form(told | {"is_client": sent.one("use") == "client"}, NewToken)


@post(
    "/organisation/tokens/{token:str}/end",
    admits=on_own(Action.MANAGE_TOKENS),
    include_in_schema=False,
    sync_to_thread=True,
)
def end_token_by_form(
    request: Request[Any, Any, Any], body: RawBody, token: Id, service: NamedDependency[Service]
) -> Response[str]:
    """Ends a token."""
    return do(request, service, body, lambda desk, _: end_token(service, desk.caller, token, desk.browser.now))


ROUTES = [make_token_by_form, end_token_by_form]
