"""A registry, a mirror or a thief that lies: each lie gets its own error, and the bundle held stays as it was."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from schemas.tlog import Checkpoint
from tests.registry.bundle.publishing import publish_now
from tests.registry.bundle.stores import MemoryStore
from tests.verifier.bundle.conftest import World
from tests.verifier.bundle.liar import Liar
from tests.verifier.bundle.lies import LIES, Endless, endless_target, thief_of_the_targets_key
from tests.world import NOW, new_registry
from verifier import Verifier
from verifier.bundle import (
    BundleError,
    EndlessDataError,
    FetchError,
    ForkError,
    FreezeError,
    MalformedError,
    MixAndMatchError,
    RefusedUpdate,
    RootNeeded,
    ThresholdError,
    TruncatedDataError,
    WrongRootError,
    sync,
)

LATER = NOW + timedelta(minutes=10)


def state_of(folder: Path) -> dict[str, str]:
    """The hash of every file of the current generation, and what says which that is."""
    current = (folder / "current").read_text()
    files = [path for path in (folder / current.split()[0]).rglob("*") if path.is_file()]
    return {"current": current} | {str(path): sha256(path.read_bytes()).hexdigest() for path in files}


def assert_refused(world: World, bundle: Path, lies: MemoryStore, error: type[BundleError]) -> None:
    """The sync fails with just this error, which says what to do; the bundle is as it was and judges as before."""
    before = state_of(bundle)
    verifier = Verifier.open(bundle, now=lambda: LATER)
    verdicts = [verifier.verify(label) for label in (world.good, world.withdrawn_label)]
    with pytest.raises(error) as caught:
        sync(lies, bundle, now=LATER)
    assert type(caught.value) is error, caught.value
    assert ":" in str(caught.value)  # what is wrong: what to do
    assert state_of(bundle) == before
    again = Verifier.open(bundle, now=lambda: LATER)
    assert [again.verify(label) for label in (world.good, world.withdrawn_label)] == verdicts


class TestLies:
    @pytest.mark.parametrize(("lie", "error"), LIES, ids=lambda value: getattr(value, "__name__", None))
    def test_each_gets_its_own_error(
        self, world: World, tmp_path: Path, lie: Callable[[World], MemoryStore], error: type[BundleError]
    ) -> None:
        assert_refused(world, world.bundle(tmp_path / "bundle"), lie(world), error)

    @pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
    def test_expired_metadata_of_any_role_is_a_freeze(self, world: World, tmp_path: Path, role: str) -> None:
        lies = Liar(world.registry, world.second).publish(expires={role: NOW + timedelta(minutes=5)})
        assert_refused(world, world.bundle(tmp_path / "bundle"), lies.store, FreezeError)

    def test_a_mirror_that_always_answers_the_same_is_found_out(self, world: World, tmp_path: Path) -> None:
        bundle = world.bundle(tmp_path / "bundle")
        assert not sync(world.second, bundle, now=NOW + timedelta(days=1)).changed
        with pytest.raises(FreezeError, match=r"clock here .* is wrong"):
            sync(world.second, bundle, now=NOW + timedelta(days=2, minutes=1))

    def test_an_expired_root_is_a_freeze(self, world: World, tmp_path: Path) -> None:
        lies = Liar(world.registry, world.second).publish(now=NOW + timedelta(days=400))
        with pytest.raises(FreezeError, match="root"):
            sync(lies.store, world.bundle(tmp_path / "bundle"), now=NOW + timedelta(days=400))

    def test_a_thief_of_the_targets_key_alone_has_nothing(self, world: World, tmp_path: Path) -> None:
        bundle = world.bundle(tmp_path / "bundle", "first")
        with pytest.raises((MixAndMatchError, EndlessDataError, TruncatedDataError)):
            sync(thief_of_the_targets_key(world), bundle, now=LATER)

    def test_a_log_that_did_not_grow_from_the_one_held_is_a_fork(self, world: World, tmp_path: Path) -> None:
        def check(old: Checkpoint, new: Checkpoint) -> None:
            assert old.size < new.size
            raise ForkError("the new log does not begin with the old one: tell the alliance")

        bundle = world.bundle(tmp_path / "bundle", "first")
        before = state_of(bundle)
        with pytest.raises(ForkError):
            sync(world.second, bundle, now=LATER, consistency=check)
        assert state_of(bundle) == before

    def test_an_endless_file_is_cut_off_soon(self, world: World, tmp_path: Path) -> None:
        lies = endless_target(world)
        assert isinstance(lies, Endless)
        with pytest.raises(EndlessDataError):
            sync(lies, world.bundle(tmp_path / "bundle"), now=LATER)
        assert lies.sent <= 200_000

    def test_what_was_refused_does_not_stand_in_the_way_of_the_truth(self, world: World, tmp_path: Path) -> None:
        bundle = world.bundle(tmp_path / "bundle")
        for lie, _ in LIES:
            with pytest.raises(RefusedUpdate):
                sync(lie(world), bundle, now=LATER)
        assert sync(Liar(world.registry, world.second).publish().store, bundle, now=LATER).changed
        assert not (bundle / "incoming").exists()


class TestFirstSync:
    def test_needs_a_root(self, world: World, tmp_path: Path) -> None:
        with pytest.raises(RootNeeded, match="--trust-first-root"):
            sync(world.second, tmp_path / "bundle", now=NOW)

    def test_may_trust_the_first_root_and_then_says_which(self, world: World, tmp_path: Path) -> None:
        done = sync(world.second, tmp_path / "bundle", now=NOW, trust_first_root=True)
        assert done.trusted_root == sha256(world.root).hexdigest()
        assert sync(world.second, tmp_path / "bundle", now=NOW).trusted_root is None

    @pytest.mark.parametrize("held", [False, True])
    def test_refuses_the_root_of_another_registry(self, world: World, tmp_path: Path, held: bool) -> None:
        other = new_registry(tmp_path / "other")
        store = MemoryStore()
        publish_now(other, store)
        other.close()
        bundle = world.bundle(tmp_path / "bundle") if held else tmp_path / "bundle"
        with pytest.raises(WrongRootError, match="another registry"):
            sync(world.second, bundle, now=NOW, root=store.files["tuf/metadata/1.root.json"])

    def test_refuses_an_impostor_who_took_over_the_address(self, world: World, tmp_path: Path) -> None:
        other = new_registry(tmp_path / "other")
        store = MemoryStore()
        publish_now(other, store)
        other.close()
        store.files["tuf/metadata/1.root.json"] = world.root
        with pytest.raises(ThresholdError):
            sync(store, tmp_path / "bundle", now=NOW, root=world.root)
        assert_refused(world, world.bundle(tmp_path / "held"), store, ThresholdError)

    @pytest.mark.parametrize("root", [b"", b"{}", b"\xff", b"[1]"])
    def test_refuses_what_is_no_root(self, world: World, tmp_path: Path, root: bytes) -> None:
        with pytest.raises(MalformedError):
            sync(world.second, tmp_path / "bundle", now=NOW, root=root)

    def test_of_an_address_without_a_registry_says_so(self, tmp_path: Path, world: World) -> None:
        with pytest.raises(FetchError):
            sync(MemoryStore(), tmp_path / "bundle", now=NOW, root=world.root)
