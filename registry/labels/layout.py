"""Where everything on a label stands, in millimetres from its top left corner. ``svg``, ``png`` and ``pdf`` draw it.

The QR code stands at the left and the text in a column at its right; with stages, the product's number stands below
the code and the stages at the foot of the column. A notice has a box along the foot. A label takes the first of
``SIZES`` on which everything can be read: the text is never set smaller than ``SMALLEST`` and the figure never smaller
than ``SMALLEST_FIGURE``; if that does not fit, the label grows. On the size taken, the text is as large as fits. Only a
verifier's name is cut short, after two lines.

``SMALLEST`` gives an x-height of 0.9 mm, what Regulation (EU) 1169/2011, article 13(3), asks of small packs.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from registry.labels import column
from registry.labels.column import Bar, Line, Row
from registry.labels.content import Content, Variant
from registry.labels.qr import QUIET_ZONE, Symbol
from registry.labels.stage_rows import stage_rows
from registry.labels.typeface import ASCENT, DESCENT, Weight
from registry.labels.typeface import width as text_width
from registry.labels.wrapping import wrap

SIZES = (
    (40, 25),
    (50, 25),
    (50, 30),
    (60, 30),
    (70, 30),
    (80, 30),
    (70, 35),
    (80, 40),
    (100, 40),
    (100, 50),
    (120, 50),
    (120, 60),
    (150, 75),
    (180, 90),
    (210, 105),
    (240, 120),
    (297, 150),
    (420, 210),
    (594, 297),
)
"""Widths and heights of labels in mm, in the order in which they are tried."""

SMALLEST_MODULE = 0.375
"""mm: the smallest module that an ordinary office printer and phone manage between them."""

EDGE = 0.5
"""mm of white around the quiet zone and a notice's box: what a cutter may be off."""
MARGIN = 1.0
"""mm of white above, below and at the right of the text."""

_BOX_PADDING = 0.4
_BOX_LEADING = 1.22
_BOX_STROKE = 0.15
_ROUNDING = 1e-6


class Frame(Struct, frozen=True):
    """A box of hairlines, ``stroke`` mm wide, drawn inside its bounds."""

    x: float
    y: float
    width: float
    height: float
    stroke: float = _BOX_STROKE


class Code(Struct, frozen=True):
    """A QR code of ``module`` mm a module whose quiet zone begins at ``x``, ``y``."""

    symbol: Symbol
    x: float
    y: float
    module: float

    @property
    def side(self) -> float:
        """mm on a side, quiet zone included."""
        return self.symbol.modules * self.module


class Layout(Struct, frozen=True):
    """A label ready to draw, ``width`` by ``height`` mm. ``title`` and ``description`` say the same in words.

    ``right`` is where its code and its text end, without a notice, and ``top`` where they begin.
    """

    language: str
    width: float
    height: float
    code: Code
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...]
    frames: tuple[Frame, ...]
    title: str
    description: str
    right: float
    top: float


class _Notice(Struct, frozen=True):
    """A notice set for a label of some width: its lines, the em in mm, and the height of its box."""

    lines: tuple[str, ...]
    size: float
    height: float


def arrange(
    content: Content,
    symbol: Symbol,
    variant: Variant,
    module: float,
    sizes: Sequence[tuple[float, float]] = SIZES,
) -> Layout:
    """Lays a label out with ``module`` mm a QR module, on the first of ``sizes`` that holds it.

    Raises ``ValueError`` if none does.
    """
    if not module >= SMALLEST_MODULE:
        raise ValueError(f"a QR module of {module} mm is too small to scan: at least {SMALLEST_MODULE} mm")
    for layout in _found(content, symbol, variant, module, sizes):
        if layout.width <= sizes[-1][0] + _ROUNDING and layout.height <= sizes[-1][1] + _ROUNDING:
            return layout
    raise ValueError(f"no label of up to {sizes[-1][0]:g} x {sizes[-1][1]:g} mm holds this")


def _found(
    content: Content, symbol: Symbol, variant: Variant, module: float, sizes: Sequence[tuple[float, float]]
) -> Iterator[Layout]:
    if variant is Variant.CODE:
        return _code_only(content, symbol, module)
    drawn = _staged if variant is Variant.STAGES and content.stages else _standard
    return drawn(content, symbol, module, sizes)


def _standard(
    content: Content, symbol: Symbol, module: float, sizes: Sequence[tuple[float, float]]
) -> Iterator[Layout]:
    side, quiet = symbol.modules * module, QUIET_ZONE * module
    left = EDGE + side
    for size, free, notice in _rooms(content, sizes, left, side):
        code = Code(symbol, EDGE, (free - side) / 2, module)
        # Preferably as high as the code's own modules, else as the label.
        aligned = (code.y + quiet, code.y + side - quiet)
        tall = (MARGIN, free - MARGIN - DESCENT * column.SMALLEST)
        rows = column.set_text(content, left, size[0] - MARGIN, (aligned, tall))
        if rows is not None:
            yield _layout(content, size, code, rows, notice)


def _staged(content: Content, symbol: Symbol, module: float, sizes: Sequence[tuple[float, float]]) -> Iterator[Layout]:
    """With the stages at the foot of the column, and what stands there else below the code."""
    side, quiet = symbol.modules * module, QUIET_ZONE * module
    left = EDGE + side
    below = column.keys_and_call(content, column.SMALLEST, side - 2 * quiet)
    if below is None:
        return
    comma = ", " if content.language == "en" else "，"
    brief = replace(content, boundary=f"{content.boundary}{comma}{content.year}", year="")
    depth = side + sum(row.height for row in below)
    for size, free, notice in _rooms(content, sizes, left, depth + DESCENT * column.SMALLEST):
        code = Code(symbol, EDGE, (free - depth - DESCENT * column.SMALLEST) / 2, module)
        band = (code.y + quiet, code.y + depth)
        rows = column.set_text(brief, left, size[0] - MARGIN, (band,), stage_rows, largest=1)
        if rows is not None:
            y = code.y + side
            for row in below:
                rows += (row.at(EDGE + quiet, y),)
                y += row.height
            drawn = _layout(content, size, code, rows, notice)
            joint = "; " if content.language == "en" else "；"
            yield replace(drawn, description=f"{content.description}{joint}{content.stages_in_words}")


def _rooms(
    content: Content, sizes: Sequence[tuple[float, float]], left: float, depth: float
) -> Iterator[tuple[tuple[float, float], float, "_Notice | None"]]:
    """Each of the sizes that has room for ``depth`` mm above a notice, and for text right of ``left``; with the height
    that the notice leaves, and the notice."""
    for width, height in sizes:
        notice = _set_notice(content.notice, width)
        free = height - (notice.height + EDGE if notice else 0)
        if depth + 2 * EDGE <= free + _ROUNDING and left + column.NARROWEST <= width:
            yield (width, height), free, notice


def _code_only(content: Content, symbol: Symbol, module: float) -> Iterator[Layout]:
    side = symbol.modules * module
    notice = _set_notice(content.notice, side)
    height = side + (notice.height + EDGE if notice else 0)
    yield _layout(content, (side, height), Code(symbol, 0, 0, module), (), notice)


def _layout(
    content: Content, size: tuple[float, float], code: Code, rows: tuple[Row, ...], notice: _Notice | None
) -> Layout:
    width, height = size
    lines = tuple(line for row in rows for line in row.lines)
    bars = tuple(bar for row in rows for bar in row.bars)
    right = max((code.x + code.side, *(line.x + line.width for line in lines)))
    top = min((code.y, *(line.y - line.size for line in lines)))
    frames: tuple[Frame, ...] = ()
    if notice:
        box = Frame(EDGE, height - EDGE - notice.height, width - 2 * EDGE, notice.height)
        frames = (box,)
        lines = (*lines, *_notice_lines(notice, box))
    return Layout(
        language=content.language,
        width=width,
        height=height,
        code=code,
        lines=lines,
        bars=bars,
        frames=frames,
        title=content.summary,
        description=content.description,
        right=right,
        top=top,
    )


def _set_notice(texts: tuple[str, ...], width: float) -> _Notice | None:
    """A notice on one line, else each of its languages from a line of its own; never cut."""
    if not texts:
        return None
    size = column.SMALLEST
    limit = width - 2 * (EDGE + _BOX_PADDING)
    lines: tuple[str, ...] = (" / ".join(texts),)
    if text_width(lines[0], size) > limit:
        lines = tuple(line for text in texts for line in wrap(text, limit, size, len(text)).lines)
    height = size * (ASCENT + DESCENT + _BOX_LEADING * (len(lines) - 1)) + 2 * _BOX_PADDING
    return _Notice(lines, size, height)


def _notice_lines(notice: _Notice, box: Frame) -> Iterator[Line]:
    baseline = box.y + _BOX_PADDING + ASCENT * notice.size
    for text in notice.lines:
        line = column.plain(text, 0, baseline, notice.size, Weight.REGULAR)
        yield line.at(box.x + (box.width - line.width) / 2, baseline)
        baseline += _BOX_LEADING * notice.size
