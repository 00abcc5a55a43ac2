"""fsck from public files alone: a sound copy is clean, and each lie or damage in it is found and named."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from keys import KeyUse, Signer, TrustList, sign_note
from registry.bundle import publish_bundle
from registry.log.service import sequence
from schemas.entry import StatusEvent
from schemas.tlog import Checkpoint
from tests.world import NOW, a_declaration, change, new_registry, published
from verifier.bundle import FolderFetcher
from verifier.fsck import Report, check_public
from verifier.merkle import EMPTY_ROOT


class Published(msgspec.Struct):
    """A copy of a registry's public files, its trust list, and the key that signs its checkpoints; ``earlier`` is one
    from before its bundle."""

    folder: Path
    trust: TrustList
    signer: Signer
    earlier: bytes

    def check(self, kept: bytes | None = None) -> Report:
        return check_public(FolderFetcher(self.folder), self.trust, NOW, kept=kept)

    def codes(self, kept: bytes | None = None) -> set[str]:
        return {fault.code.value for fault in self.check(kept).faults}

    def signed(self, size: int, root: bytes) -> bytes:
        origin = self.trust.registry.origin
        return sign_note(Checkpoint(origin, size, root).text, self.signer, origin)


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Published:
    registry = new_registry(tmp_path_factory.mktemp("public") / "home")
    records = published(registry, 300)
    sequence(registry)
    earlier = registry.store().get("log/checkpoint")
    assert earlier is not None
    change(registry, records[0].record, StatusEvent.WITHDRAWN)
    published(registry, [a_declaration(1)])
    committed = sequence(registry).committed
    assert committed is not None
    publish_bundle(registry, registry.store(), committed.note, committed.checkpoint.size, NOW)
    (kid,) = registry.ring.kids(KeyUse.LOG)
    found = Published(registry.home.public, registry.trust(), registry.ring.signer(kid), earlier)
    registry.close()
    return found


@pytest.fixture
def copy(sound: Published, tmp_path: Path) -> Published:
    shutil.copytree(sound.folder, tmp_path / "public")
    return msgspec.structs.replace(sound, folder=tmp_path / "public")


def test_a_sound_copy_is_clean_also_with_a_checkpoint_from_before(copy: Published) -> None:
    report = copy.check(copy.earlier)
    assert (report.faults, report.entries, report.records) == ((), 309, 301)
    assert copy.codes(copy.signed(0, EMPTY_ROOT)) == set()


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def lengthen(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"x")


def swell(file: Path) -> None:
    file.write_bytes(b"x" * 2_000_000)


FILES: list[tuple[str, Callable[[Path], None], set[str]]] = [
    ("checkpoint", Path.unlink, {"checkpoint-missing"}),
    ("checkpoint", truncate, {"checkpoint-form"}),
    ("checkpoint", lengthen, {"checkpoint-form"}),
    ("checkpoint", swell, {"checkpoint-form"}),
    ("tile/0/000", flip, {"tile-differs"}),
    ("tile/0/000", truncate, {"tile-differs"}),
    ("tile/0/000", lengthen, {"file-unreadable"}),
    ("tile/0/000", Path.unlink, {"tile-missing"}),
    ("tile/0/001.p/53", flip, {"tile-differs"}),
    ("tile/1/000.p/1", flip, {"tile-differs"}),
    ("tile/1/000.p/1", Path.unlink, {"tile-missing"}),
    ("tile/entries/000", truncate, {"entries-differ"}),
    ("tile/entries/000", lengthen, {"entries-differ"}),
    ("tile/entries/001.p/53", Path.unlink, {"entries-missing"}),
]


@pytest.mark.parametrize(("path", "damage", "due"), FILES)
def test_a_damaged_file_is_found(path: str, damage: Callable[[Path], None], due: set[str], copy: Published) -> None:
    damage(copy.folder / "log" / path)
    assert due <= copy.codes()


def test_a_changed_entry_is_found_by_its_signature_and_by_the_root(copy: Published) -> None:
    bundle = copy.folder / "log/tile/entries/000"
    data = bytearray(bundle.read_bytes())
    data[-1] = data[-1] ^ 4 if chr(data[-1] ^ 4).isalnum() else data[-1] ^ 8
    bundle.write_bytes(data)
    assert {"tile-differs", "checkpoint-root"} < copy.codes()


def test_checkpoints_that_lie_are_found(copy: Published) -> None:
    checkpoint = copy.folder / "log/checkpoint"
    checkpoint.write_bytes(copy.signed(309, bytes(32)))
    assert copy.codes() == {"checkpoint-root"}
    checkpoint.write_bytes(copy.signed(2**63 - 1, bytes(32)))  # ends, for what is not there is not asked for long
    assert {"entries-missing", "tile-missing"} <= copy.codes()
    checkpoint.write_bytes(checkpoint.read_bytes().replace(b"id.example.org", b"id.example.com"))
    assert "checkpoint-signature" in copy.codes()


def test_a_kept_checkpoint_shows_a_rollback_and_a_fork(copy: Published) -> None:
    newest = (copy.folder / "log/checkpoint").read_bytes()
    (copy.folder / "log/checkpoint").write_bytes(copy.earlier)
    assert copy.codes(newest) == {"kept-ahead", "bundle-checkpoint"}
    (copy.folder / "log/checkpoint").write_bytes(newest)
    assert copy.codes(copy.signed(300, bytes(32))) == {"kept-forked"}
    assert copy.codes(b"nothing") == {"kept-form"}


def test_a_trust_list_that_says_something_else_is_found(copy: Published) -> None:
    first, *rest = copy.trust.keys
    moved = msgspec.structs.replace(first, from_=first.from_ + 1)
    for keys in ((moved, *rest), tuple(rest)):
        other = msgspec.structs.replace(copy, trust=msgspec.structs.replace(copy.trust, keys=keys))
        assert other.codes() == {"trust-differs"}
