"""Search and versions, from the record projection."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date

import msgspec
from msgspec import Struct
from sqlalchemy import and_
from sqlmodel import Session, col, select

from registry.database.database import dialect_of
from registry.database.dialect import Matches
from registry.database.tables import LabelRow, RecordRow
from registry.products.terms import wanted
from schemas.gs1 import InvalidGs1, parse_gln, parse_gtin
from schemas.label import parse_claims
from schemas.text import Text
from schemas.verdict import Amount, Footprint, RecordSummary, VerdictCode

PAGE_SIZE = 25
MOST_FOUND = 1_000
"""As many results of a search are counted and shown: who wants all products takes the bundle, or the log."""

MAX_QUERY = 200
MAX_PAGE = 10_000

_LABELLED = select(RecordRow, LabelRow.text).join(
    LabelRow, and_(col(LabelRow.record) == RecordRow.index, col(LabelRow.path) == RecordRow.key_path)
)
"""Records, each with its own label's text."""


class Found(Struct, frozen=True):
    """One page of a search: ``page`` of ``pages``, from 1; ``total`` counts all results.

    With ``more``, there are more than ``total``; a later page may know of more, up to ``MOST_FOUND``.
    """

    query: str
    total: int
    page: int
    pages: int
    results: tuple[RecordSummary, ...]
    more: bool = False


def search(session: Session, query: str, page: int, today: date, size: int = PAGE_SIZE) -> Found:
    """The newest record of each product that holds all words of ``query``, in names, owner, GTIN or GLN.

    A word is found by its beginning; Chinese, and digits, by any part. No more than ``MOST_FOUND`` are told of.
    """
    keys = _key_paths(query)
    found = _with_key(session, keys, page, size) if keys else _with_words(session, query, page, size)
    newest_first = col(RecordRow.index).desc()
    rows = session.exec(_LABELLED.where(col(RecordRow.index).in_(found.indexes)).order_by(newest_first))
    pages = max(1, -(-found.total // size))
    return Found(query, found.total, page, pages, _summaries(rows, today), found.more)


def _with_key(session: Session, keys: list[str], page: int, size: int) -> Matches:
    """Of a product or place by its whole number."""
    newest = select(RecordRow.index).where(col(RecordRow.key_path).in_(keys), col(RecordRow.superseded_by).is_(None))
    indexes = session.exec(newest.order_by(col(RecordRow.index).desc())).all()
    return Matches(len(indexes), False, indexes[(page - 1) * size : page * size])


def _with_words(session: Session, query: str, page: int, size: int) -> Matches:
    """Of what holds all words."""
    looked_for = wanted(query[:MAX_QUERY].replace("\0", " "))  # no text of a database has U+0000
    start = (page - 1) * size
    if looked_for is None or start >= MOST_FOUND:
        return Matches(0, False, ())
    shown = slice(start, min(start + size, MOST_FOUND))
    return dialect_of(session).search(session.connection(), looked_for, shown, MOST_FOUND)


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


def _key_paths(query: str) -> list[str]:
    """The paths that a whole GTIN or GLN may name, 13 digits either; none for what is no such number."""
    paths: list[str] = []
    for prefix, parse in (("/01/", parse_gtin), ("/414/", parse_gln)):
        with suppress(InvalidGs1):
            paths.append(prefix + parse(query))
    return paths
