"""Whatever is sent as a body, the answer is a plain one, and nothing is changed."""

import json

import pytest

from tests.end_to_end.alliance import BODY, MAKER, OPERATOR, Alliance, declaration, new_gtin
from tests.end_to_end.sending import TRACE, send, sound

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
