"""A record's label: the text that was minted for it, and what the artwork shows beside the code."""

from sqlmodel import Session, select

from registry.database.tables import LabelRow
from registry.declarations.known import credential_of
from registry.errors import NotFound
from registry.home import Config
from registry.labels.artwork import LabelArt
from registry.records.standing import entry_row, record_row
from schemas.label import parse_claims, parse_label
from schemas.text import Text
from schemas.verdict import Amount, Footprint

DEMONSTRATION_NOTICE: Text = {"en": "Demonstration - not a real label", "zh": "演示标签 - 并非真实标签"}


def label_text(session: Session, record: int, path: str | None = None) -> str:
    """The text of the record's label for ``path``, by default its product or place. Raises ``NotFound``."""
    wanted = path or record_row(session, record).key_path
    row = session.exec(select(LabelRow).where(LabelRow.record == record, LabelRow.path == wanted)).one_or_none()
    if row is None:
        raise NotFound("no label of record {record} was minted for {path}", record=record, path=wanted)
    return row.text


def art_of(session: Session, record: int, text: str, config: Config) -> LabelArt:
    """What the label ``text`` of ``record`` shows."""
    claims = parse_claims(record_row(session, record).claims)
    path = parse_label(text).path
    subject = credential_of(entry_row(session, record).jws).credential_subject
    return LabelArt(
        text=text,
        footprint=Footprint(claims.footprint, Amount(claims.amount, claims.unit)),
        boundary=claims.boundary,
        year=claims.year,
        verifier=subject.verifier.name,
        gtin=path.gtin,
        gln=path.gln,
        lot=path.lot,
        serial=path.serial,
        stages=subject.declaration.stages,
        notice=DEMONSTRATION_NOTICE if config.demonstration else {},
    )
