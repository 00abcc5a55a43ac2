import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import Ed25519Signer, MalformedNoteKey, WeakPublicKey, note_vkey, parse_vkey

PUBLIC = Ed25519Signer.from_seed(bytes(range(32))).public
VKEY = note_vkey("id.example.org/log", PUBLIC)

# The public log of the Go project, made by other software.
GO_SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


def test_a_key_of_the_go_checksum_database_is_read_and_written_again():
    key = parse_vkey(GO_SUMDB)
    assert key.origin == "sum.golang.org"
    assert key.key_id.hex() == "033de0ae"
    assert note_vkey(key.origin, key.key.raw) == GO_SUMDB


def test_a_key_is_spelled_as_c2sp_signed_note_says():
    origin, key_id, data = VKEY.split("+", 2)
    assert origin == "id.example.org/log"
    assert base64.b64decode(data) == b"\x01" + PUBLIC
    assert key_id == sha256(origin.encode() + b"\n\x01" + PUBLIC).hexdigest()[:8]


@given(st.binary(min_size=32, max_size=32), st.from_regex(r"\A[a-zé0-9./-]+\Z"))
def test_every_key_is_read_back(seed, origin):
    public = Ed25519Signer.from_seed(seed).public
    key = parse_vkey(note_vkey(origin, public))
    assert (key.origin, key.key.raw) == (origin, public)


@pytest.mark.parametrize(
    "origin", ["", "a b", "a+b", "a\nb", "a\n", "\t", "a\u00a0b", "a\u2028b", "a\x1cb", "\ud800", "a\u3000", "\0"]
)
def test_an_origin_that_a_note_cannot_name_is_refused(origin):
    with pytest.raises(MalformedNoteKey):
        note_vkey(origin, PUBLIC)
    with pytest.raises(MalformedNoteKey):
        parse_vkey(VKEY.replace("id.example.org/log", origin))


def test_a_weak_key_is_refused():
    with pytest.raises(WeakPublicKey):
        note_vkey("id.example.org", bytes(32))
    weak = b"\x01" + bytes(32)
    key_id = sha256(b"id.example.org\n" + weak).hexdigest()[:8]
    with pytest.raises(MalformedNoteKey, match="small order"):
        parse_vkey(f"id.example.org+{key_id}+{base64.b64encode(weak).decode()}")


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "+",
        "++",
        "id.example.org",
        "id.example.org+00000000",
        VKEY.replace("+", "+0", 1),
        VKEY.replace("id.", "ID."),
        VKEY + "=",
        VKEY + "\n",
        VKEY[:-1],
        VKEY.replace("+A", "+B"),
        " " + VKEY,
        GO_SUMDB.replace("033de0ae", "033DE0AE"),
        GO_SUMDB.replace("033de0ae", "033de0af"),
    ],
)
def test_any_other_text_is_refused(vkey):
    with pytest.raises(MalformedNoteKey):
        parse_vkey(vkey)


@given(st.text())
def test_any_text_gives_an_error_of_ours(vkey):
    with pytest.raises(MalformedNoteKey):
        parse_vkey(vkey)
