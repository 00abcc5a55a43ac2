"""How a bulk registration's report looks in a terminal."""

from pathlib import Path

from rich.table import Table

from registry.cli.shell import console
from registry.imports.report import Report, printable, write_csv
from schemas.findings import Severity

_SHOWN = 10


def show_report(report: Report, shown: int = _SHOWN) -> None:
    """Prints counts, findings by code, and the errors of the first ``shown`` refused rows."""
    console.print(
        f"{report.rows} rows: {report.published} published, {report.submitted} submitted, "
        f"{report.already} there already, {report.refused} refused",
        style="bold",
    )
    if report.errors or report.warnings:
        table = Table("finding", "severity", "rows")
        for severity, counts in (("error: row refused", report.errors), ("warning: row taken", report.warnings)):
            for code, rows in counts.most_common():
                table.add_row(code, severity, str(rows))
        console.print(table)
    for refusal in report.refusals[:shown]:
        name = printable(refusal.reference or refusal.product, 80)
        console.print(f"row {refusal.row} {name}", markup=False, soft_wrap=True)
        for finding in refusal.findings:
            if finding.severity is Severity.ERROR:
                console.print(f"    {printable(finding.message['en'])}", markup=False, soft_wrap=True)
    if len(report.refusals) > shown:
        console.print(f"... and {len(report.refusals) - shown} more refused rows")


def save_report(report: Report, path: Path) -> None:
    """Writes every finding on a refused row to a CSV file, a line each."""
    with path.open("w", newline="", encoding="utf-8-sig") as out:
        write_csv(report, out)
    console.print(f"{path}: every refused row, and why", markup=False, soft_wrap=True)
