"""How often one address may ask, per process."""

from typing import Any

from litestar import Request
from litestar.middleware.rate_limit import RateLimitConfig, get_remote_address
from litestar.types import Middleware

BATCHES = 60
"""A batch without a token counts as so many verifications."""


def verifying(per_minute: int) -> list[Middleware]:
    """For single labels; 0: no limit."""
    return [RateLimitConfig(rate_limit=("minute", per_minute)).middleware] if per_minute else []


def verifying_batches(per_minute: int) -> list[Middleware]:
    """For batches without a token, counted by themselves. Who sends a token is known, or is refused."""
    if not per_minute:
        return []
    limit = RateLimitConfig(
        rate_limit=("minute", max(per_minute // BATCHES, 1)),
        check_throttle_handler=_has_no_token,
        identifier_for_request=_batches_of,
    )
    return [limit.middleware]


async def _has_no_token(request: Request[Any, Any, Any]) -> bool:
    return "authorization" not in request.headers


def _batches_of(request: Request[Any, Any, Any]) -> str:
    return f"batches of {get_remote_address(request)}"
