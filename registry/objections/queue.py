"""An objection as the operator, and whom it concerns, see it: what it is about, who said what, and what can be done."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct
from sqlmodel import Session

from registry.access.callers import Caller
from registry.access.rules import Action, may
from registry.accounts.browser import Browser
from registry.declarations.list_page import name_of
from registry.declarations.record_life import RecordLife, record_life
from registry.objections.objections import MOST_ANSWER, MOST_WORDS, OPEN, ObjectionState
from registry.objections.routes import ObjectionShown
from registry.pages.desk import Field, Form, Option, Section
from registry.pages.reader import Reader
from registry.records.standing import MAX_REASON, record_row
from schemas.text import Text, in_language


class About(Struct, frozen=True):
    """What an objection is about, in the reader's language: the product, who declared and who checked it, where both
    are told, and how the record stands."""

    product: str
    owner: str
    body: str
    declaration: str
    key_path: str
    life: RecordLife


def about(session: Session, browser: Browser, one: ObjectionShown) -> About:
    """What ``one`` is about."""
    row, language = record_row(session, one.record), browser.language
    return About(
        product=in_language(msgspec.json.decode(row.name, type=Text), language) or browser.t("nameless"),
        owner=name_of(session, one.owner, language),
        body="" if one.body is None else name_of(session, one.body, language),
        declaration=f"/declarations/{row.declaration_id}",
        key_path=row.key_path,
        life=record_life(session, row, browser.now.date()),
    )


def objection_section(browser: Browser, caller: Caller, one: ObjectionShown, told: About) -> Section:
    """The objection, with the forms for what the caller may do."""
    links = ((told.declaration, "see_declaration"), (told.key_path, "see_record"))
    forms = tuple(_forms(browser, caller, one, told))
    return Section(
        title=told.product,
        facts=tuple((browser.t(term), value) for term, value in _facts(browser, one, told) if value),
        links=tuple((browser.link(path), browser.t(word)) for path, word in links),
        form=forms[0] if forms else None,
        more_forms=forms[1:],
    )


def _facts(browser: Browser, one: ObjectionShown, told: About) -> Iterator[tuple[str, str]]:
    t, reader = browser.t, Reader(browser.language)
    yield "objection_state", t(f"objection_{one.state}")
    if one.state in OPEN:
        yield "objection_until", t("objection_overdue" if one.overdue else "objection_due", day=reader.moment(one.due))
    yield "record_in_log", str(one.record)
    yield "standing", t(f"stands_{told.life}")
    yield "owner", told.owner
    yield "review_by", told.body
    yield "object_about", t(f"objection_{one.category}")
    yield "objector_says", one.words
    yield "objection_owner_says", one.owner_says
    yield "objection_body_says", one.body_says
    yield "objection_answered_with", one.answer


def _forms(browser: Browser, caller: Caller, one: ObjectionShown, told: About) -> Iterator[Form]:
    t, action = browser.t, f"/objections/{one.id}"
    has_suspended = one.state == ObjectionState.UPHELD and told.life is RecordLife.SUSPENDED
    if one.state in OPEN and may(caller, Action.DECIDE_OBJECTION, one.owner):
        yield from _decisions(browser, one, f"{action}/decision")
    elif one.state == ObjectionState.ADMITTED and may(caller, Action.STATE_VIEW, one.owner, one.body or ""):
        said = one.owner_says if caller.member == one.owner else one.body_says
        view = Field(name="words", label=t("objection_view"), kind="lines", value=said, most=MOST_WORDS)
        yield browser.form(f"{action}/view", "object_send", view)
    elif has_suspended and may(caller, Action.REINSTATE, one.owner):
        hint = t("reinstate_effect")
        reason = Field(name="reason", label=t("withdraw_reason"), hint=hint, most=MAX_REASON)
        yield browser.form(f"{action}/reinstate", "reinstate", reason)


def _decisions(browser: Browser, one: ObjectionShown, action: str) -> Iterator[Form]:
    """To admit it takes no words; of other decisions it is said to whom they go."""
    t = browser.t
    if one.state == ObjectionState.FILED:
        admit = browser.form(action, "decide_admitted")
        yield msgspec.structs.replace(admit, hidden=(("decision", ObjectionState.ADMITTED),))
        why = Field(name="words", label=t("objection_dismissal"), most=MOST_ANSWER)
        dismiss = browser.form(action, "decide_dismissed", why)
        yield msgspec.structs.replace(dismiss, hidden=(("decision", ObjectionState.DISMISSED),))
        return
    possible = (ObjectionState.ANSWERED, ObjectionState.DISMISSED, ObjectionState.UPHELD)
    options = tuple(Option(state, t(f"decide_{state}")) for state in possible)
    decision = Field(name="decision", label=t("objection_decision"), kind="choice", options=options)
    yield browser.form(action, "decide", decision, Field(name="words", label=t("objection_answer"), most=MOST_ANSWER))
