"""Signing in at a registry from a command. A password is asked for, and never an argument, which others could read."""

import os
import re
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from enum import StrEnum
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from keys.private_file import read_private
from verifier.cli.calling import CallFailed, Calling, place

VARIABLE = "CARBONLABEL_SESSION"
SessionOption = Annotated[
    Path | None, typer.Option(help=f"file with a session that is open already; or {VARIABLE}; else you are asked")
]
_SESSION = re.compile(r"[A-Za-z0-9_-]{20,200}", re.ASCII)


class _Stage(StrEnum):
    """How far signing in has come."""

    CODE = "code"
    ENROLMENT = "enrolment"
    FULL = "full"


class _Opened(Struct):
    """What the registry answers to each step."""

    session: str
    stage: _Stage


@contextmanager
def signed_in(calling: Calling, member: str, file: Path | None) -> Generator[str]:
    """A session of somebody of ``member``: the one in ``file`` or the environment, which stays open; else that of
    whoever is asked for e-mail, password and code, which ends with the block.

    Raises ``CallFailed``, and ``KeysError`` for a file that others may read.
    """
    given = os.environ.get(VARIABLE, "") if file is None else read_private(file).decode("ascii", "replace").strip()
    if given or file is not None:
        yield _sound(given)
        return
    opened = _opened(calling, member)
    try:
        yield _finished(calling, opened)
    finally:
        with suppress(CallFailed):  # it then ends by itself
            calling.delete(place("session"), opened.session)


def _opened(calling: Calling, member: str) -> _Opened:
    """The first step: what somebody at the terminal types."""
    if not sys.stdin.isatty():
        raise CallFailed(f"nobody is here to be asked for a password: set {VARIABLE}, or give --session-file")
    typer.echo(f"Sign in at {calling.url} for {member}.", err=True)
    told = {"email": _asked("E-mail"), "password": _asked("Password", hidden=True), "member": member}
    try:
        opened = calling.post(place("session"), told, _Opened)
    except CallFailed as problem:
        raise _refused(problem) from None
    _sound(opened.session)
    return opened


def _finished(calling: Calling, opened: _Opened) -> str:
    """The session after the second step, if one is due. Each step has another; ``opened`` is brought to the newest."""
    if opened.stage is _Stage.CODE:
        told = {"code": _asked("Code of your authenticator app")}
        try:
            newer = calling.post(place("session", "code"), told, _Opened, opened.session)
        except CallFailed as problem:
            raise _refused(problem) from None
        opened.session, opened.stage = _sound(newer.session), newer.stage
    if opened.stage is not _Stage.FULL:
        raise CallFailed(f"set up your second factor first: sign in at {calling.url}/sign-in")
    return opened.session


def _asked(what: str, *, hidden: bool = False) -> str:
    """What is typed, asked for on the terminal, or on standard error: standard output is for the answer."""
    try:
        if hidden:
            return getpass(f"{what}: ")
        typer.echo(f"{what}: ", nl=False, err=True)
        if line := sys.stdin.readline():
            return line.strip()
    except (EOFError, KeyboardInterrupt):
        typer.echo(err=True)
    raise CallFailed("not signed in: nothing was changed")


def _refused(problem: CallFailed) -> CallFailed:
    return CallFailed("e-mail, password or code is wrong") if problem.status == 401 else problem


def _sound(session: str) -> str:
    """``session``, if it can be one: nothing else goes into a header."""
    if _SESSION.fullmatch(session) is None:
        raise CallFailed("this is no session: it is what POST /v1/session answers as `session`")
    return session
