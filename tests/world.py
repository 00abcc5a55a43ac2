"""A small alliance for tests: a registry in a folder, its members, sound declarations, and records made of them.

    registry = new_registry(tmp_path / "home")          # MAKER, RIVAL and CHECKER are members; its clock stands at NOW
    (record,) = published(registry, 1)                  # in the log, with its label
    verdict_on(registry, record.label)                  # "valid", judged against the registry's own log
    assert_sound(registry)                              # everything that must hold of a registry at any time, holds

Real keys, a real database, no stand-ins. GTINs and GLNs are demonstration numbers (prefix 952).
"""

import json
import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session, col, select

from keys import Signer, split_compact, verify_compact
from registry.database.tables import DeclarationRow, LabelRow, LogEntryRow, RecordRow
from registry.declarations import life
from registry.declarations.known import credential_of
from registry.home import Config, Home
from registry.log.append import log_size
from registry.log.reader import published_size
from registry.members.members import join
from registry.records.publish import Published, publish
from registry.records.standing import change_standing
from registry.registry import OPERATOR, Registry, fill_home
from registry.verification.online import OnlineVerifier
from schemas.declaration import AssuranceLevel, Boundary, Declaration, DeclaredUnit, Verification
from schemas.entry import StatusEvent, claims_of, leaf_hash
from schemas.gs1 import check_digit
from schemas.label import encode_claims
from schemas.member import Member, MemberKind
from schemas.verdict import Verdict
from tests.databases import FOLDER, SQLITE, copy_home, database_for, give_tables, kind
from verifier import inspect_label

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
"""The day on which the tests' declarations are published; they hold from VALID_FROM to VALID_UNTIL."""
VALID_FROM, VALID_UNTIL = date(2026, 3, 1), date(2028, 3, 1)
ORIGIN = "id.example.org"
_PATIENCE = 60.0
ENVIRON = {"CARBONLABEL_PASSPHRASE": "a passphrase for tests"}

MAKER = Member(
    id="maker", name={"en": "Maker Works", "zh": "制造厂"}, kind=MemberKind.MANUFACTURER, ids=("urn:gln:9521111111110",)
)
RIVAL = Member(id="rival", name={"en": "Rival Works"}, kind=MemberKind.MANUFACTURER)
ACCREDITED: dict[str, Any] = {"accreditation": "Example Accreditor", "accreditation_until": date(2099, 12, 31)}
CHECKER = Member(id="checker", name={"en": "Checker Body"}, kind=MemberKind.VERIFICATION_BODY, **ACCREDITED)

VERIFICATION = Verification(
    body=CHECKER.id,
    standard="ISO 14064-3",
    level=AssuranceLevel.LIMITED,
    date=date(2026, 2, 1),
    report_sha256="0f" * 32,
)


def gtin(number: int) -> str:
    """The GTIN-14 of demonstration product ``number``, 0 to 999,999,999."""
    digits = f"0952{number:09}"
    return digits + check_digit(digits)


def gln(number: int) -> str:
    """The GLN of demonstration place ``number``, 0 to 999,999,999."""
    digits = f"952{number:09}"
    return digits + check_digit(digits)


def a_declaration(number: int, **changes: Any) -> Declaration:
    """A sound declaration of product ``number``, without id, owner and verification; ``changes`` replace fields."""
    fields: dict[str, Any] = {
        "product_name": {"en": f"Steel beam {number}", "zh": f"钢梁 {number}"},
        "gtin": None if changes.get("gln") else gtin(number),
        "declared_unit": DeclaredUnit.KILOGRAM,
        "declared_amount": Decimal(1),
        "boundary": Boundary.CRADLE_TO_GATE,
        "gwp_total": Decimal("1.7"),
        "reference_start": date(2025, 1, 1),
        "reference_end": date(2025, 12, 31),
        "valid_from": VALID_FROM,
        "valid_until": VALID_UNTIL,
        "standards": ("ISO 14067",),
    }
    return Declaration(**(fields | changes))


def a_place(number: int, **changes: Any) -> Declaration:
    """A sound declaration of place ``number``: a year of a building's emissions per square meter."""
    fields = {"gln": gln(number), "declared_unit": DeclaredUnit.SQUARE_METER, "product_name": {"en": f"Hall {number}"}}
    return a_declaration(number, **(fields | changes))


def new_registry(path: Path, environ: Mapping[str, str] = ENVIRON, **config: Any) -> Registry:
    """A registry made at ``path`` and opened, with the members MAKER, RIVAL and CHECKER beside its operator.

    Its log has seven entries: three keys, the operator, three members. The caller closes it. One at a path ``.../home``
    is a copy of the first that was made so, keys and all; any other has keys that no registry has.
    """
    named: dict[str, Any] = {"name": "Low-Carbon Alliance", "origin": ORIGIN} | config
    how = repr((kind(), sorted(named.items()), sorted(environ.items())))
    if "database" in named or path.name != "home":
        _make(path, environ, named)
    else:
        if how not in _kept:
            kept = Path(tempfile.mkdtemp(dir=os.environ[FOLDER])) / "home"
            _make(kept, environ, named)
            _kept[how] = kept
        copy_home(_kept[how], path)
    return Registry.open(path, environ)


_kept: dict[str, Path] = {}


def _make(path: Path, environ: Mapping[str, str], named: dict[str, Any]) -> None:
    config = msgspec.convert({"database": database_for(path), **named}, Config)

    def fill(home: Home) -> None:
        give_tables(home)
        fill_home(home, environ)

    Home.create(path, config, fill)
    with closing(Registry.open(path, environ)) as registry, registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        for member in (MAKER, RIVAL, CHECKER):
            join(session, writer, member, NOW)
        writer.flush()


def submitted(registry: Registry, declarations: Iterable[Declaration], owner: str = MAKER.id) -> list[UUID]:
    """The declarations as ``owner`` submitted them; their ids."""
    with registry.database.writing() as session:
        drawn = [life.create(session, declaration, owner, NOW) for declaration in declarations]
        session.flush()
        for key in drawn:
            life.submit(session, life.row_of(session, key), NOW)
    return drawn


def verified(
    registry: Registry,
    declarations: Iterable[Declaration],
    owner: str = MAKER.id,
    verification: Verification = VERIFICATION,
) -> list[UUID]:
    """The declarations, submitted by ``owner`` and verified by CHECKER: ready to publish. Their ids."""
    drawn = submitted(registry, declarations, owner)
    with registry.database.writing() as session:
        for key in drawn:
            life.state_verification(session, life.row_of(session, key), verification, OPERATOR, NOW)
    return drawn


def published(
    registry: Registry, declarations: int | Iterable[Declaration], owner: str = MAKER.id, now: datetime = NOW
) -> list[Published]:
    """Records of ``declarations``, or of products 0 to n-1, owned by ``owner`` and published at ``now``."""
    wanted = map(a_declaration, range(declarations)) if isinstance(declarations, int) else declarations
    done: list[Published] = []
    for outcome in publish(registry, verified(registry, wanted, owner), now):
        assert isinstance(outcome, Published), outcome
        done.append(outcome)
    return done


def change(registry: Registry, record: int, event: StatusEvent, reason: str = "the report was mistaken") -> None:
    """The operator suspends, reinstates or withdraws ``record``, at NOW."""
    with registry.database.writing() as session:
        change_standing(session, registry.log_writer(session, NOW), record, event, reason, OPERATOR, NOW)


def verdict_on(registry: Registry, label: str, now: datetime = NOW, expect: str | None = None) -> Verdict:
    """The verdict on ``label``, at ``now``, against the registry's log as it is."""
    verifier = OnlineVerifier(registry)
    try:
        return verifier.verify(label, now, expect)
    finally:
        verifier.close()


def label_key(registry: Registry) -> Signer:
    """The label key in force: what a thief of it would hold."""
    with registry.database.reading() as session:
        return registry.keys_in_force(session).label


def record_key(registry: Registry) -> Signer:
    """The record key in force."""
    with registry.database.reading() as session:
        return registry.keys_in_force(session).record


def until_published(registry: Registry) -> None:
    """Waits until whoever serves the registry has published the log as it is now."""
    with registry.database.reading() as session:
        size = log_size(session)
    until = time.monotonic() + _PATIENCE
    while published_size(registry.store()) < size:
        assert time.monotonic() < until, "nobody sequences"
        time.sleep(0.05)


class Entry(Struct, frozen=True):
    """A log entry as stored."""

    index: int
    typ: str
    jws: bytes
    leaf: bytes


def log_of(registry: Registry) -> list[Entry]:
    """The whole log, in order."""
    with registry.database.reading() as session:
        rows = session.exec(select(LogEntryRow).order_by(col(LogEntryRow.index)))
        return [Entry(row.index, row.typ, row.jws, row.leaf) for row in rows]


def assert_sound(registry: Registry) -> None:
    """Whatever was done or went wrong before, a registry is whole: log, records, labels and declarations agree.

    Indexes without gap; each leaf hash that of the entry; each signature good, by a key good at that index; each record
    at the index that it names, its versions an unbroken chain; its claims those of the entry; each label authentic;
    no declaration published that is not in the log.
    """
    with registry.database.reading() as session:
        _assert_log_sound(registry, session)
        _assert_records_sound(registry, session)
        _assert_declarations_sound(session)
        if registry.database.url.drivername == SQLITE:
            assert session.connection().execute(text("pragma integrity_check")).scalar() == "ok"
            assert session.connection().execute(text("pragma foreign_key_check")).all() == []


def _assert_log_sound(registry: Registry, session: Session) -> None:
    windows = registry.keys_in_force(session).trust.record_keys()
    public = {kid: window.key for kid, window in windows.items()}
    for at, row in enumerate(session.exec(select(LogEntryRow).order_by(col(LogEntryRow.index)))):
        assert row.index == at
        assert row.leaf == leaf_hash(row.jws)
        kid = verify_compact(row.jws, public, row.typ).header.kid
        assert windows[kid].good_for_record(at), f"entry {at} is signed by {kid}, which was not good there"


def _assert_records_sound(registry: Registry, session: Session) -> None:
    rows = session.exec(select(RecordRow).order_by(col(RecordRow.index))).all()
    entries = {row.index: row for row in session.exec(select(LogEntryRow).where(LogEntryRow.typ == "vc+jwt"))}
    assert entries.keys() == {row.index for row in rows}
    newest: dict[str, RecordRow] = {}
    for row in rows:
        credential = credential_of(entries[row.index].jws)
        declared = credential.credential_subject.declaration
        older = newest.get(row.key_path)
        assert credential.record == row.index
        assert str(declared.id) == row.declaration_id
        assert (declared.version, declared.supersedes) == (
            (1, None) if older is None else (older.version + 1, older.index)
        )
        assert row.version == declared.version
        assert older is None or older.superseded_by == row.index
        assert row.claims == encode_claims(claims_of(credential, entries[row.index].leaf))
        newest[row.key_path] = row
    assert all(row.superseded_by is None for row in newest.values())
    public = {kid: window.key for kid, window in registry.keys_in_force(session).trust.label_keys().items()}
    labels = session.exec(select(LabelRow)).all()
    assert {(row.index, row.key_path) for row in rows} <= {(label.record, label.path) for label in labels}
    for label in labels:
        found = inspect_label(label.text, public)
        assert found.finding == "authentic"
        assert found.path is not None
        assert found.path.text == label.path
        assert found.claims is not None
        assert found.claims.record == label.record


def _assert_declarations_sound(session: Session) -> None:
    records = {row.declaration_id: row.index for row in session.exec(select(RecordRow))}
    for row in session.exec(select(DeclarationRow)):
        assert (row.state == life.DeclarationState.PUBLISHED) == (row.id in records)
        assert row.record == records.get(row.id)
        assert msgspec.json.decode(row.content, type=Declaration).owner == row.owner_id


def payload_of(entry: Entry) -> dict[str, Any]:
    """What an entry says, as any JSON reader reads it."""
    return json.loads(split_compact(entry.jws).payload)


def entries_of(registry: Registry, typ: str) -> list[Entry]:
    """The log's entries of one kind, in order."""
    return [entry for entry in log_of(registry) if entry.typ == typ]
