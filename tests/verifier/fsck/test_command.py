"""``carbonlabel fsck`` as an operator and an outsider call it: a home, a folder of public files, a running registry."""

import shutil
from pathlib import Path

import msgspec
import pytest

from registry.log.service import publish, sequence
from schemas.entry import StatusEvent
from tests.databases import copy_home, execute
from tests.end_to_end.commands import Ended, Serving, carbonlabel_here, free_port
from tests.world import change, new_registry, published

ROOT = "tuf/metadata/1.root.json"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound home, published by this machine's clock; ``earlier`` beside it is a checkpoint that somebody kept."""
    home = tmp_path_factory.mktemp("fsck") / "home"
    registry = new_registry(home, {})
    records = published(registry, 3)
    sequence(registry)
    shutil.copy(registry.home.public / "log/checkpoint", home.with_name("earlier"))
    change(registry, records[0].record, StatusEvent.WITHDRAWN)
    committed = sequence(registry).committed
    assert committed is not None
    publish(registry, committed)
    registry.close()
    return home


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Path:
    copy_home(whole, tmp_path / "home")
    shutil.copy(whole.with_name("earlier"), tmp_path / "earlier")
    return tmp_path / "home"


def fsck(*words: object) -> Ended:
    return carbonlabel_here("fsck", *words)


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def damage(public: Path) -> None:
    """Three files that say something else than was signed."""
    flip(public / "log/tile/0/000.p/11")
    for name in ("status.bin", "labels-0-4096.bin"):
        flip(next((public / "tuf/targets").glob(f"*.{name}")))


class TestHome:
    def test_a_sound_one_has_no_faults(self, home: Path) -> None:
        ended = fsck(home)
        assert ended.code == 0, ended
        assert ended.out.splitlines()[-1] == "11 entries, 3 records: no faults"
        assert "bundle of 11 entries" in ended.out
        assert "SHA-256" not in ended.out  # its own root is pinned

    def test_all_faults_are_listed(self, home: Path) -> None:
        damage(home / "public")
        execute(home, "delete from label where record = 8")
        ended = fsck(home)
        assert ended.code == 1
        assert [line.split()[0] for line in ended.out.splitlines()[:4]] == [
            *("bundle-target", "bundle-target", "label-row", "tile-differs")
        ]
        assert ended.out.splitlines()[-1] == "11 entries, 3 records: 4 faults"

    def test_one_object_a_line_for_a_program(self, home: Path) -> None:
        assert fsck(home, "--json") == Ended(0, "", "")
        damage(home / "public")
        ended = fsck(home, "--json")
        faults = [msgspec.json.decode(line) for line in ended.out.splitlines()]
        assert ended.code == 1
        assert sorted(fault["code"] for fault in faults) == ["bundle-target", "bundle-target", "tile-differs"]
        assert all(fault.keys() == {"code", "place", "sentence"} for fault in faults)

    @pytest.mark.sqlite_file("it is removed")
    def test_without_its_database_is_could_not(self, home: Path) -> None:
        (home / "registry.sqlite").unlink()
        ended = fsck(home)
        assert (ended.code, ended.out) == (2, "")
        assert "restore it" in ended.err

    @pytest.mark.parametrize("option", ["--checkpoint", "--trust", "--root"])
    def test_what_an_outsider_kept_is_for_public_files(self, option: str, home: Path) -> None:
        ended = fsck(home, option, home.with_name("earlier"))
        assert (ended.code, ended.out) == (2, "")
        assert "HOME/public" in ended.err


class TestFolder:
    def test_a_sound_one_has_no_faults_and_says_which_root_it_took(self, home: Path) -> None:
        ended = fsck(home / "public")
        assert ended.code == 0, ended
        assert "SHA-256" in ended.out
        assert ended.out.splitlines()[-1] == "11 entries, 3 records: no faults"

    def test_needs_no_trust_list_beside_the_bundle(self, home: Path) -> None:
        (home / "public/trust.json").unlink(missing_ok=True)
        assert fsck(home / "public").code == 0

    def test_a_pinned_root(self, home: Path, tmp_path: Path) -> None:
        public = home / "public"
        ended = fsck(public, "--root", public / ROOT)
        assert ended.code == 0
        assert "SHA-256" not in ended.out
        other = new_registry(tmp_path / "other", {})
        published(other, 1)
        committed = sequence(other).committed
        assert committed is not None
        publish(other, committed)
        other.close()
        ended = fsck(public, "--root", other.home.public / ROOT)
        assert ended.code == 1
        assert "bundle-root" in ended.out

    def test_a_kept_checkpoint(self, home: Path) -> None:
        public = home / "public"
        assert fsck(public, "--checkpoint", home.with_name("earlier")).code == 0
        newest = shutil.copy(public / "log/checkpoint", home.with_name("newest"))
        shutil.copy(home.with_name("earlier"), public / "log/checkpoint")
        ended = fsck(public, "--checkpoint", newest)
        assert ended.code == 1
        assert "kept-ahead" in ended.out

    def test_all_faults_are_listed(self, home: Path) -> None:
        damage(home / "public")
        ended = fsck(home / "public", "--json")
        assert ended.code == 1
        codes = [msgspec.json.decode(line)["code"] for line in ended.out.splitlines()]
        assert sorted(codes) == ["bundle-target", "bundle-target", "tile-differs"]


class TestUrl:
    def test_a_registry_at_work_has_no_faults(self, home: Path, tmp_path: Path) -> None:
        with Serving(home) as serving:
            ended = fsck(serving.url, "--checkpoint", home.with_name("earlier"))
            assert ended.code == 0, ended
            assert "11 entries, 3 records: no faults" in ended.out
            assert fsck(serving.url, "--root", home / "public" / ROOT).code == 0
            flip(home / "public/log/tile/0/000.p/11")
            ended = fsck(serving.url)
        assert ended.code == 1
        assert "tile-differs  log/tile/0/000.p/11: it does not hold the hashes of the entries" in ended.out


class TestCouldNot:
    def test_look(self, home: Path, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "nothing").write_bytes(b"nothing")
        for words in (
            [tmp_path / "nowhere"],
            [tmp_path / "empty"],
            ["ftp://id.example.org"],
            [f"http://127.0.0.1:{free_port()}"],
            [home / "public", "--root", tmp_path / "nothing"],
            [home / "public", "--trust", tmp_path / "nothing"],
        ):
            ended = fsck(*words)
            assert (ended.code, ended.out) == (2, ""), words
            assert len(ended.err.splitlines()) == 1, words
