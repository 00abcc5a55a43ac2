"""Root rotation as a verifier sees it: only a threshold of distinct keys of the old root and the new one counts."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from securesystemslib.signer import SSlibKey
from tuf.api.metadata import Metadata, Root

from keys import Ed25519Signer, KeyUse, Signer
from registry.bundle.roles import root_keys_folder
from registry.bundle.roots import next_root, sign_root
from registry.bundle.rotation import root_signers
from registry.bundle.tuf_keys import RoleSigner, tuf_key
from tests.registry.bundle.stores import MemoryStore
from tests.verifier.bundle.conftest import World
from tests.verifier.bundle.liar import Liar
from tests.world import NOW
from verifier import Verifier
from verifier.bundle import (
    BundleError,
    EndlessDataError,
    MalformedError,
    MixAndMatchError,
    RollbackError,
    ThresholdError,
    WrongRootError,
    sync,
)

NEW = [Ed25519Signer.from_seed(bytes([number]) * 32) for number in range(1, 4)]
THIEF = Ed25519Signer.from_seed(bytes([9]) * 32)
STOLEN_TIMESTAMP = Ed25519Signer.from_seed(bytes([10]) * 32)


@pytest.fixture
def holders(world: World) -> list[Signer]:
    return root_signers(root_keys_folder(world.registry))


def with_root(world: World, draft: bytes, signers: Sequence[Signer]) -> MemoryStore:
    """The registry with ``draft``, signed by ``signers``, as its second root."""
    for signer in signers:
        draft = sign_root(draft, signer)
    store = world.second.copy()
    store.files["tuf/metadata/2.root.json"] = draft
    return store


def new_keys(world: World) -> bytes:
    return next_root(world.root, NOW, root_keys=[signer.public for signer in NEW])


class TestRotation:
    def test_two_of_the_old_keys_and_two_of_the_new_are_enough(
        self, world: World, tmp_path: Path, holders: list[Signer]
    ) -> None:
        store = with_root(world, new_keys(world), [*holders[:2], *NEW[1:]])
        bundle = world.bundle(tmp_path / "bundle")
        assert sync(store, bundle, now=NOW).changed
        assert Verifier.open(bundle, now=lambda: NOW).verify(world.good).verdict == "valid"
        assert not sync(store, bundle, now=NOW, root=world.root).changed  # it goes back to the root pinned first
        assert sync(store, tmp_path / "from-the-second", now=NOW, root=store.files["tuf/metadata/2.root.json"]).changed

    def test_fewer_are_not(self, world: World, tmp_path: Path, holders: list[Signer]) -> None:
        bundle = world.bundle(tmp_path / "bundle")
        for signers in (
            [],
            holders[:1],
            [*holders[:1], *NEW],
            [*holders, NEW[0]],
            [*holders],
            [*NEW],
            [THIEF, *NEW],
            [holders[0], holders[0], *NEW],
        ):
            with pytest.raises(ThresholdError):
                sync(with_root(world, new_keys(world), signers), bundle, now=NOW)

    def test_one_key_under_two_names_counts_once(self, world: World, tmp_path: Path, holders: list[Signer]) -> None:
        """A root that names one public key twice, under two key ids, has not two keys."""
        root: Metadata[Root] = Metadata.from_bytes(next_root(world.root, NOW))
        public = THIEF.public.hex()
        for keyid, value in (("first", public), ("second", public.upper())):
            root.signed.keys[keyid] = SSlibKey(keyid, "ed25519", "ed25519", {"public": value})
        root.signed.roles["root"].keyids = ["first", "second"]
        for signer in holders:
            root.sign(RoleSigner(signer), append=True)
        signature = RoleSigner(THIEF).sign(root.signed_bytes)
        for keyid in ("first", "second"):
            copy = type(signature)(keyid, signature.signature)
            root.signatures[keyid] = copy
        store = world.second.copy()
        store.files["tuf/metadata/2.root.json"] = root.to_bytes()
        with pytest.raises(ThresholdError, match="by 1 of the keys"):
            sync(store, world.bundle(tmp_path / "bundle"), now=NOW)

    def test_a_root_cannot_be_skipped_repeated_or_taken_back(
        self, world: World, tmp_path: Path, holders: list[Signer]
    ) -> None:
        bundle = world.bundle(tmp_path / "bundle")
        store = with_root(world, new_keys(world), [*holders, *NEW])
        third = next_root(store.files["tuf/metadata/2.root.json"], NOW)
        for signer in NEW:
            third = sign_root(third, signer)
        for served, error in ((world.root, RollbackError), (third, MixAndMatchError)):
            lies = world.second.copy()
            lies.files["tuf/metadata/2.root.json"] = served
            with pytest.raises(error):
                sync(lies, bundle, now=NOW)
        store.files["tuf/metadata/3.root.json"] = third
        assert sync(store, bundle, now=NOW).changed

    def test_without_consistent_snapshots_it_is_refused(
        self, world: World, tmp_path: Path, holders: list[Signer]
    ) -> None:
        root: Metadata[Root] = Metadata.from_bytes(next_root(world.root, NOW))
        root.signed.consistent_snapshot = False
        with pytest.raises(MalformedError):
            sync(with_root(world, root.to_bytes(), holders), world.bundle(tmp_path / "bundle"), now=NOW)

    def test_roots_without_end_are_refused(self, world: World, tmp_path: Path, holders: list[Signer]) -> None:
        store, root = world.second.copy(), world.root
        for version in range(2, 262):
            root = sign_root(sign_root(next_root(root, NOW), holders[0]), holders[1])
            store.files[f"tuf/metadata/{version}.root.json"] = root
        with pytest.raises(EndlessDataError):
            sync(store, world.bundle(tmp_path / "bundle"), now=NOW)

    def test_a_second_history_of_roots_is_refused(self, world: World, tmp_path: Path, holders: list[Signer]) -> None:
        """Two different second roots, both well signed: who has one does not take the other for it."""
        bundle = world.bundle(tmp_path / "bundle")
        one = with_root(world, new_keys(world), [*holders, *NEW])
        other = with_root(world, next_root(world.root, NOW + timedelta(days=1)), holders)
        sync(one, bundle, now=NOW)
        with pytest.raises(WrongRootError):
            sync(one, bundle, now=NOW, root=other.files["tuf/metadata/2.root.json"])


class TestStolenOnlineKey:
    """A thief has the timestamp key, counts versions up to the sky, and is shut out by the next root."""

    @pytest.fixture
    def replaced(self, world: World, holders: list[Signer]) -> MemoryStore:
        """The registry after the key was replaced; versions go on as if nothing had been."""
        draft = next_root(world.root, NOW, online={KeyUse.TIMESTAMP: STOLEN_TIMESTAMP.public})
        liar = Liar(world.registry, with_root(world, draft, holders))
        liar.signers[KeyUse.TIMESTAMP] = [STOLEN_TIMESTAMP]
        return liar.publish().store

    def test_what_it_signs_counts_no_more(self, world: World, tmp_path: Path, replaced: MemoryStore) -> None:
        thief = Liar(world.registry, replaced).publish()  # with the old key
        for bundle in (world.bundle(tmp_path / "held"), tmp_path / "new"):
            with pytest.raises(ThresholdError):
                sync(thief.store, bundle, now=NOW, root=world.root)

    def test_versions_counted_up_bind_nobody(self, world: World, tmp_path: Path, replaced: MemoryStore) -> None:
        thief = Liar(world.registry, world.second).publish(versions={"timestamp": 2**40})
        bundle = world.bundle(tmp_path / "bundle")
        assert sync(thief.store, bundle, now=NOW).changed
        with pytest.raises(RollbackError):
            sync(world.second, bundle, now=NOW)
        assert sync(replaced, bundle, now=NOW).changed
        assert Verifier.open(bundle, now=lambda: NOW).verify(world.good).verdict == "valid"

    def test_withdrawals_and_the_size_of_the_log_bind_still(
        self, world: World, tmp_path: Path, holders: list[Signer]
    ) -> None:
        bundle = world.bundle(tmp_path / "bundle")
        draft = next_root(world.root, NOW, online={KeyUse.TIMESTAMP: STOLEN_TIMESTAMP.public})
        old = Liar(world.registry, MemoryStore(with_root(world, draft, holders).files | world.first.files))
        old.signers[KeyUse.TIMESTAMP] = [STOLEN_TIMESTAMP]
        with pytest.raises(BundleError, match=r"a log of .* was offered"):
            sync(old.publish().store, bundle, now=NOW)

    def test_a_weak_public_key_never_signs(self, world: World, tmp_path: Path, holders: list[Signer]) -> None:
        root: Metadata[Root] = Metadata.from_bytes(next_root(world.root, NOW))
        weak = SSlibKey("weak", "ed25519", "ed25519", {"public": "00" * 32})
        root.signed.add_key(weak, "timestamp")
        root.signed.roles["timestamp"].keyids = ["weak"]
        store = with_root(world, root.to_bytes(), holders)
        timestamp: Metadata = Metadata.from_bytes(store.files["tuf/metadata/timestamp.json"])
        timestamp.signatures["weak"] = RoleSigner(THIEF).sign(b"")
        timestamp.signatures["weak"].keyid = "weak"
        timestamp.signatures["weak"].signature = "00" * 64
        store.files["tuf/metadata/timestamp.json"] = timestamp.to_bytes()
        with pytest.raises(ThresholdError):
            sync(store, world.bundle(tmp_path / "bundle"), now=NOW)
        assert tuf_key(THIEF.public).keyid
