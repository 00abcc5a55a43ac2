"""What the page of a published declaration says of its record: its index, how it stands, and what became of it."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from registry.access import approvals
from registry.access.approvals import Operation
from registry.access.callers import Caller
from registry.access.rules import RULES, Action, may
from registry.accounts.browser import Browser
from registry.database.tables import RecordRow
from registry.declarations.list_page import name_of
from registry.declarations.readable import readable
from registry.declarations.record_life import RecordLife, record_life
from registry.errors import NotAllowed
from registry.pages.desk import Row, Section
from registry.pages.reader import Reader
from registry.records.standing import Happened, history, may_become
from registry.registry import OPERATOR
from schemas.entry import StatusEvent

STANDING_STEPS = {
    Action.SUSPEND: StatusEvent.SUSPENDED,
    Action.REINSTATE: StatusEvent.REINSTATED,
    Action.WITHDRAW: StatusEvent.WITHDRAWN,
}
"""The steps that change how a record stands, in the order of their forms."""


class Asked(Struct, frozen=True):
    """That it is to be withdrawn was proposed, and waits for a second person."""

    reason: str
    expires: datetime


class RecordRead(Struct, frozen=True, kw_only=True):
    """A record, as it was read for whoever looks at its declaration. ``names`` are those of who changed its standing.

    ``newer``: the declaration that took its place, if the reader may read that too.
    """

    index: int
    key_path: str
    standing: str
    reason: str
    life: RecordLife
    happened: tuple[Happened, ...]
    names: dict[str, str]
    newer: UUID | None
    asked: Asked | None
    takes_two: bool
    """Whether the reader withdraws it only together with another person."""

    def can(self, caller: Caller, action: Action, owner: str) -> bool:
        """Whether the caller can take a step that changes its standing now."""
        if action is Action.WITHDRAW and self.asked is not None:
            return False
        return may(caller, action, owner) and may_become(self.standing, STANDING_STEPS[action])


def read_record(session: Session, browser: Browser, caller: Caller, record: RecordRow) -> RecordRead:
    """Reads what there is to say of ``record``."""
    happened = tuple(history(session, record.index))
    names = {one.by: name_of(session, one.by, browser.language) for one in happened}
    is_others = RULES[Action.WITHDRAW].two_people and caller.member != record.owner_id
    return RecordRead(
        index=record.index,
        key_path=record.key_path,
        standing=record.standing,
        reason=record.standing_reason or "",
        life=record_life(session, record, browser.now.date()),
        happened=happened,
        names=names,
        newer=_newer(session, caller, record),
        asked=_asked(session, caller, record.index, browser.now),
        takes_two=is_others and approvals.takes_two(session, OPERATOR),
    )


def _newer(session: Session, caller: Caller, record: RecordRow) -> UUID | None:
    newer = None if record.superseded_by is None else session.get(RecordRow, record.superseded_by)
    if newer is not None:
        with suppress(NotAllowed):
            return UUID(readable(session, caller, UUID(newer.declaration_id)).id)
    return None


def _asked(session: Session, caller: Caller, index: int, now: datetime) -> Asked | None:
    if not may(caller, Action.DECIDE_IN_TWO, OPERATOR):
        return None
    row = approvals.proposed(session, Operation.WITHDRAW_RECORD, str(index), now)
    return None if row is None else Asked(row.reason, row.expires_at)


def record_facts(browser: Browser, read: RecordRead) -> tuple[tuple[str, str], ...]:
    """The record's index, and how it stands, with the reason."""
    stands = browser.t(f"stands_{read.life}")
    if read.reason:
        stands = browser.t("stands_because", stands=stands, reason=read.reason)
    return (browser.t("record_in_log"), str(read.index)), (browser.t("standing"), stands)


def record_links(browser: Browser, read: RecordRead) -> tuple[tuple[str, str], ...]:
    """The public page, the label, and the declaration that took its place."""
    links = [(read.key_path, "see_record"), (f"/v1/records/{read.index}/label.svg", "see_label")]
    if read.newer is not None:
        links.insert(0, (f"/declarations/{read.newer}", "see_newer"))
    return tuple((browser.link(path), browser.t(word)) for path, word in links)


def history_section(browser: Browser, read: RecordRead) -> Section:
    """What became of the record, the newest first, as the public log tells it."""
    t, reader = browser.t, Reader(browser.language)

    def row(one: Happened) -> Row:
        what = t(f"happened_{one.what}", record=str(one.entry))
        return Row((reader.moment(one.at), what, read.names[one.by], one.reason, str(one.entry)))

    head = tuple(map(t, ("history_when", "history_what", "history_by", "history_why", "history_entry")))
    return Section(title=t("history"), head=head, rows=tuple(map(row, read.happened)), begins_with_time=True)


def asked_section(browser: Browser, read: RecordRead) -> tuple[Section, ...]:
    """That its withdrawal waits for a second person, and where that one confirms it."""
    if read.asked is None:
        return ()
    t, until = browser.t, Reader(browser.language).moment(read.asked.expires)
    said = (t("withdrawal_waits", until=until), t("history_reason", reason=read.asked.reason))
    return (Section(title=t("withdraw"), text=said, links=((browser.link("/organisation"), t("my_organisation")),)),)
