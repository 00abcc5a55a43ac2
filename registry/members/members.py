"""Members: joining, changing and leaving are log entries; the table row is what they say."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec
from sqlmodel import Session, col, select

from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.tables import MemberRow
from registry.errors import InvalidInput, NotAllowed, NotFound, WrongState
from registry.log.append import LogWriter
from registry.members.owners import called, is_member_id, is_urn, known_as
from schemas.entry import EntryType, MemberEntry, MemberEvent
from schemas.member import Member, MemberKind
from schemas.readable import bare, is_readable

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_PART_OF = (
    "name the member that owns the organisation by its member id, or an owner that is no member by its URN, such as "
    "urn:lei:529900T8BM49AURSDO55, or its full name, such as Example Holding Ltd"
)
_MOST = 200
_MOST_IDS = 20
UNREADABLE = "a name has a letter or digit, and at most two combining marks on each"


def join(session: Session, writer: LogWriter, member: Member, now: datetime) -> None:
    """``member`` joins: a log entry and its row, in the writer's transaction.

    Raises ``InvalidInput``, and ``WrongState`` when there is, or was, a member with its id.
    """
    if not is_member_id(member.id):
        raise InvalidInput("a member id is 1 to 64 lower-case letters, digits and hyphens", "$.id")
    require_name(member)
    require_accreditation(member)
    require_part_of(session, member)
    if session.get(MemberRow, member.id) is not None:
        raise WrongState("{member} is a member already, or was one: its id is taken for ever", member=member.id)
    index = _append(writer, member, MemberEvent.JOINED, now)
    session.add(MemberRow(id=member.id, kind=member.kind, content=msgspec.json.encode(member), joined=index))
    noted(session, now, Step(Did.JOINED, f"member/{member.id}", member.id))


def change(session: Session, writer: LogWriter, member: Member, now: datetime) -> None:
    """``member`` has other particulars from now on: a log entry. Its id and kind never change.

    Raises ``NotFound``, ``InvalidInput``, and ``WrongState`` when it has left, or is another kind.
    """
    row = row_in(session, member.id)
    require_particulars(member)
    require_part_of(session, member)
    if row.kind != member.kind:
        raise WrongState(
            "{member} is a {kind}, and stays one: what it may do follows from it",
            member=member.id,
            kind=row.kind,
        )
    content = msgspec.json.encode(member)
    if content == row.content:
        return
    _append(writer, member, MemberEvent.CHANGED, now)
    changed = changes(msgspec.json.decode(row.content, type=Member), member)
    noted(session, now, Step(Did.CHANGED, f"member/{member.id}", member.id, changed))
    row.content = content
    session.add(row)


def require_part_of(session: Session, member: Member) -> None:
    """Raises ``InvalidInput`` unless what it is said to be a part of is a member, or was, or what is no member's id but
    a URN or a name; and for a part of itself."""
    owner = member.part_of
    if owner is None:
        return
    is_itself = known_as(owner) in {member.id, *map(known_as, member.ids), *map(called, member.name.values())}
    is_unknown = is_member_id(owner) and session.get(MemberRow, owner) is None
    is_no_urn = owner[:4].casefold() == "urn:" and not is_urn(owner)
    if is_itself or is_unknown or is_no_urn or not known_as(owner):
        raise InvalidInput(_PART_OF, "$.part_of")
    _require_line(owner, "$.part_of")


def leave(session: Session, writer: LogWriter, member_id: str, now: datetime) -> None:
    """A member leaves: a log entry. Its records stand as they are. Raises ``NotFound`` and ``WrongState``."""
    row = row_in(session, member_id)
    if row.kind == MemberKind.OPERATOR:
        raise WrongState("the operator cannot leave: the registry would be nobody's")
    content = msgspec.json.decode(row.content, type=Member)
    row.left_at = _append(writer, content, MemberEvent.LEFT, now)
    session.add(row)
    noted(session, now, Step(Did.LEFT, f"member/{member_id}", member_id))


def _append(writer: LogWriter, member: Member, event: MemberEvent, now: datetime) -> int:
    return writer.append(EntryType.MEMBER, msgspec.json.encode(MemberEntry(member, event, now))).index


def require_name(member: Member) -> None:
    """Raises ``InvalidInput`` without a name in some language that somebody can read."""
    if not any(words.strip() for words in member.name.values()):
        raise InvalidInput("a member needs a name in at least one language", "$.name")
    for language, words in member.name.items():
        if not is_readable(words):
            raise InvalidInput(UNREADABLE, f"$.name.{language}")


def require_particulars(member: Member) -> None:
    """Raises ``InvalidInput`` for particulars that could not be shown: everything here becomes public for ever."""
    require_name(member)
    for language, words in member.name.items():
        _require_line(words, f"$.name.{language}")
    if len(member.ids) > _MOST_IDS:
        raise InvalidInput("at most {most} identifiers", "$.ids", most=_MOST_IDS)
    for at, identifier in enumerate(member.ids):
        if not is_urn(identifier):
            raise InvalidInput("an identifier is a URN, such as urn:lei:529900T8BM49AURSDO55", f"$.ids[{at}]")
    if member.country is not None and not _COUNTRY.fullmatch(member.country):
        raise InvalidInput("a country is two capital letters (ISO 3166-1)", "$.country")
    require_accreditation(member)


def require_accreditation(member: Member) -> None:
    """Raises ``InvalidInput`` for a verification body without an accreditation or its end, and for others with one."""
    if member.kind is not MemberKind.VERIFICATION_BODY:
        if member.accreditation is not None or member.accreditation_until is not None:
            raise InvalidInput("only a verification body is accredited", "$.accreditation")
    elif member.accreditation is None:
        raise InvalidInput("a verification body says who accredited it, and for what", "$.accreditation")
    elif member.accreditation_until is None:
        raise InvalidInput("say until when the accreditation holds: every one has an end", "$.accreditation_until")
    else:
        _require_line(member.accreditation, "$.accreditation")


def is_accredited(body: Member, day: date) -> bool:
    """Whether the body's accreditation holds on ``day``."""
    return body.accreditation is not None and body.accreditation_until is not None and day <= body.accreditation_until


def require_accredited(body: Member, today: date) -> None:
    """Raises ``NotAllowed`` for a body whose accreditation has ended, or that has none."""
    if is_accredited(body, today):
        return
    if body.accreditation is None or body.accreditation_until is None:
        raise NotAllowed("{member} has no accreditation: the operator enters one", member=body.id)
    raise NotAllowed(
        "the accreditation of {member} ended on {day}: the operator enters a new one",
        member=body.id,
        day=body.accreditation_until,
    )


def _require_line(words: str, path: str) -> None:
    if not words.strip() or len(words) > _MOST or not words.isprintable():
        raise InvalidInput("one line of 1 to {most} printable characters", path, most=_MOST)
    if not is_readable(words):
        raise InvalidInput(UNREADABLE, path)


def row_in(session: Session, member_id: str) -> MemberRow:
    """The row of a member that has not left. Raises ``NotFound`` and ``WrongState``."""
    row = session.get(MemberRow, member_id)
    if row is None:
        raise NotFound("there is no member {member}", member=f"{member_id!r}")
    if row.left_at is not None:
        raise WrongState("{member} has left the alliance", member=member_id)
    return row


def member(session: Session, member_id: str) -> Member:
    """The member with this id. Raises ``NotFound``, and ``WrongState`` when it has left."""
    return msgspec.json.decode(row_in(session, member_id).content, type=Member)


def particulars(row: MemberRow) -> Member:
    """What a member, also one that has left, says of itself."""
    return msgspec.json.decode(row.content, type=Member)


def called_alike(found: Iterable[Member], name: Mapping[str, str]) -> list[Member]:
    """Those of ``found`` that a reader may take for one that is called ``name``: the same letters and digits, whatever
    the case and what is between them."""
    wanted = {bare(words) for words in name.values()}
    return [one for one in found if any(bare(words) in wanted for words in one.name.values())]


def named(found: Iterable[Member], words: str) -> list[Member]:
    """Those of ``found`` that have ``words`` in a name, whatever the case, or in their id."""
    wanted = words.strip().casefold()
    return [one for one in found if any(wanted in said.casefold() for said in (one.id, *one.name.values()))]


def all_members(session: Session, kind: MemberKind | None = None) -> list[Member]:
    """All members, or those of one kind, by id; without those that have left."""
    query = select(MemberRow.content).where(col(MemberRow.left_at).is_(None)).order_by(MemberRow.id)
    if kind is not None:
        query = query.where(MemberRow.kind == kind)
    return [msgspec.json.decode(content, type=Member) for content in session.exec(query)]
