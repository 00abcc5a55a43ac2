"""One row of a source on its way to a declaration."""

import re
from collections.abc import Mapping

from msgspec import Struct

from schemas.findings import Finding
from schemas.findings.finding import error

_LAST_STEP = re.compile(r"(?:\.[^.\[\]]*|\[[^\[\]]*\])$")


class Maker(Struct, frozen=True):
    """Whose product a file in somebody else's form says it is, at the place ``at`` in it.

    ``names`` are those of one organisation, in whatever language, ``ids`` its URNs, ``domain`` its domain on the web.
    """

    at: str
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    domain: str = ""


class Row(Struct, frozen=True, kw_only=True):
    """A row as its source's mapping read it.

    ``number`` is the row of the sheet or line of the file, from 1. ``raw`` is what ``schemas.reading`` reads, without
    owner; ``owner`` is the member id that the row names, if any. ``found`` are errors in the form of its cells, whose
    fields ``raw`` leaves out, ``warned`` what the sender should know besides. ``columns`` names the source's column for
    a JSON path, for the report. ``maker`` is whose the file says the declaration is.
    """

    number: int
    reference: str | None = None
    owner: str | None = None
    raw: dict[str, object] = {}
    found: tuple[Finding, ...] = ()
    warned: tuple[Finding, ...] = ()
    columns: dict[str, str] = {}
    maker: Maker | None = None

    @property
    def product(self) -> str:
        """The product's name in whichever language there is, for the report."""
        name = self.raw.get("product_name")
        words = name.get("en") or next(iter(name.values()), "") if isinstance(name, dict) else name
        return words if isinstance(words, str) else ""


def row_error(code: str, path: str, en: str, zh: str) -> Finding:
    """A finding on the form of a row."""
    return error(code, path, en, zh)


def column_of(columns: Mapping[str, str], path: str) -> str:
    """The source's column for a JSON path, or for the nearest that holds it; empty when there is none."""
    while path not in columns:
        holder = _LAST_STEP.sub("", path)
        if holder == path:
            return ""
        path = holder
    return columns[path]
