"""Whatever headers and methods are sent, and whatever is no HTTP at all, the answer is a plain one."""

import pytest

from tests.end_to_end.alliance import Alliance
from tests.end_to_end.sending import AS_PERSON, send, sound

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


PLACES = [
    *("/", "/search", "/01/09520000000004", "/v1/products", "/trust.json", "/healthz", "/readyz"),
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
