"""Whom a request is from: the word of the proxies that are named, and of nobody else."""

from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.commands import Serving, await_room_in_the_minute
from tests.world import new_registry

LIMIT = 4
BEHIND, OTHER = "203.0.113.7", "2001:db8::9"


def asked(serving: Serving, forwarded: str) -> int:
    """The status of a verification by way of a proxy that says so."""
    headers = {"x-forwarded-for": forwarded}
    return httpx.post(f"{serving.url}/v1/verify", json={"label": "x"}, headers=headers).status_code


@pytest.mark.parametrize("proxies", [("127.0.0.0/8",), ("10.0.0.0/8",), ()])
def test_each_address_behind_a_named_proxy_has_a_limit_of_its_own(tmp_path: Path, proxies: tuple[str, ...]) -> None:
    with closing(new_registry(tmp_path / "home", {}, verify_per_minute=LIMIT, proxies=proxies)) as registry:
        home = registry.home.path
    with Serving(home) as serving:
        await_room_in_the_minute()
        claims = (f"198.51.100.{number}, {BEHIND}" for number in range(LIMIT + 1))  # as a client may write into it
        assert [asked(serving, claim) for claim in claims] == [200] * LIMIT + [429]
        assert asked(serving, f"{OTHER}, 127.0.0.3") == (200 if proxies == ("127.0.0.0/8",) else 429)
