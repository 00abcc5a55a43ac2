"""The servers that tests fork off end with the tests."""

import subprocess
import time
from pathlib import Path

import httpx

from tests.databases import database_option
from tests.end_to_end.commands import done_here, environment, free_port
from tests.end_to_end.forked import script


def answers(port: int) -> bool:
    """Whether a server is at work."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_who_is_killed_leaves_no_server_at_work(tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    done_here("init", home, *database_option(home))
    words = ["serve", "--home", str(home), "--port", str(port), "--host", "127.0.0.1"]
    with subprocess.Popen([script("carbonlabel"), *words], env=environment()) as asking:
        until = time.monotonic() + 60
        while not answers(port):
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.05)
        asking.kill()
    until = time.monotonic() + 60
    while answers(port):
        assert time.monotonic() < until, "it is at work still"
        time.sleep(0.05)
