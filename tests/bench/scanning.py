"""Two hundred shoppers and handhelds scan, each again as soon as it has its answer, while a file is registered.

Half of the scans open the page, half ask for the verdict. The server, its process that registers, and those who scan
share the machine. Scans go before: under so many, registering has what they leave.
"""

import asyncio
import statistics
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

import msgspec

from registry.imports import job as imports
from registry.imports.job import ImportRequest
from registry.jobs import queue
from registry.jobs.queue import JobState
from registry.registry import Registry, utc_now
from tests.bench.table import Line
from tests.end_to_end.commands import Serving
from tests.registry.imports.tables import csv_of, good
from tests.world import MAKER, a_declaration, published

SCANNERS, LABELS = 200, 500
ALONE = 15.0
"""Seconds for which they scan before anything is registered."""

MEANWHILE = 60.0
"""Seconds for which they scan, at most, while the file is registered; the rest of it is registered in peace."""

VISIT = 10
"""Scans on one connection: it stays with the server's process that took it."""

WORKERS = 2
_PAGE, _VERDICT = "text/html", "application/json"


def measure(registry: Registry, rows: int, database: str) -> list[Line]:
    """How long a scan takes, before and while ``rows`` declarations are registered in one job."""
    labels = [one.label for one in published(registry, map(a_declaration, range(LABELS)), "maker", utc_now())]
    home = registry.home.path
    content = csv_of([good(LABELS + number) for number in range(rows)]).encode()
    with Serving(home, workers=WORKERS) as serving:
        over = threading.Event()
        threading.Timer(ALONE, over.set).start()
        alone, _ = _scan(serving.port, labels, over)
        with _registered(registry, content) as job:
            during, elapsed = _scan(serving.port, labels, job.over)
    rate = job.meanwhile / elapsed
    lines = []
    for form, words in ((_PAGE, "page"), (_VERDICT, "verdict")):
        before, now = _per_cent(alone[form]), _per_cent(during[form])
        what = f"{SCANNERS} scanning while {rows:,} are registered, {database}: {words}"
        lines.append(Line(f"{what}, p50", f"{now[49]:.0f} ms", f"alone: {before[49]:.0f} ms", "", ""))
        lines.append(Line(f"{what}, p99", f"{now[98]:.0f} ms", f"alone: {before[98]:.0f} ms", "", ""))
    scans, scans_alone = (sum(map(len, times.values())) for times in (during, alone))
    scanned = f"{scans / elapsed:,.0f} scans/s"
    return [
        *lines,
        Line("the same: scans", scanned, f"alone: {scans_alone / ALONE:,.0f} scans/s", "", ""),
        Line("the same: registration", f"{rate:,.0f} /s", "", "", ""),
    ]


class _Job:
    """A file being registered: ``over`` is set when there is no more to be measured, ``meanwhile`` rows later."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.meanwhile = 0


@contextmanager
def _registered(registry: Registry, content: bytes) -> Generator[_Job]:
    """Has the server register a file, to its end."""
    with registry.database.writing() as session:
        request = msgspec.json.encode(ImportRequest("bench.csv"))
        key = queue.put(session, imports.KIND, MAKER.id, request, {imports.UPLOAD: content}, utc_now()).id
    job = _Job()

    def at() -> queue.JobRow:
        with registry.database.reading() as session:
            return session.get_one(queue.JobRow, key)

    def watch() -> None:
        until = time.monotonic() + MEANWHILE
        while (row := at()).state not in queue.ENDED and time.monotonic() < until:
            time.sleep(0.5)
        job.meanwhile = row.done
        job.over.set()
        while at().state not in queue.ENDED:
            time.sleep(0.5)

    thread = threading.Thread(target=watch)
    thread.start()
    yield job
    thread.join()
    assert at().state == JobState.DONE


def _scan(port: int, labels: list[str], over: threading.Event) -> tuple[dict[str, list[float]], float]:
    """The milliseconds of every scan until it is over, by form; and the seconds that it took."""
    times: dict[str, list[float]] = {_PAGE: [], _VERDICT: []}
    began = time.perf_counter()
    asyncio.run(_all(port, labels, times, over))
    return times, time.perf_counter() - began


async def _all(port: int, labels: list[str], times: dict[str, list[float]], over: threading.Event) -> None:
    targets = [f"{parts.path}?{parts.query}" for parts in map(urlsplit, labels)]
    each = (_scan_on(port, targets[start % LABELS :], times, over) for start in range(SCANNERS))
    await asyncio.gather(*each)


async def _scan_on(port: int, targets: list[str], times: dict[str, list[float]], over: threading.Event) -> None:
    count = 0
    while not over.is_set():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for target in targets[count % len(targets) :][:VISIT]:
            await _scan_one(reader, writer, target, (_PAGE, _VERDICT)[count % 2], times)
            count += 1
        writer.close()


async def _scan_one(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str, form: str, times: dict[str, list[float]]
) -> None:
    began = time.perf_counter()
    writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: {form}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    body = await reader.readexactly(int(length))
    times[form].append(1e3 * (time.perf_counter() - began))
    assert "真实有效".encode() in body or b"Genuine and current" in body or b'"valid"' in body, body[:400]


def _per_cent(times: list[float]) -> list[float]:
    return statistics.quantiles(times, n=100)
