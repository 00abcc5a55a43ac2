"""The forms of the desk for cases: their fields, holding what was typed, and what a form that was sent says.

A field is named after its path in what the API takes: ``title_en`` is ``$.title.en``.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from registry.access.callers import Caller
from registry.access.rules import Action, may
from registry.accounts.browser import Browser, Sent
from registry.cases.calls import MOST_TITLE
from registry.cases.nominations import MOST_DESCRIPTION, MOST_REASON, Case
from registry.cases.scoring import MOST_WORDS
from registry.database.cases_tables import CaseRow
from registry.errors import InvalidInput
from registry.pages.desk import Field, Form, Option
from registry.pages.desk_words import WORDS
from registry.web.reading import struct_of_form
from schemas.cases import SCORES, Call, Dates
from schemas.member import Plan
from schemas.text import Text, in_language

DESK = "/desk/cases"
_LANGUAGES = ("en", "zh")
_DAYS = ("nominations_from", "nominations_until", "scoring_until")
_CRITERION = ("id", "en", "zh", "weight")


class Typed(Struct, frozen=True):
    """What was typed into a form that is shown again, and the path of what is wrong in it, if one is."""

    sent: Sent = Sent({})
    wrong: str = ""

    @property
    def name(self) -> str:
        """The name of the field, or of what the names of several begin with."""
        return self.wrong.removeprefix("$.").partition("[")[0].replace(".", "_")

    def is_wrong(self, field: str) -> bool:
        """Whether it is this field."""
        return bool(self.wrong) and (field == self.name or field.startswith(f"{self.name}_"))

    def label(self, browser: Browser) -> str:
        """What the reader knows it by."""
        known = (f"case_{name}" for name in (self.name, self.name.partition("_")[0]))
        return next((browser.t(word) for word in known if word in WORDS), self.wrong)


class Forms(Struct, frozen=True):
    """Builds the forms for whoever is signed in."""

    browser: Browser
    typed: Typed

    def open_call(self) -> Form:
        """Opens a call."""
        return self._form(
            "",
            "open",
            self._field("year", "number"),
            *self._both("title", MOST_TITLE),
            self._choice("categories", self._plans(tuple(Plan)), kind="choices"),
            *(self._field(f"dates_{day}", "date") for day in _DAYS),
            self._field("criteria", "lines", most=6_000),
            self._field("places", "number", "10"),
        )

    def move_dates(self, call: Call) -> Form:
        """Moves a call's dates."""
        fields = (self._field(f"dates_{day}", "date", getattr(call.dates, day).isoformat()) for day in _DAYS)
        return self._form(f"/{call.year}/dates", "move", *fields)

    def ask_expert(self, year: int) -> Form:
        """Asks an expert."""
        return self._form(f"/{year}/experts", "ask", self._field("email", "email"))

    def dismiss(self, year: int, person: str) -> Form:
        """Asks an expert no more."""
        return self._form(f"/{year}/experts/{person}/dismiss", "dismiss", name=f"dismiss-{person}")

    def propose(self, year: int) -> Form:
        """Proposes the release."""
        return self._form(f"/{year}/release", "release", self._field("reason", word="release_reason", most=MOST_REASON))

    def nominate(self, caller: Caller, call: Call) -> Form:
        """Nominates a case: one's own, if nothing else is typed."""
        own = caller.member if may(caller, Action.NOMINATE, caller.member) else ""
        return self._form(
            f"/{call.year}/nominations",
            "nominate",
            self._field("organisation", value=own, most=64),
            self._choice("category", self._plans(call.categories)),
            *self._both("title", MOST_TITLE),
            *self._both("description", MOST_DESCRIPTION, kind="lines"),
            self._field("records", required=False),
        )

    def take_back(self, row: CaseRow) -> Form:
        """Takes a case back."""
        return self._form(f"/{row.year}/{row.id}/take-back", "take_back")

    def decide(self, row: CaseRow, found: bool) -> Form:
        """Decides who is eligible; as was ``found``, if nothing else is chosen."""
        options = [("yes", self._t("case_eligible_yes")), ("no", self._t("case_eligible_no"))]
        fields = (
            self._choice("eligible", options, "yes" if found else "no"),
            self._field("reason", most=MOST_REASON, required=False),
        )
        return self._form(f"/{row.year}/{row.id}/eligibility", "decide", *fields)

    def declare(self, row: CaseRow, conflict: bool) -> Form:
        """Declares whether there is a conflict of interest: nothing is chosen before, and where none was declared,
        only that there is one (``conflict``)."""
        answers = ("yes",) if conflict else ("no", "yes")
        unsaid = [] if conflict else [("", "-")]
        options = [*unsaid, *((answer, self._t(f"case_conflict_{answer}")) for answer in answers)]
        fields = (self._choice("conflict", options), self._field("words", most=MOST_WORDS, required=conflict))
        return self._form(f"/{row.year}/{row.id}/interest", "declare", *fields)

    def score(self, row: CaseRow, call: Call, given: Mapping[str, int] | None) -> Form:
        """Scores a case."""
        options = [("", "-"), *((str(score), str(score)) for score in SCORES)]
        fields = []
        for one in call.criteria:
            name = in_language(one.name, self.browser.language)
            label = self._t("case_weighs", name=name, weight=str(one.weight))
            before = "" if given is None else str(given.get(one.id, ""))
            fields.append(self._choice(f"scores_{one.id}", options, before, label=label))
        return self._form(f"/{row.year}/{row.id}/scores", "score", *fields)

    def _t(self, key: str, **values: str) -> str:
        return self.browser.t(key, **values)

    def _form(self, path: str, word: str, *fields: Field, name: str = "") -> Form:
        return Form(
            name=name or word.replace("_", "-"),
            action=f"{DESK}{path}",
            button=self._t(f"case_{word}"),
            fields=fields,
            form_token=self.browser.form_token,
        )

    def _field(
        self,
        name: str,
        kind: str = "text",
        value: str = "",
        *,
        word: str = "",
        most: int = 300,
        required: bool = True,
    ) -> Field:
        sent, hint = self.typed.sent, f"case_{word or name}_hint"
        return Field(
            name=name,
            label=self._t(f"case_{word or name}"),
            kind=kind,
            value=sent.one(name) if name in sent.values else value,
            hint=self._t(hint) if hint in WORDS else "",
            required=required,
            wrong=self.typed.is_wrong(name),
            most=most,
        )

    def _both(self, name: str, most: int, kind: str = "text") -> tuple[Field, ...]:
        return tuple(self._field(f"{name}_{one}", kind, most=most, required=False) for one in _LANGUAGES)

    def _choice(
        self, name: str, options: Sequence[tuple[str, str]], before: str = "", *, kind: str = "choice", label: str = ""
    ) -> Field:
        sent = self.typed.sent
        chosen = sent.all(name) if name in sent.values else [before]
        shown = tuple(Option(value, words, value in chosen) for value, words in options)
        label = label or self._t(f"case_{name}")
        return Field(name=name, label=label, kind=kind, options=shown, wrong=self.typed.is_wrong(name))

    def _plans(self, plans: Sequence[Plan]) -> list[tuple[str, str]]:
        return [(plan.value, self._t(f"plan_{plan}")) for plan in plans]


def call_in(sent: Sent) -> Call:
    """The call that a form asks for. Raises ``InvalidInput``."""
    told = {"year": sent.one("year").strip(), "places": sent.one("places").strip(), "title": _texts(sent, "title")}
    criteria = [_criterion(line) for line in sent.one("criteria").splitlines() if line.strip()]
    more = {"categories": sent.all("categories"), "dates": dates_in(sent), "criteria": criteria}
    return struct_of_form(told | more, Call)


def dates_in(sent: Sent) -> Dates:
    """The dates that a form asks for. Raises ``InvalidInput``."""
    try:
        return struct_of_form({day: sent.one(f"dates_{day}") for day in _DAYS}, Dates)
    except InvalidInput as problem:
        raise InvalidInput(problem.sentence, f"$.dates{problem.path.removeprefix('$')}") from None


def case_in(sent: Sent) -> Case:
    """The case that a form nominates. Raises ``InvalidInput``."""
    records = sent.one("records").replace(",", " ").replace("，", " ").replace("、", " ").split()
    told = {"organisation": sent.one("organisation").strip(), "category": sent.one("category"), "records": records}
    return struct_of_form(told | {name: _texts(sent, name) for name in ("title", "description")}, Case)


def scores_in(sent: Sent, call: Call) -> dict[str, int]:
    """The scores that a form gives, without those that are no number."""
    given = {one.id: sent.one(f"scores_{one.id}") for one in call.criteria}
    return {key: int(score) for key, score in given.items() if score in map(str, SCORES)}


def _texts(sent: Sent, name: str) -> Text:
    typed = {one: sent.one(f"{name}_{one}").replace("\r\n", "\n").strip() for one in _LANGUAGES}
    return {one: words for one, words in typed.items() if words}


def _criterion(line: str) -> dict[str, object]:
    parts = [part.strip() for part in line.replace("｜", "|").split("|")]
    if len(parts) != len(_CRITERION):
        raise InvalidInput("id | English | 中文 | weight, and not: {line}", "$.criteria", line=line.strip()[:80])
    key, english, chinese, weight = parts
    name = {one: words for one, words in zip(_LANGUAGES, (english, chinese), strict=True) if words}
    return {"id": key, "name": name, "weight": weight}
