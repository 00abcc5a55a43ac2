"""A witness remembers before it signs, whatever happens to it, and never signs two roots for one size."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

import verifier.witness.witness as at_work
from keys import KeyRingError, MalformedNoteKey, NoteKind, WrongPassphrase, parse_vkey
from tests.verifier.witness.logs import (
    ORIGIN,
    TIME,
    checkpoint,
    files_in,
    growth,
    signed,
    signer,
    witness_in,
)
from verifier.witness import AddCheckpoint, SeenCheckpoints, WitnessFault, WitnessKey
from verifier.witness import state as memory

ROOT = Path(__file__).resolve().parents[3]
SECRET = {"CARBONLABEL_PASSPHRASE": "a passphrase for tests"}

KILLED = """
import os, signal, sys
from pathlib import Path
import verifier.witness.witness as at_work
from tests.verifier.witness.logs import TIME, growth, witness_in
from verifier.witness import SeenCheckpoints

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

witness = witness_in(SeenCheckpoints(Path(sys.argv[1])))
assert witness.add_checkpoint(growth(0, 3), TIME).status == 200
if sys.argv[2] == "before it is in place":
    Path.replace = killed
elif sys.argv[2] == "before the signature":
    at_work.cosignature_line = killed
else:
    at_work.cosignature_line = lambda *_: type("Line", (), {"text": property(killed)})()
witness.add_checkpoint(growth(3, 8), TIME)
"""


@pytest.mark.parametrize(
    ("moment", "size"), [("before it is in place", 3), ("before the signature", 8), ("before the answer", 8)]
)
def test_killed_it_knows_what_it_may_have_signed(tmp_path: Path, moment: str, size: int) -> None:
    child = [sys.executable, "-c", KILLED, str(tmp_path / "seen"), moment]
    done = subprocess.run(child, cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert done.returncode == -9, done.stderr.decode()
    with SeenCheckpoints(tmp_path / "seen") as seen:
        assert not [name for name in files_in(tmp_path / "seen") if name.endswith(".partial")]
        assert seen.last(ORIGIN) == checkpoint(size)
        witness = witness_in(seen)
        if size == 8:
            fork = AddCheckpoint(8, (), signed(checkpoint(8, forked=True))).encode()
            assert witness.add_checkpoint(fork, TIME).status == 409
        assert witness.add_checkpoint(growth(size, 8), TIME).status == 200
        assert witness.add_checkpoint(growth(8, 9), TIME).status == 200


def test_the_checkpoint_is_on_disk_before_anything_is_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    def noted(step: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*values: Any) -> Any:
            steps.append(step)
            return real(*values)

        return call

    def fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")

    with SeenCheckpoints(tmp_path / "seen") as seen:
        monkeypatch.setattr(memory.os, "fsync", fsync)
        monkeypatch.setattr(Path, "replace", noted("rename", Path.replace))
        monkeypatch.setattr(at_work, "cosignature_line", noted("sign", at_work.cosignature_line))
        assert witness_in(seen).add_checkpoint(growth(0, 3), TIME).status == 200
    assert steps == ["file", "rename", "folder", "sign"]


@pytest.mark.parametrize("failing", [1, 2])
def test_after_a_failed_write_nothing_is_signed_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """What the disk refused may be in memory all the same, and would be taken for remembered."""
    calls: list[int] = []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == failing:
            raise OSError(5, "Input/output error")

    with SeenCheckpoints(tmp_path / "seen") as seen:
        witness = witness_in(seen)
        with monkeypatch.context() as patch:
            patch.setattr(memory.os, "fsync", fsync)
            assert witness.add_checkpoint(growth(0, 3), TIME).status == 500
        for request in (growth(0, 3), growth(3, 3), growth(3, 8)):
            answer = witness.add_checkpoint(request, TIME)
            assert answer.status == 500
            assert "—".encode() not in answer.body
    with SeenCheckpoints(tmp_path / "seen") as seen:
        assert seen.last(ORIGIN) == (None if failing == 1 else checkpoint(3))


def test_racing_threads_get_one_root_a_size(tmp_path: Path) -> None:
    sides = (False, True) * 8
    ready = Barrier(len(sides))
    with SeenCheckpoints(tmp_path / "seen") as seen, ThreadPoolExecutor(len(sides)) as threads:
        witness = witness_in(seen)

        def ask(forked: bool) -> tuple[bool, int]:
            body = AddCheckpoint(0, (), signed(checkpoint(5, forked))).encode()
            ready.wait()
            return forked, witness.add_checkpoint(body, TIME).status

        answers = list(threads.map(ask, sides))
        ((side, _),) = [answer for answer in answers if answer[1] == 200]
        assert {status for _, status in answers} == {200, 409}
        assert seen.last(ORIGIN) == checkpoint(5, side)


def test_of_racing_growths_each_size_is_signed_once_and_in_order(tmp_path: Path) -> None:
    ready = Barrier(12)
    with SeenCheckpoints(tmp_path / "seen") as seen, ThreadPoolExecutor(12) as threads:
        witness = witness_in(seen)
        assert witness.add_checkpoint(growth(0, 4), TIME).status == 200

        def ask(side: int) -> tuple[int, int]:
            size = 5 + side
            ready.wait()
            return size, witness.add_checkpoint(growth(4, size), TIME).status

        signed_sizes = [size for size, status in threads.map(ask, range(12)) if status == 200]
        assert len(signed_sizes) == 1
        assert seen.last(ORIGIN) == checkpoint(signed_sizes[0])


def test_a_folder_has_one_witness(tmp_path: Path) -> None:
    with SeenCheckpoints(tmp_path / "seen"), pytest.raises(WitnessFault, match="another witness is at work"):
        SeenCheckpoints(tmp_path / "seen")
    SeenCheckpoints(tmp_path / "seen").close()


def test_compare_and_swap(tmp_path: Path) -> None:
    with SeenCheckpoints(tmp_path / "seen") as seen:
        seen.swap(ORIGIN, None, signed(checkpoint(3)))
        for expected in (None, checkpoint(2), checkpoint(3, forked=True)):
            with pytest.raises(WitnessFault, match="has changed"):
                seen.swap(ORIGIN, expected, signed(checkpoint(8)))
        seen.swap(ORIGIN, checkpoint(3), signed(checkpoint(8)))
        assert seen.last(ORIGIN) == checkpoint(8)


@pytest.mark.parametrize("damage", [b"", b"\0" * 50, signed(checkpoint(3))[:-3]])
def test_a_damaged_memory_is_not_begun_anew(tmp_path: Path, damage: bytes) -> None:
    with SeenCheckpoints(tmp_path / "seen") as seen:
        witness = witness_in(seen)
        assert witness.add_checkpoint(growth(0, 3), TIME).status == 200
        (path,) = (tmp_path / "seen").glob("*.checkpoint")
        path.write_bytes(damage)
        assert witness.add_checkpoint(growth(3, 8), TIME).status == 500
    with pytest.raises(WitnessFault, match="lost its memory"):
        SeenCheckpoints(tmp_path / "seen")


def test_a_memory_of_another_log_is_not_taken(tmp_path: Path) -> None:
    with SeenCheckpoints(tmp_path / "seen") as seen:
        seen.swap(ORIGIN, None, signed(checkpoint(3)))
        (path,) = (tmp_path / "seen").glob("*.checkpoint")
        path.write_bytes(signed(checkpoint(3, origin="other.example"), signer(9)))
        with pytest.raises(WitnessFault, match="another log"):
            seen.last(ORIGIN)


def test_only_so_many_forks_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_FORKS", 2)
    with SeenCheckpoints(tmp_path / "seen") as seen:
        kept = [seen.keep_fork(ORIGIN, signed(checkpoint(size, forked=True))) for size in (3, 4, 5)]
    assert [path is None for path in kept] == [False, False, True]


class TestKey:
    def test_it_is_drawn_once_and_keeps_its_name(self, tmp_path: Path) -> None:
        first = WitnessKey.open(tmp_path / "w", "witness.example/w1", SECRET)
        again = WitnessKey.open(tmp_path / "w", "another.example", SECRET)
        assert (again.vkey, again.name) == (first.vkey, "witness.example/w1")
        assert (tmp_path / "w" / "witness.vkey").read_text() == first.vkey + "\n"
        assert parse_vkey(first.vkey, NoteKind.COSIGNATURE).key.raw == first.signer.public

    def test_its_files_are_the_owners_alone_and_encrypted(self, tmp_path: Path) -> None:
        WitnessKey.open(tmp_path / "w", "w.example", {})
        for path in ((tmp_path / "w" / "keys").iterdir(), [tmp_path / "w", tmp_path / "w" / "keys"]):
            assert all(stat.S_IMODE(one.stat().st_mode) & 0o077 == 0 for one in path)
        assert b"ENCRYPTED" in (tmp_path / "w" / "keys" / "witness.pem").read_bytes()
        with pytest.raises(WrongPassphrase):
            WitnessKey.open(tmp_path / "w", "w.example", SECRET)
        (tmp_path / "w" / "keys" / "witness.pem").chmod(0o644)
        with pytest.raises(KeyRingError, match="open to other users"):
            WitnessKey.open(tmp_path / "w", "w.example", {})

    def test_a_crash_before_the_verifier_key_was_written_costs_nothing(self, tmp_path: Path) -> None:
        first = WitnessKey.open(tmp_path / "w", "w.example", SECRET)
        (tmp_path / "w" / "witness.vkey").unlink()
        assert WitnessKey.open(tmp_path / "w", "w.example", SECRET).vkey == first.vkey

    def test_without_its_memory_it_signs_no_more(self, tmp_path: Path) -> None:
        WitnessKey.open(tmp_path / "w", "w.example", SECRET)
        (tmp_path / "w" / "seen").rmdir()
        with pytest.raises(WitnessFault, match="lost its memory"):
            WitnessKey.open(tmp_path / "w", "w.example", SECRET)

    def test_a_verifier_key_of_another_witness_is_refused(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            WitnessKey.open(tmp_path / name, "w.example", SECRET)
        (tmp_path / "a" / "witness.vkey").replace(tmp_path / "b" / "witness.vkey")
        with pytest.raises(WitnessFault, match="is not of the key"):
            WitnessKey.open(tmp_path / "b", "w.example", SECRET)

    def test_a_name_that_cannot_name_a_key_makes_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(MalformedNoteKey):
            WitnessKey.open(tmp_path / "w", "two words", SECRET)
        assert not (tmp_path / "w").exists()
