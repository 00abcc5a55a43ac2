import base64
import json
from concurrent.futures import ThreadPoolExecutor

import joserfc.jwk
import joserfc.jws
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from keys import (
    Ed25519Signer,
    InvalidSignature,
    MalformedToken,
    PublicKey,
    UnknownKey,
    sign_compact,
    split_compact,
    verify_compact,
)
from tests.keys import curve

SIGNER = Ed25519Signer.from_seed(bytes(range(32)))
KEYS = {SIGNER.kid: PublicKey.load(SIGNER.public)}
PAYLOAD = b'{"record":1}'
TOKEN = sign_compact(SIGNER, "vc+jwt", PAYLOAD, "vc")
HEADER, BODY, SIGNATURE = TOKEN.split(b".")

payloads = st.binary(min_size=1, max_size=300)


def b64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def signed_under(header: bytes) -> bytes:
    """A token with this very header, and a good signature."""
    signing_input = b64url(header) + b"." + BODY
    return signing_input + b"." + b64url(SIGNER.sign(signing_input))


class TestWritten:
    def test_has_exactly_this_header(self):
        expected = f'{{"alg":"EdDSA","kid":"{SIGNER.kid}","typ":"vc+jwt","cty":"vc"}}'
        assert base64.urlsafe_b64decode(HEADER + b"==") == expected.encode()

    def test_has_no_cty_unless_it_is_given(self):
        header = sign_compact(SIGNER, "carbonlabel-key+jwt", PAYLOAD).split(b".")[0]
        assert list(json.loads(base64.urlsafe_b64decode(header + b"=="))) == ["alg", "kid", "typ"]

    @given(payloads)
    def test_is_read_back(self, payload):
        token = sign_compact(SIGNER, "vc+jwt", payload, "vc")
        found = verify_compact(token, KEYS, "vc+jwt")
        assert (found.payload, found.header.kid, found.header.typ, found.header.cty) == (
            payload,
            SIGNER.kid,
            "vc+jwt",
            "vc",
        )
        assert found.signing_input + b"." + b64url(found.signature) == token
        assert token == sign_compact(SIGNER, "vc+jwt", payload, "vc")

    @given(payloads)
    def test_verifies_under_pyjwt(self, payload):
        token = sign_compact(SIGNER, "vc+jwt", payload)
        key = Ed25519PublicKey.from_public_bytes(SIGNER.public)
        assert jwt.PyJWS().decode(token, key=key, algorithms=["EdDSA"]) == payload

    @pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")
    @given(payloads)
    def test_verifies_under_joserfc(self, payload):
        token = sign_compact(SIGNER, "vc+jwt", payload)
        key = joserfc.jwk.OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": b64url(SIGNER.public).decode()})
        assert joserfc.jws.deserialize_compact(token, key, algorithms=["EdDSA"]).payload == payload

    def test_is_the_same_in_every_thread(self):
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda _: sign_compact(SIGNER, "vc+jwt", PAYLOAD, "vc"), range(100))) == {TOKEN}

    def test_may_fill_an_entry_of_the_log_and_no_more(self):
        overhead = len(sign_compact(SIGNER, "vc+jwt", b"x")) - 2
        most = (65_535 - overhead) * 3 // 4
        token = sign_compact(SIGNER, "vc+jwt", bytes(most))
        assert len(token) in (65_534, 65_535)  # base64 skips some lengths
        assert verify_compact(token, KEYS, "vc+jwt").payload == bytes(most)
        with pytest.raises(MalformedToken, match="65535"):
            sign_compact(SIGNER, "vc+jwt", bytes(most + 1))

    @pytest.mark.parametrize("typ", ["", "vc jwt", "vc\n", "vç", "\ud800", "x" * 1024])
    def test_refuses_a_type_it_would_not_read(self, typ):
        with pytest.raises(MalformedToken):
            sign_compact(SIGNER, typ, PAYLOAD)
        with pytest.raises(MalformedToken):
            sign_compact(SIGNER, "vc+jwt", PAYLOAD, typ)

    def test_refuses_to_say_nothing(self):
        with pytest.raises(MalformedToken, match="empty"):
            sign_compact(SIGNER, "vc+jwt", b"")


class TestRead:
    @given(st.binary(max_size=300))
    def test_any_bytes_are_malformed(self, token):
        with pytest.raises(MalformedToken):
            split_compact(token)

    @given(st.integers(0, len(TOKEN) - 1), st.integers(0, 255))
    def test_no_byte_of_a_token_can_be_changed(self, at, value):
        changed = TOKEN[:at] + bytes([value]) + TOKEN[at + 1 :]
        if changed != TOKEN:
            with pytest.raises((MalformedToken, UnknownKey, InvalidSignature)):
                verify_compact(changed, KEYS, "vc+jwt")

    @pytest.mark.parametrize(
        "token",
        [
            HEADER + b"." + BODY,
            TOKEN + b".",
            TOKEN + b"." + BODY,
            b"." + BODY + b"." + SIGNATURE,
            HEADER + b".." + SIGNATURE,
            HEADER + b"." + BODY + b".",
            b" " + TOKEN,
            TOKEN + b"\n",
            HEADER + b"=." + BODY + b"." + SIGNATURE,
            TOKEN + b"==",
            HEADER + b"." + BODY + b"." + SIGNATURE[:-4],
            HEADER + b"." + BODY + b"." + SIGNATURE + b"AA",
            HEADER + b"." + BODY + b"A." + SIGNATURE,
            HEADER + b"." + BODY.replace(b"e", b"+", 1) + b"." + SIGNATURE,
            HEADER + b"." + BODY.replace(b"e", b"/", 1) + b"." + SIGNATURE,
            HEADER + b"." + b"A" * 65_535 + b"." + SIGNATURE,
        ],
    )
    def test_another_form_is_malformed(self, token):
        with pytest.raises(MalformedToken):
            split_compact(token)

    def test_spare_bits_that_are_not_zero_are_malformed(self):
        last = SIGNATURE[-1:]
        alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        at = alphabet.index(last)
        assert at % 16 == 0
        for spare in range(1, 16):
            with pytest.raises(MalformedToken):
                split_compact(TOKEN[:-1] + alphabet[at + spare : at + spare + 1])

    def test_members_in_another_order_and_white_space_are_read(self):
        token = signed_under(b'{ "typ": "vc+jwt",\n "kid": "%s", "alg": "EdDSA" }' % SIGNER.kid.encode())
        assert verify_compact(token, KEYS, "vc+jwt").payload == PAYLOAD

    @pytest.mark.parametrize(
        "header",
        [
            b'{"alg":"EdDSA","kid":"KID","typ":"vc+jwt","crit":["b64"]}',
            b'{"alg":"EdDSA","kid":"KID","typ":"vc+jwt","b64":false}',
            b'{"alg":"EdDSA","kid":"KID","typ":"vc+jwt","jwk":{}}',
            b'{"alg":"EdDSA","kid":"KID","typ":"vc+jwt","typ":"vc+jwt"}',
            b'{"alg":"EdDSA","kid":"KID","typ":"vc+jwt","\\u0074yp":"other"}',
            b'{"alg":"none","alg":"EdDSA","kid":"KID","typ":"vc+jwt"}',
            b'{"alg":"none","kid":"KID","typ":"vc+jwt"}',
            b'{"alg":"eddsa","kid":"KID","typ":"vc+jwt"}',
            b'{"alg":"Ed25519","kid":"KID","typ":"vc+jwt"}',
            b'{"alg":"HS256","kid":"KID","typ":"vc+jwt"}',
            b'{"kid":"KID","typ":"vc+jwt"}',
            b'{"alg":"EdDSA","typ":"vc+jwt"}',
            b'{"alg":"EdDSA","kid":"KID"}',
            b'{"alg":"EdDSA","kid":"KID","typ":null}',
            b'{"alg":"EdDSA","kid":"KID","typ":"vc+jwt","cty":null}',
            b'{"alg":"EdDSA","kid":"KID","typ":["vc+jwt"]}',
            b'{"alg":"EdDSA","kid":"KID","typ":""}',
            b'{"alg":"EdDSA","kid":"KID0","typ":"vc+jwt"}',
            b'{"alg":"EdDSA","kid":"KID\\n","typ":"vc+jwt"}',
            b'{"alg":"EdDSA","kid":"0123456789ABCDEF","typ":"vc+jwt"}',
            b'{"alg":"EdDSA","kid":"KID","typ":"\xff"}',
            b'{"alg":"EdDSA","kid":"KID","typ":"\\ud800"}',
            b'{"alg":"EdDSA","kid":"KID","typ":"vc+jwt"} {}',
            b'\xef\xbb\xbf{"alg":"EdDSA","kid":"KID","typ":"vc+jwt"}',
            b'["EdDSA","KID","vc+jwt"]',
            b"null",
            b"[" * 700,
            b'{"alg":"EdDSA","kid":"KID","typ":"vc+jwt"' + b" " * 1000 + b"}",
        ],
    )
    def test_another_header_is_malformed_even_under_a_good_signature(self, header):
        token = signed_under(header.replace(b"KID", SIGNER.kid.encode()))
        with pytest.raises(MalformedToken):
            verify_compact(token, KEYS, None)


class TestVerified:
    def test_is_refused_for_another_typ(self):
        with pytest.raises(MalformedToken, match="carbonlabel-key"):
            verify_compact(TOKEN, KEYS, "carbonlabel-key+jwt")
        assert verify_compact(TOKEN, KEYS, None).header.typ == "vc+jwt"

    def test_needs_a_key_that_is_known(self):
        with pytest.raises(UnknownKey) as caught:
            verify_compact(TOKEN, {}, "vc+jwt")
        assert caught.value.kid == SIGNER.kid

    def test_needs_the_signature_of_that_key(self):
        other = PublicKey.load(Ed25519Signer.from_seed(bytes(32)).public)
        with pytest.raises(InvalidSignature, match=SIGNER.kid):
            verify_compact(TOKEN, {SIGNER.kid: other}, "vc+jwt")

    def test_needs_a_strict_signature(self):
        signature = SIGNER.sign(HEADER + b"." + BODY)
        s = int.from_bytes(signature[32:], "little") + curve.L
        malleated = HEADER + b"." + BODY + b"." + b64url(signature[:32] + s.to_bytes(32, "little"))
        with pytest.raises(InvalidSignature):
            verify_compact(malleated, KEYS, "vc+jwt")
