"""Labels as PDF: paths for codes, real text in two embedded fonts, of which a file holds the characters that it uses.

The same labels give the same bytes: no time of day is in them.
"""

import re
from collections.abc import Iterable
from functools import cache
from io import BytesIO

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from registry.labels.column import Bar, Line
from registry.labels.layout import Code, Frame, Layout
from registry.labels.qr import QUIET_ZONE
from registry.labels.sheets import SheetForm
from registry.labels.typeface import FONTS, POINT, Weight

# Pages as bytes, not as text, which takes a quarter more room and most of the time.
setattr(rl_config, "useA85", 0)  # noqa: B010 - it has no declared attributes

_DARK = re.compile(b"\x01+")
_LANGUAGE = {"en": "en", "zh": "zh-Hans"}


def label_pdf(layout: Layout) -> bytes:
    """One label on a page of its own size."""
    made = BytesIO()
    canvas = _canvas(made, (layout.width, layout.height), layout.title, layout.language)
    _Page(canvas, layout.height).draw(layout, 0, 0)
    canvas.save()
    return made.getvalue()


def sheets_pdf(layouts: Iterable[Layout], form: SheetForm, skip: int, title: str, language: str) -> bytes:
    """Labels on as many sheets as they take; the first ``skip`` of the first sheet are used up, and stay free.

    A label that is smaller than the form's stands in the middle of it.
    """
    made = BytesIO()
    canvas = _canvas(made, form.paper, title, language)
    page = _Page(canvas, form.paper[1])
    for position, layout in enumerate(layouts, skip):
        on_sheet = position % form.count
        if on_sheet == 0 and position > skip:
            canvas.showPage()
        x, y = form.corner(on_sheet)
        page.draw(layout, x + (form.width - layout.width) / 2, y + (form.height - layout.height) / 2)
    canvas.save()
    return made.getvalue()


def _canvas(file: BytesIO, size: tuple[float, float], title: str, language: str) -> Canvas:
    _load_fonts()
    points = (size[0] / POINT, size[1] / POINT)
    canvas = Canvas(file, pagesize=points, pageCompression=1, invariant=1, lang=_LANGUAGE[language])
    canvas.setTitle(title)
    canvas.setAuthor("carbonlabel")
    canvas.setViewerPreference("PrintScaling", "None")  # a label that is scaled misses its place
    return canvas


@cache
def _load_fonts() -> None:
    for weight in Weight:
        pdfmetrics.registerFont(TTFont(weight.name, str(FONTS / weight)))


class _Page:
    """Draws on the pages of a canvas, in mm from their top left corner."""

    def __init__(self, canvas: Canvas, height: float) -> None:
        self._canvas = canvas
        self._height = height

    def draw(self, layout: Layout, x: float, y: float) -> None:
        """A label with its top left corner there."""
        for frame in layout.frames:
            self._frame(frame, x, y)
        for bar in layout.bars:
            self._bar(bar, x, y)
        for line in layout.lines:
            self._line(line, x, y)
        self._code(layout.code, x, y)

    def _frame(self, frame: Frame, x: float, y: float) -> None:
        stroke = frame.stroke
        self._canvas.setLineWidth(stroke / POINT)
        left, bottom = x + frame.x + stroke / 2, self._height - (y + frame.y + frame.height - stroke / 2)
        width, height = frame.width - stroke, frame.height - stroke
        self._canvas.rect(left / POINT, bottom / POINT, width / POINT, height / POINT)

    def _bar(self, bar: Bar, x: float, y: float) -> None:
        left, bottom = x + bar.x, self._height - (y + bar.y + bar.height)
        box = (left / POINT, bottom / POINT, bar.width / POINT, bar.height / POINT)
        self._canvas.rect(*box, stroke=0, fill=1)

    def _line(self, line: Line, x: float, y: float) -> None:
        at = x + line.x
        for run in line.runs:
            baseline = self._height - (y + line.y + run.drop)
            self._canvas.setFont(run.weight.name, run.size / POINT)
            self._canvas.drawString((at + run.gap) / POINT, baseline / POINT, run.text)
            at += run.width

    def _code(self, code: Code, x: float, y: float) -> None:
        """The dark modules as one path, a rectangle a run, a unit a module: so none is seen apart from the next."""
        module, quiet = code.module / POINT, QUIET_ZONE * code.module
        left, top = (x + code.x + quiet) / POINT, (self._height - (y + code.y + quiet)) / POINT
        runs = [
            f"{found.start()} {row} {found.end() - found.start()} 1 re"
            for row, modules in enumerate(code.symbol.rows)
            for found in _DARK.finditer(modules)
        ]
        self._canvas.saveState()
        self._canvas.transform(module, 0, 0, -module, left, top)
        self._canvas.drawPath(PDFPathObject(runs), stroke=0, fill=1)
        self._canvas.restoreState()
