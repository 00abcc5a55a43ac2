"""A durable write gives the old bytes or the new ones, whichever of its steps fails, and in whatever way."""

import errno
import os
import resource
import stat
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from keys.durable import flush_to_disk, make_folders, write_durable

OLD, NEW = b"old", b"new" * 10_000
STEPS = ("open", "fchmod", "fsync", "replace", "link", "unlink", "mkdir")


class Disk:
    """The system calls of a write, noted; the ``fails_at``-th fails, before or after it took effect."""

    def __init__(self, patch: pytest.MonkeyPatch, fails_at: int = 0, persists: bool = False) -> None:
        self.steps: list[str] = []
        self._fails_at = fails_at
        self._persists = persists
        for name in STEPS:
            patch.setattr(os, name, self._call(name, getattr(os, name)))

    def _call(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*values: Any, **named: Any) -> Any:
            is_folder = name == "fsync" and stat.S_ISDIR(os.fstat(values[0]).st_mode)
            self.steps.append("fsync of folder" if is_folder else name)
            if len(self.steps) != self._fails_at:
                return real(*values, **named)
            if self._persists:
                done = real(*values, **named)
                if name == "open":
                    os.close(done)
            raise OSError(errno.EIO, "Input/output error")

        return call


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "file"


def steps_of(path: Path, replace: bool, mode: int | None) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(patch)
        write_durable(path, NEW, replace=replace, mode=mode)
    return disk.steps


@pytest.mark.parametrize(
    ("replace", "steps"),
    [
        (True, ["open", "fsync", "replace", "open", "fsync of folder"]),
        (False, ["open", "fsync", "link", "unlink", "open", "fsync of folder"]),
    ],
)
def test_the_bytes_are_on_disk_before_the_name_and_the_name_before_it_returns(
    path: Path, replace: bool, steps: list[str]
) -> None:
    make_folders(path.parent)
    assert steps_of(path, replace, None) == steps
    assert path.read_bytes() == NEW
    path.unlink()
    assert steps_of(path, replace, 0o600) == [steps[0], "fchmod", *steps[1:]]
    assert [one.name for one in path.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("persists", [False, True], ids=["not persisted", "persisted"])
@pytest.mark.parametrize("mode", [None, 0o600])
@pytest.mark.parametrize("replace", [True, False])
def test_a_failure_at_any_step_leaves_the_old_bytes_or_the_new(
    path: Path, replace: bool, mode: int | None, persists: bool
) -> None:
    make_folders(path.parent)
    steps = steps_of(path, replace, mode)
    for number, step in enumerate(steps, 1):
        path.unlink(missing_ok=True)
        before = OLD if replace else None
        if before:
            path.write_bytes(before)
        with pytest.MonkeyPatch.context() as patch:
            Disk(patch, number, persists)
            with pytest.raises(OSError, match="Input/output error"):
                write_durable(path, NEW, replace=replace, mode=mode)
        named = number > steps.index("replace" if replace else "link") + (0 if persists else 1)
        assert (path.read_bytes() if path.exists() else None) == (NEW if named else before), step
        assert [one for one in path.parent.iterdir() if one != path] == [], step
        write_durable(path, NEW, replace=replace or named, mode=mode)
        assert path.read_bytes() == NEW


@contextmanager
def files_of_at_most(size: int) -> Generator[None]:
    """Writing more bytes than this to a file fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("replace", [True, False])
def test_a_file_that_does_not_fit_leaves_nothing(path: Path, replace: bool) -> None:
    make_folders(path.parent)
    with files_of_at_most(len(NEW) - 1), pytest.raises(OSError, match="File too large"):
        write_durable(path, NEW, replace=replace)
    assert list(path.parent.iterdir()) == []


def test_a_cleaning_up_that_fails_too_does_not_hide_the_first_error(path: Path) -> None:
    make_folders(path.parent)
    with pytest.MonkeyPatch.context() as patch:
        Disk(patch, 2)
        patch.setattr(os, "unlink", _refused)
        with pytest.raises(OSError, match="Input/output error"):
            write_durable(path, NEW, replace=True)
    (left,) = path.parent.iterdir()
    assert left.name.startswith(".")
    assert left.name.endswith(".partial")


def _refused(*_: object) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_a_mode_is_given_whatever_the_umask(path: Path, umask: int) -> None:
    make_folders(path.parent)
    before = os.umask(umask)
    try:
        write_durable(path, NEW, replace=True, mode=0o640)
        write_durable(path.with_name("other"), NEW, replace=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE(path.with_name("other").stat().st_mode) == 0o666 & ~umask


def test_what_is_there_never_gives_way_unless_asked(path: Path) -> None:
    make_folders(path.parent)
    path.symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        write_durable(path, NEW, replace=False)
    write_durable(path, OLD, replace=True)  # the link itself gives way, not what it leads to
    assert not path.is_symlink()
    with pytest.raises(FileExistsError):
        write_durable(path, NEW, replace=False)
    assert path.read_bytes() == OLD


def test_of_many_that_make_one_file_exactly_one_succeeds(path: Path) -> None:
    make_folders(path.parent)
    ready = Barrier(16)

    def make(number: int) -> int | None:
        ready.wait()
        try:
            write_durable(path, str(number).encode(), replace=False)
        except FileExistsError:
            return None
        return number

    with ThreadPoolExecutor(16) as threads:
        (made,) = [number for number in threads.map(make, range(16)) if number is not None]
    assert path.read_bytes() == str(made).encode()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(("persists", "steps"), [(False, (1, 2, 3, 4, 5, 6)), (True, (2, 3, 5, 6))])
def test_a_folder_whose_name_was_not_flushed_is_not_built_upon(
    tmp_path: Path, persists: bool, steps: tuple[int, ...]
) -> None:
    deep = tmp_path / "a" / "b"
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(patch)
        make_folders(deep)
    assert disk.steps == ["mkdir", "open", "fsync of folder"] * 2
    for number in steps:
        (tmp_path / "a" / "b").rmdir()
        (tmp_path / "a").rmdir()
        with pytest.MonkeyPatch.context() as patch:
            Disk(patch, number, persists)
            with pytest.raises(OSError, match="Input/output error"):
                make_folders(deep)
        assert (tmp_path / "a").exists() == (number > 3)
        assert not deep.exists()
        make_folders(deep)


def test_a_missing_file_cannot_be_flushed(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        flush_to_disk(path)
