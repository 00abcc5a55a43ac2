"""A product is found by all words of a query, newest first, on either database; what is frequent costs no more."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from registry.products import products
from registry.products.products import Found, search
from registry.registry import Registry
from tests.world import NOW, a_declaration, a_place, gln, gtin, new_registry, published

pytestmark = pytest.mark.each_database

NAMES = (
    {"en": "Steel beam", "zh": "热轧钢梁"},
    {"en": "Steelwork", "zh": "钢结构"},
    {"en": "H-Beam & bolt 120", "zh": "梁钢"},
    {"en": "100% wool_rug", "zh": "羊毛毯"},
)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with closing(new_registry(tmp_path_factory.mktemp("search") / "home")) as registry:
        published(registry, [a_declaration(at, product_name=name) for at, name in enumerate(NAMES)])
        published(registry, [a_place(7)])
        yield registry


def found(registry: Registry, query: str, page: int = 1, size: int = 25) -> Found:
    with registry.database.reading() as session:
        return search(session, query, page, NOW.date(), size)


def names(registry: Registry, query: str) -> list[str]:
    return [one.name["en"] for one in found(registry, query).results]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Hall 7", "100% wool_rug", "H-Beam & bolt 120", "Steelwork", "Steel beam"]),
        ("steel", ["Steelwork", "Steel beam"]),
        ("STEEL beam", ["Steel beam"]),
        ("beam", ["H-Beam & bolt 120", "Steel beam"]),
        ("h-beam", ["H-Beam & bolt 120"]),
        ("bolt &", ["H-Beam & bolt 120"]),
        ("钢", ["H-Beam & bolt 120", "Steelwork", "Steel beam"]),
        ("钢梁", ["Steel beam"]),
        ("梁钢", ["H-Beam & bolt 120"]),
        ("热轧钢梁", ["Steel beam"]),
        ("轧钢梁", ["Steel beam"]),
        ("热轧 钢梁 steel", ["Steel beam"]),
        ("钢轧", []),
        ("制造", ["Hall 7", "100% wool_rug", "H-Beam & bolt 120", "Steelwork", "Steel beam"]),
        ("120", ["H-Beam & bolt 120"]),
        ("100%", ["100% wool_rug"]),
        ("wool_rug", ["100% wool_rug"]),
        ("wool%rug", []),
        ('"steel" OR wool\'', []),
        ("steel* -beam", []),
        ("%", []),
        ("nothing-of-it", []),
        (gtin(1), ["Steelwork"]),
        (gtin(1)[3:-1], ["Steelwork"]),
        (gtin(1)[1:], ["Steelwork"]),
        (gtin(1)[-5:], ["Steelwork"]),
        (gln(7), ["Hall 7"]),
        (gln(7)[-5:], ["Hall 7"]),
        ("steel\0work", ["Steelwork", "Steel beam"]),
    ],
)
def test_what_is_found(registry: Registry, query: str, expected: list[str]) -> None:
    assert names(registry, query) == expected
    assert found(registry, query).total == len(expected)


def test_a_superseded_record_is_found_no_more(registry: Registry) -> None:
    (one,) = published(registry, [a_declaration(20, product_name={"en": "Zinc sheet"})])
    assert names(registry, "zinc") == ["Zinc sheet"]
    published(registry, [a_declaration(20, product_name={"en": "Zinc plate"})])
    assert names(registry, "zinc") == ["Zinc plate"]
    assert names(registry, "sheet") == []
    assert names(registry, gtin(20)) == ["Zinc plate"]
    assert found(registry, "zinc").results[0].record > one.record


def test_pages_of_what_is_frequent_of_what_is_rare_and_of_what_is_too_much(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = published(registry, [a_declaration(at, product_name={"en": f"Brick {at}"}) for at in range(100, 140)])
    newest = [one.record for one in reversed(made)]
    pages = [found(registry, "brick", page, 15) for page in (1, 2, 3, 4)]
    assert [one.record for page in pages for one in page.results] == newest
    assert [(page.total, page.pages, page.more) for page in pages] == [(40, 3, False)] * 4
    monkeypatch.setattr(products, "MOST_FOUND", 20)
    pages = [found(registry, "brick", page, 15) for page in (1, 2, 3, 10_000)]
    assert [one.record for page in pages for one in page.results] == newest[:20]
    assert [(page.total, page.pages, page.more) for page in pages[:2]] == [(20, 2, True)] * 2
