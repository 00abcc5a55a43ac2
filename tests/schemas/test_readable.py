"""A name that nobody can see or read is none; names of every script are."""

import pytest

from schemas.readable import bare, is_readable


@pytest.mark.parametrize(
    "words",
    ["\u3164", "\u2800", "\u115f\u1160", "---", "· ·", "", "a\u0301\u0302\u0303\u0304", "x" + "\u0489" * 3],
)
def test_what_is_blank_or_a_tower_of_marks_is_no_name(words: str) -> None:
    assert not is_readable(words)


@pytest.mark.parametrize(
    "words",
    ["绿谷造纸", "Müller & Söhne", "Nguyễn", "ที่นี่", "क्षेत्र", "3M", "ЗАО «Сталь»", "삼성", "مصنع", "ヴィーナス"],
)
def test_names_of_every_script_are_readable(words: str) -> None:
    assert is_readable(words)
    assert is_readable(words + " \u0041")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maker Works", "MAKER-WORKS."),
        ("Maker Works", "Ｍａｋｅｒ Works"),
        ("Müller", "muller"),
        ("绿谷造纸", "绿谷·造纸"),
    ],
)
def test_names_that_a_reader_takes_for_each_other_are_bare_the_same(one: str, other: str) -> None:
    assert bare(one) == bare(other)
    assert bare(one) != bare(one + "x")
