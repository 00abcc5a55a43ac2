"""Loading rows: each becomes a declaration, submitted, and published where the operator vouches for it.

In batches, two transactions each: one that writes declarations with what was stated of them, one that publishes. A
declaration's id follows from its owner and the row's reference, or, without one, its content. So a load that was
killed anywhere is run again and goes on where it was: nothing is there twice, nothing by half.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct
from sqlmodel import Session, col, select

from registry.database.tables import DeclarationRow, MemberRow
from registry.declarations import life
from registry.declarations.known import KnownProducts, key_path_of
from registry.declarations.states import DeclarationState
from registry.errors import Refused, RegistryError
from registry.imports.report import Refusal, Report
from registry.imports.row import Row, row_error
from registry.members.members import member
from registry.records.publish import Published, publish
from registry.registry import OPERATOR, Registry
from schemas.declaration import Declaration, Verification
from schemas.findings import UNSIGNED, ComponentFacts, Finding, Severity, findings, publication_findings
from schemas.findings.finding import warning
from schemas.member import MemberKind
from schemas.reading import read_declaration

BATCH = 250
"""Rows of a transaction: some hundreds, so that the database's write lock is free again in a fraction of a second."""

_IDS = UUID("7a0b1f4e-53c5-5d0e-9d43-2f6f0a9c6b11")
"""Namespace of the ids of declarations that were registered in bulk."""

Progress = Callable[[int, int], None]
"""Told how many rows of how many are done."""


def load(
    registry: Registry,
    rows: Sequence[Row],
    *,
    member: str | None,
    publish: bool,
    now: datetime,
    progress: Progress | None = None,
    acknowledge: Callable[[Published], None] | None = None,
) -> Report:
    """Registers ``rows`` for ``member``, or without one for the owner that each names; what became of each.

    With ``publish`` the operator vouches for what the rows say of their verification, and they are published at
    ``now``; else they are submitted and wait for their verification body. ``acknowledge`` is called for each record
    once it is in the log for good. A refused row stops no other.
    """
    report = Report(rows=len(rows))
    for start in range(0, len(rows), BATCH):
        batch = _Batch(registry, member, publish, now, report)
        batch.run(rows[start : start + BATCH], acknowledge)
        if progress is not None:
            progress(min(start + BATCH, len(rows)), len(rows))
    report.refusals.sort(key=lambda refusal: refusal.row)
    return report


def declaration_id(declaration: Declaration, owner: str, reference: str | None) -> UUID:
    """The id of a declaration that is registered in bulk: the same for the same owner and reference or content."""
    if reference:
        return uuid5(_IDS, msgspec.json.encode([owner, "reference", reference]).decode())
    content = life.encode(declaration, _IDS, owner)
    return uuid5(_IDS, msgspec.json.encode([owner, "content", sha256(content).hexdigest()]).decode())


class _Ready(Struct):
    """A row as a declaration with its id."""

    row: Row
    key: UUID
    owner: str
    declaration: Declaration
    warnings: Sequence[Finding] = ()

    @property
    def content(self) -> bytes:
        """The declaration as its row in the database holds it before anything is stated of its verification."""
        return life.encode(self.declaration, self.key, self.owner)


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


class _Batch:
    """The rows of one turn: read and judged, written, published."""

    def __init__(self, registry: Registry, member: str | None, publishes: bool, now: datetime, report: Report) -> None:
        self._registry = registry
        self._member = member
        self._publishes = publishes
        self._now = now
        self._report = report
        self._kinds: dict[str, str | None] = {}

    def run(self, rows: Sequence[Row], acknowledge: Callable[[Published], None] | None) -> None:
        """Takes the rows as far as they go."""
        with self._registry.database.writing() as session, session.no_autoflush:
            waiting = list(self._written(session, rows))
        verified = [ready for ready, state in waiting if state == DeclarationState.VERIFIED]
        self._report.submitted += len(waiting) - len(verified)
        if not verified:
            return
        by_key = {ready.key: ready for ready in verified}
        for outcome in publish(self._registry, list(by_key), self._now):
            if isinstance(outcome, Published):
                self._report.published += 1
                if acknowledge is not None:
                    acknowledge(outcome)
            else:
                self._refuse(by_key[outcome.declaration].row, _findings_of(outcome.error))

    def _written(self, session: Session, rows: Sequence[Row]) -> Iterator[tuple[_Ready, str]]:
        """Writes declarations as far as this load takes them, and yields those that it moved, with their state."""
        read = [ready for row in rows if (ready := self._read(row)) is not None]
        stored = _stored(session, [ready.key for ready in read])
        claims = _Claims(KnownProducts(session))
        taken: dict[UUID, _Ready] = {}
        for ready in read:
            older = stored.get(str(ready.key))
            if not self._is_new(ready, taken.get(ready.key), older) or not self._is_good(session, ready, claims):
                continue
            taken[ready.key] = ready
            self._report.warnings.update({finding.code for finding in ready.warnings})
            state = self._advanced(session, ready, older or self._created(session, ready))
            if state is None:
                self._report.already += 1
            else:
                yield ready, state

    def _created(self, session: Session, ready: _Ready) -> DeclarationRow:
        key = str(life.create(session, ready.declaration, ready.owner, self._now, ready.key))
        return next(row for row in session.new if isinstance(row, DeclarationRow) and row.id == key)

    def _read(self, row: Row) -> _Ready | None:
        """The row as a declaration; None when its form is wrong, and it is refused with all that is wrong."""
        declaration, found = read_declaration(row.raw)
        owner = self._member or row.owner or ""
        if declaration is not None:
            declaration = msgspec.structs.replace(declaration, owner=owner)
        if declaration is None or row.found:
            if declaration is not None:
                found = findings(declaration)
            named = {finding.path for finding in row.found}
            self._refuse(row, [*row.found, *(finding for finding in found if finding.path not in named)])
            return None
        return _Ready(row, declaration_id(declaration, owner, row.reference), owner, declaration)

    def _is_new(self, ready: _Ready, twin: _Ready | None, row: DeclarationRow | None) -> bool:
        """Whether there is work left on the row's declaration; if not, the row is counted as it deserves.

        ``twin`` is an earlier row of the same id, ``row`` what is in the database already.
        """
        if twin is not None:
            is_same, is_done = twin.content == ready.content, True
        elif row is not None:
            is_same = life.encode(life.content_of(row), ready.key, ready.owner) == ready.content
            is_done = row.state == DeclarationState.PUBLISHED
        else:
            return True
        if not is_same:
            self._refuse(ready.row, [_REFERENCE_TAKEN])
        elif is_done:
            self._report.already += 1
        return is_same and not is_done

    def _is_good(self, session: Session, ready: _Ready, claims: _Claims) -> bool:
        """Whether the declaration has no errors; else it is refused."""
        found = [*self._about_owner(session, ready.owner), *findings(ready.declaration, claims)]
        verification = ready.declaration.verification
        if verification is not None:
            found += self._about_verification(session, ready.declaration, verification)
        if any(finding.severity is Severity.ERROR for finding in found):
            self._refuse(ready.row, found)
            return False
        if verification is not None and self._publishes:
            claims.claim(ready.declaration)
        ready.warnings = found
        return True

    def _advanced(self, session: Session, ready: _Ready, row: DeclarationRow) -> str | None:
        """Takes one declaration as far as this load may; its state if that leaves something to count or to do."""
        before = row.state
        if row.state == DeclarationState.DRAFT:
            life.submit(session, row, self._now)
        verification = ready.declaration.verification
        if self._publishes and verification is not None and row.state == DeclarationState.SUBMITTED:
            life.state_verification(session, row, verification, OPERATOR, self._now)
        waits = self._publishes and row.state == DeclarationState.VERIFIED
        return row.state if waits or row.state != before else None

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
        yield from publication_findings(declaration, OPERATOR)
        first, last, today = declaration.valid_from, declaration.valid_until, self._now.astimezone(UTC).date()
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

    def _kind(self, session: Session, member: str) -> str | None:
        """What a member is; None when there is no such member."""
        if member not in self._kinds:
            row = None if "\0" in member else session.get(MemberRow, member)  # PostgreSQL has no such text
            self._kinds[member] = None if row is None or row.left_at is not None else row.kind
        return self._kinds[member]

    def _refuse(self, row: Row, found: Sequence[Finding]) -> None:
        self._report.refused += 1
        self._report.errors.update({finding.code for finding in found if finding.severity is Severity.ERROR})
        self._report.refusals.append(Refusal(row.number, row.reference, row.product, tuple(found), row.columns))


def _stored(session: Session, keys: Sequence[UUID]) -> dict[str, DeclarationRow]:
    """Those of the declarations that are in the database."""
    query = select(DeclarationRow).where(col(DeclarationRow.id).in_([str(key) for key in keys]))
    return {row.id: row for row in session.exec(query)}


def _findings_of(problem: RegistryError) -> Sequence[Finding]:
    if isinstance(problem, Refused):
        return problem.findings
    return [row_error(problem.slug, "$", f"{problem}.", f"无法发布：{problem}。")]


_REFERENCE_TAKEN = row_error(
    "reference-taken",
    "$.reference",
    "The reference is that of another declaration, which stays as it is: give a correction a new reference.",
    "该编号（reference）已用于另一份声明，原声明保持不变：更正内容请使用新的编号。",
)
_NOT_TAKEN = warning(
    "verification-not-taken",
    "$.verification",
    "The verification in this row was not taken: the verification body states it itself, or the operator publishes.",
    "本行的核查信息未被采用：须由核查机构自行说明，或由运营方发布。",
)
