"""Lines of labels as people have them: out of a spreadsheet, off a scanner, or as GS1 writes them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.labels.asking import NotAsked, Typed, asked, text_of
from registry.labels.lines import read_lines
from schemas.gs1 import parse_path

GTIN = "09521234567899"
MOST = 100


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("9521234567899", f"/01/{GTIN}"),
        (" 9 521234 567899 ", f"/01/{GTIN}"),
        ("9521234567899;L1;42", f"/01/{GTIN}/10/L1/21/42"),
        ("9521234567899\tL1\t", f"/01/{GTIN}/10/L1"),
        ("9521234567899,,A-7", f"/01/{GTIN}/21/A-7"),
        ('9521234567899,"L,1",",;"', f"/01/{GTIN}/10/L%2C1/21/%2C%3B"),
        ("9521234567899,L/1", f"/01/{GTIN}/10/L%2F1"),
        (f"/01/{GTIN}/22/V/10/L1/21/42", f"/01/{GTIN}/22/V/10/L1/21/42"),
        (f"HTTPS://id.example.org/sub/01/{GTIN}/21/42?c=123#x", f"/01/{GTIN}/21/42"),
        ("/414/9521234567899/254/HALL-7", "/414/9521234567899/254/HALL-7"),
    ],
)
def test_a_line_is_read_as_it_is_meant(line: str, path: str) -> None:
    read = read_lines(line, MOST)
    assert ([one.path for one in read.wanted], read.wrong) == ([path], ())


@pytest.mark.parametrize(
    ("line", "en", "zh"),
    [
        ("9.52123E+12", "not a GTIN: digits only", "不是GTIN：只能为数字"),
        ("952123456789", "The check digit of the GTIN 952123456789 is wrong", "校验码有误"),
        ("95212", "8, 12, 13 or 14 digits, and 95212 has 5", "而95212有5位"),
        ("9521234567899,a b", "“a b” is not a lot", "“a b”不是批号"),
        (f"9521234567899,L1,{'9' * 21}", "is not a serial number", "不是序列号"),
        ("9521234567899,L1,1,2", "more than three columns", "列数超过三列"),
        ("/01/9521234567899", "A GTIN has 14 digits in it", "GTIN为14位数字"),
        ("/01/09521234567898/10/L1", "The check digit of the GTIN 09521234567898 is wrong: it would be 9", "应为9"),
        (f"/01/{GTIN}/21/42/10/L1", "is not a GS1 path", "不是GTIN或GLN的GS1路径"),
        ("/01/" + "9" * 300_000, "is not a GS1 path", "不是GTIN或GLN的GS1路径"),
        ("9" * 300_000, "8, 12, 13 or 14 digits", "8、12、13或14位"),
        ("\x00,1", "not a GTIN", "不是GTIN"),
        ("https://example.org/9521", "is not a GS1 path", "不是GTIN或GLN的GS1路径"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_in_both_languages(line: str, en: str, zh: str) -> None:
    read = read_lines(f"gtin,lot,serial\n{GTIN}\n\n{line}\n", MOST)
    assert [(wrong.number, en in wrong.message["en"], zh in wrong.message["zh"]) for wrong in read.wrong] == [
        (4, True, True)
    ]
    assert [one.number for one in read.wanted] == [2]


def test_a_heading_is_passed_over_only_where_one_stands() -> None:
    assert read_lines("\ufeff商品条码;批号;序列号\n9521234567899;L1", MOST).count == 1
    assert read_lines("9521234567899\ngtin", MOST).wrong[0].number == 2
    assert read_lines(";;\n , \n", MOST).count == 0


def test_of_too_many_only_the_first_are_read() -> None:
    read = read_lines("9521234567899\n" * 150, MOST)
    assert (read.count, len(read.wanted)) == (150, MOST)
    assert len(read_lines("x9\n" * 150, MOST).wrong) == 20
    with pytest.raises(NotAsked) as refused:
        asked(Typed(which="named", lines="9521234567899\n" * 10_001))
    assert (refused.value.word, refused.value.values["count"]) == ("labels_wrong_many", "10001")


@settings(max_examples=100)
@given(st.text(max_size=120) | st.text('/0149521234567899,;\t"%-abL:?#\n', max_size=60))
def test_any_text_gives_good_paths_or_says_what_is_wrong(text: str) -> None:
    read = read_lines(text, MOST)
    assert all(parse_path(line.path).text == line.path for line in read.wanted)
    assert all(set(wrong.message) == {"en", "zh"} for wrong in read.wrong)
    assert len(read.wanted) + len(read.wrong) == read.count or len(read.wrong) == 20


@pytest.mark.parametrize("content", ["9521234567899,批次1".encode(), "9521234567899\tL1".encode("utf-16")])
def test_a_file_is_read_as_spreadsheets_save_it(content: bytes) -> None:
    assert text_of(content).startswith("9521234567899")


@pytest.mark.parametrize("content", [b"PK\x03\x04\x14\x00\x00", b"%PDF-1.7\x00\xff", b"\xff\xfe\x00"])
def test_a_file_that_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(NotAsked):
        text_of(content)
