"""What became of a row, and what is written beside it in the annotated copy of its file."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from registry.imports.batch import Outcome
from registry.imports.report import printable
from registry.imports.row import column_of
from schemas.findings import Finding, Severity
from schemas.text import in_language

_MOST = 20
"""Findings of a row that its cell says."""


class Note(StrEnum):
    """The columns and members of our own. Reading passes them over, so that a corrected copy can be uploaded again."""

    RESULT = "result"
    FINDINGS = "findings"
    FINDINGS_EN = "findings_en"
    FINDINGS_ZH = "findings_zh"


NOTE_COLUMNS = (Note.RESULT, Note.FINDINGS_EN, Note.FINDINGS_ZH)
"""Of a sheet."""

NOTE_MEMBERS = (Note.RESULT, Note.FINDINGS)
"""Of an object."""


class RowOutcome(Struct, frozen=True, array_like=True):
    """What became of a row, by its number in the file; ``columns`` names the file's own column for a JSON path."""

    row: int
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    columns: dict[str, str] = {}

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts for ``NOTE_COLUMNS``."""
        return str(self.outcome), said(self.findings, "en"), said(self.findings, "zh")

    def by_column(self) -> dict[str, list[Finding]]:
        """The findings that are about one of the file's columns, by its name; others by their path."""
        found: dict[str, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(column_of(self.columns, finding.path) or finding.path, []).append(finding)
        return found


def said(found: Iterable[Finding], language: str) -> str:
    """Findings in the words of one language, errors first, each on a line of its own."""
    worst_first = sorted(found, key=lambda finding: finding.severity is not Severity.ERROR)
    lines = [printable(in_language(finding.message, language), 1_000) for finding in worst_first[:_MOST]]
    return "\n".join([*lines, *(["..."] if len(worst_first) > _MOST else [])])
