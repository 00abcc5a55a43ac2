"""The desk for the registry's keys: which there are, to propose an operation on one, and to confirm or refuse it.

A key's page says what each operation does to labels in shops, and the command that goes on once two people agreed.
"""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import anyio
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody

from registry.access.admission import on_registrys
from registry.access.approval_routes import ApprovalId, decide
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.accounts.browser import Browser, Sent
from registry.errors import InvalidInput, RegistryError
from registry.operator_keys.proposals import propose_destruction, propose_end, propose_root
from registry.operator_keys.sections import DESK, ROOT, KeysShown
from registry.pages.desk import Section
from registry.registry import OPERATOR
from registry.web.service import Service

KeyId = Annotated[str, PathParameter(max_length=16)]
_LABELS = {"$.compromised_from": "key_first", "$.reason": "key_reason", "$.root": "root_file"}


def _page(
    browser: Browser, caller: Caller, title: str, which: Callable[[KeysShown], tuple[Section, ...]], **said: Any
) -> Response[str]:
    """A page of the desk. Raises ``NotAllowed``, and what ``which`` raises."""
    require(caller, Action.CHANGE_KEYS, OPERATOR)
    with browser.service.registry.database.reading() as session:
        sections = which(KeysShown(browser, caller, session))
    return browser.page(title, *sections, **said)


def _all(browser: Browser, caller: Caller, **said: Any) -> Response[str]:
    t = browser.t
    notice = t("done") if "done" in browser.request.query_params else ""
    notice = t("keys_proposed") if "proposed" in browser.request.query_params else notice
    told = {"intro": t("registry_keys_intro"), "notice": notice} | said
    return _page(browser, caller, t("registry_keys"), lambda shown: tuple(shown.all()), **told)


def _key(browser: Browser, caller: Caller, kid: str, **said: Any) -> Response[str]:
    def which(shown: KeysShown) -> tuple[Section, ...]:
        return (*shown.of_key(kid), _back(browser))

    return _page(browser, caller, browser.t("key_of", kid=kid), which, **said)


def _root(browser: Browser, caller: Caller, **said: Any) -> Response[str]:
    return _page(browser, caller, browser.t("root_title"), lambda shown: (shown.next_root(), _back(browser)), **said)


def _back(browser: Browser) -> Section:
    return Section(links=((browser.link(DESK), browser.t("registry_keys")),))


def _said(browser: Browser, sent: Sent, problem: RegistryError) -> dict[str, Any]:
    labels = {path: browser.t(word) for path, word in _LABELS.items()}
    return {"alert": browser.refuse(sent, problem, labels), "status": problem.status}


def _do(
    browser: Browser,
    body: bytes,
    act: Callable[[Caller, Sent], object],
    again: Callable[..., Response[str]],
    done: str = "proposed",
) -> Response[str]:
    """Reads the form, does what it asks for, and goes to the desk; or shows the form ``again``, and what was wrong."""
    sent = browser.read(body)
    caller = browser.caller
    if caller is None:
        return browser.go("/sign-in")
    require(caller, Action.CHANGE_KEYS, OPERATOR)
    try:
        act(caller, sent)
    except RegistryError as problem:
        return again(browser, caller, **_said(browser, sent, problem))
    return browser.go(f"{DESK}?{done}")


@get(DESK, admits=on_registrys(Action.CHANGE_KEYS), include_in_schema=False, sync_to_thread=True)
def keys_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The keys, what waits for a second person, and what was agreed on."""
    browser = Browser(request, service)
    return browser.go("/sign-in") if browser.caller is None else _all(browser, browser.caller)


@get(f"{DESK}/{{kid:str}}", admits=on_registrys(Action.CHANGE_KEYS), include_in_schema=False, sync_to_thread=True)
def key_page(request: Request[Any, Any, Any], kid: KeyId, service: NamedDependency[Service]) -> Response[str]:
    """A key, and what can be proposed about it."""
    browser = Browser(request, service)
    return browser.go("/sign-in") if browser.caller is None else _key(browser, browser.caller, kid)


def _propose(
    request: Request[Any, Any, Any],
    service: Service,
    body: bytes,
    kid: str,
    act: Callable[[Browser, Caller, Sent], object],
) -> Response[str]:
    browser = Browser(request, service)

    def again(browser: Browser, caller: Caller, **said: Any) -> Response[str]:
        return _key(browser, caller, kid, **said)

    return _do(browser, body, lambda caller, sent: act(browser, caller, sent), again)


@post(
    f"{DESK}/{{kid:str}}/retire", admits=on_registrys(Action.CHANGE_KEYS), include_in_schema=False, sync_to_thread=True
)
def retire_by_form(
    request: Request[Any, Any, Any], body: RawBody, kid: KeyId, service: NamedDependency[Service]
) -> Response[str]:
    """Proposes to retire a key of the log."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> object:
        return propose_end(service.registry, caller, kid, None, sent.one("reason"), browser.now)

    return _propose(request, service, body, kid, act)


@post(
    f"{DESK}/{{kid:str}}/compromise",
    admits=on_registrys(Action.CHANGE_KEYS),
    include_in_schema=False,
    sync_to_thread=True,
)
def compromise_by_form(
    request: Request[Any, Any, Any], body: RawBody, kid: KeyId, service: NamedDependency[Service]
) -> Response[str]:
    """Proposes to state from which index on a key of the log is compromised."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> object:
        first = sent.one("compromised_from").strip()
        if not first.isascii() or not first.isdigit() or len(first) > 18:
            raise InvalidInput("an index of the log, or its size", "$.compromised_from")
        return propose_end(service.registry, caller, kid, int(first), sent.one("reason"), browser.now)

    return _propose(request, service, body, kid, act)


@post(
    f"{DESK}/{{kid:str}}/destroy", admits=on_registrys(Action.CHANGE_KEYS), include_in_schema=False, sync_to_thread=True
)
def destroy_by_form(
    request: Request[Any, Any, Any], body: RawBody, kid: KeyId, service: NamedDependency[Service]
) -> Response[str]:
    """Proposes to destroy a key of the bundle."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> object:
        return propose_destruction(service.registry, caller, kid, sent.one("reason"), browser.now)

    return _propose(request, service, body, kid, act)


@get(ROOT, admits=on_registrys(Action.CHANGE_KEYS), include_in_schema=False, sync_to_thread=True)
def root_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The form to propose a root."""
    browser = Browser(request, service)
    return browser.go("/sign-in") if browser.caller is None else _root(browser, browser.caller)


@post(ROOT, admits=on_registrys(Action.CHANGE_KEYS), include_in_schema=False)
async def propose_root_by_form(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """Proposes to put the root in an uploaded file in force."""
    browser, caller = await anyio.to_thread.run_sync(_visitor, request, service)
    if caller is None:
        return browser.go("/sign-in")
    form = await browser.read_upload()
    part = form.get("root")
    draft = await part.read() if isinstance(part, UploadFile) else b""
    sent = Sent({"reason": [str(form.get("reason", ""))]})

    def take() -> Response[str]:
        try:
            propose_root(service.registry, caller, draft, sent.one("reason"), browser.now)
        except RegistryError as problem:
            return _root(browser, caller, **_said(browser, sent, problem))
        return browser.go(f"{DESK}?proposed")

    return await anyio.to_thread.run_sync(take)


def _visitor(request: Request[Any, Any, Any], service: Service) -> tuple[Browser, Caller | None]:
    browser = Browser(request, service)
    if browser.caller is not None:
        require(browser.caller, Action.CHANGE_KEYS, OPERATOR)
    return browser, browser.caller


@post(
    f"{DESK}/approvals/{{approval:uuid}}/confirm",
    admits=on_registrys(Action.DECIDE_IN_TWO),
    include_in_schema=False,
    sync_to_thread=True,
)
def confirm_key_by_form(
    request: Request[Any, Any, Any], body: RawBody, approval: ApprovalId, service: NamedDependency[Service]
) -> Response[str]:
    """Confirms what another proposed about a key."""
    return _decide(request, service, body, approval, True)


@post(
    f"{DESK}/approvals/{{approval:uuid}}/refuse",
    admits=on_registrys(Action.DECIDE_IN_TWO),
    include_in_schema=False,
    sync_to_thread=True,
)
def refuse_key_by_form(
    request: Request[Any, Any, Any], body: RawBody, approval: ApprovalId, service: NamedDependency[Service]
) -> Response[str]:
    """Refuses it, or takes back an own proposal."""
    return _decide(request, service, body, approval, False)


def _decide(
    request: Request[Any, Any, Any], service: Service, body: bytes, approval: UUID, confirmed: bool
) -> Response[str]:
    browser = Browser(request, service)
    return _do(
        browser, body, lambda caller, _: decide(service, caller, approval, confirmed, browser.now), _all, done="done"
    )


ROUTES = [
    *(keys_page, key_page, retire_by_form, compromise_by_form, destroy_by_form),
    *(root_page, propose_root_by_form, confirm_key_by_form, refuse_key_by_form),
]
