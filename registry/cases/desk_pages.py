"""The desk for the yearly release: the calls, one call, one case; each with what whoever is signed in can do now."""

from collections.abc import Iterator
from uuid import UUID

from litestar import Response
from msgspec import Struct
from sqlmodel import Session

from registry.access.callers import Caller
from registry.access.rules import Action, may, may_others
from registry.accounts.browser import Browser
from registry.cases import calls, nominations, scoring
from registry.cases.acting import cases_before
from registry.cases.calls import Phase
from registry.cases.case_sections import CaseSections
from registry.cases.desk_forms import DESK, Forms, Typed
from registry.database.cases_tables import CallRow, CaseRow
from registry.declarations.list_page import name_of
from registry.errors import NotFound
from registry.pages.desk import Card, Row, Section
from registry.pages.reader import Reader
from registry.pages.rendering import Phrasebook
from registry.registry import OPERATOR
from schemas.cases import Call
from schemas.text import in_language

_BEFORE_THE_END = (Phase.NOMINATIONS, Phase.SCORING)


def to_do(caller: Caller, at: Phase, appointed: bool) -> tuple[str, ...]:
    """The words for what somebody can do while a call stands at ``at``; ``appointed``: asked to score its cases."""
    found = []
    if may_others(caller, Action.NOMINATE):
        found += {Phase.NOMINATIONS: ["case_now_nominate"], Phase.SCORING: ["case_now_take_back"]}.get(at, [])
    if may_others(caller, Action.SCORE) and at in (Phase.ANNOUNCED, *_BEFORE_THE_END):
        asked = "case_now_score" if at is Phase.SCORING else "case_now_asked"
        found.append(asked if appointed else "case_now_not_asked")
    if may(caller, Action.RUN_CASES, OPERATOR):
        prepares = {Phase.ANNOUNCED: ["case_now_prepare"], Phase.CLOSED: ["case_now_release"]}
        found += prepares.get(at, ["case_now_run"] if at in _BEFORE_THE_END else [])
    return tuple(found) or ("case_now_nothing",)


def calls_page(browser: Browser, caller: Caller, typed: Typed, alert: str = "", status: int = 200) -> Response[str]:
    """The calls, the newest first; for people of the operator, the form that opens one."""
    t = browser.t
    with browser.service.registry.database.reading() as session:
        cards = tuple(_call(browser, session, caller, row) for row in calls.all_calls(session))
    nothing = () if cards else (Phrasebook(browser.language)("cases_none"),)
    sections = [Section(cards=cards, text=nothing)]
    if may(caller, Action.RUN_CASES, OPERATOR):
        sections.append(Section(title=t("case_open_title"), form=Forms(browser, typed).open_call()))
    sections.append(Section(links=((browser.link("/cases"), t("cases_public")),)))
    intro = t("cases_desk_intro")
    return browser.page(t("cases_desk"), *sections, intro=intro, alert=alert, notice=_notice(browser), status=status)


def _call(browser: Browser, session: Session, caller: Caller, row: CallRow) -> Card:
    call, reader = calls.call_of(row), Reader(browser.language)
    at = calls.phase(call, row.dataset is not None, browser.now.date())
    now = to_do(caller, at, scoring.is_appointed(session, caller, row.year))
    return Card(
        title=reader.text(call.title),
        href=browser.link(f"{DESK}/{row.year}"),
        mark=browser.t(f"case_phase_{at}"),
        lines=(_dates(call, reader), *map(browser.t, now)),
    )


def _dates(call: Call, reader: Reader) -> str:
    first, last, scored = (
        reader.day(day) for day in (call.dates.nominations_from, call.dates.nominations_until, call.dates.scoring_until)
    )
    return Phrasebook(reader.language)("cases_dates", first=first, last=last, scored=scored)


def year_page(
    browser: Browser, caller: Caller, year: int, typed: Typed, alert: str = "", status: int = 200
) -> Response[str]:
    """A call. Raises ``NotFound``."""
    with browser.service.registry.database.reading() as session:
        row = calls.call_row(session, year)
        desk = _Year(browser, session, caller, row, Forms(browser, typed))
        sections = tuple(desk.sections())
        title = in_language(desk.call.title, browser.language)
    return browser.page(title, *sections, alert=alert, notice=_notice(browser), status=status)


class _Year(Struct, frozen=True):
    """A call before somebody."""

    browser: Browser
    session: Session
    caller: Caller
    row: CallRow
    forms: Forms

    @property
    def call(self) -> Call:
        return calls.call_of(self.row)

    @property
    def at(self) -> Phase:
        return calls.phase(self.call, self.row.dataset is not None, self.browser.now.date())

    def sections(self) -> Iterator[Section]:
        """How it stands, and what each role does with it."""
        runs = may(self.caller, Action.RUN_CASES, OPERATOR)
        nominates, scores = may_others(self.caller, Action.NOMINATE), may_others(self.caller, Action.SCORE)
        appointed = scoring.is_appointed(self.session, self.caller, self.row.year)
        yield self._call(to_do(self.caller, self.at, appointed))
        if runs or nominates:
            yield self._nominated()
        if nominates and self.at is Phase.NOMINATIONS:
            form = self.forms.nominate(self.caller, self.call)
            yield Section(title=self._t("case_nominate_title"), form=form)
        if scores and appointed:
            yield self._to_score()
        if runs:
            yield from self._running()
        public = (self.browser.link(f"/cases/{self.row.year}"), self._t("cases_public"))
        yield Section(links=(public, (self.browser.link(DESK), self._t("cases_all"))))

    def _t(self, key: str, **values: str) -> str:
        return self.browser.t(key, **values)

    def _call(self, now: tuple[str, ...]) -> Section:
        reader, call, comma = Reader(self.browser.language), self.call, self._t("comma")
        weighed = (self._t("case_weighs", name=reader.text(one.name), weight=str(one.weight)) for one in call.criteria)
        facts = (
            (self._t("case_phase"), self._t(f"case_phase_{self.at}")),
            (self._t("case_days"), _dates(call, reader)),
            (self._t("case_categories"), comma.join(self._t(f"plan_{one}") for one in call.categories)),
            (self._t("case_criteria"), comma.join(weighed)),
            (self._t("case_places"), reader.count(call.places)),
        )
        return Section(facts=facts, text=tuple(map(self._t, now)))

    def _nominated(self) -> Section:
        rows = sorted(cases_before(self.session, self.caller, self.row.year), key=lambda row: row.nominated_at)
        cards = tuple(map(self._card, rows))
        nothing = () if cards else (self._t("case_no_nominations"),)
        return Section(title=self._t("case_nominations"), cards=cards, text=nothing)

    def _card(self, row: CaseRow) -> Card:
        said = self._t("told", name=self._t("case_against"), value=self._against(row))
        return Card(
            title=self._title(row),
            href=self._href(row),
            mark=self._t(f"case_state_{row.state}"),
            lines=(self._whose(row), said),
        )

    def _to_score(self) -> Section:
        def mark(one: scoring.ToScore) -> str:
            if one.conflict:
                return "conflict"
            return "declare" if one.conflict is None else "score" if one.scores is None else "scored"

        cards = tuple(
            Card(
                title=self._title(one.row),
                href=self._href(one.row),
                mark=self._t(f"case_mark_{mark(one)}"),
                lines=(self._whose(one.row),),
            )
            for one in scoring.to_score(self.session, self.caller, self.row.year)
        )
        nothing = () if cards else (self._t("case_no_scoring"),)
        return Section(title=self._t("case_scoring"), cards=cards, text=nothing)

    def _running(self) -> Iterator[Section]:
        yield self._shortlist()
        if self.at is Phase.RELEASED:
            return
        if self.at is Phase.CLOSED:
            form = self.forms.propose(self.row.year)
            yield Section(title=self._t("case_release_title"), text=(self._t("case_release_text"),), form=form)
        yield self._experts()
        yield Section(title=self._t("case_move_title"), form=self.forms.move_dates(self.call))

    def _shortlist(self) -> Section:
        titles = {row.id: row for row in nominations.cases(self.session, self.row.year)}
        rows = tuple(
            Row(
                (
                    self._t(f"plan_{one.category}"),
                    self._t("case_tied", rank=str(one.rank)) if one.tied else str(one.rank),
                    f"{self._title(titles[one.case])} · {self._name(titles[one.case])}",
                    Phrasebook(self.browser.language)("cases_score", score=one.shown, experts=str(one.experts)),
                    self._against(titles[one.case]),
                )
            )
            for one in scoring.ranked(self.session, self.row.year)
        )
        head = tuple(map(self._t, ("case_category", "case_place", "case_case", "case_points", "case_against")))
        nothing = () if rows else (self._t("case_no_shortlist"),)
        return Section(title=self._t("case_shortlist"), head=head, rows=rows, text=nothing)

    def _experts(self) -> Section:
        year = self.row.year
        rows = tuple(
            Row((person.name, person.email), (self.forms.dismiss(year, person.id),))
            for person in calls.experts(self.session, year)
        )
        head = tuple(map(self._t, ("person", "email", "to_do")))
        nothing = () if rows else (self._t("case_no_experts"),)
        form = self.forms.ask_expert(year)
        return Section(title=self._t("case_experts"), head=head, rows=rows, text=nothing, form=form)

    def _title(self, row: CaseRow) -> str:
        return in_language(nominations.case_of(row).title, self.browser.language)

    def _against(self, row: CaseRow) -> str:
        against = nominations.reasons_of(self.session, row, self.browser.now.date())
        found = self._t("comma").join(self._t(f"case_against_{one}") for one in against)
        return found or self._t("case_against_nothing")

    def _name(self, row: CaseRow) -> str:
        return name_of(self.session, row.member_id, self.browser.language)

    def _whose(self, row: CaseRow) -> str:
        return f"{self._name(row)} · {self._t(f'plan_{row.category}')}"

    def _href(self, row: CaseRow) -> str:
        return self.browser.link(f"{DESK}/{row.year}/{row.id}")


def case_page(
    browser: Browser, caller: Caller, at: tuple[int, UUID], typed: Typed, alert: str = "", status: int = 200
) -> Response[str]:
    """A case of a year, for who nominated it, whose it is, who runs the call, and its experts. Raises ``NotFound``."""
    year, key = at
    with browser.service.registry.database.reading() as session:
        row = nominations.case_of_year(session, year, key)
        known = any(one.id == row.id for one in cases_before(session, caller, year))
        appointed = scoring.is_appointed(session, caller, year) and may_others(caller, Action.SCORE)
        asked = scoring.to_score(session, caller, year) if appointed else []
        before = next((one for one in asked if one.row.id == row.id), None)
        if not known and before is None:
            raise NotFound("there is no case {key}", key=key)
        call_row = calls.call_row(session, year)
        sections = tuple(
            CaseSections(browser, session, caller, row, call_row, Forms(browser, typed)).sections(known, before)
        )
        of_year = in_language(calls.call_of(call_row).title, browser.language)
        title = in_language(nominations.case_of(row).title, browser.language)
    back = Section(links=((browser.link(f"{DESK}/{year}"), of_year),))
    return browser.page(title, *sections, back, alert=alert, notice=_notice(browser), status=status)


def _notice(browser: Browser) -> str:
    """That it is done: at the address to which a form leads that was taken."""
    return browser.t("done") if "done" in browser.request.query_params else ""
