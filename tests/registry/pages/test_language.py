"""The language of a page: the query's wish, else the header's best, and never an exception."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.pages import choose_language
from registry.pages.language import LANGUAGES, chosen_in, switched


@pytest.mark.parametrize(
    ("wish", "header", "language"),
    [
        (None, None, "en"),
        (None, "", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en-GB,en;q=0.9,zh;q=0.8", "en"),
        (None, "de-DE, zh-Hans;q=0.4, en;q=0.3", "zh"),
        (None, "en;q=0.2, zh;q=0.7", "zh"),
        (None, "fr, de", "en"),
        (None, "*", "en"),
        (None, "zh;q=0", "en"),
        (None, "zh;q=1.5, en;q=0.1", "en"),
        (None, "ZH_tw", "zh"),
        ("zh", "en", "zh"),
        ("en", "zh", "en"),
        ("zh-CN", "en", "zh"),
        ("fr", "zh", "zh"),
        ("", "zh", "zh"),
    ],
)
def test_the_language_is_the_one_asked_for(wish: str | None, header: str | None, language: str) -> None:
    assert choose_language(wish, header) == language


@given(st.none() | st.text(), st.none() | st.text())
def test_any_text_gives_a_language(wish: str | None, header: str | None) -> None:
    assert choose_language(wish, header) in LANGUAGES


PARTS = st.tuples(st.sampled_from(["en", "zh", "fr", "zh-TW", "*", ""]), st.integers(0, 1000))


@given(st.lists(PARTS, max_size=6))
def test_the_highest_weight_wins_and_the_first_of_equals(parts: list[tuple[str, int]]) -> None:
    header = ", ".join(f"{tag};q={weight / 1000:.3f}" for tag, weight in parts)
    known = [(tag[:2], weight) for tag, weight in parts if tag[:2] in LANGUAGES and weight]
    best = max(known, key=lambda part: part[1])[0] if known else "en"
    assert choose_language(None, header) == best


def test_the_switch_keeps_path_and_query_and_replaces_the_language() -> None:
    assert switched("/01/095", "c=12&lang=en", "zh") == "/01/095?c=12&lang=zh"
    assert switched("/search", "q=a%26b&page=2", "en") == "/search?q=a%26b&page=2&lang=en"
    assert switched("/", "", "zh") == "/?lang=zh"


@given(st.text(), st.text(), st.sampled_from(LANGUAGES))
def test_the_switch_never_leaves_this_host(path: str, query: str, language: str) -> None:
    link = switched(path, query, language)
    assert link.startswith("/")
    assert not link.startswith("//")
    assert not set(link) & set('"<> \\\n\t')
    assert link.isascii()
    assert chosen_in(link.partition("?")[2]) == language or "#" in query + path
