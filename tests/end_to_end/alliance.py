"""A small alliance at work: a home made by the command line, its members' tokens, and a server; and the way of a
declaration through it, over HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from schemas.gs1 import check_digit
from tests.databases import database_option, everything
from tests.end_to_end.commands import done_here

ACCREDITED_BODY = (
    *("--kind", "verification-body", "--accreditation", "Example Accreditor, ISO 14065"),
    *("--accreditation-until", "2099-12-31"),
)
"""What ``carbonlabel member add`` is told of a verification body."""

MAKER, RIVAL, BODY, SHOP, OPERATOR = "acme", "rival", "checkers", "shop", "operator"
MEMBERS = {
    MAKER: ("--name", "Acme Steel", "--name-zh", "爱克美钢铁", "--id", "urn:lei:529900T8BM49AURSDO55"),
    RIVAL: ("--name", "Rival Works", "--id", "urn:lei:529900W18LQJJN6SJ336"),
    BODY: ("--name", "Careful Checkers", "--name-zh", "细核认证", *ACCREDITED_BODY),
    SHOP: ("--name", "Corner Shop", "--kind", "retailer", "--id", "urn:lei:213800D1EI4B9WTWWD28"),
}
STEPS = ("draft", "submitted", "verified", "published")
_numbers = count(1)


def new_gtin() -> str:
    """A GTIN-14 that no other test uses, under the prefix for demonstrations."""
    start = f"0952{next(_numbers):09d}"
    return start + check_digit(start)


def today(days: int = 0) -> str:
    """The day ``days`` from now, in UTC."""
    return (datetime.now(UTC).date() + timedelta(days)).isoformat()


def declaration(gtin: str, **changes: object) -> dict[str, Any]:
    """A declaration in which nothing is wrong, with ``changes``."""
    year = datetime.now(UTC).year - 1
    return {
        "product_name": {"en": "Steel beam", "zh": "钢梁"},
        "gtin": gtin,
        "declared_unit": "kilogram",
        "declared_amount": "1",
        "mass_per_unit": "1",
        "boundary": "cradle-to-gate",
        "stages": [{"code": "raw-material", "gwp": "1.20"}, {"code": "production", "gwp": "0.76"}],
        "gwp_total": "1.96",
        "reference_start": f"{year}-01-01",
        "reference_end": f"{year}-12-31",
        "valid_from": today(),
        "valid_until": today(365),
        "country": "CN",
        "standards": ["ISO 14067:2018"],
        "gwp_basis": "AR6",
        **changes,
    }


def statement(**changes: object) -> dict[str, Any]:
    """What a verification body states it has checked."""
    return {
        "standard": "ISO 14064-3:2019",
        "level": "limited",
        "date": today(),
        "report_sha256": "ab" * 32,
        **changes,
    }


class Alliance:
    """The running registry and everybody's tokens."""

    def __init__(self, home: Path, url: str, tokens: Mapping[str, str]) -> None:
        self.home = home
        self.url = url
        self.tokens = tokens
        self.http = httpx.Client(base_url=url, timeout=30)

    def headers(self, who: str | None) -> dict[str, str]:
        """The headers of a call by ``who``; None: without a token."""
        return {} if who is None else {"authorization": f"Bearer {self.tokens[who]}"}

    def call(self, who: str | None, method: str, path: str, json: object = None) -> httpx.Response:
        """A call by ``who``, with a JSON body unless that is None."""
        return self.http.request(method, path, json=json, headers=self.headers(who))

    def good(self, who: str | None, method: str, path: str, json: object = None) -> dict[str, Any]:
        """A call that must succeed; the JSON of its answer."""
        answer = self.call(who, method, path, json)
        assert answer.is_success, answer.text
        return answer.json()

    def draft(self, content: object, who: str = MAKER) -> str:
        """Starts a declaration; its path."""
        return f"/v1/declarations/{self.good(who, 'POST', '/v1/declarations', content)['id']}"

    def bring_to(self, state: str, content: object, who: str = MAKER) -> str:
        """Brings a new declaration to ``state``; its path."""
        path = self.draft(content, who)
        wanted = STEPS.index(state)
        if wanted >= 1:
            self.good(who, "POST", f"{path}/submit")
        if wanted >= 2:
            self.good(BODY, "POST", f"{path}/verification", statement())
        if wanted >= 3:
            self.good(OPERATOR, "POST", f"{path}/publish")
        return path

    def publish(self, content: object, who: str = MAKER) -> dict[str, Any]:
        """Publishes a new declaration: its status, with record and label."""
        path = self.bring_to("verified", content, who)
        return self.good(OPERATOR, "POST", f"{path}/publish")

    def verdict(self, label: str, expect: str | None = None) -> dict[str, Any]:
        """The verdict on a label."""
        return self.good(None, "POST", "/v1/verify", {"label": label, "expect": expect})

    def everything(self) -> list[str]:
        """Every row of the database: to be compared before and after what must change nothing.

        But for the checkpoints, which the server adds by itself, a moment after the log has grown.
        """
        return everything(self.home, "checkpoint")


def make_home(home: Path) -> dict[str, str]:
    """A home with members, by the command line. Returns everybody's token."""
    done_here("init", home, "--name", "Test alliance", "--origin", "id.test.example", *database_option(home))
    config = home / "config.toml"
    config.write_text(config.read_text().replace("verify_per_minute = 600", "verify_per_minute = 1000000"))
    for who, told in MEMBERS.items():
        done_here("member", "add", who, *told, "--home", home)
    everybody = (*MEMBERS, OPERATOR)
    return {who: done_here("token", "create", "--member", who, "--home", home).strip() for who in everybody}
