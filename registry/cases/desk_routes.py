"""The desk for the yearly release in a browser: what API callers do with cases, by forms.

Whoever may not is told so, whatever a form holds; what was typed stays when something is wrong.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import RawBody

from registry.access.admission import EVERY_CALLER, on_others, on_own, on_registrys
from registry.access.callers import Caller
from registry.access.rules import Action, require, require_others
from registry.accounts.browser import Browser, Sent
from registry.cases import calls, nominations, scoring
from registry.cases.acting import nominate, propose_release, require_own_case
from registry.cases.desk_forms import DESK, Typed, call_in, case_in, dates_in, scores_in
from registry.cases.desk_pages import calls_page, case_page, year_page
from registry.cases.nomination_routes import CaseId, PersonId, Year
from registry.errors import InvalidInput, NotFound, RegistryError
from registry.members.email import normal_email
from registry.registry import OPERATOR
from registry.web.service import Service
from schemas.entry import CasesEntry

_YEAR = f"{DESK}/{{year:int}}"
_CASE = f"{_YEAR}/{{case:uuid}}"
_Show = Callable[[Browser, Caller, Typed, str, int], Response[str]]


class _At:
    """Shows the page again on which a form was: that of all calls, of a year, or of a case."""

    def __init__(self, year: int | None = None, case: UUID | None = None) -> None:
        self.year, self.case = year, case

    def __call__(self, browser: Browser, caller: Caller, typed: Typed, alert: str, status: int) -> Response[str]:
        if self.year is None:
            return calls_page(browser, caller, typed, alert, status)
        if self.case is None:
            return year_page(browser, caller, self.year, typed, alert, status)
        return case_page(browser, caller, (self.year, self.case), typed, alert, status)

    @property
    def done(self) -> str:
        """Its address, once the thing is done."""
        return f"{'/'.join((DESK, *(str(part) for part in (self.year, self.case) if part is not None)))}?done"


def _do(
    request: Request[Any, Any, Any],
    service: Service,
    body: bytes,
    admit: Callable[[Caller], None],
    at: _At,
    act: Callable[[Browser, Caller, Sent], str | None],
) -> Response[str]:
    """Does what a form asks for, and goes on to where ``act`` says. Raises ``NotAllowed`` before a value is read."""
    browser = Browser(request, service)
    sent, caller = browser.read(body), browser.caller
    if caller is None:
        return browser.go("/sign-in")
    admit(caller)
    try:
        return browser.go(act(browser, caller, sent) or at.done)
    except RegistryError as problem:
        typed = Typed(sent, problem.path if isinstance(problem, InvalidInput) else "")
        alert = browser.what_was_wrong(problem, {typed.wrong: typed.label(browser)})
        return at(browser, caller, typed, alert, problem.status)


def _runs(caller: Caller) -> None:
    require(caller, Action.RUN_CASES, OPERATOR)


def _scores(caller: Caller) -> None:
    require_others(caller, Action.SCORE)


@get(DESK, admits=EVERY_CALLER, include_in_schema=False, sync_to_thread=True)
def calls_desk(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The calls. Whoever is not signed in is sent to do so."""
    browser = Browser(request, service)
    if browser.caller is None:
        return browser.go("/sign-in")
    return calls_page(browser, browser.caller, Typed())


@get(_YEAR, admits=EVERY_CALLER, include_in_schema=False, sync_to_thread=True)
def year_desk(request: Request[Any, Any, Any], year: Year, service: NamedDependency[Service]) -> Response[str]:
    """A call."""
    browser = Browser(request, service)
    if browser.caller is None:
        return browser.go("/sign-in")
    return year_page(browser, browser.caller, year, Typed())


@get(_CASE, admits=EVERY_CALLER, include_in_schema=False, sync_to_thread=True)
def case_desk(
    request: Request[Any, Any, Any], year: Year, case: CaseId, service: NamedDependency[Service]
) -> Response[str]:
    """A case. Whoever does not see it is led to its year, as if it were not there."""
    browser = Browser(request, service)
    if browser.caller is None:
        return browser.go("/sign-in")
    try:
        return case_page(browser, browser.caller, (year, case), Typed())
    except NotFound:
        return browser.go(f"{DESK}/{year}")


@post(DESK, admits=on_registrys(Action.RUN_CASES), include_in_schema=False, sync_to_thread=True)
def open_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Opens a call."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> str:
        call = call_in(sent)
        with service.registry.database.writing(caller.author) as session:
            calls.open_call(session, call, browser.now)
        return _At(call.year).done

    return _do(request, service, body, _runs, _At(), act)


@post(f"{_YEAR}/dates", admits=on_registrys(Action.RUN_CASES), include_in_schema=False, sync_to_thread=True)
def move_by_form(
    request: Request[Any, Any, Any], body: RawBody, year: Year, service: NamedDependency[Service]
) -> Response[str]:
    """Moves a call's dates."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> None:
        dates = dates_in(sent)
        with service.registry.database.writing(caller.author) as session:
            calls.move_dates(session, year, dates, browser.now)

    return _do(request, service, body, _runs, _At(year), act)


@post(f"{_YEAR}/experts", admits=on_registrys(Action.RUN_CASES), include_in_schema=False, sync_to_thread=True)
def ask_by_form(
    request: Request[Any, Any, Any], body: RawBody, year: Year, service: NamedDependency[Service]
) -> Response[str]:
    """Asks an expert to score."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> None:
        email = normal_email(sent.one("email"), "$.email")
        with service.registry.database.writing(caller.author) as session:
            calls.appoint(session, year, email, browser.now)

    return _do(request, service, body, _runs, _At(year), act)


@post(
    f"{_YEAR}/experts/{{person:str}}/dismiss",
    admits=on_registrys(Action.RUN_CASES),
    include_in_schema=False,
    sync_to_thread=True,
)
def dismiss_by_form(
    request: Request[Any, Any, Any], body: RawBody, year: Year, person: PersonId, service: NamedDependency[Service]
) -> Response[str]:
    """Asks an expert no more."""

    def act(browser: Browser, caller: Caller, _: Sent) -> None:
        with service.registry.database.writing(caller.author) as session:
            calls.dismiss(session, year, person, browser.now)

    return _do(request, service, body, _runs, _At(year), act)


@post(f"{_YEAR}/release", admits=on_registrys(Action.RELEASE_CASES), include_in_schema=False, sync_to_thread=True)
def propose_by_form(
    request: Request[Any, Any, Any], body: RawBody, year: Year, service: NamedDependency[Service]
) -> Response[str]:
    """Proposes the release; what waits for a second person is shown where that person confirms it."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> str | None:
        done = propose_release(service, caller, year, sent.one("reason"), browser.now)
        return None if isinstance(done, CasesEntry) else "/organisation?done"

    def admit(caller: Caller) -> None:
        require(caller, Action.RELEASE_CASES, OPERATOR)

    return _do(request, service, body, admit, _At(year), act)


@post(f"{_YEAR}/nominations", admits=on_others(Action.NOMINATE), include_in_schema=False, sync_to_thread=True)
def nominate_by_form(
    request: Request[Any, Any, Any], body: RawBody, year: Year, service: NamedDependency[Service]
) -> Response[str]:
    """Nominates a case; its page says what speaks against it."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> str:
        return _At(year, nominate(service, caller, year, case_in(sent), browser.now)).done

    def admit(caller: Caller) -> None:
        require_others(caller, Action.NOMINATE)

    return _do(request, service, body, admit, _At(year), act)


@post(f"{_CASE}/take-back", admits=on_own(Action.NOMINATE), include_in_schema=False, sync_to_thread=True)
def take_back_by_form(
    request: Request[Any, Any, Any], body: RawBody, year: Year, case: CaseId, service: NamedDependency[Service]
) -> Response[str]:
    """Takes a case back."""

    def act(browser: Browser, caller: Caller, _: Sent) -> None:
        with service.registry.database.writing(caller.author) as session:
            nominations.take_back(session, nominations.case_of_year(session, year, case), browser.now)

    def admit(caller: Caller) -> None:
        with service.registry.database.reading() as session:
            require_own_case(caller, nominations.case_of_year(session, year, case))

    return _do(request, service, body, admit, _At(year, case), act)


@post(f"{_CASE}/eligibility", admits=on_registrys(Action.RUN_CASES), include_in_schema=False, sync_to_thread=True)
def decide_by_form(
    request: Request[Any, Any, Any], body: RawBody, year: Year, case: CaseId, service: NamedDependency[Service]
) -> Response[str]:
    """Decides whether a case may take part."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> None:
        eligible = _yes(sent, "eligible")
        with service.registry.database.writing(caller.author) as session:
            row = nominations.case_of_year(session, year, case)
            nominations.decide(session, row, eligible, sent.one("reason"), browser.now)

    return _do(request, service, body, _runs, _At(year, case), act)


@post(f"{_CASE}/interest", admits=on_others(Action.SCORE), include_in_schema=False, sync_to_thread=True)
def declare_by_form(
    request: Request[Any, Any, Any], body: RawBody, year: Year, case: CaseId, service: NamedDependency[Service]
) -> Response[str]:
    """An expert declares whether there is a conflict of interest."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> None:
        conflict = _yes(sent, "conflict")
        with service.registry.database.writing(caller.author) as session:
            row = nominations.case_of_year(session, year, case)
            scoring.declare(session, caller, row, conflict, sent.one("words"), browser.now)

    return _do(request, service, body, _scores, _At(year, case), act)


@post(f"{_CASE}/scores", admits=on_others(Action.SCORE), include_in_schema=False, sync_to_thread=True)
def score_by_form(
    request: Request[Any, Any, Any], body: RawBody, year: Year, case: CaseId, service: NamedDependency[Service]
) -> Response[str]:
    """An expert scores a case."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> None:
        with service.registry.database.writing(caller.author) as session:
            row = nominations.case_of_year(session, year, case)
            scores = scores_in(sent, calls.call_of(calls.call_row(session, year)))
            scoring.score(session, caller, row, scores, browser.now)

    return _do(request, service, body, _scores, _At(year, case), act)


def _yes(sent: Sent, name: str) -> bool:
    """What was chosen of yes and no. Raises ``InvalidInput``: nothing is decided by what was not said."""
    if sent.one(name) not in ("yes", "no"):
        raise InvalidInput("choose one", f"$.{name}")
    return sent.one(name) == "yes"


ROUTES = [
    *(calls_desk, year_desk, case_desk),
    *(open_by_form, move_by_form, ask_by_form, dismiss_by_form, propose_by_form),
    *(nominate_by_form, take_back_by_form, decide_by_form, declare_by_form, score_by_form),
]
