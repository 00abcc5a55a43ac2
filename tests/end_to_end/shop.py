"""A registry served by two processes, asked in batches: by usual clients, and by one that sends and reads at once."""

import csv
import json
import re
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Thread

import httpx
from msgspec import Struct

from registry.access.tokens import issue
from registry.registry import Registry, utc_now
from registry.verification.online import OnlineVerifier
from tests.end_to_end.commands import Serving
from tests.end_to_end.duplex import PATH, Duplex
from tests.world import MAKER
from verifier.bulk.flat import OUTPUT_COLUMNS, row_of

NAMES = OUTPUT_COLUMNS.names
PATIENCE = 30.0


class Shop(Struct, frozen=True):
    """A registry served by two processes, whose history is long and partly not published, and who asks it."""

    serving: Serving
    registry: Registry
    labels: list[str]
    records: list[int]
    history: list[str]
    token: str

    def batch(self, content: bytes, **headers: str) -> httpx.Response:
        """An ``authorization`` that is empty is left out."""
        sent = {"content-type": "text/plain", "authorization": f"Bearer {self.token}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value}
        return httpx.post(self.serving.url + PATH, content=content, headers=sent, timeout=300)

    def rows(self, content: bytes, **headers: str) -> list[tuple]:
        """What a batch that must be judged to its end comes to."""
        answer = self.batch(content, **headers)
        assert answer.status_code == 200, answer.text
        found = [json.loads(line) for line in answer.text.splitlines()]
        assert [list(row) for row in found] == [NAMES] * len(found), answer.text[-500:]
        assert [row["line"] for row in found] == list(range(1, len(found) + 1))
        return [tuple(row.values())[1:] for row in found]


def token_of(registry: Registry) -> str:
    with registry.database.writing() as session:
        return issue(session, MAKER.id, utc_now())


def as_judged(shop: Shop, asked: Sequence[tuple[str, str | None]]) -> list[tuple]:
    """The rows of verdicts given one by one, in this process, on the same database."""
    with closing(OnlineVerifier(shop.registry)) as online:
        now = utc_now()
        known = {one: row_of(online.verify(one[0], now, one[1])) for one in set(asked)}
    return [known[one] for one in asked]


def ndjson(asked: Sequence[tuple[str, str | None]]) -> bytes:
    return "".join(json.dumps({"label": label, "expect": expect}) + "\n" for label, expect in asked).encode()


def read_csv(answer: httpx.Response) -> list[tuple]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    heading, *rows = csv.reader(answer.text.splitlines(), strict=True)
    assert heading == NAMES
    return [(*row[1:4], None if row[4] == "" else int(row[4]), *row[5:]) for row in rows]


def both_ways(shop: Shop, content: bytes, headers: dict[str, str], wait: float = 0.0) -> list[bytes]:
    """All lines of the answer, read while another thread sends; ``wait``: seconds before the first is read."""

    def send() -> None:
        for at in range(0, len(content), 100_000):
            stream.send(content[at : at + 100_000])
        stream.finish()

    with Duplex(shop.serving.port, shop.token, headers) as stream:
        sending = Thread(target=send)
        sending.start()
        time.sleep(wait)
        lines = stream.rest()
        sending.join()
    return lines


def children(shop: Shop) -> list[int]:
    """The server's processes, but for the one that watches the others."""
    parent = shop.serving.process.pid
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def memory(shop: Shop) -> int:
    """Bytes that the server's processes hold."""
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in children(shop)]
    return sum(int(match[1]) * 1024 for status in statuses if (match := re.search(r"VmRSS:\s+(\d+)", status)))


def busy(shop: Shop) -> bool:
    """Whether any of them works for a good part of half a second."""

    def worked() -> int:
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in children(shop)]
        return sum(int(each[11]) + int(each[12]) for each in fields)

    before = worked()
    time.sleep(0.5)
    return worked() - before > 10
