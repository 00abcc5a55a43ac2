"""Tokens of machines, and OAuth client credentials, over HTTP."""

import base64
import binascii
import re
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote_plus

from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import PathParameter, RawBody
from msgspec import Meta, Struct

from registry.access import tokens
from registry.access.admission import ANYBODY, on_own
from registry.access.callers import Caller
from registry.access.clients import CLIENT_CREDENTIALS, AccessToken, OAuthFault, OAuthRefused, grant
from registry.access.roles import ROLES_OF, Role, parse_roles
from registry.access.rules import Action, require
from registry.access.tokens import MOST_DAYS, TokenUse
from registry.database.author import VISITOR
from registry.database.tables import TokenRow
from registry.errors import InvalidInput
from registry.registry import utc_now
from registry.web.openapi import json_operation
from registry.web.problems import answer, responses
from registry.web.reading import struct_body
from registry.web.service import Service
from schemas.member import MemberKind

_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415)
_NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}  # RFC 6749, 5.1
_CLIENT_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


class NewToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token or client to be made. ``roles`` are those in which it acts: none is enough to verify labels."""

    name: Annotated[str, Meta(min_length=1, max_length=tokens.MAX_NAME, description="what it is for, for the list")]
    roles: tuple[Role, ...] = ()
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS, description="how long it is good for")] = 90
    is_client: bool = False


class MadeToken(Struct, frozen=True, kw_only=True):
    """The only time that the secret is seen. A client's id and secret are for ``/oauth/token``."""

    id: str
    token: str | None
    client_id: str | None
    client_secret: str | None
    expires: datetime


class TokenListed(Struct, frozen=True, kw_only=True):
    """A token without its secret."""

    id: str
    use: TokenUse
    name: str
    roles: tuple[Role, ...]
    created: datetime
    expires: datetime | None
    issued_by: str | None


class Tokens(Struct, frozen=True):
    """The tokens of the caller's organisation."""

    tokens: tuple[TokenListed, ...]


def token_listed(row: TokenRow, kind: MemberKind) -> TokenListed:
    """A token as lists show it: in those of its roles that there are in an organisation of its ``kind``."""
    roles = ROLES_OF[kind] if row.roles is None else parse_roles(row.roles) & ROLES_OF[kind]
    return TokenListed(
        id=row.id,
        use=TokenUse(row.use),
        name=row.name,
        roles=tuple(sorted(roles)),
        created=row.created_at,
        expires=row.expires_at,
        issued_by=row.issued_by,
    )


def make_token(service: Service, caller: Caller, wanted: NewToken, now: datetime) -> MadeToken:
    """Makes a token of the caller's organisation, in no role that it has not: those of colleagues are among them.

    Raises ``NotAllowed`` and ``InvalidInput``.
    """
    require(caller, Action.MANAGE_TOKENS, caller.member)
    name = tokens.sound_name(wanted.name)
    if not set(wanted.roles) <= ROLES_OF[caller.kind]:
        raise InvalidInput(
            "a {kind} has the roles {roles}",
            "$.roles",
            kind=caller.kind,
            roles=sorted(ROLES_OF[caller.kind]),
        )
    ends = now + timedelta(days=wanted.days)
    use = TokenUse.CLIENT if wanted.is_client else TokenUse.BEARER
    with service.registry.database.writing(caller.author) as session:
        token = tokens.issue(
            session,
            caller.member,
            now,
            ends,
            use=use,
            name=name,
            roles=wanted.roles,
            issued_by=caller.person,
        )
    _, key, secret = token.split("_", 2)
    if wanted.is_client:
        return MadeToken(id=key, token=None, client_id=key, client_secret=secret, expires=ends)
    return MadeToken(id=key, token=token, client_id=None, client_secret=None, expires=ends)


def end_token(service: Service, caller: Caller, token: str, now: datetime) -> None:
    """Ends a token or client. Raises ``NotAllowed`` and ``NotFound``."""
    require(caller, Action.MANAGE_TOKENS, caller.member)
    with service.registry.database.writing(caller.author) as session:
        tokens.revoke(session, token, now, caller.member)


@get(
    "/v1/tokens",
    admits=on_own(Action.READ_PEOPLE),
    responses=responses(401, 403),
    security=_BEARER,
    tags=["tokens"],
    sync_to_thread=True,
)
def list_tokens(service: NamedDependency[Service], caller: NamedDependency[Caller]) -> Tokens:
    """The tokens and clients of the caller's organisation, without their secrets. For its people."""
    require(caller, Action.READ_PEOPLE, caller.member)
    with service.registry.database.reading() as session:
        return Tokens(tuple(token_listed(row, caller.kind) for row in tokens.listed(session, caller.member)))


@post(
    "/v1/tokens",
    admits=on_own(Action.MANAGE_TOKENS),
    operation_class=json_operation(NewToken),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["tokens"],
    sync_to_thread=True,
)
def create_token(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> Response[MadeToken]:
    """Make a token, or an OAuth client. Its secret is shown this once. For whoever speaks for the organisation."""
    require(caller, Action.MANAGE_TOKENS, caller.member)
    made = make_token(service, caller, struct_body(request, body, NewToken), utc_now())
    return Response(made, headers=_NO_STORE)


TokenId = Annotated[str, PathParameter(max_length=64, description="the token's id")]


@delete(
    "/v1/tokens/{token:str}",
    admits=on_own(Action.MANAGE_TOKENS),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["tokens"],
    sync_to_thread=True,
)
def revoke_token(token: TokenId, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> None:
    """End a token or client, and what it got. For whoever speaks for the organisation."""
    end_token(service, caller, token, utc_now())


class OAuthProblem(Struct, frozen=True):
    """RFC 6749, 5.2."""

    error: OAuthFault
    error_description: str


_FIELDS = ("grant_type", "scope", "client_id", "client_secret")
_FORM = "application/x-www-form-urlencoded"


class _TokenOperation(Operation):
    """The request of RFC 6749, 4.4.2: a form."""

    def __post_init__(self) -> None:
        text = Schema(type=OpenAPIType.STRING)
        fields: dict[str, Reference | Schema] = dict.fromkeys(_FIELDS, text)
        schema = Schema(type=OpenAPIType.OBJECT, properties=fields, required=["grant_type"])
        self.request_body = RequestBody(content={_FORM: OpenAPIMediaType(schema=schema)}, required=True)


@post(
    "/oauth/token",
    admits=ANYBODY,
    status_code=200,
    operation_class=_TokenOperation,
    responses={
        400: answer(OAuthProblem, description="refused (RFC 6749, 5.2)"),
        401: answer(OAuthProblem, description="the client is not known"),
    }
    | responses(413),
    tags=["tokens"],
    sync_to_thread=True,
)
def oauth_token(request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service]) -> Response[Any]:
    """A short-lived token for a client, by its credentials: OAuth 2, RFC 6749, 4.4.

    Client id and secret come as HTTP Basic or in the form, not in both.
    """
    try:
        form = _form(request, body)
        if form.get("grant_type") != CLIENT_CREDENTIALS:
            code = OAuthFault.UNSUPPORTED_GRANT_TYPE if "grant_type" in form else OAuthFault.INVALID_REQUEST
            raise OAuthRefused(code, f"send grant_type={CLIENT_CREDENTIALS}")
        client, secret = _client(request, form)
        with service.registry.database.writing(VISITOR) as session:
            given: AccessToken = grant(session, client, secret, form.get("scope"), utc_now())
        return Response(given, headers=_NO_STORE)
    except OAuthRefused as refused:
        is_unknown = refused.code is OAuthFault.INVALID_CLIENT
        headers = _NO_STORE | ({"www-authenticate": 'Basic realm="carbonlabel"'} if is_unknown else {})
        return Response(
            OAuthProblem(refused.code, str(refused)), status_code=401 if is_unknown else 400, headers=headers
        )


def _form(request: Request[Any, Any, Any], body: bytes) -> dict[str, str]:
    """The form, in which nothing comes twice (RFC 6749, 3.2)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=20)
    except ValueError:
        pairs = None
    if media_type != _FORM or pairs is None or len(dict(pairs)) != len(pairs):
        raise OAuthRefused(OAuthFault.INVALID_REQUEST, f"send {_FORM}, each parameter once")
    return dict(pairs)


def _client(request: Request[Any, Any, Any], form: dict[str, str]) -> tuple[str, str]:
    header = request.headers.get("authorization")
    if header is None:
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
    elif "client_secret" in form:
        raise OAuthRefused(OAuthFault.INVALID_REQUEST, "send the client's secret once")
    else:
        client, secret = _basic(header)
    if not _CLIENT_ID.fullmatch(client):
        raise OAuthRefused(OAuthFault.INVALID_CLIENT, "this client is not known, or has ended")
    return client, secret


def _basic(header: str) -> tuple[str, str]:
    """Id and secret as RFC 6749, 2.3.1 has them: form-encoded, then Basic."""
    scheme, _, coded = header.partition(" ")
    try:
        client, _, secret = base64.b64decode(coded, validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        client = secret = ""
    return (unquote_plus(client), unquote_plus(secret)) if scheme.lower() == "basic" else ("", "")


ROUTES = [list_tokens, create_token, revoke_token, oauth_token]
