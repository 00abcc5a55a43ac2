import pickle
from dataclasses import FrozenInstanceError
from hashlib import sha256

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519

from keys import Ed25519Signer, PublicKey, WeakPublicKey, check_public_key, kid_of, signature_is_strict
from tests.keys import curve

SEED = bytes(range(32))
SIGNER = Ed25519Signer.from_seed(SEED)
KEY = PublicKey.load(SIGNER.public)
MESSAGE = b"a declaration"
SIGNATURE = SIGNER.sign(MESSAGE)

SMALL_ORDER = [curve.encode(point) for point in curve.small_order_points()]
# The same eight points as careless decoders also accept them: y + p where that fits, and the sign bit on x = 0.
SMALL_ORDER_OTHERWISE = [
    curve.spell(y, sign)
    for x, y0 in curve.small_order_points()
    for y in (y0, y0 + curve.P)
    if y < 2**255
    for sign in (0, 1)
    if sign == x & 1 or x == 0
    if curve.spell(y, sign) not in SMALL_ORDER
]
NOT_CANONICAL = [curve.spell(y, sign) for y in range(curve.P, 2**255) for sign in (0, 1)]
REFUSED = sorted({*SMALL_ORDER, *SMALL_ORDER_OTHERWISE, *NOT_CANONICAL})

seeds = st.binary(min_size=32, max_size=32)


def test_there_are_eight_small_order_points_six_other_spellings_of_them_and_48_refused_encodings():
    assert len(set(SMALL_ORDER)) == 8
    assert len(set(SMALL_ORDER_OTHERWISE)) == 6
    assert len(REFUSED) == 48


class TestKeyId:
    def test_is_that_of_the_label_vectors(self):
        public = bytes.fromhex("9777e76a05051e0a162c876ea163854b4a59d9a6a73fb44ac38e04c37920c7e1")
        assert kid_of(public) == "391d9b8a2447d3e4"

    @given(st.binary(min_size=32, max_size=32))
    def test_is_the_start_of_the_rfc_9679_thumbprint(self, public):
        cose_key = cbor2.dumps({1: 1, -1: 6, -2: public}, canonical=True)
        assert kid_of(public) == sha256(cose_key).hexdigest()[:16]

    def test_is_of_the_key_that_pycose_encodes(self):
        key = cbor2.loads(OKPKey(crv=Ed25519, x=SIGNER.public).encode())
        assert kid_of(SIGNER.public) == sha256(cbor2.dumps(key, canonical=True)).hexdigest()[:16]

    @pytest.mark.parametrize("length", [0, 31, 33])
    def test_is_refused_for_another_length(self, length):
        with pytest.raises(WeakPublicKey):
            kid_of(bytes(length))


class TestPublicKey:
    @given(seeds)
    def test_of_every_drawn_key_is_accepted(self, seed):
        check_public_key(Ed25519Signer.from_seed(seed).public)

    @pytest.mark.parametrize("public", REFUSED, ids=bytes.hex)
    def test_that_is_small_order_or_not_canonical_is_refused(self, public):
        with pytest.raises(WeakPublicKey):
            PublicKey.load(public)

    @pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
    def test_of_another_length_is_refused(self, length):
        with pytest.raises(WeakPublicKey, match="32 bytes"):
            PublicKey.load(SIGNER.public.ljust(64, b"\0")[:length])

    @given(st.integers(2, curve.P - 2), st.integers(0, 1))
    def test_is_accepted_exactly_when_it_is_a_point_of_the_curve(self, y, sign):
        public = curve.spell(y, sign)
        if public in REFUSED or curve.point_at(y) is None:
            with pytest.raises(WeakPublicKey):
                check_public_key(public)
        else:
            check_public_key(public)

    @given(st.binary(max_size=70))
    def test_loading_any_bytes_gives_a_key_or_says_that_it_is_weak(self, public):
        try:
            key = PublicKey.load(public)
        except WeakPublicKey:
            return
        assert (key.raw, key.kid) == (public, kid_of(public))

    def test_cannot_be_built_unchecked_or_changed(self):
        with pytest.raises(TypeError, match=r"PublicKey\.load"):
            PublicKey()
        with pytest.raises(FrozenInstanceError):
            KEY.kid = "0" * 16  # ty: ignore[invalid-assignment]

    def test_is_equal_to_the_same_key_only(self):
        assert {KEY, PublicKey.load(SIGNER.public)} == {KEY}
        assert PublicKey.load(Ed25519Signer.from_seed(bytes(32)).public) != KEY
        assert SIGNER.public != KEY

    def test_travels_to_another_process(self):
        there = pickle.loads(pickle.dumps(KEY))
        assert there == KEY
        assert there.verifies(SIGNATURE, MESSAGE)


class TestSignature:
    @given(seeds, st.binary(max_size=200))
    def test_that_is_honest_verifies(self, seed, message):
        signer = Ed25519Signer.from_seed(seed)
        signature = signer.sign(message)
        assert signature_is_strict(signature)
        assert PublicKey.load(signer.public).verifies(signature, message)

    @given(st.integers(0, 511), st.binary(max_size=20))
    def test_with_a_bit_flipped_or_for_another_message_does_not(self, bit, other):
        flipped = (int.from_bytes(SIGNATURE, "little") ^ 1 << bit).to_bytes(64, "little")
        assert not KEY.verifies(flipped, MESSAGE)
        assert KEY.verifies(SIGNATURE, other) == (other == MESSAGE)

    @given(st.binary(max_size=130), st.binary(max_size=20))
    def test_of_any_bytes_is_answered_without_raising(self, signature, message):
        assert KEY.verifies(signature, message) is False

    @pytest.mark.parametrize("length", [0, 63, 65, 128])
    def test_of_another_length_is_not_strict(self, length):
        assert not signature_is_strict((SIGNATURE + SIGNATURE)[:length])

    @pytest.mark.parametrize("r", REFUSED, ids=bytes.hex)
    def test_with_an_r_small_order_or_not_canonical_is_not_strict(self, r):
        assert not signature_is_strict(r + SIGNATURE[32:])

    def test_with_the_identity_for_r_is_refused_though_openssl_accepts_it(self):
        r = curve.encode(curve.IDENTITY)
        s = curve.challenge(r, SIGNER.public, MESSAGE) * curve.secret_scalar(SEED) % curve.L
        signature = r + s.to_bytes(32, "little")
        Ed25519PublicKey.from_public_bytes(SIGNER.public).verify(signature, MESSAGE)
        assert not KEY.verifies(signature, MESSAGE)

    def test_made_malleable_by_adding_the_order_to_s_is_refused(self):
        s = int.from_bytes(SIGNATURE[32:], "little")
        for multiple in range(1, 15):
            malleated = SIGNATURE[:32] + (s + multiple * curve.L).to_bytes(32, "little")
            assert not signature_is_strict(malleated)
            assert not KEY.verifies(malleated, MESSAGE)

    @pytest.mark.parametrize(
        ("s", "strict"),
        [
            (0, True),
            (2**252 - 1, True),
            (2**252, True),
            (curve.L - 1, True),
            (curve.L, False),
            (curve.L + 1, False),
            (2**253, False),
            (2**256 - 1, False),
        ],
    )
    def test_has_an_s_below_the_order_of_the_group(self, s, strict):
        assert signature_is_strict(SIGNATURE[:32] + s.to_bytes(32, "little")) is strict

    @given(st.integers(0, 2**256 - 1))
    def test_has_an_s_below_the_order_of_the_group_for_any_s(self, s):
        assert signature_is_strict(SIGNATURE[:32] + s.to_bytes(32, "little")) is (s < curve.L)

    @given(st.integers(2, curve.P - 2).filter(lambda y: curve.point_at(y) is None), st.integers(0, curve.L - 1))
    def test_with_an_r_off_the_curve_never_verifies(self, y, s):
        assert not KEY.verifies(curve.spell(y, 0) + s.to_bytes(32, "little"), MESSAGE)

    def test_by_a_small_order_key_is_why_such_a_key_is_refused(self):
        public = curve.encode(curve.IDENTITY)
        forged = curve.encode(curve.BASE) + (1).to_bytes(32, "little")  # ty: ignore[invalid-argument-type]
        theirs = Ed25519PublicKey.from_public_bytes(public)
        theirs.verify(forged, b"anything")
        theirs.verify(forged, b"anything else")
        with pytest.raises(InvalidSignature):
            Ed25519PublicKey.from_public_bytes(SIGNER.public).verify(forged, b"anything")
