"""In a real browser at phone size: what must be seen is on the first screen, and nothing overflows or complains."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from registry.pages import scan_page
from registry.pages.desk import DeskView, Way, desk_page
from registry.pages.vocabulary import VERDICTS
from schemas.verdict import VerdictCode
from tests.chromium import chromium, needs_chromium
from tests.registry.pages.every_page import PAGES
from tests.registry.pages.samples import BODY, DEMONSTRATION, NONCE, SITE, scan

PHONE: ViewportSize = {"width": 360, "height": 740}
CSP = (
    "default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
LONG = {"en": "LG Chem’s automotive batteries are sustaining the undisputed No.1 position in the world. " * 10}
pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, java_script_enabled=True)
    yield context.new_page()
    context.close()


def opened(page: Page, html: str) -> list[str]:
    """Opens ``html`` as the server would answer it; the complaints and foreign requests of the browser."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CSP.format(nonce=NONCE)}
    page.route("**/*", lambda route: route.fulfill(body=html, headers=headers))
    page.goto("http://registry.test/page")
    return complaints


@pytest.mark.soak
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("code", [VerdictCode.VALID, VerdictCode.SUPERSEDED])
@pytest.mark.parametrize("name", ["short", "long"])
def test_the_first_screen_holds_verdict_name_gtin_and_figure(
    phone: Page, code: VerdictCode, language: str, name: str
) -> None:
    view = scan(code, DEMONSTRATION, body=BODY)
    if name == "long":
        view = scan(code, DEMONSTRATION, name=LONG, value=Decimal("3718044.0"), body=BODY)
    assert opened(phone, scan_page(view, language, NONCE)) == []
    for selector in ("h1", ".band svg", "#product", ".owner", ".key .digits", ".ask", ".number", ".per", ".covers"):
        box = phone.locator(selector).first.bounding_box()
        assert box is not None, selector
        assert box["y"] >= 0, selector
        assert box["y"] + box["height"] <= PHONE["height"], selector
        assert box["x"] + box["width"] <= PHONE["width"], selector
    year = phone.locator(".year").bounding_box()
    assert year is not None
    assert year["y"] + year["height"] <= PHONE["height"]
    assert phone.locator("h1").inner_text() == VERDICTS[code].sentence.text(language)


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_is_wider_than_the_screen(phone: Page, width: int) -> None:
    phone.set_viewport_size({"width": width, "height": 740})
    wide = []
    for name, html in PAGES.items():
        phone.set_content(html)
        if phone.evaluate("document.scrollingElement.scrollWidth") > width:
            wide.append(name)
    assert wide == []


def test_no_page_is_wider_than_a_small_screen_at_twice_the_size(phone: Page) -> None:
    phone.set_viewport_size({"width": 180, "height": 370})
    for name, html in PAGES.items():
        if name.startswith("scan"):
            phone.set_content(html)
            assert phone.evaluate("document.scrollingElement.scrollWidth") <= 180, name


def test_everything_to_be_touched_is_large_enough_for_a_thumb(phone: Page) -> None:
    measure = """() => [...document.querySelectorAll('a:not(.skip), button, summary, input:not([type=hidden])')]
        .map(e => [e.textContent.trim(), e.getBoundingClientRect()]).filter(([, box]) => box.height)
        .filter(([, box]) => box.height < 44 || box.width < 44)
        .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
    for name, html in PAGES.items():
        phone.set_content(html)
        phone.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        assert phone.evaluate(measure) == [], name


def test_the_style_holds_under_the_policy_and_the_band_has_its_colour(phone: Page) -> None:
    assert opened(phone, scan_page(scan(VerdictCode.VALID), "en", NONCE)) == []
    colour = phone.locator(".band").evaluate("e => getComputedStyle(e).backgroundColor")
    assert colour == "rgb(11, 107, 60)"
    bar = phone.locator("rect.plus").first.evaluate("e => getComputedStyle(e).fill")
    assert bar == "rgb(56, 88, 127)"


def test_with_a_keyboard_the_first_stop_leads_to_the_content(phone: Page) -> None:
    opened(phone, scan_page(scan(VerdictCode.VALID), "en", NONCE))
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.className") == "skip"
    box = phone.locator(".skip").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.id") == "main"


WAYS = tuple(Way(f"/desk/{at}", f"A desk with a name {at}", at == 2) for at in range(9))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_ways_to_the_desks_are_one_line_on_a_phone_and_all_there_on_a_wide_screen(
    browser: Browser, language: str
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    view = DeskView(site=SITE, title="A desk", path="/desk/2", ways=WAYS)
    page.set_content(desk_page(view, language, NONCE))
    links, here = page.locator(".ways a"), page.locator(".ways summary")
    line, title = here.bounding_box(), page.locator("h1").bounding_box()
    assert line is not None
    assert title is not None
    assert 44 <= line["height"] < 60
    assert title["y"] < PHONE["height"] / 4
    assert WAYS[2].label in here.inner_text()
    assert not links.first.is_visible()
    here.focus()
    page.keyboard.press("Enter")
    assert links.count() == len(WAYS)
    assert all(link.is_visible() for link in links.all())
    page.keyboard.press("Enter")
    page.set_viewport_size({"width": 1280, "height": 740})
    assert not here.is_visible()
    assert all(link.is_visible() for link in links.all())
    page.locator(".home").focus()
    for _ in range(2):  # past the switch of the language
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == WAYS[0].label
    assert links.nth(2).get_attribute("aria-current") == "page"
    context.close()


def test_everything_is_readable_without_script(browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.set_content(scan_page(scan(VerdictCode.VALID), "en", NONCE))
    page.locator("summary").click()
    assert page.get_by_text("carbonlabel verify").is_visible()
    context.close()
