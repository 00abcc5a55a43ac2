"""fsck of a home: a sound one is clean at every stage of its life, and any damage to a table or file is found."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from registry.fsck import check_home
from registry.log.append import log_size
from registry.log.service import sequence
from registry.members.members import join
from registry.records.rekey import end_key
from registry.registry import Registry
from registry.store import FolderStore
from schemas.entry import StatusEvent
from schemas.member import Member, MemberKind
from tests.world import NOW, a_declaration, a_place, change, label_key, new_registry, published, record_key
from verifier.fsck import Report


class GoesOn(FolderStore):
    """The store of a registry at work: ``then`` happens as soon as its files are listed."""

    def __init__(self, registry: Registry, then: Callable[[], object]) -> None:
        super().__init__(registry.home.public)
        self._then = then

    def below(self, folder: str) -> list[str]:
        found = super().below(folder)
        self._then()
        return found


def grow_to(registry: Registry, size: int) -> None:
    """Lets members join until the log has so many entries, and publishes them."""
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        for number in range(log_size(session), size):
            name = {"en": f"Member {number}"}
            join(session, writer, Member(id=f"member-{number}", name=name, kind=MemberKind.MANUFACTURER), NOW)
        writer.flush()
    sequence(registry)


def checked(registry: Registry) -> Report:
    return check_home(registry.config, registry.database, registry.store(), lambda _done, _total: None)


def test_a_home_is_clean_at_every_stage_of_its_life(tmp_path: Path) -> None:
    registry = new_registry(tmp_path / "home")
    assert checked(registry).faults == ()

    records = [one.record for one in published(registry, 260)]
    assert checked(registry).faults == ()
    sequence(registry)
    assert checked(registry).faults == ()

    change(registry, records[0], StatusEvent.SUSPENDED)
    change(registry, records[1], StatusEvent.SUSPENDED)
    change(registry, records[1], StatusEvent.REINSTATED)
    change(registry, records[2], StatusEvent.WITHDRAWN)
    published(registry, [a_declaration(0), a_place(1)])
    end_key(registry, record_key(registry).kid, None)
    end_key(registry, label_key(registry).kid, records[9])
    sequence(registry)
    published(registry, [a_declaration(0)])
    report = checked(registry)
    registry.close()

    assert report.faults == ()
    assert (report.records, report.disowned) == (263, 0)


@pytest.mark.each_database
def test_a_log_that_grows_while_it_is_checked_is_clean(tmp_path: Path) -> None:
    with closing(new_registry(tmp_path / "home")) as registry:
        grow_to(registry, 255)
        store = GoesOn(registry, lambda: grow_to(registry, 258))  # the first tile is full then, and its part removed
        report = check_home(registry.config, registry.database, store, lambda *_: None)
    assert (report.faults, report.entries) == ((), 258)


def test_a_checkpoint_that_is_published_in_a_moment_is_not_behind(tmp_path: Path) -> None:
    """A sequencer commits it to the database first."""
    with closing(new_registry(tmp_path / "home")) as registry:
        published(registry, 1)
        sequence(registry)
        store = FolderStore(registry.home.public)
        before = store.get("log/checkpoint")
        published(registry, 1)
        sequence(registry)
        newest = store.get("log/checkpoint")
        assert before is not None
        assert newest is not None
        store.put("log/checkpoint", before)
        publishing = Timer(0.3, store.put, ("log/checkpoint", newest))
        publishing.start()
        assert checked(registry).faults == ()
        publishing.join()
