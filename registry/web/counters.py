"""What this process counts for Prometheus. ``registry.web.metrics`` says how the counts of several become one."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram

COUNTERS = CollectorRegistry()
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""Seconds: a scan takes one thousandth, a batch a minute."""

_REQUESTS = Counter("carbonlabel_requests", "Requests answered.", ("method", "route", "status"), registry=COUNTERS)
_SECONDS = Histogram(
    "carbonlabel_request_duration_seconds",
    "Time from a request's head to the last byte of its answer.",
    ("method", "route"),
    buckets=_BUCKETS,
    registry=COUNTERS,
)
_VERDICTS = Counter(
    "carbonlabel_verdicts",
    "Verdicts given on labels: on one that was sent, on one whose address was opened, on a line of a batch.",
    ("verdict", "asked"),
    registry=COUNTERS,
)
_JOBS = Counter("carbonlabel_jobs_ended", "Attempts at jobs that ended.", ("kind", "outcome"), registry=COUNTERS)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """A request was answered."""
    _REQUESTS.labels(method, route, str(status)).inc()
    _SECONDS.labels(method, route).observe(seconds)


def count_job(kind: str, outcome: str) -> None:
    """An attempt at a job ended."""
    _JOBS.labels(kind, outcome).inc()


def count_verdicts(asked: str, counts: Mapping[str, int]) -> None:
    """So many verdicts of each kind were given; ``asked`` is ``single``, ``scan`` or ``batch``."""
    for verdict, count in counts.items():
        _VERDICTS.labels(verdict, asked).inc(count)
