"""The parts of the page of one's own organisation: its people and invitations, its tokens, what takes two people."""

from collections.abc import Iterable

from registry.access.approvals import MAX_REASON, OF_KEYS, ApprovalShown
from registry.access.callers import Caller
from registry.access.roles import ROLES_OF, Role
from registry.access.routes import TokenListed
from registry.access.rules import Action, may, may_others
from registry.accounts.browser import Browser
from registry.accounts.people_routes import InvitationShown, People, PersonShown
from registry.pages.desk import Field, Form, Option, Row, Section


def roles_in_words(browser: Browser, roles: Iterable[Role]) -> str:
    """Roles as they are read."""
    return browser.t("comma").join(browser.t(f"role_{role}") for role in sorted(roles))


def roles_field(browser: Browser, caller: Caller, held: Iterable[Role] = ()) -> Field:
    """The roles that there are in the caller's organisation; those ``held`` are chosen."""
    held = frozenset(held)
    options = tuple(Option(role, browser.t(f"role_{role}"), role in held) for role in sorted(ROLES_OF[caller.kind]))
    return Field(name="roles", label=browser.t("roles"), kind="choices", options=options)


def people_sections(browser: Browser, caller: Caller, shown: People, in_two: bool) -> tuple[Section, ...]:
    """Colleagues, who is invited, and the form to invite, or where that is done ``in_two``, to propose it."""
    t, manages = browser.t, may(caller, Action.MANAGE_PEOPLE, caller.member)
    head = tuple(map(t, ("person", "email", "roles", "second_factor", "to_do")))
    rows = tuple(_person(browser, one, manages) for one in shown.people)
    sections = [Section(title=t("people"), head=head, rows=rows)]
    if shown.invitations:
        head = tuple(map(t, ("email", "roles", "until", "to_do")))
        waiting = tuple(_invitation(browser, one, manages) for one in shown.invitations)
        sections.append(Section(title=t("invitations"), head=head, rows=waiting))
    if manages:
        fields = [Field(name="email", label=t("email"), kind="email"), roles_field(browser, caller)]
        if in_two:
            fields.append(Field(name="reason", label=t("invite_reason"), most=MAX_REASON))
        button, told = ("propose_invitation", (t("invite_in_two"),)) if in_two else ("send_invitation", ())
        form = browser.form("/organisation/invitations", button, *fields)
        sections.append(Section(title=t("invite"), text=told, form=form))
    return tuple(sections)


def _person(browser: Browser, one: PersonShown, manages: bool) -> Row:
    path = f"/organisation/people/{one.id}"
    forms = (browser.asking(path, "change"),) if manages else ()
    has = browser.t("yes" if one.second_factor else "no")
    return Row((one.name, one.email, roles_in_words(browser, one.roles), has), forms)


def _invitation(browser: Browser, one: InvitationShown, manages: bool) -> Row:
    forms = (browser.form(f"/organisation/invitations/{one.id}/end", "take_back"),) if manages else ()
    return Row((one.email, roles_in_words(browser, one.roles), f"{one.expires:%Y-%m-%d}"), forms)


def token_sections(
    browser: Browser, caller: Caller, listed: tuple[TokenListed, ...], makers: dict[str, str]
) -> tuple[Section, ...]:
    """Tokens and clients, each with who made it, and the form to make one. ``makers``: their names by their ids."""
    t, manages = browser.t, may(caller, Action.MANAGE_TOKENS, caller.member)
    if not manages and not listed:
        return ()
    uses = tuple(Option(use, t(f"use_{use}")) for use in ("bearer", "client"))
    fields = (
        Field(name="name", label=t("token_name"), most=100),
        Field(name="use", label=t("token_use"), kind="choice", options=uses),
        roles_field(browser, caller),
        Field(name="days", label=t("token_days"), kind="number", value="90", most=3),
    )
    form = browser.form("/organisation/tokens", "make_token", *fields) if manages else None
    head = tuple(map(t, ("token_name", "token_use", "roles", "token_by", "until", "to_do")))
    rows = tuple(_token(browser, one, makers, manages) for one in listed)
    return (Section(title=t("tokens"), head=head, rows=rows, form=form),)


def token_name(browser: Browser, one: TokenListed) -> str:
    """What a token is for, as it was said, or which it is."""
    return one.name or browser.t("token_unnamed", id=one.id)


def _token(browser: Browser, one: TokenListed, makers: dict[str, str], manages: bool) -> Row:
    forms = (browser.form(f"/organisation/tokens/{one.id}/end", "end"),) if manages else ()
    until = f"{one.expires:%Y-%m-%d}" if one.expires else ""
    by = browser.t("command_line") if one.issued_by is None else makers.get(one.issued_by, one.issued_by)
    cells = (token_name(browser, one), browser.t(f"use_{one.use}"), roles_in_words(browser, one.roles), by, until)
    return Row(cells, forms)


def approval_section(browser: Browser, caller: Caller, proposed: tuple[ApprovalShown, ...]) -> tuple[Section, ...]:
    """What waits for a second person of the operator."""
    head = tuple(map(browser.t, ("operation", "reason", "to_do")))
    rows = tuple(_approval(browser, caller, one) for one in proposed)
    return (Section(title=browser.t("approvals"), head=head, rows=rows),) if rows else ()


def withdrawal_section(browser: Browser, caller: Caller) -> tuple[Section, ...]:
    """The form to ask that another's record be withdrawn, for whoever may."""
    if not may_others(caller, Action.WITHDRAW):
        return ()
    t = browser.t
    fields = (
        Field(name="record", label=t("withdraw_record"), hint=t("withdraw_record_hint"), kind="number", most=19),
        Field(name="reason", label=t("withdraw_reason"), most=1_000),
    )
    form = browser.form("/organisation/withdrawals", "withdraw", *fields)
    return (Section(title=t("withdraw_title"), text=(t("withdraw_intro"),), form=form),)


def _approval(browser: Browser, caller: Caller, one: ApprovalShown) -> Row:
    """A proposal; one about a key is decided where it is told what it does."""
    if one.operation in OF_KEYS:
        forms: tuple[Form, ...] = (browser.asking("/desk/keys", "look_at_it"),)
    else:
        words = ("refuse",) if one.proposed_by == caller.person else ("confirm", "refuse")
        forms = tuple(browser.form(f"/organisation/approvals/{one.id}/{word}", word) for word in words)
    return Row((operation_in_words(browser, one), one.reason), forms)


def operation_in_words(browser: Browser, one: ApprovalShown) -> str:
    """What is proposed, as it is read."""
    first, _, second = one.subject.partition(" ")
    return browser.t(f"operation_{one.operation.name.lower()}", first=first, second=second)


def organisation_section(browser: Browser, caller: Caller) -> tuple[Section, ...]:
    """The ways to the organisation's particulars, and out of the alliance."""
    member = caller.member
    ways = (
        (Action.PRINT_LABELS, "/labels", "labels"),
        (Action.CHANGE_MEMBER, f"/members/{member}", "particulars"),
        (Action.LEAVE, f"/members/{member}/leave", "leave"),
    )
    links = tuple((browser.link(path), browser.t(word)) for action, path, word in ways if may(caller, action, member))
    return (Section(title=browser.t("organisation"), links=links),) if links else ()
