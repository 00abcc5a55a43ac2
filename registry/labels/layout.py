"""Where everything on a label stands, in millimetres from its top left corner. ``svg`` and ``png`` draw it.

The QR code stands at the left and the text in a column at its right; a notice has a box along the foot. A label takes
the first of ``SIZES`` on which everything can be read: the text is never set smaller than ``SMALLEST`` and the figure
never smaller than ``SMALLEST_FIGURE``; if that does not fit, the label grows. On the size taken, the text is as large
as fits. Only a verifier's name is cut short, after two lines.

``SMALLEST`` gives an x-height of 0.9 mm, what Regulation (EU) 1169/2011, article 13(3), asks of small packs.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from registry.labels import column
from registry.labels.column import Line
from registry.labels.content import Content, Variant
from registry.labels.qr import QUIET_ZONE, Symbol
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
    """A label ready to draw, ``width`` by ``height`` mm. ``title`` and ``description`` say the same in words."""

    language: str
    width: float
    height: float
    code: Code
    lines: tuple[Line, ...]
    frames: tuple[Frame, ...]
    title: str
    description: str


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
    found = (
        _code_only(content, symbol, module) if variant is Variant.CODE else _standard(content, symbol, module, sizes)
    )
    for layout in found:
        if variant is Variant.STANDARD or (layout.width <= sizes[-1][0] and layout.height <= sizes[-1][1]):
            return layout
    raise ValueError(f"no label of up to {sizes[-1][0]:g} x {sizes[-1][1]:g} mm holds this")


def _standard(
    content: Content, symbol: Symbol, module: float, sizes: Sequence[tuple[float, float]]
) -> Iterator[Layout]:
    side = symbol.modules * module
    for width, height in sizes:
        left = EDGE + side
        notice = _set_notice(content.notice, width)
        free = height - (notice.height + EDGE if notice else 0)
        if side + 2 * EDGE > free + 1e-6 or left + column.NARROWEST > width:
            continue
        code = Code(symbol, EDGE, (free - side) / 2, module)
        quiet = QUIET_ZONE * module
        tall = (MARGIN, free - MARGIN)
        aligned = (code.y + quiet, code.y + side - quiet)
        lines = column.set_text(content, left, width - MARGIN, aligned, tall)
        if lines is not None:
            yield _layout(content, (width, height), code, lines, notice)


def _code_only(content: Content, symbol: Symbol, module: float) -> Iterator[Layout]:
    side = symbol.modules * module
    notice = _set_notice(content.notice, side)
    height = side + (notice.height + EDGE if notice else 0)
    yield _layout(content, (side, height), Code(symbol, 0, 0, module), (), notice)


def _layout(
    content: Content, size: tuple[float, float], code: Code, lines: tuple[Line, ...], notice: _Notice | None
) -> Layout:
    width, height = size
    frames: tuple[Frame, ...] = ()
    if notice:
        box = Frame(EDGE, height - EDGE - notice.height, width - 2 * EDGE, notice.height)
        frames = (box,)
        lines = (*lines, *_notice_lines(notice, box))
    return Layout(content.language, width, height, code, lines, frames, content.summary, content.description)


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
