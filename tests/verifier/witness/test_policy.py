"""k of n witnesses: distinct keys, good signatures, plausible times."""

from datetime import UTC, datetime

import pytest

from keys import NoteKind, add_lines, cosignature_line, note_vkey
from tests.verifier.witness.logs import LOG_KEY, TIME, checkpoint, note_key, signed, signer
from verifier.witness import NotWitnessed, WitnessPolicy

NOW = datetime.fromtimestamp(TIME, UTC)
NAMES = ("a.example", "b.example", "c.example")
KEYS = tuple(note_key(name, signer(20 + at), NoteKind.COSIGNATURE) for at, name in enumerate(NAMES))
CHECKPOINT = checkpoint(5)


def cosigned(*numbers: int, time: int = TIME, names: tuple[str, ...] = NAMES) -> bytes:
    lines = [cosignature_line(CHECKPOINT.text, signer(20 + at), names[at], time) for at in numbers]
    return add_lines(signed(CHECKPOINT), *lines)


def refused(policy: WitnessPolicy, note: bytes, why: str) -> None:
    with pytest.raises(NotWitnessed, match=why):
        policy.check(note, LOG_KEY, NOW)


@pytest.mark.parametrize("threshold", [0, 1, 2, 3])
def test_k_of_n(threshold: int) -> None:
    policy = WitnessPolicy(KEYS, threshold)
    for there in ((), (0,), (1, 2), (0, 1, 2)):
        if len(there) >= threshold:
            assert policy.check(cosigned(*there), LOG_KEY, NOW).text == CHECKPOINT.text
        else:
            refused(policy, cosigned(*there), f"{len(there)} witnesses have cosigned")


def test_a_key_under_two_names_counts_once() -> None:
    twin = note_key("twin.example", signer(20), NoteKind.COSIGNATURE)
    line = cosignature_line(CHECKPOINT.text, signer(20), "twin.example", TIME)
    refused(WitnessPolicy((*KEYS, twin), 2), add_lines(cosigned(0), line), "1 witnesses have cosigned")
    with pytest.raises(ValueError, match="can never be"):
        WitnessPolicy((KEYS[0], twin), 2)
    assert WitnessPolicy((KEYS[0], KEYS[0], KEYS[1]), 2).check(cosigned(0, 1), LOG_KEY, NOW)


def test_one_witness_twice_counts_once() -> None:
    note = cosigned(0)
    line = cosignature_line(CHECKPOINT.text, signer(20), NAMES[0], TIME - 9)
    refused(WitnessPolicy(KEYS, 2), note + line.text.encode(), "1 witnesses have cosigned")


def test_witnesses_that_nobody_asked_for_do_not_count() -> None:
    refused(WitnessPolicy(KEYS[:2], 2), cosigned(0, 2), "1 witnesses have cosigned")


def test_a_cosignature_from_the_future_does_not_count_and_an_old_one_does() -> None:
    policy = WitnessPolicy(KEYS, 1)
    assert policy.check(cosigned(0, time=TIME + 300), LOG_KEY, NOW)
    refused(policy, cosigned(0, time=TIME + 301), "0 witnesses have cosigned")
    assert policy.check(cosigned(0, time=1), LOG_KEY, NOW)


def test_a_false_cosignature_condemns_the_checkpoint() -> None:
    line = cosignature_line(checkpoint(4).text, signer(20), NAMES[0], TIME)
    refused(WitnessPolicy(KEYS, 1), add_lines(cosigned(1), line), "not signed by a.example")


def test_the_log_itself_must_have_signed() -> None:
    line = cosignature_line(CHECKPOINT.text, signer(20), NAMES[0], TIME)
    note = f"{CHECKPOINT.text}\n{line.text}".encode()
    refused(WitnessPolicy(KEYS, 1), note, "log.example has not signed")
    refused(WitnessPolicy(KEYS, 0), signed(CHECKPOINT, signer(8)), "no key known here")
    refused(WitnessPolicy(KEYS, 0), b"no note", "a note has")


def test_a_policy_that_makes_no_sense_cannot_be_built() -> None:
    for keys, threshold in ((KEYS, 4), (KEYS, -1), ((), 1), ((LOG_KEY,), 1)):
        with pytest.raises(ValueError):
            WitnessPolicy(keys, threshold)
    vkeys = [note_vkey(key.origin, key.key.raw, NoteKind.COSIGNATURE) for key in KEYS]
    assert WitnessPolicy.of(vkeys, 2) == WitnessPolicy(KEYS, 2)
