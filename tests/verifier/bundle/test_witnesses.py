"""The root says whose cosignatures a checkpoint needs: without them nobody's bundle is taken, whoever signed it."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tuf.api.metadata import Metadata, Root

from keys import NoteKind, add_lines, cosignature_line, note_vkey, parse_note, sign_note
from registry.bundle.roles import root_keys_folder
from registry.bundle.roots import next_root, sign_root
from registry.bundle.rotation import root_signers
from registry.bundle.tuf_keys import signed_bytes
from schemas.tlog import Checkpoint
from tests.registry.bundle.stores import MemoryStore
from tests.verifier.bundle.conftest import World
from tests.verifier.bundle.liar import Liar
from tests.verifier.bundle.lies import put_checkpoint
from tests.verifier.witness.logs import LOG_SIGNER, note_key, signer
from tests.world import NOW, ORIGIN
from verifier import Verifier
from verifier.bundle import MalformedError, NotWitnessedError, ThresholdError, open_bundle, open_trust, sync
from verifier.bundle.witnesses import MEMBER, policy_of, set_policy
from verifier.witness import NO_WITNESSES, WitnessPolicy

NAMES = ("a.example", "b.example", "c.example")
KEYS = tuple(note_key(name, signer(20 + at), NoteKind.COSIGNATURE) for at, name in enumerate(NAMES))
VKEYS = [note_vkey(key.origin, key.key.raw, key.kind) for key in KEYS]
TWO_OF_THREE = WitnessPolicy(KEYS, 2)
TIME = int(NOW.timestamp())


def cosigned(note: bytes, numbers: Sequence[int], time: int = TIME, names: Sequence[str] = NAMES) -> bytes:
    text = parse_note(note).text
    return add_lines(note, *(cosignature_line(text, signer(20 + at), names[at], time) for at in numbers))


def next_one(world: World, member: Any, after: bytes | None = None) -> bytes:
    """The root after ``after``, signed by the holders, whatever its ``member`` says."""
    root: Metadata[Root] = Metadata.from_bytes(world.root if after is None else after)
    root.signed.version += 1
    root.signed.unrecognized_fields.pop(MEMBER, None)
    if member is not None:
        root.signed.unrecognized_fields[MEMBER] = member
    return signed_bytes(root.signed, root_signers(root_keys_folder(world.registry)))


def published(
    world: World, witnesses: Sequence[int] = (), *roots: bytes, after: MemoryStore | None = None, **of: Any
) -> MemoryStore:
    """The registry with ``roots`` after its first, and its checkpoint cosigned by these."""
    liar = Liar(world.registry, after or world.second)
    for version, root in enumerate(roots, 2):
        liar.store.files[f"tuf/metadata/{version}.root.json"] = root
    note = Liar(world.registry, world.second).content("checkpoint")
    return liar.publish({"checkpoint": cosigned(note, witnesses, **of) if witnesses else note}).store


@pytest.fixture
def asking(world: World) -> bytes:
    """A root that asks for two of three."""
    return next_one(world, {"threshold": 2, "witnesses": VKEYS})


@pytest.fixture
def bundle(world: World, tmp_path: Path) -> Path:
    return world.bundle(tmp_path / "bundle")


def kept(world: World, bundle: Path, store: MemoryStore, why: str) -> None:
    """The sync is refused, and the bundle held is as it was."""
    before = (bundle / "current").read_bytes()
    with pytest.raises(NotWitnessedError, match=why):
        sync(store, bundle, now=NOW)
    assert (bundle / "current").read_bytes() == before
    assert Verifier.open(bundle, now=lambda: NOW).verify(world.good).verdict == "valid"


class TestRoot:
    @pytest.mark.parametrize("witnesses", [(0, 1), (0, 2), (1, 2), (0, 1, 2)])
    def test_enough_witnesses(self, world: World, bundle: Path, asking: bytes, witnesses: tuple[int, ...]) -> None:
        assert sync(published(world, witnesses, asking), bundle, now=NOW).changed
        assert Verifier.open(bundle, now=lambda: NOW).verify(world.good).verdict == "valid"

    @pytest.mark.parametrize("witnesses", [(), (0,), (1,), (2,)])
    def test_too_few(self, world: World, bundle: Path, asking: bytes, witnesses: tuple[int, ...]) -> None:
        kept(world, bundle, published(world, witnesses, asking), f"{len(witnesses)} witnesses have cosigned")

    def test_says_who_is_missing(self, world: World, bundle: Path, asking: bytes) -> None:
        kept(world, bundle, published(world, (1,), asking), r"Missing: a\.example, c\.example\. Check the clock")

    def test_a_first_sync_too(self, world: World, tmp_path: Path, asking: bytes) -> None:
        for root in (world.root, asking):
            with pytest.raises(NotWitnessedError):
                sync(published(world, (0,), asking), tmp_path / "new", now=NOW, root=root)
        assert not (tmp_path / "new" / "current").exists()

    def test_a_thief_of_every_online_key_gets_no_checkpoint_accepted(
        self, world: World, bundle: Path, asking: bytes
    ) -> None:
        """He signs another log with the log's key, and the bundle with those of the roles; and moves cosignatures."""
        sync(published(world, (0, 1), asking), bundle, now=NOW)
        thief = Liar(world.registry, published(world, (0, 1), asking))
        size = Checkpoint.parse(parse_note(thief.content("checkpoint")).text).size
        note = put_checkpoint(thief, world.registry, size, bytes(32))
        kept(world, bundle, thief.publish({"checkpoint": note}).store, "0 witnesses have cosigned")
        moved = add_lines(note, *parse_note(thief.content("checkpoint")).lines[1:])
        genuine = parse_note(published(world, (0, 1), asking).files[_checkpoint_path(world, asking)]).lines[1:]
        kept(world, bundle, thief.publish({"checkpoint": add_lines(moved, *genuine)}).store, "not signed by a.example")

    def test_a_thief_cannot_relax_it(self, world: World, bundle: Path, asking: bytes) -> None:
        sync(published(world, (0, 1), asking), bundle, now=NOW)
        draft = next_root(asking, NOW, witnesses=NO_WITNESSES)
        for signers in ([], root_signers(root_keys_folder(world.registry))[:1]):
            relaxed = draft
            for one in signers:
                relaxed = sign_root(relaxed, one)
            with pytest.raises(ThresholdError):
                sync(published(world, (), asking, relaxed), bundle, now=NOW)

    def test_two_holders_relax_it(self, world: World, bundle: Path, asking: bytes) -> None:
        store = published(world, (0, 1), asking)
        sync(store, bundle, now=NOW)
        roots = [asking, next_one(world, None, asking)]
        store = published(world, (), *roots, after=store)
        assert sync(store, bundle, now=NOW).changed
        roots.append(next_one(world, {"threshold": 1, "witnesses": VKEYS[2:]}, roots[-1]))
        store = published(world, (0, 1), *roots, after=store)
        kept(world, bundle, store, r"Missing: c\.example")
        assert sync(published(world, (2,), *roots, after=store), bundle, now=NOW).changed

    def test_one_key_under_two_names_counts_once(self, world: World, bundle: Path) -> None:
        twin = note_vkey("twin.example", signer(20).public, NoteKind.COSIGNATURE)
        root = next_one(world, {"threshold": 2, "witnesses": [VKEYS[0], twin, VKEYS[1]]})
        store = published(world, (0, 1), root, names=("a.example", "b.example"))
        assert sync(store, world.bundle(bundle.with_name("other")), now=NOW).changed
        liar = Liar(world.registry, published(world, (0,), root))
        text = parse_note(liar.content("checkpoint")).text
        line = cosignature_line(text, signer(20), "twin.example", TIME)
        both = liar.publish({"checkpoint": add_lines(liar.content("checkpoint"), line)})
        kept(world, bundle, both.store, "1 witnesses have cosigned")

    def test_an_old_cosignature_is_good_and_one_of_the_future_is_not(
        self, world: World, bundle: Path, asking: bytes
    ) -> None:
        kept(world, bundle, published(world, (0, 1), asking, time=TIME + 301), "0 witnesses have cosigned")
        assert sync(published(world, (0, 1), asking, time=1), bundle, now=NOW).changed

    @pytest.mark.parametrize(
        "member",
        [
            {},
            [],
            "",
            0,
            {"threshold": 2},
            {"witnesses": VKEYS},
            {"threshold": 0, "witnesses": VKEYS},
            {"threshold": -1, "witnesses": VKEYS},
            {"threshold": 4, "witnesses": VKEYS},
            {"threshold": True, "witnesses": VKEYS},
            {"threshold": "2", "witnesses": VKEYS},
            {"threshold": 2, "witnesses": VKEYS, "more": 1},
            {"threshold": 2, "witnesses": VKEYS[:1] * 2},
            {"threshold": 1, "witnesses": []},
            {"threshold": 1, "witnesses": VKEYS[0]},
            {"threshold": 1, "witnesses": [1]},
            {"threshold": 1, "witnesses": [VKEYS[0] + "="]},
            {"threshold": 1, "witnesses": [note_vkey(ORIGIN, LOG_SIGNER.public)]},
        ],
    )
    def test_a_policy_that_is_none_is_refused_though_it_is_signed(
        self, world: World, bundle: Path, member: object
    ) -> None:
        root = next_one(world, member)
        with pytest.raises(MalformedError, match="root 2 asks for witnesses that cannot be"):
            sync(published(world, (0, 1, 2), root), bundle, now=NOW)
        with pytest.raises(MalformedError, match="root 2 asks for witnesses that cannot be"):
            sync(published(world, (0, 1, 2), root), bundle.with_name("new"), now=NOW, root=root)

    def test_is_read_as_it_was_written(self, world: World) -> None:
        root: Metadata[Root] = Metadata.from_bytes(world.root)
        assert policy_of(root.signed) == NO_WITNESSES
        set_policy(root.signed, TWO_OF_THREE)
        assert policy_of(root.signed) == TWO_OF_THREE
        set_policy(root.signed, NO_WITNESSES)
        assert root.signed.to_dict() == Metadata.from_bytes(world.root).signed.to_dict()


def _checkpoint_path(world: World, root: bytes) -> str:
    return Liar(world.registry, published(world, (0, 1), root)).path("checkpoint")


class TestOpening:
    def test_asks_again_at_the_time_of_opening(self, world: World, bundle: Path, asking: bytes) -> None:
        sync(published(world, (0, 1), asking, time=TIME + 200), bundle, now=NOW)
        assert open_bundle(bundle, NOW)
        with pytest.raises(NotWitnessedError, match="Check the clock"):
            open_bundle(bundle, NOW - timedelta(hours=1))


class TestCaller:
    """Who trusts no root asks for witnesses of their own."""

    def test_at_opening(self, world: World, bundle: Path) -> None:
        sync(published(world, (0, 1)), bundle, now=NOW)
        for policy in (TWO_OF_THREE, WitnessPolicy(KEYS[:1], 1)):
            verifier = Verifier.open(bundle, now=lambda: NOW, witnesses=policy)
            assert verifier.verify(world.good).verdict == "valid"
        for policy in (WitnessPolicy(KEYS, 3), WitnessPolicy(KEYS[2:], 1)):
            with pytest.raises(NotWitnessedError, match=r"Missing: c\.example"):
                Verifier.open(bundle, now=lambda: NOW, witnesses=policy)

    def test_at_sync(self, world: World, bundle: Path) -> None:
        before = (bundle / "current").read_bytes()
        with pytest.raises(NotWitnessedError):
            sync(published(world, (0,)), bundle, now=NOW, witnesses=TWO_OF_THREE)
        assert (bundle / "current").read_bytes() == before
        assert sync(published(world, (0, 1)), bundle, now=NOW, witnesses=TWO_OF_THREE).changed
        with pytest.raises(NotWitnessedError):  # also where nothing is new
            sync(published(world, (0, 1)), bundle, now=NOW, witnesses=WitnessPolicy(KEYS, 3))

    def test_does_not_replace_what_the_root_asks_for(self, world: World, bundle: Path, asking: bytes) -> None:
        with pytest.raises(NotWitnessedError, match="1 witnesses have cosigned"):
            sync(published(world, (0,), asking), bundle, now=NOW, witnesses=WitnessPolicy(KEYS[:1], 1))

    def test_a_trust_list_alone_is_witnessed_by_nobody(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "trust.json").write_bytes(world.registry.trust().encode())
        assert open_trust(tmp_path)
        with pytest.raises(NotWitnessedError, match="sync one"):
            Verifier.open(tmp_path, witnesses=TWO_OF_THREE)


def test_a_note_that_the_log_did_not_sign_is_no_checkpoint_whoever_cosigned(
    world: World, bundle: Path, asking: bytes
) -> None:
    liar = Liar(world.registry, published(world, (0, 1), asking))
    forged = sign_note(parse_note(liar.content("checkpoint")).text, LOG_SIGNER, ORIGIN)
    with pytest.raises(MalformedError):
        sync(liar.publish({"checkpoint": cosigned(forged, (0, 1))}).store, bundle, now=NOW)
