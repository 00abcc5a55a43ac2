"""The release of a year's outstanding cases: the shortlist as a dataset, and its hash as an entry of the log.

The dataset follows from what was nominated and scored, so the one that two people agree on is the one that is released.
"""

import csv
import io
from datetime import datetime
from hashlib import sha256

import msgspec
from sqlmodel import Session

from registry.access.approvals import takes_two
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.cases.calls import Phase, call_of, call_row, require_phase
from registry.cases.nominations import CaseState, case_of, cases, new_reasons
from registry.cases.scoring import ranked
from registry.database.cases_tables import CaseRow
from registry.database.tables import MemberRow
from registry.errors import WrongState
from registry.log.append import LogWriter
from registry.records.credential import party
from registry.registry import OPERATOR
from schemas.cases import ReleasedCase, ReleasedCases
from schemas.entry import CasesEntry, EntryType, Party
from schemas.member import Member
from schemas.text import in_language

_COLUMNS = ("category", "rank", "tied", "score", "experts", "organisation", "title_en", "title_zh", "records", "id")


def dataset(session: Session, year: int, origin: str) -> bytes:
    """The dataset of ``year`` as it is now: the same bytes for the same cases and scores. Raises ``NotFound``."""
    call = call_of(call_row(session, year))
    rows = {row.id: row for row in cases(session, year)}
    released = []
    for one in ranked(session, year):
        row, case = rows[one.case], case_of(rows[one.case])
        released.append(
            ReleasedCase(
                id=row.id,
                category=one.category,
                rank=one.rank,
                tied=one.tied,
                score=one.shown,
                experts=one.experts,
                title=case.title,
                description=case.description,
                organisation=_party(session, row.member_id),
                nominated_by=_party(session, row.nominated_by),
                records=case.records,
            )
        )
    told = ReleasedCases(
        registry=origin,
        year=year,
        title=call.title,
        criteria=call.criteria,
        places=call.places,
        nominated=len(rows),
        eligible=sum(row.state == CaseState.ELIGIBLE for row in rows.values()),
        cases=tuple(released),
    )
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def _party(session: Session, member_id: str) -> Party:
    """A member, also one that has left since, as the log names it."""
    row = session.get(MemberRow, member_id)
    assert row is not None
    return party(msgspec.json.decode(row.content, type=Member))


def to_agree_on(session: Session, year: int, origin: str, now: datetime) -> tuple[str, bool]:
    """What is proposed: the year with the SHA-256 of its dataset; and whether it takes two people.

    Raises ``NotFound``, and ``WrongState`` before scoring has closed, after the release, with no case to release, and
    while something speaks against one that the operator has not looked at: such as a record suspended since.
    """
    require_phase(call_row(session, year), now.date(), Phase.CLOSED)
    content = dataset(session, year, origin)
    released = read_dataset(content).cases
    if not released:
        raise WrongState("no case of {year} has scores enough to be released", year=year)
    _require_sound(session, [str(case.id) for case in released], now)
    return f"{year} {sha256(content).hexdigest()}", takes_two(session, OPERATOR)


def _require_sound(session: Session, chosen: list[str], now: datetime) -> None:
    for key in chosen:
        row = session.get_one(CaseRow, key)
        found = new_reasons(session, row, now.date())
        if found:
            words = "{reasons} now speaks against {title} ({key}): decide anew whether it may take part"
            title = in_language(case_of(row).title, "en")
            raise WrongState(words, reasons=found, title=f"{title!r}", key=key)


def release(session: Session, writer: LogWriter, subject: str, origin: str, now: datetime) -> CasesEntry:
    """Releases what was agreed on: the dataset is kept, and its hash logged.

    Raises ``WrongState`` when the dataset is another by now, and what ``to_agree_on`` raises.
    """
    year = int(subject.partition(" ")[0])
    row = call_row(session, year)
    if to_agree_on(session, year, origin, now)[0] != subject:
        raise WrongState("the cases of {year} are others than those agreed on: propose the release anew", year=year)
    content = dataset(session, year, origin)
    entry = CasesEntry(year, sha256(content).hexdigest(), len(read_dataset(content).cases), now)
    appended = writer.append(EntryType.CASES, msgspec.json.encode(entry))
    row.dataset, row.entry, row.released_at = content, appended.index, now
    session.add(row)
    noted(session, now, Step(Did.RELEASED, f"call/{year}", OPERATOR))
    writer.flush()
    return entry


def read_dataset(content: bytes) -> ReleasedCases:
    """The dataset in these bytes."""
    return msgspec.json.decode(content, type=ReleasedCases)


def as_csv(content: bytes) -> str:
    """The cases of a dataset as CSV (RFC 4180), a row each; no cell begins as a formula does."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_COLUMNS)
    for case in read_dataset(content).cases:
        names = [case.organisation.id, case.title.get("en", ""), case.title.get("zh", "")]
        figures = [case.category, case.rank, "yes" if case.tied else "no", case.score, case.experts]
        rows.writerow([*figures, *map(_cell, names), " ".join(map(str, case.records)), case.id])
    return out.getvalue()


def _cell(words: str) -> str:
    return f"'{words}" if words[:1] in ("=", "+", "-", "@", "\t", "\r") else words
