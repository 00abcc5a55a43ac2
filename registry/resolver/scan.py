"""What the page of a scan is made of, gathered from the registry."""

from datetime import date, datetime

import msgspec
from sqlmodel import Session

from registry.database.tables import LogEntryRow, RecordRow
from registry.declarations.known import KnownProducts, credential_of
from registry.objections.objections import counts
from registry.pages import ScanView, label_path
from registry.products.products import versions
from registry.web.service import Service
from schemas.declaration import Declaration
from schemas.findings import Finding, Registered, Severity, component_standing, findings
from schemas.gs1 import Gs1Path
from schemas.verdict import GENUINE, RecordSummary, Verdict


def scan_view(
    service: Service, label: str, verdict: Verdict, path: Gs1Path | None, target: tuple[str, str]
) -> ScanView:
    """The view of a scan of ``label``: ``target`` is the request's path and query. The record's content is shown only
    under a genuine verdict; otherwise what the registry says of that GTIN or GLN stands beside it."""
    view = ScanView(site=service.site, verdict=verdict, label=label, path=target[0], query=target[1])
    if path is None:
        return view
    with service.registry.database.reading() as session:
        found = versions(session, path.key_path, _day(verdict))
        if verdict.verdict not in GENUINE or verdict.record is None:
            return msgspec.structs.replace(view, registered=found[0] if found else None)
        return _with_record(session, view, verdict.record, found)


def _with_record(session: Session, view: ScanView, record: int, found: tuple[RecordSummary, ...]) -> ScanView:
    entry = session.get(LogEntryRow, record)
    row = session.get(RecordRow, record)
    assert entry is not None
    assert row is not None
    credential = credential_of(entry.jws)
    return msgspec.structs.replace(
        view,
        credential=credential,
        warnings=warnings_of(credential.credential_subject.declaration, KnownProducts(session)),
        versions=found,
        leaf_hash=entry.leaf.hex(),
        jws_url=f"/v1/records/{record}",
        label_svg_url=f"/v1/records/{record}/label.svg",
        key_id=view.verdict.key,
        objections=counts(session, record),
        newer_url=None if row.superseded_by is None else label_path(found[0].label),
    )


def warnings_of(declaration: Declaration, registered: Registered) -> tuple[Finding, ...]:
    """What the reviewer had to weigh, and which parts' records no longer hold: shown to everybody."""
    found = [*findings(declaration), *component_standing(declaration, registered)]
    return tuple(finding for finding in found if finding.severity is Severity.WARNING)


def _day(verdict: Verdict) -> date:
    assert verdict.log is not None
    moment: datetime = verdict.log.time
    return moment.date()
