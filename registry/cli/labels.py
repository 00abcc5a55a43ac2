"""``carbonlabel label``: one label's artwork."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from registry.cli.shell import DEFAULT_HOME, HomeOption, console, opened, stop
from registry.database.tables import RecordRow
from registry.labels.art import art_of, mint_below_class
from registry.labels.artwork import Variant, render_pdf, render_png, render_svg
from registry.registry import utc_now
from schemas.gs1 import Gs1Path, InvalidGs1


def label(
    gtin: Annotated[str, typer.Argument(help="GTIN of 8, 12, 13 or 14 digits; or with --gln a GLN")],
    out: Annotated[Path, typer.Option(help="file to write: .svg, .png or .pdf")],
    lot: Annotated[str | None, typer.Option(help="lot number")] = None,
    serial: Annotated[str | None, typer.Option(help="serial number")] = None,
    gln: Annotated[bool, typer.Option("--gln", help="the number is a GLN: a label for a place")] = False,
    language: Annotated[str, typer.Option(help="en or zh")] = "en",
    variant: Annotated[Variant, typer.Option(help="standard, or the code only")] = Variant.STANDARD,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Draw the label of a product's newest record. A label for a lot or serial number is first minted and logged."""
    form = out.suffix.lower()
    if form not in (".svg", ".png", ".pdf"):
        stop(f"{out}: name a .svg, .png or .pdf file")
    if language not in ("en", "zh"):
        stop(f"--language {language}: en or zh")
    try:
        path = Gs1Path.of(gln=gtin, lot=lot, serial=serial) if gln else Gs1Path.of(gtin=gtin, lot=lot, serial=serial)
    except InvalidGs1 as problem:
        stop(str(problem))
    now = utc_now()
    with opened(home) as registry, registry.database.writing() as session:
        newest = select(RecordRow).where(RecordRow.key_path == path.key_path).order_by(col(RecordRow.version).desc())
        record = session.exec(newest).first()
        if record is None:
            stop(f"no declaration is published for {gtin}")
        signer, host = registry.keys_in_force(session).label, registry.config.origin
        text = mint_below_class(session, registry.log_writer(session, now), signer, host, record.index, path, now)
        art = art_of(session, record.index, text, registry.config)
        index = record.index
    if form == ".svg":
        out.write_text(render_svg(art, language, variant), encoding="utf-8")
    else:
        out.write_bytes((render_png if form == ".png" else render_pdf)(art, language, variant))
    console.print(f"{out}: label of record {index}", markup=False, soft_wrap=True)
    typer.echo(text)
