"""Inviting colleagues by a form, and the page of one of them: other roles, no second factor any more, removal."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody

from registry.access import tokens
from registry.access.admission import on_own
from registry.access.roles import Role
from registry.access.routes import TokenListed, token_listed
from registry.access.rules import Action, require
from registry.accounts.browser import Browser, Sent
from registry.accounts.organisation_pages import Desk, desk_of, do
from registry.accounts.organisation_sections import roles_field, token_name
from registry.accounts.people import is_guarded_elsewhere
from registry.accounts.people_routes import (
    free_of_second_factor,
    give_roles,
    invite,
    people_shown,
    remove,
    take_back,
)
from registry.errors import InvalidInput, NotFound
from registry.pages.desk import Field, Option, Section
from registry.web.service import Service

Id = Annotated[str, PathParameter(max_length=64)]


def roles_sent(sent: Sent) -> tuple[Role, ...]:
    """The roles that a form names. Raises ``InvalidInput``."""
    try:
        return tuple(Role(role) for role in sent.all("roles"))
    except ValueError:
        raise InvalidInput("choose among the roles", "$.roles") from None


@post("/organisation/invitations", admits=on_own(Action.MANAGE_PEOPLE), include_in_schema=False, sync_to_thread=True)
def invite_by_form(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[str]:
    """Invites a colleague."""

    def act(desk: Desk, sent: Sent) -> Response[str]:
        require(desk.caller, Action.MANAGE_PEOPLE, desk.caller.member)
        email, reason = sent.one("email"), sent.one("reason")
        proposed = invite(service, desk.caller, email, roles_sent(sent), reason, desk.browser.now)
        word = "invited" if proposed is None else "invitation_proposed"
        return desk.page(notice=desk.browser.t(word, email=email))

    return do(request, service, body, act)


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
    return do(request, service, body, lambda desk, _: take_back(service, desk.caller, invitation, desk.browser.now))


def _colleague(desk: Desk, person: str, alert: str = "", status: int = 200) -> Response[str]:
    """The page of a colleague. Raises ``NotAllowed`` and ``NotFound``."""
    browser, caller, t = desk.browser, desk.caller, desk.browser.t
    require(caller, Action.MANAGE_PEOPLE, caller.member)
    with browser.service.registry.database.reading() as session:
        colleagues = people_shown(session, caller.member, browser.now).people
        is_guarded = is_guarded_elsewhere(session, caller.member, person)
        made = tuple(token_listed(row, caller.kind) for row in tokens.made_by(session, caller.member, person))
    one = next((one for one in colleagues if one.id == person), None)
    if one is None:
        raise NotFound("nobody with the id {person} is of {member}", person=f"{person!r}", member=caller.member)
    path = f"/organisation/people/{person}"
    form = browser.form(f"{path}/roles", "give_roles", roles_field(browser, caller, one.roles))
    sections = [Section(form=form)]
    if person != caller.person and one.second_factor:
        intro = t("second_factor_guarded" if is_guarded else "remove_second_factor_intro")
        form = None if is_guarded else browser.form(f"{path}/second-factor", "remove_second_factor")
        sections.append(Section(title=t("second_factor"), text=(intro,), form=form))
    if person != caller.person:
        form = browser.form(f"{path}/remove", "remove", *_their_tokens(browser, made))
        sections.append(Section(title=t("remove_person"), text=(t("remove_person_intro"),), form=form))
    back = Section(links=((browser.link("/organisation"), t("my_organisation")),))
    return browser.page(one.name, *sections, back, intro=one.email, alert=alert, status=status)


def _their_tokens(browser: Browser, made: tuple[TokenListed, ...]) -> tuple[Field, ...]:
    """Whether the tokens that a colleague made end as well, if there are any: whoever made one may have kept it."""
    if not made:
        return ()
    names = browser.t("comma").join(token_name(browser, one) for one in made)
    end = Option("end", browser.t("end_their_tokens", names=names), True)
    return (Field(name="tokens", label=browser.t("their_tokens"), kind="choices", options=(end,)),)


@get(
    "/organisation/people/{person:str}",
    admits=on_own(Action.MANAGE_PEOPLE),
    include_in_schema=False,
    sync_to_thread=True,
)
def colleague_page(request: Request[Any, Any, Any], person: Id, service: NamedDependency[Service]) -> Response[str]:
    """What there is to change about a colleague."""
    browser = Browser(request, service)
    desk = desk_of(browser)
    return browser.go("/sign-in") if desk is None else _colleague(desk, person)


def _do(
    request: Request[Any, Any, Any], service: Service, body: bytes, person: str, act: Callable[[Desk, Sent], None]
) -> Response[str]:
    """As ``do``; what was wrong is said on the page of the colleague."""
    return do(request, service, body, act, lambda desk, alert, status: _colleague(desk, person, alert, status))


@post(
    "/organisation/people/{person:str}/roles",
    admits=on_own(Action.MANAGE_PEOPLE),
    include_in_schema=False,
    sync_to_thread=True,
)
def give_roles_by_form(
    request: Request[Any, Any, Any], body: RawBody, person: Id, service: NamedDependency[Service]
) -> Response[str]:
    """Gives a colleague other roles."""

    def act(desk: Desk, sent: Sent) -> None:
        require(desk.caller, Action.MANAGE_PEOPLE, desk.caller.member)
        give_roles(service, desk.caller, person, roles_sent(sent), desk.browser.now)

    return _do(request, service, body, person, act)


@post(
    "/organisation/people/{person:str}/second-factor",
    admits=on_own(Action.MANAGE_PEOPLE),
    include_in_schema=False,
    sync_to_thread=True,
)
def remove_second_factor_by_form(
    request: Request[Any, Any, Any], body: RawBody, person: Id, service: NamedDependency[Service]
) -> Response[str]:
    """Removes the second factor of a colleague who lost the device."""

    def act(desk: Desk, _: Sent) -> None:
        free_of_second_factor(service, desk.caller, person, desk.browser.now)

    return _do(request, service, body, person, act)


@post(
    "/organisation/people/{person:str}/remove",
    admits=on_own(Action.MANAGE_PEOPLE),
    include_in_schema=False,
    sync_to_thread=True,
)
def remove_person_by_form(
    request: Request[Any, Any, Any], body: RawBody, person: Id, service: NamedDependency[Service]
) -> Response[str]:
    """Removes a colleague, and ends the tokens they made, if that is ticked."""

    def act(desk: Desk, sent: Sent) -> None:
        remove(service, desk.caller, person, desk.browser.now, sent.one("tokens") == "end")

    return _do(request, service, body, person, act)


ROUTES = [
    invite_by_form,
    take_invitation_back_by_form,
    colleague_page,
    give_roles_by_form,
    remove_second_factor_by_form,
    remove_person_by_form,
]
