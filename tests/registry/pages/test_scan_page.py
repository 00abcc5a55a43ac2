"""The page that a scan opens: the exact sentence, the figure only where it may stand, nothing green but valid."""

import re
from colorsys import rgb_to_hsv
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from registry.pages import scan_page
from schemas.declaration import Boundary, DeclaredUnit
from schemas.findings import Finding, Severity
from schemas.verdict import GENUINE, Amount, Footprint, VerdictCode
from tests.registry.pages.document import Document
from tests.registry.pages.samples import (
    BODY,
    DEMONSTRATION,
    DIGITS,
    LABEL,
    NONCE,
    PATH,
    VERSIONS,
    credential,
    declaration,
    scan,
    summary,
)

# The table of the design, word for word.
SENTENCES = {
    VerdictCode.VALID: ("Genuine and current", "真实有效"),
    VerdictCode.SUPERSEDED: ("Genuine. A newer declaration exists", "真实，已有更新的声明"),
    VerdictCode.EXPIRED: ("Genuine, but past its date", "真实，但已过有效期"),
    VerdictCode.SUSPENDED: ("Suspended. Do not rely on this label for now", "已暂停，请暂勿采信"),
    VerdictCode.WITHDRAWN: ("Withdrawn. Do not rely on this label", "已撤销，请勿采信"),
    VerdictCode.MISMATCH: ("A label for another product", "标签与商品不符"),
    VerdictCode.UNLOGGED: ("Not confirmed: no such record in the public log", "未能确认：公开日志中无此记录"),
    VerdictCode.FORGED: ("Not genuine", "标签系伪造"),
    VerdictCode.UNKNOWN_KEY: ("Cannot be checked: unknown signer", "无法核验：签发方未知"),
    VerdictCode.UNSIGNED: ("No signature on this label", "此标签没有签名"),
    VerdictCode.UNREADABLE: ("Not a carbon label", "无法识别"),
}
TONES = {
    "good": {"valid"},
    "caution": {"superseded", "expired", "unlogged", "unknown-key"},
    "stop": {"suspended", "withdrawn", "mismatch", "forged"},
    "mute": {"unsigned", "unreadable"},
}
BOTH = [(code, language) for code in VerdictCode for language in ("en", "zh")]


def page(code: VerdictCode, language: str = "en") -> str:
    return scan_page(scan(code), language, NONCE)


def text(code: VerdictCode, language: str = "en") -> str:
    return Document(page(code, language)).text


@pytest.mark.parametrize(("code", "language"), BOTH)
def test_the_sentence_is_that_of_the_table_and_the_heading_of_the_page(code: VerdictCode, language: str) -> None:
    html = page(code, language)
    own, other = SENTENCES[code] if language == "en" else SENTENCES[code][::-1]
    assert f'<h1 id="verdict">{own}</h1>' in html
    assert f">{other}</p>" in html
    assert Document(html).text.startswith(own)


@pytest.mark.parametrize(("code", "language"), BOTH)
def test_nothing_is_green_but_valid(code: VerdictCode, language: str) -> None:
    html = page(code, language)
    tone = next(tone for tone, codes in TONES.items() if code in codes)
    assert f'<body class="tone-{tone}">' in html
    assert ("-good" in html) == (code is VerdictCode.VALID)
    greens = [colour for colour in re.findall("#[0-9a-f]{6}", html) if is_green(colour)]
    assert bool(greens) == (code is VerdictCode.VALID), greens


def is_green(colour: str) -> bool:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, saturation, _ = rgb_to_hsv(red, green, blue)
    return 80 <= hue * 360 <= 170 and saturation > 0.2


@pytest.mark.parametrize(("code", "language"), [(code, language) for code, language in BOTH if code in GENUINE])
def test_a_genuine_label_shows_product_and_figure_with_all_that_belongs_to_it(code: VerdictCode, language: str) -> None:
    shown = text(code, language)
    for words in ("9 521234 567892", "1.96 kg CO₂e", "TÜV Example GmbH"):
        assert words in shown
    if language == "en":
        words = "Frosted Flakes cereal", "Kellogg Company", "per piece (0.75 kg)", "factory gate", "Data from 2017"
        assert "Is this the product in your hand?" in shown
        assert "Limited assurance" in shown
    else:
        words = "糖霜玉米片", "家乐氏公司", "每件（0.75千克）", "从原材料到产品出厂", "2017年数据"
        assert "这是您手中的商品吗？" in shown
        assert "有限保证" in shown
    assert all(word in shown for word in words)


@pytest.mark.parametrize(("code", "language"), [(code, language) for code, language in BOTH if code not in GENUINE])
def test_from_mismatch_down_no_figure_of_the_label_or_its_record_is_shown(code: VerdictCode, language: str) -> None:
    html = scan_page(msgspec.structs.replace(scan(code), registered=None), language, NONCE)
    shown = Document(html).text
    assert "1.96" not in html
    assert "CO₂e" not in shown
    assert "TÜV" not in shown
    assert "Data from" not in shown
    assert "碳足迹" not in shown


@pytest.mark.parametrize("code", [code for code in VerdictCode if code not in GENUINE and code != "unreadable"])
def test_what_the_registry_says_stands_apart_with_its_own_verdict(code: VerdictCode) -> None:
    html = page(code)
    apart = html[html.index('<section class="registered"') :].split("</section>")[0]
    assert "What the registry says of this GTIN" in apart
    assert "Current" in apart
    assert "1.82" in apart
    assert "1.82" not in html.replace(apart, "")


def test_a_registered_record_that_was_withdrawn_is_struck() -> None:
    withdrawn = summary(1, VerdictCode.WITHDRAWN, 1, "1.82", 2018)
    html = scan_page(msgspec.structs.replace(scan(VerdictCode.UNSIGNED), registered=withdrawn), "en", NONCE)
    assert '<s><span class="value">1.82</span>' in html
    assert "Not to be relied on" in html


@pytest.mark.parametrize(
    ("code", "day"), [(VerdictCode.SUSPENDED, "Suspended on"), (VerdictCode.WITHDRAWN, "Withdrawn on")]
)
def test_what_was_taken_back_says_when_and_why_and_strikes_the_figure(code: VerdictCode, day: str) -> None:
    html = page(code)
    assert f"{day} 3 December 2026: The owner found an error" in Document(html).text
    assert '<s><span class="value">1.96</span> <span class="unit">kg CO₂e</span></s>' in html
    assert "Not to be relied on" in html
    assert "Stands until" not in html


def test_superseded_leads_to_the_newer_declaration() -> None:
    assert f'class="onward" href="{PATH}"' in page(VerdictCode.SUPERSEDED)
    view = msgspec.structs.replace(scan(VerdictCode.SUPERSEDED), newer_url=f"{PATH}?c=99", query="lang=zh")
    assert f'class="onward" href="{PATH}?c=99&amp;lang=zh"' in scan_page(view, "zh", NONCE)


def test_a_mismatch_names_the_product_that_the_label_is_for() -> None:
    shown = text(VerdictCode.MISMATCH)
    assert "This label was made for Frosted Flakes cereal, 23 oz carton Kellogg Company" in shown
    assert "Is this the product" not in shown


@pytest.mark.parametrize("code", [VerdictCode.UNLOGGED, VerdictCode.FORGED, VerdictCode.UNKNOWN_KEY])
def test_a_label_that_proves_nothing_names_only_its_number(code: VerdictCode) -> None:
    view = msgspec.structs.replace(scan(code), registered=None)
    shown = Document(scan_page(view, "en", NONCE)).text
    assert "nothing confirms it GTIN 9 521234 567892" in shown
    assert "Frosted" not in shown


def test_an_unreadable_scan_shows_what_was_read_cut_short() -> None:
    view = msgspec.structs.replace(scan(VerdictCode.UNREADABLE), label="<b>" + "x" * 5000)
    html = scan_page(view, "en", NONCE)
    assert "&lt;b&gt;xxx" in html
    assert len(html) < 20_000


def test_versions_show_their_change_and_which_one_the_label_is() -> None:
    shown = text(VerdictCode.SUPERSEDED)
    assert "Version 4 · Data from 2018 1.82 kg CO₂e per piece 7.1% lower than the version before it" in shown
    assert "Version 3 · Data from 2017 this label" in shown
    assert "unchanged from the version before" in shown


def test_versions_per_something_else_are_not_compared() -> None:
    other = Footprint(Decimal("0.5"), Amount(Decimal(1), DeclaredUnit.KILOGRAM))
    versions = (VERSIONS[0], msgspec.structs.replace(VERSIONS[1], footprint=other))
    gate = (VERSIONS[0], msgspec.structs.replace(VERSIONS[1], boundary=Boundary.CRADLE_TO_GRAVE))
    for pair in (versions, gate):
        view = msgspec.structs.replace(scan(VerdictCode.SUPERSEDED), versions=pair)
        assert "not comparable with the version before" in scan_page(view, "en", NONCE)


def test_a_hundred_versions_stay_below_30_kb_and_keep_the_one_of_the_label() -> None:
    many = tuple(summary(number, VerdictCode.SUPERSEDED, number, "1.96", 2017) for number in range(1300, 1200, -1))
    html = scan_page(msgspec.structs.replace(scan(VerdictCode.SUPERSEDED), versions=many), "en", NONCE)
    assert len(html.encode()) < 30_000
    assert "record 1234" in html
    assert "All 100 versions" in html


def test_warnings_are_told_to_a_reader_not_to_the_declarer() -> None:
    shown = text(VerdictCode.VALID)
    assert "The data are from 2017, about 9 years before this declaration." in shown
    assert "reference_end" not in shown
    unknown = Finding("new-rule", "$.x", Severity.WARNING, {"en": "Something <new>.", "zh": "新情况。"})
    view = msgspec.structs.replace(scan(VerdictCode.VALID), warnings=(unknown,))
    assert "Something &lt;new&gt;." in scan_page(view, "en", NONCE)
    assert "新情况。" in scan_page(view, "zh", NONCE)


def test_the_report_is_linked_only_when_its_address_is_one_of_the_web() -> None:
    assert 'href="https://reports.example.net/epd/2026-0113.pdf"' in page(VerdictCode.VALID)
    for address in ("javascript:alert(1)", "data:text/html,x", "//evil.example/x", "https://[broken", "file:///etc/x"):
        content = declaration()
        assert content.verification is not None
        bad = msgspec.structs.replace(content.verification, report_url=address)
        record = credential(msgspec.structs.replace(content, verification=bad))
        html = scan_page(msgspec.structs.replace(scan(VerdictCode.VALID), credential=record), "en", NONCE)
        assert address not in html
        assert "The report is not published." in html


def test_whoever_objects_is_told_whom_to_write_to_and_the_number_to_name() -> None:
    assert "operator of this registry, Low-carbon alliance registry, and name record 1234" in text(VerdictCode.VALID)
    assert "keep the label: it is the evidence" in text(VerdictCode.FORGED)


def test_the_proof_is_folded_and_complete() -> None:
    html = page(VerdictCode.VALID)
    proof = html[html.index('<details class="proof">') :]
    for fact in ("1234", "5d" * 32, "1,302 entries, 22 November 2026, 10:04 UTC", "b1946ac92492d234"):
        assert fact in proof
    assert f"carbonlabel verify &#39;{LABEL}&#39; --bundle DIR" in proof
    assert "GET /v1/records/1234" in proof


def test_what_the_log_does_not_confirm_is_not_called_a_record_of_it() -> None:
    html = page(VerdictCode.UNLOGGED)
    assert "Record that the label names" in html
    assert "/v1/records/" not in html


def test_only_a_valid_label_is_offered_for_printing() -> None:
    offered = {code for code in VerdictCode if "label.svg" in page(code)}
    assert offered == {VerdictCode.VALID}


@pytest.mark.parametrize("label", ["--bundle=/", "a\nb", "钢", "", None, "x" * 5000])
def test_a_command_to_paste_never_holds_what_a_shell_would_misread(label: str | None) -> None:
    view = msgspec.structs.replace(scan(VerdictCode.UNREADABLE), label=label)
    assert "carbonlabel verify &#39;LABEL&#39; --bundle DIR" in scan_page(view, "en", NONCE)


def test_a_quote_in_a_label_cannot_leave_the_quotes_of_the_command() -> None:
    view = msgspec.structs.replace(scan(VerdictCode.UNREADABLE), label="x'; rm -rf ~ #")
    assert "carbonlabel verify 'x'\\''; rm -rf ~ #' --bundle DIR" in Document(scan_page(view, "en", NONCE)).text


def test_a_demonstration_never_claims_a_verification() -> None:
    shown = Document(scan_page(scan(VerdictCode.VALID, DEMONSTRATION, body=BODY), "en", NONCE)).text
    assert f"Checked by {BODY} Limited assurance (as an example) Stands until 21 November 2028" in shown
    assert "found nothing that speaks against" not in shown


def test_a_real_registry_explains_the_level_and_has_no_notice() -> None:
    shown = text(VerdictCode.VALID)
    assert "Limited assurance : the body found nothing that speaks against the figure" in shown
    assert "Demonstration" not in shown


def test_a_verdict_without_its_record_still_shows_figure_and_date() -> None:
    view = msgspec.structs.replace(scan(VerdictCode.VALID), credential=None, versions=(), warnings=())
    shown = Document(scan_page(view, "en", NONCE)).text
    assert "1.96 kg CO₂e per piece" in shown
    assert "Stands until 21 November 2028" in shown


def test_a_place_is_asked_for_as_a_place() -> None:
    view = scan(VerdictCode.VALID)
    place = msgspec.structs.replace(view.verdict, gtin=None, gln="9521234567899")
    shown = Document(scan_page(msgspec.structs.replace(view, verdict=place), "en", NONCE)).text
    assert "Is this the place you are at?" in shown
    assert "GLN 9 521234 567899" in shown


def test_lot_and_serial_are_shown_beside_the_gtin() -> None:
    view = scan(VerdictCode.VALID)
    verdict = msgspec.structs.replace(view.verdict, lot="L-42", serial="S<1>")
    html = scan_page(msgspec.structs.replace(view, verdict=verdict), "en", NONCE)
    assert '<bdi class="digits">L-42</bdi>' in html
    assert "S&lt;1&gt;" in html


def test_the_switch_keeps_the_label() -> None:
    assert f'href="{PATH}?c={DIGITS}&amp;lang=zh"' in page(VerdictCode.VALID)


def test_a_record_with_nothing_optional_can_be_shown() -> None:
    bare = msgspec.structs.replace(
        declaration(stages=()), description={}, mass_per_unit=None, reference_start=None, valid_from=date(2026, 1, 1)
    )
    bare = msgspec.structs.replace(bare, verification=None, standards=(), country=None, gwp_basis=None)
    view = msgspec.structs.replace(scan(VerdictCode.VALID), credential=credential(bare))
    shown = Document(scan_page(view, "en", NONCE)).text
    assert "The company declared one total" in shown
    assert "The report is not published." in shown


def test_it_says_how_many_objections_are_open_or_upheld_if_there_are_any() -> None:
    view = scan(VerdictCode.SUSPENDED)
    html = scan_page(view, "en", NONCE)
    assert "Objections to this record: 2 open, 1 upheld" in Document(html).text
    assert '<a class="onward" href="/records/1234/object">Objections to' in html
    assert "处理中 2 项，成立 1 项" in scan_page(view, "zh", NONCE)
    none = msgspec.structs.replace(view, objections=(0, 0))
    assert "Objections to this record" not in scan_page(none, "en", NONCE)
    assert "Objections to this record" not in scan_page(scan(VerdictCode.MISMATCH), "en", NONCE)


@pytest.mark.parametrize(
    ("language", "words", "products"),
    [
        (
            "en",
            ("All declarations of this place", "About the place", "Where it is", "what the place itself emits"),
            ("product", "Made in", "factory gate"),
        ),
        (
            "zh",
            ("该地点的全部声明", "地点详情", "所在地", "从原材料到该地点自身的排放", "此后该地点可能已有变化"),
            ("商品", "产品出厂", "产地"),
        ),
    ],
)
def test_a_place_is_told_in_words_of_its_own(language: str, words: tuple[str, ...], products: tuple[str, ...]) -> None:
    view = scan(VerdictCode.VALID)
    assert view.credential is not None
    subject = view.credential.credential_subject
    place = msgspec.structs.replace(subject.declaration, gtin=None, gln="9521234567899", description={})
    credential = msgspec.structs.replace(
        view.credential, credential_subject=msgspec.structs.replace(subject, declaration=place)
    )
    told = msgspec.structs.replace(view.verdict, gtin=None, gln="9521234567899")
    versions = tuple(msgspec.structs.replace(one, gtin=None, gln="9521234567899") for one in view.versions)
    warnings = (Finding("reference-old", "$", Severity.WARNING, {"en": "old", "zh": "旧"}),)
    view = msgspec.structs.replace(
        view, verdict=told, credential=credential, versions=versions, warnings=warnings, registered=None
    )
    shown = Document(scan_page(view, language, NONCE)).text
    for word in words:
        assert word in shown
    for word in products:
        assert word not in shown, word
