"""Whatever is sent, the answer is a plain one: never a defect of ours, always a problem that a program or a person can
read, always with the headers that keep a browser safe, and nothing is changed."""

import json
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPResponse
from typing import NamedTuple

import pytest

from tests.end_to_end.alliance import BODY, MAKER, OPERATOR, Alliance, declaration, new_gtin

SAFE_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
TRACE = re.compile(r"Traceback|site-packages|\.py\b|sqlite|sqlalchemy|litestar", re.IGNORECASE)
AS_PERSON = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Answer(NamedTuple):
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def kind(self) -> str:
        """Its media type."""
        return self.headers.get("content-type", "").partition(";")[0]


def send(
    alliance: Alliance,
    target: str | bytes,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Sends a request byte by byte as given: no library mends it on the way."""
    host, port = alliance.url.removeprefix("http://").split(":")
    target = target.encode("latin-1") if isinstance(target, str) else target
    named = dict(headers or {})
    if body is not None and "transfer-encoding" not in named:
        named.setdefault("content-length", str(len(body)))
    lines = [method.encode() + b" " + target + b" HTTP/1.1", b"host: registry.test", b"connection: close"]
    lines += [f"{name}: {value}".encode("latin-1") for name, value in named.items()]
    with socket.create_connection((host, int(port)), 30) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # when refused before all was sent
            connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + (body or b""))
        answer = HTTPResponse(connection, method=method)
        answer.begin()
        content = answer.read().decode("utf-8", "replace")
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)


def sound(answer: Answer, *statuses: int) -> Answer:
    """``answer``, which must be of one of the statuses, carry the safe headers, and tell nothing of our insides."""
    assert answer.status in statuses, answer
    assert SAFE_HEADERS.items() <= answer.headers.items(), answer
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    if answer.status >= 400:
        assert not TRACE.search(answer.body), answer
        if answer.kind != "text/html" and answer.body:
            assert answer.kind == "application/problem+json", answer
            told = json.loads(answer.body)
            assert {"type", "title", "status", "detail"} <= set(told)
            assert told["status"] == answer.status
            assert told["detail"]
            assert len(answer.body) < 200_000
    return answer


# Bodies

BODIES = {
    "nothing": b"",
    "half an object": b'{"label": "x',
    "two values": b'{"label": "x"} {"label": "y"}',
    "not an object": b"[]",
    "null": b"null",
    "a number": b"12",
    "a text": b'"label"',
    "single quotes": b"{'label': 'x'}",
    "NaN": b'{"label": NaN}',
    "Infinity": b'{"label": -Infinity}',
    "a number beyond all bounds": b'{"label": 1e999}',
    "a number of a hundred thousand digits": b'{"label": ' + b"9" * 100_000 + b"}",
    "100,000 brackets": b"[" * 100_000,
    "100,000 closed brackets": b"[" * 100_000 + b"]" * 100_000,
    "90,000 objects in each other": b'{"label":' * 90_000 + b"1" + b"}" * 90_000,
    "a NUL byte": b'{"label": "\x00"}',
    "a NUL byte before": b'\x00{"label": "x"}',
    "bytes that are no UTF-8": b'{"label": "\xff\xfe"}',
    "UTF-16": '{"label": "x"}'.encode("utf-16"),
    "a lone surrogate": b'{"label": "\\ud800"}',
    "a surrogate in UTF-8": b'{"label": "\xed\xa0\x80"}',
    "an unknown field": b'{"label": "x", "colour": "red"}',
    "a field of another kind": b'{"label": {"x": 1}}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_cannot_be_read_is_refused_and_nothing_changes(alliance: Alliance, body: bytes) -> None:
    draft = alliance.draft(declaration(new_gtin()))
    submitted = alliance.bring_to("submitted", declaration(new_gtin()))
    record = alliance.publish(declaration(new_gtin()))["record"]
    before = alliance.everything()
    for who, method, path in (
        (None, "POST", "/v1/verify"),
        (MAKER, "POST", "/v1/declarations"),
        (MAKER, "PUT", draft),
        (BODY, "POST", f"{submitted}/verification"),
        (OPERATOR, "POST", f"/v1/records/{record}/suspend"),
        (OPERATOR, "POST", f"/v1/records/{record}/withdraw"),
    ):
        headers = alliance.headers(who) | {"content-type": "application/json"}
        answer = sound(send(alliance, path, method, body, headers), 400, 422)
        assert answer.kind == "application/problem+json"
        assert TRACE.search(answer.body) is None
    assert alliance.everything() == before


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused_before_it_is_read(alliance: Alliance, chunked: bool) -> None:
    before = alliance.everything()
    huge = b'{"label": "' + b"1" * 1_000_000 + b'"}'
    headers = {"content-type": "application/json"}
    if chunked:
        headers["transfer-encoding"] = "chunked"
        huge = b"%x\r\n" % len(huge) + huge + b"\r\n0\r\n\r\n"
    for who, path in ((None, "/v1/verify"), (MAKER, "/v1/declarations")):
        sound(send(alliance, path, "POST", huge, headers | alliance.headers(who)), 413)
    assert alliance.everything() == before


NOT_JSON = [
    *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html", "é"),
    *("application/xml", "json", "application/jsonp", "*/*", "application/octet-stream", "image/png"),
]


@pytest.mark.parametrize("kind", NOT_JSON)
def test_a_body_that_does_not_say_it_is_json_is_refused(alliance: Alliance, kind: str) -> None:
    body = b'{"label": "x"}'
    sound(send(alliance, "/v1/verify", "POST", body, {"content-type": kind}), 415)
    sound(send(alliance, "/v1/declarations", "POST", body, {"content-type": kind} | alliance.headers(MAKER)), 415)


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", None])
def test_a_body_that_says_it_is_json_is_read(alliance: Alliance, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    answer = sound(send(alliance, "/v1/verify", "POST", b'{"label": "x"}', headers), 200)
    assert json.loads(answer.body)["verdict"] == "unreadable"


NOT_LABELS = [
    *("", " ", "\x00", "\ufeff", "https://", "https://id.test.example/01/?c=1", "javascript:alert(1)", "x" * 900_000),
    *("https://id.test.example/01/09520000000004?c=" + "9" * 900_000, "\U0001f4a9", "\u202e", "%", "%00", "a\r\nb"),
    *("https://id.test.example/01/09520000000004?c=１２３", "https://id.test.example/01/0952000000000４"),
]


@pytest.mark.parametrize("label", NOT_LABELS, ids=range(len(NOT_LABELS)))
def test_any_text_gets_a_verdict(alliance: Alliance, label: str) -> None:
    assert alliance.verdict(label)["verdict"] == "unreadable"


NOT_GTINS = ["", "x", "123", "09520000000005", "9" * 100_000, "\x00", "０９５２００００００００４"]


@pytest.mark.parametrize("expect", NOT_GTINS, ids=range(len(NOT_GTINS)))
def test_an_expectation_that_is_no_gtin_is_refused_by_name(alliance: Alliance, expect: str) -> None:
    answer = alliance.http.post("/v1/verify", json={"label": "x", "expect": expect})
    assert answer.status_code == 400
    assert answer.json()["path"] == "$.expect"


NOT_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e999", "1e-999", "9" * 5_000, "1,5", "1.2.3", "0x1", "--1", ""]


@pytest.mark.parametrize("number", NOT_NUMBERS, ids=range(len(NOT_NUMBERS)))
@pytest.mark.parametrize("field", ["gwp_total", "declared_amount", "mass_per_unit"])
def test_a_number_that_is_none_is_never_submitted(alliance: Alliance, field: str, number: str) -> None:
    content = declaration(new_gtin(), **{field: number})
    answer = alliance.call(MAKER, "POST", "/v1/declarations", content)
    if answer.status_code == 201:
        answer = alliance.call(MAKER, "POST", f"/v1/declarations/{answer.json()['id']}/submit")
    assert answer.status_code == 422, answer.text
    assert f"$.{field}" in {finding["path"] for finding in answer.json()["findings"]}
    assert len(answer.text) < 20_000


@pytest.mark.parametrize("reason", ["", "   ", "a\nb", "a\x00b", "a\u202eb", "x" * 1_001, "\x1b[31m"])
def test_a_reason_that_is_no_line_of_text_is_refused(alliance: Alliance, reason: str) -> None:
    record = alliance.publish(declaration(new_gtin()))["record"]
    before = alliance.everything()
    answer = alliance.call(OPERATOR, "POST", f"/v1/records/{record}/suspend", {"reason": reason})
    assert answer.status_code == 400
    assert answer.json()["path"] == "$.reason"
    assert alliance.everything() == before


# Addresses and headers

NOWHERE = [
    *("/nowhere", "/v1", "/v1/", "/v1/nowhere", "/.env", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"),
    *("/%00", "/%zz", "/%", "/%c0%ae", "/%F0%9F%92%A9", "/v1/records/1/label.gif", "/schema/../trust.json"),
    *("//evil.test/", "/schema/zz", "/a;b", "/" + "a" * 7_000, "/static/x.css", "/\\", "/%5C", "/v1/declarations/x/y"),
    *("/schema/openapi.json/x", "/v1/schemas/nothing", "/v1/schemas/%00", "/v1/schemas/" + "a" * 5_000),
]


@pytest.mark.parametrize("target", NOWHERE, ids=lambda target: target[:30])
def test_an_address_that_is_none_is_a_problem_for_programs_and_a_page_for_people(
    alliance: Alliance, target: str
) -> None:
    assert sound(send(alliance, target), 404).kind == "application/problem+json"
    page = sound(send(alliance, target, headers=AS_PERSON), 404)
    assert page.kind == ("application/problem+json" if target.startswith("/v1/") else "text/html")


NOT_INDEXES = ["-1", "x", "1.5", str(2**63), str(-(2**63)), "9" * 5_000, "1e3", "%00", "٣", " 1", "0x1"]


@pytest.mark.parametrize("index", NOT_INDEXES, ids=range(len(NOT_INDEXES)))
@pytest.mark.parametrize("tail", ["", "/label.svg", "/label.png", "/suspend"])
def test_an_index_that_is_none_is_refused(alliance: Alliance, index: str, tail: str) -> None:
    target = f"/v1/records/{index}{tail}".encode().replace(b" ", b"%20")
    target = b"".join(b"%%%02X" % byte if byte > 127 else bytes([byte]) for byte in target)
    method = "POST" if tail == "/suspend" else "GET"
    body = b'{"reason": "x"}' if tail == "/suspend" else None
    sound(send(alliance, target, method, body, alliance.headers(OPERATOR)), 400, 404)


def test_an_index_beyond_the_log_is_not_found(alliance: Alliance) -> None:
    for index in ("0", "1", "999999", str(2**63 - 1), "00000000000000000000000000008888888"):
        for tail in ("", "/label.svg", "/label.png"):
            sound(send(alliance, f"/v1/records/{index}{tail}"), 404)


@pytest.mark.parametrize("key", ["x", "0" * 36, "%00", "{}", "00000000-0000-4000-8000-00000000000g", "a" * 5_000])
def test_an_id_that_is_no_uuid_is_refused(alliance: Alliance, key: str) -> None:
    steps = (("GET", ""), ("PUT", ""), ("POST", "/submit"), ("POST", "/verification"), ("POST", "/publish"))
    for method, tail in steps:
        body = None if method == "GET" else b"{}"
        for who in (MAKER, BODY, OPERATOR):
            headers = alliance.headers(who)
            sound(send(alliance, f"/v1/declarations/{key}{tail}", method, body, headers), 400, 404)


@pytest.mark.parametrize("key", ["x", "1", "09520000000005", "%00", "9" * 5_000, "٣", "09520000000004%2F..", "-"])
def test_a_product_number_that_is_none_is_refused(alliance: Alliance, key: str) -> None:
    target = b"".join(b"%%%02X" % byte if byte > 127 else bytes([byte]) for byte in f"/v1/products/{key}".encode())
    sound(send(alliance, target), 400, 404)


SCANS = [
    *("/01/", "/01", "/414", "/01/x", "/01/%00", "/01/%zz", "/01/09520000000004%2F10%2FA", "/01/09520000000004/10/"),
    *("/01/09520000000004/10/%2F", "/01/09520000000004/10/%252F", "/01/09520000000004//10/A", "/01/../01/1"),
    *("/01/09520000000004/10/A/10/B", "/01/09520000000004/21/" + "A" * 7_000, "/01/09520000000004/10/%F0%9F%92%A9"),
    *("/01/09520000000004?c=", "/01/09520000000004?c=1&c=2", "/01/09520000000004?c=%31", "/01/09520000000004?%63=1"),
    *("/01/09520000000004?c=" + "9" * 401, "/01/09520000000004?c=-1", "/01/09520000000004?c=1e5", "/01/1?c"),
    *("/01/09520000000004?c=1&lang=xx", "/01/09520000000004?" + "&".join(["a=b"] * 1_000), "/01/09520000000004?&&&="),
    *("/01/09520000000004?c=12&lang=%00", "/01/09520000000004?c=12&linkType=%ff", "/01/09520000000004?%zz=%zz&c=12"),
    *("/414/x", "/414/9520000000004", "/01/09520000000004?c=%3Cscript%3Ealert(1)%3C/script%3E", "/01/%3Cb%3Ex%3C/b%3E"),
    *("/01/1?c='onload='x", "/01/%22x", "/01/%E2%80%AE", "/414/9520000000004/254/" + "%41" * 100),
]


@pytest.mark.parametrize("target", SCANS, ids=lambda target: target[:40])
def test_any_scan_is_answered_and_shown_as_text(alliance: Alliance, target: str) -> None:
    page = sound(send(alliance, target, headers=AS_PERSON), 200, 404)
    assert page.kind == "text/html"
    assert "<script" not in page.body
    assert "<b>x" not in page.body
    assert "Genuine" not in page.body.replace("Not genuine", "")
    told = sound(send(alliance, target, headers={"accept": "application/json"}), 200, 404)
    assert told.kind == ("application/json" if told.status == 200 else "application/problem+json")
    if told.status == 200:
        assert json.loads(told.body)["verdict"] in ("unreadable", "unsigned", "forged", "unknown-key")
    sound(send(alliance, target, headers={"accept": "application/linkset+json"}), 404)


QUERIES = [
    *("q=%00", "q=%zz", "q=%ff", "q=" + "a" * 200, "q=%25", "q=_", "q=%5C", "q='%20or%201=1--", "q=a&q=b", "q=%22"),
    *("q", "&", "=", "q=%F0%9F%92%A9", "page=1", "q=(((", "q=*", "q=%ED%A0%80", "lang=%00", "lang=zz&lang=en", "x=y"),
]
BAD_QUERIES = [
    *("page=0", "page=-1", "page=x", "page=1.5", "page=", "page=99999999999999999999", "page=10001", "page=NaN"),
    *("page=%00", "page=1&page=x", "page=٣"),
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:20])
def test_any_search_is_answered(alliance: Alliance, query: str) -> None:
    for form in ("json", "csv"):
        sound(send(alliance, f"/v1/products?{query}&format={form}"), 200)
    sound(send(alliance, f"/search?{query}", headers=AS_PERSON), 200)
    sound(send(alliance, f"/?{query}", headers=AS_PERSON), 200)


@pytest.mark.parametrize("query", BAD_QUERIES)
def test_a_page_that_is_none_is_refused_by_name(alliance: Alliance, query: str) -> None:
    encoded = "".join(character if character.isascii() else "%D9%A3" for character in query)
    told = sound(send(alliance, f"/v1/products?{encoded}"), 400)
    assert json.loads(told.body)["path"] == "$.page"
    assert sound(send(alliance, f"/search?{encoded}", headers=AS_PERSON), 400).kind == "text/html"


def test_a_query_that_is_refused_is_refused_by_name(alliance: Alliance) -> None:
    told = sound(send(alliance, "/v1/products?q=" + "a" * 201), 400)
    assert json.loads(told.body)["path"] == "$.q"
    told = sound(send(alliance, "/v1/products?format=xml"), 400)
    assert json.loads(told.body)["path"] == "$.format"
    assert sound(send(alliance, "/search?q=" + "a" * 5_001, headers=AS_PERSON), 400).kind == "text/html"
    told = sound(send(alliance, "/search?q=" + "a" * 5_001), 400)
    assert json.loads(told.body)["path"] == "$.q"


HEADERS = [
    {"accept": ""},
    {"accept": ";;;,,,"},
    {"accept": "text/html;q=nonsense"},
    {"accept": "x" * 5_000},
    {"accept": "\xff"},
    {"accept-language": ""},
    {"accept-language": "*"},
    {"accept-language": "xx-invalid;q=9,;;;,zh;q=-1"},
    {"accept-language": "zh," * 2_000},
    {"accept-language": "\xe9"},
    {"cookie": "a=b; " * 500},
    {"authorization": "\xff\xfe"},
    {"host": ""},
    {"if-none-match": "*"},
    {"range": "bytes=5-1"},
    {"content-type": "\xff"},
    {"x-forwarded-for": "not an address"},
    {"x-forwarded-host": "evil.test"},
    {"x-http-method-override": "DELETE"},
    {"accept-encoding": "nonsense;q=x"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers)))
def test_any_header_is_borne(alliance: Alliance, headers: dict[str, str]) -> None:
    for target in ("/", "/search?q=steel", "/01/09520000000004?c=12", "/v1/products", "/trust.json", "/schema"):
        answer = sound(send(alliance, target, headers=headers), 200)
        assert "evil.test" not in answer.body
    sound(send(alliance, "/nowhere", headers=headers), 404)
    sound(send(alliance, "/v1/declarations", "POST", b"{}", headers), 401)


@pytest.mark.parametrize("language", ["", "de", "EN", "zh-Hant-TW", "%00", "../../etc", "a" * 5_000])
def test_a_language_that_is_not_spoken_here_gets_one_that_is(alliance: Alliance, language: str) -> None:
    record = alliance.publish(declaration(new_gtin()))["record"]
    for target in ("/", "/search", "/01/09520000000004"):
        answer = sound(send(alliance, f"{target}?lang={language}", headers=AS_PERSON), 200)
        assert answer.headers["content-language"] in ("en", "zh-Hans")
    for form in ("svg", "png"):
        sound(send(alliance, f"/v1/records/{record}/label.{form}?lang={language}"), 200)


@pytest.mark.parametrize("variant", ["", "big", "%00", "STANDARD"])
def test_a_variant_that_is_none_is_refused_by_name(alliance: Alliance, variant: str) -> None:
    record = alliance.publish(declaration(new_gtin()))["record"]
    told = sound(send(alliance, f"/v1/records/{record}/label.svg?variant={variant}"), 400)
    assert json.loads(told.body)["path"] == "$.variant"


PLACES = [
    *("/", "/search", "/01/09520000000004", "/v1/products", "/trust.json", "/healthz", "/metrics"),
    *("/schema", "/schema/openapi.json", "/v1/schemas", "/v1/schemas/verdict"),
]


@pytest.mark.parametrize("target", PLACES)
def test_a_place_to_read_answers_head_and_options_and_nothing_else(alliance: Alliance, target: str) -> None:
    read, head = sound(send(alliance, target), 200), sound(send(alliance, target, "HEAD"), 200)
    assert head.body == ""
    assert head.kind == read.kind
    assert "GET" in sound(send(alliance, target, "OPTIONS"), 204).headers["allow"]
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "NONSENSE", "get"):
        refused = sound(send(alliance, target, method, b"{}"), 405)
        assert refused.kind == "application/problem+json"
        assert "GET" in refused.headers["allow"]
    assert sound(send(alliance, "/nowhere", "HEAD", headers=AS_PERSON), 404).body == ""


def test_a_place_to_send_to_says_how(alliance: Alliance) -> None:
    for target in ("/v1/verify", "/v1/declarations"):
        for method in ("PUT", "DELETE", "PATCH"):
            assert "POST" in sound(send(alliance, target, method), 405).headers["allow"]


def test_what_is_no_http_is_refused(alliance: Alliance) -> None:
    for target in ("/01/<b>x</b>", "/a b", "", "\xff", "/\x00"):
        refused = send(alliance, target)
        assert (refused.status, refused.body) == (400, "")
    # How much of a header the server takes before it refuses depends on how the bytes arrive; it never breaks.
    assert send(alliance, "/", headers={"x": " " * 500_000 + "x"}).status in (200, 400, 431)


# What others wrote

HOSTILE = "</title></textarea><script>alert(1)</script><img src=x onerror=alert(2)>\"' onload='x' {{7*7}}${7*7} &lt;"


def test_names_are_shown_as_text_wherever_they_are_shown(alliance: Alliance) -> None:
    gtin = new_gtin()
    content = declaration(gtin, product_name={"en": HOSTILE, "zh": HOSTILE}, description={"en": HOSTILE}, plant=HOSTILE)
    published = alliance.publish(content)
    scanned = published["label"].removeprefix("https://id.test.example")
    for target in (scanned, f"{scanned}&lang=zh", f"/search?q={gtin}", "/search?q=%3Cscript%3E"):
        page = sound(send(alliance, target, headers=AS_PERSON), 200)
        assert "<script" not in page.body
        assert "<img" not in page.body
        assert "&lt;script&gt;" in page.body
        assert target.startswith("/search?q=%3C") or "{{7*7}}" in page.body
        assert page.body.count("</title>") == 1
    svg = sound(send(alliance, f"/v1/records/{published['record']}/label.svg"), 200)
    assert "<script" not in svg.body
    listed = sound(send(alliance, f"/v1/products?q={gtin}&format=csv"), 200)
    assert listed.headers["content-type"] == "text/csv; charset=utf-8"


def test_a_name_that_a_spreadsheet_would_run_is_quoted_in_csv(alliance: Alliance) -> None:
    gtin = new_gtin()
    alliance.publish(declaration(gtin, product_name={"en": '=HYPERLINK("http://evil.test")', "zh": "@SUM(1+1)"}))
    rows = alliance.http.get("/v1/products", params={"q": gtin, "format": "csv"}).text
    assert "'=HYPERLINK" in rows
    assert "'@SUM" in rows
    assert not re.search(r"(^|,)\"?[=@+]", rows, re.MULTILINE)


def test_what_cannot_be_written_is_refused_in_a_name(alliance: Alliance) -> None:
    for name in ("a\x00b", "\x1b[2J"):
        path = alliance.call(MAKER, "POST", "/v1/declarations", declaration(new_gtin(), product_name={"en": name}))
        if path.status_code == 201:
            path = alliance.call(MAKER, "POST", f"/v1/declarations/{path.json()['id']}/submit")
        assert path.status_code == 422, name
