"""Label sets: labels below class level - lots, serial numbers, variants, extensions - logged, minted and kept.

The log names each path before its label leaves the registry, so that a thief of the label key cannot invent a lot.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import insert
from sqlmodel import Session, col, select

from keys import Signer
from registry.audit.changes import Change
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.tables import LabelRow, RecordRow
from registry.errors import InvalidInput, WrongState
from registry.labels.minting import mint
from registry.log.append import LogWriter
from registry.records.standing import record_row
from schemas.entry import EntryType, LabelsEntry
from schemas.gs1 import Gs1Path

MOST_SERIALS = 100_000
"""Serial numbers of one range or file: more is a mistake, or a job for several calls."""

_PATHS_OF_AN_ENTRY = 200
"""A path has at most 210 characters, which is 284 in base64, and an entry at most 65,535."""

_RANGE = re.compile(r"(?P<prefix>.*?)(?P<first>[0-9]{1,15})-(?P=prefix)(?P<last>[0-9]{1,15})", re.ASCII)


def mint_set(
    session: Session,
    writer: LogWriter,
    signer: Signer,
    host: str,
    record: int,
    paths: Sequence[Gs1Path],
    now: datetime,
) -> list[str]:
    """The labels of the record for ``paths``, in their order: those not yet minted are logged and minted, once.

    Raises ``InvalidInput`` for a path of another product or place, ``WrongState`` for a record that was taken back.
    """
    row = record_row(session, record)
    if row.standing != "active":
        raise WrongState("record {record} is {state}: no labels are minted for it", record=record, state=row.standing)
    for path in paths:
        if path.key_path != row.key_path:
            raise InvalidInput(
                "record {record} is of {key}, and the label would be for {path}",
                "$.path",
                record=record,
                key=row.key_path,
                path=path.key_path,
            )
    kept = select(LabelRow.path, LabelRow.text).where(LabelRow.record == record)
    texts = dict(session.exec(kept).all())
    missing = {path.text: path for path in paths if path.text not in texts}
    minted = {text: mint(row.claims, path, host, signer) for text, path in missing.items()}
    log_paths(writer, record, list(minted), now)
    writer.flush()
    if minted:
        rows = [{"record": record, "path": path, "text": text} for path, text in minted.items()]
        session.connection().execute(insert(LabelRow), rows)
        changed = (Change("/labels", None, len(rows)),)
        noted(session, now, Step(Did.LABELLED, f"record/{record}", row.owner_id, changed))
    return [(texts | minted)[path.text] for path in paths]


def log_paths(writer: LogWriter, record: int, paths: Sequence[str], now: datetime) -> None:
    """Appends that labels of ``record`` are minted for ``paths``, some hundreds an entry."""
    for start in range(0, len(paths), _PATHS_OF_AN_ENTRY):
        entry = LabelsEntry(record, tuple(paths[start : start + _PATHS_OF_AN_ENTRY]), now)
        writer.append(EntryType.LABELS, msgspec.json.encode(entry), about=record)


def mint_below_class(
    session: Session, writer: LogWriter, signer: Signer, host: str, record: int, path: Gs1Path, now: datetime
) -> str:
    """The one label of the record for ``path``; as ``mint_set``, but the class-level label is there already."""
    if path.is_class_level:
        row = record_row(session, record)
        kept = session.get(LabelRow, (record, path.text))
        if kept is not None and row.key_path == path.key_path:
            return kept.text
    (text,) = mint_set(session, writer, signer, host, record, [path], now)
    return text


def mint_again(session: Session, writer: LogWriter, signer: Signer, host: str, first: int, now: datetime) -> int:
    """Mints every label of the records from index ``first`` on anew, logged; returns how many."""
    query = (
        select(LabelRow, RecordRow.claims)
        .join(RecordRow, col(RecordRow.index) == LabelRow.record)
        .where(LabelRow.record >= first)
        .order_by(col(LabelRow.record), col(LabelRow.path))
    )
    anew: dict[int, list[str]] = {}
    for label, claims in session.exec(query):
        label.text = mint(claims, Gs1Path(label.path), host, signer)
        session.add(label)
        anew.setdefault(label.record, []).append(label.path)
    for record, paths in anew.items():
        log_paths(writer, record, paths, now)
    writer.flush()
    return sum(map(len, anew.values()))


def serial_range(text: str) -> Iterator[str]:
    """The serial numbers of ``0001-0500`` or ``AB07-AB12``, leading zeros kept. Raises ``InvalidInput``."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise InvalidInput(
            "{text} is not a range of serial numbers such as 0001-0500 or AB07-AB12",
            "$.serials",
            text=f"{text[:60]!r}",
        )
    first, last = match["first"], match["last"]
    if int(last) < int(first) or len(last) < len(first):
        raise InvalidInput("the range {text} ends before it starts", "$.serials", text=f"{text[:60]!r}")
    count = int(last) - int(first) + 1
    if count > MOST_SERIALS:
        raise InvalidInput(
            "{count} serial numbers at once are too many: at most {most}",
            "$.serials",
            count=count,
            most=MOST_SERIALS,
        )
    return (f"{match['prefix']}{number:0{len(first)}}" for number in range(int(first), int(last) + 1))
