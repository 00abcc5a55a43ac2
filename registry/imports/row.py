"""One row of a source on its way to a declaration."""

from msgspec import Struct

from schemas.findings import Finding
from schemas.findings.finding import error


class Row(Struct, frozen=True, kw_only=True):
    """A row as its source's mapping read it.

    ``number`` is the row of the sheet or line of the file, from 1. ``raw`` is what ``schemas.reading`` reads, without
    owner; ``owner`` is the member id that the row names, if any. ``found`` are errors in the form of its cells, whose
    fields ``raw`` leaves out. ``columns`` names the source's column for a JSON path, for the report.
    """

    number: int
    reference: str | None = None
    owner: str | None = None
    raw: dict[str, object] = {}
    found: tuple[Finding, ...] = ()
    columns: dict[str, str] = {}

    @property
    def product(self) -> str:
        """The product's name in whichever language there is, for the report."""
        name = self.raw.get("product_name")
        words = name.get("en") or next(iter(name.values()), "") if isinstance(name, dict) else name
        return words if isinstance(words, str) else ""


def row_error(code: str, path: str, en: str, zh: str) -> Finding:
    """A finding on the form of a row."""
    return error(code, path, en, zh)
