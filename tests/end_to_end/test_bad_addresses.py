"""Whatever is asked for, by address or query, the answer is a plain one."""

import json

import pytest

from tests.end_to_end.alliance import BODY, MAKER, OPERATOR, Alliance, declaration, new_gtin
from tests.end_to_end.sending import AS_PERSON, send, sound

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
