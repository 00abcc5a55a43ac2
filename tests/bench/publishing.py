"""Publishing declarations in bulk, durably, on one core."""

import time

from registry.records.publish import Published, publish
from registry.registry import Registry, utc_now
from tests.bench.table import Line
from tests.world import a_declaration, verified

BATCH = 500


def measure(registry: Registry, count: int) -> tuple[list[Line], list[str]]:
    """Publishes ``count`` verified declarations in batches; returns the labels too."""
    ids = verified(registry, [a_declaration(number) for number in range(count)])
    labels: list[str] = []
    rates = []
    cpu = time.process_time()
    begin = time.perf_counter()
    for start in range(0, count, BATCH):
        batch_begin = time.perf_counter()
        outcomes = publish(registry, ids[start : start + BATCH], utc_now())
        rates.append(BATCH / (time.perf_counter() - batch_begin))
        labels += [outcome.label for outcome in outcomes if isinstance(outcome, Published)]
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    assert len(labels) == count
    return [
        Line(
            f"publishing {count} declarations, {BATCH} a transaction",
            f"{count / seconds:,.0f} a second",
            f"best batch {max(rates):,.0f}; per CPU second {count / cpu:,.0f}",
            "-",
            "3,000 a second",
        )
    ], labels
