"""Fetching over HTTP: broken connections are taken up where they broke, and nobody sends more than was announced."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.verifier.bundle.conftest import World
from tests.world import NOW
from verifier import Verifier
from verifier.bundle import EndlessDataError, FetchError, FolderFetcher, NotPublished, sync
from verifier.bundle.fetch import download, read
from verifier.bundle.http import HttpFetcher

DATA = bytes(range(256)) * 2000


class Broken(httpx.SyncByteStream):
    """Sends some bytes, then breaks off."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self) -> Iterator[bytes]:
        yield self._data
        raise httpx.ReadError("connection reset")


def fetcher(answer: Callable[[httpx.Request], httpx.Response], pauses: list[float] | None = None) -> HttpFetcher:
    kept: list[float] = [] if pauses is None else pauses
    return HttpFetcher("https://id.example.org/x/", httpx.MockTransport(answer), kept.append)


def whole(found: HttpFetcher, start: int = 0) -> bytes:
    return b"".join(found.chunks("tuf/targets/file", start))


def part_of(request: httpx.Request) -> int:
    return int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))


class TestHttp:
    def test_asks_below_the_registrys_url_for_the_bytes_as_they_are(self) -> None:
        asked: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return httpx.Response(200, stream=httpx.ByteStream(DATA))

        assert whole(fetcher(answer)) == DATA
        assert str(asked[0].url) == "https://id.example.org/x/tuf/targets/file"
        assert asked[0].headers["Accept-Encoding"] == "identity"

    def test_takes_up_a_broken_connection_where_it_broke(self) -> None:
        starts: list[int] = []

        def answer(request: httpx.Request) -> httpx.Response:
            start = part_of(request)
            starts.append(start)
            headers = {"Content-Range": f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"}
            return httpx.Response(206 if start else 200, headers=headers, stream=Broken(DATA[start : start + 100_000]))

        found = fetcher(answer).chunks("file", 0)
        assert b"".join(next(found) for _ in range(6)) == DATA[: 5 * 100_000 + 12_000]
        assert starts == [0, 100_000, 200_000, 300_000, 400_000, 500_000]

    def test_skips_what_it_has_when_the_server_knows_no_ranges(self) -> None:
        assert whole(fetcher(lambda _: httpx.Response(200, stream=httpx.ByteStream(DATA))), 300_001) == DATA[300_001:]

    def test_has_all_when_there_is_nothing_behind(self) -> None:
        assert whole(fetcher(lambda _: httpx.Response(416)), len(DATA)) == b""

    def test_refuses_another_part_than_it_asked_for(self) -> None:
        headers = {"Content-Range": "bytes 0-9/10"}
        with pytest.raises(FetchError):
            whole(fetcher(lambda _: httpx.Response(206, headers=headers, stream=httpx.ByteStream(b"0123456789"))), 5)
        with pytest.raises(FetchError):
            whole(fetcher(lambda _: httpx.Response(206, headers=headers, stream=httpx.ByteStream(b"0123456789"))))

    @pytest.mark.parametrize("status", [403, 404, 410])
    def test_what_is_not_there(self, status: int) -> None:
        with pytest.raises(NotPublished):
            whole(fetcher(lambda _: httpx.Response(status)))

    @pytest.mark.parametrize("status", [204, 400, 401])
    def test_what_cannot_be_had(self, status: int) -> None:
        with pytest.raises(FetchError, match=str(status)):
            whole(fetcher(lambda _: httpx.Response(status)))

    @pytest.mark.parametrize("status", [408, 429, 500, 503])
    def test_tries_again_with_longer_pauses_then_gives_up(self, status: int) -> None:
        pauses: list[float] = []
        with pytest.raises(FetchError, match=str(status)):
            whole(fetcher(lambda _: httpx.Response(status), pauses))
        assert pauses == [1, 2, 4]

    @pytest.mark.parametrize("url", ["", "id.example.org", "ftp://id.example.org", "https://", "file:///x"])
    def test_what_is_no_registrys_url(self, url: str) -> None:
        with pytest.raises(FetchError):
            HttpFetcher(url)

    def test_a_whole_sync(self, world: World, tmp_path: Path) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            data = world.second.files.get(request.url.path.removeprefix("/x/"))
            return (
                httpx.Response(404)
                if data is None
                else httpx.Response(200, stream=httpx.ByteStream(data[part_of(request) :]))
            )

        with fetcher(answer) as http:
            sync(http, tmp_path / "bundle", now=NOW, root=world.root)
        assert Verifier.open(tmp_path / "bundle", now=lambda: NOW).verify(world.good).verdict == "valid"


class TestDownload:
    def test_goes_on_from_what_is_there(self, tmp_path: Path) -> None:
        (tmp_path / "source").write_bytes(DATA)
        (tmp_path / "file").write_bytes(DATA[:1000])
        told: list[int] = []
        download(FolderFetcher(tmp_path), "source", tmp_path / "file", len(DATA), told.append)
        assert (tmp_path / "file").read_bytes() == DATA
        assert sum(told) == len(DATA) - 1000

    def test_what_is_too_long_is_thrown_away(self, tmp_path: Path) -> None:
        (tmp_path / "source").write_bytes(DATA)
        for already in (b"", DATA + DATA):
            (tmp_path / "file").write_bytes(already)
            with pytest.raises(EndlessDataError):
                download(FolderFetcher(tmp_path), "source", tmp_path / "file", len(DATA) - 1, lambda _: None)
            assert not (tmp_path / "file").exists()

    def test_a_folder_that_is_no_registrys(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        with pytest.raises(NotPublished):
            read(FolderFetcher(tmp_path), "folder/file", 10)
        with pytest.raises(FetchError):
            read(FolderFetcher(tmp_path), "folder", 10)
