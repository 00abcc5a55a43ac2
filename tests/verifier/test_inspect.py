"""What a label alone can tell, for any text: never an exception, and authentic only if nothing that counts changed."""

import string
import time
from decimal import Decimal
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycose.headers import KID, Algorithm
from pycose.keys import OKPKey
from pycose.messages import Sign1Message

from keys import Ed25519Signer, PublicKey, TrustedKey, WeakPublicKey, base64url
from schemas.gs1 import parse_path
from schemas.label import (
    MAX_DIGITS,
    MAX_TEXT,
    LabelClaims,
    Token,
    encode_claims,
    encode_token,
    label_url,
    signed_message,
)
from tests.verifier.labels import CLAIMS, HOST, KEYS, PATH, SIGNER, a_label, claims, token_of, with_token
from verifier import Inspection, inspect_label

LABEL = a_label()
ON_A_LOT = a_label(f"{PATH}/10/LOT%2B1")
WHITE_SPACE = " \t\n\r\v\f"


def inspected(text: str) -> Inspection:
    found = inspect_label(text, KEYS)
    assert found.finding in {"authentic", "forged", "unknown-key", "unsigned", "unreadable"}
    assert found.reason
    assert (found.claims is None) == (found.finding != "authentic")
    return found


def says_the_same(found: Inspection, path: str = PATH) -> bool:
    return found.claims == CLAIMS and found.path is not None and found.path.text == path


class TestOtherSoftware:
    """COSE as pycose and cbor2 write and read it, given only the x of trust.json."""

    def cose_key(self) -> OKPKey:
        x = TrustedKey.introduced(SIGNER.public, "label", 0).x
        return OKPKey.from_dict({"KTY": "OKP", "CURVE": "ED25519", "ALG": "EDDSA", "X": base64url.decode(x.encode())})

    def decoded(self, label: str) -> Sign1Message:
        tag, array = token_of(label)[:1], token_of(label)[1:]
        assert tag == b"\xd2"  # not Sign1Message.decode: inside a tag, cbor2 6 gives tuples, and pycose 1.1 wants lists
        return Sign1Message.from_cose_obj(cbor2.loads(array), True)

    @pytest.mark.parametrize("path", [PATH, f"{PATH}/22/V1/10/A%2FB/21/%22x%22", "/414/9520000000011/254/HALL-5"])
    def test_pycose_verifies_a_label_that_we_minted(self, path: str) -> None:
        label = a_label(path)
        message = self.decoded(label)
        assert message.phdr[KID].hex() == SIGNER.kid
        message.key = self.cose_key()
        message.external_aad = b"carbonlabel:1" + path.encode()
        assert message.verify_signature()
        message.external_aad = b"carbonlabel:1/01/09520000000011"
        assert not message.verify_signature()

    def test_cbor2_reads_the_claims_that_we_wrote(self) -> None:
        payload = self.decoded(LABEL).payload
        assert payload is not None
        assert cbor2.loads(payload) == [
            *(1, 1234, bytes(range(16)), Decimal("1.234"), 1, 1, 2, 2025),
            *(20574, 21305),
        ]

    @given(claims)
    def test_we_verify_a_label_that_pycose_and_cbor2_made(self, said: LabelClaims) -> None:
        units = list(type(CLAIMS.unit))
        payload = cbor2.dumps(
            [
                *(1, said.record, said.leaf16, whole(said.footprint), units.index(said.unit) + 1, whole(said.amount)),
                list(type(CLAIMS.boundary)).index(said.boundary) + 1,
                said.year,
                *(day.toordinal() - 719163 for day in (said.issued, said.expires)),
            ],
            canonical=True,
        )
        message = Sign1Message(
            phdr={Algorithm: "EDDSA", KID: bytes.fromhex(SIGNER.kid)},
            payload=payload,
            external_aad=b"carbonlabel:1" + PATH.encode(),
        )
        seed = bytes(range(32))
        message.key = OKPKey.from_dict({"KTY": "OKP", "CURVE": "ED25519", "X": SIGNER.public, "D": seed})
        found = inspected(f"https://{HOST}{PATH}?c={int.from_bytes(message.encode())}")
        assert found.finding == "authentic"
        assert found.claims == said
        assert found.payload == encode_claims(said)


def whole(figure: Decimal) -> Decimal | int:
    return int(figure) if figure.as_tuple().exponent == 0 else figure


class TestWhatIsNotBound:
    """A genuine label stays genuine when what is not bound to it changes, and then says exactly the same."""

    @pytest.mark.parametrize(
        "text",
        [
            LABEL.replace(HOST, "shop.example.com"),
            LABEL.replace(HOST, "ID.Example.ORG:8443"),
            LABEL.replace("https://", "http://"),
            LABEL.replace("https://", "HTTPS://"),
            LABEL.replace(HOST, f"{HOST}/dpp/v1"),
            f"{LABEL}&linkType=gs1:pip",
            LABEL.replace("?c=", "?lang=zh&c="),
            f"{LABEL}#carbon",
            f"  {LABEL}\r\n",
            f"]Q1{LABEL}",
            f" ]d1 {LABEL}",
        ],
    )
    def test_authentic(self, text: str) -> None:
        found = inspected(text)
        assert found.finding == "authentic"
        assert says_the_same(found)

    @pytest.mark.parametrize(
        "text",
        [
            f"]Q1]Q1{LABEL}",
            f"see {LABEL}",
            f"{LABEL} and more",
            f"({LABEL})",
            f"{LABEL}\n{LABEL}",
            LABEL.replace("https://", "https:"),
            LABEL.replace("https://", "ftp://"),
            LABEL.replace(HOST, "user@id.example.org"),
            LABEL.replace(HOST, "-.example"),
            LABEL.replace(HOST, ""),
            LABEL.replace("/01/", "/1/"),
            LABEL.replace("/01/", "/gtin/"),
            LABEL.replace("?c=", "/?c="),
            LABEL.replace("?c=", "?c=0"),
            LABEL.replace("?c=", "?c=+"),
            LABEL.replace("?c=", "?%63="),
            LABEL.replace("?c=", "?c=1&c="),
            LABEL.replace("?c=", "?01=09520000000011&c="),
            LABEL.replace("?c=", "?%31%30=LOT&c="),
            LABEL.replace("/01/", "/01/09520000000011/01/"),
            LABEL.replace("/01/", "/414/9520000000011/01/"),
        ],
    )
    def test_nothing_else_is_mended(self, text: str) -> None:
        assert inspected(text).finding == "unreadable"

    def test_a_token_in_the_fragment_or_under_another_name_is_no_token(self) -> None:
        for text in (
            LABEL.replace("?c=", "#c="),
            LABEL.replace("?c=", "?C="),
            LABEL.replace("?c=", "?x=1;c="),
            LABEL.upper(),
        ):
            assert inspected(text).finding == "unsigned"


class TestOneChange:
    """One change of a genuine label, every one that there is: authentic only where it is not bound."""

    def test_the_claims_have_one_head_and_the_signature_one(self) -> None:
        token = token_of(LABEL)
        size = token[18]
        before, payload, signature = token[:17], token[19 : 19 + size], token[-64:]
        heads = [bytes((head,)) for head in range(256)] + [bytes((head, size)) for head in range(256)]
        heads += [b"\x58\x40", b"\x59" + size.to_bytes(2), b"\x5a" + size.to_bytes(4), b"\x5b" + size.to_bytes(8)]
        for head in heads:
            is_ours = head == token[17:19]
            found = inspected(with_token(LABEL, before + head + payload + b"\x58\x40" + signature))
            assert (found.finding == "authentic") == is_ours, head.hex()
            assert (
                inspected(with_token(LABEL, token[:-66] + head + signature)).finding == "unreadable"
                or head == b"\x58\x40"
            )

    def test_no_bit_of_the_token_can_change(self) -> None:
        token = token_of(LABEL)
        for bit in range(len(token) * 8):
            changed = bytearray(token)
            changed[bit // 8] ^= 1 << bit % 8
            assert inspected(with_token(LABEL, bytes(changed))).finding != "authentic", f"bit {bit}"

    @pytest.mark.parametrize(("label", "path"), [(LABEL, PATH), (ON_A_LOT, f"{PATH}/10/LOT%2B1")])
    def test_no_character_from_the_path_on_can_be_another(self, label: str, path: str) -> None:
        bound = label.index("/01/")
        for at in range(len(label)):
            for other in string.printable + "é٣０\x00\x1d\x7f\ud800":
                if other == label[at]:
                    continue
                found = inspected(label[:at] + other + label[at + 1 :])
                if found.finding == "authentic":
                    assert at < bound, f"{other!r} at {at}"
                    assert says_the_same(found, path)

    def test_no_character_from_the_path_on_can_be_missing(self) -> None:
        for at in range(len(LABEL)):
            found = inspected(LABEL[:at] + LABEL[at + 1 :])
            if found.finding == "authentic":
                assert at < LABEL.index("/01/")
                assert says_the_same(found)

    def test_nothing_can_be_put_in_from_the_path_on_but_empty_pairs_a_fragment_and_white_space_at_the_end(self) -> None:
        accepted = set()
        for at in range(LABEL.index("/01/") + 1, len(LABEL) + 1):
            for other in string.printable:
                found = inspected(LABEL[:at] + other + LABEL[at:])
                if found.finding == "authentic":
                    accepted.add((at, other))
                    assert says_the_same(found)
        end = len(LABEL)
        assert accepted == {
            (LABEL.index("/01/") + 1, "/"),  # the same as before the path
            (LABEL.index("?") + 1, "&"),
            *((end, other) for other in ("&", "#", *WHITE_SPACE)),
        }

    @given(st.data())
    def test_two_labels_cannot_be_spliced(self, data: st.DataObject) -> None:
        other = a_label("/01/09520000000011", record=99, footprint=Decimal("0.001"))
        cut = data.draw(st.integers(LABEL.index("/01/") + 1, len(LABEL) - 1))
        into = data.draw(st.integers(other.index("/01/") + 1, len(other) - 1))
        spliced = LABEL[:cut] + other[into:]
        if spliced not in (LABEL, other):
            assert inspected(spliced).finding != "authentic"

    def test_a_genuine_token_on_another_path_is_forged(self) -> None:
        for path in ("/01/09520000000011", f"{PATH}/10/A", f"{PATH}/21/1", "/414/9520000000004"):
            moved = LABEL.replace(PATH, path)
            assert inspected(moved).reason == "signature"


_PARTS = st.sampled_from(
    (
        *("https://", HOST, "/01/", "/414/", "/10/", "/21/", "?c=", "&", "#", "]Q1", "%2F", "%", "/", "09520000000004"),
        *(LABEL, LABEL[:40], LABEL[40:], "9" * 500, "٣", "\x00", "\x1d", "\ud800", "\u2028", "\uffff", "𝟎"),
    )
)


class TestAnyText:
    @given(st.text())
    def test_of_any_characters(self, text: str) -> None:
        assert inspected(text).finding == "unreadable"

    @given(st.text(st.characters(categories=["Cs", "Cc", "Nd", "Zs", "Cf"])))
    def test_of_lone_surrogates_controls_and_foreign_digits(self, text: str) -> None:
        for whole in (text, LABEL + text, text + LABEL, LABEL.replace("?c=", f"?c={text}")):
            inspected(whole)

    @given(st.lists(_PARTS | st.text(max_size=5), max_size=12).map("".join))
    def test_made_of_the_parts_of_labels(self, text: str) -> None:
        found = inspected(text)
        if found.finding == "authentic":
            assert says_the_same(found)

    @given(st.integers(0, 10 ** (MAX_DIGITS + 2)))
    def test_with_any_number_for_a_token(self, number: int) -> None:
        assert inspected(f"https://{HOST}{PATH}?c={number}").finding == "unreadable"

    @given(st.binary(max_size=166).map(lambda tail: token_of(LABEL)[:8] + tail))
    def test_with_a_token_that_begins_like_ours(self, token: bytes) -> None:
        assert inspected(with_token(LABEL, token)).finding in {"unreadable", "unknown-key", "forged"}

    @given(st.binary(max_size=80))
    def test_with_a_good_signature_over_any_payload(self, payload: bytes) -> None:
        signature = SIGNER.sign(signed_message(SIGNER.kid, parse_path(PATH), payload))
        found = inspected(label_url(HOST, parse_path(PATH), encode_token(Token(SIGNER.kid, payload, signature))))
        assert found.finding == "unreadable" or found.payload == payload == encode_claims(claims_in(found))

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "not-a-gs1-digital-link"),
            ("x" * (MAX_TEXT + 1), "too-long"),
            (f"https://{HOST}{PATH}?c={'9' * MAX_DIGITS}", "token-form"),
            (f"https://{HOST}{PATH}?c={'9' * (MAX_DIGITS + 1)}", "token-too-long"),
            (f"https://{HOST}{PATH}?c=1", "token-form"),
        ],
    )
    def test_at_the_limits(self, text: str, reason: str) -> None:
        found = inspected(text)
        assert (found.finding, found.reason) == ("unreadable", reason)

    @pytest.mark.parametrize(
        "text",
        [
            "9" * 10_000_000,
            f"https://{HOST}" + "/01" * 1300,
            f"https://{HOST}" + "/01/" * 1000,
            f"https://{HOST}" + "/a" * 2000,
            f"https://{'a' * 4000}",
            f"https://{HOST}{PATH}?" + "&" * 4000,
            f"https://{HOST}{PATH}?" + "%31=" * 1000,
            f"https://{HOST}{PATH}/10/" + "%2F" * 1300 + " ",
            " " * 4000 + "]Q1" * 10,
            f"https://{HOST}{PATH}" + "#" * 4000,
        ],
        ids=range(10),
    )
    def test_no_text_takes_long(self, text: str) -> None:
        began = time.thread_time()
        inspected(text)
        assert time.thread_time() - began < 1


def claims_in(found: Inspection) -> LabelClaims:
    assert found.claims is not None
    return found.claims


class TestKeys:
    def test_a_weak_key_is_refused_whatever_the_text(self) -> None:
        with pytest.raises(WeakPublicKey):
            inspect_label(LABEL, {SIGNER.kid: bytes(32)})

    def test_another_key_under_the_label_s_key_id_finds_it_forged(self) -> None:
        other = Ed25519Signer.from_seed(bytes(32))
        assert inspect_label(LABEL, {SIGNER.kid: other.public}).reason == "signature"

    def test_a_key_that_is_not_held_is_unknown_and_named(self) -> None:
        found = inspect_label(LABEL, {})
        assert (found.finding, found.reason, found.key) == ("unknown-key", "key-not-trusted", SIGNER.kid)

    @given(st.binary(min_size=64, max_size=64))
    def test_no_drawn_signature_is_good(self, signature: bytes) -> None:
        token = token_of(LABEL)
        assert inspected(with_token(LABEL, token[:-64] + signature)).finding == "forged"

    def test_the_form_is_judged_before_the_key(self) -> None:
        broken: Any = token_of(LABEL)[:-1]
        assert inspect_label(with_token(LABEL, broken), {}).finding == "unreadable"
        assert PublicKey.load(SIGNER.public) == KEYS[SIGNER.kid]
