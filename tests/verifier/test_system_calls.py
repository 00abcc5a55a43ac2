"""Each system call by which a retailer's sync or a witness writes, refused once: a bundle stays whole, and a witness
never forgets what it signed. A sample in `make test`, every call in `make soak`."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import closing, nullcontext, suppress
from pathlib import Path

import httpx
import pytest

from keys import note_vkey
from registry.log.service import publish, sequence
from registry.registry import Registry, utc_now
from tests.end_to_end.commands import Ended, carbonlabel_here, done_here, free_port
from tests.system_calls import (
    ERRORS,
    Call,
    calls_below,
    child_of,
    failing_in,
    injected,
    run_failing,
    start,
    start_traced,
    why_not,
    write_calls,
)
from tests.verifier.witness.logs import LOG_SIGNER, ORIGIN, checkpoint, growth, signed
from tests.world import a_declaration, new_registry, published
from verifier import Verifier
from verifier.witness import AddCheckpoint

pytestmark = pytest.mark.skipif(why_not() is not None, reason=f"system calls cannot be made to fail: {why_not()}")


class Syncing:
    """A registry's public folder, and a shop's bundle: of that registry when it was smaller, or none yet."""

    def __init__(self, folder: Path, begun: bool) -> None:
        self.bundle, self._before, self._trace = folder / "bundle", folder / "before", folder / "trace"
        with closing(new_registry(folder / "home", {})) as registry:
            (self._first,) = published(registry, 1)
            self._publish(registry)
            public, root = registry.home.public, registry.home.path / "root" / "1.root.json"
            self.words = ("sync", public, "--bundle", self.bundle, "--root", root)
            if begun:
                done_here(*self.words)
                self.bundle.rename(self._before)
            (self._second,) = published(registry, [a_declaration(5)])
            self._publish(registry)

    def _publish(self, registry: Registry) -> None:
        committed = sequence(registry).committed
        assert committed is not None
        publish(registry, committed)

    def calls(self) -> list[Call]:
        self._put_back()
        return write_calls(self.words, self.bundle, self._trace)

    def survives(self, call: Call, error: str) -> None:
        self._put_back()
        ended = run_failing(self.words, call, error, self.bundle, self._trace)
        clean(ended)
        if ended.code == 0:
            assert self._verdicts() == ["valid", "valid"]
        elif self._before.exists():
            assert self._verdicts() in (["valid", "unlogged"], ["valid", "valid"])
        again = carbonlabel_here(*self.words)
        assert again.code == 0, again
        assert self._verdicts() == ["valid", "valid"]

    def _verdicts(self) -> list[str]:
        """On the label of each record; what a bundle has not heard of is not in its log."""
        verifier = Verifier.open(self.bundle, now=utc_now)
        return [str(verifier.verify(one.label).verdict) for one in (self._first, self._second)]

    def _put_back(self) -> None:
        shutil.rmtree(self.bundle, ignore_errors=True)
        if self._before.exists():
            shutil.copytree(self._before, self.bundle)


class Witnessing:
    """A witness that is started, sees a log grow, and is stopped."""

    def __init__(self, folder: Path) -> None:
        self._above, self._trace, self._port = folder / "above", folder / "trace", free_port()
        vkey, seen = note_vkey(ORIGIN, LOG_SIGNER.public), self._above / "witness"
        self._words = ("witness", "--folder", seen, "--log", vkey, "--name", "w.example", "--port", self._port)

    def calls(self) -> list[tuple[bool, Call]]:
        """Its write-path calls, until it listens (True), and for its first answer (False)."""
        self._put_back()
        ended, _ = self._watch([], None)
        starting = calls_below(self._above, self._trace)
        assert ended.code == 0, ended
        ended, answer = self._watch(None, growth(0, 3), [])
        assert (ended.code, answer) == (0, 200), ended
        return [
            *((True, call) for call in starting),
            *((False, call) for call in calls_below(self._above, self._trace)),
        ]

    def survives(self, call: tuple[bool, Call], error: str) -> None:
        self._put_back()
        starting, refused = call[0], call[1].refused(error)
        ended, answer = self._watch(refused, growth(0, 3)) if starting else self._watch(None, growth(0, 3), refused)
        found = injected(self._trace)
        assert found, "the call did not come"
        assert all(str(self._above) in one.shown for one in found), found
        clean(ended)
        assert answer in (None, 200, 500), ended
        if answer == 200:  # remembered for good
            fork = AddCheckpoint(0, (), signed(checkpoint(3, forked=True))).encode()
            assert self._watch(None, fork)[1] == 409
        else:
            assert self._watch(None, growth(0, 3))[1] in (200, 409)
        assert self._watch(None, growth(3, 8))[1] == 200

    def _put_back(self) -> None:
        shutil.rmtree(self._above, ignore_errors=True)
        self._above.mkdir()

    def _watch(
        self, starting: Sequence[str] | None, request: bytes | None, answering: Sequence[str] | None = None
    ) -> tuple[Ended, int | None]:
        """A run of the witness, traced with options from its start or while it answers: how it ended, its answer."""
        process = start(self._words) if starting is None else start_traced(self._words, starting, self._trace)
        assert process.stdout is not None
        while (line := process.stdout.readline()) and "listening" not in line:
            pass
        answer: httpx.Response | None = None
        if line:
            with nullcontext() if answering is None else failing_in(process.pid, answering, self._trace):
                if request is not None:
                    answer = httpx.post(f"http://127.0.0.1:{self._port}/add-checkpoint", content=request)
            stop(process, process.pid if starting is None else child_of(process.pid))
        out, err = process.communicate(timeout=30)
        return Ended(process.returncode, out, err), None if answer is None else answer.status_code


def stop(process: subprocess.Popen[str], witness: int) -> None:
    """Ends it with SIGTERM. While strace lets go of the main thread the signal goes to another one, which waits."""
    for _ in range(30):
        os.kill(witness, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
            return


def clean(ended: Ended) -> None:
    """Done, or a sentence on standard error that says what is wrong, and exit code 2."""
    assert ended.code in (0, 2), ended
    assert "Traceback" not in ended.err, ended
    if ended.code == 2:
        assert ended.err.strip(), ended


@pytest.fixture
def first_sync(tmp_path: Path) -> Syncing:
    return Syncing(tmp_path, begun=False)


@pytest.fixture
def next_sync(tmp_path: Path) -> Syncing:
    return Syncing(tmp_path, begun=True)


@pytest.fixture
def witness(tmp_path: Path) -> Witnessing:
    return Witnessing(tmp_path)


def test_a_sync_survives_a_refused_write(next_sync: Syncing) -> None:
    calls = next_sync.calls()
    for number, kind in enumerate(("fsync", "rename")):
        some = [call for call in calls if call.kind == kind]
        next_sync.survives(some[-1], ERRORS[number % 2])


@pytest.mark.soak
def test_a_witness_survives_a_refused_write(witness: Witnessing) -> None:
    *_, last = [call for call in witness.calls() if call[1].kind == "rename"]
    witness.survives(last, "ENOSPC")


@pytest.mark.soak
@pytest.mark.parametrize("name", ["first_sync", "next_sync", "witness"])
def test_each_write_refused_once_is_survived(name: str, request: pytest.FixtureRequest) -> None:
    case = request.getfixturevalue(name)
    calls = case.calls()
    wrong = []
    for call in calls:
        for error in ERRORS:
            try:
                case.survives(call, error)
            except (AssertionError, OSError) as problem:
                wrong.append(f"{error} of {call}: {problem}")
    print(f"{name}: {len(calls)} calls, each refused with {' and '.join(ERRORS)}: {len(wrong)} failures")
    assert wrong == []
