"""What holds on every page: well-formed, one language, nothing loaded, nothing inline, the demonstration named."""

import re
from itertools import pairwise

import pytest

from registry.pages.phrases import PHRASES
from registry.pages.vocabulary import DEMONSTRATION
from tests.registry.pages.document import Document
from tests.registry.pages.every_page import PAGES
from tests.registry.pages.samples import NONCE

MOST_BYTES = 30_000
OWN_WORDS = re.compile(r"\b(green|eco|neutral)\b|绿色|生态|中和", re.IGNORECASE)


@pytest.fixture(params=sorted(PAGES))
def page(request: pytest.FixtureRequest) -> tuple[str, str]:
    return request.param, PAGES[request.param]


def test_a_page_is_well_formed_and_below_30_kb(page: tuple[str, str]) -> None:
    _, html = page
    document = Document(html)
    assert html.startswith("<!doctype html>")
    assert len(html.encode()) < MOST_BYTES
    assert len(document.ids()) == len(set(document.ids()))


def test_a_page_names_its_language_and_links_to_the_other(page: tuple[str, str]) -> None:
    name, html = page
    document = Document(html)
    own, other, word = ("en", "zh-CN", "lang=zh") if name.endswith("-en") else ("zh-CN", "en", "lang=en")
    assert document.all("html") == [{"lang": own}]
    switches = [link for link in document.all("a") if link.get("hreflang") == other]
    assert len(switches) == 1
    assert word in (switches[0]["href"] or "")


def test_a_page_loads_nothing_and_has_its_one_style_under_the_nonce(page: tuple[str, str]) -> None:
    _, html = page
    document = Document(html)
    assert document.all("style") == [{"nonce": NONCE}]
    assert not document.all("script") + document.all("img") + document.all("iframe") + document.all("base")
    assert [link["href"] for link in document.all("link")] == ["data:,"]
    assert "@import" not in document.style
    assert "url(" not in document.style
    for tag, attributes in document.elements:
        assert "style" not in attributes, f"inline style on <{tag}>"
        assert not [key for key in attributes if key.startswith("on")], f"event handler on <{tag}>"
        assert "src" not in attributes


def test_links_and_forms_stay_on_this_host_but_for_the_report(page: tuple[str, str]) -> None:
    _, html = page
    document = Document(html)
    for link in document.all("a"):
        href = link["href"] or ""
        if "external" in (link.get("rel") or ""):
            assert href.startswith("https://reports.example.net/")
        else:
            assert href.startswith(("/", "#"))
            assert not href.startswith("//")
    assert all(form["action"] == "/search" for form in document.all("form"))


def test_a_demonstration_says_so_near_the_top_and_at_the_foot(page: tuple[str, str]) -> None:
    name, html = page
    notice = DEMONSTRATION.text("en" if name.endswith("-en") else "zh")
    assert html.count(notice) == 2
    assert html.index(notice) < html.index("<h2") if "<h2" in html else True


def test_headings_and_landmarks_are_in_order(page: tuple[str, str]) -> None:
    _, html = page
    document = Document(html)
    levels = [int(tag[1]) for tag, _ in document.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise([0, *levels]))
    for landmark in ("header", "main", "footer"):
        assert len(document.all(landmark)) == 1
    ids = set(document.ids())
    for _, attributes in document.elements:
        for reference in ("aria-labelledby", "aria-describedby", "for"):
            assert (attributes.get(reference) or next(iter(ids))) in ids
    assert document.all("a")[0] == {"class": "skip", "href": "#main"}


def test_shapes_are_hidden_from_readers_who_hear_the_words(page: tuple[str, str]) -> None:
    _, html = page
    assert all(drawing.get("aria-hidden") == "true" for drawing in Document(html).all("svg"))


def test_our_own_words_praise_nothing(page: tuple[str, str]) -> None:
    _, html = page
    assert not OWN_WORDS.search(Document(html).text)


def test_every_phrase_is_used_and_has_the_same_values_in_both_languages() -> None:
    for key, both in PHRASES.items():
        assert both.en, key
        assert both.zh, key
        assert set(re.findall(r"\{(\w+)\}", both.en)) == set(re.findall(r"\{(\w+)\}", both.zh)), key
        assert not OWN_WORDS.search(f"{both.en} {both.zh}"), key
