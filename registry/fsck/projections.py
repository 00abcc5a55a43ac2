"""The tables ``record``, ``declaration`` and ``member``: each row as the log gives it, none missing, none too many."""

import msgspec
from msgspec import UNSET
from sqlalchemy import RowMapping, text
from sqlmodel import Session

from registry.fsck.entries import EntryRow
from registry.fsck.stored import bytes_of, day_of, moment_of
from registry.products.terms import search_text, terms_of
from schemas.declaration import Declaration
from schemas.entry import Credential
from schemas.member import Member
from schemas.text import in_language
from verifier.fsck import Fault, FaultCode, Replay
from verifier.fsck.record import record_claims, record_path

_RECORDS = text(
    'select "index", declaration_id, key_path, version, owner_id, owner_name, name, claims, issued, expires, search, '
    'terms, signed_by from record where "index" >= :first and "index" <= :last'
)
_DECLARATIONS = text(
    "select id, owner_id, state, content, record, signature, created_at, updated_at from declaration "
    "where record >= :first and record <= :last"
)
_STANDINGS = text('select "index", standing, standing_reason, standing_at, superseded_by from record order by "index"')
_STRAY = text("select id, record from declaration where record is not null or state = 'published'")
_MEMBERS = text("select id, kind, content, joined, left_at from member")


class Projections:
    """Compares rows with the entries that they are made of."""

    def __init__(self, session: Session, replay: Replay, faults: list[Fault]) -> None:
        self._connection = session.connection()
        self._replay = replay
        self._faults = faults

    def check(self, entries: list[EntryRow]) -> None:
        """Compares the rows of the records in ``entries``, in what never changes of them."""
        declared = [entry for entry in entries if entry.taken and isinstance(entry.taken.payload, Credential)]
        if not declared:
            return
        some = {"first": declared[0].index, "last": declared[-1].index}
        records = {row["index"]: row for row in self._connection.execute(_RECORDS, some).mappings()}
        declarations = {row["record"]: row for row in self._connection.execute(_DECLARATIONS, some).mappings()}
        for entry in declared:
            assert entry.taken is not None
            credential = entry.taken.payload
            assert isinstance(credential, Credential)
            self._record(entry, credential, records.get(entry.index))
            self._declaration(entry, credential, declarations.get(entry.index))

    def check_standings(self) -> None:
        """Compares how each record stands, and looks for rows of what is no record."""
        seen = set()
        for index, standing, reason, at, superseded_by in self._connection.execute(_STANDINGS):
            seen.add(index)
            state = self._replay.records.get(index)
            if state is None:
                self._say(FaultCode.RECORD_ROW, f"record {index}", "the log has no such record")
                continue
            columns = (
                ("standing", standing, state.standing),
                ("standing_reason", reason, state.reason),
                ("standing_at", None if at is None else moment_of(at) or at, state.at),
                ("superseded_by", superseded_by, state.superseded_by),
            )
            self._compare(FaultCode.RECORD_ROW, f"record {index}", columns)
        for index in sorted(self._replay.records.keys() - seen):
            self._say(FaultCode.RECORD_ROW, f"record {index}", "the table has no row of it")
        for key, record in self._connection.execute(_STRAY):
            if record not in self._replay.records:
                said = f"it is published as record {record}, which the log does not have"
                self._say(FaultCode.DECLARATION_ROW, f"declaration {key}", said)

    def check_members(self) -> None:
        """Compares the members."""
        seen = set()
        for key, kind, content, joined, left_at in self._connection.execute(_MEMBERS):
            seen.add(key)
            place = f"member {key}"
            state = self._replay.members.get(key)
            if state is None:
                self._say(FaultCode.MEMBER_ROW, place, "the log knows no such member")
                continue
            try:
                kept = msgspec.json.decode(bytes_of(content), type=Member)
            except ValueError as problem:
                self._say(FaultCode.MEMBER_ROW, place, f"column content cannot be read: {problem}")
                kept = state.member
            columns = (
                ("content", kept, state.member),
                ("kind", kind, state.member.kind.value),
                ("joined", joined, state.joined),
                ("left_at", left_at, state.left),
            )
            self._compare(FaultCode.MEMBER_ROW, place, columns)
        for key in sorted(self._replay.members.keys() - seen):
            self._say(FaultCode.MEMBER_ROW, f"member {key}", "the table has no row of it")

    def _record(self, entry: EntryRow, credential: Credential, row: RowMapping | None) -> None:
        if row is None:
            return  # said once, when all rows have been seen
        declared = credential.credential_subject.declaration
        owner, path = credential.credential_subject.owner, record_path(declared) or ""
        state = self._replay.records.get(entry.index)
        words = search_text(*declared.product_name.values(), *owner.name.values(), path.rsplit("/", 1)[-1])
        columns = (
            ("declaration_id", row["declaration_id"], str(declared.id)),
            ("key_path", row["key_path"], path),
            ("version", row["version"], declared.version),
            ("owner_id", row["owner_id"], owner.id),
            ("owner_name", row["owner_name"], in_language(owner.name, "en")),
            ("name", bytes_of(row["name"]), msgspec.json.encode(declared.product_name)),
            ("claims", bytes_of(row["claims"]), record_claims(credential, entry.leaf)),
            ("issued", day_of(row["issued"]), credential.issued),
            ("expires", day_of(row["expires"]), declared.valid_until),
            ("search", row["search"], words),
            ("terms", _terms_in(row["terms"]), frozenset(terms_of(words).split())),
            ("signed_by", row["signed_by"], None if state is None else state.signed_by),
        )
        self._compare(FaultCode.RECORD_ROW, f"record {entry.index}", columns)

    def _declaration(self, entry: EntryRow, credential: Credential, row: RowMapping | None) -> None:
        declared = credential.credential_subject.declaration
        place = f"declaration {declared.id}"
        if row is None:
            self._say(FaultCode.DECLARATION_ROW, place, f"no row says that it is published as record {entry.index}")
            return
        try:
            content = msgspec.json.decode(bytes_of(row["content"]), type=Declaration)
            content = msgspec.structs.replace(content, version=declared.version, supersedes=declared.supersedes)
        except ValueError as problem:
            self._say(FaultCode.DECLARATION_ROW, place, f"column content cannot be read: {problem}")
            content = declared
        signed = credential.credential_subject.owner_signature
        signature = None if signed is UNSET else signed.encode()
        created, updated = moment_of(row["created_at"]), moment_of(row["updated_at"])
        columns = (
            ("id", row["id"], str(declared.id)),
            ("owner_id", row["owner_id"], declared.owner),
            ("state", row["state"], "published"),
            ("content", content, declared),
            ("signature", None if row["signature"] is None else bytes_of(row["signature"]), signature),
            ("updated_at", updated, moment_of(entry.at)),
        )
        self._compare(FaultCode.DECLARATION_ROW, place, columns)
        if created is None or (updated is not None and created > updated):
            self._say(FaultCode.DECLARATION_ROW, place, "column created_at is no time before updated_at")

    def _compare(self, code: FaultCode, place: str, columns: tuple[tuple[str, object, object], ...]) -> None:
        for name, found, due in columns:
            if found != due:
                self._say(code, place, f"column {name} is {_short(found)}, and the log gives {_short(due)}")

    def _say(self, code: FaultCode, place: str, sentence: str) -> None:
        self._faults.append(Fault(code, place, sentence))


def _terms_in(column: str) -> frozenset[str]:
    """The terms that a record is found by: PostgreSQL shows them sorted, each in quotes, which no term has."""
    return frozenset(column.replace("'", "").split())


def _short(value: object) -> str:
    text = str(value) if not isinstance(value, str | bytes) else repr(value)
    return text if len(text) <= 100 else f"{text[:100]}..."
