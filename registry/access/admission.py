"""Whom a route admits: every route says so itself, and the application does not start while one does not.

    @get("/v1/people", admits=on_own(Action.READ_PEOPLE), ...)

A handler still asks the rules itself (``require``), where it knows whose the thing is. What it declares here is what
the tests hold it to: every route, as every caller, on what is its own and on what is another's.
"""

from enum import StrEnum

from litestar import Litestar
from litestar.handlers import BaseRouteHandler
from litestar.routes import ASGIRoute, HTTPRoute, WebSocketRoute
from msgspec import Struct

from registry.access.rules import Action

ADMITS = "admits"
"""The name by which a route says whom it admits."""


class Whose(StrEnum):
    """Whose the things are on which a route acts."""

    OWN = "the caller's own organisation's"
    NAMED = "that of whoever owns what the address names"
    OTHERS = "others'"
    REGISTRY = "the registry's, which is the operator's own"


class Admission(Struct, frozen=True):
    """Whom a route admits. ``who`` in words, where no rule says it; else ``actions``, by their rules."""

    who: str = ""
    whose: Whose = Whose.OWN
    actions: tuple[Action, ...] = ()


ANYBODY = Admission("anybody")
SIGNED_IN = Admission("whoever is signed in, at any step, to their own account")
EVERY_CALLER = Admission("every caller, person or machine: each gets what is theirs")
SCRAPER = Admission("who has the token for figures")


def on_own(*actions: Action) -> Admission:
    """By the rule for what is one's own: what another's organisation has is not to be found."""
    return Admission(whose=Whose.OWN, actions=actions)


def on_named(*actions: Action) -> Admission:
    """By the rule for own or another's, as the thing is that the address names. Several: the thing's state says which.

    ``admits=on_named(Action.READ_DRAFT, Action.READ_DECLARATION)``
    """
    return Admission(whose=Whose.NAMED, actions=actions)


def on_others(*actions: Action) -> Admission:
    """By the rule for what is another's, where nobody has an own: applications to join."""
    return Admission(whose=Whose.OTHERS, actions=actions)


def on_registrys(*actions: Action) -> Admission:
    """By the rule for the operator's own: the registry's keys."""
    return Admission(whose=Whose.REGISTRY, actions=actions)


class Declared(Struct, frozen=True):
    """A route and whom it admits."""

    method: str
    path: str
    handler: BaseRouteHandler
    admission: Admission


def declared(app: Litestar) -> list[Declared]:
    """Every route of ``app`` but what the framework answers itself.

    Raises ``TypeError`` when some do not say whom they admit: the message names them all, and what to do.
    """
    found: list[Declared] = []
    silent: list[str] = []
    for route in app.routes:
        for method, handler in _handlers(route):
            admission = handler.opt.get(ADMITS)
            if isinstance(admission, Admission):
                found.append(Declared(method, route.path_format, handler, admission))
            else:
                silent.append(f"{method} {route.path_format}".strip())
    if silent:
        raise TypeError(
            f"{', '.join(sorted(silent))}: say whom the route admits, in its decorator, such as "
            "admits=on_named(Action.REVISE) or admits=ANYBODY (see registry/access/admission.py)"
        )
    return found


def _handlers(route: HTTPRoute | ASGIRoute | WebSocketRoute) -> list[tuple[str, BaseRouteHandler]]:
    if isinstance(route, HTTPRoute):
        return [(method, one) for one in route.route_handlers for method in sorted(one.http_methods - {"OPTIONS"})]
    # What answers as a plain ASGI application looks at the method itself, which the framework does not know.
    return [("POST", route.route_handler)] if isinstance(route, ASGIRoute) else [("", route.route_handler)]
