"""What became of a bulk registration."""

from collections import Counter

from msgspec import Struct, field

from schemas.findings import Finding


class Refusal(Struct, frozen=True):
    """A row that was refused, and every reason."""

    row: int
    reference: str | None
    product: str
    findings: tuple[Finding, ...]
    columns: dict[str, str] = {}


class Report(Struct):
    """Counts and refusals: ``rows`` is the sum of the other four counts.

    ``published`` and ``submitted`` are what this run brought there, ``already`` what it found there. ``warnings`` and
    ``errors`` count rows by code, a row once per code.
    """

    rows: int = 0
    published: int = 0
    submitted: int = 0
    already: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
