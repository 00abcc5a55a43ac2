"""Bulk registration end to end, from the uploaded file to the annotated copy, and labels drawn as sheets."""

import threading
import time

import msgspec

from registry.imports import job as imports
from registry.imports.job import ImportRequest
from registry.jobs import queue
from registry.jobs.kinds import KINDS
from registry.jobs.queue import JobState
from registry.jobs.working import work_once
from registry.labels.artwork import layout_of
from registry.labels.pdf import sheets_pdf
from registry.labels.sheets import FORMS
from registry.registry import Registry, utc_now
from tests.bench.table import Line
from tests.registry.imports.tables import csv_of, good
from tests.registry.labels.artwork_samples import make_art
from tests.world import MAKER


def measure(registry: Registry, rows: int, database: str) -> list[Line]:
    """Registers ``rows`` declarations in one job: rows a second, and of processor time."""
    content = csv_of([good(number) for number in range(rows)]).encode()
    started, worked = time.perf_counter(), time.process_time()
    with registry.database.writing() as session:
        request = msgspec.json.encode(ImportRequest("bench.csv"))
        key = queue.put(session, imports.KIND, MAKER.id, request, {imports.UPLOAD: content}, utc_now()).id
    assert work_once(registry, KINDS, threading.Event(), utc_now)
    elapsed, worked = time.perf_counter() - started, time.process_time() - worked
    with registry.database.reading() as session:
        row = session.get_one(queue.JobRow, key)
        assert (row.state, row.done) == (JobState.DONE, rows), row.error
    return [
        Line(f"bulk registration of {rows:,}, {database}", f"{rows / elapsed:,.0f} /s", "", "", ""),
        Line(f"the same by processor time, {database}", f"{rows / worked:,.0f} /s", "", "", "3,000 /s a core"),
    ]


def measure_labels(labels: int) -> list[Line]:
    """Draws labels with serial numbers as sheets."""
    form = FORMS["avery-l7160"]
    arts = [make_art(f"/01/09521234000017/21/{at:06}", seed=at, serial=f"{at:06}") for at in range(labels)]
    started, worked = time.perf_counter(), time.process_time()
    layouts = (layout_of(art, "en", sizes=((form.width, form.height),)) for art in arts)
    sheets_pdf(layouts, form, 0, "Labels", "en")
    elapsed, worked = time.perf_counter() - started, time.process_time() - worked
    return [
        Line(f"{labels:,} labels as PDF", f"{labels / elapsed:,.0f} /s", "", "", "200 /s"),
        Line("the same by processor time", f"{labels / worked:,.0f} /s", "", "", ""),
    ]
