"""The pages on which an owner begins a declaration, and changes a draft."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody

from registry.access.admission import on_named, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.accounts.browser import Browser, Sent
from registry.declarations import life
from registry.declarations.draft_form import fields, told_by, typed_values
from registry.declarations.states import after
from registry.pages.desk import Card, Form, Section
from registry.reviews.turn import turn
from registry.web.service import Service
from schemas.declaration import Declaration
from schemas.findings import Finding
from schemas.reading import read_declaration

DeclarationId = Annotated[UUID, PathParameter(description="the declaration's id")]


def _page(browser: Browser, action: str, base: Declaration, sent: Sent, found: Sequence[Finding] = ()) -> Response[str]:
    """The form, and what of it could not be read."""
    t = browser.t
    cards = tuple(Card(title=one.message[browser.language], mark=t("finding_error")) for one in found)
    form = Form(
        name="draft",
        action=action,
        button=t("keep_draft"),
        fields=fields(browser, base, sent, {one.path for one in found}),
        form_token=browser.form_token,
    )
    wrong = (Section(title=t("findings"), cards=cards),) if cards else ()
    back = Section(links=((browser.link("/declarations"), t("back_to_declarations")),))
    return browser.page(
        t("draft_title"),
        *wrong,
        Section(form=form),
        back,
        intro=t("draft_intro"),
        alert=t("wrong_findings") if cards else "",
        status=422 if cards else 200,
    )


@get("/declarations/new", admits=on_own(Action.DECLARE), include_in_schema=False, sync_to_thread=True)
def new_declaration(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The empty form."""
    browser = Browser(request, service)
    if browser.caller is None:
        return browser.go("/sign-in")
    require(browser.caller, Action.DECLARE, browser.caller.member)
    return _page(browser, "/declarations/new", Declaration(), Sent({}))


@post("/declarations/new", admits=on_own(Action.DECLARE), include_in_schema=False, sync_to_thread=True)
def begin_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Begins a draft; what was typed stays when something of it cannot be read."""
    browser = Browser(request, service)
    sent = browser.read(body)
    caller = browser.caller
    if caller is None:
        return browser.go("/sign-in")
    require(caller, Action.DECLARE, caller.member)
    declared, found = read_declaration(told_by(sent, Declaration()))
    if declared is None:
        return _page(browser, "/declarations/new", Declaration(), sent, found)
    with service.registry.database.writing(caller.author) as session:
        key = life.create(session, declared, caller.member, browser.now)
    return browser.go(f"/declarations/{key}?done")


@get(
    "/declarations/{declaration:uuid}/edit",
    admits=on_named(Action.REVISE),
    include_in_schema=False,
    sync_to_thread=True,
)
def edit_declaration(
    request: Request[Any, Any, Any], declaration: DeclarationId, service: NamedDependency[Service]
) -> Response[str]:
    """The form with what the draft holds."""
    browser = Browser(request, service)
    if browser.caller is None:
        return browser.go("/sign-in")
    content = _to_revise(service, browser.caller, declaration)
    return _page(browser, f"/declarations/{declaration}/edit", content, typed_values(content))


@post(
    "/declarations/{declaration:uuid}/edit",
    admits=on_named(Action.REVISE),
    include_in_schema=False,
    sync_to_thread=True,
)
def edit_by_form(
    request: Request[Any, Any, Any], body: RawBody, declaration: DeclarationId, service: NamedDependency[Service]
) -> Response[str]:
    """Changes the draft; what was typed stays when something of it cannot be read."""
    browser = Browser(request, service)
    sent = browser.read(body)
    caller = browser.caller
    if caller is None:
        return browser.go("/sign-in")
    with turn(service, caller, declaration, Action.REVISE, browser.now) as taken:
        content = life.content_of(taken.row)
        declared, found = read_declaration(told_by(sent, content))
        if declared is None:
            return _page(browser, f"/declarations/{declaration}/edit", content, sent, found)
        taken.revise(declared)
    return browser.go(f"/declarations/{declaration}?done")


def _to_revise(service: Service, caller: Caller, declaration: UUID) -> Declaration:
    """What the caller may revise now. Raises ``NotFound``, ``NotAllowed`` and ``WrongState``."""
    with service.registry.database.reading() as session:
        row = life.row_of(session, declaration)
        require(caller, Action.REVISE, row.owner_id)
        after(Action.REVISE, row.state, row.id)
        return life.content_of(row)


ROUTES = [new_declaration, begin_by_form, edit_declaration, edit_by_form]
