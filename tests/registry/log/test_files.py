"""A public store that was lost, or is an older copy, gets all that it lacks from the entries, and nothing else."""

import shutil
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from registry.log import files
from registry.log.sequencer import LogFault
from registry.registry import Registry
from tests.databases import execute
from tests.registry.log.test_sequencer import public, sequencer, sound
from tests.world import NOW, new_registry, published

OLDER, NEWER = 260, 540
"""Entries: more than a tile has, and more than two."""


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


@pytest.fixture(params=[256, 65_536])
def at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "AT_ONCE", request.param)


def grown(registry: Registry, folder: Path) -> None:
    """A log that was sequenced twice; ``folder`` is a copy of its files as they were the first time."""
    published(registry, OLDER)
    sequencer(registry).run_once(NOW)
    shutil.copytree(registry.home.public, folder)
    published(registry, NEWER - OLDER)
    sequencer(registry).run_once(NOW)


@pytest.mark.usefixtures("at_once")
def test_what_was_lost_is_written_again_byte_for_byte(registry: Registry, tmp_path: Path) -> None:
    grown(registry, tmp_path / "older")
    before = public(registry)
    shutil.rmtree(registry.home.public / "log")
    sequencer(registry).run_once(NOW)
    after = public(registry)
    assert after.items() <= before.items()
    assert {name for name in before if ".p/" not in name} <= after.keys()
    assert sound(registry)
    published(registry, 1)
    sequencer(registry).run_once(NOW)
    assert sound(registry)


def test_an_older_copy_gets_all_that_is_newer_before_the_checkpoint_says_so(registry: Registry, tmp_path: Path) -> None:
    grown(registry, tmp_path / "older")
    shutil.rmtree(registry.home.public)
    shutil.copytree(tmp_path / "older", registry.home.public)
    published(registry, 1)
    sequencer(registry).run_once(NOW)
    assert sound(registry)


@pytest.mark.sqlite_file("its log can be changed behind its back")
def test_entries_that_are_not_those_of_the_checkpoint_are_published_nowhere(registry: Registry, tmp_path: Path) -> None:
    grown(registry, tmp_path / "older")
    shutil.rmtree(registry.home.public / "log")
    execute(registry.home.path, 'update log_entry set leaf = zeroblob(32) where "index" = 7')
    with pytest.raises(LogFault, match="the entries do not have the root of the checkpoint"):
        sequencer(registry).run_once(NOW)
    assert public(registry) == {}
