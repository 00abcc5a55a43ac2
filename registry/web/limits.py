"""How often one address may ask in a minute, or of IPv6 one /64, of all processes and hosts together.

A process counts for itself, and tells the others, by way of the database, only now and then: after a tenth of the
limit, or a quarter of what is left of it if that is less, so at the end with each request. So nobody is refused early,
and each further process can let through at most a tenth of the limit too many; limits below ten hold to the request.
One that cannot tell, for the database is busy or gone, has a request wait a second at most: it goes by what it knows.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from typing import Any

from litestar import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import TooManyRequestsException
from litestar.types import ASGIApp, Message, Middleware, Receive, Scope, Send
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, delete, func, select

from registry.database.database import Database
from registry.database.request_tables import RequestsRow
from registry.web.remote import network_of

_LOG = logging.getLogger("carbonlabel.limits")
BATCHES = 60
"""A batch without a token counts as so many verifications."""

PATIENCE = 1.0
"""Seconds that a request waits to hear what other processes let through."""


def batches(per_minute: int) -> int:
    """How many batches without a token an address may send that may verify so often; 0: any number."""
    return max(per_minute // BATCHES, 1) if per_minute else 0


def untold(limit: int, told: int) -> int:
    """How many more a process may let through before it tells the others again, when all it knows of are ``told``."""
    return min(limit // 10, max(limit - told, 0) // 4)


class Requests:
    """Those of one address, in one minute, as one process knows them."""

    def __init__(self, minute: int, ahead: int) -> None:
        self.minute = minute
        self.here = 0
        """Let through by this process."""
        self.elsewhere = 0
        """Let through by others, as last heard."""
        self.ahead = ahead
        """How many more this process lets through before it tells."""
        self.telling = asyncio.Lock()

    def go_ahead(self) -> bool:
        """Lets one through, if that need not be told."""
        if self.ahead:
            self.ahead -= 1
            self.here += 1
            return True
        return False


class Limiter:
    """At most ``limit`` requests of an address in a minute of the clock, of all who count ``what``; 0: any number."""

    def __init__(
        self, database: Database, what: str, limit: int, clock: Callable[[], datetime], patience: float = PATIENCE
    ) -> None:
        self.limit = limit
        self._patience = patience
        self._database = database
        self._what = what
        self._clock = clock
        self._process = secrets.token_hex(8)
        self._minute = 0
        self._known: dict[str, Requests] = {}
        self._teller = ThreadPoolExecutor(1, f"limit of {what}")

    async def admit(self, address: str) -> int:
        """Counts a request of ``address``; how many it has left. Raises ``TooManyRequestsException``, with headers."""
        whose = network_of(address)
        requests = self._requests_of(whose)
        if not requests.go_ahead():
            async with requests.telling:
                if not requests.go_ahead() and not await self._admit(whose, requests):
                    raise TooManyRequestsException(headers=self.headers(0))
        return max(self.limit - requests.here - requests.elsewhere, 0)

    def headers(self, left: int) -> dict[str, str]:
        """What is left, and for how long (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "RateLimit-Policy": f"{self.limit}; w=60",
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(60 - int(self._clock().timestamp()) % 60),
        }

    def close(self) -> None:
        """Ends, when what is being told is told."""
        self._teller.shutdown(cancel_futures=True)

    def _requests_of(self, address: str) -> Requests:
        minute = int(self._clock().timestamp()) // 60
        if minute != self._minute:
            self._minute, self._known = minute, {}
        return self._known.get(address) or self._known.setdefault(address, Requests(minute, untold(self.limit, 0)))

    async def _admit(self, address: str, requests: Requests) -> bool:
        if requests.here + requests.elsewhere >= self.limit:  # which only grows: nobody need be asked
            return False
        told = asyncio.get_running_loop().run_in_executor(
            self._teller, self._tell, requests.minute, address, requests.here
        )
        try:
            elsewhere = await asyncio.wait_for(asyncio.shield(told), self._patience)
        except TimeoutError:
            elsewhere = None
        if elsewhere is None:
            requests.ahead = min(untold(self.limit, 0), self.limit - requests.here - requests.elsewhere - 1)
        else:
            requests.elsewhere = elsewhere
            if requests.here + elsewhere >= self.limit:
                return False
            requests.ahead = untold(self.limit, requests.here + elsewhere + 1)
        requests.here += 1
        return True

    def _tell(self, minute: int, address: str, here: int) -> int | None:
        """Tells how many were let through ``here``, and one more if there is room; how many were elsewhere."""
        whose = sha256(f"{self._what}\0{address}".encode("utf-8", "replace")).digest()
        try:
            with self._database.writing() as session:
                elsewhere = _count_elsewhere(session, minute, whose, self._process)
                count = here + 1 if here + elsewhere < self.limit else here
                _keep(session, RequestsRow(minute=minute, whose=whose, process=self._process, count=count))
            return elsewhere
        except SQLAlchemyError as problem:
            _LOG.warning("requests are counted by each process for itself: %s", type(problem).__name__)
            return None


def _count_elsewhere(session: Session, minute: int, whose: bytes, process: str) -> int:
    of_others = select(func.sum(RequestsRow.count)).where(
        RequestsRow.minute == minute, RequestsRow.whose == whose, RequestsRow.process != process
    )
    return session.exec(of_others).one() or 0


def _keep(session: Session, row: RequestsRow) -> None:
    known = session.get(RequestsRow, (row.minute, row.whose, row.process))
    if known is not None:
        known.count = row.count
        return
    # The minute before stays: another host's clock may be a little behind.
    session.exec(delete(RequestsRow).where(col(RequestsRow.minute) < row.minute - 1))
    session.add(row)


def nobody(_: Request[Any, Any, Any]) -> bool:
    """Everybody is limited."""
    return False


def has_token(request: Request[Any, Any, Any]) -> bool:
    """Who sends a token is known, or is refused."""
    return "authorization" in request.headers


def limited(limiter: Limiter, spares: Callable[[Request[Any, Any, Any]], bool] = nobody) -> list[Middleware]:
    """Has requests admitted by ``limiter``, but for those that are spared."""

    def middleware(app: ASGIApp) -> ASGIApp:
        async def admitting(scope: Scope, receive: Receive, send: Send) -> None:
            if spares(Request(scope)):
                await app(scope, receive, send)
                return
            client = scope["client"]
            headers = limiter.headers(await limiter.admit(client[0] if client else "127.0.0.1"))

            async def with_headers(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableScopeHeaders.from_message(message).update(headers)
                await send(message)

            await app(scope, receive, with_headers)

        return admitting

    return [middleware] if limiter.limit else []
