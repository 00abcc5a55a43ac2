"""The page of a member's own keys: those enrolled, enrolling one, ending one, and whether everything must be signed."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody

from registry.access.admission import EVERY_CALLER, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, may, require
from registry.accounts.browser import Browser, Sent
from registry.accounts.sessions import Stage
from registry.errors import InvalidInput, NotFound, RegistryError
from registry.members.key_routes import ask_for_all, end, enrol, keys_of
from registry.members.keys import MAX_REQUEST
from registry.pages.desk import Field, Form, Row, Section
from registry.web.service import Service
from verifier.member_keys import KeyShown

_PATH = "/organisation/signing"
KeyId = Annotated[str, PathParameter(max_length=16)]


def _caller(browser: Browser) -> Caller | None:
    """Who is fully signed in."""
    return browser.signed_in.caller if browser.signed_in is not None and browser.is_at(Stage.FULL) else None


def _page(browser: Browser, caller: Caller, alert: str = "", notice: str = "", status: int = 200) -> Response[str]:
    t, registry = browser.t, browser.service.registry
    manages = may(caller, Action.MANAGE_SIGNING, caller.member)
    shown = keys_of(registry, caller.member)
    head = tuple(map(t, ("key_id", "enrolled_at", "records_from", "records_below", "key_state", "to_do")))
    rows = tuple(_row(browser, key, manages) for key in shown.keys)
    sections = [Section(title=t("own_keys"), text=() if rows else (t("no_own_keys"),), head=head, rows=rows)]
    if manages:
        told = Field(name="request", label=t("enrolment_request"), hint=t("enrolment_hint"), most=MAX_REQUEST)
        command = (
            f"carbonlabel member-key request --key FILE --member {caller.member} --registry {registry.config.origin}"
        )
        sections.append(
            Section(title=t("enrol_key"), secret=command, form=_form(browser, "", "enrol", "enrol_key", told))
        )
    word = "signs_all" if shown.signs_all else "signs_some"
    asked = "some" if shown.signs_all else "all"
    switch = _form(browser, f"/policy/{asked}", "policy", f"sign_{asked}") if manages else None
    sections.append(Section(title=t("signing_policy"), text=(t(word),), form=switch))
    return browser.page(t("signing"), *sections, intro=t("signing_intro"), alert=alert, notice=notice, status=status)


def _row(browser: Browser, key: KeyShown, manages: bool) -> Row:
    t = browser.t
    below = "" if key.until is None else str(key.until)
    cells = (key.kid, f"{key.enrolled:%Y-%m-%d}", str(key.from_), below, t(f"key_{key.state}"))
    if not manages or key.state == "compromised":
        return Row(cells)
    retire = _form(browser, f"/{key.kid}/retire", f"retire-{key.kid}", "retire_key")
    first = Field(name="from", label=t("compromised_from"), hint=t("compromised_hint"), kind="number", most=19)
    stolen = _form(browser, f"/{key.kid}/compromise", f"compromise-{key.kid}", "compromise_key", first)
    return Row(cells, (retire, stolen) if key.state == "active" else (stolen,))


def _form(browser: Browser, action: str, name: str, button: str, *fields: Field) -> Form:
    return Form(
        name=name, action=_PATH + action, button=browser.t(button), fields=fields, form_token=browser.form_token
    )


def _do(
    request: Request[Any, Any, Any], service: Service, body: bytes, act: Callable[[Browser, Caller, Sent], object]
) -> Response[str]:
    """Reads the form, does what it asks for, and shows the page again: with what was wrong, or after a redirect.

    Whoever may not is told so, whatever the form holds. Raises ``NotAllowed``.
    """
    browser = Browser(request, service)
    sent = browser.read(body)
    caller = _caller(browser)
    if caller is None:
        return browser.go("/sign-in")
    require(caller, Action.MANAGE_SIGNING, caller.member)
    try:
        act(browser, caller, sent)
    except RegistryError as problem:
        words = {"$.request": "enrolment_request", "$.compromised_from": "compromised_from"}
        labels = {path: browser.t(word) for path, word in words.items()}
        return _page(browser, caller, alert=browser.what_was_wrong(problem, labels), status=problem.status)
    return browser.go(f"{_PATH}?done")


@get(_PATH, admits=EVERY_CALLER, include_in_schema=False, sync_to_thread=True)
def signing_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The page. Whoever is not signed in is sent to do so."""
    browser = Browser(request, service)
    caller = _caller(browser)
    if caller is None:
        return browser.go("/sign-in")
    return _page(browser, caller, notice=browser.t("done") if "done" in request.query_params else "")


@post(_PATH, admits=on_own(Action.MANAGE_SIGNING), include_in_schema=False, sync_to_thread=True)
def enrol_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Enrols a key."""
    return _do(
        request,
        service,
        body,
        lambda browser, caller, sent: enrol(service.registry, caller, caller.member, sent.one("request"), browser.now),
    )


def _policy(request: Request[Any, Any, Any], body: bytes, service: Service, *, signs_all: bool) -> Response[str]:
    return _do(
        request,
        service,
        body,
        lambda browser, caller, _: ask_for_all(service.registry, caller, caller.member, signs_all, browser.now),
    )


@post(f"{_PATH}/policy/all", admits=on_own(Action.MANAGE_SIGNING), include_in_schema=False, sync_to_thread=True)
def ask_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Asks that everything be signed."""
    return _policy(request, body, service, signs_all=True)


@post(f"{_PATH}/policy/some", admits=on_own(Action.MANAGE_SIGNING), include_in_schema=False, sync_to_thread=True)
def ask_no_more_by_form(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]
) -> Response[str]:
    """Asks no more that everything be signed."""
    return _policy(request, body, service, signs_all=False)


@post(f"{_PATH}/{{kid:str}}/retire", admits=on_own(Action.MANAGE_SIGNING), include_in_schema=False, sync_to_thread=True)
def retire_by_form(
    request: Request[Any, Any, Any], body: RawBody, kid: KeyId, service: NamedDependency[Service]
) -> Response[str]:
    """Retires a key."""
    return _do(
        request,
        service,
        body,
        lambda browser, caller, _: end(service.registry, caller, caller.member, kid, None, browser.now),
    )


@post(
    f"{_PATH}/{{kid:str}}/compromise",
    admits=on_own(Action.MANAGE_SIGNING),
    include_in_schema=False,
    sync_to_thread=True,
)
def compromise_by_form(
    request: Request[Any, Any, Any], body: RawBody, kid: KeyId, service: NamedDependency[Service]
) -> Response[str]:
    """States from which record on a key is compromised."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> None:
        first = sent.one("from").strip()
        if kid not in {key.kid for key in keys_of(service.registry, caller.member).keys}:
            raise NotFound("{member} has no key {kid}", member=caller.member, kid=kid)
        if not first.isascii() or not first.isdigit() or len(first) > 18:
            raise InvalidInput("the log index of a record", "$.compromised_from")
        end(service.registry, caller, caller.member, kid, int(first), browser.now)

    return _do(request, service, body, act)


ROUTES = [signing_page, enrol_by_form, ask_by_form, ask_no_more_by_form, retire_by_form, compromise_by_form]
