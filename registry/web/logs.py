"""The program's log, on standard error: one JSON object a line, or words for who reads it on a terminal.

Every line has ``time`` (UTC), ``level``, ``logger`` and ``event``; what is said while a request is answered has its
``request_id`` too. Of an exception its type and its trace are said, never its text, which may quote what was sent: no
personal data, no token and no label may get here.
"""

import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

REQUEST_FIELDS = ("method", "route", "status", "ms")
"""What the line of a request says beside; given as ``extra``."""


def logging_config(level: str, *, terminal: bool = False) -> dict[str, Any]:
    """For ``logging.config.dictConfig``, in every process of the server: what we say from ``level`` on, and what
    libraries say when something is wrong. ``terminal``: whether a person reads it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "registry.web.logs.lines", "terminal": terminal}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"carbonlabel": {"level": level.upper()}},
    }


def lines(*, terminal: bool) -> structlog.stdlib.ProcessorFormatter:
    """Writes a record of ``logging`` as a line of JSON; on a terminal, as a line of words."""
    shown = (
        structlog.dev.ConsoleRenderer(timestamp_key="time", pad_event_to=0)
        if terminal
        else structlog.processors.JSONRenderer()
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ExtraAdder(REQUEST_FIELDS),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _without_texts,
            shown,
        ],
    )


def _without_texts(_: WrappedLogger, __: str, said: EventDict) -> EventDict:
    """An exception as its type and its places in the code, and those that led to it."""
    info = said.pop("exc_info", None)
    if isinstance(info, tuple) and info[1] is not None:
        said["exceptions"] = [_outline(problem) for problem in _chain(info[1])]
    return said


def _chain(problem: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while problem is not None and problem not in chain:
        chain.append(problem)
        problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    return chain


def _outline(problem: BaseException) -> dict[str, object]:
    trace = traceback.walk_tb(problem.__traceback__)
    return {
        "type": f"{type(problem).__module__}.{type(problem).__qualname__}",
        "trace": [f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in trace],
    }
