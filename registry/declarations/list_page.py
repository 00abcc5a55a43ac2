"""The page that lists declarations: an owner's own, or those that concern a verification body or the operator.

Each says what comes next.
"""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from sqlmodel import Session, col, select

from registry.access.admission import EVERY_CALLER
from registry.access.callers import Caller
from registry.access.rules import Action, may, may_others
from registry.accounts.browser import Browser
from registry.database.review_tables import QuestionRow, ReviewRow
from registry.database.tables import DeclarationRow, MemberRow, RecordRow
from registry.declarations.known import revoked_parts
from registry.declarations.life import content_of
from registry.declarations.next_step import next_step
from registry.declarations.readable import listed
from registry.declarations.record_life import RecordLife, record_life
from registry.declarations.states import DeclarationState
from registry.members.members import particulars
from registry.pages.desk import Card, Section
from registry.pages.reader import Reader
from registry.web.service import Service
from schemas.declaration import Declaration
from schemas.member import MemberKind
from schemas.text import in_language

PAGE_SIZE = 50
MAX_PAGE = 10_000


@get("/declarations", admits=EVERY_CALLER, include_in_schema=False, sync_to_thread=True)
def declarations_page(
    request: Request[Any, Any, Any],
    service: NamedDependency[Service],
    wanted: Annotated[DeclarationState | None, QueryParameter(name="state")] = None,
    page: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)] = 1,
) -> Response[str]:
    """The list. Whoever is not signed in is sent to do so."""
    browser = Browser(request, service)
    caller = browser.caller
    if caller is None:
        return browser.go("/sign-in")
    with service.registry.database.reading() as session:
        rows, total = listed(session, caller, wanted, page, PAGE_SIZE)
        cards = _cards(browser, session, caller, rows)
    everyone = may_others(caller, Action.READ_DECLARATION)
    who = "owner" if not everyone else "body" if caller.kind is MemberKind.VERIFICATION_BODY else "operator"
    t = browser.t
    declares = may(caller, Action.DECLARE, caller.member)
    nothing = t("first_declaration" if declares and wanted is None else "no_declarations")
    begin = ((browser.link("/declarations/new"), t("new_declaration")),) if declares else ()
    sections = (
        Section(links=begin, tabs=_tabs(browser, wanted, everyone)),
        Section(cards=cards, text=() if cards else (nothing,), links=_pages(browser, wanted, page, total)),
        Section(links=((browser.link("/organisation"), t("my_organisation")),)),
    )
    notice = t("done") if "done" in request.query_params else ""
    return browser.page(t("declarations"), *sections, intro=t(f"declarations_intro_{who}"), notice=notice)


def _tabs(browser: Browser, chosen: DeclarationState | None, everyone: bool) -> tuple[tuple[str, str, bool], ...]:
    states = [state for state in DeclarationState if not (everyone and state is DeclarationState.DRAFT)]
    every = (browser.link("/declarations"), browser.t("every_state"), chosen is None)
    return (
        every,
        *((browser.link(f"/declarations?state={one}"), browser.t(f"state_{one}"), one is chosen) for one in states),
    )


def _pages(browser: Browser, state: DeclarationState | None, page: int, total: int) -> tuple[tuple[str, str], ...]:
    chosen = "" if state is None else f"&state={state}"
    newer = ((browser.link(f"/declarations?page={page - 1}{chosen}"), browser.t("newer")),) if page > 1 else ()
    is_last = page * PAGE_SIZE >= total or page == MAX_PAGE
    older = () if is_last else ((browser.link(f"/declarations?page={page + 1}{chosen}"), browser.t("older")),)
    return (*newer, *older)


def _cards(browser: Browser, session: Session, caller: Caller, rows: list[DeclarationRow]) -> tuple[Card, ...]:
    ids = [row.id for row in rows]
    bodies = dict(
        session.exec(
            select(ReviewRow.declaration_id, ReviewRow.body_id).where(col(ReviewRow.declaration_id).in_(ids))
        ).all()
    )
    asked = set(
        session.exec(
            select(QuestionRow.declaration_id).where(
                col(QuestionRow.declaration_id).in_(ids),
                col(QuestionRow.answer).is_(None),
                col(QuestionRow.closed_at).is_(None),
            )
        )
    )
    names = {one: name_of(session, one, browser.language) for one in {row.owner_id for row in rows}}
    contents = {row.id: content_of(row) for row in rows}
    revoked = revoked_parts(session, contents.values())
    lives = _lives(browser, session, [row.record for row in rows if row.record is not None])

    def words(row: DeclarationRow) -> str:
        state, body = DeclarationState(row.state), bodies.get(row.id)
        stands = None if row.record is None else lives[row.record]
        is_part_revoked = any(part.record in revoked for part in contents[row.id].components)
        return next_step(caller, state, row.owner_id, body, row.id in asked, stands, is_part_revoked)

    return tuple(_card(browser, caller, row, contents[row.id], names, words(row)) for row in rows)


def _lives(browser: Browser, session: Session, indexes: list[int]) -> dict[int, RecordLife]:
    query = select(RecordRow).where(col(RecordRow.index).in_(indexes))
    return {row.index: record_life(session, row, browser.now.date()) for row in session.exec(query)}


def _card(
    browser: Browser, caller: Caller, row: DeclarationRow, declared: Declaration, names: dict[str, str], words: str
) -> Card:
    changed = browser.t("changed_at", when=Reader(browser.language).moment(row.updated_at))
    owner = () if row.owner_id == caller.member else (names[row.owner_id],)
    return Card(
        title=in_language(declared.product_name, browser.language) or browser.t("nameless"),
        href=browser.link(f"/declarations/{row.id}"),
        mark=browser.t(f"state_{row.state}"),
        lines=(browser.t(words), " · ".join((*owner, changed))),
    )


def name_of(session: Session, member_id: str, language: str) -> str:
    """What an organisation is called, also one that has left."""
    row = session.get(MemberRow, member_id)
    return member_id if row is None else in_language(particulars(row).name, language) or member_id


ROUTES = [declarations_page]
