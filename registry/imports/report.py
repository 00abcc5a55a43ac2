"""What became of a bulk registration: counts, and a line for every problem, as CSV or as text.

Texts come from files of strangers: characters that do not print are shown escaped, and a CSV cell that a spreadsheet
program would take for a formula gets an apostrophe in front.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TextIO

from msgspec import Struct, field

from registry.imports.batch import Outcome
from registry.imports.csv_text import LIKE_A_FORMULA
from registry.imports.row import Row, column_of
from schemas.findings import Finding, Severity
from schemas.text import in_language

HEADER = ("row", "reference", "product", "severity", "code", "column", "path", "en", "zh")


class Refusal(Struct, frozen=True):
    """A row that was refused, and every finding on it. ``columns`` names its source's columns by JSON path."""

    row: int
    reference: str | None
    product: str
    findings: tuple[Finding, ...]
    columns: dict[str, str] = {}

    def column(self, finding: Finding) -> str:
        """The source's column that a finding is about; '' when it is about none."""
        return column_of(self.columns, finding.path)


class Report(Struct):
    """Counts and refusals: ``rows`` is the sum of the other five counts.

    ``published``, ``submitted`` and ``revised`` are what this run brought there, ``already`` what it found there.
    ``warnings`` and ``errors`` count rows by code, a row once per code: warnings of rows that were taken, errors of
    those refused.
    """

    rows: int = 0
    published: int = 0
    submitted: int = 0
    revised: int = 0
    already: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row, outcome: Outcome, found: Sequence[Finding]) -> None:
        """Counts a row, and keeps it with its findings if it was refused."""
        self.rows += 1
        match outcome:
            case Outcome.PUBLISHED:
                self.published += 1
            case Outcome.SUBMITTED:
                self.submitted += 1
            case Outcome.REVISED:
                self.revised += 1
            case Outcome.UNCHANGED:
                self.already += 1
            case Outcome.REFUSED:
                self.refused += 1
                self.errors.update({finding.code for finding in found if finding.severity is Severity.ERROR})
                self.refusals.append(Refusal(row.number, row.reference, row.product, tuple(found), row.columns))
                return
        self.warnings.update({finding.code for finding in found})


def write_csv(report: Report, file: TextIO) -> None:
    """Writes a line for each finding on a refused row, with a header. Open ``file`` with ``newline=""``."""
    writer = csv.writer(file)
    writer.writerow(HEADER)
    for refusal in report.refusals:
        for finding in refusal.findings:
            cells = (
                str(refusal.row),
                refusal.reference or "",
                refusal.product,
                finding.severity.value,
                finding.code,
                refusal.column(finding),
                finding.path,
                in_language(finding.message, "en"),
                in_language(finding.message, "zh"),
            )
            writer.writerow(_unlike_a_formula(printable(cell)) for cell in cells)


def text_lines(report: Report, language: str = "en") -> Iterator[str]:
    """The report for a terminal: the counts, then the errors of each refused row, in English or Chinese."""
    is_chinese = language.startswith("zh")
    if is_chinese:
        revised = f"已修订{report.revised}，" if report.revised else ""
        yield (
            f"共{report.rows}行：已发布{report.published}，已提交{report.submitted}，{revised}"
            f"此前已有{report.already}，被拒{report.refused}。"
        )
    else:
        revised = f"{report.revised} revised, " if report.revised else ""
        yield (
            f"{report.rows} rows: {report.published} published, {report.submitted} submitted, {revised}"
            f"{report.already} there already, {report.refused} refused."
        )
    titles = ("拒绝原因", "警告") if is_chinese else ("Errors by code", "Warnings by code")
    for title, counts in zip(titles, (report.errors, report.warnings), strict=True):
        if counts:
            yield f"{title}: " + ", ".join(f"{code} {count}" for code, count in counts.most_common())
    for refusal in report.refusals:
        for finding in refusal.findings:
            if finding.severity is Severity.ERROR:
                name = printable(refusal.reference or refusal.product)
                said = printable(in_language(finding.message, language), 1_000)
                yield f"{'第' if is_chinese else 'row '}{refusal.row}{'行' if is_chinese else ''} {name}: {said}"


def printable(text: str, most: int = 2_000) -> str:
    """``text`` with every character that does not print escaped, cut to ``most`` characters."""
    if not text.isprintable():
        text = "".join(each if each.isprintable() else _escaped(each) for each in text[:most])
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def _unlike_a_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(LIKE_A_FORMULA) else cell
