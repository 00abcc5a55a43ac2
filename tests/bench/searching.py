"""Search among many products, over HTTP: words that many names have, one, or none; in English, Chinese and digits."""

import random
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from sqlalchemy import insert
from sqlmodel import select

from registry.database.tables import LabelRow, RecordRow
from registry.products.terms import search_text, terms_of
from registry.registry import Registry, utc_now
from schemas.gs1 import check_digit
from tests import databases
from tests.bench.table import Line
from tests.end_to_end.commands import Serving
from tests.world import a_declaration, published

QUERIES = (
    "steel",
    "钢",
    "钢梁",
    "热轧钢梁",
    "copper pipe",
    "steel beam coated",
    "works 12 steel",
    "海湾制造厂",
    "铝合金 窗",
    "harbour works",
    "ste",
    "s",
    "q77777",
    "q77777 steel",
    "0952001077777",
    "77777",
    "7777",
    "works 77",
    "aluminium",
    "painted aluminium window 777",
    "952",
    "1",
    "zzzz",
    "steel zzzz",
    "钢铁侠",
)
ROUNDS = 25
_PACE = 10_000
_OTHERS = 1_000_000
"""Numbers below are in the GTINs of other tests' products."""
_MATERIALS = (("steel", "热轧钢"), ("copper", "紫铜"), ("aluminium", "铝合金"), ("timber", "木材"), ("glass", "玻璃"))
_FORMS = (("beam", "梁"), ("pipe", "管"), ("sheet", "板"), ("window", "窗"), ("wire", "线材"), ("plate", "中厚板"))
_FINISHES = (("coated", "镀层"), ("raw", "未处理"), ("painted", "喷漆"), ("recycled", "再生"))
_PLACES = (("Harbour", "海湾"), ("Valley", "山谷"), ("River", "河畔"), ("North", "北方"), ("Hill", "高地"))


def measure(registry: Registry, products: int, database: str) -> list[Line]:
    """Fills the projection of a registry with products, and searches them through a server of one process."""
    (one,) = published(registry, [a_declaration(1)], "maker", utc_now())
    with registry.database.reading() as session:
        pattern = session.exec(select(RecordRow)).one().model_dump()
    home = registry.home.path
    registry.close()
    began = time.perf_counter()
    databases.fill(home, _rows(pattern, one.label, products))
    filled = time.perf_counter() - began
    times = _searched(home)
    every = [seconds for some in times.values() for seconds in some]
    slowest = max(times, key=lambda query: statistics.median(times[query]))
    per_cent = statistics.quantiles(every, n=100)
    worst = f"slowest median: {slowest!r}, {1e3 * statistics.median(times[slowest]):.1f} ms"
    return [
        Line(f"search of {products:,}, {database}: p50", f"{1e3 * per_cent[49]:.1f} ms", worst, "", ""),
        Line("the same: p99", f"{1e3 * per_cent[98]:.1f} ms", f"filled at {products / filled:,.0f} /s", "", "50 ms"),
    ]


def _searched(home: Path) -> dict[str, list[float]]:
    """The seconds of each search of each query, in turns."""
    times: dict[str, list[float]] = {query: [] for query in QUERIES}
    with Serving(home) as serving, httpx.Client(base_url=serving.url, timeout=60) as http:
        for number in range(ROUNDS + 1):
            for query in QUERIES:
                began = time.perf_counter()
                answer = http.get("/v1/products", params={"q": query})
                if number:  # the first is for the caches
                    times[query].append(time.perf_counter() - began)
                assert answer.status_code == 200, answer.text
    return times


def _rows(pattern: dict[str, Any], label: str, products: int) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Rows of records and labels, a thousandfold at a time."""
    draw = random.Random(1)
    for start in range(0, products, _PACE):
        records = [_row(pattern, start + at, draw) for at in range(min(_PACE, products - start))]
        yield insert(RecordRow), records
        labels = [{"record": one["index"], "path": one["key_path"], "text": label} for one in records]
        yield insert(LabelRow), labels


def _row(pattern: dict[str, Any], number: int, draw: random.Random) -> dict[str, Any]:
    chosen = [draw.choice(words) for words in (_FINISHES, _MATERIALS, _FORMS)]
    place, works = draw.choice(_PLACES), draw.randrange(500)
    english, chinese = (" ".join(word[0] for word in chosen), "".join(word[1] for word in chosen))
    name = {"en": f"{english.capitalize()} Q{number}", "zh": f"{chinese}Q{number}"}
    owner = (f"{place[0]} Works {works}", f"{place[1]}制造厂{works}")
    start = f"0952{_OTHERS + number:09d}"
    gtin = start + check_digit(start)
    searched = search_text(*name.values(), *owner, gtin)
    return pattern | {
        "index": 1_000 + number,
        "declaration_id": f"bench-{number}",
        "key_path": f"/01/{gtin}",
        "owner_name": owner[0],
        "name": msgspec.json.encode(name),
        "search": searched,
        "terms": terms_of(searched),
        "expires": utc_now().date() + timedelta(days=300),
    }
