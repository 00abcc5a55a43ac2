"""Jobs: each is done by one, in turn, to its end, whoever dies or stops on the way."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from registry.errors import InvalidInput, NotFound, WrongState
from registry.jobs import files, queue
from registry.jobs.queue import LEASE, MOST_ATTEMPTS, MOST_WAITING, JobState, Lost, Taken
from registry.jobs.working import Doing, Work, work_once
from registry.registry import Registry
from tests.world import MAKER, NOW, RIVAL, new_registry

pytestmark = pytest.mark.each_database
LATER = NOW + LEASE + timedelta(seconds=1)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with closing(new_registry(tmp_path / "home")) as made:
        yield made


def put(registry: Registry, name: str = "a", member: str = MAKER.id, now: datetime = NOW) -> str:
    with registry.database.writing() as session:
        return queue.put(session, "count", member, name.encode(), {"upload": name.encode() * 100_000}, now).id


def taken(registry: Registry, now: datetime = NOW) -> Taken | None:
    with registry.database.writing() as session:
        return queue.take(session, now)


def state(registry: Registry, key: str) -> tuple[str, int, int]:
    with registry.database.reading() as session:
        row = session.get_one(queue.JobRow, key)
        return row.state, row.done, row.attempts


def work(registry: Registry, do: Doing, now: datetime = NOW, stopping: threading.Event | None = None) -> bool:
    return work_once(registry, {"count": do}, stopping or threading.Event(), lambda: now)


def count_to(most: int, steps: list[int]) -> Doing:
    """A job that adds a step at a time, and goes on where it was."""

    def do(job: Work) -> None:
        for step in range(job.taken.done, most):
            job.go_on()
            with job.registry.database.writing() as session:
                job.report(session, step + 1, most, b"{}")
            steps.append(step)
        with job.registry.database.writing() as session:
            job.end(session)

    return do


def test_they_are_done_in_turn_each_once(registry: Registry) -> None:
    first, second = put(registry, "a"), put(registry, "b", now=NOW + timedelta(seconds=1))
    steps: list[int] = []
    assert work(registry, count_to(2, steps))
    assert (state(registry, first)[0], state(registry, second)[0]) == (JobState.DONE, JobState.QUEUED)
    assert work(registry, count_to(2, steps))
    assert not work(registry, count_to(2, steps))
    assert state(registry, second) == (JobState.DONE, 2, 1)
    assert steps == [0, 1, 0, 1]


def test_many_at_once_take_different_ones(registry: Registry) -> None:
    wanted = {put(registry, str(number)) for number in range(8)}
    with ThreadPoolExecutor(4) as threads:
        found = [one.id for one in threads.map(lambda _: taken(registry), range(8)) if one is not None]
    assert sorted(found) == sorted(wanted)
    assert taken(registry) is None


def test_one_that_was_killed_is_taken_over_where_it_was(registry: Registry) -> None:
    key, steps = put(registry), list[int]()

    def killed(job: Work) -> None:
        with job.registry.database.writing() as session:
            job.report(session, 3, 5, b"{}")
        steps.extend((0, 1, 2))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(registry, killed)
    assert not work(registry, count_to(5, steps)), "it is still on lease"
    assert work(registry, count_to(5, steps), LATER)
    assert state(registry, key) == (JobState.DONE, 5, 2)
    assert steps == [0, 1, 2, 3, 4]


def test_whoever_lost_it_writes_nothing_more(registry: Registry) -> None:
    key = put(registry)
    first = taken(registry)
    second = taken(registry, LATER)
    assert first is not None
    assert second is not None
    assert first.id == second.id == key

    def step(session: Session) -> None:
        files.append_piece(session, key, "findings", 0, b"x")
        queue.report(session, first, 9, 9, b"", LATER)

    with pytest.raises(Lost), registry.database.writing() as session:
        step(session)
    with registry.database.writing() as session:
        queue.report(session, second, 1, 9, b"", LATER)
        assert not files.has_file(session, key, "findings")
    assert state(registry, key) == (JobState.RUNNING, 1, 2)


def test_one_whose_holder_is_there_is_nobody_else_s(registry: Registry) -> None:
    put(registry)
    first = taken(registry)
    assert first is not None
    with registry.database.writing() as session:
        queue.renew(session, first, NOW + LEASE / 2)
    assert taken(registry, NOW + LEASE + timedelta(seconds=1)) is None
    assert taken(registry, NOW + 2 * LEASE) is not None


def test_a_graceful_stop_hands_it_back(registry: Registry) -> None:
    key, steps, stopping = put(registry), list[int](), threading.Event()

    def stopped(job: Work) -> None:
        with job.registry.database.writing() as session:
            job.report(session, 1, 3, b"{}")
        stopping.set()
        job.go_on()

    assert work(registry, stopped, stopping=stopping)
    assert state(registry, key) == (JobState.QUEUED, 1, 0)
    assert work(registry, count_to(3, steps))
    assert steps == [1, 2]


def test_one_that_was_cancelled_stops_at_its_next_step(registry: Registry) -> None:
    key, steps = put(registry), list[int]()

    def cancelled(job: Work) -> None:
        with job.registry.database.writing() as session:
            queue.cancel(session, session.get_one(queue.JobRow, key), NOW)
        count_to(3, steps)(job)

    assert work(registry, cancelled)
    assert state(registry, key)[0] == JobState.CANCELLED
    assert steps == []
    with pytest.raises(WrongState), registry.database.writing() as session:
        queue.cancel(session, session.get_one(queue.JobRow, key), NOW)


def failing_with(problem: Exception) -> Doing:
    def do(_: Work) -> None:
        raise problem

    return do


def test_what_is_wrong_is_said_and_what_was_confided_is_not(registry: Registry) -> None:
    for problem, said, chinese in (
        (InvalidInput("a.csv is empty", "$.file"), "a.csv is empty", "a.csv is empty"),
        (NotFound("there is no record {record}", record=7), "there is no record 7", "没有记录7"),
        (
            ValueError("secret"),
            "something went wrong on our side; what was done before stays",
            "服务器出现问题；此前已完成的部分保留",
        ),
    ):
        key = put(registry)
        assert work(registry, failing_with(problem))
        with registry.database.reading() as session:
            row = session.get_one(queue.JobRow, key)
            failed = queue.why(row)
            assert failed is not None
            assert (row.state, str(failed), failed.text("zh")) == (JobState.FAILED, said, chinese)


def test_why_a_job_failed_is_told_of_those_too_that_kept_it_in_english_words() -> None:
    row = queue.JobRow(
        id="1",
        kind="import",
        member_id="acme",
        error="[a.csv] is empty",
        who="test",
        state="queued",
        request=b"",
        created_at=NOW,
    )
    assert str(queue.why(row)) == "[a.csv] is empty"
    assert (
        queue.why(
            queue.JobRow(
                id="1", kind="import", member_id="acme", who="test", state="queued", request=b"", created_at=NOW
            )
        )
        is None
    )


def test_one_that_kills_whoever_takes_it_is_given_up(registry: Registry) -> None:
    key, now = put(registry), NOW
    for _ in range(MOST_ATTEMPTS):
        assert taken(registry, now) is not None
        now += 2 * LEASE
    assert taken(registry, now) is None
    assert state(registry, key)[0] == JobState.FAILED


def test_a_member_has_only_so_many_under_way(registry: Registry) -> None:
    for number in range(MOST_WAITING):
        put(registry, str(number))
    with pytest.raises(WrongState):
        put(registry)
    put(registry, member=RIVAL.id)


def test_a_file_comes_back_as_it_was_and_goes_with_its_job(registry: Registry) -> None:
    key = put(registry, "abc")
    assert work(registry, count_to(0, []))

    def content(session: Session) -> bytes:
        return files.read_file(session, key, "upload")

    with registry.database.reading() as session:
        assert content(session) == b"abc" * 100_000
        assert not queue.has_ended(session, NOW)
    with registry.database.writing() as session:
        assert queue.remove_ended(session, NOW) == 0
        assert queue.remove_ended(session, NOW + timedelta(seconds=1)) == 1
        assert content(session) == b""
        with pytest.raises(NotFound):
            queue.job(session, queue.UUID(key), "count")
