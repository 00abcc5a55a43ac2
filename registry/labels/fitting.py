"""A label made for the room that a sheet or a roll gives it: as large as the room holds, no wider than its own text.

It is laid out with the smallest module, and then enlarged as a whole: module, text and margins in one proportion.
"""

from collections.abc import Iterator
from math import floor

from msgspec import Struct
from msgspec.structs import astuple, replace

from registry.labels.column import Bar, Line
from registry.labels.content import Content, Variant
from registry.labels.layout import EDGE, SMALLEST_MODULE, Code, Frame, Layout, arrange
from registry.labels.qr import QUIET_ZONE, Symbol

LARGEST_MODULE = 1.0
"""mm: a code of 60 mm is read from across a room, and what is larger is a poster."""

_STEP = 0.5
_ROUNDING = 1e-9


class Room(Struct, frozen=True):
    """The room that a form gives, width and height in mm: ``whole`` for a label of the smallest module, ``inner`` for
    one whose module is some ``step`` mm larger."""

    whole: tuple[float, float]
    inner: tuple[float, float]
    step: float


def fitted(content: Content, symbol: Symbol, variant: Variant, room: Room) -> Layout:
    """The largest label that ``room`` holds. Raises ``ValueError`` if it holds none."""
    smallest = _first(content, symbol, variant, room.whole)
    for module in _modules(symbol, room):
        scale = module / SMALLEST_MODULE
        try:
            larger = _first(content, symbol, variant, (room.inner[0] / scale, room.inner[1] / scale))
        except ValueError:
            continue
        # A larger label must not cost lines or words.
        if _words(larger, content) == _words(smallest, content):
            return _enlarged(_snug(larger, content, symbol, variant), scale)
    return _snug(smallest, content, symbol, variant)


def _words(layout: Layout, content: Content) -> tuple[list[str], bool]:
    """The lines, but for those of the verifier's name, which may take two; and whether that is cut."""
    texts = [line.text for line in layout.lines]
    rest = [text for text in texts if text.rstrip(".…") not in content.verifier]
    return rest, len("".join(texts)) < len("".join(rest)) + len(content.verifier.replace(" ", ""))


def _modules(symbol: Symbol, room: Room) -> Iterator[float]:
    """The modules worth trying, the largest first: above these not even the code fits."""
    most = min(*room.inner) / (symbol.modules + 2 * EDGE / SMALLEST_MODULE)
    for steps in range(floor((min(most, LARGEST_MODULE) - SMALLEST_MODULE) / room.step + _ROUNDING), -1, -1):
        yield SMALLEST_MODULE + steps * room.step


def _first(content: Content, symbol: Symbol, variant: Variant, room: tuple[float, float]) -> Layout:
    """The label in the whole width of ``room``, no higher than it must be."""
    width, height = room
    if variant is Variant.CODE:
        return arrange(content, symbol, variant, SMALLEST_MODULE, ((width - 2 * EDGE, height - 2 * EDGE),))
    least = symbol.modules * SMALLEST_MODULE + 2 * EDGE
    lower = (least + steps * _STEP for steps in range(floor((height - least) / _STEP) + 1))
    return arrange(content, symbol, variant, SMALLEST_MODULE, (*((width, each) for each in lower), room))


def _snug(first: Layout, content: Content, symbol: Symbol, variant: Variant) -> Layout:
    """``first`` without what is white around it: at the right it leaves as much as the quiet zone does at the left."""
    if variant is Variant.CODE:
        return first
    whole = (first.width, first.height)
    low = first.height - 2 * max(0, first.top - EDGE)
    narrow = min(first.right + EDGE + QUIET_ZONE * SMALLEST_MODULE, first.width)
    return arrange(content, symbol, variant, SMALLEST_MODULE, ((narrow, low), (first.width, low), whole))


def _enlarged(layout: Layout, scale: float) -> Layout:
    """``layout`` with every length ``scale`` times as long."""
    code = layout.code
    return replace(
        layout,
        width=layout.width * scale,
        height=layout.height * scale,
        code=Code(code.symbol, code.x * scale, code.y * scale, code.module * scale),
        lines=tuple(_line(line, scale) for line in layout.lines),
        bars=tuple(Bar(*(value * scale for value in astuple(bar))) for bar in layout.bars),
        frames=tuple(Frame(*(value * scale for value in astuple(frame))) for frame in layout.frames),
        right=layout.right * scale,
        top=layout.top * scale,
    )


def _line(line: Line, scale: float) -> Line:
    runs = tuple(replace(run, size=run.size * scale, drop=run.drop * scale, gap=run.gap * scale) for run in line.runs)
    return Line(line.x * scale, line.y * scale, runs)
