"""A server at work, with each system call of a publication refused once: a problem or an answer that holds."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from registry.access.tokens import issue
from registry.fsck import check_home
from registry.log.service import publish, sequence
from registry.registry import OPERATOR, Registry, utc_now
from tests.end_to_end.commands import Serving
from tests.system_calls import ERRORS, Call, calls_below, failing_in, injected, why_not
from tests.world import a_declaration, assert_sound, log_of, new_registry, verified

pytestmark = [
    pytest.mark.skipif(why_not() is not None, reason=f"system calls cannot be made to fail: {why_not()}"),
    pytest.mark.sqlite_file("writes of it are refused"),
]

_A_FEW, _MANY = 10, 400


class Publisher:
    """Publishes one declaration after the other over HTTP."""

    def __init__(self, serving: Serving, token: str, waiting: list[UUID], trace: Path) -> None:
        self.process = serving.process.pid
        self.home = serving.home
        self.trace = trace
        self.acknowledged: dict[UUID, int] = {}
        self.refused = 0
        self.http = httpx.Client(base_url=serving.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        self._waiting = waiting

    def calls(self) -> list[Call]:
        """The write-path calls of a publication, as counted in the thread that does it."""
        with failing_in(self.process, [], self.trace):
            self._publish(self._waiting[0])
        assert self._waiting.pop(0) in self.acknowledged
        found = calls_below(self.home, self.trace)
        return list({(call.kind, call.number): call for call in found}.values())

    def survives(self, call: Call, error: str) -> None:
        """Publishes while that call is refused; then reads, and asks again without a fault."""
        key = self._waiting.pop(0)
        with failing_in(self.process, call.refused(error), self.trace):
            answer = self._publish(key)
        assert all(str(self.home) in one.shown for one in injected(self.trace)), injected(self.trace)
        self.refused += bool(injected(self.trace))
        if answer.status_code != 200:
            assert answer.status_code in (500, 503), answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"].startswith("urn:carbonlabel:problem:")
            assert self._publish(key).status_code in (200, 409), f"{error} of {call}"
        status = self.http.get(f"/v1/declarations/{key}").json()
        assert status["state"] == "published"
        assert self.http.get(f"/v1/records/{status['record']}").status_code == 200
        assert self.acknowledged.setdefault(key, status["record"]) == status["record"]

    def _publish(self, key: UUID) -> httpx.Response:
        answer = self.http.post(f"/v1/declarations/{key}/publish")
        if answer.status_code == 200:
            self.acknowledged[key] = answer.json()["record"]
        return answer


@pytest.fixture
def publisher(tmp_path: Path, request: pytest.FixtureRequest) -> Generator[Publisher]:
    count = _MANY if request.node.get_closest_marker("soak") else _A_FEW
    registry = new_registry(tmp_path / "home", {})
    today = utc_now().date()
    dates = {"valid_from": today, "valid_until": today + timedelta(days=365)}
    waiting = verified(registry, [a_declaration(number, **dates) for number in range(count)])
    with registry.database.writing() as session:
        token = issue(session, OPERATOR, utc_now())
    registry.close()
    with Serving(tmp_path / "home") as serving:
        at_work = Publisher(serving, token, waiting, tmp_path / "trace")
        with at_work.http:
            yield at_work
    assert at_work.refused
    kept(tmp_path / "home", at_work.acknowledged)


def kept(home: Path, acknowledged: dict[UUID, int]) -> None:
    """After the server has ended, a new process finishes: all is whole, and what was acknowledged is there."""
    registry = Registry.open(home, {})
    assert_sound(registry)
    committed = sequence(registry).committed
    assert committed is not None
    publish(registry, committed)
    assert check_home(registry.config, registry.database, registry.store(), lambda *_: None).faults == ()
    with registry.database.reading() as session:
        rows = session.connection().exec_driver_sql('select declaration_id, "index" from record').all()
    assert {(str(key), record) for key, record in acknowledged.items()} <= {*map(tuple, rows)}
    assert len(log_of(registry)) == max(acknowledged.values()) + 1
    registry.close()


@pytest.mark.soak
def test_a_publication_survives_a_refused_write(publisher: Publisher) -> None:
    calls = [call for call in publisher.calls() if "registry.sqlite" in call.shown]
    for number, kind in enumerate(("openat", "pwrite64", "fdatasync", "ftruncate")):
        some = [call for call in calls if call.kind == kind]
        publisher.survives(some[len(some) // 2], ERRORS[number % 2])


@pytest.mark.soak
def test_each_write_of_a_publication_refused_once_is_survived(publisher: Publisher) -> None:
    calls = publisher.calls()
    for call in calls:
        for error in ERRORS:
            publisher.survives(call, error)
    print(f"serving: {len(calls)} calls, {publisher.refused} refusals in {2 * len(calls)} publications: 0 failures")
