"""``POST /v1/verify/batch`` with what is malformed, cut off, too much, or not allowed."""

import csv
import gzip
import json
import random
import zlib
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.commands import Serving, await_room_in_the_minute
from tests.end_to_end.duplex import PATH, Duplex
from tests.end_to_end.shop import Shop, as_judged, memory, read_csv, token_of
from tests.world import new_registry


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
            await_room_in_the_minute()
            answers = [http.post(PATH, content=b"x", headers=text) for _ in range(5)]
            assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
            assert answers[3].headers["content-type"] == "application/problem+json"
            assert http.post("/v1/verify", json={"label": "x"}).status_code == 200
            for _ in range(5):
                known = text | {"authorization": f"Bearer {token}"}
                assert http.post(PATH, content=b"x", headers=known).status_code == 200
