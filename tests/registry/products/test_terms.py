"""Whatever holds what is looked for has its terms, and terms are words of letters and digits only."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.products.terms import LONGEST, search_text, terms_of, wanted

TEXTS = st.lists(
    st.one_of(
        st.text(alphabet="abB12-é钢梁热轧カ０ß&'\"% _", max_size=12),
        st.text(max_size=8).filter(lambda text: "\0" not in text),
    ),
    max_size=4,
).map(" ".join)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Steel beam", "s st ste stee steel b be bea beam"),
        ("热轧钢", "热 轧 钢 热轧 轧钢"),
        ("952107", "9 5 2 1 0 7 95 52 21 10 07 952 521 210 107 95210 52107"),
        ("Q235B", "q q2 q23 q235 q235b 2 3 5 23 35 235"),
        ("H-beam", "h b be bea beam"),
        ("Aluminium", "a al alu alum alumi alumin alumini aluminiu"),
        ("Ｓ①", "s s1 1"),
        ("& - _", ""),
    ],
)
def test_the_terms_of_a_text(text: str, terms: str) -> None:
    assert terms_of(search_text(text)) == terms


@pytest.mark.parametrize(
    ("query", "terms", "parts"),
    [
        ("steel BEAM", ("steel", "beam"), ()),
        ("钢", ("钢",), ()),
        ("热轧钢", ("热轧", "轧钢"), ("热轧钢",)),
        ("952", ("952",), ()),
        ("9521", ("952", "521"), ("9521",)),
        ("95210", ("95210",), ()),
        ("9521077", ("95210", "52107", "21077"), ("9521077",)),
        ("h-beam", ("h", "beam"), ("h-beam",)),
        ("aluminium", ("aluminiu",), ("aluminium",)),
        ("steel &", ("steel",), ("&",)),
        ("", (), ()),
    ],
)
def test_what_a_query_looks_for(query: str, terms: tuple[str, ...], parts: tuple[str, ...]) -> None:
    found = wanted(query)
    assert found is not None
    assert (found.terms, found.parts) == (terms, parts)


def test_a_query_without_a_letter_or_digit_looks_for_nothing() -> None:
    assert wanted("& -") is None


@given(TEXTS)
def test_terms_are_such_as_any_database_takes_for_one_word(text: str) -> None:
    for term in terms_of(search_text(text)).split():
        assert all(character.isalnum() or character > "\u3000" for character in term), term
        assert len(term) <= LONGEST


@given(TEXTS, st.data())
def test_a_text_is_found_by_its_words_and_by_parts_of_chinese_and_digits(text: str, data: st.DataObject) -> None:
    searched = search_text(text)
    terms = set(terms_of(searched).split())
    for word in searched.split():
        looked_for = wanted(word)
        assert looked_for is None or set(looked_for.terms) <= terms
        assert looked_for is None or all(part in searched for part in looked_for.parts)
    for run in re.findall(r"[\u4e00-\u9fff]+|[0-9]+", searched):
        start = data.draw(st.integers(0, len(run) - 1))
        part = run[start : data.draw(st.integers(start + 1, len(run)))]
        looked_for = wanted(part)
        assert looked_for is not None
        assert set(looked_for.terms) <= terms
