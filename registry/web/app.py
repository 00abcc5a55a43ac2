"""The application: routes of all areas, limits, problem documents, OpenAPI."""

import os
from importlib.metadata import version
from pathlib import Path

from granian.utils.proxies import wrap_asgi_with_proxy_headers
from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy import exc

from registry.access import approval_routes as approvals
from registry.access import routes as access
from registry.access.admission import declared
from registry.accounts import (
    approval_pages,
    choice_pages,
    colleague_pages,
    organisation_pages,
    sign_in_pages,
    token_pages,
)
from registry.accounts import people_routes as people
from registry.accounts import routes as accounts
from registry.accounts.delivery import DeliveryThread
from registry.accounts.mail import mailer_for
from registry.audit import pages as audit_pages
from registry.audit import routes as audit
from registry.cases import routes as cases
from registry.declarations import draft_pages, list_page, step_pages
from registry.declarations import routes as declarations
from registry.errors import RegistryError
from registry.home import HOME_VARIABLE
from registry.imports import pages as import_pages
from registry.imports import routes as imports
from registry.jobs.keeping import JobsThread
from registry.labels import pages as label_pages
from registry.labels import routes as labels
from registry.log import routes as log
from registry.log.service import SequencerThread
from registry.members import join_pages, key_pages, member_pages
from registry.members import key_routes as member_keys
from registry.members import routes as members
from registry.objections import pages as objection_pages
from registry.objections import routes as objections
from registry.operator_keys import pages as operator_keys
from registry.products import routes as products
from registry.records import routes as records
from registry.registry import Registry, utc_now
from registry.reminders.thread import ReminderThread
from registry.resolver import routes as resolver
from registry.reviews import routes as reviews
from registry.trace import routes as trace
from registry.verification import batch_openapi
from registry.verification import routes as verification
from registry.web import health, metrics, problems, public
from registry.web.limits import Limiter, batches, has_token, limited
from registry.web.observed import observed
from registry.web.openapi import openapi_config
from registry.web.security import EVERY_ANSWER
from registry.web.service import Service, provide_caller, provide_service, provide_visitor

_DESKS = (
    *(join_pages, sign_in_pages, choice_pages, organisation_pages, colleague_pages, token_pages, approval_pages),
    *(member_pages, key_pages, list_page, draft_pages, step_pages),
)
_AREAS = (
    *(declarations, records, products, log, public, health, metrics, trace),
    *(reviews, members, member_keys, access, approvals, accounts, people, *_DESKS),
    *(audit, audit_pages, labels, label_pages, cases, import_pages),
    *(objections, objection_pages, operator_keys),
)

FORM_AROUND_A_FILE = 10_000
"""Bytes that a form may have beside the file in it."""


def create_app(registry: Registry) -> Litestar:
    """The application over an open registry, which it closes when it stops.

    Raises ``TypeError`` when a route does not say whom it admits.
    """
    service = Service(registry)
    sequencer = SequencerThread(registry)
    config = registry.config
    mailer = mailer_for(config.mail, registry.home.path, config.origin, os.environ)
    delivery = DeliveryThread(registry.database, mailer, utc_now)
    limit_of_batches = Limiter(registry.database, "batches", batches(config.verify_per_minute), utc_now)
    limit = Limiter(registry.database, "verifications", config.verify_per_minute, utc_now)
    reminders = ReminderThread(registry.database, service.accounts.letters, utc_now)
    jobs = JobsThread(registry, utc_now)
    app = Litestar(
        route_handlers=[
            Router("/", route_handlers=[*verification.ROUTES, *resolver.ROUTES], middleware=limited(limit)),
            Router("/", route_handlers=verification.BATCH_ROUTES, middleware=limited(limit_of_batches, has_token)),
            Router(
                "/",
                route_handlers=[*imports.ROUTES, *import_pages.UPLOADS, *label_pages.UPLOADS],
                request_max_body_size=config.max_upload + FORM_AROUND_A_FILE,
            ),
            # All in one go: a path that is added to is taken apart and made again, with all of its handlers.
            Router("/", route_handlers=[route for area in _AREAS for route in area.ROUTES]),
        ],
        dependencies={
            "service": Provide(provide_service, sync_to_thread=False),
            "caller": Provide(provide_caller, sync_to_thread=True),
            "visitor": Provide(provide_visitor, sync_to_thread=True),
        },
        exception_handlers={
            RegistryError: problems.of_registry_error,
            HTTPException: problems.of_http_exception,
            exc.DBAPIError: problems.of_database_error,
            exc.TimeoutError: problems.of_busy_database,
            Exception: problems.of_anything_else,
        },
        on_startup=[sequencer.start, delivery.start, jobs.start, reminders.start, service.stopping.listen],
        on_shutdown=[
            *(service.stopping.forget, reminders.stop, jobs.stop, delivery.stop, sequencer.stop),
            *(limit.close, limit_of_batches.close, service.close),
        ],
        openapi_config=openapi_config(version("carbonlabel"), batch_openapi.describe),
        request_max_body_size=config.max_body,
        response_headers=EVERY_ANSWER,
        state=State({"service": service}),
        logging_config=None,
    )
    declared(app)
    return app


def app_from_environment() -> ASGIApp:
    """What a server process runs: the home that ``CARBONLABEL_HOME`` names."""
    registry = Registry.open(Path(os.environ[HOME_VARIABLE]), os.environ)
    proxies = registry.home.proxies(os.environ)
    return behind(proxies, observed(answering_head(create_app(registry))))


def behind(proxies: tuple[str, ...], app: ASGIApp) -> ASGIApp:
    """``app``, told of each request that comes by way of ``proxies`` whom it is from: the last address in
    ``X-Forwarded-For`` that is none of theirs. Of other requests that header is anybody's claim, and means nothing."""
    return wrap_asgi_with_proxy_headers(app, list(proxies)) if proxies else app


def answering_head(app: ASGIApp) -> ASGIApp:
    """``app``, with HEAD answered as GET is, without the content (RFC 9110, 9.3.2)."""

    async def at_head(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return

        async def without_content(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        scope["method"] = "GET"
        await app(scope, receive, without_content)

    return at_head
