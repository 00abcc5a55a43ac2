"""The page of the audit trail, for whoever speaks for an organisation, and for the operator."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Stream

from registry.access.admission import on_own
from registry.access.rules import Action
from registry.accounts.browser import Browser
from registry.accounts.people import people_of
from registry.accounts.sessions import Stage
from registry.audit.changes import Change
from registry.audit.reading import Form as Written
from registry.audit.reading import Noted, Wanted, steps, wanted_by
from registry.audit.routes import download
from registry.audit.steps import Did
from registry.audit.words import DONE, KINDS
from registry.errors import InvalidInput, RegistryError
from registry.pages.desk import Field, Form, Row, Section
from registry.web.service import Service

SHOWN = 100
"""Steps of a page."""

_MOST_CHANGES = 8
_SHORT_ID = 8


class _Words:
    """A step in the reader's language; ``names`` are those of the reader's own colleagues, by their ids."""

    def __init__(self, browser: Browser, names: dict[str, str]) -> None:
        self._language = browser.language
        self._names = names

    def row(self, step: Noted) -> Row:
        """The step as a row."""
        done = DONE[Did(step.action)].text(self._language) if step.action in set(Did) else step.action
        told = [self._change(one) for one in step.changed[:_MOST_CHANGES]]
        if len(step.changed) > _MOST_CHANGES:
            told.append(f"+ {len(step.changed) - _MOST_CHANGES}")
        what = f"{self.thing(step.subject)}: {done}"
        return Row((f"{step.at:%Y-%m-%d %H:%M:%S}", self.thing(step.who), what, "; ".join(told)))

    def thing(self, named: str) -> str:
        """``person/1f0c...`` as people say it."""
        kind, _, key = named.partition("/")
        if kind == "person" and key in self._names:
            return self._names[key]
        word = KINDS[kind].text(self._language) if kind in KINDS else kind
        return f"{word} {key[:_SHORT_ID] if len(key) == 36 else key}".strip()

    def _change(self, change: Change) -> str:
        before, after = ("-" if value is None else str(value) for value in (change.before, change.after))
        path = change.path.lstrip("/")
        return f"{path}: {after}" if change.before is None else f"{path}: {before} → {after}"


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
        names = {person.id: person.name for person, _ in people_of(session, browser.signed_in.member)}
    return browser.page(browser.t("audit"), *_sections(browser, found, names), intro=browser.t("audit_intro"))


def _sections(browser: Browser, found: list[Noted], names: dict[str, str]) -> tuple[Section, ...]:
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
    words = _Words(browser, names)
    head = tuple(map(t, ("audit_when", "audit_who", "audit_what", "audit_changed")))
    links = [(f"/audit.csv?{urlencode(kept)}", t("audit_csv")), (f"/audit.ndjson?{urlencode(kept)}", t("audit_ndjson"))]
    if len(found) == SHOWN:
        links.insert(0, (f"/audit?{urlencode(kept | {'before': found[-1].id})}", t("older")))
    text = () if found else (t("audit_none"),)
    return (
        Section(form=form),
        Section(text=text, head=head, rows=tuple(map(words.row, found)), links=tuple(links)),
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
