"""Reading the audit trail: who may see which steps, and the steps as JSON, lines and CSV."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from registry.access.callers import Caller
from registry.access.rules import Action, may_others, require
from registry.audit.changes import Change
from registry.audit.trail import first_id
from registry.database.audit_tables import AuditRow
from registry.database.database import Database
from registry.database.tables import DeclarationRow, RecordRow

AT_ONCE = 1_000
"""Steps of a page, and of one reading of an export."""


class Form(StrEnum):
    """How steps are written down."""

    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


MEDIA_TYPES = {Form.JSON: "application/json", Form.NDJSON: "application/x-ndjson", Form.CSV: "text/csv"}


class Noted(Struct, frozen=True, kw_only=True):
    """A step: ``who`` did ``action`` to ``subject``, acting for ``member``; the subject is ``owner``'s.

    ``who`` is ``person/<id>``, ``token/<id>``, ``command line``, ``visitor`` or ``registry``; of another organisation
    than the reader's it is ``member/<id>``.
    """

    id: str
    at: datetime
    who: str
    member: str | None
    action: str
    subject: str
    owner: str | None
    changed: tuple[Change, ...]


class Wanted(Struct, frozen=True, kw_only=True):
    """Which steps. ``reader`` is the member that may see only what it did, and what was done to its own; None: all.

    ``first`` and ``last`` are days, in UTC, both included.
    """

    reader: str | None = None
    member: str | None = None
    subject: str | None = None
    first: date | None = None
    last: date | None = None


def wanted_by(caller: Caller, wanted: Wanted) -> Wanted:
    """``wanted``, as far as the caller may see it. Raises ``NotAllowed``."""
    require(caller, Action.READ_AUDIT, wanted.member or caller.member)
    is_all = may_others(caller, Action.READ_AUDIT)
    return msgspec.structs.replace(wanted, reader=None if is_all else caller.member)


def steps(
    session: Session, wanted: Wanted, after: str | None = None, most: int = AT_ONCE, newest_first: bool = False
) -> list[Noted]:
    """Steps, the oldest first, from the one behind ``after`` on; or the newest first, from the one before it."""
    query = select(AuditRow).where(*_conditions(session, wanted))
    if after is not None:
        query = query.where(col(AuditRow.id) < after if newest_first else col(AuditRow.id) > after)
    order = col(AuditRow.id).desc() if newest_first else col(AuditRow.id)
    return [_noted(row, wanted.reader) for row in session.exec(query.order_by(order).limit(most))]


def _conditions(session: Session, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for member in {wanted.reader, wanted.member} - {None}:
        yield or_(col(AuditRow.owner_id) == member, col(AuditRow.member_id) == member)
    if wanted.subject is not None:
        yield col(AuditRow.subject).in_(_alike(session, wanted.subject))
    if wanted.first is not None:
        yield col(AuditRow.id) >= first_id(wanted.first)
    if wanted.last is not None and wanted.last < date.max:
        yield col(AuditRow.id) < first_id(wanted.last + timedelta(1))


def _alike(session: Session, subject: str) -> list[str]:
    """A record and the declaration that it is made of have one history."""
    kind, _, key = subject.partition("/")
    if kind == "declaration":
        record = session.exec(select(DeclarationRow.record).where(DeclarationRow.id == key)).one_or_none()
        return [subject] if record is None else [subject, f"record/{record}"]
    if kind == "record" and key.isascii() and key.isdigit() and len(key) < 19:
        made_of = session.exec(select(RecordRow.declaration_id).where(RecordRow.index == int(key))).one_or_none()
        return [subject] if made_of is None else [subject, f"declaration/{made_of}"]
    return [subject]


def _noted(row: AuditRow, reader: str | None) -> Noted:
    """The step; people and machines of other organisations than the reader's are their organisation to it."""
    is_others = reader is not None and row.member_id not in (None, reader)
    return Noted(
        id=row.id,
        at=row.at,
        who=f"member/{row.member_id}" if is_others else row.who,
        member=row.member_id,
        action=row.action,
        subject=row.subject,
        owner=row.owner_id,
        changed=msgspec.json.decode(row.changed, type=tuple[Change, ...]),
    )


def export(database: Database, wanted: Wanted, form: Form) -> Iterator[bytes]:
    """All steps that there are when it begins, some a time, as ``form`` says."""
    yield {Form.JSON: b'{"steps":[', Form.NDJSON: b"", Form.CSV: _csv([_COLUMNS])}[form]
    after: str | None = None
    while True:
        with database.reading() as session:
            found = steps(session, wanted, after)
        if found:
            yield _written(found, form, after is None)
            after = found[-1].id
        if len(found) < AT_ONCE:
            break
    if form is Form.JSON:
        yield b"]}"


def _written(found: list[Noted], form: Form, is_first: bool) -> bytes:
    if form is Form.CSV:
        return _csv(map(_cells, found))
    between = b"\n" if form is Form.NDJSON else b","
    lines = between.join(map(msgspec.json.encode, found))
    return lines + b"\n" if form is Form.NDJSON else (b"" if is_first else b",") + lines


_COLUMNS = ("id", "at", "who", "member", "action", "subject", "owner", "changed")


def _cells(step: Noted) -> tuple[str, ...]:
    """No cell begins like a formula: none but the last, which is JSON, has anybody's own words."""
    changed = msgspec.json.encode(step.changed).decode() if step.changed else ""
    member, owner = step.member or "", step.owner or ""
    return step.id, step.at.isoformat(), step.who, member, step.action, step.subject, owner, changed


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
