"""Pages on which people sign in, set up a second factor, choose a new password, and accept an invitation."""

from collections.abc import Callable
from typing import Annotated, Any

import qrcode
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody

from registry.access.admission import ANYBODY, SIGNED_IN
from registry.accounts.browser import CHOICE, FACTOR, NO_COOKIE, Browser
from registry.accounts.sessions import Stage
from registry.errors import InvalidInput, RegistryError
from registry.pages.desk import Field, Form, Section
from registry.web.remote import remote_of
from registry.web.service import Service

Link = Annotated[str, PathParameter(max_length=100)]
_AGAIN = 400


def _password(browser: Browser, name: str, label: str, fresh: bool) -> Field:
    return Field(
        name=name,
        label=browser.t(label),
        kind="password",
        most=1_000,
        hint=browser.t("password_hint") if fresh else "",
        autocomplete="new-password" if fresh else "current-password",
    )


def _email(browser: Browser, value: str = "") -> Field:
    return Field(name="email", label=browser.t("email"), kind="email", value=value, autocomplete="username")


def _code(browser: Browser) -> Field:
    return Field(name="code", label=browser.t("code"), autocomplete="one-time-code", most=20)


def password_form(browser: Browser) -> Form:
    """The form with which one changes one's password."""
    fields = (_password(browser, "old", "old_password", False), _password(browser, "new", "new_password", True))
    return Form(
        name="password",
        action="/organisation/password",
        button=browser.t("change_password"),
        fields=fields,
        form_token=browser.form_token,
    )


def _sign_in_page(
    browser: Browser, email: str = "", alert: str = "", notice: str = "", status: int = 200
) -> Response[str]:
    fields = (_email(browser, email), _password(browser, "password", "password", False))
    form = Form(
        name="sign-in",
        action="/sign-in",
        button=browser.t("sign_in"),
        fields=fields,
        form_token=browser.form_token,
    )
    links = (("/reset", browser.t("forgotten")), ("/join", browser.t("no_account")))
    section = Section(form=form, links=links)
    return browser.page(browser.t("sign_in"), section, alert=alert, notice=notice, status=status)


@get("/sign-in", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def sign_in_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The page to sign in."""
    browser = Browser(request, service)
    notice = browser.t("reset_done") if "reset" in request.query_params else ""
    return _sign_in_page(browser, notice=notice)


@post("/sign-in", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def sign_in_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Signs in; the session of before, if there is one, ends: nobody can hand out a session and wait."""
    browser = Browser(request, service)
    sent = browser.read(body)
    remote = remote_of(request)
    try:
        opened = service.accounts.sign_in(sent.one("email"), sent.one("password"), remote, browser.now)
    except RegistryError as problem:
        alert = browser.what_was_wrong(problem, {})
        return _sign_in_page(browser, sent.one("email")[:300], alert, status=problem.status)
    if browser.secret:
        service.accounts.sign_out(browser.secret, browser.now)
    return browser.go_on(opened, asks=True)


@post("/sign-out", admits=SIGNED_IN, include_in_schema=False, sync_to_thread=True)
def sign_out_by_form(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]
) -> Response[str]:
    """Signs out."""
    browser = Browser(request, service)
    browser.read(body)
    service.accounts.sign_out(browser.secret, browser.now)
    return browser.go("/sign-in", NO_COOKIE)


def account_told(browser: Browser) -> tuple[tuple[str, str], ...]:
    """Whose account it is that a step of signing in is about."""
    assert browser.signed_in is not None
    return ((browser.t("account"), browser.signed_in.email),)


def _code_page(browser: Browser, alert: str = "", status: int = 200) -> Response[str]:
    form = Form(
        name="code",
        action="/sign-in/code",
        button=browser.t("go_on"),
        fields=(_code(browser),),
        form_token=browser.form_token,
    )
    section = Section(
        facts=account_told(browser), form=form, links=((browser.link("/sign-in"), browser.t("sign_in_other")),)
    )
    return browser.page(browser.t("code_title"), section, intro=browser.t("code_intro"), alert=alert, status=status)


@get("/sign-in/code", admits=SIGNED_IN, include_in_schema=False, sync_to_thread=True)
def code_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The second step of signing in."""
    browser = Browser(request, service)
    return _code_page(browser) if browser.is_at(Stage.CODE) else browser.go("/sign-in")


@post("/sign-in/code", admits=SIGNED_IN, include_in_schema=False, sync_to_thread=True)
def code_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Takes the code."""
    browser = Browser(request, service)
    sent = browser.read(body)
    if not browser.is_at(Stage.CODE):
        return browser.go("/sign-in")
    try:
        return browser.go_on(service.accounts.answer_code(browser.secret, sent.one("code"), browser.now), asks=True)
    except RegistryError as problem:
        return _code_page(browser, browser.what_was_wrong(problem, {}), problem.status)


def _factor_page(browser: Browser, alert: str = "", status: int = 200) -> Response[str]:
    told = browser.accounts.begin_enrolment(browser.secret, browser.now)
    path, size = _modules(told.uri)
    form = Form(
        name="factor",
        action=FACTOR,
        button=browser.t("go_on"),
        fields=(_code(browser),),
        form_token=browser.form_token,
    )
    section = Section(
        secret=told.secret,
        qr=path,
        qr_size=size,
        qr_label=browser.t("factor_qr"),
        facts=account_told(browser),
        form=form,
    )
    intro = browser.t("factor_intro")
    return browser.page(browser.t("factor_title"), section, *_back(browser), intro=intro, alert=alert, status=status)


def _back(browser: Browser) -> tuple[Section, ...]:
    """The ways out of setting up a second factor: back to one's organisation, else to another one, or to sign out."""
    if browser.is_at(Stage.FULL):
        return (Section(links=((browser.link("/organisation"), browser.t("my_organisation")),)),)
    several = len(browser.accounts.organisations(browser.secret, browser.now)) > 1
    links = ((browser.link(CHOICE), browser.t("other_organisation")),) if several else ()
    return (Section(form=browser.form("/sign-out", "sign_out"), links=links),)


def _modules(text: str) -> tuple[str, int]:
    """A QR code as the path of its dark modules, and its side, quiet zone included."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    matrix = code.get_matrix()
    dark = [f"M{x} {y}h1v1h-1z" for y, line in enumerate(matrix) for x, module in enumerate(line) if module]
    return "".join(dark), len(matrix)


@get(FACTOR, admits=SIGNED_IN, include_in_schema=False, sync_to_thread=True)
def factor_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """Where a second factor is set up."""
    browser = Browser(request, service)
    if not browser.is_at(Stage.ENROLMENT, Stage.FULL):
        return browser.go("/sign-in")
    if browser.signed_in is not None and browser.signed_in.has_second_factor:
        return browser.go("/organisation")
    return _factor_page(browser)


@post(FACTOR, admits=SIGNED_IN, include_in_schema=False, sync_to_thread=True)
def factor_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Takes the first code."""
    browser = Browser(request, service)
    sent = browser.read(body)
    if not browser.is_at(Stage.ENROLMENT, Stage.FULL):
        return browser.go("/sign-in")
    try:
        opened = service.accounts.confirm_enrolment(browser.secret, sent.one("code"), browser.now)
        # Who had to set it up has said for which organisation; who did by themselves may have done so for another one.
        return browser.go_on(opened, asks=browser.is_at(Stage.FULL))
    except InvalidInput as problem:
        return _factor_page(browser, browser.what_was_wrong(problem, {"$.code": browser.t("code")}), problem.status)


@get("/reset", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def reset_request_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """Where one asks for a new password."""
    return _reset_request(Browser(request, service))


def _reset_request(browser: Browser, notice: str = "", alert: str = "", status: int = 200) -> Response[str]:
    form = Form(
        name="reset",
        action="/reset",
        button=browser.t("send_link"),
        fields=(_email(browser),),
        form_token=browser.form_token,
    )
    intro = "" if notice else browser.t("reset_intro")
    title = browser.t("reset_title")
    return browser.page(title, Section(form=form), intro=intro, notice=notice, alert=alert, status=status)


@post("/reset", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def reset_request_by_form(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]
) -> Response[str]:
    """Sends a link, if there is such an account; the answer is the same."""
    browser = Browser(request, service)
    email = browser.read(body).one("email")
    try:
        service.accounts.request_reset(email, remote_of(request), browser.now)
    except RegistryError as problem:
        return _reset_request(browser, alert=browser.what_was_wrong(problem, {}), status=problem.status)
    return _reset_request(browser, notice=browser.t("reset_asked"))


def _by_link(
    browser: Browser, title: str, check: Callable[[], object], form: Callable[[], Form], intro: str, alert: str = ""
) -> Response[str]:
    """A page that a link opens; one that has ended says so."""
    try:
        check()
    except RegistryError as problem:
        links = (("/reset", browser.t("forgotten")),)
        alert = browser.what_was_wrong(problem, {})
        return browser.page(browser.t(title), Section(links=links), alert=alert, status=problem.status)
    status = _AGAIN if alert else 200
    return browser.page(browser.t(title), Section(form=form()), intro=intro, alert=alert, status=status)


def _reset_page(browser: Browser, link: str, alert: str = "") -> Response[str]:
    form = Form(
        name="reset",
        action=f"/reset/{link}",
        button=browser.t("change_password"),
        fields=(_password(browser, "password", "new_password", True),),
        form_token=browser.form_token,
    )
    accounts = browser.accounts
    return _by_link(browser, "reset_title", lambda: accounts.check_reset(link, browser.now), lambda: form, "", alert)


@get("/reset/{link:str}", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def reset_page(request: Request[Any, Any, Any], link: Link, service: NamedDependency[Service]) -> Response[str]:
    """Where a new password is chosen. To look at it does not use the link up: mail servers look too."""
    return _reset_page(Browser(request, service), link)


@post("/reset/{link:str}", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def reset_by_form(
    request: Request[Any, Any, Any], body: RawBody, link: Link, service: NamedDependency[Service]
) -> Response[str]:
    """Takes the new password."""
    browser = Browser(request, service)
    sent = browser.read(body)
    try:
        service.accounts.reset(link, sent.one("password"), browser.now)
    except RegistryError as problem:
        labels = {"$.password": browser.t("new_password")}
        return _reset_page(browser, link, browser.what_was_wrong(problem, labels))
    return browser.go("/sign-in?reset", NO_COOKIE)


def _invitation_page(browser: Browser, link: str, alert: str = "", name: str = "") -> Response[str]:
    known: list[bool] = []

    def form() -> Form:
        fields = (
            Field(name="name", label=browser.t("your_name"), value=name, autocomplete="name", most=100),
            _password(browser, "password", "password", True),
        )
        return Form(
            name="invitation",
            action=f"/invitation/{link}",
            button=browser.t("accept"),
            fields=() if known[0] else fields,
            form_token=browser.form_token,
        )

    def check() -> None:
        known.append(browser.accounts.is_known(link, browser.now))

    return _by_link(browser, "invitation_title", check, form, "", alert)


@get("/invitation/{link:str}", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def invitation_page(request: Request[Any, Any, Any], link: Link, service: NamedDependency[Service]) -> Response[str]:
    """Where an invitation is accepted."""
    return _invitation_page(Browser(request, service), link)


@post("/invitation/{link:str}", admits=ANYBODY, include_in_schema=False, sync_to_thread=True)
def invitation_by_form(
    request: Request[Any, Any, Any], body: RawBody, link: Link, service: NamedDependency[Service]
) -> Response[str]:
    """Accepts it."""
    browser = Browser(request, service)
    sent = browser.read(body)
    try:
        service.accounts.accept_invitation(link, sent.one("name"), sent.one("password"), browser.now)
    except RegistryError as problem:
        labels = {"$.password": browser.t("password"), "$.name": browser.t("your_name")}
        return _invitation_page(browser, link, browser.what_was_wrong(problem, labels), sent.one("name")[:100])
    return browser.go("/sign-in")


ROUTES = [
    sign_in_page,
    sign_in_by_form,
    sign_out_by_form,
    code_page,
    code_by_form,
    factor_page,
    factor_by_form,
    reset_request_page,
    reset_request_by_form,
    reset_page,
    reset_by_form,
    invitation_page,
    invitation_by_form,
]
