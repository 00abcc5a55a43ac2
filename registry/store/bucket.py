"""Where a bucket is: ``s3://<bucket>[/<prefix>][?endpoint=<url>][&region=<name>]``, as configuration names it.

Never with credentials: those come from the environment (``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``,
``AWS_SESSION_TOKEN``, ``AWS_REGION``, or a role of the machine).
"""

import re
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from registry.errors import HomeError
from registry.store.store import Store, StoreError

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
_REGION = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
_FORM = "s3://BUCKET/PREFIX?endpoint=https://s3.example.org&region=REGION, all but the bucket optional"


class Bucket(Struct, frozen=True):
    """A bucket, and the prefix of our objects in it; without an endpoint it is Amazon's."""

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises ``ValueError`` with a sentence that does not repeat ``url``, which may hold what is secret."""
        try:
            parts = urlsplit(url)
            settings = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        except ValueError:
            raise ValueError(f"the store is not of the form {_FORM}") from None
        if "@" in unquote(url):
            raise ValueError("credentials do not belong in the store's URL: set AWS_ACCESS_KEY_ID and the like")
        prefix = parts.path.strip("/")
        if parts.scheme != "s3" or not _NAME.fullmatch(parts.netloc) or parts.fragment or not _is_prefix(prefix):
            raise ValueError(f"the store is not of the form {_FORM}")
        named = dict(settings)
        if len(named) < len(settings) or named.keys() - {"endpoint", "region"}:
            raise ValueError("the store's URL takes endpoint and region, each once")
        endpoint, region = named.get("endpoint", "").rstrip("/"), named.get("region", "")
        if endpoint and not _is_endpoint(endpoint):
            raise ValueError("the store's endpoint is a URL such as https://s3.example.org")
        if region and not _REGION.fullmatch(region):
            raise ValueError("the store's region is a name such as eu-central-1")
        return cls(parts.netloc, prefix, endpoint, region)

    def __str__(self) -> str:
        return "/".join(filter(None, (f"s3://{self.name}", self.prefix)))


def open_bucket(url: str) -> Store | None:
    """The store at ``url``; None when that is empty. Nothing is asked of it yet.

    Raises ``HomeError`` when the client library is not installed, or does not take what the environment says.
    """
    if not url:
        return None
    try:
        bucket = Bucket.parse(url)
    except ValueError as problem:
        raise HomeError(str(problem)) from None
    try:
        from registry.store.s3 import S3Store  # here, because its library is an extra
    except ModuleNotFoundError as problem:
        if problem.name != "obstore":
            raise
        raise HomeError("to keep public files in a bucket, pip install 'carbonlabel[s3]'") from None
    try:
        return S3Store(bucket)
    except StoreError as problem:
        raise HomeError(str(problem)) from None


def _is_prefix(prefix: str) -> bool:
    return not prefix or (len(prefix) <= 256 and _PREFIX.fullmatch(prefix) is not None)


def _is_endpoint(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return bool(sound) and endpoint.isascii() and endpoint.isprintable() and not (parts.query or parts.fragment)
