"""The verifier alone: a folder with trust.json judges signatures and says it has no log; a bad folder says why."""

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest

from registry.records.publish import Published
from registry.registry import Registry
from tests.world import gtin, new_registry, published
from verifier import BundleError, Verifier

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Generator[Registry]:
    with closing(new_registry(tmp_path_factory.mktemp("registry") / "home")) as registry:
        yield registry


@pytest.fixture(scope="module")
def record(registry: Registry) -> Published:
    return published(registry, 1)[0]


@pytest.fixture
def bundle(registry: Registry, tmp_path: Path) -> Path:
    """What a retailer has who saved /trust.json and nothing else."""
    (tmp_path / "trust.json").write_bytes(registry.trust().encode())
    return tmp_path


class TestTrustAlone:
    def test_a_good_label_is_unlogged_for_want_of_a_log(self, bundle: Path, record: Published) -> None:
        verdict = Verifier.open(bundle).verify(record.label)
        assert (verdict.verdict, verdict.reason) == ("unlogged", "no-log-at-hand")
        assert (verdict.gtin, verdict.record, verdict.log, verdict.freshness) == (gtin(0), record.record, None, None)
        assert verdict.footprint is None  # no log confirms it

    def test_what_the_signature_tells_is_told(self, bundle: Path, record: Published) -> None:
        verifier = Verifier.open(str(bundle))
        assert verifier.verify(record.label.replace(gtin(0), gtin(1))).verdict == "forged"
        assert verifier.verify(record.label.partition("?")[0]).verdict == "unsigned"
        assert verifier.verify("\ud800").verdict == "unreadable"

    def test_another_product_expected_is_still_first_of_all_unlogged(self, bundle: Path, record: Published) -> None:
        assert Verifier.open(bundle).verify(record.label, expect=gtin(1)).verdict == "unlogged"

    def test_no_package_of_the_registry_is_loaded(self, bundle: Path, record: Published) -> None:
        code = (
            "import sys; from verifier import Verifier; "
            "print(Verifier.open(sys.argv[1]).verify(sys.argv[2]).reason, "
            "[name for name in ('registry', 'litestar', 'sqlalchemy', 'jinja2') if name in sys.modules])"
        )
        command = [sys.executable, "-c", code, str(bundle), record.label]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        assert done.stdout == "no-log-at-hand []\n"


def directory(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def holes(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**12)


class TestBundleError:
    @pytest.mark.parametrize(
        ("make", "advice"),
        [
            (lambda path: None, "save the registry's /trust.json there"),
            (directory, "cannot be read"),
            (pipe, "cannot be read"),
            (endless, "cannot be read"),
            (holes, "too large"),
            (lambda path: path.write_bytes(b""), "Fetch it again"),
            (lambda path: path.write_bytes(b"\xff\x00"), "Fetch it again"),
            (lambda path: path.write_bytes(b"[" * 100_000), "Fetch it again"),
            (lambda path: path.write_bytes(b"{}"), "Fetch it again"),
        ],
        ids=["missing", "folder", "pipe", "endless", "huge", "empty", "binary", "deep", "object"],
    )
    def test_says_what_to_do(self, tmp_path: Path, make: Callable[[Path], object], advice: str) -> None:
        make(tmp_path / "trust.json")
        with pytest.raises(BundleError, match=advice):
            Verifier.open(tmp_path)

    def test_a_trust_list_that_contradicts_itself_is_not_trusted(self, bundle: Path) -> None:
        trust = bundle / "trust.json"
        trust.write_text(trust.read_text().replace('"until": null', '"until": 5', 1))
        with pytest.raises(BundleError, match="cannot be trusted"):
            Verifier.open(bundle)

    def test_cut_anywhere_it_is_refused(self, bundle: Path) -> None:
        whole = (bundle / "trust.json").read_bytes().rstrip()
        for size in range(0, len(whole), 37):
            (bundle / "trust.json").write_bytes(whole[:size])
            with pytest.raises(BundleError):
                Verifier.open(bundle)

    def test_a_file_is_no_bundle(self, bundle: Path) -> None:
        with pytest.raises(BundleError, match="cannot be read"):
            Verifier.open(bundle / "trust.json")
