"""``POST /v1/verify/batch`` as clients know it: over the wire, from the process that ``carbonlabel serve`` starts."""

import csv
import gzip
import json
import random
import re
import signal
import time
import zlib
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from threading import Thread

import httpx
import pytest
from msgspec import Struct

from registry.access.tokens import issue
from registry.registry import Registry, utc_now
from registry.verification.online import OnlineVerifier
from schemas.declaration import DeclaredUnit
from schemas.entry import StatusEvent
from tests.end_to_end.commands import Serving
from tests.end_to_end.duplex import PATH, Duplex
from tests.scans import KnownLabel, Scan, Scans
from tests.verifier.bundle.test_same_verdicts import a_history
from tests.world import MAKER, a_declaration, change, new_registry, published
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


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generator[Shop]:
    home = tmp_path_factory.mktemp("shop") / "home"
    with closing(new_registry(home, {}, verify_per_minute=0)) as registry:
        history = [text for text in a_history(registry) if text.isprintable()]
        records = published(registry, map(a_declaration, range(100, 140)), now=utc_now())
        change(registry, records[3].record, StatusEvent.SUSPENDED)
        token = token_of(registry)
        with Serving(home, workers=2) as serving:
            yield Shop(
                serving, registry, [one.label for one in records], [one.record for one in records], history, token
            )


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

    @pytest.mark.soak
    def test_of_a_hundred_thousand_scans(self, shop: Shop) -> None:
        scans = list(scans_of(shop, 100_000, share_bad=0.02))
        asked = [(scan.text.rstrip("\r"), scan.expect) for scan in scans if "\n" not in scan.text]
        judged = as_judged(shop, asked)
        assert [row[0] for row in judged] == [scan.verdict for scan in scans if "\n" not in scan.text]
        lines = both_ways(shop, ndjson(asked), {"Content-Type": "application/x-ndjson"})
        assert [tuple(json.loads(line).values())[1:] for line in lines] == judged


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


class TestWhatIsWrong:
    @pytest.mark.parametrize("size", [4_097, 70_000, 5_000_000])
    def test_a_line_that_is_too_long_is_unreadable_and_the_stream_goes_on(self, shop: Shop, size: int) -> None:
        good = shop.labels[0].encode()
        rows = shop.rows(good + b"\n" + good.ljust(size, b"x") + b"\n" + good)
        assert [row[:2] for row in rows] == [("valid", "active"), ("unreadable", "too-long"), ("valid", "active")]

    def test_a_line_of_4096_characters_of_any_kind_is_looked_at(self, shop: Shop) -> None:
        label = shop.labels[0]
        longest = label + "&x=" + "标" * (4_096 - len(label) - 3)
        rows = shop.rows(f"{longest}\n{longest}标".encode())
        assert rows == as_judged(shop, [(longest, None), (longest + "标", None)])
        assert [row[1] == "too-long" for row in rows] == [False, True]

    @pytest.mark.parametrize(
        "line",
        [
            "{label}",
            '{{"label": "{label}"',
            '{{"label": 5}}',
            '{{"expect": "1"}}',
            '["{label}"]',
            "",
            '{{"label": "\\ud800"}}',
            '{{"label": "{label}"}} {{"label": "{label}"}}',
            "[" * 50_000,
        ],
    )
    def test_a_line_of_ndjson_that_is_malformed(self, shop: Shop, line: str) -> None:
        label = shop.labels[0]
        good = json.dumps({"label": label, "shelf": 5})
        content = f"{good}\n{line.format(label=label)}\n{good}\n".encode()
        rows = shop.rows(content, content_type="application/x-ndjson")
        assert [row[0] for row in rows] == ["valid", "unreadable", "valid"]

    @pytest.mark.parametrize("row", ["{label}", "{label},,", '"{label}', '{label}",', "", '"{label}"x,'])
    def test_a_row_of_csv_that_is_malformed(self, shop: Shop, row: str) -> None:
        label = shop.labels[0]
        content = f'Label,expect\n{label},\n{row.format(label=label)}\n"{label}",{label[27:41]}\n'.encode()
        rows = shop.rows(content, content_type="text/csv")
        assert [row[0] for row in rows] == ["valid", "unreadable", rows[2][0]]
        assert len(rows) == 3

    @pytest.mark.parametrize("heading", ["", "gtin,expect", "label,label", "label;expect", "https://id.example.org"])
    def test_csv_without_a_column_of_labels(self, shop: Shop, heading: str) -> None:
        answer = shop.batch(f"{heading}\nx,y\n".encode(), content_type="text/csv")
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert "label" in answer.json()["detail"]

    @pytest.mark.parametrize(
        "headers",
        [
            {"content_type": "application/json"},
            {"content_type": "image/png"},
            {"content_type": "text/plain; charset=gb18030"},
            {"content_encoding": "br"},
            {"content_encoding": "gzip, gzip"},
        ],
    )
    def test_what_is_not_read_here(self, shop: Shop, headers: dict[str, str]) -> None:
        answer = shop.batch(b"x", **headers)
        assert answer.status_code == 415
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
    def test_another_method(self, shop: Shop, method: str) -> None:
        answer = httpx.request(method, shop.serving.url + PATH)
        assert answer.status_code == 405
        assert "POST" in answer.headers["allow"]

    def test_a_token_that_is_not_known(self, shop: Shop) -> None:
        answer = shop.batch(shop.labels[0].encode(), authorization="Bearer carbonlabel_x")
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"

    def test_an_empty_batch(self, shop: Shop) -> None:
        assert shop.rows(b"") == []
        assert read_csv(shop.batch(b"", accept="text/csv")) == []


class TestGzip:
    def test_cut_off_or_damaged_it_ends_in_a_problem(self, shop: Shop) -> None:
        content = random.Random(1).randbytes(300_000).hex().encode()
        whole = gzip.compress(b"\n".join(content[at : at + 60] for at in range(0, len(content), 60)))
        damaged = bytearray(whole)
        damaged[-100_000] ^= 0xFF
        for sent in (whole[:-5], whole[: len(whole) // 2], bytes(damaged)):
            *lines, last = map(json.loads, shop.batch(sent, content_encoding="gzip").text.splitlines())
            assert {line["verdict"] for line in lines} == {"unreadable"}
            assert (last["type"], last["status"]) == ("urn:carbonlabel:problem:invalid-input", 400)
            assert "verdict" not in last

    def test_what_is_no_gzip_at_all_is_answered_with_a_problem(self, shop: Shop) -> None:
        for sent in (b"https://id.example.org", gzip.compress(b"x")[:-1]):
            answer = shop.batch(sent, content_encoding="gzip")
            assert answer.status_code == 400
            assert answer.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize("byte", [b"\0", b"9"])
    def test_a_bomb_of_one_line(self, shop: Shop, byte: bytes) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join(packer.compress(byte * (1 << 20)) for _ in range(200)) + packer.flush()
        before = memory(shop)
        assert [row[:2] for row in shop.rows(bomb, content_encoding="gzip")] == [("unreadable", "too-long")]
        assert memory(shop) - before < 60_000_000

    def test_a_bomb_of_empty_lines(self, shop: Shop) -> None:
        """Answered for as long as somebody reads; memory is bounded."""
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join(packer.compress(b"\n" * (1 << 20)) for _ in range(50)) + packer.flush()
        before = memory(shop)
        headers = {"Content-Encoding": "gzip", "Accept": "text/csv"}
        with Duplex(shop.serving.port, shop.token, headers) as stream:
            stream.send(bomb)
            stream.finish()
            for number in range(200_000):
                assert stream.line().startswith(b"%d,unreadable" % number if number else b"line,")
            assert memory(shop) - before < 250_000_000


class TestWithoutAToken:
    def test_a_thousand_lines_are_judged(self, shop: Shop) -> None:
        content = "".join(f"{label}\n" for label in shop.labels).encode() * 25
        answer = shop.batch(content, authorization="")
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert [line["line"] for line in lines] == list(range(1, 1_001))
        assert "problem" not in answer.text

    @pytest.mark.parametrize("form", ["text/plain", "text/csv"])
    def test_behind_them_is_a_problem_and_no_verdict(self, shop: Shop, form: str) -> None:
        heading = "label\n" if form == "text/csv" else ""
        content = heading + "".join(f"{label}\n" for label in shop.labels) * 26
        answer = shop.batch(content.encode(), authorization="", content_type=form)
        *lines, last = map(json.loads, answer.text.splitlines())
        assert [line["line"] for line in lines] == list(range(1, 1_001))
        assert (last["type"], last["status"]) == ("urn:carbonlabel:problem:not-authenticated", 401)
        answer_in_csv = shop.batch(content.encode(), authorization="", content_type=form, accept="text/csv")
        rows = list(csv.reader(answer_in_csv.text.splitlines()))
        assert rows[-1] == ["1001", "", "urn:carbonlabel:problem:not-authenticated", "", "", "", "", ""]

    def test_who_reads_only_when_all_is_sent_learns_of_it_too(self, shop: Shop) -> None:
        piece = "".join(f"{label}\n" for label in shop.labels).encode()
        headers = {"content-type": "text/plain"}
        answer = httpx.post(shop.serving.url + PATH, content=(piece for _ in range(3_000)), headers=headers, timeout=60)
        assert json.loads(answer.text.splitlines()[-1])["status"] == 401

    def test_more_bytes_than_a_request_may_have(self, shop: Shop) -> None:
        content = (b"x" * 3_999 + b"\n") * 251
        refused = shop.batch(content, authorization="")
        assert refused.status_code == 413
        assert refused.headers["content-type"] == "application/problem+json"
        *lines, last = shop.batch(gzip.compress(content), authorization="", content_encoding="gzip").text.splitlines()
        assert len(lines) == 250
        assert json.loads(last)["status"] == 401
        assert len(shop.rows(content)) == 251

    def test_few_batches_a_minute(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        with closing(new_registry(home, {}, verify_per_minute=180)) as registry:
            token = token_of(registry)
        with Serving(home) as serving, httpx.Client(base_url=serving.url) as http:
            text = {"content-type": "text/plain"}
            answers = [http.post(PATH, content=b"x", headers=text) for _ in range(5)]
            assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
            assert answers[3].headers["content-type"] == "application/problem+json"
            assert http.post("/v1/verify", json={"label": "x"}).status_code == 200
            for _ in range(5):
                known = text | {"authorization": f"Bearer {token}"}
                assert http.post(PATH, content=b"x", headers=known).status_code == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_stops_says_so_in_the_stream(tmp_path: Path, how: signal.Signals) -> None:
    home = tmp_path / "home"
    with closing(new_registry(home, {})) as registry:
        (record,) = published(registry, 1, now=utc_now())
        token = token_of(registry)
    with Serving(home, how) as serving, Duplex(serving.port, token) as stream:
        stream.send(f"{record.label}\n".encode())
        assert json.loads(stream.line())["verdict"] == "valid"
        began = time.monotonic()
        serving.process.send_signal(how)
        (last,) = map(json.loads, stream.rest())
        assert (last["type"], last["status"]) == ("urn:carbonlabel:problem:stopping", 503)
        serving.process.wait(20)
        assert time.monotonic() - began < 9  # not the ten seconds after which the server would be killed
        assert "Killing" not in serving.stop()


def test_no_value_needs_quoting() -> None:
    """What NDJSON and CSV are written by does not escape."""
    safe = re.compile(r"[A-Za-z0-9 .+-]*")
    assert all(safe.fullmatch(unit) for unit in DeclaredUnit)
