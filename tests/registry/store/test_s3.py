"""A bucket whose service is away, slow, broken or another than was thought: a sentence each time, and never a lie."""

import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Timer

import httpx
import pytest
from msgspec.structs import replace

from registry.store import Store, StoreConflict, StoreError, StoreUnavailable
from registry.store.bucket import Bucket
from registry.store.s3 import TRIES, S3Store
from registry.store.served import served_as
from tests.registry.store.proxy import Fault, Proxy
from tests.registry.store.seaweed import ACCESS_KEY, BUCKET, OPEN_BUCKET, SECRET_KEY, Seaweed, until_it_answers

PATH = "log/checkpoint"
SOON = timedelta(seconds=1)
UNSURE = "whether a write took effect is not known"
CALLS: dict[str, Callable[[Store], object]] = {
    "get": lambda store: store.get(PATH),
    "put": lambda store: store.put(PATH, b"new"),
    "swap": lambda store: store.swap(PATH, b"old", b"new"),
    "first swap": lambda store: store.swap("log/other", None, b"new"),
    "names": lambda store: store.names("log"),
    "below": lambda store: store.below("log"),
    "remove": lambda store: store.remove(PATH),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@pytest.fixture
def proxy(seaweed: Seaweed) -> Iterator[Proxy]:
    running = Proxy(seaweed.url)
    yield running
    running.close()


@pytest.fixture
def direct(bucket: Bucket) -> S3Store:
    """The store without a proxy, which holds ``old``."""
    store = S3Store(bucket)
    store.put(PATH, b"old")
    return store


@pytest.fixture
def store(bucket: Bucket, proxy: Proxy, direct: S3Store) -> S3Store:
    """The same through the proxy, with little patience, and tried out."""
    opened = S3Store(replace(bucket, endpoint=proxy.url), SOON)
    opened.swap("log/first", None, b"")
    proxy.asked.clear()
    return opened


def said(call: Callable[[Store], object], store: Store, kind: type[StoreError] = StoreUnavailable) -> str:
    """The sentence of the error that ``call`` ends with, which tells nothing that it should not."""
    with pytest.raises(StoreError) as raised:
        call(store)
    told = "".join(traceback.format_exception(raised.value))
    assert type(raised.value) is kind
    assert ACCESS_KEY not in told
    assert SECRET_KEY not in told
    sentence = str(raised.value)
    assert "\n" not in sentence
    assert "Debug" not in sentence
    return sentence


class TestOutOfReach:
    @every_call
    def test_nothing_listens(self, call: Callable[[Store], object], bucket: Bucket) -> None:
        nowhere = S3Store(replace(bucket, endpoint="http://127.0.0.1:9"), SOON)
        assert said(call, nowhere).endswith("the store at http://127.0.0.1:9 cannot be reached")

    @every_call
    def test_silence_ends_after_a_while(self, call: Callable[[Store], object], bucket: Bucket, proxy: Proxy) -> None:
        patience = SOON / 4
        store = S3Store(replace(bucket, endpoint=proxy.url), patience)
        proxy.always(Fault.SILENCE)
        begun = time.monotonic()
        assert said(call, store).endswith(f"the store did not answer in time; {UNSURE}")
        assert time.monotonic() - begun < 3 * patience.total_seconds() * TRIES + SOON.total_seconds()

    @every_call
    @pytest.mark.parametrize("fault", [Fault.ERROR, Fault.ERROR_AFTER])
    def test_errors_of_the_service(
        self, call: Callable[[Store], object], fault: Fault, store: S3Store, proxy: Proxy
    ) -> None:
        proxy.always(fault)
        assert said(call, store).endswith("the store answered 500")

    @every_call
    @pytest.mark.parametrize("fault", [Fault.LOST, Fault.ANSWER_LOST])
    def test_broken_connections(
        self, call: Callable[[Store], object], fault: Fault, store: S3Store, proxy: Proxy
    ) -> None:
        proxy.always(fault)
        assert said(call, store).endswith(f"the connection to the store at {proxy.url} broke; {UNSURE}")

    def test_half_a_file_is_never_taken_for_the_whole(self, store: S3Store, proxy: Proxy, direct: S3Store) -> None:
        direct.put(PATH, b"0123456789" * 10_000)
        proxy.always(Fault.HALF)
        assert UNSURE in said(CALLS["get"], store)
        proxy.once(Fault.HALF, "GET")
        assert store.get(PATH) == b"0123456789" * 10_000


class TestRefused:
    @every_call
    @pytest.mark.parametrize(
        ("variable", "value", "code"),
        [
            ("AWS_SECRET_ACCESS_KEY", "another-secret", "SignatureDoesNotMatch"),
            ("AWS_ACCESS_KEY_ID", "stranger", "InvalidAccessKeyId"),
        ],
    )
    def test_wrong_credentials(
        self,
        call: Callable[[Store], object],
        variable: str,
        value: str,
        code: str,
        bucket: Bucket,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv(variable, value)
        sentence = said(call, S3Store(bucket, SOON))
        assert f"the store answered 403 {code}: look at AWS_ACCESS_KEY_ID" in sentence
        assert value not in sentence

    @every_call
    def test_a_bucket_that_is_not_there_is_no_empty_store(
        self, call: Callable[[Store], object], bucket: Bucket
    ) -> None:
        assert said(call, S3Store(replace(bucket, name="nobody-made-this"), SOON)).endswith("answered 404 NoSuchBucket")

    @pytest.mark.parametrize("call", [CALLS["get"], CALLS["put"], CALLS["swap"]], ids=["get", "put", "swap"])
    def test_a_web_server_that_is_no_object_store_is_no_empty_store(
        self, call: Callable[[Store], object], bucket: Bucket, tmp_path: Path
    ) -> None:
        command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as web:
            assert web.stdout is not None
            url = web.stdout.readline().partition("(")[2].partition("/)")[0]
            try:
                assert "the store answered" in said(call, S3Store(replace(bucket, endpoint=url), SOON))
            finally:
                web.kill()

    def test_settings_of_the_environment_that_cannot_be(self, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_CHECKSUM_ALGORITHM", "rot13")
        with pytest.raises(StoreError, match=r"cannot be opened: look at the variables that begin with AWS_$"):
            S3Store(bucket)

    def test_the_environment_cannot_switch_conditions_off_nor_turn_us_elsewhere(
        self, bucket: Bucket, direct: S3Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_CONDITIONAL_PUT", "disabled")
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        store = S3Store(bucket, SOON)
        store.swap(PATH, b"old", b"new")
        said(lambda one: one.swap(PATH, b"old", b"newer"), store, StoreConflict)
        assert direct.get(PATH) == b"new"


class TestUnknownOutcome:
    """A conditional write whose answer was lost."""

    @pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.SILENCE, Fault.ERROR_AFTER])
    def test_a_swap_that_took_effect_unseen_is_neither_success_nor_conflict(
        self, fault: Fault, store: S3Store, proxy: Proxy, direct: S3Store
    ) -> None:
        proxy.once(fault)
        said(CALLS["swap"], store, StoreUnavailable)
        assert direct.get(PATH) == b"new"
        assert [asked.method for asked in proxy.asked].count("PUT") == 1
        store.swap(PATH, b"new", b"newer")  # whoever begins again from what is there goes on

    @pytest.mark.parametrize("fault", [Fault.LOST, Fault.ERROR])
    def test_a_swap_that_did_not_take_effect_can_be_asked_for_again(
        self, fault: Fault, store: S3Store, proxy: Proxy, direct: S3Store
    ) -> None:
        proxy.once(fault)
        said(CALLS["swap"], store, StoreUnavailable)
        assert direct.get(PATH) == b"old"
        assert [asked.method for asked in proxy.asked].count("PUT") == 1
        store.swap(PATH, b"old", b"new")

    @pytest.mark.parametrize("fault", [Fault.ERROR, Fault.ERROR_AFTER, Fault.LOST, Fault.ANSWER_LOST, Fault.BUSY])
    @pytest.mark.parametrize("path", [PATH, "log/other"], ids=["over another", "where nothing was"])
    def test_a_put_is_tried_again_and_does_not_stumble_over_itself(
        self, fault: Fault, path: str, store: S3Store, proxy: Proxy, direct: S3Store
    ) -> None:
        proxy.once(fault)
        store.put(path, b"new")
        assert direct.get(path) == b"new"

    @pytest.mark.parametrize("call", [CALLS["swap"], CALLS["first swap"]], ids=["swap", "first swap"])
    def test_a_swap_while_another_is_under_way_is_a_conflict(
        self, call: Callable[[Store], object], store: S3Store, proxy: Proxy, direct: S3Store
    ) -> None:
        proxy.once(Fault.BUSY)
        assert said(call, store, StoreConflict).endswith("somebody is writing it now")
        assert (direct.get(PATH), direct.get("log/other")) == (b"old", None)
        call(store)

    @pytest.mark.parametrize("path", [PATH, "log/other"], ids=["over another", "where nothing was"])
    def test_a_put_that_was_given_up_on_can_be_asked_for_again(
        self, path: str, store: S3Store, proxy: Proxy, direct: S3Store
    ) -> None:
        proxy.once(Fault.SILENCE)
        said(lambda one: one.put(path, b"new"), store)
        store.put(path, b"new")
        assert direct.get(path) == b"new"

    def test_a_write_that_was_given_up_on_and_lands_late_replaces_nothing_newer(
        self, store: S3Store, proxy: Proxy, direct: S3Store, seaweed: Seaweed
    ) -> None:
        """A put's request is sent again, with the condition that the proxy saw, after other puts: it is refused."""
        store.put("log/late", b"first")
        (sent,) = (asked for asked in proxy.asked if asked.method == "PUT")
        assert sent.condition == "*"
        store.put("log/late", b"second")
        replaced = [asked.condition for asked in proxy.asked if asked.method == "PUT"][-1]
        assert replaced not in ("", "*")
        store.put("log/late", b"third")
        key = sent.path.removeprefix(f"/{BUCKET}/")
        for condition in ({"If-None-Match": "*"}, {"If-Match": replaced}):
            assert seaweed.send_put(key, b"late", condition) == 412
        assert direct.get("log/late") == b"third"


class TestAServiceThatIgnoresConditions:
    @pytest.mark.parametrize("ignores_creation", [True, False], ids=["If-None-Match", "If-Match"])
    def test_is_refused_before_anything_is_swapped(
        self, ignores_creation: bool, bucket: Bucket, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without signatures, which cover the condition, it can be taken away on the way."""
        monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
        anyones = replace(bucket, name=OPEN_BUCKET)
        S3Store(anyones).swap(PATH, None, b"old")
        proxy.fault = lambda asked: (
            Fault.UNCONDITIONAL if asked.condition and (asked.condition == "*") == ignores_creation else Fault.NONE
        )
        store = S3Store(replace(anyones, endpoint=proxy.url), SOON)
        assert "ignores If-Match or If-None-Match" in said(CALLS["swap"], store, StoreError)
        assert S3Store(anyones).get(PATH) == b"old"

    def test_one_that_minds_them_is_asked_once(self, store: S3Store, proxy: Proxy) -> None:
        store.swap(PATH, b"old", b"new")
        store.swap(PATH, b"new", b"newer")
        assert [asked.method for asked in proxy.asked] == ["GET", "PUT"] * 2


@pytest.mark.soak
def test_killed_in_the_middle_of_writing_it_has_what_it_acknowledged(tmp_path: Path, bucket: Bucket) -> None:
    own = Seaweed(tmp_path / "own")
    try:
        store = S3Store(own.bucket("killed"), SOON)
        store.swap(PATH, None, b"0")
        killing = Timer(0.3, own.kill)
        killing.start()
        acknowledged = 0
        with suppress(StoreUnavailable):
            while True:
                store.swap(PATH, b"%d" % acknowledged, b"%d" % (acknowledged + 1))
                acknowledged += 1
        killing.join()
        assert said(CALLS["get"], store).endswith("cannot be reached")
        own.start()
        assert acknowledged > 0
        kept = until_it_answers(lambda: store.get(PATH))
        assert kept in (b"%d" % acknowledged, b"%d" % (acknowledged + 1))
    finally:
        own.close()


@pytest.mark.parametrize(
    "path", [PATH, "log/tile/0/000.p/3", "tuf/metadata/1.root.json", "tuf/targets/x", "trust.json"]
)
def test_anyone_reads_an_object_with_the_headers_that_our_own_routes_send(
    path: str, direct: S3Store, bucket: Bucket, seaweed: Seaweed
) -> None:
    direct.put(path, b"content")
    direct.put(path, b"other content")  # not only when it is made
    answer = httpx.get(f"{seaweed.url}/{BUCKET}/{bucket.prefix}/{path}")
    assert answer.content == b"other content"
    served = served_as(path)
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (
        served.media_type,
        served.cache_control,
    )
