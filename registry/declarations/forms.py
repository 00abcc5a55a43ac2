"""The forms on a declaration's page: one for each step that its reader may take now."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from registry.access.rules import Action
from registry.accounts.browser import Browser, Sent
from registry.declarations.status import DeclarationStatus
from registry.pages.desk import Field, Form, Option, Section
from registry.records.standing import MAX_REASON
from registry.reviews.acceptance import MAX_SENTENCE
from registry.reviews.questions import MAX_WORDS
from schemas.declaration import AssuranceLevel, Declaration
from schemas.findings import Severity
from schemas.findings.naming import label_of

FINDINGS_OF_A_FORM = 3
ACCEPTED = "accepted "
"""Begins the name of the field with the word on a warning; its code and path follow."""

_NOT_THEIRS = ("id", "version", "supersedes", "owner", "verification")


class Typed(Struct, frozen=True):
    """What was typed into the form of ``step``, which is shown again because something was wrong."""

    step: str = ""
    sent: Sent = Sent({})


class StepForms(Struct, frozen=True):
    """The forms for ``status``; ``bodies`` may be assigned to it, as options. ``takes_two``: whoever asks for its
    withdrawal needs another person to confirm it."""

    browser: Browser
    status: DeclarationStatus
    bodies: tuple[Option, ...]
    typed: Typed
    takes_two: bool = False

    def sections(self, actions: Sequence[Action]) -> tuple[Section, ...]:
        """Each step's form, in the order of ``actions``; those without a form of their own are left out."""
        builders: dict[Action, Callable[[], Section]] = {
            Action.SUBMIT: self._submit,
            Action.REVISE: self._take_back,
            Action.TAKE_UP: self._take_up,
            Action.STATE_VERIFICATION: self._verify,
            Action.ASK: self._ask,
            Action.RETURN: self._return,
            Action.HAND_BACK: self._hand_back,
            Action.ASSIGN: self._assign,
            Action.PUBLISH: lambda: self._section("publish_title", "publish", "publish"),
            Action.RENEW: lambda: self._section("renew_title", "renew", "renew", text="renew_hint"),
            Action.SUSPEND: lambda: self._standing("suspend"),
            Action.REINSTATE: lambda: self._standing("reinstate"),
            Action.WITHDRAW: self._withdraw,
        }
        return tuple(builders[action]() for action in actions if action in builders)

    def answer(self, question: str) -> Form:
        """The form that answers a question."""
        step = f"questions/{question}/answer"
        return self._form(step, "send_answer", self._field(step, "answer", "answer", "lines", most=MAX_WORDS))

    def _submit(self) -> Section:
        choice = (Option("", self.browser.t("any_body")), *self.bodies)
        before = self.status.returned[0].by if self.status.returned else ""
        return self._section("submit_title", "submit", "submit", self._choice("submit", "body", choice, before))

    def _take_back(self) -> Section:
        return Section(form=self._form("take-back", "take_back_declaration"))

    def _take_up(self) -> Section:
        return Section(form=self._form("take-up", "take_up"))

    def _hand_back(self) -> Section:
        return self._section("hand_back_title", "hand-back", "hand_back")

    def _assign(self) -> Section:
        if not self.bodies:
            return Section(title=self.browser.t("assign_title"), text=(self.browser.t("no_body"),))
        return self._section("assign_title", "assign", "assign", self._choice("assign", "body", self.bodies))

    def _ask(self) -> Section:
        return self._section(
            "ask_title",
            "questions",
            "ask",
            self._choice("questions", "path", self._paths(), label="field_meant"),
            self._field("questions", "question", "question", "lines", most=MAX_WORDS),
        )

    def _return(self) -> Section:
        known = [one.message[self.browser.language] for one in self.status.revoked]
        known += [""] * FINDINGS_OF_A_FORM
        numbered = enumerate(known[:FINDINGS_OF_A_FORM], 1)
        fields = [field for number, sentence in numbered for field in self._finding(number, sentence)]
        return self._section("return_title", "return", "return", *fields, text="return_hint")

    def _finding(self, number: int, known: str) -> Iterator[Field]:
        """The fields for a finding; ``known`` is what is known to keep the declaration from being published."""
        t, which = self.browser.t, str(number)
        chosen, label = "$.components" if known else "", t("finding_field", number=which)
        yield self._choice("return", f"path-{which}", self._paths(), chosen, label, is_word=False)
        label = t("finding_number", number=which)
        yield self._field(
            "return", f"sentence-{which}", label, value=known, most=1_000, required=number == 1, is_word=False
        )

    def _verify(self) -> Section:
        step, t = "verification", self.browser.t
        levels = tuple(Option(level, t(f"level_{level}")) for level in AssuranceLevel)
        warnings = [one for one in self.status.findings if one.severity is Severity.WARNING]
        words = (
            self._field(
                step,
                f"{ACCEPTED}{one.code} {one.path}",
                t("your_word", warning=one.message[self.browser.language]),
                most=MAX_SENTENCE,
                is_word=False,
            )
            for one in warnings
        )
        return self._section(
            "verify_title",
            step,
            "verify",
            *words,
            self._field(step, "standard", "verification_standard", value="ISO 14064-3:2019", most=200),
            self._choice(step, "level", levels, label="level"),
            self._field(step, "date", "verified_on", "date", value=f"{self.browser.now:%Y-%m-%d}"),
            self._field(step, "report_sha256", "report_sha256", hint=t("report_hint"), most=64),
            self._field(step, "report_url", "report_url", "url", hint=t("optional"), required=False, most=2_000),
        )

    def _standing(self, step: str) -> Section:
        """A form that changes how the record stands, with what that does to its labels."""
        return self._section(step, step, step, self._reason(step), text=f"{step}_effect")

    def _withdraw(self) -> Section:
        told = ("withdraw_effect", "withdraw_two") if self.takes_two else ("withdraw_effect",)
        hint = self.browser.t("confirm_record_hint", record=str(self.status.record))
        sure = self._field("withdraw", "record", "confirm_record", hint=hint, most=19)
        form = self._form("withdraw", "withdraw", self._reason("withdraw"), sure)
        return Section(title=self.browser.t("withdraw"), text=tuple(map(self.browser.t, told)), form=form)

    def _reason(self, step: str) -> Field:
        return self._field(step, "reason", "withdraw_reason", most=MAX_REASON)

    def _paths(self) -> tuple[Option, ...]:
        language = self.browser.language
        named = [f"$.{name}" for name in Declaration.__struct_fields__ if name not in _NOT_THEIRS]
        stages = [f"$.stages[{at}].gwp" for at in range(len(self.status.declaration.stages))]
        whole = Option("$", self.browser.t("whole_declaration"))
        return (whole, *(Option(path, label_of(path, language)) for path in (*named, *stages)))

    def _section(self, title: str, step: str, button: str, *fields: Field, text: str = "") -> Section:
        said = (self.browser.t(text),) if text else ()
        return Section(title=self.browser.t(title), text=said, form=self._form(step, button, *fields))

    def _form(self, step: str, button: str, *fields: Field) -> Form:
        return Form(
            name=step.replace("/", "-"),
            action=f"/declarations/{self.status.id}/{step}",
            button=self.browser.t(button),
            fields=fields,
            form_token=self.browser.form_token,
        )

    def _field(
        self, step: str, name: str, label: str, kind: str = "text", value: str = "", is_word: bool = True, **more: Any
    ) -> Field:
        typed = self.typed.sent.one(name) if self.typed.step == step else value
        return Field(name=name, label=self.browser.t(label) if is_word else label, kind=kind, value=typed, **more)

    def _choice(
        self,
        step: str,
        name: str,
        options: tuple[Option, ...],
        chosen: str = "",
        label: str = "choose_body",
        is_word: bool = True,
    ) -> Field:
        wanted = self.typed.sent.one(name) if self.typed.step == step else chosen
        marked = tuple(Option(one.value, one.label, bool(wanted) and one.value == wanted) for one in options)
        return Field(name=name, label=self.browser.t(label) if is_word else label, kind="choice", options=marked)
