"""Each system call by which a command writes into a home, refused once: a sentence, nothing lost, and the next process
finishes. A sample in `make test`, every call in `make soak`."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from registry.fsck import check_home
from registry.log.service import publish, sequence
from registry.registry import Registry, utc_now
from tests.end_to_end.commands import Ended, done_here
from tests.registry.imports.tables import VERIFIED, good, write_csv
from tests.system_calls import ERRORS, Call, run_failing, why_not, write_calls
from tests.world import a_declaration, assert_sound, log_of, new_registry, published
from verifier.fsck import Fault

pytestmark = [
    pytest.mark.skipif(why_not() is not None, reason=f"system calls cannot be made to fail: {why_not()}"),
    pytest.mark.sqlite_file("writes of it are refused"),
]

ROWS = 2


class Case:
    """A command on a home that is put back before each run."""

    def __init__(self, folder: Path, words: Sequence[object]) -> None:
        self.home = folder / "home"
        self.before = folder / "before"
        self._trace = folder / "trace"
        self.words = (*words, "--home", self.home)
        self.home.rename(self.before)

    def calls(self) -> list[Call]:
        self._put_back()
        return write_calls(self.words, self.home, self._trace)

    def fail(self, call: Call, error: str) -> Ended:
        self._put_back()
        return run_failing(self.words, call, error, self.home, self._trace)

    def _put_back(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.before, self.home)


def a_home(path: Path) -> Registry:
    """A home whose bundle is published, with two records that are not in it yet."""
    registry = new_registry(path, {})
    published(registry, 3)
    _finish(registry)
    published(registry, [a_declaration(number) for number in (10, 11)])
    return registry


def _finish(registry: Registry) -> None:
    committed = sequence(registry).committed
    assert committed is not None
    publish(registry, committed)


@pytest.fixture
def sequencing(tmp_path: Path) -> Case:
    a_home(tmp_path / "home").close()
    return Case(tmp_path, ["sequence", "--once"])


@pytest.fixture
def first_sequencing(tmp_path: Path) -> Case:
    registry = new_registry(tmp_path / "home", {})
    published(registry, 1)
    registry.close()
    return Case(tmp_path, ["sequence", "--once"])


@pytest.fixture
def importing(tmp_path: Path) -> Case:
    a_home(tmp_path / "home").close()
    today = utc_now().date()
    holds = {"valid_from": today.isoformat(), "valid_until": (today + timedelta(days=365)).isoformat()}
    rows = [good(number, **VERIFIED, **holds) for number in range(100, 100 + ROWS)]
    file = write_csv(tmp_path / "rows.csv", rows)
    return Case(tmp_path, ["import", file, "--member", "maker", "--publish"])


@pytest.fixture
def rotating(tmp_path: Path) -> Case:
    registry = a_home(tmp_path / "home")
    kid = registry.trust().label_keys().popitem()[0]
    registry.close()
    return Case(tmp_path, ["keys", "compromise", kid, "--from", "8"])


def clean(ended: Ended) -> None:
    """Done, or a sentence on standard error that says what is wrong, and exit code 2."""
    assert ended.code in (0, 2), ended
    if ended.code == 2:
        assert ended.err.strip(), ended
        assert "Traceback" not in ended.err, ended
        assert len(ended.err.strip().splitlines()) <= 2, ended
        assert "(sqlite3." not in ended.err, ended
        assert "[SQL" not in ended.err, ended


def finishes(home: Path) -> None:
    """A new process finishes what was begun: all is whole."""
    with closing(Registry.open(home, {})) as registry:
        assert_sound(registry)
        _finish(registry)
        assert faults(registry) == ()


def faults(registry: Registry) -> tuple[Fault, ...]:
    return check_home(registry.config, registry.database, registry.store(), lambda *_: None).faults


def after_sequencing(case: Case, ended: Ended) -> None:
    if ended.code == 0:
        assert "checkpoint and bundle are published" in ended.out
        with closing(Registry.open(case.home, {})) as registry:
            assert faults(registry) == ()
    finishes(case.home)
    assert log_in(case.home) == log_in(case.before)


def after_importing(case: Case, ended: Ended) -> None:
    before, entries = len(log_in(case.before)), len(log_in(case.home))
    assert entries in (before, before + ROWS)
    if ended.code == 0:
        assert f"{ROWS} published" in ended.out
        assert entries == before + ROWS
    again = done_here(*case.words)
    assert f"{before + ROWS - entries} published" in again
    assert len(log_in(case.home)) == before + ROWS
    finishes(case.home)


def after_rotating(case: Case, ended: Ended) -> None:
    before, entries = len(log_in(case.before)), len(log_in(case.home))
    assert entries - before in (0, 2)  # the one key's end, and the other's beginning
    if ended.code == 0:
        assert "is in force" in ended.out
        assert entries > before
    if entries == before:
        done_here(*case.words)
    finishes(case.home)


def log_in(home: Path) -> list[bytes]:
    with closing(Registry.open(home, {})) as registry:
        return [entry.jws for entry in log_of(registry)]


CHECKS: dict[str, Callable[[Case, Ended], None]] = {
    "sequencing": after_sequencing,
    "first_sequencing": after_sequencing,
    "importing": after_importing,
    "rotating": after_rotating,
}


def survives(case: Case, check: Callable[[Case, Ended], None], call: Call, error: str) -> None:
    ended = None
    try:
        ended = case.fail(call, error)
        clean(ended)
        check(case, ended)
    except Exception as problem:
        raise AssertionError(f"{error} of {call}: {ended}\n{problem}") from problem


def sample(calls: list[Call], shown: str, kinds: Sequence[str]) -> list[Call]:
    """The middle one of each of these kinds of calls, of those that show ``shown``."""
    picked = [[call for call in calls if call.kind == kind and shown in call.shown] for kind in kinds]
    return [some[len(some) // 2] for some in picked]


@pytest.mark.soak
def test_publishing_survives_a_refused_write(importing: Case) -> None:
    calls = importing.calls()
    for number, call in enumerate(sample(calls, "registry.sqlite", ("pwrite64", "ftruncate"))):
        survives(importing, after_importing, call, ERRORS[number % 2])


@pytest.mark.soak
def test_sequencing_survives_a_refused_write(sequencing: Case) -> None:
    calls = sequencing.calls()
    for number, call in enumerate(sample(calls, "public", ("fsync", "rename"))):
        survives(sequencing, after_sequencing, call, ERRORS[number % 2])


@pytest.mark.soak
@pytest.mark.parametrize("name", CHECKS)
def test_each_write_refused_once_is_survived(name: str, request: pytest.FixtureRequest) -> None:
    case: Case = request.getfixturevalue(name)
    calls = case.calls()
    wrong = []
    for call in calls:
        for error in ERRORS:
            try:
                survives(case, CHECKS[name], call, error)
            except AssertionError as problem:
                wrong.append(str(problem))
    print(f"{name}: {len(calls)} calls, each refused with {' and '.join(ERRORS)}: {len(wrong)} failures")
    assert wrong == []
