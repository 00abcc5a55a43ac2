"""For which of one's organisations one acts: asked after signing in, and changed at any time."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import RawBody

from registry.access.admission import SIGNED_IN
from registry.accounts.accounts import Organisation
from registry.accounts.browser import CHOICE, FACTOR, Browser
from registry.accounts.sessions import Stage
from registry.accounts.sign_in_pages import account_told
from registry.errors import RegistryError
from registry.pages.desk import Field, Form, Option, Section
from registry.web.service import Service
from schemas.text import in_language


def organisation_form(browser: Browser, chosen: str | None, word: str) -> Form:
    """The form with which whoever acts for several organisations says for which; ``chosen``, or any but the present."""
    assert browser.signed_in is not None
    offered = [
        one
        for one in browser.accounts.organisations(browser.secret, browser.now)
        if chosen is not None or one.member != browser.signed_in.member
    ]
    options = tuple(Option(one.member, _described(browser, one), one.member == chosen) for one in offered)
    field = Field(name="member", label=browser.t("which_organisation"), kind="choice", options=options)
    return browser.form(CHOICE, word, field)


def _described(browser: Browser, one: Organisation) -> str:
    roles = browser.t("comma").join(browser.t(f"role_{role}") for role in one.roles)
    told = browser.t("told", name=in_language(one.name, browser.language), value=roles)
    return browser.t("enrols_first", organisation=told) if one.enrols else told


def _choice_page(browser: Browser, alert: str = "", status: int = 200) -> Response[str]:
    assert browser.signed_in is not None
    form = organisation_form(browser, browser.signed_in.member, "go_on")
    section = Section(facts=account_told(browser), form=form)
    out = Section(form=browser.form("/sign-out", "sign_out"))
    return browser.page(browser.t("choice_title"), section, out, alert=alert, status=status)


@get(CHOICE, admits=SIGNED_IN, include_in_schema=False, sync_to_thread=True)
def choice_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """Where whoever acts for several organisations says for which."""
    browser = Browser(request, service)
    return _choice_page(browser) if browser.is_at(Stage.ENROLMENT, Stage.FULL) else browser.go("/sign-in")


@post(CHOICE, admits=SIGNED_IN, include_in_schema=False, sync_to_thread=True)
def choice_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Acts for that organisation from now on; where it needs a second factor first, goes to set one up."""
    browser = Browser(request, service)
    sent = browser.read(body)
    if browser.signed_in is None or not browser.is_at(Stage.ENROLMENT, Stage.FULL):
        return browser.go("/sign-in")
    known = {one.member: one for one in service.accounts.organisations(browser.secret, browser.now)}
    wanted = known.get(sent.one("member"))
    if wanted is not None and wanted.member == browser.signed_in.member:
        return browser.go("/organisation" if browser.is_at(Stage.FULL) else FACTOR)
    if wanted is not None and wanted.enrols and browser.is_at(Stage.FULL):
        return browser.go(FACTOR)
    try:
        return browser.go_on(service.accounts.act_for(browser.secret, sent.one("member"), browser.now))
    except RegistryError as problem:
        alert = browser.refuse(sent, problem, {"$.member": browser.t("which_organisation")})
        return _choice_page(browser, alert, problem.status)


ROUTES = [choice_page, choice_by_form]
