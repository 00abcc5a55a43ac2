"""Loading rows: each becomes a declaration, submitted, and published where the operator vouches for it.

In batches, two transactions each: one that writes declarations with what was stated of them, one that publishes. A
load that was killed anywhere is run again and goes on where it was: nothing is there twice, nothing by half.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from registry.errors import Refused, RegistryError
from registry.imports.batch import Batch, Judged, Outcome
from registry.imports.report import Report
from registry.imports.row import Row, row_error
from registry.records.publish import Published, publish
from registry.registry import Registry
from schemas.findings import Finding

BATCH = 250
"""Rows of a turn: some hundreds, so that the database's write lock is free again in a fraction of a second."""

Progress = Callable[[int, int], None]
"""Told how many rows of how many are done."""


def load(
    registry: Registry,
    rows: Sequence[Row],
    *,
    member: str | None,
    publish: bool,
    now: datetime,
    progress: Progress | None = None,
    acknowledge: Callable[[Published], None] | None = None,
) -> Report:
    """Registers ``rows`` for ``member``, or without one for the owner that each names; what became of each.

    With ``publish`` the operator vouches for what the rows say of their verification, and they are published at
    ``now``; else they are submitted and wait for their verification body. ``acknowledge`` is called for each record
    once it is in the log for good. A refused row stops no other.
    """
    report = Report()
    for start in range(0, len(rows), BATCH):
        batch = Batch(rows[start : start + BATCH], member, publish, now)
        judged = _written(registry, batch)
        _publish(registry, judged, now, acknowledge)
        for one in judged:
            report.add(one.row, one.outcome, one.findings)
        if progress is not None:
            progress(min(start + BATCH, len(rows)), len(rows))
    report.refusals.sort(key=lambda refusal: refusal.row)
    return report


def _written(registry: Registry, batch: Batch) -> list[Judged]:
    with registry.database.reading() as session:
        batch.judge(session)
    with registry.database.writing() as session, session.no_autoflush:
        return batch.write(session)


def _publish(
    registry: Registry, judged: Sequence[Judged], now: datetime, acknowledge: Callable[[Published], None] | None
) -> None:
    verified = {one.ready.key: one for one in judged if one.ready is not None and one.outcome is Outcome.PUBLISHED}
    for outcome in publish(registry, list(verified), now) if verified else ():
        if not isinstance(outcome, Published):
            verified[outcome.declaration].refuse(_findings_of(outcome.error))
        elif acknowledge is not None:
            acknowledge(outcome)


def _findings_of(problem: RegistryError) -> Sequence[Finding]:
    if isinstance(problem, Refused):
        return problem.findings
    return [row_error(problem.slug, "$", f"{problem}.", f"无法发布：{problem}。")]
