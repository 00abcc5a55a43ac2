"""Sheets and rolls of labels to print on: how many of which size stand where, in millimetres.

Each sheet was checked against what two programs ship: LibreOffice's list of makers' articles
(github.com/LibreOffice/core, ``extras/source/labels/labels.xml``, as of commit 2b45cac482a7), and the templates of
gLabels (github.com/jimevins/glabels-qt, ``templates/``, as of commits 21c6b82b04ca and 0b0c75089fe1). In mm, the pitch
of columns and rows, the size of a label, and the left and the top margin:

| form | LibreOffice | gLabels |
|---|---|---|
| avery-l7160 | 66.04 x 38.10, 63.50 x 38.10, 7.20, 15.15 | 66.04 x 38.10, 64.0 x 38.1, 7.5, 15.5 |
| avery-l7163 | 101.60 x 38.10, 99.06 x 38.10, 4.67, 15.15 | 103.0 x 38.10, 99.1 x 38.1, 3.4, 15.2 |
| avery-l7159 | 66.54 x 33.86, 64.00 x 33.86, 6.46, 13.06 | - |
| avery-5160 | 69.85 x 25.40, 66.68 x 25.40, 4.78, 12.70 | 70.64 x 25.40, 66.68 x 25.40, 3.97, 12.70 |
| avery-5163 | 106.36 x 50.80, 101.60 x 50.80, 3.96, 12.70 | 106.36 x 50.80, 101.6 x 50.8, 4.13, 12.70 |
| herma-4677 | 66.04 x 38.10, 63.50 x 38.10, 7.21, 15.15 | as 4103: 66.5 x 38.1, 63.5 x 38.1, 6.75, 15.5 |
| herma-4678 | 101.60 x 38.10, 99.06 x 38.10, 4.67, 15.15 | - |
| herma-4464 | 70.00 x 37.13, 70.00 x 37.13, 0, 0 | 70.2 x 37.0, 70.2 x 37.0, 0, 0 |

Where they differ, LibreOffice's stand here: its labels are in the middle of the paper, those of gLabels not all. Packs
round: 99.1 for 99.06 mm, 37 for 37.125. Others give L7159 a width of 63.5 mm and a pitch of 66; what is drawn in the
middle 62 mm is on the label either way. So the margins follow from size and gap. There is no gap between rows.

A roll is no maker's article: one label a page, of the size that its name says. A sheet of 65 (Avery L7651, 38.1 x
21.2 mm) is not among the forms, as no signed code fits it: the smallest has 61 modules with its quiet zone, 22.9 mm.
"""

from msgspec import Struct

from registry.labels.fitting import Room
from registry.labels.layout import EDGE
from schemas.text import Text

A4, LETTER = (210.0, 297.0), (215.9, 279.4)
_INCH = 25.4

UNPRINTED = 4.3
"""mm at the edges of a sheet that printers leave white: 4.2 (HP LaserJet IIP, as Microsoft's driver kit of Windows 3.1
has it in 8.3.3), 4 (Konica Minolta 2490MF, its user's guide, "Guaranteed Imageable Area")."""

SPARE = 1.0
"""mm of white around a label that is larger than it must be: what a printer may be off."""

_SHEET_STEP, _ROLL_STEP = 0.0625, 0.125
"""mm by which a code's modules may be larger: on rolls whole dots of a printer with 203 dots an inch."""


class SheetForm(Struct, frozen=True):
    """``columns`` by ``rows`` labels of ``width`` by ``height`` mm, ``gap`` mm between columns, amid ``paper``."""

    name: str
    paper: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    gap: float

    @property
    def title(self) -> Text:
        """What it is called."""
        maker, article = self.name.split("-")
        if maker == "roll":
            size = f"{self.width:g} x {self.height:g}"
            return {"en": f"roll {size} mm", "zh": f"卷标{size}毫米"}
        return dict.fromkeys(("en", "zh"), f"{maker.capitalize()} {article.upper()}")

    @property
    def count(self) -> int:
        """Labels of a sheet."""
        return self.columns * self.rows

    @property
    def is_roll(self) -> bool:
        """Whether a page is a label."""
        return self.count == 1

    @property
    def room(self) -> Room:
        """What may be printed on, in the middle of each label."""
        left, top = (0.0, 0.0) if self.is_roll else self.corner(0)
        most = 0.0 if self.is_roll else UNPRINTED - EDGE
        width, height = self.width - 2 * max(0.0, most - left), self.height - 2 * max(0.0, most - top)
        inner = min(width, self.width - 2 * SPARE), min(height, self.height - 2 * SPARE)
        return Room((width, height), inner, _ROLL_STEP if self.is_roll else _SHEET_STEP)

    def corner(self, position: int) -> tuple[float, float]:
        """The top left corner of label ``position``, from 0, row by row, from the sheet's top left corner."""
        row, column = divmod(position, self.columns)
        left = (self.paper[0] - self.columns * self.width - (self.columns - 1) * self.gap) / 2
        top = (self.paper[1] - self.rows * self.height) / 2
        return left + column * (self.width + self.gap), top + row * self.height


def _roll(width: float, height: float) -> SheetForm:
    """A roll: one label a page."""
    return SheetForm(f"roll-{width:g}x{height:g}", (width, height), 1, 1, width, height, 0)


FORMS: dict[str, SheetForm] = {
    form.name: form
    for form in (
        SheetForm("avery-l7160", A4, 3, 7, 63.5, 38.1, 0.1 * _INCH),
        SheetForm("avery-l7163", A4, 2, 7, 99.06, 38.1, 0.1 * _INCH),
        SheetForm("avery-l7159", A4, 3, 8, 64, 4 / 3 * _INCH, 0.1 * _INCH),
        SheetForm("avery-5160", LETTER, 3, 10, 2.625 * _INCH, _INCH, 0.125 * _INCH),
        SheetForm("avery-5163", LETTER, 2, 5, 4 * _INCH, 2 * _INCH, 0.1875 * _INCH),
        SheetForm("herma-4677", A4, 3, 7, 63.5, 38.1, 0.1 * _INCH),
        SheetForm("herma-4678", A4, 2, 7, 99.06, 38.1, 0.1 * _INCH),
        SheetForm("herma-4464", A4, 3, 8, 70, 297 / 8, 0),
        *(_roll(*size) for size in ((40, 25), (50, 25), (50, 30), (60, 30), (60, 40), (80, 40), (100, 50))),
    )
}
"""The forms by name."""
