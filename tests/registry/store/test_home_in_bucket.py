"""A registry whose public files are in a bucket, from the first publication to its last check, by the real commands."""

import json
import secrets
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from msgspec import Struct

from registry.errors import HomeError
from registry.home import Config, Home
from registry.registry import Registry
from registry.store import Store
from registry.store.s3 import S3Store
from registry.store.served import BYTES
from tests.end_to_end.commands import Serving, ServingFromTheStart, carbonlabel, carbonlabel_here
from tests.registry.store.seaweed import ACCESS_KEY, BUCKET, Seaweed
from tests.world import ORIGIN, a_declaration, new_registry, published

FIRST, MORE = 250, 60
"""Enough that the second round completes a tile and a bundle of entries, and removes their partial ones."""


class Kept(Struct, frozen=True):
    """A home, the address at which anyone reads its bucket, the bucket itself, and a label."""

    home: Path
    url: str
    store: S3Store
    label: str

    @property
    def root(self) -> Path:
        """The root file that its operator hands out."""
        return self.home / "root" / "1.root.json"


def store_url(seaweed: Seaweed, prefix: str) -> str:
    return f"s3://{BUCKET}/{prefix}?endpoint={seaweed.url}"


@pytest.fixture(scope="module")
def kept(writer: Seaweed, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Sequenced twice."""
    home, prefix = tmp_path_factory.mktemp("kept") / "home", f"home-{secrets.token_hex(6)}"
    registry = new_registry(home, {}, store=store_url(writer, prefix))
    label = published(registry, FIRST)[0].label
    assert carbonlabel("sequence", "--once", "--home", home).code == 0
    published(registry, map(a_declaration, range(FIRST, FIRST + MORE)))
    registry.close()
    assert carbonlabel_here("sequence", "--once", "--home", home).code == 0
    return Kept(home, f"{writer.url}/{BUCKET}/{prefix}", S3Store(writer.bucket(prefix)), label)


@pytest.fixture
def damaged(kept: Kept) -> Iterator[Store]:
    """The bucket, for a test to damage; made whole again afterwards."""
    files = {path: kept.store.get(path) or b"" for path in (*kept.store.below("log"), *kept.store.below("tuf"))}
    yield kept.store
    for path, data in files.items():
        kept.store.put(path, data)


def codes(*words: object) -> set[str]:
    """The faults that fsck names, and that its exit code agrees."""
    ended = carbonlabel_here("fsck", *words, "--json")
    named = {json.loads(line)["code"] for line in ended.out.splitlines()}
    assert ended.code == (1 if named else 0), ended
    return named


@pytest.mark.soak
def test_nothing_public_lies_in_the_home_and_no_partial_tile_beside_its_full_one(kept: Kept) -> None:
    assert not Home.open(kept.home).public.exists()
    paths = kept.store.below("log")
    assert {"log/checkpoint", "log/tile/0/000", "log/tile/entries/000"} <= set(paths)
    assert not [path for path in paths if path.startswith(("log/tile/0/000.p", "log/tile/entries/000.p"))]


def test_the_buckets_address_is_all_that_a_retailer_needs(kept: Kept, tmp_path: Path) -> None:
    synced = carbonlabel_here("sync", kept.url, "--bundle", tmp_path / "bundle", "--root", kept.root)
    assert synced.code == 0, synced
    verdict = carbonlabel_here("verify", kept.label, "--bundle", tmp_path / "bundle", "--json")
    assert (verdict.code, json.loads(verdict.out)["verdict"]) == (0, "valid")
    assert "nothing new" in carbonlabel_here("sync", kept.url, "--bundle", tmp_path / "bundle").out


def test_fsck_finds_nothing_in_the_home_nor_at_the_buckets_address(kept: Kept) -> None:
    assert codes(kept.home) == codes(kept.url) == set()


@pytest.mark.parametrize(
    ("path", "at_home", "outside"),
    [
        ("log/tile/0/000", "tile-differs", "tile-differs"),
        ("log/tile/entries/000", "entries-differ", "entries-differ"),
        ("log/checkpoint", "checkpoint-ahead", "checkpoint-form"),
    ],
)
def test_fsck_finds_a_damaged_object(path: str, at_home: str, outside: str, kept: Kept, damaged: Store) -> None:
    damaged.put(path, b"\x00" + (damaged.get(path) or b"")[1:])
    assert at_home in codes(kept.home)
    assert outside in codes(kept.url)


def test_fsck_finds_objects_that_are_lost_and_that_are_too_many(kept: Kept, damaged: Store) -> None:
    damaged.remove("log/tile/0/000")
    damaged.remove("log/tile/entries/000")
    damaged.put("log/tile/0/x001/000", b"")
    assert codes(kept.home) == {"tile-missing", "entries-missing", "file-unexpected"}
    assert {"tile-missing", "entries-missing"} <= codes(kept.url)
    damaged.remove("log/tile/0/x001/000")


def test_a_lost_timestamp_is_said_and_the_bundle_published_anew(kept: Kept, tmp_path: Path) -> None:
    kept.store.remove("tuf/metadata/timestamp.json")
    refused = carbonlabel_here("sequence", "--once", "--home", kept.home)
    assert refused.code == 2
    assert "tuf/metadata/timestamp.json is lost" in refused.words
    rebuilt = carbonlabel_here("keys", "rebuild-bundle", "--home", kept.home)
    assert rebuilt.code == 0, rebuilt
    assert carbonlabel_here("sync", kept.url, "--bundle", tmp_path / "bundle", "--root", kept.root).code == 0


def test_the_service_serves_every_object_as_the_bucket_does(kept: Kept) -> None:
    with ServingFromTheStart(kept.home) as serving, httpx.Client() as client:
        for path in (*kept.store.below("log"), *kept.store.below("tuf")):
            ours, theirs = client.get(f"{serving.url}/{path}"), client.get(f"{kept.url}/{path}")
            assert (ours.status_code, theirs.status_code) == (200, 200), path
            assert ours.content == theirs.content
            assert ours.headers["cache-control"] == theirs.headers["cache-control"], path
            if ours.headers["content-type"] != BYTES or not path.endswith(".json"):
                # of bytes whose name ends in .json SeaweedFS knows better, whatever it was told
                assert ours.headers["content-type"] == theirs.headers["content-type"], path
        assert client.get(f"{serving.url}/log/tile/0/x999/999").status_code == 404
        assert client.get(f"{serving.url}/trust.json").json() == client.get(f"{kept.url}/trust.json").json()
        proof = client.get(f"{serving.url}/v1/records/20/proof")
        assert (proof.status_code, proof.headers["content-type"]) == (200, "text/plain; charset=utf-8")


def test_a_serving_process_sequences_into_the_bucket(kept: Kept, writer: Seaweed, tmp_path: Path) -> None:
    prefix = f"serving-{secrets.token_hex(6)}"
    registry = new_registry(tmp_path / "home", {}, store=store_url(writer, prefix))
    (record,) = published(registry, 1)
    registry.close()
    with Serving(tmp_path / "home") as serving:
        url = f"{writer.url}/{BUCKET}/{prefix}"
        until = time.monotonic() + 60
        while httpx.get(f"{url}/trust.json").status_code != 200 and time.monotonic() < until:
            time.sleep(0.1)
        root = tmp_path / "home" / "root" / "1.root.json"
        for folder, source in ((tmp_path / "a", serving.url), (tmp_path / "b", url)):
            assert carbonlabel_here("sync", source, "--bundle", folder, "--root", root).code == 0
            assert carbonlabel_here("verify", record.label, "--bundle", folder).code == 0


class TestOutOfReach:
    """The variable ``CARBONLABEL_STORE_URL`` turns a home to a service that is not there."""

    @pytest.fixture
    def nowhere(self, kept: Kept) -> str:
        return f"s3://{BUCKET}/{kept.url.rsplit('/', 1)[1]}?endpoint=http://127.0.0.1:9"

    @pytest.mark.parametrize("command", [("sequence", "--once"), ("keys", "rebuild-bundle")], ids=lambda one: one[0])
    def test_commands_that_write_end_with_a_sentence(self, command: tuple[str, ...], kept: Kept, nowhere: str) -> None:
        ended = carbonlabel(*command, "--home", kept.home, CARBONLABEL_STORE_URL=nowhere)
        assert ended.code == 2, ended
        assert "the store at http://127.0.0.1:9 cannot be reached" in ended.words
        assert ACCESS_KEY not in ended.words

    def test_fsck_says_so_and_checks_the_rest(self, kept: Kept, nowhere: str) -> None:
        ended = carbonlabel_here("fsck", kept.home, "--json", CARBONLABEL_STORE_URL=nowhere)
        assert "file-unreadable" in {json.loads(line)["code"] for line in ended.out.splitlines()}
        assert ended.code == 1

    def test_a_file_that_cannot_be_read_now_is_no_404(self, tmp_path: Path) -> None:
        registry = new_registry(tmp_path / "home", {})
        config = msgspec.structs.replace(registry.config, store=f"s3://{BUCKET}?endpoint=http://127.0.0.1:9")
        registry.close()
        (tmp_path / "home" / "config.toml").write_text(config.to_toml())
        with Serving(tmp_path / "home") as serving:
            for path in ("/log/checkpoint", "/tuf/metadata/timestamp.json", "/log/tile/0/000"):
                answer = httpx.get(f"{serving.url}{path}", timeout=timedelta(minutes=1).total_seconds())
                assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
                assert "127.0.0.1:9" not in answer.text
            assert httpx.get(f"{serving.url}/log/tile/%00").status_code == 404
            assert httpx.get(f"{serving.url}/healthz").status_code == 200


class TestConfiguration:
    @pytest.mark.parametrize(
        "url",
        [
            "http://bucket.example.org/x",
            "s3:///prefix",
            "s3://Bucket",
            "s3://b",
            "s3://bucket/a/../b",
            "s3://bucket/.hidden",
            "s3://bucket/a b",
            "s3://bucket#x",
            "s3://bucket:80",
            "s3://bucket?endpoint=ftp://x.example",
            "s3://bucket?endpoint=https://x.example?y",
            "s3://bucket?endpoint=http://[x",
            "s3://bucket?region=EU",
            "s3://bucket?region=eu&region=us",
            "s3://bucket?secret=hunter2",
            "s3://hunter2:hunter2@bucket",
            "s3://bucket?endpoint=https://hunter2:hunter2@x.example",
            "s3://bucket?endpoint=https://hunter2:hunter2%40x.example",
            "s3://[",
        ],
    )
    def test_what_names_no_bucket_is_refused_without_being_repeated(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(HomeError, match="the store") as refused:
            Config(name="A", origin=ORIGIN, store=url)
        assert "hunter2" not in str(refused.value)
        new_registry(tmp_path / "home", {}).close()
        ended = carbonlabel_here("member", "list", "--home", tmp_path / "home", CARBONLABEL_STORE_URL=url)
        assert ended.code == 2
        assert "hunter2" not in ended.words

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "s3://bucket",
            "s3://a.bucket-1/some/prefix/",
            "s3://bucket?region=eu-central-1",
            "s3://bucket/log?endpoint=https://s3.example.org:9000/path&region=cn-north-1",
        ],
    )
    def test_what_names_one_is_kept_in_the_configuration(self, url: str) -> None:
        assert Config(name="A", origin=ORIGIN, store=url).store == url

    def test_without_the_library_a_sentence_says_what_to_install(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        new_registry(tmp_path / "home", {}).close()
        monkeypatch.delitem(sys.modules, "registry.store.s3", raising=False)
        monkeypatch.setitem(sys.modules, "obstore", None)
        for command in (("sequence", "--once", "--home"), ("fsck",), ("serve", "--home")):
            ended = carbonlabel_here(*command, tmp_path / "home", CARBONLABEL_STORE_URL="s3://bucket")
            assert ended.code == 2
            assert "pip install 'carbonlabel[s3]'" in ended.words

    def test_a_home_without_a_store_has_its_folder(self, tmp_path: Path) -> None:
        registry = new_registry(tmp_path / "home", {})
        registry.store().put("trust.json", b"{}")
        registry.close()
        assert (tmp_path / "home" / "public" / "trust.json").read_bytes() == b"{}"
        Registry.open(tmp_path / "home", {}).close()
