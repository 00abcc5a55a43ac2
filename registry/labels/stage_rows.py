"""The rows of a label's stages: name, bar and amount, in one scale::

    By stage, kg CO2e
    Suppliers        ▆▆▆▆▆▆▆▆▆▆▆▆   1.21
    Own operations   ▆▆▆            0.35
    Use              ||||||||||  unknown

Lengths as in ``column``. What is unknown is hatched over the whole room for bars: no length that could be read.
"""

from collections.abc import Iterator

from registry.labels import words
from registry.labels.column import Bar, Line, Row, plain, unit
from registry.labels.content import Content
from registry.labels.shares import Share
from registry.labels.typeface import X_HEIGHT, Weight, width

# Ems of small text.
LEADING = 1.2
_GAP = 0.5  # white before and behind the bars
_NARROWEST = 4.0  # room for bars that is worth having
_THINNEST = 0.07  # what is not zero, and the line of zero
_STRIPE = 0.08
_STRIPES = 0.32  # from one stripe to the next


def stage_rows(content: Content, small: float, limit: float) -> tuple[Row, ...] | None:
    """The stages of ``content`` below their heading; None if ``limit`` mm leave no room for bars."""
    amounts = [share.amount or words.UNKNOWN[content.language] for share in content.stages]
    names_end = max(width(share.name, small) for share in content.stages) + _GAP * small
    bars_end = limit - max(width(amount, small) for amount in amounts) - _GAP * small
    heading = _heading(content.language, small)
    if bars_end - names_end < _NARROWEST * small or heading.width > limit:
        return None
    title = Row(small * LEADING, (heading.at(0, small * LEADING),))
    rows = (
        _row(share, amount, small, (names_end, bars_end), limit)
        for share, amount in zip(content.stages, amounts, strict=True)
    )
    return (title, *rows)


def _heading(language: str, small: float) -> Line:
    before, after = words.BY_STAGE[language]
    first = plain(before, 0, 0, small, Weight.BOLD)
    runs = (*first.runs, *unit(small, small * 0.25 if before.isascii() else 0))
    return Line(0, 0, runs + (plain(after, 0, 0, small, Weight.BOLD).runs if after else ()))


def _row(share: Share, amount: str, small: float, room: tuple[float, float], limit: float) -> Row:
    baseline = small * LEADING
    name = plain(share.name, 0, baseline, small, Weight.REGULAR)
    end = plain(amount, limit - width(amount, small), baseline, small, Weight.REGULAR)
    return Row(baseline, (name, end), tuple(_bars(share, small, baseline, room)))


def _bars(share: Share, small: float, baseline: float, room: tuple[float, float]) -> Iterator[Bar]:
    left, right = room
    height = X_HEIGHT * small
    if share.amount is None:
        x = left
        while x + _STRIPE * small <= right:
            yield Bar(x, baseline - height, _STRIPE * small, height)
            x += _STRIPES * small
        return
    long = share.width * (right - left)
    if share.width:
        yield Bar(left + share.start * (right - left), baseline - height, max(long, _THINNEST * small), height)
    if share.zero:
        zero = left + share.zero * (right - left)
        yield Bar(zero, baseline - small * LEADING, _THINNEST * small, small * LEADING)
