"""The pages on which an organisation applies to join, and on which the operator decides."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody

from registry.access.admission import ANYBODY, on_others
from registry.access.callers import Caller
from registry.access.rules import Action, require_others
from registry.accounts.browser import Browser, Sent
from registry.accounts.sessions import Stage
from registry.database.people_tables import ApplicationRow
from registry.errors import InvalidInput, RegistryError
from registry.members import applications
from registry.members.applications import Application, ApplicationState, Contact
from registry.members.members import all_members, called_alike
from registry.members.routes import approve, receive, refuse
from registry.pages.desk import Field, Form, Option, Section
from registry.pages.reader import Reader
from registry.web.remote import remote_of
from registry.web.service import Service
from schemas.member import Member, MemberKind, Plan
from schemas.text import in_language

_KINDS = tuple(kind for kind in MemberKind if kind is not MemberKind.OPERATOR)
_FIELDS = {
    "$.name": "name_en",
    "$.name.en": "name_en",
    "$.name.zh": "name_zh",
    "$.kind": "kind",
    "$.ids[0]": "ids",
    "$.country": "country",
    "$.accreditation": "accreditation",
    "$.accreditation_until": "accreditation_until",
    "$.plans": "plans",
    "$.part_of": "part_of",
    "$.contact.name": "contact_name",
    "$.contact.email": "email",
    "$.contact.phone": "phone",
}
"""Which field of the form is meant by a path in the application."""


def _join_page(browser: Browser, sent: Sent, alert: str = "", wrong: str = "", status: int = 200) -> Response[str]:
    t = browser.t

    def field(name: str, kind: str = "text", required: bool = False, hint: str = "", **more: Any) -> Field:
        value, label = sent.one(name), t(name)
        return Field(
            name=name, label=label, kind=kind, value=value, required=required, hint=hint, wrong=wrong == name, **more
        )

    kinds = tuple(Option(kind, t(f"kind_{kind}"), sent.one("kind") == kind) for kind in _KINDS)
    plans = tuple(Option(plan, t(f"plan_{plan}"), plan in sent.all("plans")) for plan in Plan)
    fields = (
        field("name_en", hint=t("one_name"), autocomplete="organization", most=200),
        field("name_zh", most=200),
        field("kind", "choice", options=kinds),
        field("ids", hint=t("ids_hint")),
        field("country", hint=t("country_hint"), most=2),
        field("part_of", hint=t("part_of_hint"), most=200),
        field("plans", "choices", options=plans),
        field("accreditation", most=200),
        field("accreditation_until", "date"),
        field("contact_name", required=True, autocomplete="name", most=100),
        field("email", "email", required=True, autocomplete="email"),
        field("phone", "tel", hint=t("optional"), autocomplete="tel", most=40),
    )
    form = Form(name="join", action="/join", button=t("apply"), fields=fields, form_token=browser.form_token)
    return browser.page(t("join"), Section(form=form), intro=t("join_intro"), alert=alert, status=status)


@get("/join", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def join_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The form to apply with."""
    return _join_page(Browser(request, service), Sent({}))


@post("/join", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def join_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Takes the application; what was typed stays when something is wrong."""
    browser = Browser(request, service)
    sent = browser.read(body)
    try:
        application = _application(sent)
        receive(service, application, remote_of(request), browser.now)
    except RegistryError as problem:
        wrong = _FIELDS.get(problem.path, "") if isinstance(problem, InvalidInput) else ""
        labels = {path: browser.t(name) for path, name in _FIELDS.items()}
        return _join_page(browser, sent, browser.what_was_wrong(problem, labels), wrong, problem.status)
    return browser.page(browser.t("join"), notice=browser.t("join_done", email=application.contact.email))


def _application(sent: Sent) -> Application:
    """What the form says. Raises ``InvalidInput``."""

    def told(name: str) -> str | None:
        return sent.one(name).strip() or None

    try:
        until = None if told("accreditation_until") is None else date.fromisoformat(sent.one("accreditation_until"))
    except ValueError:
        raise InvalidInput("a day is written like 2027-06-30", "$.accreditation_until") from None
    if sent.one("kind") not in _KINDS:
        raise InvalidInput("choose one of the kinds", "$.kind")
    if not set(sent.all("plans")) <= set(Plan):
        raise InvalidInput("choose among the plans", "$.plans")
    names = (("en", told("name_en")), ("zh", told("name_zh")))
    return Application(
        name={language: words for language, words in names if words},
        kind=MemberKind(sent.one("kind")),
        contact=Contact(name=sent.one("contact_name")[:200], email=sent.one("email"), phone=told("phone")),
        ids=tuple(filter(None, [told("ids")])),
        country=told("country"),
        part_of=told("part_of"),
        accreditation=told("accreditation"),
        accreditation_until=until,
        plans=tuple(Plan(plan) for plan in sent.all("plans")),
    )


ApplicationId = Annotated[UUID, PathParameter(description="the application's id")]


def _applications_page(browser: Browser, alert: str = "", status: int = 200) -> Response[str]:
    t = browser.t
    with browser.service.registry.database.reading() as session:
        rows, _ = applications.listed(session, ApplicationState.WAITING, 1)
        members = all_members(session)
    sections = tuple(_one(browser, row, members) for row in rows)
    intro = "" if sections else t("none_waiting")
    return browser.page(t("applications"), *sections, intro=intro, alert=alert, status=status)


def _one(browser: Browser, row: ApplicationRow, members: list[Member]) -> Section:
    t, application = browser.t, applications.content_of(row)

    def form(name: str, field: str) -> Form:
        wanted = Field(name=field, label=t(field), most=64 if field == "member_id" else applications.MAX_REASON)
        return browser.form(f"/applications/{row.id}/{name}", name, wanted)

    contact = application.contact
    names = " · ".join(application.name[tag] for tag in sorted(application.name))
    facts = (
        (t("applied_on"), Reader(browser.language).moment(row.submitted_at)),
        (t("names"), names),
        (t("kind"), t(f"kind_{application.kind}")),
        (t("ids"), t("comma").join(application.ids)),
        (t("country"), application.country or ""),
        (t("part_of"), application.part_of or ""),
        (t("plans"), t("comma").join(t(f"plan_{plan}") for plan in application.plans)),
        (t("accreditation"), application.accreditation or ""),
        (t("accreditation_until"), str(application.accreditation_until or "")),
        (t("contact"), " · ".join(filter(None, (contact.name, contact.email, contact.phone)))),
    )
    return Section(
        title=in_language(application.name, browser.language),
        text=tuple(_looks_like(browser, application, members)),
        facts=tuple((term, value) for term, value in facts if value),
        form=form("approve", "member_id"),
        more_forms=(form("refuse", "reason"),),
    )


def _looks_like(browser: Browser, application: Application, members: list[Member]) -> Iterator[str]:
    """What the operator should look at twice: members of the same name or identifier."""
    ids = {one.casefold() for one in application.ids}
    for word, found in (
        ("applicant_named_as", called_alike(members, application.name)),
        ("applicant_known_by", [one for one in members if ids & {known.casefold() for known in one.ids}]),
    ):
        for one in found:
            yield browser.t(word, name=in_language(one.name, browser.language), member=one.id)


def _signed_in(browser: Browser, action: Action) -> Caller | None:
    """Who is signed in and may; None when nobody is. Raises ``NotAllowed``."""
    if browser.signed_in is None or not browser.is_at(Stage.FULL):
        return None
    require_others(browser.signed_in.caller, action)
    return browser.signed_in.caller


@get("/applications", admits=on_others(Action.READ_APPLICATIONS), include_in_schema=False, sync_to_thread=True)
def applications_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The applications that wait. For the operator."""
    browser = Browser(request, service)
    return _applications_page(browser) if _signed_in(browser, Action.READ_APPLICATIONS) else browser.go("/sign-in")


@post(
    "/applications/{application:uuid}/approve",
    admits=on_others(Action.DECIDE_APPLICATION),
    include_in_schema=False,
    sync_to_thread=True,
)
def approve_by_form(
    request: Request[Any, Any, Any], body: RawBody, application: ApplicationId, service: NamedDependency[Service]
) -> Response[str]:
    """Approves one."""
    return _decide(Browser(request, service), body, application, True)


@post(
    "/applications/{application:uuid}/refuse",
    admits=on_others(Action.DECIDE_APPLICATION),
    include_in_schema=False,
    sync_to_thread=True,
)
def refuse_by_form(
    request: Request[Any, Any, Any], body: RawBody, application: ApplicationId, service: NamedDependency[Service]
) -> Response[str]:
    """Refuses one."""
    return _decide(Browser(request, service), body, application, False)


def _decide(browser: Browser, body: bytes, key: UUID, approved: bool) -> Response[str]:
    sent = browser.read(body)
    caller = _signed_in(browser, Action.DECIDE_APPLICATION)
    if caller is None:
        return browser.go("/sign-in")
    try:
        if approved:
            approve(browser.service, caller, key, sent.one("member_id"), browser.now)
        else:
            refuse(browser.service, caller, key, sent.one("reason"), browser.now)
    except RegistryError as problem:
        labels = {"$.id": browser.t("member_id"), "$.reason": browser.t("reason")}
        return _applications_page(browser, browser.refuse(sent, problem, labels), problem.status)
    return browser.go("/applications")


ROUTES = [join_page, join_by_form, applications_page, approve_by_form, refuse_by_form]
