"""The page of the audit trail, for whoever speaks for an organisation, and for the operator."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Stream
from sqlmodel import Session

from registry.access.admission import on_own
from registry.access.rules import Action
from registry.accounts.browser import Browser
from registry.accounts.people import people_of
from registry.accounts.sessions import Stage
from registry.audit.reading import Form as Written
from registry.audit.reading import Noted, Wanted, steps, wanted_by
from registry.audit.routes import download
from registry.audit.shown import StepWords
from registry.declarations.list_page import name_of
from registry.errors import InvalidInput, RegistryError
from registry.pages.desk import Field, Form, Row, Section
from registry.web.service import Service

SHOWN = 100
"""Steps of a page."""


def _asked(request: Request[Any, Any, Any]) -> Wanted:
    """What the form asks for. Raises ``InvalidInput``."""

    def day(name: str) -> date | None:
        told = request.query_params.get(name, "")
        try:
            return date.fromisoformat(told) if told else None
        except ValueError:
            raise InvalidInput("a day is written like 2027-06-30", f"$.{name}") from None

    subject = request.query_params.get("subject", "").strip()[:100]
    return Wanted(subject=subject or None, first=day("from"), last=day("to"))


@get("/audit", admits=on_own(Action.READ_AUDIT), include_in_schema=False, sync_to_thread=True)
def audit_page(
    request: Request[Any, Any, Any],
    service: NamedDependency[Service],
    before: Annotated[str | None, QueryParameter(max_length=36)] = None,
) -> Response[str]:
    """The newest steps, a hundred a page."""
    browser = Browser(request, service)
    if browser.signed_in is None or not browser.is_at(Stage.FULL):
        return browser.go("/sign-in")
    try:
        wanted = wanted_by(browser.signed_in.caller, _asked(request))
    except RegistryError as problem:
        labels = {"$.from": browser.t("audit_from"), "$.to": browser.t("audit_to")}
        return browser.page(browser.t("audit"), alert=browser.what_was_wrong(problem, labels), status=problem.status)
    with service.registry.database.reading() as session:
        found = steps(session, wanted, before, SHOWN, newest_first=True)
        words = _words(session, browser.language, browser.signed_in.member, found)
    return browser.page(browser.t("audit"), *_sections(browser, found, words), intro=browser.t("audit_intro"))


def _words(session: Session, language: str, reader: str, found: list[Noted]) -> StepWords:
    people = {person.id: person.name for person, _ in people_of(session, reader)}
    acted = {step.member for step in found if step.member is not None}
    return StepWords(language, reader, people, {one: name_of(session, one, language) for one in acted})


def _sections(browser: Browser, found: list[Noted], words: StepWords) -> tuple[Section, ...]:
    t, query = browser.t, browser.request.query_params
    kept = {name: query[name] for name in ("subject", "from", "to", "lang") if query.get(name)}
    fields = (
        Field(
            name="subject",
            label=t("audit_subject"),
            value=kept.get("subject", ""),
            hint=t("audit_hint"),
            required=False,
        ),
        Field(name="from", label=t("audit_from"), kind="date", value=kept.get("from", ""), required=False),
        Field(name="to", label=t("audit_to"), kind="date", value=kept.get("to", ""), required=False),
    )
    form = Form(
        name="audit", action="/audit", button=t("show"), fields=fields, method="get", chosen=kept.get("lang", "")
    )
    head = tuple(map(t, ("audit_when", "audit_who", "audit_what", "audit_changed")))
    links = [(f"/audit.csv?{urlencode(kept)}", t("audit_csv")), (f"/audit.ndjson?{urlencode(kept)}", t("audit_ndjson"))]
    if len(found) == SHOWN:
        links.insert(0, (f"/audit?{urlencode(kept | {'before': found[-1].id})}", t("older")))
    text = () if found else (t("audit_none"),)
    return (
        Section(form=form),
        Section(
            text=text,
            head=head,
            rows=tuple(Row(words.cells(step)) for step in found),
            links=tuple(links),
            begins_with_time=True,
        ),
    )


@get("/audit.csv", admits=on_own(Action.READ_AUDIT), include_in_schema=False, sync_to_thread=True)
def audit_csv(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str] | Stream:
    """All the steps that are asked for, for a spreadsheet."""
    return _file(Browser(request, service), Written.CSV)


@get("/audit.ndjson", admits=on_own(Action.READ_AUDIT), include_in_schema=False, sync_to_thread=True)
def audit_ndjson(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str] | Stream:
    """All the steps that are asked for, for a program."""
    return _file(Browser(request, service), Written.NDJSON)


def _file(browser: Browser, form: Written) -> Response[str] | Stream:
    if browser.signed_in is None or not browser.is_at(Stage.FULL):
        return browser.go("/sign-in")
    wanted = wanted_by(browser.signed_in.caller, _asked(browser.request))
    return download(browser.service, wanted, form)


ROUTES = [audit_page, audit_csv, audit_ndjson]
