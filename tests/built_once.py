"""Homes that take seconds to fill: filled by whichever process of this run needs one first, and copied."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import copy_home


def built_once(folders: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """A copy of the home that ``build`` makes at a path; of each name there is one in a run."""
    ours = folders.getbasetemp()
    of_all = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
    built, home = of_all / f"built-{name}", folders.mktemp(name) / "home"
    built.mkdir(exist_ok=True)
    with (built / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (built / "done").exists():
            build(built / "home")
            (built / "done").touch()
        copy_home(built / "home", home)
    return home
