"""Some rows at a time: judged first, without the write lock, then written in one transaction.

A declaration's id follows from its owner and the row's reference, or, without one, its content. So rows that are
loaded again are known again; what another has written meanwhile is seen under the lock, and the rows judged anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct
from sqlmodel import Session, col, select

from registry.access.rules import Action
from registry.database.tables import DeclarationRow, MemberRow
from registry.declarations import life
from registry.declarations.known import KnownProducts, key_path_of
from registry.declarations.states import TRANSITIONS, DeclarationState
from registry.errors import WrongState
from registry.imports.makers import Makers
from registry.imports.row import Row, row_error
from registry.members.members import is_accredited, member
from registry.registry import OPERATOR
from registry.reviews.impartiality import UNACCREDITED_BODY
from schemas.declaration import Declaration, Verification
from schemas.findings import UNSIGNED, ComponentFacts, Finding, Severity, findings, publication_findings
from schemas.findings.finding import warning
from schemas.member import MemberKind
from schemas.reading import read_declaration

_IDS = UUID("7a0b1f4e-53c5-5d0e-9d43-2f6f0a9c6b11")
"""Namespace of the ids of declarations that were registered in bulk."""


class Outcome(StrEnum):
    """What became of a row."""

    PUBLISHED = "published"
    SUBMITTED = "submitted"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Ready(Struct):
    """A row as a declaration with its id; ``content`` is what its row in the database holds before verification."""

    row: Row
    key: UUID
    owner: str
    declaration: Declaration
    content: bytes


class Judged(Struct):
    """A row, what is to become of it, and all that was found. ``ready`` when its form is good."""

    row: Row
    outcome: Outcome
    findings: Sequence[Finding] = ()
    ready: Ready | None = None

    def refuse(self, found: Sequence[Finding]) -> None:
        """It is refused after all."""
        self.outcome, self.findings = Outcome.REFUSED, tuple(found)


class Batch:
    """Rows that are judged and written together.

    ``publishes``: the operator vouches for what they say of their verification. ``earlier`` are the declarations of
    rows before them that nobody has written, in a dry run.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        member: str | None,
        publishes: bool,
        now: datetime,
        earlier: Mapping[UUID, bytes] | None = None,
    ) -> None:
        self._member = member
        self._publishes = publishes
        self._now = now
        self._kinds: dict[str, str | None] = {}
        self._owners: dict[str, tuple[Finding, ...]] = {}
        self._read = [self._as_declaration(row) for row in rows]
        self._earlier = earlier or {}
        self._seen: dict[str, tuple[str, bytes]] = {}
        self._makers: Makers
        self.judged: list[Judged] = []

    def judge(self, session: Session) -> list[Judged]:
        """Judges every row by what ``session`` sees. Writes nothing."""
        ready = [one.ready for one in self._read if one.ready is not None]
        stored = _stored(session, [one.key for one in ready])
        self._seen = {key: (row.state, row.content) for key, row in stored.items()}
        known = KnownProducts(session)
        known.read_owners(one.declaration for one in ready)
        claims, taken, self._makers = _Claims(known), dict(self._earlier), Makers(session)
        self.judged = [self._judged(session, one, stored, claims, taken) for one in self._read]
        return self.judged

    def write(self, session: Session) -> list[Judged]:
        """Writes what was judged, under the write lock, and returns it: judged anew if it is not as it was."""
        keys = [one.ready.key for one in self._read if one.ready is not None]
        stored = _stored(session, keys)
        if self._seen != {key: (row.state, row.content) for key, row in stored.items()}:
            self.judge(session)
        new = []
        for one in self.judged:
            if one.ready is None or one.outcome in (Outcome.REFUSED, Outcome.UNCHANGED):
                continue
            row = stored.get(str(one.ready.key))
            if row is None and not self._is_vouched_for(one.ready):
                new.append((one.ready.key, one.ready.owner, one.ready.content))
            else:
                self._advance(session, one, row)
        life.create_submitted(session, new, self._now)
        return self.judged

    def _as_declaration(self, row: Row) -> Judged:
        """The row as a declaration; refused when its form is wrong, with all that is wrong."""
        declaration, found = read_declaration(row.raw)
        owner = self._member or row.owner or ""
        if declaration is not None:
            declaration = msgspec.structs.replace(declaration, owner=owner)
        if declaration is None or row.found:
            if declaration is not None:
                found = findings(declaration)
            named = {finding.path for finding in row.found}
            return Judged(row, Outcome.REFUSED, [*row.found, *(one for one in found if one.path not in named)])
        key = declaration_id(declaration, owner, row.reference)
        content = life.encode(declaration, key, owner)
        return Judged(row, Outcome.SUBMITTED, (), Ready(row, key, owner, declaration, content))

    def _judged(
        self,
        session: Session,
        read: Judged,
        stored: Mapping[str, DeclarationRow],
        claims: "_Claims",
        taken: dict[UUID, bytes],
    ) -> Judged:
        ready = read.ready
        if ready is None:
            owner = self._member or read.row.owner or ""
            return Judged(read.row, Outcome.REFUSED, (*read.findings, *self._whose_found(session, owner, read.row)))
        twin, row = taken.get(ready.key), stored.get(str(ready.key))
        if twin is not None:
            is_same = twin == ready.content
            return Judged(read.row, Outcome.UNCHANGED if is_same else Outcome.REFUSED, () if is_same else _TWICE)
        is_same = row is not None and life.encode(life.content_of(row), ready.key, ready.owner) == ready.content
        if row is not None and is_same and not self._has_a_way_to_go(ready, row):
            return Judged(read.row, Outcome.UNCHANGED, (), ready)
        if row is not None and not is_same and row.state not in _REVISABLE:
            return Judged(read.row, Outcome.REFUSED, [_taken(row.state)])
        found = self._found(session, ready, claims)
        if any(finding.severity is Severity.ERROR for finding in found):
            return Judged(read.row, Outcome.REFUSED, found)
        taken[ready.key] = ready.content
        if self._is_vouched_for(ready):
            claims.claim(ready.declaration)
        outcome = Outcome.SUBMITTED if row is None or is_same else Outcome.REVISED
        return Judged(read.row, outcome, found, ready)

    def _is_vouched_for(self, ready: Ready) -> bool:
        return self._publishes and ready.declaration.verification is not None

    def _has_a_way_to_go(self, ready: Ready, row: DeclarationRow) -> bool:
        """Whether a declaration that is there already can be taken further."""
        to_be_verified = row.state == DeclarationState.SUBMITTED and self._is_vouched_for(ready)
        to_be_published = row.state == DeclarationState.VERIFIED and self._publishes
        return row.state == DeclarationState.DRAFT or to_be_verified or to_be_published

    def _found(self, session: Session, ready: Ready, claims: "_Claims") -> list[Finding]:
        found = [*self._owner_found(session, ready.owner), *self._whose_found(session, ready.owner, ready.row)]
        found += [*ready.row.warned, *findings(ready.declaration, claims)]
        verification = ready.declaration.verification
        if verification is not None:
            found += self._about_verification(session, ready.declaration, verification)
        return found

    def _advance(self, session: Session, one: Judged, row: DeclarationRow | None) -> None:
        """Takes one declaration as far as this load may."""
        ready = one.ready
        assert ready is not None
        if row is None:
            life.create(session, ready.declaration, ready.owner, self._now, ready.key)
            session.flush()
            row = life.row_of(session, ready.key)
        try:
            if one.outcome is Outcome.REVISED:
                life.revise(session, row, ready.declaration, self._now)
            if row.state == DeclarationState.DRAFT:
                life.submit(session, row, self._now)
        except WrongState:  # it went on between two looks, which the lock does not let happen
            one.refuse([_taken(row.state)])
            return
        verification = ready.declaration.verification
        if verification is not None and self._publishes and row.state == DeclarationState.SUBMITTED:
            life.state_verification(session, row, verification, OPERATOR, self._now)
        if self._publishes and row.state == DeclarationState.VERIFIED:
            one.outcome = Outcome.PUBLISHED

    def _owner_found(self, session: Session, owner: str) -> tuple[Finding, ...]:
        """What is wrong with an owner: the same for all its rows."""
        if owner not in self._owners:
            self._owners[owner] = tuple(self._about_owner(session, owner))
        return self._owners[owner]

    def _whose_found(self, session: Session, owner: str, row: Row) -> tuple[Finding, ...]:
        """What is wrong with whose the row says the declaration is: a member by its id, or a maker by its name."""
        if row.owner is not None and row.owner != owner:
            return (_other_owner(row.owner, owner),)
        is_known = row.maker is not None and owner and self._kind(session, owner) is not None
        return self._makers.findings(owner, row.maker) if is_known else ()

    def _about_owner(self, session: Session, owner: str) -> Iterator[Finding]:
        if owner and self._kind(session, owner) is None:
            yield row_error(
                "owner",
                "$.owner",
                f"The owner (owner) {owner[:80]!r} is not a member: write the id of a member, or have it join first.",
                f"所有者（owner）“{owner[:80]}”不是成员：请填写成员编号，或先办理加入。",
            )
        elif owner and member(session, owner).signs_all:
            yield UNSIGNED  # a file carries no signatures

    def _about_verification(
        self, session: Session, declaration: Declaration, verification: Verification
    ) -> Iterator[Finding]:
        if not self._publishes:
            yield _NOT_TAKEN
            return
        first, last, today = declaration.valid_from, declaration.valid_until, self._now.astimezone(UTC).date()
        yield from publication_findings(declaration, OPERATOR, today)
        if first is not None and last is not None and not first <= today <= last:
            yield row_error(
                "not-today",
                "$.valid_from",
                f"The declaration holds from {first} to {last}, and today is {today}: publish it on a day in between.",
                f"声明有效期为{first}至{last}，而今天是{today}：请在有效期内发布。",
            )
        if self._kind(session, verification.body) != MemberKind.VERIFICATION_BODY:
            yield row_error(
                "verification-body",
                "$.verification.body",
                f"The verification body (verification.body) {verification.body[:80]!r} is not registered as one: write "
                "the member id of a verification body.",
                f"核查机构（verification.body）“{verification.body[:80]}”未登记为核查机构：请填写核查机构的成员编号。",
            )
        elif not is_accredited(member(session, verification.body), verification.date):
            yield UNACCREDITED_BODY

    def _kind(self, session: Session, member: str) -> str | None:
        """What a member is; None when there is no such member."""
        if member not in self._kinds:
            row = None if "\0" in member else session.get(MemberRow, member)  # PostgreSQL has no such text
            self._kinds[member] = None if row is None or row.left_at is not None else row.kind
        return self._kinds[member]


def declaration_id(declaration: Declaration, owner: str, reference: str | None) -> UUID:
    """The id of a declaration that is registered in bulk: the same for the same owner and reference or content."""
    if reference:
        return uuid5(_IDS, msgspec.json.encode([owner, "reference", reference]).decode())
    content = life.encode(declaration, _IDS, owner)
    return uuid5(_IDS, msgspec.json.encode([owner, "content", sha256(content).hexdigest()]).decode())


class _Claims:
    """What is registered, and what earlier rows are about to publish: a ``schemas.findings.Registered``."""

    def __init__(self, known: KnownProducts) -> None:
        self._known = known
        self._owners: dict[str, str] = {}

    def owner_of(self, key: str) -> str | None:
        return self._owners.get(key) or self._known.owner_of(key)

    def component(self, record: int) -> ComponentFacts | None:
        return self._known.component(record)

    def claim(self, declaration: Declaration) -> None:
        """Notes that the declaration will be published."""
        key_path = key_path_of(declaration)
        if key_path is not None:
            self._owners[key_path.rsplit("/", 1)[1]] = declaration.owner


def _stored(session: Session, keys: Sequence[UUID]) -> dict[str, DeclarationRow]:
    """Those of the declarations that are in the database."""
    query = select(DeclarationRow).where(col(DeclarationRow.id).in_([str(key) for key in keys]))
    return {row.id: row for row in session.exec(query)}


_REVISABLE = TRANSITIONS[Action.REVISE].sources


def _other_owner(said: str, owner: str) -> Finding:
    return row_error(
        "owner",
        "$.owner",
        f"The owner (owner) is {said[:80]!r}, and the file is registered for {owner}: leave it out, or have the other "
        "register it itself.",
        f"所有者（owner）为“{said[:80]}”，而本文件为{owner}登记：请删去该项，或由该成员自行登记。",
    )


_TWICE = (
    row_error(
        "reference-taken",
        "$.reference",
        "The reference is that of a row above, which says something else: give each declaration its own.",
        "该编号（reference）与前面某行相同，而内容不同：请为每份声明使用各自的编号。",
    ),
)
_STATES_ZH = {"under-review": "核查中", "verified": "已核查", "published": "已发布"}


def _taken(state: str) -> Finding:
    return row_error(
        "reference-taken",
        "$.reference",
        f"The declaration with this reference is {state.replace('-', ' ')} and stays as it is: give the correction a "
        "new reference, or its document a new version. Once published, it supersedes the older one of the same GTIN.",
        f"该编号（reference）的声明{_STATES_ZH.get(state, state)}，保持不变：更正内容请使用新的编号，"
        "或为其文件使用新的版本号；发布后即取代同一GTIN的旧声明。",
    )


_NOT_TAKEN = warning(
    "verification-not-taken",
    "$.verification",
    "The verification in this row was not taken: the verification body states it itself, or the operator publishes.",
    "本行的核查信息未被采用：须由核查机构自行说明，或由运营方发布。",
)
