"""The page of one declaration: what it says, what was found, questions and answers, and what its reader may do now."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Response
from msgspec import Struct
from sqlmodel import Session

from registry.access.callers import Caller
from registry.access.rules import Action, may
from registry.accounts.browser import Browser
from registry.database.tables import RecordRow
from registry.declarations.facts import facts_of
from registry.declarations.forms import StepForms, Typed
from registry.declarations.list_page import name_of
from registry.declarations.next_step import next_step
from registry.declarations.readable import readable
from registry.declarations.record_life import RecordLife
from registry.declarations.record_sections import (
    STANDING_STEPS,
    RecordRead,
    asked_section,
    history_section,
    read_record,
    record_facts,
    record_links,
)
from registry.declarations.states import TRANSITIONS, DeclarationState
from registry.declarations.status import DeclarationStatus, status_of
from registry.pages.desk import Card, Option, Section
from registry.pages.reader import Reader
from registry.reviews.impartiality import eligible_bodies
from registry.reviews.questions import QuestionShown
from registry.reviews.reviewers import has_part_in
from registry.reviews.reviews import body_of
from schemas.findings import Finding, Severity
from schemas.findings.naming import label_of
from schemas.member import MemberKind
from schemas.text import in_language

_ORDER = (
    *(Action.SUBMIT, Action.REVISE, Action.TAKE_UP, Action.STATE_VERIFICATION, Action.ASK, Action.PUBLISH),
    *(Action.ASSIGN, Action.RETURN, Action.HAND_BACK, Action.RENEW),
    *STANDING_STEPS,
)
"""The steps that have a form below, the most likely first."""

_OF_A_REVIEW = (Action.TAKE_UP, Action.ASK, Action.RETURN, Action.STATE_VERIFICATION)
"""Which nobody takes who has a part in the declaration."""


_NOT_RENEWED = (RecordLife.WITHDRAWN, RecordLife.SUPERSEDED, RecordLife.RENEWED)


class _Read(Struct, frozen=True):
    """What the page shows, as it was read in one transaction."""

    status: DeclarationStatus
    body: str | None
    names: dict[str, str]
    bodies: tuple[Option, ...]
    record: RecordRead | None
    has_part: bool
    """Whether the reader is of the body, and reviews it not: see ``registry.reviews.reviewers``."""


def _read(session: Session, browser: Browser, caller: Caller, declaration: UUID) -> _Read:
    row = readable(session, caller, declaration)
    status, body, language = status_of(session, row), body_of(session, row), browser.language
    concerned = {row.owner_id, *((body,) if body else ()), *(one.by for one in status.returned)}
    concerned |= {question.body for question in status.questions}
    record = None if row.record is None else session.get(RecordRow, row.record)
    bodies = tuple(
        Option(one.id, in_language(one.name, language))
        for one in eligible_bodies(session, row.owner_id, browser.now.date())
    )
    return _Read(
        status,
        body,
        {one: name_of(session, one, language) for one in concerned},
        bodies,
        None if record is None else read_record(session, browser, caller, record),
        caller.kind is MemberKind.VERIFICATION_BODY and has_part_in(session, row, caller.member, caller.author.who),
    )


def declaration_page(
    browser: Browser,
    caller: Caller,
    declaration: UUID,
    *,
    alert: str = "",
    found: Sequence[Finding] = (),
    typed: Typed | None = None,
    status: int = 200,
) -> Response[str]:
    """The page as ``caller`` sees it; ``found`` are findings beside what the registry finds.

    Raises ``NotFound`` and ``NotAllowed``.
    """
    with browser.service.registry.database.reading() as session:
        read = _read(session, browser, caller, declaration)
    told, t = read.status, browser.t
    record = read.record
    forms = StepForms(browser, told, read.bodies, typed or Typed(), record is not None and record.takes_two)
    asked = any(question.state == "open" for question in told.questions)
    owner = told.declaration.owner
    life = None if record is None else record.life
    is_barred = read.has_part and told.state in (DeclarationState.SUBMITTED, DeclarationState.UNDER_REVIEW)
    later = next_step(caller, told.state, owner, read.body, asked, life, bool(told.revoked))
    comes = "next_body_barred" if is_barred else later
    sections = (
        _standing(browser, read, may(caller, Action.REVISE, owner), may(caller, Action.PRINT_LABELS, owner)),
        *_findings(browser, told, found),
        *_questions(browser, read, forms, may(caller, Action.ANSWER, owner)),
        *_returned(browser, read),
        Section(title=t("what_is_declared"), facts=_facts(browser, read)),
        *(() if record is None else (history_section(browser, record),)),
        *forms.sections([action for action in _ORDER if _can(caller, action, read)]),
        *(() if record is None else asked_section(browser, record)),
        Section(links=((browser.link("/declarations"), t("back_to_declarations")),)),
    )
    return browser.page(
        in_language(told.declaration.product_name, browser.language) or t("nameless"),
        *sections,
        intro=t("state_and_next", state=t(f"state_{told.state}"), next=t(comes)),
        alert=alert,
        notice=t("done") if "done" in browser.request.query_params and not alert else "",
        status=status,
    )


def _can(caller: Caller, action: Action, read: _Read) -> bool:
    """Whether the caller can take a step now, as far as the page knows."""
    state, owner = read.status.state, read.status.declaration.owner
    if action in STANDING_STEPS:
        return read.record is not None and read.record.can(caller, action, owner)
    if state not in TRANSITIONS[action].sources or not may(caller, action, owner, read.body):
        return False
    if read.has_part and action in _OF_A_REVIEW:
        return False
    if action is Action.STATE_VERIFICATION and any(question.state == "open" for question in read.status.questions):
        return False
    if action is Action.SUBMIT and any(one.severity is Severity.ERROR for one in read.status.findings):
        return False
    if action is Action.PUBLISH and read.status.revoked:
        return False
    if action is Action.RENEW and read.record is not None and read.record.life in _NOT_RENEWED:
        return False
    if action is Action.REVISE:
        return state is DeclarationState.SUBMITTED
    return action is not Action.HAND_BACK or read.body == caller.member


def _standing(browser: Browser, read: _Read, writes: bool, prints: bool) -> Section:
    t, told, reader = browser.t, read.status, Reader(browser.language)
    facts = [(t("owner"), read.names[told.declaration.owner])]
    if told.review is not None:
        at = told.review.taken_up or told.review.assigned
        word = "taken_up_at" if told.review.taken_up else "assigned_at"
        facts.append((t("review_by"), t(word, body=read.names[told.review.body], when=reader.moment(at))))
    links: tuple[tuple[str, str], ...] = ()
    if writes and told.state is DeclarationState.DRAFT:
        links = ((browser.link(f"/declarations/{told.id}/edit"), t("edit_declaration")),)
    if read.record is not None:
        facts += record_facts(browser, read.record)
        links = record_links(browser, read.record)
        if prints and read.record.life is RecordLife.ACTIVE:
            links += ((browser.link(f"/labels?path={read.record.key_path}"), t("print_label")),)
    return Section(facts=tuple(facts), links=links)


def _facts(browser: Browser, read: _Read) -> tuple[tuple[str, str], ...]:
    body = "" if read.body is None else read.names[read.body]
    return facts_of(read.status.declaration, body, browser.language)


def _findings(browser: Browser, told: DeclarationStatus, more: Sequence[Finding]) -> tuple[Section, ...]:
    if told.state is DeclarationState.PUBLISHED:
        return ()
    t = browser.t
    accepted = {(one.code, one.path): one.sentence for one in told.review.accepted} if told.review else {}
    known = {(one.code, one.path) for one in told.findings}
    found = (*told.findings, *(one for one in more if (one.code, one.path) not in known))
    cards = tuple(
        Card(
            title=one.message[browser.language],
            mark=t(f"finding_{one.severity}"),
            text=t("accepted_with", sentence=accepted[one.code, one.path]) if (one.code, one.path) in accepted else "",
        )
        for one in sorted(found, key=lambda one: one.severity)
    )
    return (Section(title=t("findings"), cards=cards, text=() if cards else (t("no_findings"),)),)


def _questions(browser: Browser, read: _Read, forms: StepForms, answers: bool) -> tuple[Section, ...]:
    if not read.status.questions:
        return ()
    t, reader = browser.t, Reader(browser.language)
    is_open = read.status.state is DeclarationState.UNDER_REVIEW

    def card(one: QuestionShown) -> Card:
        about = () if one.path in (None, "$") else (t("about_field", field=label_of(one.path or "", browser.language)),)
        asked = t("asked_by", body=read.names[one.body], when=reader.moment(one.asked))
        can_answer = answers and is_open and one.state == "open"
        return Card(
            title=one.question,
            mark=t(f"question_{one.state}"),
            text="" if one.answer is None else t("answered_with", answer=one.answer),
            lines=(*about, asked),
            forms=(forms.answer(str(one.id)),) if can_answer else (),
        )

    return (Section(title=t("questions"), cards=tuple(map(card, read.status.questions))),)


def _returned(browser: Browser, read: _Read) -> tuple[Section, ...]:
    t, reader, language = browser.t, Reader(browser.language), browser.language
    return tuple(
        Section(
            title=t("returned_by", who=read.names[one.by], when=reader.moment(one.at)),
            cards=tuple(
                Card(
                    title=found.sentence,
                    lines=() if found.path == "$" else (t("about_field", field=label_of(found.path, language)),),
                )
                for found in one.findings
            ),
        )
        for one in read.status.returned
    )
