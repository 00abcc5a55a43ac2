"""The pages of an organisation's public particulars, and of ending its membership: for whoever speaks for it, and for
the operator, who finds every organisation in a list.

Everything here is done by the functions that the API calls, which say who may.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter, RawBody

from registry.access.admission import on_named, on_others
from registry.access.callers import Caller
from registry.access.rules import Action, may, require, require_others
from registry.accounts.browser import Browser, Sent
from registry.errors import InvalidInput
from registry.members import members
from registry.members.routes import MAX_PAGE, MemberId, Particulars, change, end_membership, saying_part_of
from registry.pages.desk import Card, Field, Option, Section
from registry.web.service import Service
from schemas.member import Member, MemberKind, Plan
from schemas.text import in_language

PAGE_SIZE = 50
_LABELS = {
    "$.name": "name_en",
    "$.name.en": "name_en",
    "$.name.zh": "name_zh",
    "$.ids": "ids",
    "$.country": "country",
    "$.accreditation": "accreditation",
    "$.accreditation_until": "accreditation_until",
    "$.plans": "plans",
    "$.part_of": "part_of",
    "$.typed_id": "type_member_id",
}
"""The word for what is meant by a path in the particulars."""


@get("/members", admits=on_others(Action.CHANGE_ACCREDITATION), include_in_schema=False, sync_to_thread=True)
def members_page(
    request: Request[Any, Any, Any],
    service: NamedDependency[Service],
    words: Annotated[str, QueryParameter(name="q", max_length=200)] = "",
    page: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)] = 1,
) -> Response[str]:
    """All organisations, or those whose name or id has these words in it. For the operator."""
    browser = Browser(request, service)
    caller, t = browser.caller, browser.t
    if caller is None:
        return browser.go("/sign-in")
    require_others(caller, Action.CHANGE_ACCREDITATION)
    with service.registry.database.reading() as session:
        found = members.named(members.all_members(session), words)
    cards = tuple(_card(browser, one) for one in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    field = Field(name="q", label=t("member_search"), kind="search", value=words, required=False, most=200)
    more = page * PAGE_SIZE < len(found)
    pages = ((page - 1, "page_before", page > 1), (page + 1, "page_after", more))
    asked = f"&{urlencode({'q': words})}" if words else ""
    links = tuple((browser.link(f"/members?page={number}{asked}"), t(word)) for number, word, there in pages if there)
    sections = (
        Section(form=browser.asking("/members", "show", field)),
        Section(text=() if cards else (t("no_members"),), cards=cards, links=links),
    )
    notice = t("done") if "done" in request.query_params else ""
    return browser.page(t("members"), *sections, intro=t("members_found", total=str(len(found))), notice=notice)


def _card(browser: Browser, one: Member) -> Card:
    t = browser.t
    lines = [" · ".join(filter(None, (t(f"kind_{one.kind}"), one.country)))]
    if one.accreditation is not None:
        until = str(one.accreditation_until or "")
        lines.append(" · ".join(filter(None, (one.accreditation, until))))
    path = browser.link(f"/members/{one.id}")
    return Card(title=in_language(one.name, browser.language), href=path, mark=one.id, lines=tuple(lines))


def _particulars(browser: Browser, caller: Caller, key: str, alert: str = "", status: int = 200) -> Response[str]:
    """What an organisation says of itself, to be changed. Raises ``NotAllowed``, ``NotFound`` and ``WrongState``."""
    t = browser.t
    require(caller, Action.CHANGE_MEMBER, key)
    with browser.service.registry.database.reading() as session:
        member = members.member(session, key)
    form = browser.form(f"/members/{key}", "keep", *_fields(browser, caller, member))
    leaves = may(caller, Action.LEAVE, key) and member.kind is not MemberKind.OPERATOR
    links = [(browser.link(f"/members/{key}/leave"), t(_leaving_word(caller, key)))] if leaves else []
    if caller.member == key:
        links.append((browser.link("/organisation"), t("my_organisation")))
    title = t("told", name=t("particulars"), value=in_language(member.name, browser.language))
    facts = ((t("member_id_short"), key), (t("kind"), t(f"kind_{member.kind}")))
    sections = (Section(facts=facts, form=form), Section(links=tuple(links)))
    notice = t("done") if "done" in browser.request.query_params else ""
    return browser.page(title, *sections, intro=t("particulars_intro"), alert=alert, notice=notice, status=status)


def _fields(browser: Browser, caller: Caller, member: Member) -> tuple[Field, ...]:
    """A field for each of the particulars that ``caller`` may change."""
    t = browser.t
    plans = tuple(Option(plan, t(f"plan_{plan}"), plan in member.plans) for plan in Plan)
    ids, country = "\n".join(member.ids), member.country or ""
    fields = [
        _field(browser, "name_en", member.name.get("en", ""), hint=t("one_name"), most=200),
        _field(browser, "name_zh", member.name.get("zh", ""), most=200),
        _field(browser, "ids", ids, kind="lines", hint=f"{t('ids_hint')} {t('ids_lines')}", most=4_300),
        _field(browser, "country", country, hint=t("country_hint"), most=2),
        Field(name="plans", label=t("plans"), kind="choices", options=plans),
    ]
    if may(caller, saying_part_of(member), member.id):
        fields.append(_field(browser, "part_of", member.part_of or "", hint=t("part_of_hint"), most=200))
    if member.kind is MemberKind.VERIFICATION_BODY and may(caller, Action.CHANGE_ACCREDITATION, member.id):
        until = str(member.accreditation_until or "")
        fields.append(_field(browser, "accreditation", member.accreditation or "", most=200))
        fields.append(_field(browser, "accreditation_until", until, kind="date"))
    return tuple(fields)


def _field(browser: Browser, name: str, value: str, kind: str = "text", hint: str = "", most: int = 300) -> Field:
    return Field(name=name, label=browser.t(name), kind=kind, value=value, required=False, hint=hint, most=most)


@get("/members/{member:str}", admits=on_named(Action.CHANGE_MEMBER), include_in_schema=False, sync_to_thread=True)
def member_page(request: Request[Any, Any, Any], member: MemberId, service: NamedDependency[Service]) -> Response[str]:
    """The particulars. Whoever is not signed in is sent to do so."""
    browser = Browser(request, service)
    return browser.go("/sign-in") if browser.caller is None else _particulars(browser, browser.caller, member)


@post("/members/{member:str}", admits=on_named(Action.CHANGE_MEMBER), include_in_schema=False, sync_to_thread=True)
def change_member_by_form(
    request: Request[Any, Any, Any], body: RawBody, member: MemberId, service: NamedDependency[Service]
) -> Response[str]:
    """Changes the particulars."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> str:
        require(caller, Action.CHANGE_MEMBER, member)
        with service.registry.database.reading() as session:
            before = members.member(session, member)
        change(service, caller, member, told(sent, before), browser.now)
        return f"/members/{member}?done"

    return _do(request, service, body, member, act, _particulars)


def told(sent: Sent, before: Member) -> Particulars:
    """The particulars that a form says: of what it has no field for, nothing. Raises ``InvalidInput``."""

    def line(name: str) -> str | None:
        return sent.one(name).strip() or None

    if not set(sent.all("plans")) <= set(Plan):
        raise InvalidInput("choose among the plans", "$.plans")
    try:
        until = None if line("accreditation_until") is None else date.fromisoformat(sent.one("accreditation_until"))
    except ValueError:
        raise InvalidInput("a day is written like 2027-06-30", "$.accreditation_until") from None
    typed = (("en", line("name_en")), ("zh", line("name_zh")))
    kept = {tag: words for tag, words in before.name.items() if tag not in ("en", "zh")}
    asks = "accreditation" in sent.values and (before.accreditation is not None or line("accreditation") is not None)
    return Particulars(
        name={tag: words for tag, words in typed if words} | kept,
        ids=tuple(filter(None, (one.strip() for one in sent.one("ids").splitlines()))),
        country=line("country"),
        plans=tuple(Plan(plan) for plan in sent.all("plans")),
        accreditation=sent.one("accreditation").strip() if asks else None,
        accreditation_until=until,
        part_of=sent.one("part_of").strip() if "part_of" in sent.values else None,
    )


def _leaving(browser: Browser, caller: Caller, key: str, alert: str = "", status: int = 200) -> Response[str]:
    """What it means to leave. Raises ``NotAllowed``, ``NotFound`` and ``WrongState``."""
    t = browser.t
    require(caller, Action.LEAVE, key)
    with browser.service.registry.database.reading() as session:
        name = in_language(members.member(session, key).name, browser.language)
    field = Field(name="typed_id", label=t("type_member_id"), hint=t("type_member_id_hint", member=key), most=64)
    form = browser.form(f"/members/{key}/leave", _leaving_word(caller, key), field)
    warning = Section(title=t("leave_for_good"), text=tuple(map(t, ("leave_id", "leave_people", "leave_records"))))
    back = Section(links=((browser.link(f"/members/{key}"), t("stay")),))
    title = t("told", name=t(_leaving_word(caller, key)), value=name)
    return browser.page(title, warning, Section(form=form), back, alert=alert, status=status)


def _leaving_word(caller: Caller, key: str) -> str:
    return "leave" if caller.member == key else "end_membership"


@get("/members/{member:str}/leave", admits=on_named(Action.LEAVE), include_in_schema=False, sync_to_thread=True)
def leave_page(request: Request[Any, Any, Any], member: MemberId, service: NamedDependency[Service]) -> Response[str]:
    """What it means to leave, before one does."""
    browser = Browser(request, service)
    return browser.go("/sign-in") if browser.caller is None else _leaving(browser, browser.caller, member)


@post("/members/{member:str}/leave", admits=on_named(Action.LEAVE), include_in_schema=False, sync_to_thread=True)
def leave_by_form(
    request: Request[Any, Any, Any], body: RawBody, member: MemberId, service: NamedDependency[Service]
) -> Response[str]:
    """Ends a membership, when its id was typed."""

    def act(browser: Browser, caller: Caller, sent: Sent) -> str:
        require(caller, Action.LEAVE, member)
        if sent.one("typed_id").strip() != member:
            raise InvalidInput("type {member}", "$.typed_id", member=member)
        end_membership(service, caller, member, browser.now)
        return "/sign-in" if caller.member == member else "/members?done"

    return _do(request, service, body, member, act, _leaving)


def _do(
    request: Request[Any, Any, Any],
    service: Service,
    body: bytes,
    key: str,
    act: Callable[[Browser, Caller, Sent], str],
    again: Callable[[Browser, Caller, str, str, int], Response[str]],
) -> Response[str]:
    """Reads the form, does what it asks for, and goes where that leads; else shows the form ``again``."""
    browser = Browser(request, service)
    sent = browser.read(body)
    caller = browser.caller
    if caller is None:
        return browser.go("/sign-in")
    try:
        return browser.go(act(browser, caller, sent))
    except InvalidInput as problem:
        labels = {path: browser.t(word) for path, word in _LABELS.items()}
        return again(browser, caller, key, browser.refuse(sent, problem, labels), problem.status)


ROUTES = [members_page, member_page, change_member_by_form, leave_page, leave_by_form]
