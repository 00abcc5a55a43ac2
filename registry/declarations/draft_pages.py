"""The pages on which an owner begins a declaration, and changes a draft."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.access.admission import on_named, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.accounts.browser import Browser, Sent
from registry.declarations import life
from registry.declarations.draft_fields import BEGUN_WITH, Subject, parts, subject_of
from registry.declarations.draft_form import MOST_FIELDS, as_typed, read_draft, typed_values
from registry.declarations.draft_view import DraftView, part_anchor
from registry.declarations.known import KnownProducts
from registry.declarations.states import after
from registry.pages.desk import Section
from registry.reviews.turn import turn
from registry.web.service import Service
from schemas.declaration import Declaration
from schemas.findings import Finding, findings

_NEW = "/declarations/new"
_ALERTS = {HTTP_422_UNPROCESSABLE_ENTITY: "wrong_findings", HTTP_409_CONFLICT: "changed_meanwhile"}
DeclarationId = Annotated[UUID, PathParameter(description="the declaration's id")]


def _page(
    browser: Browser, action: str, view: DraftView, *above: Section, status: int = 200, held: str = ""
) -> Response[str]:
    """The form, under what was found in it."""
    t = browser.t
    return browser.page(
        t("draft_title"),
        *above,
        *view.findings(),
        Section(form=view.form(action, held)),
        Section(links=((browser.link("/declarations"), t("back_to_declarations")),)),
        intro=t("draft_intro"),
        alert=t(_ALERTS[status]) if status in _ALERTS else "",
        notice=t("done") if "done" in browser.request.query_params and status == HTTP_200_OK else "",
        status=status,
    )


def _refused(
    browser: Browser, action: str, subject: Subject, sent: Sent, found: Sequence[Finding], held: str = ""
) -> Response[str]:
    """The form with what was typed, of which something cannot be read."""
    view = DraftView(browser, subject, as_typed(sent), found, sent.one("at"))
    return _page(browser, action, view, status=HTTP_422_UNPROCESSABLE_ENTITY, held=held)


def _kept(browser: Browser, sent: Sent, declaration: UUID) -> Response[str]:
    """On to the declaration; or back to the part of the form that was being filled in."""
    at = sent.one("at")
    if at not in {part.name for part in parts(Subject.PRODUCT)}:
        return browser.go(f"/declarations/{declaration}?done")
    return browser.go(f"/declarations/{declaration}/edit?done&at={at}#{part_anchor(at)}")


def _subject_sent(words: str, otherwise: Subject) -> Subject:
    return Subject(words) if words in set(Subject) else otherwise


@get(_NEW, admits=on_own(Action.DECLARE), include_in_schema=False, sync_to_thread=True)
def new_declaration(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The empty form, for a product, a construction product or a place."""
    browser = Browser(request, service)
    if browser.caller is None:
        return browser.go("/sign-in")
    require(browser.caller, Action.DECLARE, browser.caller.member)
    subject = _subject_sent(request.query_params.get("of", ""), Subject.PRODUCT)
    tabs = tuple((browser.link(f"{_NEW}?of={one}"), browser.t(f"of_{one}"), one is subject) for one in Subject)
    above = Section(tabs=tabs, text=(browser.t(f"of_{subject}_intro"),))
    return _page(browser, _NEW, DraftView(browser, subject, Sent(BEGUN_WITH[subject])), above)


@post(_NEW, admits=on_own(Action.DECLARE), include_in_schema=False, sync_to_thread=True)
def begin_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Begins a draft; what was typed stays when something of it cannot be read."""
    browser = Browser(request, service)
    sent = browser.read(body, MOST_FIELDS)
    caller = browser.caller
    if caller is None:
        return browser.go("/sign-in")
    require(caller, Action.DECLARE, caller.member)
    declared, found = read_draft(sent, Declaration())
    if declared is None:
        return _refused(browser, _NEW, _subject_sent(sent.one("of"), Subject.PRODUCT), sent, found)
    with service.registry.database.writing(caller.author) as session:
        key = life.create(session, declared, caller.member, browser.now)
    return _kept(browser, sent, key)


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
    content, found, held = _to_revise(service, browser.caller, declaration)
    at = request.query_params.get("at", "")
    view = DraftView(browser, subject_of(content), typed_values(content), found, at)
    return _page(browser, f"/declarations/{declaration}/edit", view, held=held)


@post(
    "/declarations/{declaration:uuid}/edit",
    admits=on_named(Action.REVISE),
    include_in_schema=False,
    sync_to_thread=True,
)
def edit_by_form(
    request: Request[Any, Any, Any], body: RawBody, declaration: DeclarationId, service: NamedDependency[Service]
) -> Response[str]:
    """Changes the draft; what was typed stays when something of it cannot be read, or when somebody else changed the
    draft meanwhile: sent once more, it replaces that."""
    browser = Browser(request, service)
    sent = browser.read(body, MOST_FIELDS)
    caller, action = browser.caller, f"/declarations/{declaration}/edit"
    if caller is None:
        return browser.go("/sign-in")
    with turn(service, caller, declaration, Action.REVISE, browser.now) as taken:
        content, held = life.content_of(taken.row), life.fingerprint(taken.row)
        declared, found = read_draft(sent, content)
        subject = _subject_sent(sent.one("of"), subject_of(content))
        if sent.one("held") != held:
            view = DraftView(browser, subject, as_typed(sent), found, sent.one("at"))
            above = Section(links=((browser.link(f"/declarations/{declaration}"), browser.t("draft_as_held")),))
            return _page(browser, action, view, above, status=HTTP_409_CONFLICT, held=held)
        if declared is None:
            return _refused(browser, action, subject, sent, found, held)
        taken.revise(declared)
    return _kept(browser, sent, declaration)


def _to_revise(service: Service, caller: Caller, declaration: UUID) -> tuple[Declaration, list[Finding], str]:
    """What the caller may revise now, what is found in it, and its fingerprint.

    Raises ``NotFound``, ``NotAllowed`` and ``WrongState``.
    """
    with service.registry.database.reading() as session:
        row = life.row_of(session, declaration)
        require(caller, Action.REVISE, row.owner_id)
        after(Action.REVISE, row.state, row.id)
        content = life.content_of(row)
        return content, findings(content, KnownProducts(session)), life.fingerprint(row)


ROUTES = [new_declaration, begin_by_form, edit_declaration, edit_by_form]
