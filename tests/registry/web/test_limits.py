"""How often an address may ask, of several processes on one database."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.exceptions import TooManyRequestsException
from sqlmodel import select

from registry.database.database import Database
from registry.database.request_tables import RequestsRow
from registry.database.upgrade import upgrade
from registry.web.limits import Limiter, batches, untold
from tests.databases import database_for
from tests.world import NOW

each_database = pytest.mark.each_database


class Processes:
    """Limiters as so many processes have them, at one time, and what is asked of them."""

    def __init__(self, url: str, every: ExitStack) -> None:
        self.now = NOW
        self.database = every.enter_context(Database(url))
        self._every = every
        upgrade(self.database)

    def limiters(self, limit: int, number: int, patience: float = 30) -> list[Limiter]:
        """So many of them."""
        made = []
        for _ in range(number):
            limiter = Limiter(self.database, "verifications", limit, self._at, patience)
            self._every.callback(limiter.close)
            made.append(limiter)
        return made

    def minutes(self) -> list[int]:
        """The minutes of which something is kept."""
        with self.database.reading() as session:
            return sorted(set(session.exec(select(RequestsRow.minute))))

    def _at(self) -> datetime:
        return self.now


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with ExitStack() as every:
        yield Processes(database_for(tmp_path) or f"sqlite:///{tmp_path}/registry.sqlite", every)


async def admitted(limiters: list[Limiter], times: int, address: str = "192.0.2.1") -> int:
    """How many of some requests, each to the next limiter, are let through."""
    count = 0
    for limiter, _ in zip(cycle(limiters), range(times), strict=False):
        try:
            await limiter.admit(address)
            count += 1
        except TooManyRequestsException:
            pass
    return count


@each_database
def test_two_processes_share_the_limit(processes: Processes) -> None:
    shared = processes.limiters(100, 2)
    assert 100 <= asyncio.run(admitted(shared, 300)) <= 110
    assert asyncio.run(admitted(shared, 300)) == 0
    assert asyncio.run(admitted(shared, 20, "192.0.2.2")) == 20


def test_one_after_the_other_they_share_it_too(processes: Processes) -> None:
    first, second = processes.limiters(100, 2)
    assert asyncio.run(admitted([first], 60)) == 60
    assert 40 <= asyncio.run(admitted([second], 200)) <= 50
    assert asyncio.run(admitted([first], 200)) <= 10


def test_a_small_limit_holds_to_the_request(processes: Processes) -> None:
    assert asyncio.run(admitted(processes.limiters(7, 3), 40)) == 7


@each_database
@pytest.mark.parametrize(
    ("one", "another", "are_one"),
    [
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("no address", "no address", True),
    ],
)
def test_of_ipv6_a_whole_network_is_one(processes: Processes, one: str, another: str, are_one: bool) -> None:
    limiters = processes.limiters(3, 1)
    assert asyncio.run(admitted(limiters, 3, one)) == 3
    assert asyncio.run(admitted(limiters, 3, another)) == (0 if are_one else 3)


def test_at_once_they_are_no_more(processes: Processes) -> None:
    async def at_once() -> list[int]:
        return await asyncio.gather(*(admitted([limiter], 5) for limiter in processes.limiters(9, 2) for _ in range(8)))

    assert sum(asyncio.run(at_once())) == 9


@each_database
def test_the_next_minute_begins_anew_and_what_is_past_is_removed(processes: Processes) -> None:
    shared = processes.limiters(9, 2)
    for minute in range(4):
        processes.now = NOW + timedelta(minutes=minute)
        assert asyncio.run(admitted(shared, 20)) == 9
    newest = int(processes.now.timestamp()) // 60
    assert processes.minutes() == [newest - 1, newest]


def test_the_first_tenth_writes_nothing(processes: Processes) -> None:
    (limiter,) = processes.limiters(600, 1)
    for client in range(20):
        assert asyncio.run(admitted([limiter], 60, f"198.51.100.{client}")) == 60
    assert processes.minutes() == []


@each_database
def test_while_nobody_can_write_each_counts_for_itself_and_none_is_refused_early(processes: Processes) -> None:
    limiters = processes.limiters(50, 2, patience=0.05)
    with processes.database.writing():
        assert asyncio.run(admitted(limiters[1:], 80)) == 50
    assert asyncio.run(admitted(limiters[1:], 20)) == 0


def test_who_is_refused_is_told_until_when(processes: Processes) -> None:
    (limiter,) = processes.limiters(1, 1)
    processes.now = NOW + timedelta(seconds=20)
    asyncio.run(admitted([limiter], 1))
    with pytest.raises(TooManyRequestsException) as refused:
        asyncio.run(limiter.admit("192.0.2.1"))
    assert refused.value.headers == limiter.headers(0)
    assert limiter.headers(0)["RateLimit-Reset"] == "40"


class TestDecisions:
    @given(st.integers(1, 10_000), st.integers(0, 20_000))
    def test_a_share_is_a_tenth_at_most_and_leaves_the_others_some_of_what_is_left(self, limit: int, told: int) -> None:
        share = untold(limit, told)
        assert 0 <= share <= limit / 10
        assert 4 * share <= max(limit - told, 0)

    def test_batches_count_as_sixty(self) -> None:
        assert [batches(limit) for limit in (0, 1, 119, 120, 600)] == [0, 1, 1, 2, 10]
