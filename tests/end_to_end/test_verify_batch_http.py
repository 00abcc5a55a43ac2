"""``POST /v1/verify/batch`` as clients know it: over the wire, from the process that ``carbonlabel serve`` starts."""

import gzip
import json
import random
import re
import signal
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

import httpx
import pytest

from registry.registry import utc_now
from registry.verification.online import OnlineVerifier
from schemas.declaration import DeclaredUnit
from schemas.entry import StatusEvent
from tests.end_to_end.commands import Serving
from tests.end_to_end.duplex import Duplex
from tests.end_to_end.shop import PATIENCE, Shop, as_judged, both_ways, busy, memory, ndjson, read_csv, token_of
from tests.scans import KnownLabel, Scan, Scans
from tests.world import a_declaration, change, new_registry, published


class TestAgreement:
    """Whatever is asked in a batch gets the verdict that it gets by itself."""

    def test_with_single_requests(self, shop: Shop) -> None:
        asked = [(text, None) for text in shop.history + shop.labels[:6]]
        rows = shop.rows("".join(f"{text}\n" for text, _ in asked).encode())
        with httpx.Client(base_url=shop.serving.url) as http:
            for (text, _), row in zip(asked, rows, strict=True):
                verdict = http.post("/v1/verify", json={"label": text}).json()
                figure = verdict["footprint"] or {}
                per = figure.get("per") and f"{figure['per']['amount']} {figure['per']['unit']}"
                told = (verdict["verdict"], verdict["reason"], verdict["gtin"], verdict["record"])
                assert row == (*told, figure.get("value"), figure.get("unit"), per)
        assert len({row[:2] for row in rows}) > 10

    def test_of_a_night_of_scans_in_every_form(self, shop: Shop) -> None:
        scans = list(scans_of(shop, 3_000, share_bad=0.1))
        asked = [(scan.text, scan.expect) for scan in scans if not set(scan.text) & {"\r", "\n"}]
        judged = as_judged(shop, asked)
        assert {row[0] for row in judged} >= {"valid", "suspended", "forged", "mismatch", "unreadable", "unsigned"}
        assert shop.rows(ndjson(asked), content_type="application/x-ndjson") == judged
        rows = "".join(f'"{expect or ""}",{number},"{label}"\n' for number, (label, expect) in enumerate(asked))
        content = gzip.compress(f"\ufeffexpect,shelf,label\n{rows}".encode())
        answer = shop.batch(content, content_type="text/csv", content_encoding="gzip", accept="text/csv")
        assert [tuple(value or None for value in row) for row in read_csv(answer)] == judged
        text = "\r\n".join(label for label, _ in asked).encode()
        assert shop.rows(text) == as_judged(shop, [(label, None) for label, _ in asked])

    @pytest.mark.parametrize("number", [20_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
    def test_of_many_scans(self, shop: Shop, number: int) -> None:
        scans = list(scans_of(shop, number, share_bad=0.02))
        asked = [(scan.text.rstrip("\r"), scan.expect) for scan in scans if "\n" not in scan.text]
        judged = as_judged(shop, asked)
        assert [row[0] for row in judged] == [scan.verdict for scan in scans if "\n" not in scan.text]
        lines = both_ways(shop, ndjson(asked), {"Content-Type": "application/x-ndjson"})
        assert [tuple(json.loads(line).values())[1:] for line in lines] == judged


def scans_of(shop: Shop, number: int, share_bad: float) -> Sequence[Scan]:
    with closing(OnlineVerifier(shop.registry)) as online:
        labels = [KnownLabel.of(text, online.verify(text, utc_now()).verdict) for text in shop.labels]
    return list(Scans(labels, seed=4, share_bad=share_bad).take(number))


class TestNews:
    """A verdict is as new as the last commit, whichever process of the server gives it."""

    @pytest.mark.parametrize(
        ("event", "verdict"),
        [(StatusEvent.SUSPENDED, "suspended"), (StatusEvent.REINSTATED, "valid"), (StatusEvent.WITHDRAWN, "withdrawn")],
    )
    def test_a_committed_change_shows_in_the_very_next_batch(
        self, shop: Shop, event: StatusEvent, verdict: str
    ) -> None:
        content = f"{shop.labels[8]}\n{shop.labels[9]}\n".encode()
        for _ in range(12):  # each a connection of its own, so both processes have seen the labels as they were
            shop.rows(content)
        change(shop.registry, shop.records[8], event)
        for _ in range(12):
            assert [row[0] for row in shop.rows(content)] == [verdict, "valid"]

    def test_a_stream_that_is_open_learns_of_it_too(self, shop: Shop) -> None:
        with Duplex(shop.serving.port, shop.token) as stream:
            seen = []
            for event in (None, StatusEvent.SUSPENDED, StatusEvent.REINSTATED):
                if event is not None:
                    change(shop.registry, shop.records[11], event)
                stream.send(f"{shop.labels[11]}\n".encode())
                seen.append(json.loads(stream.line())["verdict"])
            assert seen == ["valid", "suspended", "valid"]

    def test_a_label_that_was_just_minted_is_valid(self, shop: Shop) -> None:
        (record,) = published(shop.registry, [a_declaration(next(NUMBERS))], now=utc_now())
        assert [row[0] for row in shop.rows(record.label.encode())] == ["valid"]


NUMBERS = count(5_000)


class TestBothWaysAtOnce:
    def test_each_verdict_comes_before_the_next_line_is_sent(self, shop: Shop) -> None:
        took = []
        with Duplex(shop.serving.port, shop.token) as stream:
            for number, label in enumerate(shop.labels[:20], 1):
                began = time.perf_counter()
                stream.send(f"{label}\n".encode())
                assert json.loads(stream.line())["line"] == number
                took.append(time.perf_counter() - began)
            stream.finish()
            assert stream.rest() == []
        assert sorted(took)[10] < 0.5  # the benchmark measures it; here a buffer that waits would show

    def test_a_slow_writer_whose_pieces_end_anywhere(self, shop: Shop) -> None:
        content, draw = "".join(f"{label}\n" for label in shop.labels[:8]).encode(), random.Random(1)
        with Duplex(shop.serving.port, shop.token) as stream:
            at = 0
            while at < len(content):
                size = draw.randrange(1, 200)
                stream.send(content[at : at + size])
                at += size
                time.sleep(0.01)
            stream.finish()
            lines = stream.rest()
        assert [json.loads(line)["line"] for line in lines] == list(range(1, 9))

    def test_who_does_not_read_is_not_read_from(self, shop: Shop) -> None:
        """And what waits is bounded: the server does not swallow what it cannot answer."""
        piece = "".join(f"{label}\n" for label in shop.labels).encode() * 20
        lines = 20 * len(shop.labels)
        before = memory(shop)
        with Duplex(shop.serving.port, shop.token) as stream:
            stream.socket.settimeout(3)
            sent = 0
            with suppress(TimeoutError):
                while sent * len(piece) < 300_000_000:
                    stream.send(piece)
                    sent += 1
            assert sent * len(piece) < 100_000_000
            grown = memory(shop) - before
            assert grown < 150_000_000
            assert json.loads(stream.line())["line"] == 1
            assert sent * lines > 1_000

    def test_who_reads_late_gets_every_verdict(self, shop: Shop) -> None:
        content = "".join(f"{label}\n" for label in shop.labels).encode() * 2_500
        lines = both_ways(shop, content, {}, wait=2)
        assert len(lines) == 2_500 * len(shop.labels)
        assert json.loads(lines[-1])["line"] == len(lines)

    @pytest.mark.soak
    def test_a_server_stops_although_a_client_does_not_read(self, tmp_path: Path) -> None:
        """After ten seconds, for what is on its way cannot be taken back; the client does not find an end."""
        with closing(new_registry(tmp_path / "home", {})) as registry:
            token = token_of(registry)
        with Serving(tmp_path / "home") as serving, Duplex(serving.port, token) as stream:
            stream.socket.settimeout(2)
            with suppress(TimeoutError):
                while True:
                    stream.send(b"\n" * 100_000)
            serving.stop()
            with pytest.raises(ConnectionError):
                stream.rest()

    def test_work_stops_when_the_client_goes(self, shop: Shop) -> None:
        label = shop.labels[0]
        forged = "".join(f"{label[:-7]}{number:07}\n" for number in range(100_000)).encode()  # minutes of work
        stream = Duplex(shop.serving.port, shop.token)
        for at in range(0, 3_000_000, 100_000):
            stream.send(forged[at : at + 100_000])
        assert json.loads(stream.line())["verdict"] in ("forged", "unreadable")
        stream.close()
        until = time.monotonic() + PATIENCE
        while busy(shop) and time.monotonic() < until:
            pass
        assert not busy(shop)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_stops_says_so_in_the_stream(tmp_path: Path, how: signal.Signals) -> None:
    home = tmp_path / "home"
    with closing(new_registry(home, {})) as registry:
        (record,) = published(registry, 1, now=utc_now())
        token = token_of(registry)
    with Serving(home, how) as serving, Duplex(serving.port, token) as stream:
        stream.send(f"{record.label}\n".encode())
        assert json.loads(stream.line())["verdict"] == "valid"
        serving.process.send_signal(how)
        (last,) = map(json.loads, stream.rest())
        assert (last["type"], last["status"]) == ("urn:carbonlabel:problem:stopping", 503)
        assert "Killing" not in serving.stop()  # as it would be after a while


def test_no_value_needs_quoting() -> None:
    """What NDJSON and CSV are written by does not escape."""
    safe = re.compile(r"[A-Za-z0-9 .+-]*")
    assert all(safe.fullmatch(unit) for unit in DeclaredUnit)
