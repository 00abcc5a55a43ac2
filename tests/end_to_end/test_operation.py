"""Whoever runs a server learns from it how it does, and nothing about anybody."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.databases import database_option
from tests.end_to_end.commands import Serving, ServingFromTheStart, carbonlabel, done_here, free_port

TOKEN = "a-token-for-the-metrics"
LABEL = "https://id.test.example/01/09520000000004?c=777123456789012345"
E_MAIL, PASSWORD = "ana.perez@members.example", "correct horse battery staple"
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose figures may be read with TOKEN."""
    home = tmp_path_factory.mktemp("operation") / "home"
    done_here("init", home, *database_option(home))
    config = home / "config.toml"
    config.write_text(config.read_text().replace('metrics_token = ""', f'metrics_token = "{TOKEN}"'))
    return home


@pytest.fixture(scope="module")
def bearer(home: Path) -> str:
    """The operator's token."""
    return done_here("token", "create", "--member", "operator", "--home", home).strip()


@pytest.fixture(scope="module")
def serving(home: Path, bearer: str) -> Iterator[Serving]:
    """The home, served by two processes."""
    with ServingFromTheStart(home, workers=2) as serving:
        yield serving


def figures(serving: Serving) -> Figures:
    """What Prometheus would read, on a connection of its own."""
    read = httpx.get(f"{serving.url}/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert read.status_code == 200
    assert read.headers["content-type"].startswith("text/plain; version=")
    samples = (sample for family in text_string_to_metric_families(read.text) for sample in family.samples)
    return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}


def figure(found: Figures, name: str, **labels: str) -> float:
    """The sum of the figures with this name and these labels."""
    return sum(value for (of, has), value in found.items() if of == name and labels.items() <= dict(has).items())


def lines(serving: Serving) -> list[dict[str, object]]:
    """The program's log, but for the sentence with which the command begins."""
    return [json.loads(line) for line in serving.log.read_text().splitlines() if not line.startswith("http://")]


def line_of(serving: Serving, answer: httpx.Response) -> dict[str, object]:
    """The line on the request that got this answer, as soon as it is written."""
    wanted, until = answer.headers["x-request-id"], time.monotonic() + 10
    while time.monotonic() < until:
        for line in lines(serving):
            if line.get("request_id") == wanted and line["event"] == "request":
                return line
        time.sleep(0.05)
    raise AssertionError(f"no line for {wanted}")


def test_the_figures_are_for_whoever_has_the_token(serving: Serving) -> None:
    for headers in ({}, {"authorization": "Bearer another"}, {"authorization": f"Basic {TOKEN}"}):
        refused = httpx.get(f"{serving.url}/metrics", headers=headers)
        assert (refused.status_code, refused.json()["type"]) == (401, "urn:carbonlabel:problem:not-authenticated")


def test_without_a_token_there_are_no_figures(tmp_path: Path) -> None:
    done_here("init", tmp_path / "home", *database_option(tmp_path / "home"))
    with Serving(tmp_path / "home") as serving:
        assert httpx.get(f"{serving.url}/metrics", headers={"authorization": "Bearer x"}).status_code == 404


def test_a_token_that_could_be_guessed_and_a_level_that_there_is_not_are_refused(home: Path) -> None:
    guessed = carbonlabel("serve", "--home", home, "--port", free_port(), CARBONLABEL_METRICS_TOKEN="short")
    assert (guessed.code, "metrics_token has at least 16" in guessed.err) == (2, True), guessed
    loud = carbonlabel("serve", "--home", home, "--port", free_port(), CARBONLABEL_LOG_LEVEL="loud")
    assert (loud.code, "log_level is one of debug, info" in loud.err) == (2, True), loud


def test_every_process_gives_the_figures_of_all(serving: Serving, bearer: str) -> None:
    before = figures(serving)
    for _ in range(30):  # each on a connection of its own: of any process
        httpx.post(f"{serving.url}/v1/verify", json={"label": LABEL})
        httpx.get(f"{serving.url}/01/09520000000004", headers={"accept": "application/json"})
    httpx.post(f"{serving.url}/v1/verify/batch", content=f"{LABEL}\n" * 50, headers={"content-type": "text/plain"})
    for _ in range(10):
        after = figures(serving)
        grown = {key: value - before.get(key, 0) for key, value in after.items()}
        assert figure(grown, "carbonlabel_verdicts_total", asked="single", verdict="unreadable") == 30
        assert figure(grown, "carbonlabel_verdicts_total", asked="scan", verdict="unsigned") == 30
        assert figure(grown, "carbonlabel_verdicts_total", asked="batch") == 50
        assert figure(grown, "carbonlabel_requests_total", route="/v1/verify", status="200", method="POST") == 30
        assert figure(grown, "carbonlabel_request_duration_seconds_count", route="/v1/verify") == 30
        assert figure(grown, "carbonlabel_request_duration_seconds_bucket", route="/v1/verify", le="+Inf") == 30


def test_the_figures_say_how_far_the_log_is(serving: Serving) -> None:
    until = time.monotonic() + 30
    while not figure(found := figures(serving), "carbonlabel_bundle_age_seconds") and time.monotonic() < until:
        time.sleep(0.2)
    assert figure(found, "carbonlabel_log_entries") == 4
    assert figure(found, "carbonlabel_log_entries_waiting") == 0
    assert figure(found, "carbonlabel_log_waiting_seconds") == 0
    assert 0 < figure(found, "carbonlabel_checkpoint_age_seconds") < 600
    assert 0 < figure(found, "carbonlabel_bundle_age_seconds") < 600
    checks = {labels: value for (name, labels), value in found.items() if name == "carbonlabel_ready"}
    assert [*checks.values()] == [1, 1, 1, 1, 1, 1]


def test_a_request_has_a_line_with_its_id_and_its_route(serving: Serving) -> None:
    given = "0b6f7f1e-5a0f-4a53-9a0e-1f2f6d4c9b11"
    answer = httpx.get(f"{serving.url}/v1/products/09520000000004", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == given
    line = line_of(serving, answer)
    assert line.keys() == {"time", "level", "logger", "event", "request_id", "method", "route", "status", "ms"}
    assert (line["level"], line["method"], line["status"]) == ("info", "GET", 404)
    assert str(line["route"]).startswith("/v1/products/{key")
    for given in ("short", "ana@members.example", "a b c d e f g h", "x" * 65, ""):
        made = httpx.get(f"{serving.url}/nowhere/{E_MAIL}", headers={"x-request-id": given})
        assert re.fullmatch(r"[0-9a-f]{32}", made.headers["x-request-id"])
        assert (line_of(serving, made)["route"], line_of(serving, made)["status"]) == ("none", 404)


def test_no_line_says_who_somebody_is_or_what_they_scanned(serving: Serving, bearer: str) -> None:
    told, session = {"authorization": f"Bearer {bearer}", "cookie": "a=secret-cookie"}, "carbonlabel-session_not-one"
    with httpx.Client(base_url=serving.url, headers=told) as http:
        answers = tell_secrets(http, bearer, session)
    for answer in answers:
        line_of(serving, answer)
    log = serving.log.read_text()
    for secret in (E_MAIL, "ana.perez", PASSWORD, bearer, bearer.split("_", 2)[2], TOKEN, session, "secret-cookie"):
        assert secret not in log
    assert "09520000000004" not in log
    assert "777123456789012345" not in log
    assert not re.search(r"127\.0\.0\.1(?!:\d+/ - stop)", log)


def tell_secrets(http: httpx.Client, bearer: str, session: str) -> list[httpx.Response]:
    """Requests that bear what nobody may find in the log."""
    return [
        http.post("/v1/session", json={"email": E_MAIL, "password": PASSWORD}),
        http.post("/v1/session", content=f'{{"email": "{E_MAIL}", "password": "{PASSWORD}'),
        http.post("/v1/session", json={"email": E_MAIL, "password": PASSWORD, E_MAIL: 1}),
        http.get("/v1/session", headers={"authorization": f"Bearer {session}"}),
        http.post("/v1/password-resets", json={"email": E_MAIL}),
        http.put("/v1/password-resets", json={"link": session, "password": PASSWORD}),
        http.post("/v1/applications", json={"contact": {"email": E_MAIL}}),
        http.get(f"/v1/people/{E_MAIL}"),
        http.get("/v1/declarations"),
        http.post("/v1/declarations", json={"product_name": {"en": E_MAIL}}),
        http.get(f"/v1/products?q={E_MAIL}&token={bearer}"),
        http.get(f"/search?q={E_MAIL}"),
        http.get(f"/{bearer}/{E_MAIL}"),
        http.post("/v1/verify", json={"label": LABEL}),
        http.post("/v1/verify/batch", content=f"{LABEL}\n", headers={"content-type": "text/plain"}),
        http.get(LABEL.removeprefix("https://id.test.example"), headers={"accept": "text/html"}),
        http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}),
        http.request("PROPFIND", f"/v1/products/{E_MAIL}"),
    ]
