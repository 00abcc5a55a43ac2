"""The page of a trace: a table of what the product is made of, level by level, with how much of it records back."""

from collections.abc import Iterator
from decimal import Context, Decimal

import msgspec
from msgspec import Struct

from registry.pages.figures import REVOKED, Chip, chip
from registry.pages.reader import EMISSION_UNITS, Reader
from registry.pages.rendering import Phrasebook, frame, keeping, render
from registry.pages.stages import shortened
from registry.pages.views import TraceView
from registry.pages.vocabulary import VERDICTS
from schemas.trace import Basis, Trace, TraceEnd, TraceNode

MOST_ROWS = 100
_MOST_NAME = 60
_MOST_STALE = 20
_SHOWN = Context(prec=4)
_DEEPEST = 3
"""Levels that are indented; what is deeper stands under the last one, its level said in words that are seen."""

_ENDS = {
    TraceEnd.CYCLE: "trace_cycle",
    TraceEnd.DEPTH: "trace_more",
    TraceEnd.SIZE: "trace_more",
    TraceEnd.UNKNOWN: "trace_unknown",
}


class Row(Struct, frozen=True, kw_only=True):
    """One product of the tree, or, ``own``, what its parts do not account for, right below it. ``level`` from 0."""

    level: int
    indent: int
    deep: bool
    name: str
    url: str = ""
    owner: str = ""
    amount: str = ""
    verdict: Chip | None = None
    note: str = ""
    value: str
    share: str
    struck: bool = False
    unknown: bool = False
    own: bool = False


class TraceShown(Struct, frozen=True):
    """The page in the reader's words."""

    title: str
    name: str
    product_url: str
    caption: str
    covered: str
    counted: str
    unit: str
    rows: tuple[Row, ...]
    more: str
    stale: tuple[tuple[str, str], ...]
    """The records that do not stand any more, each with the page of what it is made of."""
    notes: tuple[str, ...]
    json_url: str


def trace_page(view: TraceView, language: str, nonce: str) -> str:
    """The HTML of a trace, in ``language`` (``en`` or ``zh``)."""
    reader, t = Reader(language), Phrasebook(language)
    name = shortened(reader.text(view.trace.product.name), _MOST_NAME)
    rows = list(_rows(view.trace.product, 0, reader, t))
    tones = frozenset(VERDICTS[node.verdict].tone for node in _every(view.trace.product) if node.verdict)
    page = frame(view.site, f"{t('trace_title')} · {name}", view.path, view.query, language, nonce, tones, "tree")
    shown = _shown(view, name, rows, page.chosen, reader, t)
    return render("trace.html", page, language, trace=shown)


def _shown(
    view: TraceView, name: str, rows: list[Row], chosen: str | None, reader: Reader, t: Phrasebook
) -> TraceShown:
    found, top = view.trace, view.trace.product
    kept = tuple(_linked(row, chosen) for row in rows[:MOST_ROWS])
    return TraceShown(
        title=t("trace_title"),
        name=name or t("unnamed"),
        product_url=keeping(view.product_url, chosen),
        caption=t(
            "trace_caption" if top.gln is None else "trace_caption_place",
            per=reader.per(top.amount, yearly=top.gln is not None),
        ),
        covered=_covered(top, reader, t),
        counted=_counted(found, reader, t),
        unit=EMISSION_UNITS[found.unit],
        rows=kept,
        more=t("trace_left_out", count=reader.count(len(rows) - len(kept))) if len(rows) > len(kept) else "",
        stale=tuple((str(one), keeping(f"/records/{one}/trace", chosen)) for one in found.stale[:_MOST_STALE]),
        notes=tuple(_notes(found, t)),
        json_url=f"/v1/records/{top.record}/trace",
    )


def _covered(top: TraceNode, reader: Reader, t: Phrasebook) -> str:
    if not top.parts:
        return t("trace_no_parts")
    return "" if top.coverage is None else t("trace_covered", share=reader.share(top.coverage, Decimal(100)) or "0%")


def _counted(found: Trace, reader: Reader, t: Phrasebook) -> str:
    if not found.product.parts:
        return ""
    return t("trace_counted", nodes=reader.count(found.nodes - 1), members=reader.count(found.members))


def _notes(found: Trace, t: Phrasebook) -> Iterator[str]:
    if found.product.parts:
        yield t("trace_own_hint")
    if not found.complete:
        yield t("trace_bound")


def _rows(node: TraceNode, level: int, reader: Reader, t: Phrasebook) -> Iterator[Row]:
    name = reader.text(node.name) or node.urn or t("record_number", record=str(node.record))
    revoked = node.verdict in REVOKED
    yield Row(
        level=level,
        indent=min(level, _DEEPEST),
        deep=level > _DEEPEST,
        name=shortened(name, _MOST_NAME),
        url="" if node.owner is None or level == 0 else f"/records/{node.record}/trace",
        owner="" if node.owner is None else shortened(reader.text(node.owner.name), _MOST_NAME),
        amount=reader.of(node.amount),
        verdict=None if node.verdict is None else chip(node.verdict, reader),
        note=_note(node, reader, t),
        value=_figure(node.footprint, reader, t, exact=level == 0),
        share=_share(node.share, reader),
        struck=revoked,
        unknown=node.footprint is None,
    )
    if node.parts and node.own is not None:
        yield _own_row(node, level, reader, t)
    for part in node.parts:
        yield from _rows(part, level + 1, reader, t)


def _own_row(node: TraceNode, level: int, reader: Reader, t: Phrasebook) -> Row:
    """It stands right under its product, as deep as that, and not behind all that is below it."""
    part = None
    if node.share is not None and node.own is not None and node.footprint:
        part = node.own / node.footprint * node.share
    return Row(
        level=level,
        indent=min(level, _DEEPEST),
        deep=False,
        name=t("trace_own"),
        value=_figure(node.own, reader, t),
        share=_share(part, reader),
        own=True,
    )


def _note(node: TraceNode, reader: Reader, t: Phrasebook) -> str:
    if node.end is not None:
        return t(_ENDS[node.end])
    if node.basis is Basis.STATED:
        return t("trace_stated")
    if node.parts and node.coverage is not None:
        return t("trace_part_covered", share=reader.share(node.coverage, Decimal(100)) or "0%")
    return ""


def _figure(value: Decimal | None, reader: Reader, t: Phrasebook, exact: bool = False) -> str:
    """A computed figure to four digits: more would claim more than was declared."""
    if value is None:
        return t("unknown")
    return reader.number(value if exact else Decimal(format(_SHOWN.plus(value), "f")))


def _share(share: Decimal | None, reader: Reader) -> str:
    return "" if share is None else reader.share(share, Decimal(100))


def _linked(row: Row, chosen: str | None) -> Row:
    return msgspec.structs.replace(row, url=keeping(row.url, chosen)) if row.url else row


def _every(node: TraceNode) -> Iterator[TraceNode]:
    yield node
    for part in node.parts:
        yield from _every(part)
