"""``carbonlabel serve``: it takes no port that is taken, keeps to its limits, and ends when it is told to."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.databases import database_option
from tests.end_to_end.commands import (
    Serving,
    ServingFromTheStart,
    await_room_in_the_minute,
    carbonlabel,
    done_here,
    environment,
)

LIMIT = 5
LABEL = {"label": "https://id.test.example/01/09520000000004"}


def limited(home: Path) -> Path:
    """A home that lets one address verify five times a minute."""
    done_here("init", home, *database_option(home))
    config = home / "config.toml"
    config.write_text(config.read_text().replace("verify_per_minute = 600", f"verify_per_minute = {LIMIT}"))
    return home


@pytest.fixture(scope="module")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such a home, for all tests but those that count on nobody having asked there in this minute."""
    return limited(tmp_path_factory.mktemp("small") / "home")


def test_verifying_is_limited_and_the_rest_is_not(small_home: Path) -> None:
    with ServingFromTheStart(small_home, signal.SIGINT) as serving, httpx.Client(base_url=serving.url) as http:
        await_room_in_the_minute()
        for left in range(LIMIT - 1, -1, -1):
            answer = http.post("/v1/verify", json=LABEL)
            assert answer.status_code == 200
            assert answer.headers["ratelimit-remaining"] == str(left)
        for _ in range(3):
            refused = http.post("/v1/verify", json=LABEL)
            assert refused.status_code == 429
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.json()["status"] == 429
            assert refused.json()["type"] == "urn:carbonlabel:problem:http-429"
            assert 0 < int(refused.headers["retry-after"]) <= 60
            assert refused.headers["x-content-type-options"] == "nosniff"
        for path in ("/healthz", "/trust.json", "/v1/products", "/search", "/schema/openapi.json"):
            assert http.get(path).status_code == 200
        page = http.get("/01/09520000000004", headers={"accept": "text/html"})
        assert page.status_code in (200, 429)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        stopped = serving.stop()
    assert "stop with Ctrl-C" in stopped


def test_two_processes_that_serve_hold_to_one_limit(tmp_path: Path) -> None:
    with Serving(limited(tmp_path / "home"), workers=2) as serving:
        await_room_in_the_minute()
        asked = [httpx.post(f"{serving.url}/v1/verify", json=LABEL).status_code for _ in range(16)]
    assert sorted(asked) == [200] * LIMIT + [429] * (16 - LIMIT)


def test_a_port_in_use_gets_a_sentence(small_home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = carbonlabel("serve", "--home", small_home, "--host", "127.0.0.1", "--port", port)
    assert (ended.code, ended.out) == (2, "")
    assert f"port {port}" in ended.err
    assert "--port" in ended.err


def test_a_port_that_was_taken_since_it_was_tried_gets_a_sentence_too(small_home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        program = (
            "import typer; from pathlib import Path; from registry.cli.serving import serve_home;"
            f"typer.run(lambda: serve_home(Path({str(small_home)!r}), '127.0.0.1', {port}, 1))"
        )
        command = [sys.executable, "-c", program]
        ended = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"cannot serve at 127.0.0.1:{port}: Address already in use (os error 98)\n"
