"""The demonstration registry: the Carbon Catalogue's rows as declarations of their companies, published and labelled.

Nothing in it is real but the historic figures: the companies are not members, nothing was verified, and every page of
such a home says so. Running it again goes on where it was, or changes nothing: the day of the demonstration is that
on which its verification body joined.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlmodel import Session, select

from keys import split_compact
from registry.database.tables import LogEntryRow, MemberRow
from registry.errors import HomeError
from registry.home import CONFIG_FILE, Config, Home
from registry.imports.carbon_catalogue import catalogue_rows, companies
from registry.imports.files import Catalogue, read_catalogue
from registry.imports.load import load
from registry.imports.report import Report
from registry.imports.row import Row
from registry.members.members import join
from registry.records.publish import Published
from registry.records.standing import change_standing
from registry.registry import OPERATOR, Registry
from schemas.entry import EntryType, StatusEntry, StatusEvent
from schemas.member import Member, MemberKind
from schemas.text import Text

DATA = Path(__file__).parent / "data"
CONFIG = Config(name="carbonlabel demonstration registry", origin="id.example.org", demonstration=True)
BODY = Member(
    id="demonstration-body",
    name={"en": "Demonstration body - nothing was verified", "zh": "演示机构 - 未经任何核查"},
    kind=MemberKind.VERIFICATION_BODY,
    accreditation="none: demonstration",
    accreditation_until=date(2099, 12, 31),
)
SUSPENDED_FOR = "Demonstration of a suspension: nothing is wrong with this record"
WITHDRAWN_FOR = "Demonstration of a withdrawal: nothing is wrong with this record"

_UNTOUCHED = """
    select "index" from record
    where superseded_by is null and version = 1 and standing = 'active' and length(name) < 70
    order by "index" limit 1
"""
_EXAMPLE = """
    select "index", key_path, name, text from record join label on record = "index" and path = key_path
    where {} order by case when key_path = '/01/09521294200026' then 0 else 1 end, length(name), "index" limit 1
"""
_EXAMPLES = {
    "active": "standing = 'active' and superseded_by is null and version > 1",
    "superseded": "standing = 'active' and superseded_by is not null and length(name) < 200",
    "suspended": "standing = 'suspended'",
    "withdrawn": "standing = 'withdrawn'",
}
"""What an example of each standing has to be. A bottle of water, three years of it with stages, is the first choice."""


class ExampleLabel(Struct, frozen=True):
    """A label of the demonstration: its text, record and product, and how it stands."""

    standing: str
    record: int
    key_path: str
    product: Text
    text: str


class Demonstration(Struct, frozen=True):
    """What there is: the report of this run, the day of the demonstration, and a label of each standing."""

    report: Report
    day: date
    examples: tuple[ExampleLabel, ...]


def demonstrate(
    path: Path,
    environ: Mapping[str, str],
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
    acknowledge: Callable[[Published], None] | None = None,
    database: str = "",
) -> Demonstration:
    """Makes the home at ``path`` a demonstration, or completes it; a new one gets ``database``, or a file in the home.

    Raises ``HomeError`` for a home of another kind, or with another database.
    """
    registry = open_or_create(path, environ, database)
    try:
        catalogue = shipped()
        day = join_members(registry, companies(catalogue.products), now)
        rows = demonstration_rows(catalogue, day)
        report = load(registry, rows, member=None, publish=True, now=now, progress=progress, acknowledge=acknowledge)
        change_standings(registry, now)
        return Demonstration(report, day, examples(registry))
    finally:
        registry.close()


def open_or_create(path: Path, environ: Mapping[str, str], database: str = "") -> Registry:
    """The demonstration home at ``path``. Raises ``HomeError`` when there is a home that is not a demonstration, or
    is one with another database than ``database`` names."""
    if not (path / CONFIG_FILE).exists():
        return Registry.create(path, msgspec.structs.replace(CONFIG, database=database), environ)
    if database and Home.open(path).config.database != database:
        raise HomeError(f"{path} has a database already: `carbonlabel move-database` moves it to another")
    registry = Registry.open(path, environ)
    if registry.config.demonstration:
        return registry
    registry.close()
    raise HomeError(f"{path} is a registry at work, and stays as it is: name another folder for the demonstration")


@cache
def shipped() -> Catalogue:
    """The shipped subset of the Carbon Catalogue."""
    return read_catalogue(DATA / "products.csv")


def demonstration_rows(catalogue: Catalogue, day: date) -> list[Row]:
    """The rows with the demonstration body's statement, whose report is the data file: the only document there is."""
    return catalogue_rows(
        catalogue.products,
        catalogue.stages,
        day,
        {
            "body": BODY.id,
            "standard": "none: demonstration",
            "level": "limited",
            "date": day.isoformat(),
            "report_sha256": sha256((DATA / "products.csv").read_bytes()).hexdigest(),
        },
    )


def join_members(registry: Registry, members: Sequence[Member], now: datetime) -> date:
    """Has the demonstration body and the companies join, all at once, unless they have. Returns the day they did."""
    with registry.database.writing() as session:
        body = session.get(MemberRow, BODY.id)
        if body is not None:
            return _joined(session, body)
        writer = registry.log_writer(session, now)
        for member in (BODY, *members):
            join(session, writer, member, now)
        writer.flush()
    return now.astimezone(UTC).date()


def _joined(session: Session, body: MemberRow) -> date:
    entry = session.get(LogEntryRow, body.joined)
    assert entry is not None
    return entry.at.date()


def change_standings(registry: Registry, now: datetime) -> None:
    """Suspends one record and withdraws another, unless that has been done."""
    for event, reason in ((StatusEvent.SUSPENDED, SUSPENDED_FOR), (StatusEvent.WITHDRAWN, WITHDRAWN_FOR)):
        with registry.database.writing() as session:
            index = session.connection().exec_driver_sql(_UNTOUCHED).scalar()
            if index is not None and reason not in _reasons_given(session):
                change_standing(session, registry.log_writer(session, now), index, event, reason, OPERATOR, now)


def _reasons_given(session: Session) -> set[str]:
    """Every reason that the log has for a change of standing."""
    entries = session.exec(select(LogEntryRow.jws).where(LogEntryRow.typ == EntryType.STATUS))
    return {msgspec.json.decode(split_compact(jws).payload, type=StatusEntry).reason for jws in entries}


def examples(registry: Registry) -> tuple[ExampleLabel, ...]:
    """One label of each standing: active, superseded, suspended, withdrawn."""
    found = []
    with registry.database.reading() as session:
        for standing, condition in _EXAMPLES.items():
            row = session.connection().exec_driver_sql(_EXAMPLE.format(condition)).first()
            if row is not None:
                index, key_path, name, label = row
                product = msgspec.json.decode(name, type=Text)
                found.append(ExampleLabel(standing, index, key_path, product, label))
    return tuple(found)
