"""The page on which anybody objects to a record, and the queue for the operator and whom an objection concerns."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import RawBody

from registry.access.admission import ANYBODY, on_named, on_others, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, may_others, require
from registry.accounts.browser import Browser, Sent
from registry.errors import InvalidInput, RegistryError, WrongState
from registry.objections.objections import (
    MOST_ANSWER,
    MOST_WORDS,
    PAGE_SIZE,
    Category,
    Objection,
    ObjectionState,
    crowded,
    objection_row,
)
from registry.objections.queue import about, objection_section
from registry.objections.routes import (
    Decision,
    Dismissals,
    ObjectionId,
    ObjectionShown,
    RecordIndex,
    concerning,
    decide,
    dismiss,
    known,
    receive,
    state_view,
)
from registry.pages.desk import Field, Form, Option, Section
from registry.records.routes import reinstate
from registry.web.remote import remote_of
from registry.web.service import Service

_TRAP = "website"
"""A field that people do not see: what is typed into it was typed by a program."""

_MOST_DIGITS = 9
_MOST_SHORT = 100
_LABELS = {
    "$.category": "object_about",
    "$.words": "object_words",
    "$.email": "object_email",
    "$.decision": "objection_decision",
    "$.objections": "objections_waiting",
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
            receive(service, record, _objection(sent), remote_of(request), browser.now)
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
    record, page = _asked(browser, "record"), max(_asked(browser, "page") or 1, 1)
    found = concerning(browser.service, caller, None, page, browser.now, record).objections
    with browser.service.registry.database.reading() as session:
        sections = tuple(objection_section(browser, caller, one, about(session, browser, one)) for one in found)
    several = _several(browser, caller, found, record)
    intro = "" if sections else browser.t("object_none")
    notice = browser.t("done") if "done" in browser.request.query_params and not alert else ""
    title = browser.t("objections" if record is None else "objections_to", record=str(record))
    ways = _ways(browser, record, page, len(found) == PAGE_SIZE)
    return browser.page(title, *several, *sections, ways, intro=intro, alert=alert, notice=notice, status=status)


def _asked(browser: Browser, name: str) -> int | None:
    """A number in the address's query; None: there is none."""
    told = browser.request.query_params.get(name, "")
    return int(told) if told.isascii() and told.isdigit() and len(told) <= _MOST_DIGITS else None


def _ways(browser: Browser, record: int | None, page: int, goes_on: bool) -> Section:
    """From page to page, to all of them, and back."""
    this = "/objections?" if record is None else f"/objections?record={record}&"
    links = [(f"{this}page={page - 1}", "page_before")] if page > 1 else []
    links += [(f"{this}page={page + 1}", "page_after")] if goes_on else []
    links += [("/objections", "objections_all")] if record is not None else []
    links.append(("/organisation", "my_organisation"))
    return Section(links=tuple((browser.link(path), browser.t(word)) for path, word in links))


def _several(
    browser: Browser, caller: Caller, found: tuple[ObjectionShown, ...], record: int | None
) -> tuple[Section, ...]:
    """The form to dismiss several of those on the page, and the ways to the records to which many wait.

    On the page of one record they are ticked, for that is where a flood is looked through.
    """
    filed = [one for one in found if one.state == ObjectionState.FILED]
    if len(filed) < 2 or not may_others(caller, Action.DECIDE_OBJECTION):
        return ()
    t = browser.t
    options = tuple(Option(str(one.id), _in_short(browser, one), record is not None) for one in filed)
    fields = (
        Field(name="objections", label=t("objections_waiting"), kind="choices", options=options),
        Field(name="words", label=t("objection_dismissed_why"), most=MOST_ANSWER),
    )
    form = browser.form("/objections/dismissals", "dismiss_several", *fields)
    with browser.service.registry.database.reading() as session:
        many = crowded(session)
    links = [
        (browser.link(f"/objections?record={one}"), t("objections_crowded", record=str(one), count=str(count)))
        for one, count in many
        if one != record
    ]
    return (Section(title=t("dismiss_several_title"), form=form, links=tuple(links)),)


def _in_short(browser: Browser, one: ObjectionShown) -> str:
    """An objection in a line, for a list of many."""
    words = " ".join(one.words.split())
    said = words if len(words) <= _MOST_SHORT else f"{words[:_MOST_SHORT]}…"
    return f"{one.record} · {browser.t(f'objection_{one.category}')} · {said}"


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
            raise WrongState("objection {objection} is {state}: it suspended nothing", objection=objection, state=state)
        reinstate(service, caller, record, lambda: sent.one("reason"), browser.now)

    return _do(browser, body, "objection_answer", act)


@post(
    "/objections/dismissals",
    admits=on_others(Action.DECIDE_OBJECTION),
    include_in_schema=False,
    sync_to_thread=True,
)
def dismiss_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Dismisses those that are ticked."""
    browser = Browser(request, service)
    sent = browser.read(body)
    caller = browser.caller
    if caller is None:
        return browser.go("/sign-in")
    try:
        dismiss(service, caller, Dismissals(objections=_ticked(sent), words=sent.one("words")), browser.now)
    except RegistryError as problem:
        labels = {path: browser.t(word) for path, word in _LABELS.items()}
        return _queue(browser, caller, browser.refuse(sent, problem, labels), problem.status)
    return browser.go("/objections?done")


def _ticked(sent: Sent) -> tuple[UUID, ...]:
    try:
        return tuple(UUID(key) for key in sent.all("objections"))
    except ValueError:
        raise InvalidInput("choose among those that wait", "$.objections") from None


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


ROUTES = [
    object_page,
    object_by_form,
    objections_page,
    decide_by_form,
    dismiss_by_form,
    state_view_by_form,
    reinstate_by_form,
]
