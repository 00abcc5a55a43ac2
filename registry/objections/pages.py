"""The page on which anybody objects to a record, and the queue for the operator and whom an objection concerns."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.middleware.rate_limit import get_remote_address
from litestar.params import RawBody

from registry.access.admission import ANYBODY, on_named, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, may
from registry.accounts.browser import Browser, Sent
from registry.errors import InvalidInput, RegistryError
from registry.objections.objections import MOST_ANSWER, MOST_WORDS, OPEN, Category, Objection, ObjectionState
from registry.objections.routes import (
    Decision,
    ObjectionId,
    ObjectionShown,
    RecordIndex,
    concerning,
    decide,
    known,
    receive,
    state_view,
)
from registry.pages.desk import Field, Form, Option, Section
from registry.web.service import Service

_TRAP = "website"
"""A field that people do not see: what is typed into it was typed by a program."""

_LABELS = {
    "$.category": "object_about",
    "$.words": "object_words",
    "$.email": "object_email",
    "$.decision": "objection_decision",
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
    sections = tuple(_one(browser, caller, one) for one in found)
    back = Section(links=((browser.link("/organisation"), browser.t("my_organisation")),))
    intro = "" if sections else browser.t("object_none")
    notice = browser.t("done") if "done" in browser.request.query_params else ""
    title = browser.t("objections")
    return browser.page(title, *sections, back, intro=intro, alert=alert, notice=notice, status=status)


def _one(browser: Browser, caller: Caller, one: ObjectionShown) -> Section:
    t = browser.t
    text = [t(f"objection_{one.state}"), *one.words.split("\n")]
    if one.state in OPEN:
        word = "objection_overdue" if one.overdue else "objection_due"
        text.insert(1, t(word, day=f"{one.due:%Y-%m-%d}"))
    for word, said in (("objection_owner_says", one.owner_says), ("objection_body_says", one.body_says)):
        if said:
            text.append(t(word, words=said))
    if one.answer:
        text.append(one.answer)
    title = f"{t(f'objection_{one.category}')} · {one.record} · {one.owner}"
    return Section(title=title, text=tuple(text), form=_form(browser, caller, one))


def _form(browser: Browser, caller: Caller, one: ObjectionShown) -> Form | None:
    t, action = browser.t, f"/objections/{one.id}"
    if one.state in OPEN and may(caller, Action.DECIDE_OBJECTION, one.owner):
        possible = ("admitted", "dismissed") if one.state == "filed" else ("answered", "dismissed", "upheld")
        options = tuple(Option(word, t(f"decide_{word}")) for word in possible)
        fields = (
            Field(name="decision", label=t("objection_decision"), kind="choice", options=options),
            Field(name="words", label=t("objection_answer"), most=MOST_ANSWER, required=one.state != "filed"),
        )
        name, path, button = f"decide-{one.id}", f"{action}/decision", t("decide")
    elif one.state == "admitted" and may(caller, Action.STATE_VIEW, one.owner, one.body or ""):
        said = one.owner_says if caller.member == one.owner else one.body_says
        fields = (Field(name="words", label=t("objection_view"), kind="lines", value=said, most=MOST_WORDS),)
        name, path, button = f"view-{one.id}", f"{action}/view", t("object_send")
    else:
        return None
    return Form(name=name, action=path, button=button, fields=fields, form_token=browser.form_token)


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
    return _do(Browser(request, service), body, objection, True)


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
    return _do(Browser(request, service), body, objection, False)


def _do(browser: Browser, body: bytes, objection: UUID, decides: bool) -> Response[str]:
    sent = browser.read(body)
    caller = browser.caller
    if caller is None:
        return browser.go("/sign-in")
    try:
        if decides:
            # What is no decision is refused like filing it anew, after it is known that the caller may decide.
            named = sent.one("decision")
            state = ObjectionState(named) if named in set(ObjectionState) else ObjectionState.FILED
            decide(browser.service, caller, objection, Decision(decision=state, words=sent.one("words")), browser.now)
        else:
            state_view(browser.service, caller, objection, sent.one("words"), browser.now)
    except RegistryError as problem:
        return _queue(browser, caller, _wrong(browser, problem), problem.status)
    return browser.go("/objections?done")


ROUTES = [object_page, object_by_form, objections_page, decide_by_form, state_view_by_form]
