"""The text beside the QR code: three groups of rows in one column, with the figure as large as the room allows.

::

    Carbon footprint                 heading
    1.96 kg CO2e                     figure
    per 1 piece
                                     -- gap
    raw material to factory gate     context: boundary, year, verifier
    data 2016
    checked by ...
                                     -- gap
    GTIN 9 521234 000017             foot: GTIN or GLN, lot, serial number
    Scan to verify 扫码核验

All lengths are millimetres; a font's size is its em.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from registry.labels import words
from registry.labels.content import CO2E, Content
from registry.labels.typeface import CAP_HEIGHT, POINT, Weight, width
from registry.labels.wrapping import wrap

SMALLEST = 4.75 * POINT
SMALLEST_FIGURE = 9 * POINT
NARROWEST = 14.0
"""mm that a column needs to be worth trying."""

_SCALES = (8, 6, 5, 4, 3.5, 3, 2.6, 2.3, 2, 1.8, 1.65, 1.5, 1.4, 1.3, 1.2, 1.15, 1.1, 1.05, 1)
"""How much larger than ``SMALLEST`` the small text may be, best first."""

# Ems of small text, unless they say otherwise.
_LEADING = 1.2
_GAP = 0.35  # least white between groups
_ABOVE_FIGURE = 0.45  # from the heading's baseline to the top of the figure's digits
_BELOW_FIGURE = 0.13  # ems of the figure: what its commas reach into the leading
_LARGEST_FIGURE = 3.4
_LEAST_CONTRAST = 2.4  # figure to small text, when the small text is larger than it must be
_PER = 1.1
_UNIT = 0.48  # ems of the figure
_UNIT_GAP = 0.22  # ems of the figure
_TWO = 0.66  # ems of the unit
_TWO_DROP = 0.14  # ems of the unit
_TOP = {"en": CAP_HEIGHT, "zh": 0.86}  # of a line in that language


class Run(Struct, frozen=True):
    """Part of a line in one font. ``drop`` is mm below the baseline, ``gap`` mm of white before."""

    text: str
    size: float
    weight: Weight
    drop: float = 0
    gap: float = 0

    @property
    def width(self) -> float:
        return self.gap + width(self.text, self.size, self.weight)


class Line(Struct, frozen=True):
    """A line of text that starts at ``x`` on a baseline ``y``."""

    x: float
    y: float
    runs: tuple[Run, ...]

    @property
    def width(self) -> float:
        return sum(run.width for run in self.runs)

    @property
    def size(self) -> float:
        """The em of its largest run."""
        return max(run.size for run in self.runs)

    @property
    def text(self) -> str:
        return "".join((" " if run.gap else "") + run.text for run in self.runs)

    def at(self, x: float, y: float) -> "Line":
        """The same line at another place."""
        return replace(self, x=x, y=y)


def plain(text: str, x: float, y: float, size: float, weight: Weight) -> Line:
    """A line of one run."""
    return Line(x, y, (Run(text, size, weight),))


class Bar(Struct, frozen=True):
    """A black rectangle."""

    x: float
    y: float
    width: float
    height: float


class Row(Struct, frozen=True):
    """A piece of a column, ``height`` high: lines and bars from its own top left corner, which is on the baseline of
    what stands above."""

    height: float
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...] = ()

    @property
    def form(self) -> tuple[int, str]:
        """How many lines it takes, and what of its text is there."""
        return len(self.lines), "".join(line.text for line in self.lines).replace(" ", "")

    def at(self, x: float, y: float) -> "Row":
        """The same row with its corner there."""
        lines = tuple(line.at(x + line.x, y + line.y) for line in self.lines)
        return Row(self.height, lines, tuple(replace(bar, x=x + bar.x, y=y + bar.y) for bar in self.bars))


Foot = Callable[[Content, float, float], tuple[Row, ...] | None]
"""What stands below the context, at a size of small text and in a width; None if it does not fit."""


class _Head(Struct, frozen=True):
    """The figure with its unit and what it is per. ``line`` is set at the origin; ``rows`` follow it."""

    figure: Line
    size: float
    rows: tuple[Row, ...]


class _Rows(Struct, frozen=True):
    """Every row but the figure's, set at one size of small text."""

    heading: Row
    context: tuple[Row, ...]
    foot: tuple[Row, ...]

    @property
    def form(self) -> tuple[tuple[int, str], ...]:
        """How many lines each row takes, and what of its text is there."""
        return tuple(row.form for row in (*self.context, *self.foot))


def keys_and_call(content: Content, small: float, limit: float) -> tuple[Row, ...] | None:
    """GTIN or GLN, lot, serial number, and the call to scan."""
    keys = tuple(_one_line(forms, small, limit) for forms in content.keys)
    qualifiers = tuple(flowing(text, small, limit) for text in content.qualifiers)
    scan = _one_line((" ".join(words.SCAN),), small, limit, Weight.BOLD)
    if scan is None and all(width(text, small, Weight.BOLD) <= limit for text in words.SCAN):
        scan = _text(words.SCAN, small, Weight.BOLD)
    rows = tuple(row for row in (*keys, *qualifiers, scan) if row)
    return rows if len(rows) == len(keys) + len(qualifiers) + 1 else None


def set_text(
    content: Content,
    left: float,
    right: float,
    bands: Sequence[tuple[float, float]],
    foot: Foot = keys_and_call,
    largest: float = _SCALES[0],
) -> tuple[Row, ...] | None:
    """The rows between ``left`` and ``right``, or None if they do not fit at the smallest size.

    Between the first of ``bands`` that holds them: the first line's top and the last line's baseline. The small text is
    at most ``largest`` times ``SMALLEST``.
    """
    limit = right - left
    settings = _settings(content, limit, foot, largest)
    for band in bands:
        for small, rows in settings:
            placed = _set_at(content, rows, small, (left, limit), band)
            if placed is not None:
                return placed
    return None


@lru_cache(maxsize=64)
def _settings(content: Content, limit: float, foot: Foot, largest: float) -> tuple[tuple[float, _Rows], ...]:
    """The rows at each size of small text, the largest first. Larger text must not cost lines or words."""
    smallest = _set_rows(content, SMALLEST, limit, foot)
    if smallest is None:
        return ()
    settings = (
        (SMALLEST * scale, _set_rows(content, SMALLEST * scale, limit, foot)) for scale in _scales(limit, largest)
    )
    return tuple((small, rows) for small, rows in settings if rows is not None and rows.form == smallest.form)


def _scales(limit: float, largest: float) -> Iterator[float]:
    """The scales worth trying in a column of ``limit`` mm: above these not even the call to scan fits."""
    widest = limit / max(width(text, SMALLEST, Weight.BOLD) for text in words.SCAN)
    return (scale for scale in _SCALES if scale <= min(max(widest, 1), largest))


def _set_at(
    content: Content, rows: _Rows, small: float, across: tuple[float, float], down: tuple[float, float]
) -> tuple[Row, ...] | None:
    left, limit = across
    top = _TOP[content.language] * small
    least = top + (_ABOVE_FIGURE + 2 * _GAP) * small + _height(rows.context) + _height(rows.foot)
    room = down[1] - down[0] - least
    enlarged = small > SMALLEST
    for head in (_beside(content, small, limit, room), _above(content, small, limit, room)):
        if head is None or head.size < SMALLEST_FIGURE or (enlarged and head.size < _LEAST_CONTRAST * small):
            continue
        return _place(rows, head, small, left, down[0] + top, down[1])
    return None


def _set_rows(content: Content, small: float, limit: float, foot: Foot) -> _Rows | None:
    """The rows at one size, or None if one does not fit the width."""
    heading = _one_line((content.heading,), small, limit, Weight.BOLD)
    context = (
        flowing(content.boundary, small, limit),
        *((_one_line((content.year,), small, limit),) if content.year else ()),
        _text(wrap(content.verifier, limit, small, 2).lines, small),
    )
    below = foot(content, small, limit)
    if heading is None or below is None or None in context:
        return None
    return _Rows(heading, tuple(row for row in context if row), below)


def _text(texts: tuple[str, ...], size: float, weight: Weight = Weight.REGULAR) -> Row:
    """Texts below one another."""
    leading = size * _LEADING
    lines = tuple(plain(text, 0, leading * number, size, weight) for number, text in enumerate(texts, 1))
    return Row(leading * len(texts), lines)


def _one_line(forms: tuple[str, ...], size: float, limit: float, weight: Weight = Weight.REGULAR) -> Row | None:
    """The first of ``forms`` that fits on one line."""
    return next((_text((form,), size, weight) for form in forms if width(form, size, weight) <= limit), None)


def flowing(text: str, size: float, limit: float) -> Row | None:
    """``text`` in at most two lines, or None if it would have to be cut."""
    setting = wrap(text, limit, size, 2)
    return _text(setting.lines, size) if setting.whole else None


def _height(rows: tuple[Row, ...]) -> float:
    return sum(row.height for row in rows)


def unit(size: float, gap: float) -> tuple[Run, ...]:
    """The figure's unit, its two set small and low."""
    before, two, after = CO2E
    return (
        Run(before, size, Weight.BOLD, gap=gap),
        Run(two, size * _TWO, Weight.BOLD, drop=size * _TWO_DROP),
        Run(after, size, Weight.BOLD),
    )


def _unit_width(size: float) -> float:
    return sum(run.width for run in unit(size, 0))


def _beside(content: Content, small: float, limit: float, room: float) -> _Head | None:
    """The unit on the figure's line, what it is per below."""
    per = flowing(content.per, small * _PER, limit)
    if per is None or (len(per.lines) > 1 and small > SMALLEST):
        return None
    digits = width(content.figure, 1, Weight.BOLD) + _UNIT_GAP
    by_width = limit / (digits + _UNIT * _unit_width(1))
    if by_width * _UNIT < small * _PER:
        by_width = (limit - _unit_width(small * _PER)) / digits
    size = min(by_width, small * _LARGEST_FIGURE, (room - per.height) / (CAP_HEIGHT + _BELOW_FIGURE))
    runs = unit(max(size * _UNIT, small * _PER), size * _UNIT_GAP)
    figure = Line(0, 0, (Run(content.figure, size, Weight.BOLD), *runs))
    return _Head(figure, size, (per,))


def _above(content: Content, small: float, limit: float, room: float) -> _Head | None:
    """The figure alone on its line, the unit and what it is per below."""
    size = small * _PER
    alone = Line(0, 0, unit(size, 0))
    per = Run(content.per, size, Weight.REGULAR, gap=size * 0.25)
    if alone.width + per.width <= limit:
        rows: tuple[Row, ...] = (_line(replace(alone, runs=(*alone.runs, per)), size),)
    else:
        below = flowing(content.per, size, limit)
        if below is None or alone.width > limit:
            return None
        rows = (_line(alone, size), below)
    height = _height(rows)
    by_width = limit / width(content.figure, 1, Weight.BOLD)
    figure_size = min(by_width, small * _LARGEST_FIGURE, (room - height) / (CAP_HEIGHT + _BELOW_FIGURE))
    return _Head(plain(content.figure, 0, 0, figure_size, Weight.BOLD), figure_size, rows)


def _line(line: Line, size: float) -> Row:
    return Row(size * _LEADING, (line.at(0, size * _LEADING),))


def _place(rows: _Rows, head: _Head, small: float, left: float, first: float, last: float) -> tuple[Row, ...]:
    """Gives every row its place: the heading's baseline at ``first``, the last line's at ``last``."""
    placed = [rows.heading.at(left, first - rows.heading.height)]
    y = first + _ABOVE_FIGURE * small + CAP_HEIGHT * head.size
    placed.append(Row(0, (head.figure.at(left, y),)))
    y += _BELOW_FIGURE * head.size
    for row in head.rows:
        placed.append(row.at(left, y))
        y += row.height
    gap = (last - y - _height(rows.context) - _height(rows.foot)) / 2
    for group in (rows.context, rows.foot):
        y += gap
        for row in group:
            placed.append(row.at(left, y))
            y += row.height
    return tuple(placed)
