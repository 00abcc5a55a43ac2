"""Contrast as WCAG 2.2 (1.4.3, 1.4.11) computes it, from the colours that the pages really carry, in both schemes."""

import re

import pytest

from registry.pages import scan_page, search_page
from schemas.verdict import VerdictCode
from tests.registry.pages.document import Document
from tests.registry.pages.every_page import results
from tests.registry.pages.samples import NONCE, VERSIONS, scan

TEXT, GRAPHIC = 4.5, 3.0
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "quiet", "link", "stop") for ground in ("page", "card")],
    ("page", "ink", TEXT),  # the button
    *[(shape, ground, GRAPHIC) for shape in ("edge", "focus") for ground in ("page", "card")],
    *[(bar, "track", GRAPHIC) for bar in ("bar", "minus")],
    *[(bar, "page", GRAPHIC) for bar in ("bar", "minus")],
]
TONES = {"good": VerdictCode.VALID, "caution": VerdictCode.EXPIRED, "stop": VerdictCode.FORGED, "mute": "unsigned"}
SCHEMES = ("light", "dark")


def colours(style: str, scheme: str) -> dict[str, str]:
    """The custom properties in force under ``scheme``: later declarations win, as in a browser."""
    dark = re.compile(r"@media \(prefers-color-scheme: ?dark\) ?\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}")
    screen = style[: style.index("@media print")] + style[style.index("@media print") :].split("\n}\n", 1)[1]
    plain = dark.sub("", screen)
    found = dict(re.findall(r"--([a-z-]+): ?(#[0-9a-f]{6})", plain))
    if scheme == "dark":
        found |= dict(re.findall(r"--([a-z-]+): ?(#[0-9a-f]{6})", "".join(dark.findall(screen))))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_the_formula_is_the_standards() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_ink_stands_out(scheme: str, ink: str, ground: str, least: float) -> None:
    found = colours(Document(scan_page(scan(VerdictCode.VALID), "en", NONCE)).style, scheme)
    assert contrast(found[ink], found[ground]) >= least


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("tone", sorted(TONES))
def test_the_verdict_stands_out_on_its_band(scheme: str, tone: str) -> None:
    found = colours(Document(scan_page(scan(VerdictCode(TONES[tone])), "en", NONCE)).style, scheme)
    assert contrast(found[f"{tone}-band"], found[f"{tone}-band-ink"]) >= TEXT


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_verdict_in_a_list_stands_out_on_the_page(scheme: str) -> None:
    found = colours(Document(search_page(results(), "en", NONCE)).style, scheme)
    shown = {record.verdict for record in VERSIONS}
    assert len(shown) == 3
    for tone in ("good", "caution", "stop"):
        assert contrast(found[f"{tone}-word"], found["page"]) >= TEXT


def test_the_two_schemes_differ() -> None:
    style = Document(scan_page(scan(VerdictCode.VALID), "en", NONCE)).style
    light, dark = colours(style, "light"), colours(style, "dark")
    assert light.keys() == dark.keys()
    assert luminance(light["page"]) > 0.8
    assert luminance(dark["page"]) < 0.05


def test_the_style_is_whole_and_shows_focus_and_prints() -> None:
    style = Document(search_page(results(), "en", NONCE)).style
    assert style.count("{") == style.count("}")
    assert ":focus-visible" in style
    assert "@media print" in style
