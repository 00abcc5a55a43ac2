import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from keys import Ed25519Signer, PublicKey, Signer, kid_of


def test_signs_as_rfc_8032_section_7_1_says():
    signer = Ed25519Signer.from_seed(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    assert signer.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_names_its_key():
    signer: Signer = Ed25519Signer.from_seed(bytes(32))
    assert signer.kid == kid_of(signer.public)


def test_gives_one_signature_for_one_message_in_every_thread():
    signer = Ed25519Signer.from_seed(bytes(32))
    with ThreadPoolExecutor(8) as pool:
        signatures = set(pool.map(signer.sign, [b"message"] * 200))
    assert len(signatures) == 1
    assert PublicKey.load(signer.public).verifies(signatures.pop(), b"message")


def test_keeps_its_private_key_out_of_repr_and_pickle():
    signer = Ed25519Signer.from_seed(bytes(range(32)))
    assert repr(signer) == f"<Ed25519Signer {signer.kid}>"
    with pytest.raises(TypeError):
        pickle.dumps(signer)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_needs_a_seed_of_32_bytes(length):
    with pytest.raises(ValueError):
        Ed25519Signer.from_seed(bytes(length))
