"""Names, reasons and queries are hostile: markup, quotes, template code, reversed writing, endless words."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.pages import error_page, scan_page, search_page
from schemas.verdict import Product, StatusChange, VerdictCode
from tests.registry.pages.document import Document
from tests.registry.pages.every_page import nothing, results
from tests.registry.pages.samples import (
    BODY,
    DEMONSTRATION,
    NONCE,
    SITE,
    STAGES,
    VERSIONS,
    credential,
    declaration,
    scan,
)

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></title><script>alert(1)</script>",
    "{{ 7 * 191 }}{% raw %}{0}{name}%s",
    "\u202egpj.exe\u202c \u2066x\u2069",
    "nul\x00bell\x07escape\x1b[31m",
    "half a \ud83d surrogate",
    "W" * 1000,
    "Z̷̡̛͇̦̼̟̎͗" * 60,
    "钢" * 900,
]
FORBIDDEN = "\x00\x07\x1b\u202e\u202c\u2066\u2069\ud83d"


def view_with(text: str, code: VerdictCode = VerdictCode.WITHDRAWN) -> str:
    """A scan page on which every free text is ``text``."""
    name = {"en": text}
    stages = tuple(msgspec.structs.replace(stage, source_name=text) for stage in STAGES)
    content = msgspec.structs.replace(
        declaration(name, stages=stages),
        description={"en": text + " described"},
        country=text,
        plant=text,
        standards=(text,),
        stage_sum_reason={"en": text},
    )
    view = scan(code)
    verdict = msgspec.structs.replace(
        view.verdict, product=Product(name, text), reason=text, lot=text, change=None, key=text
    )
    if view.verdict.change is not None:
        verdict = msgspec.structs.replace(verdict, change=StatusChange(text, view.verdict.change.at))
    versions = tuple(msgspec.structs.replace(version, name=name, owner=text) for version in VERSIONS)
    hostile = msgspec.structs.replace(
        view,
        verdict=verdict,
        credential=credential(content, text, name),
        versions=versions,
        registered=versions[0],
        label=text,
        path="/" + text,
        query=text,
        jws_url="/v1/records/1",
    )
    return scan_page(hostile, "en", NONCE)


def is_harmless(html: str) -> None:
    document = Document(html)
    assert not document.all("script")
    assert not document.all("img")
    assert not any(character in html for character in FORBIDDEN)
    assert not [key for _, attributes in document.elements for key in attributes if key.startswith("on")]
    assert len(document.all("style")) == 1
    html.encode()


@pytest.mark.parametrize("code", list(VerdictCode))
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_on_a_scan_page_hostile_text_stays_text(text: str, code: VerdictCode) -> None:
    html = view_with(text, code)
    is_harmless(html)
    assert "1337" not in html


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_on_search_and_error_pages_too(text: str) -> None:
    records = tuple(msgspec.structs.replace(record, name={"en": text}, owner=text) for record in VERSIONS)
    found = msgspec.structs.replace(results(text), results=records, query_string=f"q={text}&lang=zh")
    is_harmless(search_page(found, "en", NONCE))
    is_harmless(search_page(nothing(text), "zh", NONCE))
    is_harmless(error_page(SITE, 400, {"en": text}, text, {"en": text}, "/" + text, text, "en", NONCE))


@given(st.text(max_size=200))
def test_whatever_is_searched_for_is_harmless_and_kept_in_the_box(text: str) -> None:
    html = search_page(nothing(text), "en", NONCE)
    is_harmless(html)
    assert any(field.get("name") == "q" for field in Document(html).all("input"))


def test_what_was_typed_stays_in_the_box() -> None:
    assert 'value="a&#34;b &lt;c&gt;"' in search_page(nothing('a"b <c>'), "en", NONCE)


def test_the_longest_real_name_leaves_the_page_small_and_is_given_in_full_below() -> None:
    name = {"en": "LG Chem’s automotive batteries are sustaining the undisputed No.1 position in the world. " * 10}
    html = scan_page(scan(VerdictCode.VALID, DEMONSTRATION, name=name, body=BODY), "en", NONCE)
    assert len(html.encode()) < 30_000
    about = html[html.index('id="about"') :]
    assert name["en"] in about


def test_thirty_stages_with_long_names_stay_below_30_kb() -> None:
    stages = tuple(msgspec.structs.replace(STAGES[0], source_name="x " * 499) for _ in range(24))
    html = scan_page(scan(VerdictCode.VALID, stages=stages), "en", NONCE)
    assert len(html.encode()) < 40_000
