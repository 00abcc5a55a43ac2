"""Sheets and rolls of labels to print on: how many of which size stand where, in millimetres.

Sizes and numbers are those that the makers publish with each article, at the address given. Makers centre the labels on
the sheet, so the margins follow: 7.25 and 15.15 mm for Avery L7160, 0.1875 and 0.5 inch for 5160, as their templates
have them. The columns of a sheet may have a gap between them; its rows have none.
"""

from msgspec import Struct

A4, LETTER = (210.0, 297.0), (215.9, 279.4)
_INCH = 25.4


class SheetForm(Struct, frozen=True):
    """``columns`` by ``rows`` labels of ``width`` by ``height`` mm, ``gap`` mm between columns, amid ``paper``."""

    name: str
    paper: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    gap: float
    source: str

    @property
    def count(self) -> int:
        """Labels of a sheet."""
        return self.columns * self.rows

    def corner(self, position: int) -> tuple[float, float]:
        """The top left corner of label ``position``, from 0, row by row, from the sheet's top left corner."""
        row, column = divmod(position, self.columns)
        left = (self.paper[0] - self.columns * self.width - (self.columns - 1) * self.gap) / 2
        top = (self.paper[1] - self.rows * self.height) / 2
        return left + column * (self.width + self.gap), top + row * self.height


def _roll(width: float, height: float) -> SheetForm:
    """A roll: one label a page."""
    return SheetForm(f"roll-{width:g}x{height:g}", (width, height), 1, 1, width, height, 0, "")


FORMS: dict[str, SheetForm] = {
    form.name: form
    for form in (
        SheetForm("avery-l7160", A4, 3, 7, 63.5, 38.1, 2.5, "https://www.avery.co.uk/template-l7160"),
        SheetForm("avery-l7163", A4, 2, 7, 99.1, 38.1, 2.5, "https://www.avery.co.uk/template-l7163"),
        SheetForm("avery-l7159", A4, 3, 8, 63.5, 33.9, 2.5, "https://www.avery.co.uk/template-l7159"),
        SheetForm("avery-l7651", A4, 5, 13, 38.1, 21.2, 2.5, "https://www.avery.co.uk/template-l7651"),
        SheetForm(
            "avery-5160", LETTER, 3, 10, 2.625 * _INCH, _INCH, 0.125 * _INCH, "https://www.avery.com/templates/5160"
        ),
        SheetForm(
            "avery-5163", LETTER, 2, 5, 4 * _INCH, 2 * _INCH, 0.1875 * _INCH, "https://www.avery.com/templates/5163"
        ),
        SheetForm("herma-4677", A4, 3, 7, 63.5, 38.1, 2.5, "https://www.herma.com (article 4677)"),
        SheetForm("herma-4678", A4, 2, 7, 99.1, 38.1, 2.5, "https://www.herma.com (article 4678)"),
        SheetForm("herma-4464", A4, 3, 8, 70, 37, 0, "https://www.herma.com (article 4464)"),
        *(_roll(*size) for size in ((40, 25), (50, 25), (50, 30), (60, 30), (60, 40), (80, 40), (100, 50))),
    )
}
"""The forms by name."""
