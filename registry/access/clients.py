"""OAuth 2 client credentials (RFC 6749, 4.4): a machine's lasting secret gets it tokens that end after minutes.

A client is a token of its own use: its id and secret are the two parts of ``carbonlabel_<id>_<secret>``.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from sqlmodel import Session

from registry.access.roles import EVERY_ROLE, Role, parse_roles, roles_text
from registry.access.tokens import TokenUse, forget_ended, holder, issue
from registry.errors import NotAuthenticated

LIFETIME = timedelta(minutes=15)
CLIENT_CREDENTIALS = "client_credentials"


class OAuthFault(StrEnum):
    """Error codes of RFC 6749, 5.2."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_SCOPE = "invalid_scope"


class OAuthRefused(Exception):
    """No token is given; ``code`` says why to a program."""

    def __init__(self, code: OAuthFault, description: str) -> None:
        super().__init__(description)
        self.code = code


class AccessToken(Struct, frozen=True):
    """The answer of RFC 6749, 5.1. ``expires_in`` is in seconds; ``scope`` names roles, with spaces between."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


def grant(session: Session, client_id: str, secret: str, scope: str | None, now: datetime) -> AccessToken:
    """A short-lived token for a client, in the roles that it asks for, else in all that it has.

    Raises ``OAuthRefused``: the client is not known or has ended, or a role is not its own.
    """
    try:
        row, member = holder(session, f"carbonlabel_{client_id}_{secret}", now, TokenUse.CLIENT)
    except NotAuthenticated:
        raise OAuthRefused(OAuthFault.INVALID_CLIENT, "this client is not known, or has ended") from None
    has = EVERY_ROLE if row.roles is None else parse_roles(row.roles)
    roles = has if scope is None else _asked(scope, has)
    ends = now + LIFETIME if row.expires_at is None else min(now + LIFETIME, row.expires_at)
    forget_ended(session, row.id, now)
    token = issue(session, member.id, now, ends, use=TokenUse.ACCESS, roles=roles, client_id=row.id)
    return AccessToken(token, "Bearer", int((ends - now).total_seconds()), roles_text(roles))


def _asked(scope: str, has: frozenset[Role]) -> frozenset[Role]:
    try:
        roles = parse_roles(scope)
    except ValueError:
        roles = None
    if roles is None or not roles <= has:
        raise OAuthRefused(OAuthFault.INVALID_SCOPE, f"the client has {roles_text(has) or 'no roles'}")
    return roles
