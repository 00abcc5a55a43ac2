"""Figures for Prometheus: what was asked and answered, what scans say, and how far behind the log is.

Counters are one process's own. With several, each writes its own into the folder that ``PROMETHEUS_MULTIPROC_DIR``
names before ``prometheus_client`` is loaded, as ``carbonlabel serve`` does; whoever is asked adds them up. How far the
log is, and whether the process is ready, is looked up when it is asked for.
"""

import hmac
import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from registry.access.admission import SCRAPER
from registry.accounts.outbox import waiting
from registry.database.job_tables import JobRow
from registry.errors import NotAuthenticated, NotFound
from registry.home import COUNTERS_VARIABLE
from registry.jobs.queue import JobState
from registry.log.progress import Progress, progress
from registry.registry import Registry, utc_now
from registry.web.counters import COUNTERS
from registry.web.readiness import OK, readiness
from registry.web.service import Service


class _OfLog:
    """What is looked up when it is asked for."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """For ``CollectorRegistry``."""
        checks = GaugeMetricFamily("carbonlabel_ready", "1 where /readyz finds nothing wrong.", labels=("check",))
        for name, said in readiness(self._registry).checks.items():
            checks.add_metric((name,), float(said == OK))
        yield checks
        try:
            with self._registry.database.reading() as session:
                found = progress(session, self._registry.store())
                behind = [*_jobs(session, utc_now()), *_mail(session, utc_now())]
        except SQLAlchemyError:
            return  # which carbonlabel_ready says
        now = utc_now()
        yield from _gauges(found, now)
        for name, meaning, value in behind:
            yield GaugeMetricFamily(name, meaning, value=value)


def _gauges(found: Progress, now: datetime) -> Iterable[GaugeMetricFamily]:
    """What is not known is left out."""
    waiting = found.entries - found.in_checkpoint
    since = now if not waiting else found.waiting_since
    counts = (
        ("carbonlabel_log_entries", "Entries of the log.", found.entries),
        ("carbonlabel_log_entries_waiting", "Entries that no checkpoint commits the log to yet.", waiting),
    )
    ages = (
        ("carbonlabel_log_waiting_seconds", "For how long the first of them has waited.", since),
        ("carbonlabel_checkpoint_age_seconds", "Since the newest checkpoint was signed.", found.checkpoint_at),
        ("carbonlabel_bundle_age_seconds", "Since the published bundle's timestamp was signed.", found.bundle_at),
    )
    for name, meaning, count in counts:
        yield GaugeMetricFamily(name, meaning, value=count)
    for name, meaning, at in ages:
        if at is not None:
            yield GaugeMetricFamily(name, meaning, value=max((now - at).total_seconds(), 0.0))


_Figure = tuple[str, str, float]


def _jobs(session: Session, now: datetime) -> Iterable[_Figure]:
    queue = select(JobRow.state, func.count(), func.min(JobRow.created_at)).group_by(JobRow.state)
    by_state = {state: (count, since) for state, count, since in session.exec(queue)}
    count, since = by_state.get(JobState.QUEUED, (0, None))
    running, _ = by_state.get(JobState.RUNNING, (0, None))
    yield "carbonlabel_jobs_waiting", "Jobs that nobody works on yet.", count
    yield "carbonlabel_jobs_waiting_seconds", "For how long the first of them has waited.", _age(since, now)
    yield "carbonlabel_jobs_running", "Jobs at work.", running


def _mail(session: Session, now: datetime) -> Iterable[_Figure]:
    found = waiting(session)
    overdue = _age(found.due, now)
    yield "carbonlabel_mail_waiting", "Messages that have not left yet.", found.count
    yield "carbonlabel_mail_tried", "Those of them that were tried, and not taken.", found.tried
    yield "carbonlabel_mail_waiting_seconds", "For how long the first of them has waited.", _age(found.since, now)
    yield "carbonlabel_mail_overdue_seconds", "For how long one of them has been due, and was not tried.", overdue


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)


def exposition(registry: Registry) -> bytes:
    """All figures, in Prometheus' text format."""
    collected = CollectorRegistry()
    if os.environ.get(COUNTERS_VARIABLE):
        MultiProcessCollector(collected)
    else:
        collected.register(COUNTERS)
    collected.register(_OfLog(registry))
    return generate_latest(collected)


@get("/metrics", admits=SCRAPER, include_in_schema=False, sync_to_thread=True)
def metrics(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[bytes]:
    """Figures for Prometheus, for whoever has the token that is configured for it; without one, for nobody."""
    token = service.registry.home.metrics_token(os.environ)
    if not token:
        raise NotFound("there are no figures to read here until metrics_token is configured")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise NotAuthenticated("send the header `Authorization: Bearer <metrics_token>`")
    return Response(exposition(service.registry), headers={"content-type": CONTENT_TYPE_LATEST})


ROUTES = [metrics]
