"""GS1 keys and paths: check digits, set 82, order; and we agree with biip, but for what we refuse on purpose."""

import re
from urllib.parse import quote

import pytest
from biip import ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gtin import Gtin
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.gs1 import (
    Gs1Path,
    InvalidGs1,
    check_digit,
    encode_value,
    has_check_digit,
    parse_gln,
    parse_gtin,
    parse_path,
)

GTIN, GLN = "09521234543213", "9521234567899"
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

values = st.text(SET_82, min_size=1, max_size=20)
gtins = st.integers(0, 10**13 - 1).map(lambda number: with_check_digit(f"{number:013}"))
glns = st.integers(0, 10**12 - 1).map(lambda number: with_check_digit(f"{number:012}"))
products = st.builds(
    lambda gtin, cpv, lot, serial: Gs1Path.of(gtin=gtin, cpv=cpv, lot=lot, serial=serial),
    gtins,
    *(st.none() | values,) * 3,
)
places = st.builds(lambda gln, extension: Gs1Path.of(gln=gln, extension=extension), glns, st.none() | values)
paths = products | places
qualifiers = st.tuples(
    st.sampled_from(["22", "10", "21", "254", "235"]), st.one_of(values, st.text(SET_82 + "~ €\x1d", max_size=21))
)
written = st.sampled_from([("01", gtins), ("414", glns)]).flatmap(
    lambda kind: st.tuples(st.just(kind[0]), kind[1], st.lists(qualifiers, max_size=4))
)
"""A key and qualifiers, in any order, good and bad."""
EDITS = ("/", "/10/A", "/21/", "/22/", "/254/B", "%2F", "%2f", "%41", "%7E", "%", "+", "~", "\n", "0")


def with_check_digit(digits: str) -> str:
    return digits + check_digit(digits)


def biip_reads(path: str) -> dict[str, str]:
    """The AIs that biip finds in a path, where it finds no error."""
    found = GS1DigitalLinkURI.parse(f"https://id.example.org{path}").element_strings
    if any(item.gtin_error or item.gln_error for item in found):
        raise ParseError("check digit")
    return {item.ai.ai: item.value for item in found}


def we_read(path: str) -> dict[str, str]:
    """The AIs that we find."""
    parsed = parse_path(path)
    named = {
        "01": parsed.gtin,
        "22": parsed.cpv,
        "10": parsed.lot,
        "21": parsed.serial,
        "414": parsed.gln,
        "254": parsed.extension,
    }
    return {identifier: value for identifier, value in named.items() if value is not None}


class TestKeys:
    def test_the_check_digit_is_that_of_the_general_specifications(self) -> None:
        # GS1 General Specifications, 7.9.1, example; and GTINs of trade
        assert check_digit("629104150021") == "3"
        assert all(map(has_check_digit, ("6291041500213", "96385074", "614141000036", "10614141000415")))

    @given(gtins, st.integers(0, 13), st.integers(1, 9))
    def test_any_one_digit_changed_is_noticed(self, gtin: str, at: int, by: int) -> None:
        wrong = gtin[:at] + str((int(gtin[at]) + by) % 10) + gtin[at + 1 :]
        with pytest.raises(InvalidGs1, match="check digit"):
            parse_gtin(wrong)

    @pytest.mark.parametrize(
        ("written", "gtin"),
        [
            ("96385074", "00000096385074"),
            ("614141000036", "00614141000036"),
            ("9521234543213", GTIN),
            (GTIN, GTIN),
            (" 952-1234 54321-3 ", GTIN),
        ],
    )
    def test_gtins_of_8_12_13_and_14_digits_are_one_number(self, written: str, gtin: str) -> None:
        assert parse_gtin(written) == gtin

    @given(st.integers(0, 10**13 - 1))
    def test_biip_gives_the_same_gtin_of_any_length(self, number: int) -> None:
        for length in (8, 12, 13, 14):
            digits = with_check_digit(f"{number % 10 ** (length - 1):0{length - 1}}")
            try:
                expected = Gtin.parse(digits).as_gtin_14()
            except ParseError:
                assume(False)
            assert parse_gtin(digits) == expected

    @pytest.mark.parametrize(
        "written",
        ["", "952123454321", "95212345432130", "9521234543214", "٩٥٢١٢٣٤٥٤٣٢١٣", "952123454321X", "9" * 1000, "\ud800"],
    )
    def test_no_other_text_is_a_gtin(self, written: str) -> None:
        with pytest.raises(InvalidGs1, match=r"GTIN|check digit"):
            parse_gtin(written)

    def test_a_gln_is_13_digits(self) -> None:
        assert parse_gln(" 952-1234-56789-9") == GLN
        for written in ("", GLN[:-1], f"0{GLN}", GLN[:-1] + "8", "٩" * 13):
            with pytest.raises(InvalidGs1):
                parse_gln(written)

    @given(st.text())
    def test_any_text_is_a_key_or_a_sentence(self, text: str) -> None:
        for parse in (parse_gtin, parse_gln):
            try:
                key = parse(text)
            except InvalidGs1:
                continue
            assert has_check_digit(key)


class TestPath:
    @given(paths)
    def test_what_is_built_is_read_back(self, path: Gs1Path) -> None:
        assert parse_path(path.text) == path

    @given(paths)
    def test_biip_reads_the_same_in_every_path_that_we_build(self, path: Gs1Path) -> None:
        assert biip_reads(path.text) == we_read(path.text)

    @given(paths, st.integers(0, 80), st.integers(0, 3), st.sampled_from(EDITS) | st.text(max_size=2))
    def test_whatever_we_accept_biip_accepts_and_reads_the_same(
        self, path: Gs1Path, at: int, cut: int, put: str
    ) -> None:
        text = path.text[:at] + put + path.text[at + cut :]
        try:
            ours = we_read(text)
        except InvalidGs1:
            return
        assert biip_reads(text) == ours

    @given(written, st.integers(0, 20))
    def test_whatever_biip_accepts_we_accept_when_written_canonically(
        self, parts: tuple[str, str, list[tuple[str, str]]], wrong: int
    ) -> None:
        kind, key, pairs = parts
        if wrong == 0:
            key = key[:-1] + str((int(key[-1]) + 1) % 10)
        path = f"/{kind}/{key}" + "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in pairs)
        try:
            theirs = biip_reads(path)
        except ParseError:
            with pytest.raises(InvalidGs1):
                parse_path(path)
            return
        if "235" in theirs:  # difference 5
            with pytest.raises(InvalidGs1):
                parse_path(path)
            return
        assert we_read(path) == theirs

    @pytest.mark.parametrize(
        "path",
        [
            "/01/9521234543213",  # 1. a GTIN not of 14 digits: biip pads it
            f"/01/{GTIN}/10/%6Fld",  # 2. unreserved characters percent-encoded
            f"/01/{GTIN}/10/A%2fB",  # 3. lower-case hexadecimal
            f"/01/{GTIN}/10/A+B",  # 4. a character of set 82 that a path has to encode
            f"/01/{GTIN}/21/1/235/TPX",  # 5. the third-party serial number, which our labels do not have
            f"/414/{GLN}/7040/1ABC",  # 6. a UIC extension of a GLN
        ],
    )
    def test_one_product_has_one_path_so_we_refuse_other_spellings_that_biip_reads(self, path: str) -> None:
        assert biip_reads(path)
        with pytest.raises(InvalidGs1):
            parse_path(path)

    def test_biip_reports_a_wrong_check_digit_beside_the_key_and_we_refuse_it(self) -> None:
        wrong = GTIN[:-1] + "4"
        assert GS1DigitalLinkURI.parse(f"https://id.example.org/01/{wrong}").element_strings[0].gtin_error
        with pytest.raises(InvalidGs1, match="check digit"):
            parse_path(f"/01/{wrong}")

    @pytest.mark.parametrize(
        "path",
        [
            f"/01/{GTIN}/",
            f"/01/{GTIN}/10",
            f"/01/{GTIN}/10/",
            f"/01/{GTIN}/21/1/10/A",
            f"/01/{GTIN}/10/A/10/B",
            f"/01/{GTIN}/254/A",
            f"/414/{GLN}/10/A",
            f"/01/{GTIN}/10/{'A' * 21}",
            f"/01/{GTIN}/10/A~B",
            f"/01/{GTIN}/10/A%7EB",
            f"/01/{GTIN}/10/%1D",
            f"/01/{GTIN}/10/%C3%A9",
            f"/01/{GTIN}/10/A%2",
            f"/01/{GTIN}\n",
            f"x/01/{GTIN}",
            f"/01/{GTIN}/01/{GTIN}",
            "",
        ],
    )
    def test_no_other_path(self, path: str) -> None:
        with pytest.raises(InvalidGs1):
            parse_path(path)

    @given(values)
    def test_a_value_is_encoded_as_rfc_3986_and_gs1_say(self, value: str) -> None:
        encoded = encode_value(value)
        assert encoded == "".join(c if c in UNRESERVED else f"%{ord(c):02X}" for c in value)
        assert re.fullmatch(r"(?:[A-Za-z0-9._-]|%[0-9A-F]{2}){1,20}", encoded)

    @given(st.text(max_size=25))
    def test_any_text_is_a_value_of_set_82_or_refused(self, text: str) -> None:
        if 1 <= len(text) <= 20 and set(text) <= set(SET_82):
            assert parse_path(f"/01/{GTIN}/10/{encode_value(text)}").lot == text
        else:
            with pytest.raises(InvalidGs1):
                encode_value(text)

    def test_a_path_is_of_a_product_or_of_a_place(self) -> None:
        for wrong in (
            {},
            {"gtin": GTIN, "gln": GLN},
            {"gtin": GTIN, "extension": "A"},
            {"gln": GLN, "lot": "A"},
            {"gln": GLN, "serial": "A"},
            {"gln": GLN, "cpv": "A"},
            {"gtin": GTIN, "lot": ""},
        ):
            with pytest.raises(InvalidGs1):
                Gs1Path.of(**wrong)

    @given(paths)
    def test_the_class_is_the_path_without_qualifiers(self, path: Gs1Path) -> None:
        assert parse_path(path.key_path).is_class_level
        assert path.is_class_level == (path.text == path.key_path)
        assert path.text.startswith(path.key_path)
