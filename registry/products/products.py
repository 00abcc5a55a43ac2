"""Search and versions, from the record projection."""

from collections.abc import Iterable
from datetime import date

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col, select

from registry.database.tables import LabelRow, RecordRow
from registry.records.publish import search_text
from schemas.gs1 import InvalidGs1, parse_gtin
from schemas.label import parse_claims
from schemas.text import Text
from schemas.verdict import Amount, Footprint, RecordSummary, VerdictCode

PAGE_SIZE = 25
MAX_QUERY = 200
MAX_PAGE = 10_000

_LABELLED = select(RecordRow, LabelRow.text).join(
    LabelRow, and_(col(LabelRow.record) == RecordRow.index, col(LabelRow.path) == RecordRow.key_path)
)
"""Records, each with its own label's text."""


class Found(Struct, frozen=True):
    """One page of a search: ``page`` of ``pages``, from 1; ``total`` counts all results."""

    query: str
    total: int
    page: int
    pages: int
    results: tuple[RecordSummary, ...]


def search(session: Session, query: str, page: int, today: date, size: int = PAGE_SIZE) -> Found:
    """The newest record of each product that holds all words of ``query``, in names, owner, GTIN or GLN."""
    wanted = (col(RecordRow.superseded_by).is_(None), *_conditions(query))
    total = session.exec(select(func.count()).select_from(RecordRow).where(*wanted)).one()
    rows = session.exec(
        _LABELLED.where(*wanted).order_by(col(RecordRow.index).desc()).offset((page - 1) * size).limit(size)
    )
    pages = max(1, -(-total // size))
    return Found(query, total, page, pages, _summaries(rows, today))


def versions(session: Session, key_path: str, today: date) -> tuple[RecordSummary, ...]:
    """Every published version of the product or place at ``key_path``, newest first."""
    query = _LABELLED.where(RecordRow.key_path == key_path).order_by(col(RecordRow.version).desc())
    return _summaries(session.exec(query), today)


def _summaries(rows: Iterable[tuple[RecordRow, str]], today: date) -> tuple[RecordSummary, ...]:
    return tuple(summary(row, label, today) for row, label in rows)


def summary(row: RecordRow, label: str, today: date) -> RecordSummary:
    """A record in a list, with what a scan of its label would say today."""
    claims = parse_claims(row.claims)
    key = row.key_path.rsplit("/", 1)[1]
    is_product = row.key_path.startswith("/01/")
    return RecordSummary(
        record=row.index,
        verdict=standing_verdict(row, today),
        gtin=key if is_product else None,
        gln=None if is_product else key,
        name=msgspec.json.decode(row.name, type=Text),
        owner=row.owner_name,
        version=row.version,
        footprint=Footprint(claims.footprint, Amount(claims.amount, claims.unit)),
        boundary=claims.boundary,
        year=claims.year,
        issued=row.issued,
        expires=row.expires,
        label=label,
    )


def standing_verdict(row: RecordRow, today: date) -> VerdictCode:
    """What the judge would say of the record's genuine label on day ``today``: the same order of precedence."""
    if row.standing != "active":
        return VerdictCode(row.standing)
    if today > row.expires:
        return VerdictCode.EXPIRED
    return VerdictCode.VALID if row.superseded_by is None else VerdictCode.SUPERSEDED


def _conditions(query: str) -> list[ColumnElement[bool]]:
    try:
        return [col(RecordRow.key_path) == f"/01/{parse_gtin(query)}"]
    except InvalidGs1:
        words = search_text(query[:MAX_QUERY].replace("\0", " ")).split()  # no database holds it in a text
        return [col(RecordRow.search).contains(word, autoescape=True) for word in words]
