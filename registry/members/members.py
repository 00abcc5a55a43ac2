"""Members: joining is a log entry; the table row is what it says."""

import re
from datetime import datetime

import msgspec
from sqlmodel import Session, select

from registry.database.tables import MemberRow
from registry.errors import InvalidInput, NotFound, WrongState
from registry.log.append import LogWriter
from schemas.entry import EntryType, MemberEntry, MemberEvent
from schemas.member import Member, MemberKind

_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?", re.ASCII)


def join(session: Session, writer: LogWriter, member: Member, now: datetime) -> None:
    """``member`` joins: a log entry and its row, in the writer's transaction."""
    if not _ID.fullmatch(member.id):
        raise InvalidInput("a member id is 1 to 64 lower-case letters, digits and hyphens", "$.id")
    if not any(words.strip() for words in member.name.values()):
        raise InvalidInput("a member needs a name in at least one language", "$.name")
    if session.get(MemberRow, member.id) is not None:
        raise WrongState(f"{member.id} is a member already")
    content = msgspec.json.encode(MemberEntry(member, MemberEvent.JOINED, now))
    entry = writer.append(EntryType.MEMBER, content)
    session.add(MemberRow(id=member.id, kind=member.kind, content=msgspec.json.encode(member), joined=entry.index))


def member(session: Session, member_id: str) -> Member:
    """The member with this id. Raises ``NotFound``."""
    row = session.get(MemberRow, member_id)
    if row is None:
        raise NotFound(f"there is no member {member_id!r}")
    return msgspec.json.decode(row.content, type=Member)


def all_members(session: Session, kind: MemberKind | None = None) -> list[Member]:
    """All members, or those of one kind, by id."""
    query = select(MemberRow.content).order_by(MemberRow.id)
    if kind is not None:
        query = query.where(MemberRow.kind == kind)
    return [msgspec.json.decode(content, type=Member) for content in session.exec(query)]
