"""The page on which anybody objects to a record, and the queue for the operator and whom an objection concerns."""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.middleware.rate_limit import get_remote_address
from litestar.params import RawBody

from registry.access.admission import ANYBODY, on_named, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.accounts.browser import Browser, Sent
from registry.errors import InvalidInput, RegistryError, WrongState
from registry.objections.objections import MOST_WORDS, Category, Objection, ObjectionState, objection_row
from registry.objections.queue import about, objection_section
from registry.objections.routes import (
    Decision,
    ObjectionId,
    RecordIndex,
    concerning,
    decide,
    known,
    receive,
    state_view,
)
from registry.pages.desk import Field, Form, Option, Section
from registry.records.routes import reinstate
from registry.web.service import Service

_TRAP = "website"
"""A field that people do not see: what is typed into it was typed by a program."""

_LABELS = {
    "$.category": "object_about",
    "$.words": "object_words",
    "$.email": "object_email",
}


def _object_page(
    browser: Browser, record: int, sent: Sent, alert: str = "", notice: str = "", status: int = 200
) -> Response[str]:
    t = browser.t
    told = known(browser.service, record)
    options = tuple(Option(one, t(f"objection_{one}"), sent.one("category") == one) for one in Category)
    fields = (
        Field(name="category", label=t("object_about"), kind="choice", options=options),
        Field(name="words", label=t("object_words"), kind="lines", value=sent.one("words"), most=MOST_WORDS),
        Field(
            name="email",
            label=t("object_email"),
            kind="email",
            value=sent.one("email"),
            required=False,
            hint=t("object_email_hint"),
            autocomplete="email",
        ),
        Field(name=_TRAP, label=t("object_trap"), kind="trap", required=False),
    )
    form = Form(
        name="object",
        action=f"/records/{record}/object",
        button=t("object_send"),
        fields=fields,
        form_token=browser.form_token,
    )
    counts = t("object_known", open=str(told.open), upheld=str(told.upheld))
    text = [
        f"{one.filed:%Y-%m-%d} · {t(f'objection_{one.category}')} · {t(f'objection_{one.state}')}"
        + (f": {one.answer}" if one.answer else "")
        for one in told.objections
    ]
    sections = [Section(form=form)] if not notice else []
    if text:
        sections.append(Section(title=t("objections"), text=(counts, *text)))
    title, intro = t("object_page", record=str(record)), "" if notice else t("object_intro")
    return browser.page(title, *sections, intro=intro, alert=alert, notice=notice, status=status)


@get("/records/{record:int}/object", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def object_page(
    request: Request[Any, Any, Any], record: RecordIndex, service: NamedDependency[Service]
) -> Response[str]:
    """The form, and what the public knows of earlier objections."""
    return _object_page(Browser(request, service), record, Sent({}))


@post("/records/{record:int}/object", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def object_by_form(
    request: Request[Any, Any, Any], body: RawBody, record: RecordIndex, service: NamedDependency[Service]
) -> Response[str]:
    """Takes an objection; what was typed stays when something is wrong."""
    browser = Browser(request, service)
    sent = browser.read(body)
    try:
        if not sent.one(_TRAP):
            receive(service, record, _objection(sent), get_remote_address(request), browser.now)
    except RegistryError as problem:
        return _object_page(browser, record, sent, _wrong(browser, problem), status=problem.status)
    return _object_page(browser, record, sent, notice=browser.t("object_done"))


def _objection(sent: Sent) -> Objection:
    if sent.one("category") not in set(Category):
        raise InvalidInput("choose one", "$.category")
    email = sent.one("email").strip()
    return Objection(category=Category(sent.one("category")), words=sent.one("words"), email=email or None)


def _wrong(browser: Browser, problem: RegistryError) -> str:
    return browser.what_was_wrong(problem, {path: browser.t(word) for path, word in _LABELS.items()})


def _queue(browser: Browser, caller: Caller, alert: str = "", status: int = 200) -> Response[str]:
    found = concerning(browser.service, caller, None, 1, browser.now).objections
    with browser.service.registry.database.reading() as session:
        sections = tuple(objection_section(browser, caller, one, about(session, browser, one)) for one in found)
    back = Section(links=((browser.link("/organisation"), browser.t("my_organisation")),))
    intro = "" if sections else browser.t("object_none")
    notice = browser.t("done") if "done" in browser.request.query_params and not alert else ""
    title = browser.t("objections")
    return browser.page(title, *sections, back, intro=intro, alert=alert, notice=notice, status=status)


@get("/objections", admits=on_own(Action.READ_OBJECTIONS), include_in_schema=False, sync_to_thread=True)
def objections_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """What there is to decide, or to say one's view on."""
    browser = Browser(request, service)
    return browser.go("/sign-in") if browser.caller is None else _queue(browser, browser.caller)


@post(
    "/objections/{objection:uuid}/decision",
    admits=on_named(Action.DECIDE_OBJECTION),
    include_in_schema=False,
    sync_to_thread=True,
)
def decide_by_form(
    request: Request[Any, Any, Any], body: RawBody, objection: ObjectionId, service: NamedDependency[Service]
) -> Response[str]:
    """Decides."""
    browser = Browser(request, service)

    def act(caller: Caller, sent: Sent) -> None:
        # What is no decision is refused like filing it anew, after it is known that the caller may decide.
        named = sent.one("decision")
        state = ObjectionState(named) if named in set(ObjectionState) else ObjectionState.FILED
        decide(service, caller, objection, Decision(decision=state, words=sent.one("words")), browser.now)

    return _do(browser, body, "objection_answer", act)


@post(
    "/objections/{objection:uuid}/view",
    admits=on_named(Action.STATE_VIEW),
    include_in_schema=False,
    sync_to_thread=True,
)
def state_view_by_form(
    request: Request[Any, Any, Any], body: RawBody, objection: ObjectionId, service: NamedDependency[Service]
) -> Response[str]:
    """Keeps a view."""
    browser = Browser(request, service)

    def act(caller: Caller, sent: Sent) -> None:
        state_view(service, caller, objection, sent.one("words"), browser.now)

    return _do(browser, body, "objection_view", act)


@post(
    "/objections/{objection:uuid}/reinstate",
    admits=on_named(Action.REINSTATE),
    include_in_schema=False,
    sync_to_thread=True,
)
def reinstate_by_form(
    request: Request[Any, Any, Any], body: RawBody, objection: ObjectionId, service: NamedDependency[Service]
) -> Response[str]:
    """Puts the record in force again that was suspended because an objection was upheld."""
    browser = Browser(request, service)

    def act(caller: Caller, sent: Sent) -> None:
        with service.registry.database.reading() as session:
            row = objection_row(session, objection)
            require(caller, Action.REINSTATE, row.owner_id)
            record, state = row.record, row.state
        if state != ObjectionState.UPHELD:
            raise WrongState(f"objection {objection} is {state}: it suspended nothing")
        reinstate(service, caller, record, lambda: sent.one("reason"), browser.now)

    return _do(browser, body, "objection_answer", act)


def _do(browser: Browser, body: bytes, words: str, act: Callable[[Caller, Sent], None]) -> Response[str]:
    """Reads the form and does what it asks for; ``words`` is the label of its text."""
    sent = browser.read(body)
    caller = browser.caller
    if caller is None:
        return browser.go("/sign-in")
    try:
        act(caller, sent)
    except RegistryError as problem:
        labels = {
            "$.words": browser.t(words),
            "$.reason": browser.t("withdraw_reason"),
            "$.decision": browser.t("objection_decision"),
        }
        return _queue(browser, caller, browser.refuse(sent, problem, labels), problem.status)
    return browser.go("/objections?done")


ROUTES = [object_page, object_by_form, objections_page, decide_by_form, state_view_by_form, reinstate_by_form]
