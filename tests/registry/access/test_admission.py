"""A route that does not say whom it admits keeps the application from starting, and is told how to."""

from typing import Annotated

import pytest
from litestar import Litestar, Router, get, post, websocket
from litestar.connection import WebSocket
from litestar.params import PathParameter

from registry.access.admission import ADMITS, ANYBODY, declared, on_named
from registry.access.rules import Action


@get("/open", admits=ANYBODY)
async def open_to_all() -> None: ...


@post("/things/{thing:int}", admits=on_named(Action.REVISE))
async def revise(thing: Annotated[int, PathParameter()]) -> None: ...


@get("/silent")
async def silent() -> None: ...


@post("/silent")
async def silent_too() -> None: ...


@websocket("/socket")
async def socket(socket: WebSocket) -> None: ...


def test_what_routes_say() -> None:
    app = Litestar(
        [open_to_all, revise, Router("/below", route_handlers=[silent], opt={ADMITS: ANYBODY})], openapi_config=None
    )
    routes = {f"{one.method} {one.path}": one.admission for one in declared(app)}
    assert routes == {
        "GET /open": ANYBODY,
        "POST /things/{thing}": on_named(Action.REVISE),
        "GET /below/silent": ANYBODY,
    }


def test_who_says_nothing_is_named_and_told_what_to_say() -> None:
    app = Litestar([open_to_all, silent, silent_too, socket], openapi_config=None)
    with pytest.raises(TypeError, match=r"^/socket, GET /silent, POST /silent: say whom .* admits=on_named\("):
        declared(app)
