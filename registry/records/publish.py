"""Publishing: declarations become records, signed log entries with a label each, in one transaction.

Either the whole batch's good declarations are in the log when the transaction commits, or none; a declaration that is
refused takes no index, and the rest goes on.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, insert, text
from sqlmodel import Session, col, update

from keys import MalformedToken
from registry.access.rules import Action
from registry.audit.changes import Change
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.author import COMMAND_LINE, Author
from registry.database.tables import DeclarationRow, LabelRow, RecordRow
from registry.declarations.known import KnownProducts, key_path_of
from registry.declarations.life import refuse_errors
from registry.declarations.record_life import is_renewal
from registry.declarations.signed import require_signed
from registry.declarations.states import DeclarationState, after
from registry.errors import NotFound, Refused, RegistryError, WrongState
from registry.home import Config
from registry.labels.minting import mint
from registry.log.append import Appended, LogWriter
from registry.members.members import is_accredited, member
from registry.products.terms import search_text, terms_of
from registry.records.credential import credential, party
from registry.registry import OPERATOR, KeysInForce, Registry
from registry.reviews.impartiality import RELATED_BODY, UNACCREDITED_BODY, Ownership
from schemas.declaration import Declaration, Verification
from schemas.entry import Credential, EntryType, claims_of
from schemas.findings import UNSIGNED, Finding, Severity, component_standing, label_findings, publication_findings
from schemas.gs1 import parse_path
from schemas.label import encode_claims
from schemas.member import Member
from schemas.text import in_language

_NEWEST = text(
    'select record.key_path, record."index", record.version, record.owner_id, record.standing, declaration.content '
    "from record join declaration on declaration.id = record.declaration_id "
    "where record.superseded_by is null and record.key_path in :key_paths"
).bindparams(bindparam("key_paths", expanding=True))
_CONTENT = text("select id, state, content, signature from declaration where id in :ids").bindparams(
    bindparam("ids", expanding=True)
)
_READ_AT_ONCE = 500
_SUPERSEDE = (
    update(RecordRow)
    .where(col(RecordRow.index) == bindparam("older"))
    .values(superseded_by=bindparam("newer"))
    .execution_options(synchronize_session=False)
)
_PUBLISHED = (
    update(DeclarationRow)
    .where(col(DeclarationRow.id) == bindparam("declaration"))
    .values(state=DeclarationState.PUBLISHED, record=bindparam("at_index"), updated_at=bindparam("now"))
    .execution_options(synchronize_session=False)
)


class Published(Struct, frozen=True):
    """A declaration that is in the log now: at ``record``, with the exact text of its label."""

    declaration: UUID
    record: int
    label: str


class NotPublished(Struct, frozen=True):
    """A declaration that was refused, and why; nothing of it was written."""

    declaration: UUID
    error: RegistryError


Outcome = Published | NotPublished


class _Waiting(Struct, frozen=True):
    """A declaration as its row has it."""

    state: str
    declaration: Declaration
    key_path: str | None
    signature: bytes | None


class _Newest(Struct, frozen=True):
    """The newest record of a product or place."""

    index: int
    version: int
    owner: str
    standing: str
    reference_end: date | None


class _Period(Struct):
    """What is read of the declaration of a record that is superseded."""

    reference_end: date | None = None


def publish(
    registry: Registry,
    declarations: Sequence[UUID],
    now: datetime,
    by: Author = COMMAND_LINE,
    also: Callable[[Session, Sequence[Outcome]], None] | None = None,
) -> list[Outcome]:
    """Publishes ``declarations`` in their order, durably before it returns: one outcome each, in that order.

    ``also`` is called with the outcomes once they are written, in the same transaction.
    """
    with registry.database.writing(by) as session:
        batch = _Batch(
            session, registry.config, registry.log_writer(session, now), registry.keys_in_force(session), now
        )
        batch.read(declarations)
        outcomes = [batch.take(declaration) for declaration in declarations]
        batch.write()
        if also is not None:
            also(session, outcomes)
    return outcomes


class _Batch:
    """One publish transaction: what it has read of products and parties, and the rows to be written."""

    def __init__(self, session: Session, config: Config, writer: LogWriter, keys: KeysInForce, now: datetime) -> None:
        self._session = session
        self._config = config
        self._log = writer
        self._keys = keys
        self._now = now
        self._today = now.astimezone(UTC).date()
        self._waiting: dict[str, _Waiting] = {}
        self._members: dict[str, Member] = {}
        self._ownership = Ownership(session)
        self._newest: dict[str, _Newest] = {}
        self._records: list[dict[str, object]] = []
        self._labels: list[dict[str, object]] = []
        self._superseded: list[dict[str, object]] = []
        self._published: list[dict[str, object]] = []

    def read(self, keys: Sequence[UUID]) -> None:
        """Reads the declarations, and the newest records of their products, some hundreds a query."""
        connection = self._session.connection()
        ids = [str(key) for key in keys]
        for start in range(0, len(ids), _READ_AT_ONCE):
            for row in connection.execute(_CONTENT, {"ids": ids[start : start + _READ_AT_ONCE]}):
                declaration = msgspec.json.decode(row.content, type=Declaration)
                self._waiting[row.id] = _Waiting(row.state, declaration, key_path_of(declaration), row.signature)
        paths = list({one.key_path for one in self._waiting.values() if one.key_path is not None})
        for start in range(0, len(paths), _READ_AT_ONCE):
            some = {"key_paths": paths[start : start + _READ_AT_ONCE]}
            for path, *newest, content in connection.execute(_NEWEST, some):
                end = msgspec.json.decode(content, type=_Period).reference_end
                self._newest[path] = _Newest(*newest, end)

    def take(self, key: UUID) -> Outcome:
        """Takes one declaration into the batch: appends its entry and keeps the rows that follow from it."""
        try:
            declaration, key_path = self._ready(key)
            older = self._newest.get(key_path)
            record = self._credential(declaration, key_path, older)
            record, signed_by = self._signed(record, self._waiting[str(key)].signature)
            entry = self._append(record, older)
        except RegistryError as problem:
            return NotPublished(key, problem)
        self._waiting[str(key)] = _Waiting(DeclarationState.PUBLISHED, declaration, key_path, None)
        version, end = _declared(record).version, declaration.reference_end
        self._newest[key_path] = _Newest(entry.index, version, declaration.owner, "active", end)
        payload = encode_claims(claims_of(record, entry.leaf))
        label = mint(payload, parse_path(key_path), self._config.origin, self._keys.label)
        self._records.append(_record_row(record, key_path, payload, signed_by))
        self._labels.append({"record": entry.index, "path": key_path, "text": label})
        self._published.append({"declaration": str(key), "at_index": entry.index, "now": self._now})
        is_record = (Change("/record", None, entry.index),)
        noted(self._session, self._now, Step(Did.PUBLISHED, f"declaration/{key}", declaration.owner, is_record))
        if older is not None:
            self._superseded.append({"older": older.index, "newer": entry.index})
            noted(self._session, self._now, _end_of(older, entry.index, end))
        return Published(key, entry.index, label)

    def write(self) -> None:
        """Writes all rows. A record superseded within the batch is written first, then marked."""
        self._log.flush()
        connection = self._session.connection()
        for statement, rows in (
            (insert(RecordRow), self._records),
            (_SUPERSEDE, self._superseded),
            (insert(LabelRow), self._labels),
            (_PUBLISHED, self._published),
        ):
            if rows:
                connection.execute(statement, rows)

    def _ready(self, key: UUID) -> tuple[Declaration, str]:
        """The declaration and its GS1 path, if it may be published now."""
        waiting = self._waiting.get(str(key))
        if waiting is None:
            raise NotFound("there is no declaration {key}", key=key)
        state, declaration, key_path = waiting.state, waiting.declaration, waiting.key_path
        after(Action.PUBLISH, state, str(key))
        found = [*publication_findings(declaration, OPERATOR, self._today), *label_findings(declaration)]
        if not found and declaration.verification is not None:
            found += self._about_body(declaration.owner, declaration.verification)
        if declaration.components:  # what stood when it was submitted may have fallen since
            found += component_standing(declaration, KnownProducts(self._session))
        refuse_errors(found)
        if key_path is None or declaration.valid_from is None or declaration.valid_until is None:
            raise WrongState("declaration {key} names no product, or no validity", key=key)
        if not declaration.valid_from <= self._today <= declaration.valid_until:
            raise WrongState(
                "declaration {key} is valid from {first} to {last}, and today is {today}: publish it on a "
                "day on which it holds",
                key=key,
                first=declaration.valid_from,
                last=declaration.valid_until,
                today=self._today,
            )
        return declaration, key_path

    def _about_body(self, owner: str, verification: Verification) -> Iterator[Finding]:
        """What stands against the body now, also if it did not when it verified."""
        if self._ownership.related(verification.body, owner):
            yield RELATED_BODY
        if not is_accredited(self._member(verification.body), verification.date):
            yield UNACCREDITED_BODY

    def _credential(self, declaration: Declaration, key_path: str, older: _Newest | None) -> Credential:
        if older is not None and older.owner != declaration.owner and older.standing != "withdrawn":
            raise Refused("the product belongs to another member", [_other_owner(key_path)])
        verification = declaration.verification
        assert verification is not None
        return credential(
            msgspec.structs.replace(
                declaration,
                version=1 if older is None else older.version + 1,
                supersedes=None if older is None else older.index,
            ),
            config=self._config,
            key_path=key_path,
            owner=party(self._member(declaration.owner)),
            verifier=party(self._member(verification.body)),
            record=self._log.next_index,
            nonce=secrets.token_hex(16),
            issued=self._today,
        )

    def _append(self, record: Credential, older: _Newest | None) -> Appended:
        about = None if older is None else older.index
        try:
            return self._log.append(EntryType.DECLARATION, msgspec.json.encode(record), about)
        except MalformedToken:
            raise Refused("the record would be too large for the log", [_TOO_LARGE]) from None

    def _signed(self, record: Credential, signature: bytes | None) -> tuple[Credential, str | None]:
        """The record with its owner's own signature inside, and by which key; as it was without one.

        The key may have ended since the signature was taken, and another record may have come before this one.
        """
        declared = _declared(record)
        if signature is None:
            if self._member(declared.owner).signs_all:
                raise Refused("{owner} signs all that it declares", [UNSIGNED], owner=declared.owner)
            return record, None
        kid = require_signed(signature, declared, self._config.origin, self._keys.members, record.record)
        subject = msgspec.structs.replace(record.credential_subject, owner_signature=signature.decode())
        return msgspec.structs.replace(record, credential_subject=subject), kid

    def _member(self, member_id: str) -> Member:
        if member_id not in self._members:
            self._members[member_id] = member(self._session, member_id)
        return self._members[member_id]


def _declared(record: Credential) -> Declaration:
    return record.credential_subject.declaration


def _end_of(older: _Newest, newer: int, end: date | None) -> Step:
    """The step by which a record at log index ``newer``, whose reference period ends on ``end``, takes its place."""
    is_renewed = older.standing != "withdrawn" and is_renewal(older.reference_end, end)
    did = Did.RENEWED if is_renewed else Did.SUPERSEDED
    return Step(did, f"record/{older.index}", older.owner, (Change("/superseded_by", None, newer),))


def _record_row(record: Credential, key_path: str, payload: bytes, signed_by: str | None) -> dict[str, object]:
    declared = _declared(record)
    expires: date | None = declared.valid_until
    owner = record.credential_subject.owner
    searched = search_text(*declared.product_name.values(), *owner.name.values(), key_path.rsplit("/", 1)[1])
    return {
        "index": record.record,
        "declaration_id": str(declared.id),
        "key_path": key_path,
        "version": declared.version,
        "owner_id": owner.id,
        "owner_name": in_language(owner.name, "en"),
        "name": msgspec.json.encode(declared.product_name),
        "claims": payload,
        "issued": record.issued,
        "expires": expires,
        "standing": "active",
        "signed_by": signed_by,
        "search": searched,
        "terms": terms_of(searched),
    }


_TOO_LARGE = Finding(
    "too-large",
    "$",
    Severity.ERROR,
    {
        "en": "The declaration is too large: a record has at most 65,535 bytes. Shorten texts or lists.",
        "zh": "声明过大：单条记录最多 65,535 字节，请缩短文字或列表。",
    },
)


def _other_owner(key_path: str) -> Finding:
    kind, key = ("gtin", "GTIN") if key_path.startswith("/01/") else ("gln", "GLN")
    number = key_path.rsplit("/", 1)[1]
    return Finding(
        "gtin-owner",
        f"$.{kind}",
        Severity.ERROR,
        {
            "en": f"{key} {number} belongs to another member: declare it under your own number.",
            "zh": f"{key} {number} 属于其他成员，请使用自己的编码。",
        },
    )
