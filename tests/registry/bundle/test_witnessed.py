"""Where the root asks for witnesses, only a checkpoint that they have cosigned is published; all else goes on."""

from collections.abc import Generator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Root

from keys import KeyUse, add_lines, cosignature_line, note_vkey, parse_note
from registry.bundle import BundleFault, publish_bundle, rebuild_bundle
from registry.bundle.roles import install_root, read_roots, root_keys_folder
from registry.bundle.roots import check_first, check_successor, next_root, policy_in, root_of, sign_root
from registry.bundle.rotation import draft_root, root_signers
from registry.bundle.tuf_keys import signed_bytes
from registry.registry import Registry
from registry.store import StoreError
from tests.registry.bundle.publishing import checkpoint_of
from tests.registry.bundle.stores import FailingStore, MemoryStore
from tests.registry.bundle.test_key_commands import run
from tests.verifier.bundle.test_witnesses import KEYS, NAMES, TWO_OF_THREE, VKEYS
from tests.verifier.witness.logs import LOG_KEY, signer
from tests.world import NOW, a_declaration, new_registry, published
from verifier.bundle import open_bundle, sync
from verifier.bundle.witnesses import MEMBER
from verifier.witness import NO_WITNESSES, WitnessPolicy

CONFIGURED = tuple(f"{vkey} https://{name}" for vkey, name in zip(VKEYS, NAMES, strict=True))


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home", witnesses=CONFIGURED)) as registry:
        published(registry, 1)
        yield registry


@pytest.fixture
def store(registry: Registry) -> MemoryStore:
    store = MemoryStore()
    publish(registry, store)
    return store


def publish(registry: Registry, store: MemoryStore, witnesses: Sequence[int] = (), now: datetime = NOW) -> int:
    """Publishes the log as it is, cosigned by these; returns its size."""
    note, size = checkpoint_of(registry)
    text = parse_note(note).text
    lines = [cosignature_line(text, signer(20 + at), NAMES[at], int(NOW.timestamp())) for at in witnesses]
    publish_bundle(registry, store, add_lines(note, *lines) if lines else note, size, now)
    return size


def ask_for(registry: Registry, policy: WitnessPolicy | None = None, roles: Sequence[KeyUse] = ()) -> int:
    draft = draft_root(registry, NOW, witnesses=policy, roles=roles)
    for one in root_signers(root_keys_folder(registry))[:2]:
        draft = sign_root(draft, one)
    return install_root(registry, draft, NOW)


def grow(registry: Registry, number: int) -> None:
    published(registry, [a_declaration(number)])


def size_in(store: MemoryStore, registry: Registry, bundle: Path, now: datetime = NOW) -> int:
    """The size of the log that a verifier syncs."""
    return sync(store, bundle, now=now, root=read_roots(registry)[0]).bundle.checkpoint.size


def newest_root(store: MemoryStore) -> int:
    return max(int(name.split(".")[0]) for name in store.names("tuf/metadata") if name.endswith(".root.json"))


class TestPublishing:
    def test_two_of_three_are_enough_and_one_is_not(
        self, registry: Registry, store: MemoryStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        ask_for(registry, TWO_OF_THREE)
        bundled = publish(registry, store, (0, 2))
        assert size_in(store, registry, tmp_path / "bundle") == bundled
        grow(registry, 5)
        for witnesses in ((), (1,)):
            publish(registry, store, witnesses)
            assert size_in(store, registry, tmp_path / "bundle") == bundled
        assert "is not brought to the log's 9 entries: 1 witnesses have cosigned this checkpoint" in caplog.text
        assert "Missing: a.example, c.example" in caplog.text
        assert "TOO FEW" not in caplog.text
        assert publish(registry, store, (0, 1)) == size_in(store, registry, tmp_path / "bundle") == bundled + 1

    def test_while_a_grown_log_waits_the_bundle_grows_stale_and_expires(
        self, registry: Registry, store: MemoryStore, tmp_path: Path
    ) -> None:
        """What it does not say, a withdrawal perhaps, is known to the registry: it must not call itself fresh."""
        ask_for(registry, TWO_OF_THREE)
        bundled = publish(registry, store, (0, 1))
        assert size_in(store, registry, tmp_path / "bundle") == bundled
        grow(registry, 5)
        for hours, freshness in ((1, "fresh"), (23, "fresh"), (25, "stale"), (49, "expired")):
            now = NOW + timedelta(hours=hours)
            watched = FailingStore(store, None, False)
            publish(registry, watched, (), now)
            assert watched.writes == 0
            assert open_bundle(tmp_path / "bundle", now).freshness(now) == freshness
        assert publish(registry, store, (0, 1), now) == size_in(store, registry, tmp_path / "bundle", now)

    def test_while_nothing_waits_the_bundle_stays_fresh(
        self, registry: Registry, store: MemoryStore, tmp_path: Path
    ) -> None:
        ask_for(registry, TWO_OF_THREE)
        bundled = publish(registry, store, (0, 1))
        for hours in range(1, 24 * 20, 7):
            now = NOW + timedelta(hours=hours)
            publish(registry, store, (), now)
            assert size_in(store, registry, tmp_path / "bundle", now) == bundled

    def test_a_first_bundle_waits_too(self, registry: Registry, tmp_path: Path) -> None:
        store = MemoryStore()
        ask_before_publication(registry)
        publish(registry, store, (0,))
        assert "tuf/metadata/timestamp.json" not in store.files
        size = publish(registry, store, (0, 1))
        assert size_in(store, registry, tmp_path / "bundle") == size

    def test_a_bundle_is_not_rebuilt_from_what_nobody_would_take(
        self, registry: Registry, store: MemoryStore, tmp_path: Path
    ) -> None:
        ask_for(registry, TWO_OF_THREE)
        bundled = publish(registry, store, (0, 1))
        del store.files["tuf/metadata/timestamp.json"]
        note, size = checkpoint_of(registry)
        with pytest.raises(BundleFault, match="0 witnesses have cosigned"):
            rebuild_bundle(registry, store, note, size, NOW)
        text = parse_note(note).text
        lines = [cosignature_line(text, signer(20 + at), NAMES[at], int(NOW.timestamp())) for at in (0, 1)]
        rebuild_bundle(registry, store, add_lines(note, *lines), size, NOW)
        assert size_in(store, registry, tmp_path / "bundle") == bundled

    def test_witnesses_that_are_not_configured_are_said_loudly(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        with closing(new_registry(tmp_path / "other", witnesses=CONFIGURED[:1])) as registry:
            store = MemoryStore()
            publish(registry, store)
            ask_for(registry, TWO_OF_THREE)
            publish(registry, store, (0,))
        assert "THE ROOT ASKS FOR 2 WITNESSES, AND config.toml NAMES TOO FEW" in caplog.text
        assert "Name in `witnesses`: b.example, c.example" in caplog.text


def ask_before_publication(registry: Registry) -> None:
    publish(registry, MemoryStore())  # makes the first root
    ask_for(registry, TWO_OF_THREE)
    (registry.home.path / "root" / "published").unlink()


class TestRoots:
    def test_a_root_that_asks_for_more_waits_for_its_witnesses(
        self, registry: Registry, store: MemoryStore, tmp_path: Path
    ) -> None:
        before = size_in(store, registry, tmp_path / "bundle")
        ask_for(registry, TWO_OF_THREE)
        grow(registry, 5)
        publish(registry, store, (0,))
        assert (newest_root(store), size_in(store, registry, tmp_path / "bundle")) == (1, before)
        publish(registry, store, (0, 1))
        assert (newest_root(store), size_in(store, registry, tmp_path / "bundle")) == (2, before + 1)

    def test_a_root_that_asks_for_less_is_published_at_once(
        self, registry: Registry, store: MemoryStore, tmp_path: Path
    ) -> None:
        ask_for(registry, TWO_OF_THREE)
        publish(registry, store, (0, 1))
        size_in(store, registry, tmp_path / "bundle")
        grow(registry, 5)
        ask_for(registry, WitnessPolicy(KEYS, 1))
        size = publish(registry, store, (2,))
        assert (newest_root(store), size_in(store, registry, tmp_path / "bundle")) == (3, size)
        grow(registry, 6)
        ask_for(registry, NO_WITNESSES)
        size = publish(registry, store)
        assert (newest_root(store), size_in(store, registry, tmp_path / "bundle")) == (4, size)
        assert MEMBER not in root_of(read_roots(registry)[-1]).unrecognized_fields

    def test_a_key_is_replaced_also_while_witnesses_are_missing(
        self, registry: Registry, store: MemoryStore, tmp_path: Path
    ) -> None:
        ask_for(registry, TWO_OF_THREE)
        before = publish(registry, store, (0, 1))
        size_in(store, registry, tmp_path / "bundle")
        grow(registry, 5)
        ask_for(registry, roles=[KeyUse.TIMESTAMP])
        publish(registry, store)
        assert (newest_root(store), size_in(store, registry, tmp_path / "bundle")) == (3, before)
        assert policy_in(root_of(read_roots(registry)[-1])) == TWO_OF_THREE  # carried forward

    @pytest.mark.soak
    @pytest.mark.parametrize("policies", [(NO_WITNESSES, TWO_OF_THREE), (TWO_OF_THREE, NO_WITNESSES)])
    @pytest.mark.parametrize("persisted", [False, True], ids=["not persisted", "persisted"])
    def test_at_no_moment_is_a_bundle_published_that_is_refused(
        self, registry: Registry, tmp_path: Path, policies: Sequence[WitnessPolicy], persisted: bool
    ) -> None:
        """After each single write of the publication that changes the policy, whoever has followed the roots can sync;
        and the next publication finishes."""
        store = MemoryStore()
        publish(registry, store, (0, 1))
        ask_for(registry, policies[0])
        before = publish(registry, store, (0, 1))
        size_in(store, registry, tmp_path / "held")
        grow(registry, 5)
        ask_for(registry, policies[1])
        witnesses = (0, 1) if policies[1].threshold else ()
        for fail_at in count():
            cut = FailingStore(store.copy(), fail_at, persisted)
            try:
                publish(registry, cut, witnesses)
            except StoreError:
                after = MemoryStore(cut.files)
                assert size_in(after, registry, tmp_path / f"{fail_at}") in (before, before + 1)
                publish(registry, after, witnesses)
                assert size_in(after, registry, tmp_path / f"{fail_at}") == before + 1
                assert newest_root(after) == 3
            else:
                assert fail_at >= 6
                break

    @pytest.mark.parametrize(
        "member",
        [{}, {"threshold": 4, "witnesses": VKEYS}, {"threshold": 1, "witnesses": [note_vkey("a", LOG_KEY.key.raw)]}],
    )
    def test_a_policy_that_is_none_is_neither_drafted_nor_installed(
        self, registry: Registry, store: MemoryStore, member: object
    ) -> None:
        root: Metadata[Root] = Metadata.from_bytes(read_roots(registry)[0])
        root.signed.unrecognized_fields[MEMBER] = member
        holders = root_signers(root_keys_folder(registry))
        with pytest.raises(BundleFault, match="witnesses that cannot be"):
            next_root(signed_bytes(root.signed, holders), NOW)
        with pytest.raises(BundleFault, match="witnesses that cannot be"):
            check_first(signed_bytes(root.signed, holders), NOW)
        root.signed.version = 2
        for check in (
            lambda data: check_successor(data, read_roots(registry)[0], NOW),
            lambda data: install_root(registry, data, NOW),
        ):
            with pytest.raises(BundleFault, match="root 2 asks for witnesses that cannot be"):
                check(signed_bytes(root.signed, holders))
        assert len(read_roots(registry)) == 1


class TestCommands:
    @pytest.fixture
    def home(self, registry: Registry, tmp_path: Path) -> Path:
        run("ceremony", "--home", registry.home.path, "--out", tmp_path / "medium")
        return registry.home.path

    def draft(self, home: Path, tmp_path: Path, *words: object, code: int = 0) -> str:
        return run("draft-root", "--home", home, "--out", tmp_path / "next.json", *words, code=code).output

    def test_set_and_clear_them(self, home: Path, registry: Registry, tmp_path: Path) -> None:
        draft, medium = tmp_path / "next.json", tmp_path / "medium"
        named = [word for vkey in VKEYS for word in ("--witness", vkey)]
        assert "TOO FEW" not in self.draft(home, tmp_path, *named, "--witness-threshold", 2)
        signed = run("sign-root", draft, "--root-keys", medium).output
        assert "2 of a.example, b.example, c.example must have cosigned" in signed
        run("install-root", draft, "--home", home)
        assert policy_in(root_of(read_roots(registry)[-1])) == TWO_OF_THREE
        self.draft(home, tmp_path)
        assert policy_in(root_of(draft.read_bytes())) == TWO_OF_THREE
        self.draft(home, tmp_path, "--no-witnesses")
        assert "no witness must have cosigned" in run("sign-root", draft, "--root-keys", medium).output
        assert policy_in(root_of(draft.read_bytes())) == NO_WITNESSES

    def test_say_what_is_wrong(self, home: Path, tmp_path: Path) -> None:
        one, two = ("--witness", VKEYS[0]), ("--witness-threshold", 2)
        for words in (one, two, (*one, *two, "--no-witnesses"), (*one, "--no-witnesses"), (*two, "--no-witnesses")):
            assert "--no-witnesses alone" in self.draft(home, tmp_path, *words, code=2)
        assert "2 of 1 witnesses can never be" in self.draft(home, tmp_path, *one, *two, code=2)
        assert "not a note verifier key" in self.draft(home, tmp_path, "--witness", "x", *two, code=2)
        assert not (tmp_path / "next.json").exists()

    def test_warn_of_witnesses_that_are_not_configured(self, home: Path, tmp_path: Path) -> None:
        strange = note_vkey("d.example", signer(90).public, KEYS[0].kind)
        said = self.draft(home, tmp_path, "--witness", strange, "--witness-threshold", 1)
        assert "Name in `witnesses`: d.example" in said
