"""One case on the desk: what it says, as far as the reader may see it, and the forms for what can be done with it."""

from collections.abc import Iterator

from msgspec import Struct
from sqlmodel import Session

from registry.access.callers import Caller
from registry.access.rules import Action, may
from registry.accounts.browser import Browser
from registry.cases import calls, nominations
from registry.cases.calls import Phase
from registry.cases.desk_forms import Forms
from registry.cases.nominations import CaseState
from registry.cases.pages import records_now
from registry.cases.scoring import ToScore
from registry.database.cases_tables import CallRow, CaseRow
from registry.declarations.list_page import name_of
from registry.pages.desk import Section
from registry.pages.figures import label_path
from registry.pages.vocabulary import VERDICTS
from registry.registry import OPERATOR
from schemas.cases import Call
from schemas.text import in_language


class CaseSections(Struct, frozen=True):
    """A case before somebody."""

    browser: Browser
    session: Session
    caller: Caller
    row: CaseRow
    call_row: CallRow
    forms: Forms

    @property
    def call(self) -> Call:
        """The call that it was nominated for."""
        return calls.call_of(self.call_row)

    def sections(self, knows: bool, asked: ToScore | None) -> Iterator[Section]:
        """``knows``: whose it is, who nominated it, or who runs the call; ``asked``: as it is before an expert."""
        at = calls.phase(self.call, self.call_row.dataset is not None, self.browser.now.date())
        is_open = at in (Phase.NOMINATIONS, Phase.SCORING) and self.row.state != CaseState.TAKEN_BACK
        is_told = asked is not None and asked.conflict is False
        yield Section(facts=tuple(self._facts(knows)))
        if knows or is_told:
            yield self._said()
        if asked is not None:
            yield from self._expert(asked, at is Phase.SCORING)
        is_undecided = at in (Phase.NOMINATIONS, Phase.SCORING, Phase.CLOSED) and self.row.state != CaseState.TAKEN_BACK
        if knows and is_undecided and may(self.caller, Action.RUN_CASES, OPERATOR):
            found = not nominations.reasons_of(self.session, self.row, self.browser.now.date())
            yield Section(title=self._t("case_eligibility_title"), form=self.forms.decide(self.row, found))
        is_own = self.caller.member in (self.row.member_id, self.row.nominated_by)
        if is_own and is_open and may(self.caller, Action.NOMINATE, self.row.member_id):
            yield Section(form=self.forms.take_back(self.row))

    def _t(self, key: str, **values: str) -> str:
        return self.browser.t(key, **values)

    def _facts(self, knows: bool) -> Iterator[tuple[str, str]]:
        row, language = self.row, self.browser.language
        yield self._t("case_organisation"), name_of(self.session, row.member_id, language)
        yield self._t("case_category"), self._t(f"plan_{row.category}")
        if not knows:
            return
        yield self._t("case_nominated_by"), name_of(self.session, row.nominated_by, language)
        yield self._t("case_state"), self._t(f"case_state_{row.state}")
        against = nominations.reasons_of(self.session, row, self.browser.now.date())
        found = "\n".join(self._t(f"case_against_{one}") for one in against)
        yield self._t("case_against"), found or self._t("case_against_nothing")
        if row.reason:
            yield self._t("case_operator_says"), row.reason

    def _said(self) -> Section:
        """The description in each language that it has, the reader's first, and its records as they stand."""
        case, language = nominations.case_of(self.row), self.browser.language
        texts = sorted(case.description.items(), key=lambda one: one[0] != language)
        lines = tuple(line for _, words in texts for line in words.splitlines() if line.strip())
        seen = records_now(self.session, case.records, self.browser.now.date())
        links = tuple(
            (
                self.browser.link(label_path(one.label)),
                f"{in_language(one.name, language) or index} · {VERDICTS[one.verdict].short.text(language)}",
            )
            for index, one in seen.items()
        )
        return Section(title=self._t("case_description"), text=lines, links=links)

    def _expert(self, asked: ToScore, is_open: bool) -> Iterator[Section]:
        if asked.conflict:
            yield Section(text=(self._t("case_bound" if asked.bound else "case_declared"),))
            return
        if asked.conflict is False and (is_open or asked.scores is not None):
            yield self._scores(asked, is_open)
        if is_open:
            word = "case_interest_text" if asked.conflict is None else "case_interest_later"
            form = self.forms.declare(self.row, conflict=asked.conflict is False)
            yield Section(title=self._t("case_interest_title"), text=(self._t(word),), form=form)

    def _scores(self, asked: ToScore, is_open: bool) -> Section:
        """The form; once scoring has ended, what was given."""
        title = self._t("case_scores")
        if is_open:
            return Section(title=title, form=self.forms.score(self.row, self.call, asked.scores))
        given = asked.scores or {}
        names = {one.id: in_language(one.name, self.browser.language) for one in self.call.criteria}
        return Section(title=title, facts=tuple((names[key], str(score)) for key, score in given.items()))
