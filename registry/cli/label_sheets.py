"""``carbonlabel labels``: artwork for many labels at once."""

from pathlib import Path
from typing import Annotated

import typer

from registry.cli.shell import DEFAULT_HOME, HomeOption, console, opened, sentences, stop
from registry.database.author import COMMAND_LINE
from registry.errors import InvalidInput
from registry.labels.artwork import Variant
from registry.labels.bulk import ArtworkForm, LabelsWanted, artwork, labels_of, mint_missing
from registry.labels.sheets import FORMS
from registry.registry import utc_now

_FORMS = {".pdf": ArtworkForm.PDF, ".zip": ArtworkForm.SVG}


def label_sheets(
    out: Annotated[Path, typer.Argument(help="file to write: .pdf, or .zip for SVG files")],
    member: Annotated[str, typer.Option(help="whose records")],
    paths: Annotated[Path | None, typer.Option(help="file with a GS1 path a line, /01/GTIN/10/LOT/21/SERIAL")] = None,
    sheet: Annotated[str, typer.Option(help=f"one of {', '.join(FORMS)}")] = "avery-l7160",
    skip: Annotated[int, typer.Option(help="labels of the first sheet that are used up")] = 0,
    language: Annotated[str, typer.Option(help="en or zh")] = "en",
    variant: Annotated[
        Variant, typer.Option(help="standard, stages (with them), or code (only it)")
    ] = Variant.STANDARD,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Draw many labels of a member's records: sheets to print, as PDF, or a zip of SVG files.

    Without --paths, the labels of all its products and places. Those of lots and serial numbers are first minted.
    """
    form = _FORMS.get(out.suffix.lower())
    if form is None:
        stop(f"{out}: name a .pdf or .zip file")
    with sentences():
        named = () if paths is None else tuple(_lines(paths))
        wanted = LabelsWanted(
            paths=named, form=form, sheet=sheet, skip=skip, language=language, variant=variant
        ).checked()
        with opened(home) as registry:
            now = utc_now()
            mint_missing(registry, COMMAND_LINE, member, wanted.paths, now)
            arts = [art for some in labels_of(registry, member, wanted.paths, now.date()) for art in some]
            if not arts:
                stop(f"{member} has no record in force")
            out.write_bytes(artwork(arts, wanted, registry.config.name))
    console.print(f"{out}: {len(arts)} labels", markup=False, soft_wrap=True)


def _lines(file: Path) -> list[str]:
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidInput(f"{file} cannot be read: {problem}", "$.paths") from None
    return [line for line in lines if line]
