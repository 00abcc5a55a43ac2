"""A declaration's page, and the forms on it: each takes one step, as the API does, and shows the page again."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter, RawBody

from registry.access.admission import on_named
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.accounts.browser import Browser, Sent
from registry.declarations.declaration_page import declaration_page
from registry.declarations.forms import ACCEPTED, FINDINGS_OF_A_FORM, Typed
from registry.declarations.life import content_of, row_of
from registry.declarations.renewal import renew
from registry.declarations.states import after
from registry.errors import InvalidInput, NotFound, Refused, RegistryError, WrongState
from registry.records.routes import reinstate, suspend, withdraw
from registry.records.standing import record_row
from registry.reviews.acceptance import Accepted
from registry.reviews.reviews import ReviewFinding
from registry.reviews.turn import Turn, publish_one, turn
from registry.web.reading import struct_of_form
from registry.web.service import Service
from schemas.declaration import Verification

DeclarationId = Annotated[UUID, PathParameter(description="the declaration's id")]
QuestionId = Annotated[UUID, PathParameter(description="the question's id")]
_LABELS = {
    "$.body": "choose_body",
    "$.question": "question",
    "$.path": "field_meant",
    "$.answer": "answer",
    "$.standard": "verification_standard",
    "$.level": "level",
    "$.date": "verified_on",
    "$.report_sha256": "report_sha256",
    "$.report_url": "report_url",
    "$.findings": "findings",
    "$.reason": "withdraw_reason",
    "$.record": "confirm_record",
}


@get(
    "/declarations/{declaration:uuid}",
    admits=on_named(Action.READ_DRAFT, Action.READ_DECLARATION),
    include_in_schema=False,
    sync_to_thread=True,
)
def one_declaration(
    request: Request[Any, Any, Any], declaration: DeclarationId, service: NamedDependency[Service]
) -> Response[str]:
    """The page. Whoever is not signed in is sent to do so."""
    browser = Browser(request, service)
    return browser.go("/sign-in") if browser.caller is None else declaration_page(browser, browser.caller, declaration)


def _step(name: str, action: Action, act: Callable[[Turn, Sent], UUID | None]) -> HTTPRouteHandler:
    """The route that takes the form of a step."""

    @post(
        f"/declarations/{{declaration:uuid}}/{name}",
        admits=on_named(action),
        include_in_schema=False,
        sync_to_thread=True,
    )
    def by_form(
        request: Request[Any, Any, Any], body: RawBody, declaration: DeclarationId, service: NamedDependency[Service]
    ) -> Response[str]:
        def in_turn(browser: Browser, caller: Caller, sent: Sent) -> UUID | None:
            with turn(service, caller, declaration, action, browser.now) as taken:
                return act(taken, sent)

        return _do(request, service, body, declaration, name, in_turn)

    return by_form


def _do(
    request: Request[Any, Any, Any],
    service: Service,
    body: bytes,
    declaration: UUID,
    step: str,
    act: Callable[[Browser, Caller, Sent], UUID | None],
) -> Response[str]:
    """Reads the form, does what it asks for, and shows the page again: with what was wrong, or after a redirect."""
    browser = Browser(request, service)
    sent = browser.read(body)
    caller = browser.caller
    if caller is None:
        return browser.go("/sign-in")
    try:
        following = act(browser, caller, sent) or declaration
    except NotFound:
        raise
    except RegistryError as problem:
        labels = {path: browser.t(word) for path, word in _LABELS.items()}
        return declaration_page(
            browser,
            caller,
            declaration,
            alert=browser.what_was_wrong(problem, labels),
            found=problem.findings if isinstance(problem, Refused) else (),
            typed=Typed(step, sent),
            status=problem.status,
        )
    gone = step in ("return", "hand-back")  # who gives it out of hand may not read it any more
    return browser.go("/declarations?done" if gone else f"/declarations/{following}?done")


def _verify(taken: Turn, sent: Sent) -> None:
    accepted = tuple(
        Accepted(code=code, path=path, sentence=sent.one(name))
        for name in sent.values
        if name.startswith(ACCEPTED)
        for code, _, path in [name.removeprefix(ACCEPTED).partition(" ")]
        if sent.one(name).strip()
    )
    told = {name: sent.one(name).strip() for name in ("standard", "level", "date", "report_sha256", "report_url")}
    stated = {name: words for name, words in told.items() if words} | {"body": taken.caller.member}
    taken.state_verification(struct_of_form(stated, Verification), accepted)


def _return(taken: Turn, sent: Sent) -> None:
    numbers = range(1, FINDINGS_OF_A_FORM + 1)
    written = [(sent.one(f"sentence-{number}"), sent.one(f"path-{number}")) for number in numbers]
    taken.give_back([ReviewFinding(sentence=words, path=path or "$") for words, path in written if words.strip()])


def _submit(taken: Turn, sent: Sent) -> None:
    taken.submit(sent.one("body") or None)


def _ask(taken: Turn, sent: Sent) -> None:
    path = sent.one("path")
    taken.ask(sent.one("question"), None if path in ("", "$") else path)


@post(
    "/declarations/{declaration:uuid}/questions/{question:uuid}/answer",
    admits=on_named(Action.ANSWER),
    include_in_schema=False,
    sync_to_thread=True,
)
def answer_by_form(
    request: Request[Any, Any, Any],
    body: RawBody,
    declaration: DeclarationId,
    question: QuestionId,
    service: NamedDependency[Service],
) -> Response[str]:
    """Answers a question."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> None:
        with turn(service, caller, declaration, Action.ANSWER, browser.now) as taken:
            taken.answer(question, sent.one("answer"))

    return _do(request, service, body, declaration, f"questions/{question}/answer", act)


@post(
    "/declarations/{declaration:uuid}/publish",
    admits=on_named(Action.PUBLISH),
    include_in_schema=False,
    sync_to_thread=True,
)
def publish_by_form(
    request: Request[Any, Any, Any], body: RawBody, declaration: DeclarationId, service: NamedDependency[Service]
) -> Response[str]:
    """Publishes it."""

    def act(browser: Browser, caller: Caller, _: Sent) -> None:
        publish_one(service, caller, declaration, browser.now)

    return _do(request, service, body, declaration, "publish", act)


def _renew(taken: Turn, _: Sent) -> UUID:
    after(Action.RENEW, taken.row.state, taken.row.id)
    assert taken.row.record is not None
    return renew(taken.session, record_row(taken.session, taken.row.record), taken.now)


def _change(
    name: str, action: Action, change: Callable[[Service, Caller, int, Callable[[], str], datetime], object]
) -> HTTPRouteHandler:
    """The route that takes the form of a step that changes how the record stands."""

    @post(
        f"/declarations/{{declaration:uuid}}/{name}",
        admits=on_named(action),
        include_in_schema=False,
        sync_to_thread=True,
    )
    def by_form(
        request: Request[Any, Any, Any], body: RawBody, declaration: DeclarationId, service: NamedDependency[Service]
    ) -> Response[str]:
        def act(browser: Browser, caller: Caller, sent: Sent) -> None:
            with service.registry.database.reading() as session:
                row = row_of(session, declaration)
                require(caller, action, row.owner_id)
                record = row.record
            if record is None:
                raise WrongState(
                    "declaration {declaration} is {state}: it has no record", declaration=declaration, state=row.state
                )
            if action is Action.WITHDRAW and sent.one("record").strip() != str(record):
                raise InvalidInput("to withdraw record {record} for good, type its number", "$.record", record=record)
            change(service, caller, record, lambda: sent.one("reason"), browser.now)

        return _do(request, service, body, declaration, name, act)

    return by_form


ROUTES = [
    one_declaration,
    answer_by_form,
    publish_by_form,
    _step("submit", Action.SUBMIT, _submit),
    _step("take-back", Action.REVISE, lambda taken, _: taken.revise(content_of(taken.row), taken.row.signature)),
    _step("take-up", Action.TAKE_UP, lambda taken, _: taken.take_up()),
    _step("hand-back", Action.HAND_BACK, lambda taken, _: taken.hand_back()),
    _step("questions", Action.ASK, _ask),
    _step("return", Action.RETURN, _return),
    _step("verification", Action.STATE_VERIFICATION, _verify),
    _step("assign", Action.ASSIGN, lambda taken, sent: taken.assign(sent.one("body"))),
    _step("renew", Action.RENEW, _renew),
    _change("suspend", Action.SUSPEND, suspend),
    _change("reinstate", Action.REINSTATE, reinstate),
    _change("withdraw", Action.WITHDRAW, withdraw),
]
