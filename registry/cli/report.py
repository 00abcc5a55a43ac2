"""How a bulk registration's report looks in a terminal."""

from rich.table import Table

from registry.cli.shell import console
from registry.imports.report import Report
from verifier.cli.show import printable

_SHOWN = 10


def show_report(report: Report, shown: int = _SHOWN) -> None:
    """Prints counts, why rows were refused, and the first ``shown`` refusals."""
    console.print(
        f"{report.rows} rows: {report.published} published, {report.submitted} submitted, "
        f"{report.already} there already, {report.refused} refused",
        style="bold",
    )
    if report.errors or report.warnings:
        table = Table("finding", "severity", "rows")
        for severity, counts in (("error", report.errors), ("warning", report.warnings)):
            for code, rows in counts.most_common():
                table.add_row(code, severity, str(rows))
        console.print(table)
    for refusal in report.refusals[:shown]:
        console.print(f"row {refusal.row}: {printable(refusal.product)}", markup=False, soft_wrap=True)
        for finding in refusal.findings:
            console.print(
                f"    {finding.code} at {finding.path}: {finding.message['en']}", markup=False, soft_wrap=True
            )
    if len(report.refusals) > shown:
        console.print(f"... and {len(report.refusals) - shown} more refused rows; --report FILE.csv lists all")
