"""A person with a phone: what a real browser shows of a scan, in both languages, with and without JavaScript."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize

from registry.demo.demo import Demonstration
from tests.chromium import chromium, needs_chromium
from tests.end_to_end.commands import Serving

PHONE: ViewportSize = {"width": 360, "height": 740}
ARTIFACTS = Path(__file__).parents[1] / ".artifacts"
pytestmark = needs_chromium

LOCALES = {"en": "en-GB", "zh": "zh-CN"}
OTHER = {"en": "zh", "zh": "en"}
SENTENCES = {
    "active": {"en": "Genuine and current", "zh": "真实有效"},
    "superseded": {"en": "Genuine. A newer declaration exists", "zh": "真实，已有更新的声明"},
    "suspended": {"en": "Suspended. Do not rely on this label for now", "zh": "已暂停，请暂勿采信"},
    "withdrawn": {"en": "Withdrawn. Do not rely on this label", "zh": "已撤销，请勿采信"},
    "forged": {"en": "Not genuine", "zh": "标签系伪造"},
}
BODY = {"en": "Demonstration body - nothing was verified", "zh": "演示机构 - 未经任何核查"}
NOTICE = {"en": "historic figures as companies reported them to CDP", "zh": "企业历史上向 CDP 报告的数值"}
QUESTION = {"en": "Is this the product in your hand?", "zh": "这是您手中的商品吗？"}

each_language = pytest.mark.parametrize("language", LOCALES)


class Phone:
    """A page of a browser at phone size, and whatever it complains of."""

    def __init__(self, context: BrowserContext, server: Serving, pictures: bool) -> None:
        self.url = server.url
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self._pictures = pictures
        self.page.on("request", lambda request: self._requested(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))

    def _requested(self, url: str) -> None:
        if not url.startswith((self.url, "data:")):
            self.complaints.append(f"asked another host: {url}")

    def open(self, target: str) -> int:
        """Opens an address of the registry; the status of its answer."""
        answer = self.page.goto(self.url + target)
        assert answer is not None
        return answer.status

    def scan(self, label: str) -> None:
        """Opens what a scan of the label opens."""
        parts = urlsplit(label)
        assert self.open(f"{parts.path}?{parts.query}") == 200

    def picture(self, name: str) -> None:
        """Keeps what is to be seen, if that is asked for: the first screen, and the whole page."""
        if not self._pictures:
            return
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")
        self.page.screenshot(path=ARTIFACTS / f"{name}-whole.png", full_page=True)

    def is_wide(self) -> bool:
        """Whether the page can be pushed sideways."""
        return bool(self.page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Callable[[str, bool], BrowserContext]:
    """A phone's browser by its language and whether it runs scripts: one each, for each starts a process."""

    @cache
    def context(language: str, scripts: bool) -> BrowserContext:
        return browser.new_context(
            viewport=PHONE, locale=LOCALES[language], java_script_enabled=scripts, device_scale_factor=2
        )

    return context


@pytest.fixture
def phone(
    request: pytest.FixtureRequest, contexts: Callable[[str, bool], BrowserContext], server: Serving, language: str
) -> Iterator[Phone]:
    context = contexts(language, getattr(request, "param", True))
    phone = Phone(context, server, request.config.getoption("--pictures"))
    yield phone
    phone.page.close()
    assert phone.complaints == []
    assert context.cookies() == []


@pytest.fixture(scope="module")
def scans(demonstration: Demonstration) -> dict[str, str]:
    """A label of each standing, and a forged one."""
    labels = {example.standing: example.text for example in demonstration.examples}
    genuine = labels["active"]
    return labels | {"forged": genuine[:-1] + str((int(genuine[-1]) + 1) % 10)}


def on_first_screen(element: Locator) -> str:
    """The text of an element, which must be whole on the first screen of a phone."""
    box = element.bounding_box()
    assert box is not None, element
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"], element
    assert box["y"] + box["height"] <= PHONE["height"], (element, box)
    return element.inner_text()


def product_of(demonstration: Demonstration, server: Serving, label: str) -> dict:
    """What the API says of the label's product."""
    return httpx.post(f"{server.url}/v1/verify", json={"label": label}).json()


@pytest.mark.parametrize(
    ("phone", "language"),
    [
        pytest.param(True, "en", id="en with scripts"),
        pytest.param(False, "zh", id="zh without scripts"),
        pytest.param(True, "zh", id="zh with scripts", marks=pytest.mark.soak),
        pytest.param(False, "en", id="en without scripts", marks=pytest.mark.soak),
    ],
    indirect=["phone"],
)
@pytest.mark.parametrize("standing", SENTENCES)
def test_the_first_screen_says_all_that_a_person_needs(
    phone: Phone,
    scans: dict[str, str],
    demonstration: Demonstration,
    server: Serving,
    standing: str,
    language: str,
    request: pytest.FixtureRequest,
) -> None:
    label = scans[standing]
    phone.scan(label)
    page = phone.page
    if "without" not in request.node.name:
        phone.picture(f"scan-{standing}-{language}")
    assert on_first_screen(page.locator("h1")) == SENTENCES[standing][language]
    assert NOTICE[language] in page.locator(".demonstration").first.inner_text()
    digits = urlsplit(label).path.removeprefix("/01/")
    shown = "".join(on_first_screen(page.locator(".digits").first).split()).removeprefix("GTIN")
    assert shown.zfill(14) == digits
    told = product_of(demonstration, server, label)
    if standing == "forged":
        body = page.locator("body").inner_text()
        assert page.locator(".first .figure, .first .value, .stages, .check").count() == 0
        assert BODY[language] not in body
        assert told["footprint"] is None
    else:
        assert on_first_screen(page.locator("#product")) in told["product"]["name"].values()
        assert told["product"]["owner"] in on_first_screen(page.locator(".owner").first)
        assert QUESTION[language] in on_first_screen(page.locator(".ask"))
        figure = on_first_screen(page.locator(".figure .number"))
        assert "kg CO₂e" in figure
        assert figure.split("kg")[0].strip().replace(",", "") == told["footprint"]["value"]
        assert on_first_screen(page.locator(".figure .per"))
        assert str(told["year"]) in on_first_screen(page.locator(".figure .year"))
        assert BODY[language] in page.locator(".check").inner_text()
        struck = page.locator(".figure s").count()
        assert struck == (1 if standing in ("suspended", "withdrawn") else 0)
    assert not phone.is_wide()


@each_language
@pytest.mark.parametrize("standing", ["active", "withdrawn"])
def test_the_switch_leads_to_the_same_page_in_the_other_language(
    phone: Phone, scans: dict[str, str], standing: str, language: str
) -> None:
    phone.scan(scans[standing])
    phone.page.locator(".switch a").click()
    other = OTHER[language]
    assert phone.page.locator("h1").inner_text() == SENTENCES[standing][other]
    assert (phone.page.locator("html").get_attribute("lang") or "").startswith(other)
    assert urlsplit(scans[standing]).query in phone.page.url
    phone.page.locator(".switch a").click()
    assert phone.page.locator("h1").inner_text() == SENTENCES[standing][language]


@each_language
def test_a_superseded_label_leads_to_the_newer_declaration(phone: Phone, scans: dict[str, str], language: str) -> None:
    phone.scan(scans["superseded"])
    phone.page.locator("a.onward").first.click()
    assert urlsplit(phone.page.url).path == urlsplit(scans["superseded"]).path
    assert not phone.is_wide()
    phone.picture(f"newer-{language}")


def search(phone: Phone, words: str) -> None:
    """Types words into the search box, with the keyboard alone."""
    assert phone.open("/search") == 200
    page = phone.page
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type(words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@each_language
def test_search_finds_by_name_company_and_number(
    phone: Phone, demonstration: Demonstration, server: Serving, language: str
) -> None:
    active = next(example for example in demonstration.examples if example.standing == "active")
    told = product_of(demonstration, server, active.text)
    name, owner, gtin = active.product["en"], told["product"]["owner"], told["gtin"]
    for words in (name.upper(), owner, gtin, gtin.lstrip("0")):
        search(phone, words)
        results = phone.page.locator(".results > li")
        assert results.count() >= 1
        assert any(name in results.nth(n).inner_text() for n in range(results.count())) or words == owner
        assert phone.page.locator("input#q").input_value() == words
        assert not phone.is_wide()
    phone.picture(f"search-{language}")
    search(phone, gtin)
    while phone.page.evaluate("document.activeElement.closest('.results') === null"):
        phone.page.keyboard.press("Tab")
    with phone.page.expect_navigation():
        phone.page.keyboard.press("Enter")
    assert f"/01/{gtin}" in phone.page.url


@each_language
def test_a_pasted_label_opens_the_page_of_its_scan(phone: Phone, scans: dict[str, str], language: str) -> None:
    search(phone, scans["withdrawn"])
    assert phone.page.locator("h1").inner_text() == SENTENCES["withdrawn"][language]


@each_language
def test_a_search_without_a_result_says_what_to_do_next(phone: Phone, language: str) -> None:
    search(phone, "no such thing <b>at all</b>")
    assert phone.page.locator(".results").count() == 0
    assert phone.page.locator(".next li").count() >= 2
    assert phone.page.locator("b").count() == 0
    assert "<b>at all</b>" in phone.page.locator("h1").inner_text()
    assert phone.page.locator("input#q").input_value() == "no such thing <b>at all</b>"
    assert not phone.is_wide()
    phone.picture(f"search-empty-{language}")


@each_language
def test_the_start_page_and_long_lists_fit_a_phone(phone: Phone, language: str) -> None:
    assert phone.open("/") == 200
    on_first_screen(phone.page.locator("input#q"))
    assert not phone.is_wide()
    phone.picture(f"start-{language}")
    for target in ("/search?q=a", "/search?q=a&page=2", "/schema"):
        assert phone.open(target) == 200
        assert not phone.is_wide(), target
    phone.picture(f"reference-{language}")


@each_language
def test_an_address_that_is_none_gets_a_page_with_a_way_on(phone: Phone, language: str) -> None:
    assert phone.open(f"/nowhere/{quote('<b>x</b>')}") == 404
    phone.complaints.clear()  # the browser notes the status itself
    page = phone.page
    assert on_first_screen(page.locator("h1")) == {"en": "Nothing is here", "zh": "此处没有内容"}[language]
    assert page.locator("b").count() == 0
    assert page.locator("input#q").count() == 1
    assert not phone.is_wide()
    phone.picture(f"not-found-{language}")


@each_language
def test_with_the_keyboard_alone_the_proof_opens(phone: Phone, scans: dict[str, str], language: str) -> None:
    phone.scan(scans["active"])
    page = phone.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    while page.evaluate("document.activeElement.tagName") != "SUMMARY":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.get_by_text("carbonlabel verify").first.is_visible()
    assert not phone.is_wide()
    phone.picture(f"proof-{language}")
