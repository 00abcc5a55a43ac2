"""What a witness answers: each status of C2SP tlog-witness, and never a signature that it should not give."""

import base64
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import add_lines, note_line, open_note
from schemas.tlog import Checkpoint
from tests.verifier.witness.logs import (
    LOG_KEY,
    ORIGIN,
    TIME,
    TREE,
    WITNESS_KEY,
    checkpoint,
    files_in,
    forked_tiles,
    growth,
    line_of,
    note_key,
    signed,
    signer,
    witness_in,
)
from verifier.merkle import EMPTY_ROOT
from verifier.tiles import consistency_proof
from verifier.witness import Accepted, AddCheckpoint, Answer, SeenCheckpoints, Witness, consider

LOGS = {ORIGIN: (LOG_KEY,)}


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[SeenCheckpoints]:
    with SeenCheckpoints(tmp_path / "seen") as found:
        yield found


@pytest.fixture
def witness(seen: SeenCheckpoints) -> Witness:
    return witness_in(seen)


def request(old: int, note: bytes, proof: tuple[bytes, ...] = ()) -> bytes:
    return AddCheckpoint(old, proof, note).encode()


def refused(witness: Witness, body: bytes, status: int, text: bytes | None = None) -> None:
    answer = witness.add_checkpoint(body, TIME)
    assert answer.status == status, answer
    assert "—".encode() not in answer.body
    if status == 409:
        assert answer.content_type == "text/x.tlog.size"
        assert text is not None
        assert answer.body == text


def cosigned(witness: Witness, body: bytes) -> None:
    answer = witness.add_checkpoint(body, TIME)
    assert answer.status == 200, answer
    note = AddCheckpoint.parse(body).note
    opened = open_note(add_lines(note, line_of(answer.body)), (WITNESS_KEY,))
    assert [(one.key, one.timestamp) for one in opened.signatures] == [(WITNESS_KEY, TIME)]


def test_honest_growth_is_cosigned_step_by_step(witness: Witness, seen: SeenCheckpoints) -> None:
    sizes = (0, 1, 2, 7, 255, 256, 257, 1_000, 1_000, 70_000)
    for old, new in zip((0, *sizes), sizes, strict=False):
        cosigned(witness, growth(old, new))
        assert (seen.last(ORIGIN) or checkpoint(0)) == checkpoint(new)


def test_the_same_checkpoint_is_cosigned_again_without_writing(
    witness: Witness, seen: SeenCheckpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    cosigned(witness, growth(0, 5))
    monkeypatch.setattr(SeenCheckpoints, "swap", None)
    cosigned(witness, growth(5, 5))


def test_two_logs_do_not_disturb_each_other(seen: SeenCheckpoints) -> None:
    other = note_key("other.example", signer(9))
    witness = witness_in(seen, LOG_KEY, other)
    cosigned(witness, growth(0, 5))
    cosigned(witness, request(0, signed(checkpoint(3, origin="other.example"), signer(9))))
    cosigned(witness, growth(5, 8))


def test_a_log_may_change_its_key_and_other_signatures_are_ignored(seen: SeenCheckpoints) -> None:
    witness = witness_in(seen, LOG_KEY, note_key(ORIGIN, signer(5)))
    cosigned(witness, request(0, signed(checkpoint(2), signer(5))))
    note = add_lines(signed(checkpoint(2)), note_line(checkpoint(2).text, signer(6), "stranger.example"))
    cosigned(witness, request(2, note))


def test_extension_lines_are_cosigned_as_they_are(witness: Witness) -> None:
    cosigned(witness, request(0, signed(Checkpoint(ORIGIN, 2, checkpoint(2).root, ("more",)))))


class TestRefused:
    def test_a_rollback(self, witness: Witness) -> None:
        cosigned(witness, growth(0, 8))
        refused(witness, growth(0, 5), 409, b"8\n")
        refused(witness, growth(5, 5), 409, b"8\n")
        refused(witness, request(8, signed(checkpoint(5))), 400)
        cosigned(witness, growth(8, 8))

    def test_a_fork_and_it_is_kept_as_proof(self, witness: Witness, tmp_path: Path) -> None:
        cosigned(witness, growth(0, 8))
        fork = signed(checkpoint(8, forked=True))
        for _ in range(2):
            refused(witness, request(8, fork), 409, b"8\n")
        refused(witness, request(0, fork), 409, b"8\n")
        kept = [data for name, data in files_in(tmp_path / "seen").items() if name.endswith(".fork")]
        assert kept == [fork]
        cosigned(witness, growth(8, 8))

    def test_growth_of_a_forked_tree(self, witness: Witness) -> None:
        cosigned(witness, growth(0, 8))
        forked = tuple(consistency_proof(8, 13, forked_tiles(13)))
        for proof in ((), forked, tuple(consistency_proof(8, 13, TREE))):
            refused(witness, request(8, signed(checkpoint(13, forked=True)), proof), 422)
        cosigned(witness, growth(8, 13))

    @pytest.mark.parametrize("change", ["missing", "more", "swapped", "bit", "of other sizes"])
    def test_a_proof_that_proves_nothing(self, witness: Witness, change: str) -> None:
        cosigned(witness, growth(0, 7))
        proof = consistency_proof(7, 20, TREE)
        wrong = {
            "missing": proof[:-1],
            "more": [*proof, proof[0]],
            "swapped": [proof[1], proof[0], *proof[2:]],
            "bit": [bytes((proof[0][0] ^ 1,)) + proof[0][1:], *proof[1:]],
            "of other sizes": consistency_proof(6, 20, TREE),
        }[change]
        refused(witness, request(7, signed(checkpoint(20)), tuple(wrong)), 422)

    def test_a_proof_where_there_is_nothing_to_prove(self, witness: Witness) -> None:
        refused(witness, request(0, signed(checkpoint(3)), (bytes(32),)), 422)
        cosigned(witness, growth(0, 3))
        refused(witness, request(3, signed(checkpoint(3)), (bytes(32),)), 422)

    def test_an_empty_log_with_a_root(self, witness: Witness) -> None:
        refused(witness, request(0, signed(Checkpoint(ORIGIN, 0, bytes(32)))), 409, b"0\n")
        cosigned(witness, request(0, signed(Checkpoint(ORIGIN, 0, EMPTY_ROOT))))

    def test_an_unknown_log(self, witness: Witness) -> None:
        refused(witness, request(0, signed(checkpoint(3, origin="nobody.example"))), 404)

    def test_a_checkpoint_that_the_log_has_not_signed(self, witness: Witness) -> None:
        refused(witness, request(0, signed(checkpoint(3), signer(7))), 403)
        good = signed(checkpoint(3)).decode()
        head, _, last = good.rstrip("\n").rpartition(" ")
        raw = bytearray(base64.b64decode(last))
        raw[-1] ^= 1
        changed = f"{head} {base64.b64encode(raw).decode()}\n".encode()
        refused(witness, request(0, changed), 403)
        refused(witness, request(0, good.replace("\n3\n", "\n4\n").encode()), 403)

    def test_an_old_size_beyond_the_checkpoint(self, witness: Witness) -> None:
        refused(witness, request(4, signed(checkpoint(3))), 400)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\n",
            b"\n\n",
            b"old 0",
            b"old 0\n\n",
            b"old 0\n\nno note",
            b"old 0\n\n" + signed(checkpoint(3))[:-1],
            b"old 00\n\n" + signed(checkpoint(3)),
            b"old -1\n\n" + signed(checkpoint(3)),
            b"old  0\n\n" + signed(checkpoint(3)),
            b"old 0 \n\n" + signed(checkpoint(3)),
            b"old 0\r\n\r\n" + signed(checkpoint(3)),
            b"new 0\n\n" + signed(checkpoint(3)),
            b"old 9223372036854775808\n\n" + signed(checkpoint(3)),
            "old ٣\n\n".encode() + signed(checkpoint(3)),
            b"old 0\n" + signed(checkpoint(3)),
            b"old 0\nAAAA\n\n" + signed(checkpoint(3)),
            b"old 0\n!\n\n" + signed(checkpoint(3)),
            b"old 0\n" + b"A" * 42 + b"B=\n\n" + signed(checkpoint(3)),
            b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + signed(checkpoint(3)),
            b"old 0\n\n" + b"\xff" + signed(checkpoint(3)),
            b"old 0\n\nlog.example\nthree\n" + base64.b64encode(bytes(32)) + b"\n\n" + "— a AAAAAAA=\n".encode(),
        ],
    )
    def test_what_is_not_of_the_form(self, witness: Witness, body: bytes) -> None:
        refused(witness, body, 400)
        cosigned(witness, growth(0, 3))


class TestForm:
    def test_the_example_of_the_specification(self) -> None:
        body = (
            "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
            "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n"
            "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
            "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo"
            "+zyWE+xeMcTOAYQ8=\n"
        ).encode()
        found = AddCheckpoint.parse(body)
        assert (found.old_size, len(found.proof)) == (20_852_014, 4)
        assert found.note.startswith(b"example.com/behind-the-sofa\n20852163\n")
        assert found.encode() == body

    @given(
        st.integers(0, 2**63 - 1),
        st.lists(st.binary(min_size=32, max_size=32), max_size=63),
        st.binary(min_size=1, max_size=300),
    )
    def test_what_is_written_is_read(self, old: int, proof: list[bytes], note: bytes) -> None:
        request = AddCheckpoint(old, tuple(proof), note)
        assert AddCheckpoint.parse(request.encode()) == request

    @given(st.binary(max_size=400) | st.text("old 0129\nA=+/é—", max_size=200).map(str.encode))
    def test_any_bytes_are_read_in_one_way_or_refused(self, body: bytes) -> None:
        try:
            found = AddCheckpoint.parse(body)
        except ValueError:
            return
        assert found.encode() == body

    @given(st.data())
    @settings(max_examples=60)
    def test_a_changed_request_is_never_accepted_for_another_tree(self, data: st.DataObject) -> None:
        body = bytearray(growth(7, 20))
        at = data.draw(st.integers(0, len(body) - 1))
        body[at] ^= data.draw(st.integers(1, 255))
        answer = consider(LOGS, {ORIGIN: checkpoint(7)}, bytes(body))
        if isinstance(answer, Accepted):
            assert answer.submission.checkpoint == checkpoint(20)
        else:
            assert isinstance(answer, Answer)
            assert answer.status in {400, 403, 404, 409, 422}


def test_a_size_is_answered_to_whoever_does_not_know_it(witness: Witness) -> None:
    cosigned(witness, growth(0, 257))
    refused(witness, growth(0, 300), HTTPStatus.CONFLICT, b"257\n")
    cosigned(witness, growth(257, 300))
