"""Keys of the bundle replaced: verifiers notice nothing, and what was replaced counts no more."""

from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Root

from keys import KeyUse, Signer
from registry.bundle import BundleFault, ensure_roles
from registry.bundle.agreed import destroy
from registry.bundle.roles import first_ceremony, install_root, read_roots, root_keys_folder
from registry.bundle.roots import ROLE_USES, check_successor, first_root, sign_root
from registry.bundle.rotation import draft_root, retired, root_signers
from registry.registry import Registry
from registry.store import StoreError
from tests.registry.bundle.publishing import publish_now
from tests.registry.bundle.stores import FailingStore, MemoryStore
from tests.verifier.bundle.liar import Liar
from tests.world import NOW, a_declaration, new_registry, published
from verifier import Verifier
from verifier.bundle import ThresholdError, sync


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        published(registry, 1)
        yield registry


@pytest.fixture
def store(registry: Registry) -> MemoryStore:
    store = MemoryStore()
    publish_now(registry, store)
    return store


@pytest.fixture
def holders(registry: Registry, store: MemoryStore) -> list[Signer]:
    return root_signers(root_keys_folder(registry))


def rotate(registry: Registry, signers: list[Signer], now: datetime = NOW, *, roles: Sequence[KeyUse] = ()) -> int:
    """Draft, signatures, installation."""
    draft = draft_root(registry, now, roles=roles)
    for signer in signers:
        draft = sign_root(draft, signer)
    return install_root(registry, draft, now)


def synced(store: MemoryStore, bundle: Path, registry: Registry) -> bool:
    return sync(store, bundle, now=NOW, root=read_roots(registry)[0]).changed


class TestCeremony:
    def test_makes_three_root_keys_of_which_two_must_sign(self, registry: Registry) -> None:
        ensure_roles(registry, NOW)
        root: Metadata[Root] = Metadata.from_bytes(read_roots(registry)[0])
        assert len(root.signed.roles["root"].keyids) == len(set(root.signed.roles["root"].keyids)) == 3
        assert root.signed.roles["root"].threshold == 2
        assert len(root.signatures) == 3
        assert root.signed.expires == NOW + timedelta(days=365)
        assert {use: root.signed.roles[use].threshold for use in ROLE_USES} == dict.fromkeys(ROLE_USES, 1)
        assert len(root.signed.keys) == 6
        assert registry.ring.kids(KeyUse.ROOT) == []  # not in the server's ring

    def test_may_be_held_elsewhere_first(self, registry: Registry, tmp_path: Path) -> None:
        first_ceremony(registry, tmp_path / "medium", NOW)
        assert not root_keys_folder(registry).exists()
        store = MemoryStore()
        publish_now(registry, store)
        assert synced(store, tmp_path / "bundle", registry)
        assert len(root_signers(tmp_path / "medium")) == 3

    def test_is_held_once(self, registry: Registry, tmp_path: Path) -> None:
        root = first_ceremony(registry, tmp_path / "medium", NOW)
        with pytest.raises(BundleFault, match="rotation"):
            first_ceremony(registry, tmp_path / "other", NOW)
        assert read_roots(registry) == (root,)

    def test_the_server_publishes_without_the_root_keys(self, registry: Registry, store: MemoryStore) -> None:
        for path in root_keys_folder(registry).iterdir():
            path.unlink()
        root_keys_folder(registry).rmdir()
        published(registry, [a_declaration(5)])
        publish_now(registry, store)

    def test_a_root_of_fewer_different_keys_cannot_be_made(self, registry: Registry, holders: list[Signer]) -> None:
        online = {use: registry.ring.signer(registry.ring.kids(use)[0]).public for use in ROLE_USES}
        with pytest.raises(BundleFault, match="all different"):
            first_root([holders[0].public] * 3, online, holders, NOW)
        with pytest.raises(BundleFault, match="at least 2"):
            first_root([holders[0].public], online, holders, NOW)
        with pytest.raises(BundleFault, match="signed by 1"):
            first_root([signer.public for signer in holders], online, holders[:1], NOW)


class TestOnlineRole:
    @pytest.mark.parametrize("use", ROLE_USES)
    def test_rotation_goes_unnoticed_by_verifiers(
        self, registry: Registry, store: MemoryStore, holders: list[Signer], tmp_path: Path, use: KeyUse
    ) -> None:
        bundle = tmp_path / "bundle"
        assert synced(store, bundle, registry)
        old = registry.ring.kids(use)
        assert rotate(registry, holders[1:], roles=[use]) == 2
        published(registry, [a_declaration(5)])
        publish_now(registry, store)
        assert synced(store, bundle, registry)
        assert synced(store, tmp_path / "new", registry)
        assert retired(registry, store) == old
        destroy(registry, old, NOW)
        assert not set(old) & set(registry.ring.kids(use))
        published(registry, [a_declaration(6)])
        publish_now(registry, store)
        assert synced(store, bundle, registry)

    def test_at_no_moment_is_the_store_of_no_use(
        self, registry: Registry, store: MemoryStore, holders: list[Signer], tmp_path: Path
    ) -> None:
        """After each single write of the publication that brings the new root, old and new verifiers can sync."""
        synced(store, tmp_path / "held", registry)
        rotate(registry, holders, roles=list(ROLE_USES))
        start = store.copy()
        for persisted in (False, True):
            for fail_at in count():
                cut = FailingStore(start.copy(), fail_at, persisted)
                try:
                    publish_now(registry, cut)
                except StoreError:
                    after = MemoryStore(cut.files)
                    synced(after, tmp_path / f"new-{persisted}-{fail_at}", registry)
                    publish_now(registry, after)
                    assert "tuf/metadata/2.root.json" in after.files
                    assert Liar(registry, after)  # the chain is whole
                    synced(after, tmp_path / f"new-{persisted}-{fail_at}", registry)
                else:
                    assert fail_at >= 4
                    break

    def test_a_stolen_key_counts_no_more(
        self, registry: Registry, store: MemoryStore, holders: list[Signer], tmp_path: Path
    ) -> None:
        thief = dict(ensure_roles(registry, NOW).held)
        synced(store, tmp_path / "bundle", registry)
        rotate(registry, holders, roles=[KeyUse.TIMESTAMP])
        registry.ring.destroy(thief[KeyUse.TIMESTAMP][0].kid)
        publish_now(registry, store)
        synced(store, tmp_path / "bundle", registry)
        liar = Liar(registry, store)
        liar.signers = thief
        with pytest.raises(ThresholdError):
            synced(liar.publish().store, tmp_path / "bundle", registry)

    def test_a_lost_key_is_a_fault_that_says_what_to_do(
        self, registry: Registry, store: MemoryStore, holders: list[Signer], tmp_path: Path
    ) -> None:
        synced(store, tmp_path / "bundle", registry)
        registry.ring.destroy(registry.ring.kids(KeyUse.TIMESTAMP)[0])
        with pytest.raises(BundleFault, match="draft-root --role timestamp"):
            publish_now(registry, store)
        rotate(registry, holders, roles=[KeyUse.TIMESTAMP])
        publish_now(registry, store)
        assert synced(store, tmp_path / "bundle", registry)

    def test_a_key_that_was_retired_is_never_taken_again(
        self, registry: Registry, store: MemoryStore, holders: list[Signer]
    ) -> None:
        named = []
        for _ in range(3):
            rotate(registry, holders, roles=[KeyUse.SNAPSHOT])
            root: Metadata[Root] = Metadata.from_bytes(read_roots(registry)[-1])
            named += root.signed.roles["snapshot"].keyids
        assert len(set(named)) == 3


class TestRootKeys:
    def test_are_replaced_by_two_holders_of_the_old_and_two_of_the_new(
        self, registry: Registry, store: MemoryStore, holders: list[Signer], tmp_path: Path
    ) -> None:
        synced(store, tmp_path / "bundle", registry)
        draft = draft_root(registry, NOW, new_root_keys=tmp_path / "new-keys")
        new = root_signers(tmp_path / "new-keys")
        assert not {signer.kid for signer in new} & {signer.kid for signer in holders}
        for signers in ([], holders, new, [holders[0], *new], [*holders, new[0]]):
            signed = draft
            for signer in signers:
                signed = sign_root(signed, signer)
            with pytest.raises(BundleFault, match="cannot follow"):
                install_root(registry, signed, NOW)
        for signer in (holders[0], holders[2], new[0], new[1]):
            draft = sign_root(draft, signer)
        assert install_root(registry, draft, NOW) == 2
        publish_now(registry, store)
        assert synced(store, tmp_path / "bundle", registry)
        with pytest.raises(BundleFault, match="signed by 0"):
            rotate(registry, holders)
        assert rotate(registry, new) == 3

    def test_a_root_is_renewed_before_its_year_is_over(
        self, registry: Registry, store: MemoryStore, holders: list[Signer], tmp_path: Path
    ) -> None:
        synced(store, tmp_path / "bundle", registry)
        now = NOW + timedelta(days=300)
        rotate(registry, holders, now)
        publish_now(registry, store, now)
        late = NOW + timedelta(days=500)
        publish_now(registry, store, late)
        sync(store, tmp_path / "bundle", now=late)
        assert Verifier.open(tmp_path / "bundle", now=lambda: late).bundle is not None

    def test_renewal_is_asked_for_in_time(
        self, registry: Registry, store: MemoryStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        publish_now(registry, store, NOW + timedelta(days=334))
        assert not caplog.messages
        publish_now(registry, store, NOW + timedelta(days=340))
        assert "the root expires on 2027-05-01" in caplog.text
        with pytest.raises(BundleFault, match="expired on 2027-05-01"):
            publish_now(registry, store, NOW + timedelta(days=365))

    @pytest.mark.parametrize("data", [b"", b"{}", b"[]"])
    def test_what_is_no_root_is_refused(self, registry: Registry, store: MemoryStore, data: bytes) -> None:
        with pytest.raises(BundleFault):
            install_root(registry, data, NOW)
        with pytest.raises(BundleFault):
            install_root(registry, store.files["tuf/metadata/timestamp.json"], NOW)

    def test_a_root_is_never_overwritten(self, registry: Registry, holders: list[Signer]) -> None:
        before = read_roots(registry)
        draft = draft_root(registry, NOW)
        for signer in holders:
            draft = sign_root(draft, signer)
        check_successor(draft, before[0], NOW)
        assert install_root(registry, draft, NOW) == 2
        with suppress(BundleFault):
            install_root(registry, draft, NOW)
        assert read_roots(registry) == (*before, draft)

    def test_a_home_that_lost_a_root_says_so(
        self, registry: Registry, store: MemoryStore, holders: list[Signer]
    ) -> None:
        rotate(registry, holders)
        publish_now(registry, store)
        newest = registry.home.path / "root" / "2.root.json"
        kept = newest.read_bytes()
        newest.unlink()
        with pytest.raises(BundleFault, match="restore"):
            publish_now(registry, store)
        newest.write_bytes(kept)
        (registry.home.path / "root" / "1.root.json").unlink()
        with pytest.raises(BundleFault, match="does not have every root"):
            publish_now(registry, store)
