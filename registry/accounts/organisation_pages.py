"""The page of one's own organisation: what is to do next, its people, tokens and particulars, and one's password.

Everything here is done by the functions that the API calls, which say who may.
"""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import RawBody
from sqlmodel import Session

from registry.access import approvals, tokens
from registry.access.admission import EVERY_CALLER, SIGNED_IN
from registry.access.approvals import ApprovalState, approval_shown
from registry.access.callers import Caller
from registry.access.routes import TokenListed, token_listed
from registry.access.rules import Action, may
from registry.accounts.browser import FACTOR, Browser, Sent
from registry.accounts.choice_pages import organisation_form
from registry.accounts.organisation_sections import (
    approval_section,
    organisation_section,
    people_sections,
    roles_in_words,
    token_sections,
    withdrawal_section,
)
from registry.accounts.people import names_of
from registry.accounts.people_routes import People, people_shown
from registry.accounts.sessions import SignedIn, Stage
from registry.accounts.sign_in_pages import password_form
from registry.errors import RegistryError
from registry.members.members import member
from registry.pages.desk import Section
from registry.registry import OPERATOR
from registry.reminders.due import Reminder
from registry.reminders.rounds import to_do
from registry.reminders.words import sentence
from registry.web.service import Service
from schemas.text import in_language

_MOST_TO_DO = 20
_LABELS = {
    "$.email": "email",
    "$.roles": "roles",
    "$.name": "token_name",
    "$.days": "token_days",
    "$.old": "old_password",
    "$.new": "new_password",
    "$.record": "withdraw_record",
    "$.reason": "reason",
}


class Desk:
    """The page for somebody who is fully signed in."""

    def __init__(self, browser: Browser, signed_in: SignedIn) -> None:
        self.browser = browser
        self.signed_in = signed_in
        self.caller: Caller = signed_in.caller

    def page(self, alert: str = "", notice: str = "", secret: str = "", status: int = 200) -> Response[str]:
        """The whole page. ``secret`` is a token that was just made."""
        me, browser, caller = self.signed_in, self.browser, self.caller
        t, decides = browser.t, may(caller, Action.DECIDE_IN_TWO, caller.member)
        with browser.service.registry.database.reading() as session:
            name = in_language(member(session, me.member).name, browser.language)
            everybody = people_shown(session, me.member, browser.now)
            in_two = caller.member == OPERATOR and approvals.takes_two(session, OPERATOR)
            listed = tuple(token_listed(row, me.kind) for row in tokens.listed(session, me.member))
            makers = _makers(browser, session, listed, everybody)
            proposed = approvals.listed(session, ApprovalState.PROPOSED) if decides else []
            reminders = to_do(session, me.member, browser.now.date())
            waiting = tuple(approval_shown(row) for row in proposed if row.expires_at > browser.now)
        made = (Section(text=(t("token_made"),), secret=secret),) if secret else ()
        sections = (
            *made,
            *_to_do(browser, reminders),
            *approval_section(browser, caller, waiting),
            *people_sections(browser, caller, everybody, in_two),
            *token_sections(browser, caller, listed, makers),
            *withdrawal_section(browser, caller),
            *organisation_section(browser, caller),
            *_own(browser, me),
        )
        return browser.page(
            t("told", name=t("my_organisation"), value=name),
            *sections,
            intro=t("signed_in_as", email=me.email, roles=roles_in_words(browser, me.roles)),
            alert=alert,
            notice=notice,
            status=status,
        )


def _makers(browser: Browser, session: Session, listed: tuple[TokenListed, ...], now: People) -> dict[str, str]:
    """Who made the tokens, by their ids: their names, and who of them is here no more."""
    here = {person.id for person in now.people}
    names = names_of(session, (one.issued_by for one in listed if one.issued_by is not None))
    return {key: name if key in here else browser.t("has_left", name=name) for key, name in names.items()}


def _to_do(browser: Browser, reminders: list[Reminder]) -> tuple[Section, ...]:
    """What to do next, the most urgent first."""
    text = tuple(sentence(one, browser.language) for one in reminders[:_MOST_TO_DO])
    return (Section(title=browser.t("next_to_do"), text=text),) if text else ()


def _own(browser: Browser, me: SignedIn) -> tuple[Section, ...]:
    enrol = () if me.has_second_factor else ((browser.link(FACTOR), browser.t("factor_title")),)
    switch = organisation_form(browser, None, "switch_organisation")
    others = (Section(title=browser.t("other_organisation"), form=switch),) if switch.fields[0].options else ()
    return (
        *others,
        Section(title=browser.t("change_password"), form=password_form(browser), links=enrol),
        Section(form=browser.form("/sign-out", "sign_out")),
    )


def desk_of(browser: Browser) -> Desk | None:
    """The desk of whoever is fully signed in."""
    signed_in = browser.signed_in
    return Desk(browser, signed_in) if signed_in is not None and browser.is_at(Stage.FULL) else None


@get("/organisation", admits=EVERY_CALLER, include_in_schema=False, sync_to_thread=True)
def organisation_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The page. Whoever is not signed in is sent to do so."""
    browser = Browser(request, service)
    desk = desk_of(browser)
    if desk is None:
        return browser.go("/sign-in")
    return desk.page(notice=browser.t("done") if "done" in request.query_params else "")


def _whole(desk: Desk, alert: str, status: int) -> Response[str]:
    return desk.page(alert=alert, status=status)


def do(
    request: Request[Any, Any, Any],
    service: Service,
    body: bytes,
    act: Callable[[Desk, Sent], Response[str] | None],
    again: Callable[[Desk, str, int], Response[str]] = _whole,
) -> Response[str]:
    """Reads the form, does what it asks for, and goes to the page; when something is wrong, shows the form ``again``,
    with what was wrong and what was typed."""
    browser = Browser(request, service)
    sent = browser.read(body)
    desk = desk_of(browser)
    if desk is None:
        return browser.go("/sign-in")
    try:
        return act(desk, sent) or browser.go("/organisation?done")
    except RegistryError as problem:
        labels = {path: browser.t(word) for path, word in _LABELS.items()}
        return again(desk, browser.refuse(sent, problem, labels), problem.status)


@post("/organisation/password", admits=SIGNED_IN, include_in_schema=False, sync_to_thread=True)
def change_password_by_form(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]
) -> Response[str]:
    """Changes one's password."""

    def act(desk: Desk, sent: Sent) -> Response[str]:
        browser = desk.browser
        opened = service.accounts.change_password(browser.secret, sent.one("old"), sent.one("new"), browser.now)
        return browser.go_on(opened)

    return do(request, service, body, act)


ROUTES = [organisation_page, change_password_by_form]
