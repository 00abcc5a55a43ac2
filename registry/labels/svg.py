"""Writes a label as SVG 1.1: real millimetres, real text, nothing fetched from elsewhere.

Each line says how wide it is (``textLength``), so that a viewer without the label's font still keeps it in its place.
"""

from itertools import pairwise
from xml.sax.saxutils import escape

from registry.labels.column import Bar, Line, Run
from registry.labels.layout import Code, Frame, Layout
from registry.labels.qr import QUIET_ZONE
from registry.labels.typeface import Weight

FAMILY = "'Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',Arial,sans-serif"
_LANGUAGE = {"en": "en", "zh": "zh-Hans"}


def write_svg(layout: Layout) -> str:
    """The SVG document of ``layout``."""
    language = _LANGUAGE[layout.language]
    width, height = _mm(layout.width), _mm(layout.height)
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
            f'viewBox="0 0 {width} {height}" role="img" lang="{language}" xml:lang="{language}">',
            f"<title>{escape(layout.title)}</title>",
            f"<desc>{escape(layout.description)}</desc>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            _code(layout.code),
            *map(_frame, layout.frames),
            *_bars(layout.bars),
            f'<g font-family="{FAMILY}" fill="#000">',
            *map(_line, layout.lines),
            "</g>",
            "</svg>\n",
        )
    )


def _code(code: Code) -> str:
    """The dark modules as one path: a rectangle a run, a unit a module."""
    origin = QUIET_ZONE * code.module
    place = f"translate({_mm(code.x + origin)} {_mm(code.y + origin)}) scale({_mm(code.module)})"
    runs: list[str] = []
    for y, row in enumerate(code.symbol.rows):
        end = 0
        while (start := row.find(1, end)) >= 0:
            end = row.find(0, start)
            end = len(row) if end < 0 else end
            runs.append(f"M{start} {y}h{end - start}v1H{start}z")
    return f'<path shape-rendering="crispEdges" transform="{place}" d="{"".join(runs)}"/>'


def _frame(frame: Frame) -> str:
    stroke = frame.stroke
    return (
        f'<rect x="{_mm(frame.x + stroke / 2)}" y="{_mm(frame.y + stroke / 2)}" width="{_mm(frame.width - stroke)}" '
        f'height="{_mm(frame.height - stroke)}" fill="none" stroke="#000" stroke-width="{_mm(stroke)}"/>'
    )


def _bars(bars: tuple[Bar, ...]) -> tuple[str, ...]:
    """All bars as one path."""
    boxes = (f"M{_mm(bar.x)} {_mm(bar.y)}h{_mm(bar.width)}v{_mm(bar.height)}H{_mm(bar.x)}z" for bar in bars)
    return (f'<path d="{"".join(boxes)}"/>',) if bars else ()


def _line(line: Line) -> str:
    """The line's runs: a text element for each stretch without a gap."""
    stretches: list[list[Run]] = []
    for run in line.runs:
        if run.gap or not stretches:
            stretches.append([])
        stretches[-1].append(run)
    x = line.x
    texts: list[str] = []
    for stretch in stretches:
        texts.append(_text(x + stretch[0].gap, line.y, stretch))
        x += sum(run.width for run in stretch)
    return " ".join(texts)


def _text(x: float, y: float, runs: list[Run]) -> str:
    first = runs[0]
    bold = ' font-weight="700"' if first.weight is Weight.BOLD else ""
    # Viewers disagree about textLength over spans of several sizes; the one such text is the unit, which is short.
    fixed = f' textLength="{_mm(first.width - first.gap)}" lengthAdjust="spacingAndGlyphs"' if len(runs) == 1 else ""
    pieces = [f'<text x="{_mm(x)}" y="{_mm(y)}" font-size="{_mm(first.size)}"{bold}{fixed}>{escape(first.text)}']
    for before, run in pairwise(runs):
        drop = run.drop - before.drop
        pieces.append(f'<tspan dy="{_mm(drop)}" font-size="{_mm(run.size)}">{escape(run.text)}</tspan>')
    return "".join((*pieces, "</text>"))


def _mm(value: float) -> str:
    """A length to a tenth of a micrometre, without zeros that say nothing."""
    return f"{value:.4f}".rstrip("0").rstrip(".")
