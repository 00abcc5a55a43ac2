"""Artwork for many labels as a job: sheets to print, as one PDF, or a zip of SVG files.

A job's labels are those of its member's own newest records that stand: all of them, those of some products, or a set
below one product. Labels of a set that are not minted yet are logged and minted first, once.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from registry.database.author import Author
from registry.database.tables import LabelRow, RecordRow
from registry.errors import InvalidInput, NotFound
from registry.jobs import files
from registry.jobs.working import Work
from registry.labels.art import art_of
from registry.labels.artwork import LabelArt, Variant, layout_of, render_svg
from registry.labels.pdf import sheets_pdf
from registry.labels.sets import mint_set
from registry.labels.sheets import FORMS
from registry.registry import Registry
from schemas.gs1 import Gs1Path, InvalidGs1, parse_path

KIND = "labels"
ARTWORK = "artwork"
"""The name of the file that the job leaves."""

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
            raise InvalidInput(f"{self.sheet[:80]!r} is no sheet known here: one of {', '.join(FORMS)}", "$.sheet")
        if not 0 <= self.skip < FORMS[self.sheet].count:
            most = FORMS[self.sheet].count - 1
            raise InvalidInput(f"of a sheet of {self.sheet} 0 to {most} labels can be used up", "$.skip")
        if self.language not in ("en", "zh"):
            raise InvalidInput("en or zh", "$.language")
        if len(self.paths) > MOST_LABELS:
            raise InvalidInput(f"{len(self.paths)} labels are too many for one job: at most {MOST_LABELS}", "$.paths")
        for at, path in enumerate(self.paths):
            try:
                parse_path(path)
            except InvalidGs1 as problem:
                raise InvalidInput(str(problem), f"$.paths[{at}]") from None
        return self


def run(work: Work) -> None:
    """Does a job."""
    taken, registry = work.taken, work.registry
    wanted = msgspec.json.decode(taken.request, type=LabelsWanted)
    member = taken.author.member or ""
    mint_missing(registry, taken.author, member, wanted.paths, work.clock())
    arts: list[LabelArt] = []
    for some in labels_of(registry, member, wanted.paths):
        work.go_on()
        arts += some
        with registry.database.writing(taken.author) as session:
            work.report(session, len(arts), len(wanted.paths) or None, b"")
    if not arts:
        raise NotFound(f"{member} has no record in force: publish a declaration first")
    content = artwork(arts, wanted, registry.config.name)
    with registry.database.writing(taken.author) as session:
        files.put_file(session, taken.id, ARTWORK, content)
        work.report(session, len(arts), len(arts), b"")
        work.end(session)


def artwork(arts: Sequence[LabelArt], wanted: LabelsWanted, title: str) -> bytes:
    """The PDF or the zip. Raises ``InvalidInput`` for a label that does not fit."""
    form = FORMS[wanted.sheet]
    try:
        if wanted.form is ArtworkForm.SVG:
            return _zipped(arts, wanted)
        sizes = ((form.width, form.height),)
        layouts = (layout_of(art, wanted.language, wanted.variant, sizes=sizes) for art in arts)
        return sheets_pdf(layouts, form, wanted.skip, title, wanted.language)
    except ValueError as problem:
        raise InvalidInput(f"{problem}: choose a larger one than {wanted.sheet}", "$.sheet") from None


def file_name(art: LabelArt) -> str:
    """A name that is made of digits, letters and per cent signs alone, whatever the lot or the serial number has."""
    parts = (art.gtin or art.gln or "", art.lot, art.serial)
    return "-".join(quote(part, safe="").replace(".", "%2E") for part in parts if part) + ".svg"


def labels_of(registry: Registry, member: str, paths: Sequence[str]) -> Iterator[list[LabelArt]]:
    """The labels of the member's own newest records in force, some hundreds at a time, in the order of ``paths``.

    Without paths those of all its products and places. Raises ``NotFound`` for a path of which it has no such label.
    """
    with registry.database.reading() as session:
        wanted = list(paths) or _all_of(session, member)
    if len(wanted) > MOST_LABELS:
        raise InvalidInput(f"more than {MOST_LABELS} labels are too many for one job: name some", "$.paths")
    for start in range(0, len(wanted), _AT_ONCE):
        some = [parse_path(path).text for path in wanted[start : start + _AT_ONCE]]
        with registry.database.reading() as session:
            arts = list(_arts(registry, session, member, some))
        yield arts


def _arts(registry: Registry, session: Session, member: str, paths: Sequence[str]) -> Iterator[LabelArt]:
    query = (
        select(LabelRow)
        .join(RecordRow, col(RecordRow.index) == LabelRow.record)
        .where(*_in_force(member), col(LabelRow.path).in_(paths))
    )
    found = {row.path: row for row in session.exec(query)}
    for path in paths:
        if path not in found:
            raise NotFound(f"{member} has no record in force of {path}, or no label of it")
        yield art_of(session, found[path].record, found[path].text, registry.config)


def _all_of(session: Session, member: str) -> list[str]:
    query = select(RecordRow.key_path).where(*_in_force(member)).order_by(col(RecordRow.key_path))
    return list(session.exec(query.limit(MOST_LABELS + 1)))


def _in_force(member: str) -> tuple[bool | ColumnElement[bool], ...]:
    return (
        RecordRow.owner_id == member,
        RecordRow.standing == "active",
        col(RecordRow.superseded_by).is_(None),
    )


def mint_missing(registry: Registry, author: Author, member: str, paths: Sequence[str], now: datetime) -> None:
    """Logs and mints those labels of lots and serial numbers that are not minted yet. Raises ``NotFound``."""
    below = [path for path in map(parse_path, paths) if not path.is_class_level]
    for key_path in dict.fromkeys(path.key_path for path in below):
        _mint(registry, author, member, [path for path in below if path.key_path == key_path], now)


def _mint(registry: Registry, author: Author, member: str, paths: Sequence[Gs1Path], now: datetime) -> None:
    with registry.database.writing(author) as session:
        query = select(RecordRow.index).where(*_in_force(member), RecordRow.key_path == paths[0].key_path)
        record = session.exec(query).first()
        if record is None:
            raise NotFound(f"{member} has no record in force of {paths[0].key_path}")
        writer, signer = registry.log_writer(session, now), registry.keys_in_force(session).label
        mint_set(session, writer, signer, registry.config.origin, record, paths, now)


def _zipped(arts: Sequence[LabelArt], wanted: LabelsWanted) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for art in arts:
            svg = render_svg(art, wanted.language, wanted.variant)
            archive.writestr(zipfile.ZipInfo(file_name(art)), svg, zipfile.ZIP_DEFLATED)
    return made.getvalue()
