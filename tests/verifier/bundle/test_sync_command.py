"""``carbonlabel sync`` and ``verify --bundle --max-age``, as a shop's script calls them."""

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from registry.registry import utc_now
from registry.store import FolderStore
from tests.verifier.bundle.conftest import World
from tests.verifier.bundle.liar import Liar
from tests.verifier.bundle.test_witnesses import VKEYS, cosigned
from verifier.cli.app import build

LATER = dict.fromkeys(("targets", "snapshot", "timestamp"), 100)


@pytest.fixture
def copy(world: World, tmp_path: Path) -> Path:
    """The registry's public folder, signed three hours ago by this machine's clock."""
    signed = Liar(world.registry, world.second).publish(now=utc_now() - timedelta(hours=3))
    store = FolderStore(tmp_path / "public")
    for path, data in signed.store.files.items():
        store.put(path, data)
    return tmp_path / "public"


def run(*words: object) -> Result:
    return CliRunner().invoke(build(str(words[0])), [str(word) for word in words])


class TestSync:
    def test_with_a_root_file_then_without(self, copy: Path, tmp_path: Path) -> None:
        bundle, root = tmp_path / "bundle", copy / "tuf" / "metadata" / "1.root.json"
        first = run("sync", copy, "--bundle", bundle, "--root", root)
        assert first.exit_code == 0, first.output
        assert "11 log entries" in first.stdout
        assert "bytes fetched" in first.stdout
        again = run("sync", copy, "--bundle", bundle)
        assert again.exit_code == 0
        assert "nothing new" in again.stdout

    def test_without_a_root_says_what_is_needed(self, copy: Path, tmp_path: Path) -> None:
        done = run("sync", copy, "--bundle", tmp_path / "bundle")
        assert done.exit_code == 2
        assert "--root ROOT.json" in done.stderr

    def test_trusting_the_first_root_is_said_loudly(self, copy: Path, tmp_path: Path) -> None:
        done = run("sync", copy, "--bundle", tmp_path / "bundle", "--trust-first-root")
        assert done.exit_code == 0
        assert "WARNING" in done.stderr
        assert "SHA-256" in done.stderr

    @pytest.mark.parametrize("url", ["id.example.org", "ftp://id.example.org", "https://"])
    def test_what_is_no_registry(self, tmp_path: Path, url: str) -> None:
        done = run("sync", url, "--bundle", tmp_path / "bundle", "--trust-first-root")
        assert (done.exit_code, "URL" in done.stderr) == (2, True)

    def test_a_folder_that_cannot_be_written(self, copy: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        done = run("sync", copy, "--bundle", tmp_path / "file" / "bundle", "--trust-first-root")
        assert done.exit_code == 2
        assert "cannot be written" in done.stderr


class TestVerify:
    @pytest.fixture
    def bundle(self, copy: Path, tmp_path: Path) -> Path:
        assert run("sync", copy, "--bundle", tmp_path / "bundle", "--trust-first-root").exit_code == 0
        return tmp_path / "bundle"

    def test_offline(self, world: World, bundle: Path) -> None:
        done = run("verify", world.good, "--bundle", bundle, "--json")
        assert '"freshness":"fresh"' in done.stdout

    def test_max_age(self, world: World, bundle: Path) -> None:
        assert "signed at" in run("verify", world.good, "--bundle", bundle, "--max-age", "2").stderr
        assert run("verify", world.good, "--bundle", bundle, "--max-age", "2").exit_code == 2
        assert run("verify", world.good, "--bundle", bundle, "--max-age", "3.5").exit_code < 2

    def test_witnesses_of_the_callers_choice(self, world: World, copy: Path, bundle: Path) -> None:
        vkeys = [word for vkey in VKEYS for word in ("--witness", vkey)]
        for words in (("sync", copy), ("verify", world.good)):
            refused = run(*words, "--bundle", bundle, *vkeys, "--witness-threshold", 2)
            assert (refused.exit_code, "0 witnesses have cosigned" in refused.stderr) == (2, True)
            assert "3 are needed. Missing: a.example" in run(*words, "--bundle", bundle, *vkeys).stderr
            wrong = run(*words, "--bundle", bundle, *vkeys, "--witness-threshold", 4)
            assert (wrong.exit_code, "4 of 3 witnesses can never be" in wrong.stderr) == (2, True)
            assert "1 of 0 witnesses" in run(*words, "--bundle", bundle, "--witness-threshold", 1).stderr
            assert "not a note verifier key" in run(*words, "--bundle", bundle, "--witness", "x").stderr
        note = cosigned(Liar(world.registry, world.second).content("checkpoint"), (0, 2))
        signed = Liar(world.registry, world.second).publish({"checkpoint": note}, versions=LATER, now=utc_now())
        for path, data in signed.store.files.items():
            FolderStore(copy).put(path, data)
        for words in (("sync", copy), ("verify", world.good)):
            assert run(*words, "--bundle", bundle, *vkeys, "--witness-threshold", 2).exit_code < 2
        done = run("verify", world.good, "--registry", "https://id.example.org", *vkeys)
        assert (done.exit_code, "--bundle" in done.stderr) == (2, True)

    def test_max_age_is_of_a_bundle(self, world: World) -> None:
        done = run("verify", world.good, "--registry", "https://id.example.org", "--max-age", "2")
        assert (done.exit_code, "--bundle" in done.stderr) == (2, True)
