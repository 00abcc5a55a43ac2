"""A retailer's copy, without a network: the same verdicts as online, by the real commands against a real server."""

import json
import time
from pathlib import Path

import httpx
import pytest

from registry.demo.samples import Sample, sample_scans
from registry.registry import Registry
from tests.end_to_end.commands import Serving, carbonlabel


def published(server: Serving) -> None:
    """Waits until the server has published a bundle: a moment after it has started."""
    for _ in range(300):
        if httpx.get(f"{server.url}/tuf/metadata/timestamp.json").status_code == 200:
            return
        time.sleep(0.1)
    raise TimeoutError("no bundle was published")


@pytest.fixture(scope="module")
def bundle(server: Serving, demonstration_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's bundle, synced over HTTP from the root file that its operator hands out."""
    folder = tmp_path_factory.mktemp("retailer") / "bundle"
    published(server)
    synced = carbonlabel("sync", server.url, "--bundle", folder, "--root", demonstration_home / "root" / "1.root.json")
    assert synced.code == 0, synced
    return folder


@pytest.fixture(scope="module")
def scans(demonstration_home: Path) -> list[Sample]:
    """The demonstration's own sample of scans: genuine, taken back, tampered with."""
    registry = Registry.open(demonstration_home, {})
    try:
        return sample_scans(registry)
    finally:
        registry.close()


def test_offline_and_online_agree_on_every_scan(server: Serving, bundle: Path, scans: list[Sample]) -> None:
    lines = "\n".join(scan.text.strip("\r\n") for scan in scans if scan.product is None)
    offline = carbonlabel("verify", "-", "--bundle", bundle, "--json", stdin=lines)
    online = carbonlabel("verify", "-", "--registry", server.url, "--json", stdin=lines)
    assert (offline.code, online.code) == (1, 1)
    told = ("verdict", "reason", "gtin", "lot", "serial", "record", "product", "footprint", "expires", "key")
    ours, theirs = ([json.loads(line) for line in out.splitlines()] for out in (offline.out, online.out))
    assert [{name: one[name] for name in told} for one in ours] == [
        {name: one[name] for name in told} for one in theirs
    ]
    assert [one["verdict"] for one in ours] == [scan.expect for scan in scans if scan.product is None]
    assert {one["freshness"] for one in ours} == {"fresh"}


def test_a_second_sync_finds_nothing_to_do_and_a_label_expected_elsewhere_is_a_mismatch(
    server: Serving, bundle: Path, scans: list[Sample]
) -> None:
    assert carbonlabel("sync", server.url, "--bundle", bundle).code == 0
    (scan,) = [scan for scan in scans if scan.product is not None]
    verdict = carbonlabel("verify", scan.text, "--bundle", bundle, "--expect", scan.product, "--json")
    assert (verdict.code, json.loads(verdict.out)["verdict"]) == (1, "mismatch")


def test_without_a_root_file_nothing_is_believed(server: Serving, bundle: Path, tmp_path: Path) -> None:
    del bundle
    refused = carbonlabel("sync", server.url, "--bundle", tmp_path / "bundle")
    assert refused.code == 2
    assert "--root" in refused.words


def test_the_log_and_a_records_proof_are_served(server: Serving, bundle: Path) -> None:
    del bundle
    checkpoint = httpx.get(f"{server.url}/log/checkpoint").raise_for_status().text
    size = int(checkpoint.splitlines()[1])
    proof = httpx.get(f"{server.url}/v1/records/{size - 100}/proof").raise_for_status().text
    assert proof.startswith(f"c2sp.org/tlog-proof@v1\nindex {size - 100}\n")
    assert checkpoint in proof
    assert httpx.get(f"{server.url}/log/tile/entries/000").status_code == 200
    assert httpx.get(f"{server.url}/log/tile/0/x999/999").status_code == 404
