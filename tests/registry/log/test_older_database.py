"""A database that is older than the public log takes no entry: its index is another entry's already."""

from pathlib import Path

import pytest

from registry.errors import DatabaseTooOld, LogOutOfReach
from registry.log.reader import CHECKPOINT
from registry.log.service import sequence
from registry.registry import Registry
from tests.databases import put_back, save
from tests.world import ENVIRON, a_declaration, log_of, new_registry, published

pytestmark = pytest.mark.each_database


def reopened(home: Path) -> Registry:
    return Registry.open(home, ENVIRON)


def restored_before(home: Path, backup: Path) -> None:
    """The home with the database that it had before its last record, which is in the public log."""
    with_one = new_registry(home)
    published(with_one, [a_declaration(1)])
    sequence(with_one)
    with_one.close()
    save(home, backup)
    with_two = reopened(home)
    published(with_two, [a_declaration(2)])
    sequence(with_two)
    with_two.close()
    save(home, backup.with_suffix(".newest"))
    put_back(home, backup)


def test_nothing_is_appended_until_a_newer_backup_is_there(tmp_path: Path) -> None:
    home, backup = tmp_path / "home", tmp_path / "backup"
    restored_before(home, backup)
    registry = reopened(home)
    before = log_of(registry)
    for _ in range(2):
        with pytest.raises(DatabaseTooOld, match="the public log has 9 entries, this database 8"):
            published(registry, [a_declaration(3)])
    assert log_of(registry) == before
    registry.close()
    put_back(home, backup.with_suffix(".newest"))
    registry = reopened(home)
    assert [record.record for record in published(registry, [a_declaration(3)])] == [9]
    registry.close()


def test_nothing_is_appended_while_the_public_log_cannot_be_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    registry = new_registry(home)
    published(registry, [a_declaration(1)])
    sequence(registry)
    registry.close()
    registry = reopened(home)
    registry.store().put(CHECKPOINT, b"not a checkpoint")
    with pytest.raises(LogOutOfReach, match="the published checkpoint cannot be read"):
        published(registry, [a_declaration(2)])
    registry.close()
