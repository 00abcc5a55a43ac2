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

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from registry.labels import words
from registry.labels.content import CO2E, Content
from registry.labels.typeface import CAP_HEIGHT, DESCENT, POINT, Weight, width
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


class _Row(Struct, frozen=True):
    """A text set in lines of one font."""

    lines: tuple[str, ...]
    size: float
    weight: Weight = Weight.REGULAR

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * _LEADING


class _Head(Struct, frozen=True):
    """The figure with its unit and what it is per. ``line`` is set at the origin; ``rows`` follow it."""

    figure: Line
    size: float
    rows: tuple[Line, ...]


class _Rows(Struct, frozen=True):
    """Every row but the figure's, set at one size of small text."""

    heading: _Row
    context: tuple[_Row, ...]
    foot: tuple[_Row, ...]

    @property
    def form(self) -> tuple[tuple[int, str], ...]:
        """How many lines each row takes, and what of its text is there."""
        return tuple((len(row.lines), "".join(row.lines).replace(" ", "")) for row in (*self.context, *self.foot))


def set_text(
    content: Content, left: float, right: float, aligned: tuple[float, float], tall: tuple[float, float]
) -> tuple[Line, ...] | None:
    """The lines between ``left`` and ``right``, or None if they do not fit at the smallest size.

    Preferably from the top to the bottom of the code's own modules (``aligned``: the first line's top, the last
    line's baseline), else of the label (``tall``).
    """
    limit = right - left
    smallest = _set_rows(content, SMALLEST, limit)
    if smallest is None:
        return None
    settings = [(SMALLEST * scale, _set_rows(content, SMALLEST * scale, limit)) for scale in _scales(limit)]
    top, bottom = tall
    for band in (aligned, (top, bottom - DESCENT * SMALLEST)):
        for small, rows in settings:
            # Larger text must not cost lines or words.
            if rows is not None and rows.form == smallest.form:
                lines = _set_at(content, rows, small, (left, limit), band)
                if lines is not None:
                    return lines
    return None


def _scales(limit: float) -> Iterator[float]:
    """The scales worth trying in a column of ``limit`` mm: above these not even the call to scan fits."""
    widest = limit / max(width(text, SMALLEST, Weight.BOLD) for text in words.SCAN)
    return (scale for scale in _SCALES if scale <= max(widest, 1))


def _set_at(
    content: Content, rows: _Rows, small: float, across: tuple[float, float], down: tuple[float, float]
) -> tuple[Line, ...] | None:
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


def _set_rows(content: Content, small: float, limit: float) -> _Rows | None:
    """The rows at one size, or None if one does not fit the width."""
    heading = _one_line((content.heading,), small, limit, Weight.BOLD)
    boundary = _flowing(content.boundary, small, limit)
    year = _one_line((content.year,), small, limit)
    verifier = _Row(wrap(content.verifier, limit, small, 2).lines, small)
    keys = tuple(_one_line(forms, small, limit) for forms in content.keys)
    qualifiers = tuple(_flowing(text, small, limit) for text in content.qualifiers)
    scan = _one_line((" ".join(words.SCAN),), small, limit, Weight.BOLD)
    if scan is None and all(width(text, small, Weight.BOLD) <= limit for text in words.SCAN):
        scan = _Row(words.SCAN, small, Weight.BOLD)
    context = tuple(row for row in (boundary, year, verifier) if row)
    foot = tuple(row for row in (*keys, *qualifiers, scan) if row)
    if heading is None or len(context) < 3 or len(foot) < len(keys) + len(qualifiers) + 1:
        return None
    return _Rows(heading, context, foot)


def _one_line(forms: tuple[str, ...], size: float, limit: float, weight: Weight = Weight.REGULAR) -> _Row | None:
    """The first of ``forms`` that fits on one line."""
    return next((_Row((form,), size, weight) for form in forms if width(form, size, weight) <= limit), None)


def _flowing(text: str, size: float, limit: float) -> _Row | None:
    """``text`` in at most two lines, or None if it would have to be cut."""
    setting = wrap(text, limit, size, 2)
    return _Row(setting.lines, size) if setting.whole else None


def _height(rows: tuple[_Row, ...]) -> float:
    return sum(row.height for row in rows)


def _unit(size: float, gap: float) -> tuple[Run, ...]:
    before, two, after = CO2E
    return (
        Run(before, size, Weight.BOLD, gap=gap),
        Run(two, size * _TWO, Weight.BOLD, drop=size * _TWO_DROP),
        Run(after, size, Weight.BOLD),
    )


def _unit_width(size: float) -> float:
    return sum(run.width for run in _unit(size, 0))


def _beside(content: Content, small: float, limit: float, room: float) -> _Head | None:
    """The unit on the figure's line, what it is per below."""
    per = _flowing(content.per, small * _PER, limit)
    if per is None or (len(per.lines) > 1 and small > SMALLEST):
        return None
    digits = width(content.figure, 1, Weight.BOLD) + _UNIT_GAP
    by_width = limit / (digits + _UNIT * _unit_width(1))
    if by_width * _UNIT < small * _PER:
        by_width = (limit - _unit_width(small * _PER)) / digits
    size = min(by_width, small * _LARGEST_FIGURE, (room - per.height) / (CAP_HEIGHT + _BELOW_FIGURE))
    unit = _unit(max(size * _UNIT, small * _PER), size * _UNIT_GAP)
    figure = Line(0, 0, (Run(content.figure, size, Weight.BOLD), *unit))
    return _Head(figure, size, _stacked(per))


def _above(content: Content, small: float, limit: float, room: float) -> _Head | None:
    """The figure alone on its line, the unit and what it is per below."""
    size = small * _PER
    unit = Line(0, 0, _unit(size, 0))
    per = Run(content.per, size, Weight.REGULAR, gap=size * 0.25)
    if unit.width + per.width <= limit:
        rows: tuple[Line, ...] = (replace(unit, runs=(*unit.runs, per)),)
    else:
        flowing = _flowing(content.per, size, limit)
        if flowing is None or unit.width > limit:
            return None
        rows = (unit, *_stacked(flowing))
    height = len(rows) * size * _LEADING
    by_width = limit / width(content.figure, 1, Weight.BOLD)
    figure_size = min(by_width, small * _LARGEST_FIGURE, (room - height) / (CAP_HEIGHT + _BELOW_FIGURE))
    return _Head(plain(content.figure, 0, 0, figure_size, Weight.BOLD), figure_size, rows)


def _stacked(row: _Row) -> tuple[Line, ...]:
    return tuple(plain(text, 0, 0, row.size, row.weight) for text in row.lines)


def _place(rows: _Rows, head: _Head, small: float, left: float, first: float, last: float) -> tuple[Line, ...]:
    """Gives every line its place: the heading's baseline at ``first``, the last line's at ``last``."""
    lines = [line.at(left, first) for line in _stacked(rows.heading)]
    y = first + _ABOVE_FIGURE * small + CAP_HEIGHT * head.size
    lines.append(head.figure.at(left, y))
    y += _BELOW_FIGURE * head.size
    for line in head.rows:
        y += line.size * _LEADING
        lines.append(line.at(left, y))
    gap = (last - y - _height(rows.context) - _height(rows.foot)) / 2
    for group in (rows.context, rows.foot):
        y += gap
        for row in group:
            for line in _stacked(row):
                y += line.size * _LEADING
                lines.append(line.at(left, y))
    return tuple(lines)
