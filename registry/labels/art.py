"""A record's label: the text that was minted for it, and what the artwork shows beside the code."""

from datetime import datetime

import msgspec
from sqlmodel import Session, select

from keys import Signer
from registry.database.tables import LabelRow
from registry.declarations.known import credential_of
from registry.errors import InvalidInput, NotFound
from registry.home import Config
from registry.labels.artwork import LabelArt
from registry.labels.minting import mint
from registry.log.append import LogWriter
from registry.records.standing import entry_row, record_row
from schemas.entry import EntryType, LabelsEntry
from schemas.gs1 import Gs1Path
from schemas.label import parse_claims, parse_label
from schemas.text import Text
from schemas.verdict import Amount, Footprint

DEMONSTRATION_NOTICE: Text = {"en": "Demonstration - not a real label", "zh": "演示标签 - 并非真实标签"}


def label_text(session: Session, record: int, path: str | None = None) -> str:
    """The text of the record's label for ``path``, by default its product or place. Raises ``NotFound``."""
    wanted = path or record_row(session, record).key_path
    row = session.exec(select(LabelRow).where(LabelRow.record == record, LabelRow.path == wanted)).one_or_none()
    if row is None:
        raise NotFound(f"no label of record {record} was minted for {wanted}")
    return row.text


def mint_below_class(
    session: Session, writer: LogWriter, signer: Signer, host: str, record: int, path: Gs1Path, now: datetime
) -> str:
    """The label of the record for a lot, serial number, variant or extension: logged, minted and kept, once.

    Raises ``InvalidInput`` for a path of another product or place.
    """
    row = record_row(session, record)
    if path.key_path != row.key_path:
        raise InvalidInput(
            f"record {record} is of {row.key_path}, and the label would be for {path.key_path}", "$.path"
        )
    kept = session.get(LabelRow, (record, path.text))
    if kept is not None:
        return kept.text
    entry = LabelsEntry(record, (path.text,), now)
    writer.append(EntryType.LABELS, msgspec.json.encode(entry), about=record)
    text = mint(row.claims, path, host, signer)
    session.add(LabelRow(record=record, path=path.text, text=text))
    writer.flush()
    return text


def art_of(session: Session, record: int, text: str, config: Config) -> LabelArt:
    """What the label ``text`` of ``record`` shows."""
    claims = parse_claims(record_row(session, record).claims)
    path = parse_label(text).path
    return LabelArt(
        text=text,
        footprint=Footprint(claims.footprint, Amount(claims.amount, claims.unit)),
        boundary=claims.boundary,
        year=claims.year,
        verifier=credential_of(entry_row(session, record).jws).credential_subject.verifier.name,
        gtin=path.gtin,
        gln=path.gln,
        lot=path.lot,
        serial=path.serial,
        notice=DEMONSTRATION_NOTICE if config.demonstration else {},
    )
