"""fsck of a home: a sound one is clean at every stage of its life, and any damage to a table or file is found."""

from pathlib import Path

from registry.fsck import check_home
from registry.log.service import sequence
from registry.records.rekey import end_key
from registry.registry import Registry
from schemas.entry import StatusEvent
from tests.world import a_declaration, a_place, change, label_key, new_registry, published, record_key
from verifier.fsck import Report


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
