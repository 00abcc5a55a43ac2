"""What is logged is one JSON object a line, in words on a terminal, and of an exception only where it came from."""

import io
import json
import logging

import pytest
from structlog.contextvars import bound_contextvars

from registry.web.logs import lines
from registry.web.observed import request_id_of

SECRET = "ana.perez@members.example"


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(written: io.StringIO) -> logging.Logger:
    """A logger that writes as the server does."""
    return logger(written, terminal=False)


def logger(written: io.StringIO, *, terminal: bool) -> logging.Logger:
    handler = logging.StreamHandler(written)
    handler.setFormatter(lines(terminal=terminal))
    log = logging.Logger("carbonlabel.test")
    log.addHandler(handler)
    return log


def test_a_line_has_time_level_logger_and_event(log: logging.Logger, written: io.StringIO) -> None:
    log.warning("a text\nof two lines, %d \ud800 钢", 2)
    (line,) = written.getvalue().splitlines()
    said = json.loads(line)
    assert said.pop("time").endswith("Z")
    assert said == {"level": "warning", "logger": "carbonlabel.test", "event": "a text\nof two lines, 2 \ud800 钢"}


def test_what_is_said_within_a_request_has_its_id(log: logging.Logger, written: io.StringIO) -> None:
    with bound_contextvars(request_id="0123456789abcdef"):
        log.error("inside")
    log.error("outside")
    inside, outside = map(json.loads, written.getvalue().splitlines())
    assert (inside["request_id"], "request_id" in outside) == ("0123456789abcdef", False)


def test_of_an_exception_the_place_is_said_and_not_the_text(log: logging.Logger, written: io.StringIO) -> None:
    try:
        try:
            int(SECRET)
        except ValueError as problem:
            raise LookupError(SECRET) from problem
    except LookupError as problem:
        log.error("a defect", exc_info=problem)
    assert SECRET not in written.getvalue()
    first, second = json.loads(written.getvalue())["exceptions"]
    assert (first["type"], second["type"]) == ("builtins.LookupError", "builtins.ValueError")
    assert "test_logs.py" in first["trace"][0]


def test_other_extras_than_those_of_a_request_are_left_out(log: logging.Logger, written: io.StringIO) -> None:
    log.info("request", extra={"status": 200, "email": SECRET})
    said = json.loads(written.getvalue())
    assert (said["status"], SECRET in written.getvalue()) == (200, False)


def test_on_a_terminal_the_same_is_said_in_words(written: io.StringIO) -> None:
    log = logger(written, terminal=True)
    log.info("request", extra={"method": "GET", "route": "/01/{gtin}", "status": 200, "ms": 4, "email": SECRET})
    try:
        int(SECRET)
    except ValueError as problem:
        log.error("a defect", exc_info=problem)
    told = written.getvalue()
    assert all(word in told for word in ("info", "GET", "/01/{gtin}", "200", "a defect", "builtins.ValueError"))
    assert SECRET not in told


@pytest.mark.parametrize("given", [b"0b6f7f1e-5a0f-4a53-9a0e-1f2f6d4c9b11", b"01HXYZ_abcdefgh", b"a" * 64])
def test_a_well_formed_id_is_kept(given: bytes) -> None:
    assert request_id_of([(b"host", b"x"), (b"X-Request-Id", given)]) == given.decode()


@pytest.mark.parametrize("given", [b"", b"short", b"a" * 65, b"ana@members.example", b"two words here", b"\xff" * 9])
def test_any_other_id_is_replaced(given: bytes) -> None:
    made = request_id_of([(b"x-request-id", given)])
    assert (len(made), made.isalnum()) == (32, True)
