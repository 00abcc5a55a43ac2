"""Artwork for many labels as a job: sheets to print, as one PDF, or a zip of SVG files.

A job's labels are those of its member's own newest records that stand: all of them, those of some products, or a set
below one product. Labels of a set that are not minted yet are logged and minted first, once.
"""

import io
import zipfile
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import quote

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from registry.database.author import Author
from registry.database.job_tables import JobRow
from registry.database.tables import LabelRow, RecordRow
from registry.errors import InvalidInput, NotFound
from registry.jobs import files, queue
from registry.jobs.working import Work
from registry.labels.art import art_of
from registry.labels.artwork import LabelArt, Variant, layout_on, render_svg
from registry.labels.layout import Layout
from registry.labels.pdf import sheets_pdf
from registry.labels.refusals import MOST_TOLD, LabelsRefused, does_not_fit, not_in_force
from registry.labels.sets import mint_set
from registry.labels.sheets import FORMS, SheetForm
from registry.registry import Registry
from schemas.findings import Finding
from schemas.gs1 import Gs1Path, InvalidGs1, parse_path
from schemas.label import parse_label

KIND = "labels"
ARTWORK = "artwork"
"""The name of the file that the job leaves."""

_LINES = "lines"

MOST_LABELS = 10_000
"""Labels of one job: some 20 MB of PDF."""

_AT_ONCE = 200


class ArtworkForm(StrEnum):
    """What the labels come as."""

    PDF = "pdf"
    SVG = "svg"


class LabelsWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which labels, and how. ``paths`` are GS1 paths, none: those of all records of the member.

    ``sheet`` is the name of a form of ``registry.labels.sheets``, of which the first ``skip`` labels are used up.
    """

    paths: tuple[str, ...] = ()
    form: ArtworkForm = ArtworkForm.PDF
    sheet: str = "avery-l7160"
    skip: int = 0
    language: str = "en"
    variant: Variant = Variant.STANDARD

    def checked(self) -> "LabelsWanted":
        """This, if it can be done. Raises ``InvalidInput``."""
        if self.sheet not in FORMS:
            raise InvalidInput(
                "{sheet} is no sheet known here: one of {sheets}",
                "$.sheet",
                sheet=f"{self.sheet[:80]!r}",
                sheets=list(FORMS),
            )
        if not 0 <= self.skip < FORMS[self.sheet].count:
            most = FORMS[self.sheet].count - 1
            raise InvalidInput(
                "of a sheet of {sheet} 0 to {most} labels can be used up",
                "$.skip",
                sheet=self.sheet,
                most=most,
            )
        if self.language not in ("en", "zh"):
            raise InvalidInput("en or zh", "$.language")
        if len(self.paths) > MOST_LABELS:
            raise InvalidInput(
                "{count} labels are too many for one job: at most {most}",
                "$.paths",
                count=len(self.paths),
                most=MOST_LABELS,
            )
        for at, path in enumerate(self.paths):
            try:
                parse_path(path)
            except InvalidGs1 as problem:
                raise InvalidInput(
                    "{problem}, so it is no path of a label", f"$.paths[{at}]", problem=problem
                ) from None
        return self


def ask(session: Session, member: str, wanted: LabelsWanted, now: datetime, lines: Sequence[int] = ()) -> JobRow:
    """A new job, which the transaction's author asks for; ``lines`` are the numbers that its paths had in a text.

    Raises ``WrongState`` when the member has too many under way.
    """
    kept = {_LINES: msgspec.json.encode(lines)} if lines else {}
    return queue.put(session, KIND, member, msgspec.json.encode(wanted), kept, now)


def lines_of(session: Session, job: JobRow) -> tuple[int, ...]:
    """The numbers that a job's paths had in a text; none if it was asked for in another way."""
    kept = files.read_file(session, job.id, _LINES)
    return msgspec.json.decode(kept, type=tuple[int, ...]) if kept else ()


def run(work: Work) -> None:
    """Does a job. What is wrong with single labels is its result."""
    taken = work.taken
    try:
        _draw(work, msgspec.json.decode(taken.request, type=LabelsWanted).checked())
    except LabelsRefused as refused:
        with work.registry.database.writing(taken.author) as session:
            work.report(session, taken.done, None, msgspec.json.encode(refused.findings))
        raise


def _draw(work: Work, wanted: LabelsWanted) -> None:
    taken, registry = work.taken, work.registry
    member = taken.author.member or ""
    now = work.clock()
    mint_missing(registry, taken.author, member, wanted.paths, now)
    arts: list[LabelArt] = []
    for some in labels_of(registry, member, wanted.paths, now.date()):
        work.go_on()
        arts += some
    if not arts:
        raise NotFound("{member} has no record in force: publish a declaration first", member=member)

    def drawn(count: int) -> None:
        work.go_on()
        with registry.database.writing(taken.author) as session:
            work.report(session, count, len(arts), b"")

    content = artwork(arts, wanted, registry.config.name, drawn)
    with registry.database.writing(taken.author) as session:
        files.put_file(session, taken.id, ARTWORK, content)
        work.report(session, len(arts), len(arts), b"")
        work.end(session)


def artwork(
    arts: Sequence[LabelArt], wanted: LabelsWanted, title: str, drawn: Callable[[int], None] = lambda _: None
) -> bytes:
    """The PDF or the zip; ``drawn`` is told now and then how many are. Raises ``LabelsRefused`` for those too large."""
    if wanted.form is ArtworkForm.SVG:
        return _zipped(_counted(arts, drawn), wanted)
    form, misfits = FORMS[wanted.sheet], list[Finding]()
    content = sheets_pdf(
        _layouts(_counted(arts, drawn), wanted, form, misfits), form, wanted.skip, title, wanted.language
    )
    if misfits:
        raise LabelsRefused(misfits)
    return content


def _counted(arts: Sequence[LabelArt], drawn: Callable[[int], None]) -> Iterator[LabelArt]:
    for count, art in enumerate(arts):
        if count % _AT_ONCE == 0:
            drawn(count)
        yield art


def _layouts(
    arts: Iterable[LabelArt], wanted: LabelsWanted, form: SheetForm, misfits: list[Finding]
) -> Iterator[Layout]:
    """Those that fit. The others join ``misfits``; raises ``LabelsRefused`` when these are enough to tell of."""
    for at, art in enumerate(arts):
        try:
            layout = layout_on(art, wanted.language, wanted.variant, form)
        except ValueError:
            path = parse_label(art.text).path.text
            misfits.append(does_not_fit(at, art, path, wanted.language, wanted.variant, form))
            if len(misfits) == MOST_TOLD:
                raise LabelsRefused(misfits) from None
        else:
            yield layout


def file_name(art: LabelArt) -> str:
    """A name that is made of digits, letters and per cent signs alone, whatever the lot or the serial number has."""
    parts = (art.gtin or art.gln or "", art.lot, art.serial)
    return "-".join(quote(part, safe="").replace(".", "%2E") for part in parts if part) + ".svg"


def labels_of(registry: Registry, member: str, paths: Sequence[str], today: date) -> Iterator[list[LabelArt]]:
    """The labels of the member's own newest records in force, some hundreds at a time, in the order of ``paths``.

    Without paths those of all its products and places. Raises ``LabelsRefused`` for paths without one.
    """
    with registry.database.reading() as session:
        wanted = list(paths) or _all_of(session, member, today)
    if len(wanted) > MOST_LABELS:
        raise InvalidInput("more than {most} labels are too many for one job: name some", "$.paths", most=MOST_LABELS)
    for start in range(0, len(wanted), _AT_ONCE):
        some = [parse_path(path).text for path in wanted[start : start + _AT_ONCE]]
        with registry.database.reading() as session:
            found = _found(session, member, some, today)
            _require_all(some, found, start)
            arts = [art_of(session, found[path].record, found[path].text, registry.config) for path in some]
        yield arts


def _found(session: Session, member: str, paths: Sequence[str], today: date) -> dict[str, LabelRow]:
    query = (
        select(LabelRow)
        .join(RecordRow, col(RecordRow.index) == LabelRow.record)
        .where(*_in_force(member, today), col(LabelRow.path).in_(paths))
    )
    return {row.path: row for row in session.exec(query)}


def require_in_force(session: Session, member: str, paths: Sequence[str], today: date) -> None:
    """Raises ``LabelsRefused`` for the paths whose product or place has no record of the member's in force."""
    keys = list(dict.fromkeys(parse_path(path).key_path for path in paths))
    found: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        query = select(RecordRow.key_path).where(*_in_force(member, today), col(RecordRow.key_path).in_(some))
        found.update(session.exec(query))
    _require_all([parse_path(path).key_path for path in paths], found, 0, paths)


def _require_all(keys: Sequence[str], found: Container[str], start: int, paths: Sequence[str] | None = None) -> None:
    """Raises ``LabelsRefused`` for the keys that are not among those found."""
    told = paths or keys
    missing = [not_in_force(start + at, told[at]) for at, key in enumerate(keys) if key not in found]
    if missing:
        raise LabelsRefused(missing[:MOST_TOLD])


def _all_of(session: Session, member: str, today: date) -> list[str]:
    query = select(RecordRow.key_path).where(*_in_force(member, today)).order_by(col(RecordRow.key_path))
    return list(session.exec(query.limit(MOST_LABELS + 1)))


def count_in_force(session: Session, member: str, today: date) -> int:
    """How many products and places of the member have a record in force."""
    return session.exec(select(func.count()).select_from(RecordRow).where(*_in_force(member, today))).one()


def _in_force(member: str, today: date) -> tuple[bool | ColumnElement[bool], ...]:
    return (
        RecordRow.owner_id == member,
        RecordRow.standing == "active",
        col(RecordRow.expires) >= today,
        col(RecordRow.superseded_by).is_(None),
    )


def mint_missing(registry: Registry, author: Author, member: str, paths: Sequence[str], now: datetime) -> None:
    """Logs and mints those labels of lots and serial numbers that are not minted yet.

    Raises ``LabelsRefused``, and mints none, when some are of no record in force.
    """
    with registry.database.reading() as session:
        require_in_force(session, member, paths, now.date())
    below = [path for path in map(parse_path, paths) if not path.is_class_level]
    for key_path in dict.fromkeys(path.key_path for path in below):
        _mint(registry, author, member, [path for path in below if path.key_path == key_path], now)


def _mint(registry: Registry, author: Author, member: str, paths: Sequence[Gs1Path], now: datetime) -> None:
    with registry.database.writing(author) as session:
        query = select(RecordRow.index).where(*_in_force(member, now.date()), RecordRow.key_path == paths[0].key_path)
        record = session.exec(query).first()
        if record is None:  # since they were looked at
            raise NotFound("{member} has no record in force of {path} any more", member=member, path=paths[0].key_path)
        writer, signer = registry.log_writer(session, now), registry.keys_in_force(session).label
        mint_set(session, writer, signer, registry.config.origin, record, paths, now)


def _zipped(arts: Iterable[LabelArt], wanted: LabelsWanted) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for art in arts:
            svg = render_svg(art, wanted.language, wanted.variant)
            archive.writestr(zipfile.ZipInfo(file_name(art)), svg, zipfile.ZIP_DEFLATED)
    return made.getvalue()
