"""What the registry knows of products, for the rules of declarations that look beyond one declaration."""

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from keys import split_compact
from registry.database.tables import LogEntryRow, RecordRow
from schemas.declaration import Declaration
from schemas.entry import Credential
from schemas.findings import ComponentFacts
from schemas.gs1 import InvalidGs1, parse_gln, parse_gtin

_NEWEST = text("select owner_id, standing from record where key_path = :key_path order by version desc limit 1")
_NEWEST_OF = text(
    "select key_path, owner_id, standing from record where superseded_by is null and key_path in :key_paths"
).bindparams(bindparam("key_paths", expanding=True))
_AT_ONCE = 500
_STATUSES: dict[str, Literal["active", "suspended", "withdrawn"]] = {
    "active": "active",
    "suspended": "suspended",
    "withdrawn": "withdrawn",
}


def key_path_of(declaration: Declaration) -> str | None:
    """The GS1 path of the declared product or place; None when it names none, or not a good one."""
    try:
        if declaration.gtin is not None:
            return f"/01/{parse_gtin(declaration.gtin)}"
        return None if declaration.gln is None else f"/414/{parse_gln(declaration.gln)}"
    except InvalidGs1:
        return None


def credential_of(jws: bytes) -> Credential:
    """The credential inside a declaration's log entry."""
    return msgspec.json.decode(split_compact(jws).payload, type=Credential)


def revoked_parts(session: Session, declarations: Iterable[Declaration]) -> set[int]:
    """Those of the records that are parts of ``declarations`` that are suspended or withdrawn."""
    pinned = sorted({part.record for one in declarations for part in one.components if part.record is not None})
    found: set[int] = set()
    for start in range(0, len(pinned), _AT_ONCE):
        some = col(RecordRow.index).in_(pinned[start : start + _AT_ONCE])
        found |= set(session.exec(select(RecordRow.index).where(some, RecordRow.standing != "active")))
    return found


class KnownProducts:
    """A ``schemas.findings.Registered`` over the registry's tables."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._owners: dict[str, str | None] = {}

    def owner_of(self, key: str) -> str | None:
        """The member that a GTIN-14 or GLN belongs to: the owner of its newest record, unless that is withdrawn."""
        if key in self._owners:
            return self._owners[key]
        key_path = f"/01/{key}" if len(key) == 14 else f"/414/{key}"
        row = self._session.connection().execute(_NEWEST, {"key_path": key_path}).one_or_none()
        return None if row is None or row.standing == "withdrawn" else row.owner_id

    def read_owners(self, declarations: Iterable[Declaration]) -> None:
        """Looks the owners of all their products up, some hundreds a query: ``owner_of`` then asks no more for them."""
        wanted = {path for declaration in declarations if (path := key_path_of(declaration)) is not None}
        paths = [path for path in wanted if path.rsplit("/", 1)[1] not in self._owners]
        for start in range(0, len(paths), _AT_ONCE):
            some = paths[start : start + _AT_ONCE]
            found = self._session.connection().execute(_NEWEST_OF, {"key_paths": some})
            owners = {row.key_path: None if row.standing == "withdrawn" else row.owner_id for row in found}
            self._owners |= {path.rsplit("/", 1)[1]: owners.get(path) for path in some}

    def component(self, record: int) -> ComponentFacts | None:
        """The facts of the record at log index ``record``."""
        row = self._session.get(RecordRow, record)
        entry = self._session.get(LogEntryRow, record)
        if row is None or entry is None:
            return None
        return facts_of(row, credential_of(entry.jws).credential_subject.declaration)


def facts_of(row: RecordRow, declared: Declaration) -> ComponentFacts | None:
    """What a product that contains the record needs to know of it; None when it declares no figure."""
    unit, amount, total = declared.declared_unit, declared.declared_amount, declared.gwp_total
    if unit is None or amount is None or total is None:
        return None
    superseded = row.standing == "active" and row.superseded_by is not None
    return ComponentFacts(
        key=row.key_path.rsplit("/", 1)[1],
        declared_unit=unit,
        declared_amount=amount,
        gwp_total=total,
        mass_per_unit=declared.mass_per_unit,
        status="superseded" if superseded else _STATUSES[row.standing],
        components=tuple(part.record for part in declared.components if part.record is not None),
        reference_start=declared.reference_start,
        reference_end=declared.reference_end,
    )
