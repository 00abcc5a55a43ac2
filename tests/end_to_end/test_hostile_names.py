"""Whatever others wrote into a name is shown as text, wherever it is shown."""

import re

from tests.end_to_end.alliance import MAKER, Alliance, declaration, new_gtin
from tests.end_to_end.sending import AS_PERSON, send, sound

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
