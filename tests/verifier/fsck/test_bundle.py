"""The published bundle against the log: a sound one is clean, and each lie in it is found and called by its name."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import repeat

import pytest
from tuf.api.metadata import Metadata, Root

from keys import KeyUse, TrustError
from registry.bundle.roles import root_keys_folder
from registry.bundle.rotation import root_signers
from schemas.shard import Shard, encode_shard
from schemas.status_list import encode
from tests.registry.bundle.stores import MemoryStore
from tests.verifier.fsck.bundle_lies import LIES, SHARD, key_moved, lied, lost, root_changed, spoil
from tests.verifier.fsck.conftest import METADATA, Small, checked, codes
from tests.world import NOW
from verifier.bundle import RefusedUpdate
from verifier.fsck import check_public


def test_a_sound_bundle_is_clean_and_the_report_says_which_root_was_taken(small: Small) -> None:
    report = checked(small, small.store)
    assert report.faults == ()
    seen = report.bundle
    assert seen is not None
    assert (seen.size, seen.root, seen.signed_at) == (small.size, 2, NOW)
    assert seen.trusted_root is not None


def test_everything_published_is_read(small: Small) -> None:
    store = small.store.copy()
    checked(small, store)
    assert set(store.files) - set(store.fetched) == {"trust.json"}  # which the caller has read


@pytest.mark.parametrize(("lie", "due"), LIES)
def test_a_lie_is_found(lie: Callable[[Small], MemoryStore], due: set[str], small: Small) -> None:
    assert codes(checked(small, lie(small))) == due


def test_all_lies_are_told(small: Small) -> None:
    liar = lied(small)
    rows = list(Shard(liar.content(SHARD)))
    contents = {
        "status.bin": encode(bytes(small.size)),
        "trust.json": key_moved(small.trust).encode(),
        SHARD: encode_shard(0, 4096, small.size, rows[1:]),
        "notes.txt": b"hello",
    }
    store = liar.publish(contents, expires={"targets": NOW}).store
    del store.files["log/tile/0/000.p/" + str(small.size)]
    spoilt = root_changed(2, lambda root: spoil(root, 1))(small).files
    store.files[f"{METADATA}/2.root.json"] = spoilt[f"{METADATA}/2.root.json"]
    report = checked(small, store)
    assert codes(report) == {
        *("bundle-status", "bundle-trust", "bundle-label", "bundle-target", "bundle-expired", "bundle-root"),
        "tile-missing",
    }
    assert sum(fault.code == "bundle-status" for fault in report.faults) == 3


def test_entries_that_are_lost_are_not_told_again_as_faults_of_labels(small: Small) -> None:
    without = lost(lambda small: f"log/tile/entries/000.p/{small.size}")(small)
    assert codes(checked(small, without)) == {"entries-missing", "trust-differs"}


class TestPinnedRoot:
    def test_is_followed(self, small: Small) -> None:
        for version in (1, 2):
            report = checked(small, small.store, small.store.files[f"{METADATA}/{version}.root.json"])
            assert report.faults == ()
            assert report.bundle is not None
            assert report.bundle.trusted_root is None

    def test_of_another_registry_is_a_fault(self, small: Small) -> None:
        other = root_changed(2, lambda root: setattr(root.signed, "expires", NOW + timedelta(days=9)))(small)
        liar = lied(small)
        root: Metadata[Root] = Metadata.from_bytes(other.files[f"{METADATA}/2.root.json"])
        liar.signers[KeyUse.ROOT] = root_signers(root_keys_folder(small.registry))
        assert codes(checked(small, small.store, liar.sign(root))) == {"bundle-root"}

    def test_that_is_newer_than_what_is_published_is_a_fault(self, small: Small) -> None:
        older = lost(lambda _: f"{METADATA}/2.root.json")(small)
        assert codes(checked(small, older, small.store.files[f"{METADATA}/2.root.json"])) == {"bundle-root"}

    def test_is_followed_also_where_the_first_root_is_lost(self, small: Small) -> None:
        without = lost(lambda _: f"{METADATA}/1.root.json")(small)
        assert codes(checked(small, without, small.store.files[f"{METADATA}/2.root.json"])) == {"bundle-root"}

    def test_that_is_none_is_refused(self, small: Small) -> None:
        with pytest.raises(RefusedUpdate):
            checked(small, small.store, b"no root")


class TestNoBundle:
    def log_alone(self, small: Small) -> MemoryStore:
        return MemoryStore({path: data for path, data in small.store.files.items() if path.startswith("log/")})

    def test_is_no_fault_while_nothing_of_it_is_published(self, small: Small) -> None:
        report = checked(small, self.log_alone(small))
        assert (report.faults, report.bundle) == ((), None)

    def test_is_a_fault_for_whoever_has_a_root(self, small: Small) -> None:
        found = checked(small, self.log_alone(small), small.store.files[f"{METADATA}/1.root.json"])
        assert {"bundle-missing"} <= codes(found) <= {"bundle-missing", "bundle-root"}

    def test_leaves_nobody_to_trust(self, small: Small) -> None:
        assert check_public(small.store, None, NOW).faults == ()  # the bundle has a trust list
        with pytest.raises(TrustError, match=r"trust\.json"):
            check_public(self.log_alone(small), None, NOW)


class Endless(MemoryStore):
    """Answers one path with bytes without end."""

    def __init__(self, files: dict[str, bytes], path: str) -> None:
        super().__init__(files)
        self._path = path

    def chunks(self, path: str, start: int) -> Iterator[bytes]:
        return repeat(b"[" * 100_000) if path == self._path else super().chunks(path, start)


def test_the_check_ends_whatever_file_is_endless(small: Small) -> None:
    for path in small.store.files:
        if path.startswith("tuf/"):
            assert codes(checked(small, Endless(small.store.files, path))), path
