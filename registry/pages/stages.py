"""Life-cycle stages as bars: one scale for all, zero where it belongs, unknown never drawn as zero."""

from decimal import Decimal

from msgspec import Struct

from registry.pages.reader import Reader
from registry.pages.rendering import Phrasebook
from registry.pages.vocabulary import STAGES
from schemas.declaration import Declaration, Stage, StageCode
from schemas.verdict import Footprint

_MOST_NAME = 160


class StageRow(Struct, frozen=True):
    """One stage. ``start`` and ``width`` of its bar are per cents of the space for bars."""

    name: str
    source_name: str
    value: str
    share: str
    unknown: bool = False
    negative: bool = False
    start: str = "0"
    width: str = "0"


class StageTable(Struct, frozen=True):
    """All stages. ``zero`` is where the line of zero stands, in per cents; empty when it is the left edge."""

    caption: str
    unit: str
    rows: tuple[StageRow, ...]
    total: str
    zero: str
    notes: tuple[str, ...]


def stage_table(declaration: Declaration, footprint: Footprint, reader: Reader, t: Phrasebook) -> StageTable | None:
    """The stages of ``declaration``, whose total is ``footprint``; None when it gives none."""
    if not declaration.stages:
        return None
    named = any(stage.source_name for stage in declaration.stages)
    values = [stage.gwp for stage in declaration.stages if stage.gwp is not None]
    low = min([Decimal(0), *values])
    span = max([Decimal(0), *values]) - low
    total = footprint.value
    per = reader.per(footprint.per, yearly=declaration.gln is not None)
    return StageTable(
        caption=t("stages_caption" if named else "stages_caption_plain", per=per),
        unit=reader.unit(footprint),
        rows=tuple(_row(stage, low, span, total, reader, t) for stage in declaration.stages),
        total=reader.number(total),
        zero=_percent(-low, span) if low < 0 else "",
        notes=tuple(_notes(declaration, footprint, reader, t)),
    )


def _row(stage: Stage, low: Decimal, span: Decimal, total: Decimal, reader: Reader, t: Phrasebook) -> StageRow:
    name = STAGES[stage.code].text(reader.language)
    source = shortened(stage.source_name)
    if stage.gwp is None:
        return StageRow(name, source, t("unknown"), "", unknown=True)
    outside = stage.code is StageCode.D
    return StageRow(
        name=name,
        source_name=source,
        value=reader.number(stage.gwp),
        share="" if outside else reader.share(stage.gwp, total),
        negative=stage.gwp < 0,
        start=_percent(min(stage.gwp, Decimal(0)) - low, span),
        width=_percent(abs(stage.gwp), span),
    )


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{part / whole * 100:.2f}" if whole else "0"


def _notes(declaration: Declaration, footprint: Footprint, reader: Reader, t: Phrasebook) -> list[str]:
    """What a reader of the table has to know: gaps, module D, a sum that is not the total, the reason given."""
    inside = [stage for stage in declaration.stages if stage.code is not StageCode.D]
    known = [stage.gwp for stage in inside if stage.gwp is not None]
    notes = []
    if any(stage.gwp is None for stage in declaration.stages):
        notes.append(t("stages_unknown"))
    elif inside and _differs(sum(known, Decimal(0)), footprint.value):
        notes.append(t("stages_differ", sum=f"{reader.number(sum(known, Decimal(0)))} {reader.unit(footprint)}"))
    if len(inside) < len(declaration.stages):
        notes.append(t("stages_d"))
    if declaration.stage_sum_reason:
        notes.append(t("stages_reason", reason=shortened(reader.text(declaration.stage_sum_reason), 400)))
    return notes


def _differs(stages: Decimal, total: Decimal) -> bool:
    """Whether the stages miss the total by more than rounding: one per cent."""
    return abs(stages - total) * 100 > abs(total)


def shortened(text: str, most: int = _MOST_NAME) -> str:
    """``text`` cut at ``most`` characters, with an ellipsis that says so."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
