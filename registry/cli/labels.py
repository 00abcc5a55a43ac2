"""``carbonlabel label``: a label's artwork, or the texts of a whole set of labels."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from registry.cli.shell import DEFAULT_HOME, HomeOption, console, opened, sentences, stop
from registry.database.tables import RecordRow
from registry.errors import InvalidInput, NotFound
from registry.labels.art import art_of
from registry.labels.artwork import Variant, render_pdf, render_png, render_svg
from registry.labels.sets import MOST_SERIALS, mint_below_class, mint_set, serial_range
from registry.registry import Registry, utc_now
from schemas.gs1 import Gs1Path, InvalidGs1

_ARTWORK = (".svg", ".png", ".pdf")


def label(
    gtin: Annotated[str, typer.Argument(help="GTIN of 8, 12, 13 or 14 digits; or with --gln a GLN")],
    out: Annotated[Path, typer.Option(help="file to write: .svg, .png or .pdf; for a set of labels .csv")],
    lot: Annotated[str | None, typer.Option(help="lot number")] = None,
    serial: Annotated[str | None, typer.Option(help="serial number")] = None,
    serials: Annotated[str | None, typer.Option(help="a set: a range of serial numbers, 0001-0500")] = None,
    serial_file: Annotated[Path | None, typer.Option(help="a set: a file with one serial number a line")] = None,
    gln: Annotated[bool, typer.Option("--gln", help="the number is a GLN: a label for a place")] = False,
    language: Annotated[str, typer.Option(help="en or zh")] = "en",
    variant: Annotated[
        Variant, typer.Option(help="standard, stages (with them), or code (only it)")
    ] = Variant.STANDARD,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Draw the label of a product's newest record, or write the texts of a set of labels.

    Labels for a lot or for serial numbers are first logged and minted.
    """
    if language not in ("en", "zh"):
        stop(f"--language {language}: en or zh")
    is_set = serials is not None or serial_file is not None
    allowed = (".csv",) if is_set else _ARTWORK
    if out.suffix.lower() not in allowed:
        stop(f"{out}: name a {', '.join(allowed[:-1]) + ' or ' if len(allowed) > 1 else ''}{allowed[-1]} file")
    if is_set and (gln or serial is not None or (serials is not None and serial_file is not None)):
        stop("a set of labels is for a GTIN, with either --serials or --serial-file")
    try:
        if is_set:
            with sentences():
                paths = [Gs1Path.of(gtin=gtin, lot=lot, serial=one) for one in _serials(serials, serial_file)]
            _write_set(home, paths, out)
        else:
            path = (
                Gs1Path.of(gln=gtin, lot=lot, serial=serial) if gln else Gs1Path.of(gtin=gtin, lot=lot, serial=serial)
            )
            _draw(home, path, out, language, variant)
    except InvalidGs1 as problem:
        stop(str(problem))


def _serials(serials: str | None, file: Path | None) -> Iterator[str]:
    if file is None:
        yield from serial_range(serials or "")
        return
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidInput(f"{file} cannot be read: {problem}", "$.serial_file") from None
    found = list(dict.fromkeys(line for line in lines if line))
    if not 0 < len(found) <= MOST_SERIALS:
        raise InvalidInput(f"{file} has {len(found)} serial numbers: 1 to {MOST_SERIALS} are taken", "$.serial_file")
    yield from found


def _newest(session: Session, path: Gs1Path) -> int:
    query = select(RecordRow.index).where(RecordRow.key_path == path.key_path).order_by(col(RecordRow.version).desc())
    record = session.exec(query).first()
    if record is None:
        raise NotFound("no declaration is published for {key}", key=path.gtin or path.gln)
    return record


def _draw(home: Path, path: Gs1Path, out: Path, language: str, variant: Variant) -> None:
    now = utc_now()
    with opened(home) as registry, registry.database.writing() as session:
        record, signer = _newest(session, path), registry.keys_in_force(session).label
        writer = registry.log_writer(session, now)
        text = mint_below_class(session, writer, signer, registry.config.origin, record, path, now)
        art = art_of(session, record, text, registry.config)
    if out.suffix.lower() == ".svg":
        out.write_text(render_svg(art, language, variant), encoding="utf-8")
    else:
        out.write_bytes((render_png if out.suffix.lower() == ".png" else render_pdf)(art, language, variant))
    console.print(f"{out}: label of record {record}", markup=False, soft_wrap=True)
    typer.echo(text)


def _write_set(home: Path, paths: list[Gs1Path], out: Path) -> None:
    with opened(home) as registry:
        record, texts = _mint(registry, paths)
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("gtin", "lot", "serial", "label"))
        for path, text in zip(paths, texts, strict=True):
            writer.writerow((path.gtin, path.lot or "", path.serial, text))
    console.print(f"{out}: {len(texts)} labels of record {record}", markup=False, soft_wrap=True)


def _mint(registry: Registry, paths: list[Gs1Path]) -> tuple[int, list[str]]:
    now = utc_now()
    with registry.database.writing() as session:
        record, signer = _newest(session, paths[0]), registry.keys_in_force(session).label
        writer = registry.log_writer(session, now)
        return record, mint_set(session, writer, signer, registry.config.origin, record, paths, now)
