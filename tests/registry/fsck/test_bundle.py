"""The bundle of a home: clean at every stage of its life, its own roots pinned, and what was lost or changed found."""

import shutil
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from registry.bundle import ensure_roles
from registry.fsck import check_home
from registry.log.service import publish, sequence
from registry.records.rekey import end_key
from registry.registry import Registry, utc_now
from schemas.entry import EntryType, MemberEntry, MemberEvent, StatusEvent
from schemas.shard import SHARD_WIDTH
from tests.databases import execute
from tests.world import MAKER, NOW, a_declaration, change, label_key, new_registry, published, record_key
from verifier.bundle import FolderFetcher
from verifier.fsck import Report, check_public


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def bring_up_to_date(registry: Registry) -> None:
    committed = sequence(registry).committed
    assert committed is not None
    publish(registry, committed)


def of_home(registry: Registry) -> Report:
    database, store = registry.database, registry.store()
    return check_home(registry.config, database, store, lambda *_: None, roots=registry.home.path / "root")


def of_public(registry: Registry) -> Report:
    return check_public(FolderFetcher(registry.home.public), registry.trust(), utc_now())


def assert_clean(registry: Registry, records: int) -> None:
    """Both checks find nothing, and have looked at all that there is."""
    for report in (of_home(registry), of_public(registry)):
        assert (report.faults, report.records) == ((), records)


def codes(registry: Registry) -> set[str]:
    return {fault.code.value for fault in of_home(registry).faults}


def test_a_bundle_is_clean_at_every_stage_also_while_the_log_is_ahead_of_it(registry: Registry) -> None:
    assert of_home(registry).bundle is None
    first, second, third = (one.record for one in published(registry, 3))
    sequence(registry)
    assert_clean(registry, 3)  # nothing of a bundle is published yet
    bring_up_to_date(registry)
    assert_clean(registry, 3)

    for event in (StatusEvent.SUSPENDED, StatusEvent.REINSTATED, StatusEvent.WITHDRAWN):
        change(registry, first, event)
        sequence(registry)
        assert_clean(registry, 3)
    published(registry, [a_declaration(1)])
    end_key(registry, record_key(registry).kid, None)
    end_key(registry, label_key(registry).kid, third)
    sequence(registry)
    assert_clean(registry, 4)
    bring_up_to_date(registry)
    assert_clean(registry, 4)
    end_key(registry, label_key(registry).kid, None)
    change(registry, second, StatusEvent.WITHDRAWN)
    bring_up_to_date(registry)
    assert_clean(registry, 4)


def test_a_full_shard_keeps_labels_that_were_minted_anew_since(registry: Registry) -> None:
    first = published(registry, 2)[0].record
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        entry = msgspec.json.encode(MemberEntry(MAKER, MemberEvent.CHANGED, NOW))
        for _ in range(SHARD_WIDTH):
            writer.append(EntryType.MEMBER, entry)
        writer.flush()
    bring_up_to_date(registry)
    end_key(registry, label_key(registry).kid, first)
    sequence(registry)
    assert of_public(registry).faults == ()
    bring_up_to_date(registry)
    assert_clean(registry, 2)


class TestDamage:
    @pytest.fixture
    def damaged(self, registry: Registry) -> Registry:
        published(registry, 2)
        bring_up_to_date(registry)
        return registry

    def test_a_bundle_that_is_lost_is_found(self, damaged: Registry) -> None:
        (damaged.home.public / "tuf/metadata/timestamp.json").unlink()
        assert codes(damaged) == {"bundle-missing"}
        shutil.rmtree(damaged.home.public / "tuf")
        assert codes(damaged) == {"bundle-missing"}

    def test_each_file_that_is_lost_is_found(self, damaged: Registry) -> None:
        for file in sorted((damaged.home.public / "tuf").rglob("*.*")):
            data = file.read_bytes()
            file.unlink()
            assert codes(damaged), file
            file.write_bytes(data)
        assert codes(damaged) == set()

    def test_a_trust_list_that_says_something_else_is_found(self, damaged: Registry) -> None:
        file = damaged.home.public / "trust.json"
        sound = damaged.trust().encode()
        for said in (sound.replace(b'"from": 0', b'"from": 3', 1), b"[" * 5000):
            file.write_bytes(said)
            assert codes(damaged) == {"trust-differs"}
        file.write_bytes(sound)
        assert codes(damaged) == set()

    def test_the_bundle_of_another_home_is_found(self, damaged: Registry, tmp_path: Path) -> None:
        with closing(new_registry(tmp_path / "other")) as other:
            published(other, 2)
            bring_up_to_date(other)
            shutil.rmtree(damaged.home.public / "tuf")
            shutil.copytree(other.home.public / "tuf", damaged.home.public / "tuf")
        assert {"bundle-root", "bundle-checkpoint", "bundle-trust", "bundle-label"} <= codes(damaged)

    def test_a_home_whose_own_roots_are_lost_is_found(self, damaged: Registry) -> None:
        root = damaged.home.path / "root" / "1.root.json"
        root.write_bytes(b"{}")
        assert codes(damaged) == {"file-unreadable"}
        root.unlink()
        assert codes(damaged) == {"bundle-root"}

    def test_a_table_that_went_back_behind_the_bundle_is_found(self, damaged: Registry) -> None:
        change(damaged, 7, StatusEvent.WITHDRAWN)
        bring_up_to_date(damaged)
        execute(damaged.home.path, "delete from log_entry where typ like '%status%'")
        assert {"bundle-checkpoint", "checkpoint-ahead"} <= codes(damaged)


def test_roots_of_a_first_publication_that_was_cut_off_are_no_fault(registry: Registry) -> None:
    published(registry, 1)
    sequence(registry)
    ensure_roles(registry, NOW)
    root = registry.home.path / "root" / "1.root.json"
    registry.store().put("tuf/metadata/1.root.json", root.read_bytes())
    assert codes(registry) == set()
