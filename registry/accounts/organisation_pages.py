"""The page of one's own organisation: its people, invitations and tokens, what waits for a second person, a password.

Everything here is done by the functions that the API calls, which say who may.
"""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody

from registry.access import approvals, tokens
from registry.access.admission import EVERY_CALLER, SIGNED_IN, on_own, on_registrys
from registry.access.approvals import ApprovalState
from registry.access.callers import Caller
from registry.access.roles import ROLES_OF, Role
from registry.access.routes import NewToken, decide, make_token, token_listed
from registry.access.rules import Action, may, require
from registry.accounts import links, people
from registry.accounts.browser import Browser, Sent
from registry.accounts.people_routes import invite, people_shown
from registry.accounts.sessions import SignedIn, Stage
from registry.accounts.sign_in_pages import password_form
from registry.errors import InvalidInput, RegistryError
from registry.members.members import member
from registry.pages.desk import Field, Form, Option, Row, Section
from registry.registry import OPERATOR
from registry.reminders.due import Reminder
from registry.reminders.rounds import to_do
from registry.reminders.words import sentence
from registry.web.service import Service
from schemas.text import in_language

Id = Annotated[str, PathParameter(max_length=64)]
_MOST_TO_DO = 20
ApprovalId = Annotated[UUID, PathParameter(description="the proposal's id")]


class _Desk:
    """The page for somebody who is fully signed in."""

    def __init__(self, browser: Browser, signed_in: SignedIn) -> None:
        self._browser = browser
        self._t = browser.t
        self._signed_in = signed_in
        self.caller: Caller = signed_in.caller

    def page(self, alert: str = "", notice: str = "", secret: str = "", status: int = 200) -> Response[str]:
        """The whole page. ``secret`` is a token that was just made."""
        me = self._signed_in
        with self._browser.service.registry.database.reading() as session:
            name = in_language(member(session, me.member).name, self._browser.language)
            everybody = people_shown(session, me.member, self._browser.now)
            listed = tuple(map(token_listed, tokens.listed(session, me.member)))
            proposed = approvals.listed(session, ApprovalState.PROPOSED) if self._may(Action.DECIDE_IN_TWO) else []
            reminders = to_do(session, me.member, self._browser.now.date())
            open_proposals = [row for row in proposed if row.expires_at > self._browser.now]
        made = (Section(text=(self._t("token_made"),), secret=secret),) if secret else ()
        sections = (
            *made,
            *self._to_do(reminders),
            *self._operators(open_proposals),
            *self._people(everybody),
            *self._tokens(listed),
            *self._own(),
        )
        intro = self._t("signed_in_as", email=me.email, roles=self._roles(me.roles))
        return self._browser.page(
            self._t("told", name=self._t("my_organisation"), value=name),
            *sections,
            intro=intro,
            alert=alert,
            notice=notice,
            status=status,
        )

    def _to_do(self, reminders: list[Reminder]) -> tuple[Section, ...]:
        """What to do next, the most urgent first."""
        text = tuple(sentence(one, self._browser.language) for one in reminders[:_MOST_TO_DO])
        return (Section(title=self._t("next_to_do"), text=text),) if text else ()

    def _may(self, action: Action) -> bool:
        return may(self.caller, action, self.caller.member)

    def _roles(self, roles: Any) -> str:
        return self._t("comma").join(self._t(f"role_{role}") for role in sorted(roles))

    def _button(self, action: str, word: str) -> Form:
        token = self._browser.form_token
        return Form(name=action.strip("/").replace("/", "-"), action=action, button=self._t(word), form_token=token)

    def _operators(self, proposed: list[Any]) -> tuple[Section, ...]:
        if self.caller.member != OPERATOR:
            return ()
        rows = tuple(
            Row(
                (self._t("told", name=row.operation, value=row.subject), row.reason),
                tuple(
                    self._button(f"/organisation/approvals/{row.id}/{word}", word)
                    for word in ("confirm", "refuse")
                    if word == "refuse" or row.proposed_by != self.caller.person
                ),
            )
            for row in proposed
        )
        head = (self._t("operation"), self._t("reason"), self._t("to_do"))
        return (Section(title=self._t("approvals"), head=head, rows=rows),) if rows else ()

    def _people(self, shown: Any) -> tuple[Section, ...]:
        manages = self._may(Action.MANAGE_PEOPLE)
        rows = tuple(
            Row(
                (one.name, one.email, self._roles(one.roles), self._t("yes" if one.second_factor else "no")),
                (self._button(f"/organisation/people/{one.id}/remove", "remove"),)
                if manages and one.id != self.caller.person
                else (),
            )
            for one in shown.people
        )
        head = tuple(map(self._t, ("person", "email", "roles", "second_factor", "to_do")))
        sections = [Section(title=self._t("people"), head=head, rows=rows)]
        waiting = tuple(
            Row(
                (one.email, self._roles(one.roles), f"{one.expires:%Y-%m-%d}"),
                (self._button(f"/organisation/invitations/{one.id}/end", "take_back"),) if manages else (),
            )
            for one in shown.invitations
        )
        if waiting:
            head = tuple(map(self._t, ("email", "roles", "until", "to_do")))
            sections.append(Section(title=self._t("invitations"), head=head, rows=waiting))
        if manages:
            fields = (Field(name="email", label=self._t("email"), kind="email"), self._roles_field())
            form = self._form("invite", "/organisation/invitations", "send_invitation", fields)
            sections.append(Section(title=self._t("invite"), form=form))
        return tuple(sections)

    def _tokens(self, listed: tuple[Any, ...]) -> tuple[Section, ...]:
        manages = self._may(Action.MANAGE_TOKENS)
        rows = tuple(
            Row(
                (
                    one.name or one.id,
                    self._t(f"use_{one.use}"),
                    self._roles(one.roles),
                    f"{one.expires:%Y-%m-%d}" if one.expires else "",
                ),
                (self._button(f"/organisation/tokens/{one.id}/end", "end"),) if manages else (),
            )
            for one in listed
        )
        if not manages and not rows:
            return ()
        uses = tuple(Option(use, self._t(f"use_{use}")) for use in ("bearer", "client"))
        fields = (
            Field(name="name", label=self._t("token_name"), most=100),
            Field(name="use", label=self._t("token_use"), kind="choice", options=uses),
            self._roles_field(),
            Field(name="days", label=self._t("token_days"), kind="number", value="90", most=3),
        )
        form = self._form("token", "/organisation/tokens", "make_token", fields) if manages else None
        head = tuple(map(self._t, ("token_name", "token_use", "roles", "until", "to_do")))
        return (Section(title=self._t("tokens"), head=head, rows=rows, form=form),)

    def _own(self) -> tuple[Section, ...]:
        enrol = () if self._signed_in.has_second_factor else (("/sign-in/second-factor", self._t("factor_title")),)
        return (
            Section(title=self._t("change_password"), form=password_form(self._browser), links=enrol),
            Section(form=self._button("/sign-out", "sign_out")),
        )

    def _roles_field(self) -> Field:
        options = tuple(Option(role, self._t(f"role_{role}")) for role in sorted(ROLES_OF[self.caller.kind]))
        return Field(name="roles", label=self._t("roles"), kind="choices", options=options)

    def _form(self, name: str, action: str, button: str, fields: tuple[Field, ...]) -> Form:
        token = self._browser.form_token
        return Form(name=name, action=action, button=self._t(button), fields=fields, form_token=token)


def _desk(browser: Browser) -> _Desk | None:
    signed_in = browser.signed_in
    return _Desk(browser, signed_in) if signed_in is not None and browser.is_at(Stage.FULL) else None


@get("/organisation", admits=EVERY_CALLER, include_in_schema=False, sync_to_thread=True)
def organisation_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The page. Whoever is not signed in is sent to do so."""
    browser = Browser(request, service)
    desk = _desk(browser)
    if desk is None:
        return browser.go("/sign-in")
    return desk.page(notice=browser.t("done") if "done" in request.query_params else "")


def _do(
    request: Request[Any, Any, Any],
    service: Service,
    body: bytes,
    act: Callable[[Browser, _Desk, Sent], Response[str] | None],
) -> Response[str]:
    """Reads the form, does what it asks for, and shows the page again: with what was wrong, or after a redirect."""
    browser = Browser(request, service)
    sent = browser.read(body)
    desk = _desk(browser)
    if desk is None:
        return browser.go("/sign-in")
    try:
        return act(browser, desk, sent) or browser.go("/organisation?done")
    except RegistryError as problem:
        paths = {"email": "email", "roles": "roles", "name": "token_name", "days": "token_days"}
        paths |= {"old": "old_password", "new": "new_password"}
        labels = {f"$.{path}": browser.t(word) for path, word in paths.items()}
        return desk.page(alert=browser.what_was_wrong(problem, labels), status=problem.status)


def _roles(sent: Sent) -> tuple[Role, ...]:
    try:
        return tuple(Role(role) for role in sent.all("roles"))
    except ValueError:
        raise InvalidInput("choose among the roles", "$.roles") from None


@post("/organisation/invitations", admits=on_own(Action.MANAGE_PEOPLE), include_in_schema=False, sync_to_thread=True)
def invite_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Invites a colleague."""

    def act(browser: Browser, desk: _Desk, sent: Sent) -> Response[str]:
        invite(service, desk.caller, sent.one("email"), _roles(sent), browser.now)
        return desk.page(notice=browser.t("invited", email=sent.one("email")))

    return _do(request, service, body, act)


@post(
    "/organisation/invitations/{invitation:str}/end",
    admits=on_own(Action.MANAGE_PEOPLE),
    include_in_schema=False,
    sync_to_thread=True,
)
def take_invitation_back_by_form(
    request: Request[Any, Any, Any], body: RawBody, invitation: Id, service: NamedDependency[Service]
) -> Response[str]:
    """Takes an invitation back."""

    def act(browser: Browser, desk: _Desk, _: Sent) -> None:
        require(desk.caller, Action.MANAGE_PEOPLE, desk.caller.member)
        with service.registry.database.writing(desk.caller.author) as session:
            links.take_back(session, invitation, desk.caller.member, browser.now)

    return _do(request, service, body, act)


@post(
    "/organisation/people/{person:str}/remove",
    admits=on_own(Action.MANAGE_PEOPLE),
    include_in_schema=False,
    sync_to_thread=True,
)
def remove_person_by_form(
    request: Request[Any, Any, Any], body: RawBody, person: Id, service: NamedDependency[Service]
) -> Response[str]:
    """Removes a colleague."""

    def act(browser: Browser, desk: _Desk, _: Sent) -> None:
        require(desk.caller, Action.MANAGE_PEOPLE, desk.caller.member)
        with service.registry.database.writing(desk.caller.author) as session:
            people.remove(session, desk.caller.member, person, browser.now)

    return _do(request, service, body, act)


@post("/organisation/tokens", admits=on_own(Action.MANAGE_TOKENS), include_in_schema=False, sync_to_thread=True)
def make_token_by_form(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]
) -> Response[str]:
    """Makes a token, and shows it this once."""

    def act(browser: Browser, desk: _Desk, sent: Sent) -> Response[str]:
        require(desk.caller, Action.MANAGE_TOKENS, desk.caller.member)
        if not sent.one("days").isascii() or not sent.one("days").isdigit() or len(sent.one("days")) > 3:
            raise InvalidInput("a number of days, from 1 to 365", "$.days")
        told = {"name": sent.one("name"), "roles": _roles(sent), "days": int(sent.one("days"))}
        try:
            wanted = msgspec.convert(told | {"is_client": sent.one("use") == "client"}, NewToken)
        except msgspec.ValidationError as problem:
            message, _, path = str(problem).partition(" - at `")
            raise InvalidInput(message, path.rstrip("`") or "$.name") from None
        made = make_token(service, desk.caller, wanted, browser.now)
        secret = made.token or f"client_id={made.client_id}\nclient_secret={made.client_secret}"
        return desk.page(secret=secret)

    return _do(request, service, body, act)


@post(
    "/organisation/tokens/{token:str}/end",
    admits=on_own(Action.MANAGE_TOKENS),
    include_in_schema=False,
    sync_to_thread=True,
)
def end_token_by_form(
    request: Request[Any, Any, Any], body: RawBody, token: Id, service: NamedDependency[Service]
) -> Response[str]:
    """Ends a token."""

    def act(browser: Browser, desk: _Desk, _: Sent) -> None:
        require(desk.caller, Action.MANAGE_TOKENS, desk.caller.member)
        with service.registry.database.writing(desk.caller.author) as session:
            tokens.revoke(session, token, browser.now, desk.caller.member)

    return _do(request, service, body, act)


@post("/organisation/password", admits=SIGNED_IN, include_in_schema=False, sync_to_thread=True)
def change_password_by_form(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]
) -> Response[str]:
    """Changes one's password."""

    def act(browser: Browser, _: _Desk, sent: Sent) -> Response[str]:
        opened = service.accounts.change_password(browser.secret, sent.one("old"), sent.one("new"), browser.now)
        return browser.go_on(opened)

    return _do(request, service, body, act)


@post(
    "/organisation/approvals/{approval:uuid}/confirm",
    admits=on_registrys(Action.DECIDE_IN_TWO),
    include_in_schema=False,
    sync_to_thread=True,
)
def confirm_by_form(
    request: Request[Any, Any, Any], body: RawBody, approval: ApprovalId, service: NamedDependency[Service]
) -> Response[str]:
    """Confirms what another proposed."""
    return _do(request, service, body, lambda browser, desk, _: _decide(browser, desk, approval, True))


@post(
    "/organisation/approvals/{approval:uuid}/refuse",
    admits=on_registrys(Action.DECIDE_IN_TWO),
    include_in_schema=False,
    sync_to_thread=True,
)
def refuse_proposal_by_form(
    request: Request[Any, Any, Any], body: RawBody, approval: ApprovalId, service: NamedDependency[Service]
) -> Response[str]:
    """Refuses it."""
    return _do(request, service, body, lambda browser, desk, _: _decide(browser, desk, approval, False))


def _decide(browser: Browser, desk: _Desk, approval: UUID, confirmed: bool) -> None:
    decide(browser.service, desk.caller, approval, confirmed, browser.now)


ROUTES = [
    organisation_page,
    invite_by_form,
    take_invitation_back_by_form,
    remove_person_by_form,
    make_token_by_form,
    end_token_by_form,
    change_password_by_form,
    confirm_by_form,
    refuse_proposal_by_form,
]
