import base64
from collections.abc import Callable
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from keys import (
    Ed25519Signer,
    InvalidSignature,
    KeysError,
    MalformedNote,
    MalformedNoteKey,
    NoteKey,
    NoteKind,
    NoteLine,
    UnsignedNote,
    VerifiedLine,
    add_lines,
    cosignature_line,
    note_key_id,
    note_line,
    note_vkey,
    open_note,
    parse_lines,
    parse_note,
    parse_vkey,
    sign_note,
)

# Signed by other software: the example of golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
GO_NOTE = f"{GO_TEXT}\n{GO_LINE}".encode()

# The example of C2SP signed-note: its text has an empty line.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3Z"
    "ekRwNtIc=\n"
)

LOG, OTHER, WITNESS = (Ed25519Signer.from_seed(bytes([number]) * 32) for number in range(3))
ORIGIN, WITNESS_NAME = "id.example.org/log", "witness.example/w1"
TEXT = "id.example.org/log\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
LOG_KEY = parse_vkey(note_vkey(ORIGIN, LOG.public))
WITNESS_KEY = parse_vkey(note_vkey(WITNESS_NAME, WITNESS.public, NoteKind.COSIGNATURE), NoteKind.COSIGNATURE)
TIME = 1679315147
NOTE = sign_note(TEXT, LOG, ORIGIN)
COSIGNATURE = cosignature_line(TEXT, WITNESS, WITNESS_NAME, TIME)
COSIGNED = add_lines(NOTE, COSIGNATURE)


def note_of(*lines: NoteLine) -> bytes:
    return f"{TEXT}\n{''.join(line.text for line in lines)}".encode()


def test_a_note_signed_by_other_software_is_opened():
    opened = open_note(GO_NOTE, [parse_vkey(GO_KEY)])
    assert opened.text == GO_TEXT
    assert [signature.key.origin for signature in opened.signatures] == ["PeterNeumann"]


def test_a_text_may_have_empty_lines():
    note = parse_note(POEM.encode())
    assert note.text.endswith("sole:\n\ned è subito sera.\n")
    assert [(line.name, line.key_id.hex()) for line in note.lines] == [("quasimodo.example/salvatore", "367ba04b")]


def test_a_signature_is_over_the_text_as_c2sp_signed_note_says():
    (line,) = parse_note(NOTE).lines
    assert (line.name, line.key_id) == (ORIGIN, note_key_id(ORIGIN, LOG.public))
    Ed25519PublicKey.from_public_bytes(LOG.public).verify(line.signature, TEXT.encode())
    encoded = base64.b64encode(line.key_id + line.signature).decode()
    assert f"{TEXT}\n— {ORIGIN} {encoded}\n".encode() == NOTE


def test_a_cosignature_is_over_the_message_of_c2sp_tlog_cosignature():
    assert COSIGNATURE.key_id == note_key_id(WITNESS_NAME, WITNESS.public, NoteKind.COSIGNATURE)
    assert COSIGNATURE.key_id != note_key_id(WITNESS_NAME, WITNESS.public)
    assert COSIGNATURE.signature[:8] == TIME.to_bytes(8, "big")
    message = f"cosignature/v1\ntime {TIME}\n{TEXT}".encode()
    Ed25519PublicKey.from_public_bytes(WITNESS.public).verify(COSIGNATURE.signature[8:], message)


texts = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\x7f\x85")).map(lambda t: t + "\n")


@given(texts)
def test_every_text_is_signed_and_opened(text):
    assert open_note(sign_note(text, LOG, ORIGIN), [LOG_KEY]).text == text


def test_each_known_signer_is_named_with_its_time():
    assert open_note(COSIGNED, [LOG_KEY, WITNESS_KEY]).signatures == (
        VerifiedLine(LOG_KEY, None),
        VerifiedLine(WITNESS_KEY, TIME),
    )


def test_signatures_of_unknown_keys_are_ignored():
    assert open_note(COSIGNED, [LOG_KEY]).signatures == (VerifiedLine(LOG_KEY, None),)
    assert open_note(COSIGNED, [WITNESS_KEY]).signatures == (VerifiedLine(WITNESS_KEY, TIME),)
    shared_name = NoteLine(ORIGIN, b"\0\0\0\0", b"post-quantum, of any length" * 100)
    shared_id = NoteLine("other.example", LOG_KEY.key_id, b"?")
    assert open_note(note_of(shared_name, shared_id, note_line(TEXT, LOG, ORIGIN)), [LOG_KEY]).text == TEXT


def test_a_note_that_no_known_key_signed_is_not_opened():
    stranger = parse_vkey(note_vkey(ORIGIN, OTHER.public))
    for keys in ([], [stranger], [NoteKey("other.example", LOG_KEY.key_id, LOG_KEY.key)]):
        with pytest.raises(UnsignedNote):
            open_note(NOTE, keys)


def test_one_bad_signature_of_a_known_key_condemns_the_note():
    forged = NoteLine(WITNESS_NAME, WITNESS_KEY.key_id, TIME.to_bytes(8) + OTHER.sign(TEXT.encode()))
    for note in (note_of(note_line(TEXT, LOG, ORIGIN), forged), note_of(COSIGNATURE, forged)):
        with pytest.raises(InvalidSignature, match=r"witness\.example"):
            open_note(note, [LOG_KEY, WITNESS_KEY])


@pytest.mark.parametrize(
    "signature",
    [
        b"?",
        LOG.sign(TEXT.encode())[:-1],
        LOG.sign(TEXT.encode()) + b"\0",
        LOG.sign(TEXT.encode()[:-1]),
        OTHER.sign(TEXT.encode()),
        bytes(64),
        cosignature_line(TEXT, LOG, ORIGIN, TIME).signature,
    ],
)
def test_a_signature_that_is_not_over_this_text_by_this_key_is_refused(signature):
    with pytest.raises(InvalidSignature):
        open_note(note_of(NoteLine(ORIGIN, LOG_KEY.key_id, signature)), [LOG_KEY])


@pytest.mark.parametrize(
    "signature",
    [
        b"?",
        COSIGNATURE.signature[:-1],
        COSIGNATURE.signature + b"\0",
        (TIME + 1).to_bytes(8) + COSIGNATURE.signature[8:],
        TIME.to_bytes(8) + WITNESS.sign(TEXT.encode()),
        WITNESS.sign(TEXT.encode()),
        (2**63).to_bytes(8) + WITNESS.sign(f"cosignature/v1\ntime {2**63}\n{TEXT}".encode()),
    ],
)
def test_a_cosignature_that_is_not_over_this_text_and_time_is_refused(signature):
    with pytest.raises(InvalidSignature):
        open_note(note_of(NoteLine(WITNESS_NAME, WITNESS_KEY.key_id, signature)), [WITNESS_KEY])


def test_no_changed_bit_of_a_note_changes_what_is_said():
    for at in range(len(COSIGNED)):
        for bit in range(8):
            changed = COSIGNED[:at] + bytes([COSIGNED[at] ^ 1 << bit]) + COSIGNED[at + 1 :]
            with suppress(KeysError):
                opened = open_note(changed, [LOG_KEY, WITNESS_KEY])
                assert opened.text == TEXT
                assert len(opened.signatures) == 1  # a name or key id became one that nobody knows


def test_a_key_counts_once_with_its_latest_time():
    again = cosignature_line(TEXT, WITNESS, WITNESS_NAME, TIME + 5)
    opened = open_note(note_of(again, COSIGNATURE), [WITNESS_KEY])
    assert opened.signatures == (VerifiedLine(WITNESS_KEY, TIME + 5),)
    assert len(open_note(note_of(*[note_line(TEXT, LOG, ORIGIN)] * 3), [LOG_KEY]).signatures) == 1


def test_a_line_added_again_replaces_the_earlier():
    later = cosignature_line(TEXT, WITNESS, WITNESS_NAME, TIME + 5)
    lines = parse_note(add_lines(COSIGNED, later)).lines
    assert lines == (parse_note(NOTE).lines[0], later)


def test_the_answer_of_a_witness_is_read():
    assert parse_lines(COSIGNATURE.text) == (COSIGNATURE,)
    assert parse_lines(GO_LINE + COSIGNATURE.text)[1] == COSIGNATURE
    for answer in ("", "\n", COSIGNATURE.text[:-1], COSIGNATURE.text + "\n", "\n" + COSIGNATURE.text):
        with pytest.raises(MalformedNote):
            parse_lines(answer)


def test_a_hundred_signatures_are_read_and_no_more():
    lines = [NoteLine(f"witness.example/{number}", b"1234", b"5") for number in range(101)]
    assert len(parse_note(note_of(*lines[:100])).lines) == 100
    with pytest.raises(MalformedNote, match="at most 100"):
        parse_note(note_of(*lines))
    with pytest.raises(MalformedNote, match="at most 100"):
        add_lines(NOTE, *lines[:100])


@pytest.mark.parametrize(
    "change",
    [
        lambda note: "",
        lambda note: "\n",
        lambda note: "\n\n",
        lambda note: note.partition("\n\n")[0],
        lambda note: note.partition("\n\n")[0] + "\n\n",
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note + "\n",
        lambda note: note[:-1],
        lambda note: note + " ",
        lambda note: note.replace("\n", "\r\n"),
        lambda note: "\ufeff\t" + note,
        lambda note: note.replace("2", "\x1f"),
        lambda note: note.replace("— ", "- "),
        lambda note: note.replace("— ", "—\u00a0"),
        lambda note: note.replace("— ", "—"),
        lambda note: note.replace("— ", " — "),
        lambda note: note.replace("— ", "—  "),
        lambda note: note.replace("— Pet", "— Pet er"),
        lambda note: note.replace("— Pet", "— Pet+er"),
        lambda note: note.replace("— Pet", "— Pet\u2003er"),
        lambda note: note.replace("— PeterNeumann ", "— "),
        lambda note: note.replace("JnAM=", "JnAM"),
        lambda note: note.replace("JnAM=", "JnAN="),
        lambda note: note.replace("JnAM=", "JnAM=="),
        lambda note: note.replace("JnAM=", "JnAM= "),
        lambda note: note.replace("JnAM=", "JnAM= x"),
        lambda note: note.replace("JnAM=", "JnA*="),
        lambda note: note.replace("BS9UG/Sffcv", "BS9UG_Sffcv"),
        lambda note: note[: note.rindex(" ")] + " x08gow==\n",
        lambda note: note + "not a signature\n",
        lambda note: note + "— nobody\n",
        lambda note: "x" * 1_000_000 + note,
    ],
)
def test_any_other_form_is_refused(change: Callable[[str], str]):
    with pytest.raises(MalformedNote):
        open_note(change(GO_NOTE.decode()).encode(), [parse_vkey(GO_KEY)])


@given(st.binary() | st.text().map(lambda text: f"{text}\n\n{GO_LINE}".encode("utf-8", "replace")))
def test_any_bytes_give_a_note_or_an_error_of_ours(data):
    with suppress(MalformedNote):
        note = parse_note(data)
        assert f"{note.text}\n{''.join(line.text for line in note.lines)}".encode() == data


@pytest.mark.parametrize("text", ["", "no line break", "a\r\n", "a\tb\n", "\0\n", "\ud800\n", "a\n\nb"])
def test_a_text_that_no_note_can_carry_is_not_signed(text):
    for sign in (lambda: note_line(text, LOG, ORIGIN), lambda: cosignature_line(text, LOG, ORIGIN, TIME)):
        with pytest.raises(MalformedNote):
            sign()


def test_a_name_or_a_time_that_cannot_be_is_not_signed():
    for name in ("", "a b", "a+b", "a\nb"):
        with pytest.raises(MalformedNoteKey):
            sign_note(TEXT, LOG, name)
    for timestamp in (-1, 2**63):
        with pytest.raises(MalformedNote):
            cosignature_line(TEXT, WITNESS, WITNESS_NAME, timestamp)


def test_two_keys_of_one_name_and_id_are_not_told_apart():
    other = NoteKey(ORIGIN, LOG_KEY.key_id, WITNESS_KEY.key)
    with pytest.raises(MalformedNoteKey):
        open_note(NOTE, [LOG_KEY, other])
    assert open_note(NOTE, [LOG_KEY, LOG_KEY]).text == TEXT


def test_a_verifier_key_is_for_one_kind_of_signature():
    log, witness = note_vkey(ORIGIN, LOG.public), note_vkey(ORIGIN, LOG.public, NoteKind.COSIGNATURE)
    assert base64.b64decode(witness.split("+", 2)[2]) == b"\x04" + LOG.public
    assert parse_vkey(witness, NoteKind.COSIGNATURE).kind is NoteKind.COSIGNATURE
    for vkey, kind in ((log, NoteKind.COSIGNATURE), (witness, NoteKind.ED25519)):
        with pytest.raises(MalformedNoteKey):
            parse_vkey(vkey, kind)
